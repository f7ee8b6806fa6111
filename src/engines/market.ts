/**
 * All that is known of one symbol's market: book, bars, flows, open interest, liquidations. Plain
 * data that its handlers change in place; the caller decides when a minute closes (`product.md` §2).
 *
 * `clockMs` is the engine clock at the message in hand. Unit: ms since 1970.
 */

import { type RunningHash, startHash } from '../base/running-hash.ts'
import type {
  AggTrade,
  DepthSnapshot,
  DepthUpdate,
  ForceOrder,
  LongShortRatio,
  MarkPrice,
  OpenInterest,
} from '../model/messages.ts'
import { priceOfKey, showLive } from './book-levels.ts'
import {
  type BookMetrics,
  createBookMetrics,
  sampleBook,
  sampleNewBook,
  settleMetrics,
  sizesByLevel,
} from './book-metrics.ts'
import { type BookReport, bookReportOf } from './book-report.ts'
import { hashFrame } from './frame-hash.ts'
import {
  type BookFrame,
  createFrameAccumulator,
  type FrameAccumulator,
  isFrameDue,
  settleFrame,
  updateFrames,
} from './frames.ts'
import {
  addLiquidation,
  createLiquidationTotals,
  type LiquidationTotals,
  type LiquidationVerdict,
} from './liquidation-totals.ts'
import type { MarketSettings } from './market-settings.ts'
import { addPrice, createMinuteBar, type MinuteBar } from './minute-bar.ts'
import { createMinuteHistory, type MinuteHistory } from './minute-history.ts'
import {
  createOpenInterest,
  type OpenInterestState,
  type RatioKind,
  takeOpenInterest,
  takeRatio,
} from './open-interest.ts'
import {
  carryOut,
  createOrderBook,
  type DiffVerdict,
  judgeDiff,
  type OrderBook,
  takeSnapshot,
} from './order-book.ts'
import { addTakerTrade, createTakerFlow, type TakerFlow } from './taker-flow.ts'

export interface Market {
  readonly symbol: string
  readonly settings: MarketSettings
  readonly book: OrderBook
  readonly metrics: BookMetrics
  readonly frames: FrameAccumulator
  /** Of all frames so far. */
  readonly frameHash: RunningHash
  frameCount: number
  /** Bars of the mid, of the mark price and of trades; the last two only while they are needed. */
  readonly midBar: MinuteBar
  readonly markBar: MinuteBar
  readonly tradeBar: MinuteBar
  readonly volume: MinuteVolume
  readonly takers: TakerFlow
  readonly openInterest: OpenInterestState
  readonly liquidations: LiquidationTotals
  readonly mark: MarkState
  /** The state of the book when it was last reported (`pipeline.md` §10.6). */
  bookReport: BookReport | undefined
  readonly history: MinuteHistory
}

/** Trades of the open minute. */
export interface MinuteVolume {
  /** Taker bought. Unit: base. */
  buyBase: number
  sellBase: number
  buyTradeCount: number
  sellTradeCount: number
}

export interface MarkState {
  /** 0 before the first. Unit: USD. */
  markUsd: number
  indexUsd: number
  /** 0 before the first. */
  fundingFraction: number
  nextFundingTimeMs: number
}

/** Time between reports of the book's state (`pipeline.md` §10.6). */
const BOOK_REPORT_S = 5

export function createMarket(symbol: string, settings: MarketSettings): Market {
  return {
    symbol,
    settings,
    book: createOrderBook(settings.book),
    metrics: createBookMetrics(),
    frames: createFrameAccumulator(settings.frames, symbol),
    frameHash: startHash(),
    frameCount: 0,
    midBar: createMinuteBar(),
    markBar: createMinuteBar(),
    tradeBar: createMinuteBar(),
    volume: { buyBase: 0, sellBase: 0, buyTradeCount: 0, sellTradeCount: 0 },
    takers: createTakerFlow(),
    openInterest: createOpenInterest(),
    liquidations: createLiquidationTotals(symbol, settings.pipeline),
    mark: { markUsd: 0, indexUsd: 0, fundingFraction: 0, nextFundingTimeMs: 0 },
    bookReport: undefined,
    history: createMinuteHistory(),
  }
}

/** Returns the frame of the slot that this message ended, if it ended one. */
export function onDepth(market: Market, diff: DepthUpdate, clockMs: number): BookFrame | undefined {
  const { book, metrics, settings } = market
  const { bookLevelUsd } = settings.pipeline
  const verdict = judgeDiff(book, diff)
  settleBefore(market, diff, verdict, clockMs)
  carryOut(book, diff, verdict, clockMs)
  const frame = verdict === 'apply' ? afterApplied(market, clockMs) : undefined
  const { levels } = book
  let sampled = false
  if (book.state === 'synced' && levels.shown !== levels.live) {
    const before = sizesByLevel(levels, levels.shown, bookLevelUsd)
    showLive(levels)
    sampled = sampleNewBook(metrics, levels, before, bookLevelUsd)
  } else {
    sampled = sampleBook(metrics, levels, bookLevelUsd, verdict === 'apply')
  }
  if (sampled) addPrice(market.midBar, metrics.midUsd)
  return frame
}

export function onSnapshot(market: Market, snapshot: DepthSnapshot, clockMs: number): void {
  const { book, metrics, settings } = market
  if (book.state !== 'synced') {
    // The log of changes starts anew with a joined book, and the next diff puts that on view.
    settleMetrics(metrics, book.levels, settings.pipeline.bookLevelUsd)
  }
  takeSnapshot(book, snapshot, clockMs)
}

export function onTrade(market: Market, trade: AggTrade, clockMs: number): void {
  const { volume } = market
  if (trade.buyerIsMaker) {
    volume.sellBase += trade.sizeBase
    volume.sellTradeCount += 1
  } else {
    volume.buyBase += trade.sizeBase
    volume.buyTradeCount += 1
  }
  const minute = Math.floor(clockMs / 1000 / 60)
  addTakerTrade(market.takers, minute, trade.price * trade.sizeBase, trade.buyerIsMaker)
  if (needsBar(market, 'trade')) addPrice(market.tradeBar, trade.price)
}

export function onMark(market: Market, mark: MarkPrice): void {
  const { mark: state } = market
  if (!Number.isNaN(mark.fundingFraction)) state.fundingFraction = mark.fundingFraction
  state.markUsd = mark.markPrice
  state.indexUsd = mark.indexPrice
  state.nextFundingTimeMs = mark.nextFundingTimeMs
  if (needsBar(market, 'mark') && mark.markPrice > 0) addPrice(market.markBar, mark.markPrice)
}

/** `undefined` stands for a reply without a quantity: the old one is priced anew. */
export function onOpenInterest(market: Market, message: OpenInterest | undefined): void {
  takeOpenInterest(market.openInterest, message?.openInterestBase, market.metrics.midUsd)
}

/** `undefined` stands for a reply that could not be read, which fails its ratio of the round. */
export function onRatio(
  market: Market,
  kind: RatioKind,
  message: LongShortRatio | undefined,
): void {
  const ratio = message?.empty === false ? message.ratio : undefined
  takeRatio(market.openInterest, kind, ratio, market.metrics.midUsd)
}

/** Adds a forced order of any symbol to the minute's totals, if it is one of ours. */
export const onForceOrder = (market: Market, order: ForceOrder): LiquidationVerdict =>
  addLiquidation(market.liquidations, order)

/** The bar that stands for the minute: that of the setting, or one to fall back to. */
export function barOf(market: Market): { readonly source: BarSource; readonly bar: MinuteBar } {
  const { barPrice, barPriceFallback } = market.settings.pipeline
  const bars = { mid: market.midBar, mark: market.markBar, trade: market.tradeBar }
  if (bars[barPrice].closeUsd > 0 || !barPriceFallback) {
    return { source: barPrice, bar: bars[barPrice] }
  }
  const source = FALLBACKS.find((name) => bars[name].closeUsd > 0) ?? barPrice
  return { source, bar: bars[source] }
}

export type BarSource = MarketSettings['pipeline']['barPrice']

const FALLBACKS: readonly BarSource[] = ['mark', 'trade']

/** Whether bars of `source` may be asked for: it was chosen, or what was chosen is not there yet. */
function needsBar(market: Market, source: BarSource): boolean {
  const { barPrice, barPriceFallback } = market.settings.pipeline
  if (barPrice === source) return true
  if (!barPriceFallback) return false
  const chosen =
    barPrice === 'mid' ? market.midBar : barPrice === 'mark' ? market.markBar : market.tradeBar
  return chosen.closeUsd === 0
}

/** Computes what needs the book as it is, before the message changes it for good. */
function settleBefore(
  market: Market,
  diff: DepthUpdate,
  verdict: DiffVerdict,
  clockMs: number,
): void {
  const { book, frames } = market
  if (verdict === 'resync') {
    settleFrame(frames, book.levels)
  } else if (verdict === 'apply') {
    if (mayEmptySide(market, diff)) {
      settleFrame(frames, book.levels)
      settleMetrics(market.metrics, book.levels, market.settings.pipeline.bookLevelUsd)
    } else if (isFrameDue(frames, clockMs)) {
      settleFrame(frames, book.levels)
    }
  }
}

function mayEmptySide(market: Market, diff: DepthUpdate): boolean {
  const { bids, asks } = market.book.levels.live
  return diff.bidCount >= bids.count || diff.askCount >= asks.count
}

/** What the reference does inside the callback of the book, with the mid of the message before. */
function afterApplied(market: Market, clockMs: number): BookFrame | undefined {
  const { book, frames, metrics } = market
  const { grid, live } = book.levels
  let frame: BookFrame | undefined
  if (live.bids.count > 0 && live.asks.count > 0) {
    const bestUsd = priceOfKey(grid, live.bids.bestKey) + priceOfKey(grid, live.asks.bestKey)
    const srcUsd = metrics.midUsd > 0 ? metrics.midUsd : bestUsd / 2
    if (srcUsd > 0) frame = updateFrames(frames, srcUsd, clockMs)
  }
  if (frame !== undefined) {
    hashFrame(market.frameHash, frame)
    market.frameCount += 1
  }
  const lastMs = market.bookReport?.writtenClockMs ?? 0
  if (clockMs / 1000 - lastMs / 1000 >= BOOK_REPORT_S) {
    market.bookReport = bookReportOf(book, clockMs)
  }
  return frame
}
