/**
 * The files of the reference's inventory that a replay can fill (`product.md` §6): one folder for
 * each symbol, in the shapes of the golden cases.
 */
import { compactRecords } from '../engines/frame-buffer.ts'
import { encodeFrame, storedFrameOf } from '../engines/frame-record.ts'
import { frameRow, minuteRow, reconRow, reconStatsFile } from '../engines/reference-rows.ts'
import type { Cause, PipelineListener } from '../pipeline/events.ts'
import type { SymbolRun } from '../pipeline/symbol-run.ts'
import type { ArtefactFolder } from './artefact-folder.ts'

const FRAMES = 'ref/ob_heatmap_30s.bin'
const LINES = ['minutes.jsonl', 'ob_frames.jsonl'] as const

/** Writes rows as they come; {@link Artefacts.finish} the files that are about the end. */
export class Artefacts {
  readonly #folder: ArtefactFolder
  readonly #records = new Map<string, Uint8Array[]>()

  constructor(folder: ArtefactFolder) {
    this.#folder = folder
  }

  readonly listener: PipelineListener = {
    minuteClosed: (run, close, cause) => {
      this.#line(run, 'minutes.jsonl', cause, {
        ...minuteRow(run.symbol, close),
        recon: reconRow(close.reconstruction),
      })
    },
    frameEmitted: (run, frame, cause) => {
      this.#line(run, 'ob_frames.jsonl', cause, frameRow(frame))
      this.#recordsOf(run.symbol).push(encodeFrame(storedFrameOf(frame)))
    },
  }

  /** Each file is made even where it stays empty. */
  finish(runs: Iterable<SymbolRun>): void {
    for (const { symbol, market } of runs) {
      for (const name of LINES) this.#folder.touch(`${symbol}/${name}`)
      this.#folder.touch(`${symbol}/${FRAMES}`)
      for (const record of compactRecords(this.#recordsOf(symbol))) {
        this.#folder.bytes(`${symbol}/${FRAMES}`, record)
      }
      const stats = reconStatsFile(market)
      if (stats !== undefined) this.#folder.json(`${symbol}/ref/ob_recon_stats.json`, stats)
    }
  }

  #line(run: SymbolRun, name: string, cause: Cause, row: object): void {
    const head = { recv: cause.recvTimeUs / 1000, line: cause.ordinal }
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
