/**
 * A journal through the pipeline: the whole of it, a range, or from a checkpoint. Engines are warm
 * at the start of a range: what lies before it is replayed without being shown.
 */
import type { Plain } from '../base/canonical.ts'
import type { HazardScore } from '../engines/calibration/hazard.ts'
import type { JournalReader } from '../journal/journal.ts'
import { payloadBytesOf } from '../pipeline/decoded-block.ts'
import type { Gap, PipelineListener } from '../pipeline/events.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import { flatSettings, type Settings } from '../pipeline/settings.ts'
import { blocksOf, type ColumnSource } from './block-source.ts'
import { CheckpointKeeper } from './checkpoint-keeper.ts'
import type { CheckpointStore } from './checkpoint-store.ts'
import { Digester, type MinuteDigest, STATE_VERSION } from './digests.ts'
import { type HazardBlocks, HazardTally } from './hazard-tally.ts'
import { type Refusals, RefusalTally } from './refusal-tally.ts'

export interface ReplayOptions {
  readonly settings: Settings
  /** Symbols that have engines from the first entry on. */
  readonly symbols: readonly string[]
  /** First sequence whose outputs are wanted. */
  readonly fromSeq: number
  /** One past the last sequence. */
  readonly toSeq: number
  /** Where the state begins: at the start of the recording, or so far before `fromSeq`. */
  readonly startSeq: number
  /** Start from the newest checkpoint that fits, and write new ones. */
  readonly checkpoints?: CheckpointStore | undefined
  /** Read columns where there are some, and make those that are missing. */
  readonly columns?: ColumnSource | undefined
  readonly nowUs: () => number
  readonly onProgress?: ((seq: number) => void) | undefined
  /** Told of what happens from `fromSeq` on. */
  readonly listener?: PipelineListener | undefined
  readonly signal?: AbortSignal | undefined
  /** Waited for before each block, with the receive time of its first wanted entry: a pace. */
  readonly pace?: ((recvTimeUs: number) => Promise<void>) | undefined
  /** Make both documents of the heatmap at each minute close: files and the API show them. */
  readonly documents?: boolean | undefined
  /** `false`: markets alone. */
  readonly engines?: boolean
  /** Text of the weights file that the engines of a symbol start from; not beside checkpoints. */
  readonly weights?: ReadonlyMap<string, string> | undefined
}

export interface ReplayResult {
  readonly pipeline: Pipeline
  /** Entries from `fromSeq` on. */
  readonly entryCount: number
  readonly minuteCount: number
  readonly gapCount: number
  readonly digests: readonly MinuteDigest[]
  /** By symbol. */
  readonly hazard: Readonly<Record<string, HazardScore>>
  /** By symbol. */
  readonly hazardBlocks: ReadonlyMap<string, HazardBlocks>
  /** Liquidations that no engine was given. */
  readonly refused: Refusals
  /** From the first block read to the last state. Unit: ms. */
  readonly wallMs: number
  readonly entriesPerSecond: number
  /** The checkpoint that the replay began at; absent when it began at `startSeq`. */
  readonly checkpointSeq: number | undefined
  readonly interrupted: boolean
}

/** All that a state depends on beside the journal: the name of its checkpoints. */
export const checkpointKey = (
  settings: Settings,
  symbols: readonly string[],
  startSeq: number,
  documents: boolean,
): Plain => ({
  version: STATE_VERSION,
  settings: flatSettings(settings),
  symbols,
  startSeq,
  documents,
})

export async function replay(reader: JournalReader, options: ReplayOptions): Promise<ReplayResult> {
  const tally = new Tally(options)
  const pipeline = new Pipeline({
    settings: options.settings,
    symbols: options.symbols,
    listener: tally.listener(options.listener),
    documents: options.documents === true,
    engines: options.engines !== false,
    weights: options.weights ?? new Map(),
  })
  const checkpoint = await options.checkpoints?.newestAt(options.fromSeq)
  if (checkpoint !== undefined) pipeline.restore(checkpoint.state)
  const startSeq = checkpoint?.nextSeq ?? options.startSeq
  const checkpoints =
    options.checkpoints === undefined ? undefined : await CheckpointKeeper.open(options.checkpoints)
  const startUs = options.nowUs()
  let handledCount = 0
  const range = { fromSeq: startSeq, toSeq: options.toSeq }
  for await (const block of blocksOf(reader, options.columns, range)) {
    const from = Math.max(0, startSeq - block.firstSeq)
    const to = Math.min(block.count, options.toSeq - block.firstSeq)
    if (options.pace !== undefined) await options.pace(block.recvTimesUs[from] ?? 0)
    pipeline.consume(block, from, to)
    handledCount += to - from
    await checkpoints?.afterBlock(pipeline, payloadBytesOf(block))
    options.onProgress?.(pipeline.nextSeq)
    if (options.signal?.aborted === true) break
  }
  const wallMs = (options.nowUs() - startUs) / 1000
  return {
    pipeline,
    entryCount: Math.max(0, pipeline.nextSeq - options.fromSeq),
    ...tally.totals(),
    wallMs,
    entriesPerSecond: wallMs > 0 ? (handledCount / wallMs) * 1000 : 0,
    checkpointSeq: checkpoint?.nextSeq,
    interrupted: options.signal?.aborted === true,
  }
}

/** Counts and digests from `fromSeq` on, and passes events from there on to the listener. */
class Tally {
  readonly #fromSeq: number
  readonly #digester = new Digester()
  readonly #digests: MinuteDigest[] = []
  readonly #hazard: HazardTally
  readonly #refusals = new RefusalTally()
  #gapCount = 0

  constructor({ fromSeq, settings }: ReplayOptions) {
    this.#fromSeq = fromSeq
    this.#hazard = new HazardTally(fromSeq, settings)
  }

  totals(): Pick<
    ReplayResult,
    'minuteCount' | 'gapCount' | 'digests' | 'hazard' | 'hazardBlocks' | 'refused'
  > {
    return {
      minuteCount: this.#digests.length,
      gapCount: this.#gapCount,
      digests: this.#digests,
      hazard: this.#hazard.scores(),
      hazardBlocks: this.#hazard.blocks(),
      refused: this.#refusals.refusals(),
    }
  }

  listener(next: PipelineListener = {}): PipelineListener {
    const shown = (seq: number): boolean => seq >= this.#fromSeq
    return {
      minuteClosed: (run, close, cause, outcome) => {
        this.#hazard.listener.minuteClosed?.(run, close, cause, outcome)
        if (!shown(cause.seq)) return
        const digest = this.#digester.digestOf(run, close.closedMinute, cause)
        this.#digests.push(digest)
        next.minuteClosed?.(run, close, cause, outcome)
      },
      frameEmitted: (run, frame, cause) => {
        if (shown(cause.seq)) next.frameEmitted?.(run, frame, cause)
      },
      liquidationTaken: (run, order, cause) => {
        this.#hazard.listener.liquidationTaken?.(run, order, cause)
        if (shown(cause.seq)) next.liquidationTaken?.(run, order, cause)
      },
      openInterestTaken: (run, cause) => {
        if (shown(cause.seq)) next.openInterestTaken?.(run, cause)
      },
      ...this.#records(next, shown),
      liquidationRefused: (order, reason, cause) => {
        if (!shown(cause.seq)) return
        this.#refusals.listener.liquidationRefused?.(order, reason, cause)
        next.liquidationRefused?.(order, reason, cause)
      },
      faultFound: (fault) => {
        if (shown(fault.seq)) next.faultFound?.(fault)
      },
      gapFound: (gap: Gap, cause) => {
        if (!shown(cause.seq)) return
        this.#gapCount += 1
        next.gapFound?.(gap, cause)
      },
      factRead: (channel, text, cause) => next.factRead?.(channel, text, cause),
    }
  }

  /** Only there when somebody listens, since listening makes records be made. */
  #records(
    next: PipelineListener,
    shown: (seq: number) => boolean,
  ): Pick<PipelineListener, 'recordEmitted'> {
    if (next.recordEmitted === undefined) return {}
    return {
      recordEmitted: (run, log, record, cause) => {
        if (shown(cause.seq)) next.recordEmitted?.(run, log, record, cause)
      },
    }
  }
}
