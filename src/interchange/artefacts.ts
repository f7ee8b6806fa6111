/**
 * The files of the reference's inventory (`product.md` §6): one folder for each symbol, in the
 * shapes of the golden cases.
 */
import { bareInfinityLine } from '../engines/calibration/record-line.ts'
import { compactRecords } from '../engines/frame-buffer.ts'
import { encodeFrame, storedFrameOf } from '../engines/frame-record.ts'
import { bucketsRow, stressRow, zonesRow } from '../engines/liquidation/liquidation-rows.ts'
import { zonesFile } from '../engines/liquidation/zone-views.ts'
import { frameRow, minuteRow, reconRow, reconStatsFile } from '../engines/reference-rows.ts'
import { engineParts } from '../engines/symbol/engine-rows.ts'
import type { EngineLog } from '../engines/symbol/symbol-engines.ts'
import type { Cause, PipelineListener } from '../pipeline/events.ts'
import type { SymbolRun } from '../pipeline/symbol-run.ts'
import type { ArtefactFolder } from './artefact-folder.ts'

const FRAMES = 'ref/ob_heatmap_30s.bin'

/** Where the records of a log go. */
const LOG_FILES: Readonly<Record<EngineLog, string>> = {
  liq_calibrator: 'ref/liq_calibrator.jsonl',
  liq_tape: 'ref/liq_tape.jsonl',
  liq_inference: 'ref/liq_inference.jsonl',
  liq_sweeps: 'ref/liq_sweeps.jsonl',
  liq_zones: 'ref/liq_zones.jsonl',
  liq_cycles: 'ref/liq_cycles.jsonl',
  liq_debug: 'ref/liq_debug.jsonl',
  plot_feed: 'ref/plot_feed.jsonl',
  'v1/liq_sweeps': 'v1/liq_sweeps.jsonl',
}

const LINES: readonly string[] = [
  'minutes.jsonl',
  'v1_snapshots.jsonl',
  'v2_snapshots.jsonl',
  'v1_engine.jsonl',
  'buckets.jsonl',
  'zones.jsonl',
  'ob_frames.jsonl',
  ...Object.values(LOG_FILES),
]

/** Writes rows as they come; {@link Artefacts.finish} the files that are about the end. */
export class Artefacts {
  readonly #folder: ArtefactFolder
  readonly #records = new Map<string, Uint8Array[]>()

  constructor(folder: ArtefactFolder) {
    this.#folder = folder
  }

  /** Wants the pipeline's documents. */
  readonly listener: PipelineListener = {
    minuteClosed: (run, close, cause, outcome) => {
      const { engines, documents } = run.heat
      this.#line(run, 'minutes.jsonl', headOf(cause), {
        ...minuteRow(run.symbol, close),
        ...(engines === undefined ? {} : engineParts(engines)),
        recon: reconRow(close.reconstruction),
      })
      if (outcome === undefined || engines === undefined) return
      const { minuteKey } = close
      const head = { recv: cause.recvTimeUs / 1000 }
      const { liquidation } = engines
      const bodyHead = { ...head, minute_key: minuteKey }
      this.#line(run, 'v2_snapshots.jsonl', bodyHead, { body: documents?.v2 })
      this.#line(run, 'v1_snapshots.jsonl', bodyHead, { body: documents?.v1 })
      this.#line(run, 'v1_engine.jsonl', head, stressRow(liquidation, minuteKey))
      this.#line(run, 'buckets.jsonl', head, bucketsRow(liquidation, minuteKey))
      this.#line(run, 'zones.jsonl', head, zonesRow(liquidation, minuteKey))
    },
    frameEmitted: (run, frame, cause) => {
      this.#line(run, 'ob_frames.jsonl', headOf(cause), frameRow(frame))
      this.#recordsOf(run.symbol).push(encodeFrame(storedFrameOf(frame)))
    },
    recordEmitted: (run, log, record) => {
      const name = `${run.symbol}/${LOG_FILES[log]}`
      // What the reference writes is no JSON where a distance is infinite; its readers know.
      if (log === 'liq_calibrator' && run.heat.engines?.model === 'reference') {
        this.#folder.text(name, `${bareInfinityLine(record)}\n`)
      } else {
        this.#folder.line(name, record)
      }
    },
  }

  /** Each file is made even where it stays empty. */
  finish(runs: Iterable<SymbolRun>): void {
    for (const { symbol, market, heat, clock } of runs) {
      for (const name of LINES) this.#folder.touch(`${symbol}/${name}`)
      this.#folder.touch(`${symbol}/${FRAMES}`)
      for (const record of compactRecords(this.#recordsOf(symbol))) {
        this.#folder.bytes(`${symbol}/${FRAMES}`, record)
      }
      const { engines, documents, savedWeights } = heat
      const files = {
        'ob_recon_stats.json': reconStatsFile(market),
        'liq_calibrator_weights.json': savedWeights,
        'liq_api_snapshot.json': documents?.v1,
        'liq_api_snapshot_v2.json': documents?.v2,
        'liq_active_zones.json':
          engines === undefined
            ? undefined
            : zonesFile(
                engines.liquidation.state.heatmap.zones,
                engines.liquidation.context.symbol,
                clock.nowMs / 1000,
              ),
      }
      for (const [name, body] of Object.entries(files)) {
        if (body !== undefined) this.#folder.json(`${symbol}/ref/${name}`, body)
      }
    }
  }

  /** Puts the files in their place. */
  commit(): void {
    this.#folder.commit()
  }

  #line(run: SymbolRun, name: string, head: object, row: object): void {
    this.#folder.line(`${run.symbol}/${name}`, { ...head, ...row })
  }

  #recordsOf(symbol: string): Uint8Array[] {
    let records = this.#records.get(symbol)
    if (records === undefined) {
      records = []
      this.#records.set(symbol, records)
    }
    return records
  }
}

const headOf = ({ recvTimeUs, ordinal }: Cause) => ({ recv: recvTimeUs / 1000, line: ordinal })
