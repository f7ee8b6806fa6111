/** The state of a pipeline as views: what API and page are given, live and replayed. */

import { type BookGrid, priceOfKey, sizeBaseOf } from '../engines/book-levels.ts'
import { barOf } from '../engines/market.ts'
import { lastMinutes } from '../engines/minute-history.ts'
import { collectLevels, createLevelBuffer, type PriceLadder } from '../engines/price-ladder.ts'
import type { Block } from '../model/block.ts'
import type { Cause, Gap, PipelineListener } from '../pipeline/events.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { SymbolRun } from '../pipeline/symbol-run.ts'
import { shortSymbol } from '../projections/symbol-name.ts'
import type {
  BarsView,
  BarView,
  BookView,
  GapView,
  RecordingView,
  StateViews,
  StatusView,
} from '../projections/views.ts'
import type { MinuteDigest } from './digests.ts'

const GAPS_KEPT = 100
/** Minutes of which it is known whether a gap lies in them, as many as there are bars. */
const GAP_MINUTES_KEPT = 720
const MINUTE_MS = 60_000

/** Feeds on what a pipeline tells; {@link views} may be asked at any moment between two blocks. */
export class StateKeeper {
  readonly #mode: 'live' | 'replay'
  readonly #recording: string
  #pipeline: Pipeline | undefined
  #ready = false
  #reason = 'starting'
  #totalEntryCount = 0
  #entriesPerSecond = 0
  #gapCount = 0
  #gaps: GapView[] = []
  readonly #gapMinutes = new Map<string, Map<number, number>>()
  readonly #digests = new Map<string, MinuteDigest>()
  readonly #channels = new Map<string, { venue: string; channel: string; entryCount: number }>()
  readonly #lastRecvMs = new Map<string, number>()
  #firstRecvTimeMs = 0
  #lastRecvTimeMs = 0

  constructor(mode: 'live' | 'replay', recording: string) {
    this.#mode = mode
    this.#recording = recording
  }

  /** The state to show. */
  attach(pipeline: Pipeline): void {
    this.#pipeline = pipeline
  }

  setProgress(reason: string, totalEntryCount: number): void {
    this.#reason = reason
    this.#totalEntryCount = totalEntryCount
  }

  setRate(entriesPerSecond: number): void {
    this.#entriesPerSecond = entriesPerSecond
  }

  setReady(): void {
    this.#ready = true
    this.#reason = ''
  }

  takeDigest(digest: MinuteDigest): void {
    this.#digests.set(digest.symbol, digest)
  }

  readonly listener: PipelineListener = {
    minuteClosed: (run, close) => {
      // A minute of a book that is out of sync is flat, and no less wrong than one with a gap.
      if (run.gapsInMinute > 0 || close.book.stale) {
        this.#noteGaps(run.symbol, close.closedMinute, run.gapsInMinute)
      }
    },
    gapFound: (gap, cause) => this.#takeGap(gap, cause),
  }

  /** Counts the entries of a block that the pipeline has handled. */
  takeBlock(block: Block, from = 0, to = block.count): void {
    const counts = block.streams.map(() => 0)
    for (let index = from; index < to; index += 1) {
      const stream = block.streamIndexes[index] ?? 0
      counts[stream] = (counts[stream] ?? 0) + 1
    }
    const lastMs = (block.recvTimesUs[to - 1] ?? 0) / 1000
    for (const [index, { venue, channel, symbol }] of block.streams.entries()) {
      const entryCount = counts[index] ?? 0
      if (entryCount === 0) continue
      const name = `${venue}/${channel}`
      const row = this.#channels.get(name) ?? { venue, channel, entryCount: 0 }
      row.entryCount += entryCount
      this.#channels.set(name, row)
      this.#lastRecvMs.set(symbol, lastMs)
    }
    if (this.#firstRecvTimeMs === 0) this.#firstRecvTimeMs = (block.recvTimesUs[from] ?? 0) / 1000
    this.#lastRecvTimeMs = lastMs
  }

  readonly views: StateViews = {
    status: () => this.#status(),
    symbols: () => [...this.#runs().keys()],
    bars: (symbol, minutesMax) => this.#bars(this.#run(symbol), minutesMax),
    book: (symbol, levelsMax) => bookView(this.#run(symbol), levelsMax),
    summary: () => this.#summary(),
  }

  #status(): StatusView {
    return {
      ready: this.#ready,
      mode: this.#mode,
      recording: this.#recording,
      reason: this.#reason,
      doneEntryCount: this.#pipeline?.nextSeq ?? 0,
      totalEntryCount: this.#totalEntryCount,
      entriesPerSecond: Math.round(this.#entriesPerSecond),
      symbols: [...this.#runs().values()].map(({ symbol, clock, market }) => ({
        symbol: shortSymbol(symbol),
        clockMs: Number.isNaN(clock.nowMs) ? 0 : clock.nowMs,
        recvTimeMs: this.#lastRecvMs.get(symbol) ?? 0,
        bookSynced: market.book.state === 'synced',
      })),
    }
  }

  #bars(run: SymbolRun, minutesMax: number): BarsView {
    const gaps = this.#gapMinutes.get(run.symbol)
    const bars: BarView[] = lastMinutes(run.market.history, minutesMax).map((row) => {
      const gapCount = gaps?.get(row.minute) ?? 0
      const complete = gaps?.has(row.minute) !== true
      const { openUsd, highUsd, lowUsd, closeUsd, tickCount, buyBase, sellBase, tradeCount } = row
      const openTimeMs = row.minute * MINUTE_MS
      const prices = { openUsd, highUsd, lowUsd, closeUsd, tickCount }
      const flows = { buyBase, sellBase, tradeCount }
      return { openTimeMs, ...prices, ...flows, complete, gapCount }
    })
    const { bar, source } = barOf(run.market)
    if (bar.tickCount > 0 && !Number.isNaN(run.clock.openMinute)) bars.push(openBar(run))
    return {
      symbol: shortSymbol(run.symbol),
      asOfMs: Number.isNaN(run.clock.nowMs) ? 0 : run.clock.nowMs,
      source,
      bars: bars.slice(-minutesMax),
    }
  }

  #summary(): RecordingView {
    const channels = [...this.#channels.values()].sort((a, b) => b.entryCount - a.entryCount)
    return {
      recording: this.#recording,
      mode: this.#mode,
      entryCount: this.#pipeline?.nextSeq ?? 0,
      firstRecvTimeMs: this.#firstRecvTimeMs,
      lastRecvTimeMs: this.#lastRecvTimeMs,
      faultCount: this.#pipeline?.faultCount ?? 0,
      gapCount: this.#gapCount,
      gaps: this.#gaps,
      channels: channels.map((row) => ({ ...row })),
      symbols: [...this.#runs().values()].map(({ symbol, minuteCount, gapCount }) => ({
        symbol: shortSymbol(symbol),
        minuteCount,
        gapCount,
        digest: this.#digests.get(symbol)?.digest ?? '',
      })),
      entriesPerSecond: Math.round(this.#entriesPerSecond),
    }
  }

  #takeGap(gap: Gap, { recvTimeUs }: Cause): void {
    this.#gapCount += 1
    const { channel, cause, durationMs, missingCount } = gap
    const symbol = gap.symbol === '' ? '' : shortSymbol(gap.symbol)
    const recvTimeMs = recvTimeUs / 1000
    this.#gaps.push({ symbol, channel, cause, recvTimeMs, durationMs, missingCount })
    if (this.#gaps.length <= GAPS_KEPT) return
    // The one that weighs least makes room.
    const weightOf = (view: GapView): number => view.durationMs * 1e6 + view.missingCount
    const least = this.#gaps.reduce((a, b) => (weightOf(b) < weightOf(a) ? b : a))
    this.#gaps = this.#gaps.filter((view) => view !== least)
  }

  #noteGaps(symbol: string, minute: number, gapCount: number): void {
    const minutes = this.#gapMinutes.get(symbol) ?? new Map<number, number>()
    this.#gapMinutes.set(symbol, minutes)
    minutes.set(minute, gapCount)
    const [oldest] = minutes.keys()
    if (minutes.size > GAP_MINUTES_KEPT && oldest !== undefined) minutes.delete(oldest)
  }

  #runs(): ReadonlyMap<string, SymbolRun> {
    return this.#pipeline?.runs ?? new Map()
  }

  #run(symbol: string): SymbolRun {
    const run = this.#runs().get(symbol)
    if (run === undefined) throw new RangeError(`no run of ${symbol}`)
    return run
  }
}

function openBar({ market, clock, gapsInMinute }: SymbolRun): BarView {
  const { bar } = barOf(market)
  const { volume } = market
  return {
    openTimeMs: clock.openMinute * MINUTE_MS,
    openUsd: bar.openUsd,
    highUsd: bar.highUsd,
    lowUsd: bar.lowUsd,
    closeUsd: bar.closeUsd,
    tickCount: bar.tickCount,
    buyBase: volume.buyBase,
    sellBase: volume.sellBase,
    tradeCount: volume.buyTradeCount + volume.sellTradeCount,
    complete: false,
    gapCount: gapsInMinute,
  }
}

function bookView(run: SymbolRun, levelsMax: number): BookView {
  const { book } = run.market
  const { grid, shown } = book.levels
  const bids = levelsOf(grid, shown.bids, levelsMax)
  const asks = levelsOf(grid, shown.asks, levelsMax)
  const bestBidUsd = bids[0]?.[0] ?? 0
  const bestAskUsd = asks[0]?.[0] ?? 0
  const isTwoSided = bids.length > 0 && asks.length > 0
  return {
    symbol: shortSymbol(run.symbol),
    asOfMs: Number.isNaN(run.clock.nowMs) ? 0 : run.clock.nowMs,
    synced: book.state === 'synced',
    lastUpdateId: book.lastAppliedU,
    bestBidUsd,
    bestAskUsd,
    midUsd: isTwoSided ? (bestBidUsd + bestAskUsd) / 2 : 0,
    spreadUsd: isTwoSided ? bestAskUsd - bestBidUsd : 0,
    bids,
    asks,
  }
}

function levelsOf(grid: BookGrid, ladder: PriceLadder, levelsMax: number): [number, number][] {
  const buffer = createLevelBuffer()
  collectLevels(ladder, Number.NEGATIVE_INFINITY, buffer)
  const count = Math.min(levelsMax, buffer.count)
  return Array.from({ length: count }, (_, index) => [
    priceOfKey(grid, buffer.keys[index] ?? 0),
    sizeBaseOf(grid, buffer.sizes[index] ?? 0),
  ])
}
