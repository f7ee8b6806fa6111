/**
 * The state of a recording at any sequence: from the nearest checkpoint, or from a pipeline that
 * stands a little before it. One is computed at a time; a few pipelines are kept where they ended.
 */
import { Pipeline } from '../pipeline/pipeline.ts'
import type { Settings } from '../pipeline/settings.ts'
import type { Mark } from '../projections/past.ts'
import type { StateAt } from '../projections/state-at.ts'
import type { Extent, Located } from '../projections/state-source.ts'
import type { CheckpointStore } from './checkpoint-store.ts'
import { parseMoment } from './moment.ts'
import { type Recording, seqAtTime } from './recording.ts'
import type { PastReader, StateKeeper } from './state-keeper.ts'
import type { StateMarks } from './state-marks.ts'
import { StreamTally } from './stream-tally.ts'

export interface PastStatesOptions {
  readonly recording: Recording
  readonly settings: Settings
  readonly checkpoints: CheckpointStore
  /** States in memory; absent, there are only those of `checkpoints`. */
  readonly marks?: StateMarks | undefined
  /** Knows the past, and shows a pipeline as a state. */
  readonly keeper: StateKeeper
}

/** Pipelines that are kept: whoever plays forward finds theirs again. */
const KEPT_MAX = 3
/** Moments of which the sequence is remembered. */
const LOCATED_MAX = 5_000

export class PastStates implements PastReader {
  readonly #options: PastStatesOptions
  readonly #located = new Map<number, number>()
  readonly #marks = new WeakMap<Pipeline, Mark>()
  #kept: Pipeline[] = []
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: PastStatesOptions) {
    this.#options = options
  }

  waitingCount(): number {
    return this.#waiting
  }

  async locate(text: string): Promise<Located> {
    const moment = parseMoment('at', text)
    const { keeper } = this.#options
    const range = await this.extent()
    if (moment.kind === 'seq') {
      return moment.seq <= keeper.current().seq ? { seq: moment.seq } : range
    }
    const timeMs = moment.kind === 'time' ? moment.venueTimeMs : range.toMs - moment.backMs
    // Our own clock may be a little off that of the venue, and whoever asks may have read either.
    const { firstRecvMs = 0, lastRecvMs = 0 } = keeper.current().mark ?? {}
    const isInside =
      timeMs >= Math.min(range.fromMs, firstRecvMs) && timeMs <= Math.max(range.toMs, lastRecvMs)
    if (!isInside) return range
    const known = this.#located.get(timeMs)
    if (known !== undefined) return { seq: known }
    const seq = Math.min(await seqAtTime(this.#options.recording, timeMs), keeper.current().seq)
    // What lies beyond the newest entry will be found elsewhere when more has come.
    if (timeMs > range.toMs) return { seq }
    this.#located.set(timeMs, seq)
    if (this.#located.size > LOCATED_MAX) this.#located.delete([...this.#located.keys()][0] ?? 0)
    return { seq }
  }

  async withState<T>(seq: number, use: (state: StateAt) => T): Promise<T> {
    this.#waiting += 1
    const turn = this.#last.then(async () => {
      const { pipeline, mark } = await this.#stateAt(seq)
      return use(this.#options.keeper.stateOf(pipeline, mark))
    })
    this.#last = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      this.#waiting -= 1
    }
  }

  async extent(): Promise<Extent> {
    const { recording, keeper } = this.#options
    const state = keeper.current()
    if (recording.reader.isLive) await recording.reader.refresh()
    let toMs = 0
    for (const { engineClockMs } of state.symbols.values()) {
      if (engineClockMs > toMs) toMs = engineClockMs
    }
    return { fromMs: await this.#firstVenueMs(), toMs, endSeq: state.seq }
  }

  #firstMs: number | undefined

  /** The exchange time of the first entry that has one. */
  async #firstVenueMs(): Promise<number> {
    if (this.#firstMs !== undefined) return this.#firstMs
    const { reader } = this.#options.recording
    for await (const block of reader.blocks()) {
      const firstMs = block.venueTimesMs.subarray(0, block.count).find((ms) => !Number.isNaN(ms))
      if (firstMs === undefined) continue
      this.#firstMs = firstMs
      return firstMs
    }
    return 0
  }

  async #stateAt(seq: number): Promise<{ readonly pipeline: Pipeline; readonly mark: Mark }> {
    const { recording, keeper } = this.#options
    const pipeline = await this.#pipelineBefore(seq)
    const known = this.#marks.get(pipeline)
    if (known?.seq === seq) return { pipeline, mark: known }
    const tally = new StreamTally(keeper.past.streams, keeper.past.marks.last(seq + 1))
    const startSeq = Math.min(pipeline.nextSeq, tally.seq)
    try {
      if (startSeq < seq) {
        for await (const block of recording.reader.blocks({ fromSeq: startSeq, toSeq: seq })) {
          const to = Math.min(block.count, seq - block.firstSeq)
          const from = Math.max(0, pipeline.nextSeq - block.firstSeq)
          if (from < to) pipeline.consume(block, from, to)
          tally.add(block, Math.max(0, tally.seq - block.firstSeq), to)
        }
      }
    } catch (error) {
      // What stopped in the middle of a block is no state.
      this.#kept = this.#kept.filter((kept) => kept !== pipeline)
      throw error
    }
    const mark = tally.mark(pipeline.faultCount)
    this.#marks.set(pipeline, mark)
    return { pipeline, mark }
  }

  /** The nearest state at or before `seq` that there is, to be moved on. */
  async #pipelineBefore(seq: number): Promise<Pipeline> {
    const { settings, checkpoints, recording, marks } = this.#options
    const kept = this.#kept
      .filter(({ nextSeq }) => nextSeq <= seq)
      .reduce<Pipeline | undefined>(
        (best, one) => (best === undefined || one.nextSeq > best.nextSeq ? one : best),
        undefined,
      )
    if (kept?.nextSeq === seq) return this.#keep(kept)
    const seqs = await checkpoints.seqs()
    const onDisk = seqs.findLast((at) => at <= seq) ?? 0
    const nearest = Math.max(onDisk, marks?.seqBefore(seq) ?? 0)
    if (kept !== undefined && kept.nextSeq >= nearest) return this.#keep(kept)
    const pipeline = new Pipeline({
      settings,
      symbols: recording.symbols,
      listener: {},
      documents: true,
    })
    const inMemory = marks?.stateAt(nearest)
    const state = inMemory ?? (nearest === 0 ? undefined : (await checkpoints.newestAt(seq))?.state)
    if (state !== undefined) pipeline.restore(state)
    return this.#keep(pipeline)
  }

  /** The one used last stands first. */
  #keep(pipeline: Pipeline): Pipeline {
    this.#kept = [pipeline, ...this.#kept.filter((kept) => kept !== pipeline)].slice(0, KEPT_MAX)
    return pipeline
  }
}
