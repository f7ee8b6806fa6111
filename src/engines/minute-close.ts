/** The close of a minute: what it was, and the start of the next (`pipeline.md` §10). */
import type { BookAudit } from './book-audit.ts'
import { settleMetrics } from './book-metrics.ts'
import { type BookReport, bookReportOf } from './book-report.ts'
import { clearChangeLog } from './change-log.ts'
import { startNextTotals } from './liquidation-totals.ts'
import { type BarSource, barOf, type Market, type MinuteVolume } from './market.ts'
import { settleVola, startNextBar } from './minute-bar.ts'
import { addMinute } from './minute-history.ts'
import { closeOpenInterest } from './open-interest.ts'
import { previousTakerMinute, type TakerMinute, takerMinute } from './taker-flow.ts'

export interface MinuteClose {
  /** The minute that ends, and the one that begins. Unit: minutes since 1970. */
  readonly closedMinute: number
  readonly minuteKey: number
  /** A price has been seen. */
  readonly live: boolean
  readonly barSource: BarSource
  readonly bar: ClosedBar
  /** Mean of open, high, low and close. Unit: USD. */
  readonly ohlc4Usd: number
  readonly volume: Readonly<MinuteVolume>
  /** Taker flow, before any fallback; nothing when the setting's minute has none. */
  readonly takers: Readonly<TakerMinute> | undefined
  readonly openInterest: ClosedOpenInterest
  /** Longs over shorts: top accounts, top positions, all accounts; 0 before the first. */
  readonly ratios: readonly [number, number, number]
  readonly fundingFraction: number
  /** 0 before the first. Unit: USD. */
  readonly markUsd: number
  readonly book: ClosedBook
  readonly liquidations: ClosedLiquidations
  readonly reconstruction: BookReport
  readonly audit: Readonly<BookAudit>
}

/** Unit of prices: USD. All 0 before the first price. */
export interface ClosedBar {
  readonly openUsd: number
  readonly highUsd: number
  readonly lowUsd: number
  readonly closeUsd: number
  readonly volaUsd: number
  readonly tickCount: number
}

/** In the unit that `pipeline.openInterestUnit` names. */
export interface ClosedOpenInterest {
  /** 0 before the first. */
  readonly total: number
  readonly change: number
  /** As last polled. Unit: base. */
  readonly sizeBase: number | undefined
}

/** As the last depth message of any minute left it. */
export interface ClosedBook {
  readonly bestBidUsd: number
  readonly bestAskUsd: number
  readonly spreadUsd: number
  readonly midUsd: number
  readonly bidDepthBase: number
  readonly askDepthBase: number
  readonly imbalance: number
  /** What the last depth message of this minute took away and added. */
  readonly voidsBase: number
  readonly reinforcesBase: number
  /** The book is out of sync: these figures are of an old one. */
  readonly stale: boolean
}

export interface ClosedLiquidations {
  readonly buyBase: number
  readonly sellBase: number
  readonly buyCount: number
  readonly sellCount: number
}

/**
 * Closes `closedMinute` and starts the next. `minuteKey` is the minute that begins; after a hole it
 * may be later than the next one. `clockMs` is the engine clock of the message that closes it.
 */
export function closeMinute(
  market: Market,
  closedMinute: number,
  minuteKey: number,
  clockMs: number,
): MinuteClose {
  const { metrics, book, settings, openInterest } = market
  settleMetrics(metrics, book.levels, settings.pipeline.bookLevelUsd)
  const { source, bar } = barOf(market)
  settleVola(bar)
  const close: MinuteClose = {
    closedMinute,
    minuteKey,
    live: bar.closeUsd > 0,
    barSource: source,
    bar: {
      openUsd: bar.openUsd,
      highUsd: bar.highUsd,
      lowUsd: bar.lowUsd,
      closeUsd: bar.closeUsd,
      volaUsd: bar.volaUsd,
      tickCount: bar.tickCount,
    },
    ohlc4Usd: (bar.openUsd + bar.highUsd + bar.lowUsd + bar.closeUsd) / 4,
    volume: { ...market.volume },
    takers: takersOf(market, closedMinute),
    openInterest: closedOpenInterest(market),
    ratios: [openInterest.ratios[0], openInterest.ratios[1], openInterest.ratios[2]],
    fundingFraction: market.mark.fundingFraction,
    markUsd: market.mark.markUsd,
    book: closedBook(market),
    liquidations: closedLiquidations(market),
    reconstruction: bookReportOf(book, clockMs),
    audit: { ...book.audit },
  }
  startNextMinute(market)
  addMinute(market.history, close)
  return close
}

function takersOf(market: Market, closedMinute: number): TakerMinute | undefined {
  const { takers, settings } = market
  const minute =
    settings.pipeline.takerMinute === 'closed'
      ? takerMinute(takers, closedMinute)
      : previousTakerMinute(takers)
  return minute === undefined ? undefined : { ...minute }
}

function closedOpenInterest({ openInterest, settings }: Market): ClosedOpenInterest {
  const { sizeBase, totalUsd, changeUsd } = openInterest
  const changeBase = closeOpenInterest(openInterest)
  return settings.pipeline.openInterestUnit === 'base'
    ? { total: sizeBase ?? 0, change: changeBase, sizeBase }
    : { total: totalUsd, change: changeUsd, sizeBase }
}

function closedBook({ metrics, book }: Market): ClosedBook {
  return {
    bestBidUsd: metrics.bestBidUsd,
    bestAskUsd: metrics.bestAskUsd,
    spreadUsd: metrics.bestAskUsd - metrics.bestBidUsd,
    midUsd: metrics.midUsd,
    bidDepthBase: metrics.bidDepthBase,
    askDepthBase: metrics.askDepthBase,
    imbalance: metrics.imbalance,
    voidsBase: metrics.voidsBase,
    reinforcesBase: metrics.reinforcesBase,
    stale: book.state !== 'synced' || book.levels.shown !== book.levels.live,
  }
}

function closedLiquidations({ liquidations }: Market): ClosedLiquidations {
  const { buyBase, sellBase, buyCount, sellCount } = liquidations
  return { buyBase, sellBase, buyCount, sellCount }
}

/** The reset of `pipeline.md` §10.5. */
function startNextMinute(market: Market): void {
  const { volume, metrics } = market
  volume.buyBase = 0
  volume.sellBase = 0
  volume.buyTradeCount = 0
  volume.sellTradeCount = 0
  metrics.voidsBase = 0
  metrics.reinforcesBase = 0
  startNextTotals(market.liquidations)
  for (const bar of [market.midBar, market.markBar, market.tradeBar]) startNextBar(bar)
  // Nothing refers to it any more, and an empty log is a small state.
  clearChangeLog(market.book.levels.log)
}
