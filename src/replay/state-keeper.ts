/**
 * The state of a pipeline and its past, as the API is given them, live and replayed. It feeds on
 * what a pipeline tells, and may be asked at any moment between two blocks.
 */
import { positionSide } from '../engines/liquidation/liquidation-engines.ts'
import type { MinuteClose } from '../engines/minute-close.ts'
import { type EngineOutcome, shownEngines } from '../engines/symbol/symbol-engines.ts'
import type { Block } from '../model/block.ts'
import type { CaptureFigure } from '../model/capture-figure.ts'
import { parseFact } from '../model/facts.ts'
import type { Fault } from '../model/messages.ts'
import type { Cause, PipelineListener } from '../pipeline/events.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { SymbolRun } from '../pipeline/symbol-run.ts'
import { PackedFrame } from '../projections/packed-frame.ts'
import { createPast, heatOf, type Mark, pastOf, type RecordingPast } from '../projections/past.ts'
import type { StateAt } from '../projections/state-at.ts'
import { statusSymbols } from '../projections/state-bodies.ts'
import type { Extent, Located, StateSource } from '../projections/state-source.ts'
import { shortSymbol } from '../projections/symbol-name.ts'
import type { StatusView } from '../projections/views.ts'
import type { MinuteDigest } from './digests.ts'
import { shownState } from './shown-state.ts'
import { StateMarks } from './state-marks.ts'
import { type StreamCounts, StreamTally } from './stream-tally.ts'

/** Entries between two marks at least: what a moment of the past has to count again. */
const MARK_EVERY = 5_000

/** Gives states of the past; made where a recording can be read. */
export type PastReader = Pick<StateSource, 'locate' | 'extent' | 'withState' | 'waitingCount'>

const encoder = new TextEncoder()

export class StateKeeper implements StateSource {
  readonly mode: 'live' | 'replay'
  readonly recording: string
  readonly past: RecordingPast = createPast()
  /** States that moments of the past are computed from. */
  readonly marks = new StateMarks()
  readonly #nowMs: () => number
  readonly #tally = new StreamTally(this.past.streams)
  readonly #digests = new Map<string, MinuteDigest>()
  readonly #subscribers = new Set<() => void>()
  /** Of the block in hand. */
  readonly #faults: Fault[] = []
  #pipeline: Pipeline | undefined
  #pastReader: PastReader | undefined
  #captureFigures: () => readonly CaptureFigure[] = () => []
  #isReady = false
  #reason = 'starting'
  #totalEntryCount = 0
  #entriesPerSecond = 0
  #mark: Mark | undefined

  /** `nowMs`: the wall clock, which live answers are judged by. */
  constructor(mode: 'live' | 'replay', recording: string, nowMs?: () => number) {
    this.mode = mode
    this.recording = recording
    this.#nowMs = mode === 'live' && nowMs !== undefined ? nowMs : () => this.#tally.lastRecvMs
  }

  /** The state to show. */
  attach(pipeline: Pipeline): void {
    this.#pipeline = pipeline
  }

  /** Until then there is only the present. */
  attachPast(reader: PastReader): void {
    this.#pastReader = reader
  }

  /** Until then nothing is known of the capture behind the state. */
  attachCapture(figures: () => readonly CaptureFigure[]): void {
    this.#captureFigures = figures
  }

  captureFigures(): readonly CaptureFigure[] {
    return this.#captureFigures()
  }

  /** What was recorded before the first block that comes. */
  startAt(counts: StreamCounts): void {
    this.#tally.startAt(counts)
    this.#mark = undefined
    this.past.marks.add(this.#markNow())
  }

  setProgress(reason: string, totalEntryCount: number): void {
    this.#reason = reason
    this.#totalEntryCount = totalEntryCount
  }

  setRate(entriesPerSecond: number): void {
    this.#entriesPerSecond = entriesPerSecond
  }

  setReady(): void {
    this.#isReady = true
    this.#reason = ''
    for (const changed of this.#subscribers) changed()
  }

  takeDigest(digest: MinuteDigest): void {
    this.#digests.set(digest.symbol, digest)
    const record = pastOf(this.past, digest.symbol).minutes.last(Number.POSITIVE_INFINITY)
    if (record?.seq === digest.seq) record.digest = digest.digest
  }

  readonly listener: PipelineListener = {
    minuteClosed: (run, close, cause, outcome) => this.#takeMinute(run, close, cause, outcome),
    frameEmitted: (run, frame, { seq, recvTimeUs }) =>
      pastOf(this.past, run.symbol).frames.add({
        seq,
        recvTimeMs: recvTimeUs / 1000,
        frame: new PackedFrame(frame),
      }),
    liquidationTaken: (run, order, { seq, recvTimeUs }) =>
      pastOf(this.past, run.symbol).liquidations.add({
        seq,
        recvTimeMs: recvTimeUs / 1000,
        timeMs: order.venueTimeMs,
        side: positionSide(order.side),
        priceUsd: order.price,
        sizeBase: order.sizeBase,
      }),
    gapFound: ({ symbol, ...gap }, { seq, recvTimeUs }) =>
      this.past.gaps.add({
        seq,
        symbol: symbol === '' ? '' : shortSymbol(symbol),
        channel: gap.channel,
        cause: gap.cause,
        recvTimeMs: recvTimeUs / 1000,
        durationMs: gap.durationMs,
        missingCount: gap.missingCount,
      }),
    faultFound: (fault) => this.#faults.push(fault),
    factRead: (channel, text, { seq, recvTimeUs }) => {
      if (channel === 'start') this.past.starts.add({ seq })
      if (channel !== 'alarm') return
      const fact = parseFact('alarm', encoder.encode(text))
      if (fact !== undefined) this.past.alarms.add({ ...fact, seq, recvTimeMs: recvTimeUs / 1000 })
    },
  }

  /** Counts the entries of a block that the pipeline has handled. */
  takeBlock(block: Block, from = 0, to = block.count): void {
    this.#tally.add(block, from, to)
    this.#mark = undefined
    if (this.#pipeline !== undefined) this.marks.afterBlock(this.#pipeline)
    // A fault does not tell its time, and its block does.
    for (const { seq, symbol, channel, reason } of this.#faults) {
      const recvTimeMs = (block.recvTimesUs[seq - block.firstSeq] ?? 0) / 1000
      this.past.faults.add({ seq, recvTimeMs, symbol, channel, reason })
    }
    this.#faults.length = 0
    const marked = this.past.marks.last(Number.POSITIVE_INFINITY)?.seq ?? 0
    if (this.#tally.seq - marked >= MARK_EVERY) this.past.marks.add(this.#markNow())
    for (const changed of this.#subscribers) changed()
  }

  status(): StatusView {
    return {
      ready: this.#isReady,
      mode: this.mode,
      recording: this.recording,
      reason: this.#reason,
      doneEntryCount: this.#pipeline?.nextSeq ?? 0,
      totalEntryCount: this.#totalEntryCount,
      entriesPerSecond: Math.round(this.#entriesPerSecond),
      symbols: statusSymbols(this.current()),
    }
  }

  current(): StateAt {
    return this.stateOf(this.#pipeline, this.#markNow())
  }

  nowMs(): number {
    return this.#nowMs()
  }

  /** The state of any pipeline of this recording, with the past up to it. */
  stateOf(pipeline: Pipeline | undefined, mark: Mark): StateAt {
    const { past, mode, recording } = this
    return shownState(pipeline, mark, { past, mode, recording, ready: this.#isReady })
  }

  async locate(moment: string): Promise<Located> {
    if (this.#pastReader !== undefined) return await this.#pastReader.locate(moment)
    return await this.extent()
  }

  async extent(): Promise<Extent> {
    return (await this.#pastReader?.extent()) ?? { fromMs: 0, toMs: 0, endSeq: 0 }
  }

  async withState<T>(seq: number, use: (state: StateAt) => T): Promise<T> {
    if (this.#pastReader === undefined || seq === this.#pipeline?.nextSeq)
      return use(this.current())
    return await this.#pastReader.withState(seq, use)
  }

  waitingCount(): number {
    return this.#pastReader?.waitingCount() ?? 0
  }

  subscribe(changed: () => void): () => void {
    this.#subscribers.add(changed)
    return () => this.#subscribers.delete(changed)
  }

  #markNow(): Mark {
    this.#mark ??= this.#tally.mark(this.#pipeline?.faultCount ?? 0)
    return this.#mark
  }

  #takeMinute(
    run: SymbolRun,
    close: MinuteClose,
    { seq, recvTimeUs }: Cause,
    outcome: EngineOutcome | undefined,
  ): void {
    const { symbol, heat, gapsInMinute } = run
    const { engines } = heat
    const { minutes, zoneChanges } = pastOf(this.past, symbol)
    const recvTimeMs = recvTimeUs / 1000
    const digest = this.#digests.get(symbol)
    const weights =
      engines === undefined ? [] : shownEngines(engines).state.heatmap.inference.weights
    const rated = outcome?.rated
    minutes.add({
      seq,
      minute: close.closedMinute,
      recvTimeMs,
      close,
      // A minute of a book that is out of sync is flat, and no less wrong than one with a gap.
      complete: gapsInMinute === 0 && !close.book.stale,
      gapCount: gapsInMinute,
      expected: rated && { long: rated.long.rate, short: rated.short.rate },
      weights: Float64Array.from([...weights].flat()),
      ...heatOf(outcome?.documents, outcome),
      digest: digest?.seq === seq ? digest.digest : '',
    })
    for (const fact of outcome?.zoneFacts ?? []) zoneChanges.add({ ...fact, seq, recvTimeMs })
  }
}
