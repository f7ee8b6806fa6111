/** The figures of the terminal view, of one symbol, from the state as it stands. */

import { priceOfKey, sizeBaseOf } from '../engines/book-levels.ts'
import { settleMetrics } from '../engines/book-metrics.ts'
import { bookReportOf } from '../engines/book-report.ts'
import { bucketPriceUsd } from '../engines/frames.ts'
import { createLevelBuffer } from '../engines/level-buffer.ts'
import { shownZones } from '../engines/liquidation/zone-tracker.ts'
import { zoneSummary } from '../engines/liquidation/zone-views.ts'
import { barOf, type Market } from '../engines/market.ts'
import { lastMinutes } from '../engines/minute-history.ts'
import { collectLevels } from '../engines/price-ladder.ts'
import type { SymbolEngines } from '../engines/symbol/symbol-engines.ts'
import type { SymbolRun } from '../pipeline/symbol-run.ts'
import type { DashboardView } from '../projections/dashboard-view.ts'
import { shortSymbol } from '../projections/symbol-name.ts'

/** What the run of one symbol does not know. */
export type DashboardHead = Pick<
  DashboardView,
  | 'symbols'
  | 'mode'
  | 'recording'
  | 'ready'
  | 'seq'
  | 'digest'
  | 'runtimeMs'
  | 'entryCount'
  | 'faultCount'
  | 'streams'
> & { readonly recvTimeMs: number }

const ZONES_SHOWN = 5
const TOP_LEVELS = 3
const BAND_FRACTION = 0.01

export function dashboardOf(run: SymbolRun, head: DashboardHead): DashboardView {
  const { recvTimeMs, ...shown } = head
  const { market, clock, heat } = run
  const asOfMs = Number.isNaN(clock.nowMs) ? 0 : clock.nowMs
  return {
    ...shown,
    symbol: shortSymbol(run.symbol),
    asOfMs,
    lagMs: asOfMs > 0 && recvTimeMs > 0 ? recvTimeMs - asOfMs : 0,
    gapCount: run.gapCount,
    price: priceOf(market),
    book: bookOf(market),
    trades: {
      buyBase: market.volume.buyBase,
      sellBase: market.volume.sellBase,
      buyCount: market.volume.buyTradeCount,
      sellCount: market.volume.sellTradeCount,
    },
    openInterest: interestOf(market),
    liquidations: {
      longsBase: market.liquidations.sellBase,
      shortsBase: market.liquidations.buyBase,
      longCount: market.liquidations.sellCount,
      shortCount: market.liquidations.buyCount,
      totalCount: heat.engines?.liquidation.state.heatmap.forceOrderCount ?? 0,
    },
    model: modelOf(heat.engines, clock.openMinute),
  }
}

function priceOf(market: Market): DashboardView['price'] {
  const { bar } = barOf(market)
  return {
    lastUsd: bar.closeUsd || market.metrics.midUsd,
    openUsd: bar.openUsd,
    highUsd: bar.highUsd,
    lowUsd: bar.lowUsd,
    volaUsd: bar.volaUsd,
    markUsd: market.mark.markUsd,
  }
}

function bookOf(market: Market): DashboardView['book'] {
  const { book, settings } = market
  // Looking must not change what is looked at: depths are settled in a copy.
  const metrics = { ...market.metrics, carried: new Map(market.metrics.carried) }
  settleMetrics(metrics, book.levels, settings.pipeline.bookLevelUsd)
  const report = bookReportOf(book, 0)
  const isTwoSided = metrics.bestBidUsd > 0 && metrics.bestAskUsd > 0
  return {
    state: book.state,
    resyncCount: report.counts.resyncs,
    bestBidUsd: metrics.bestBidUsd,
    bestAskUsd: metrics.bestAskUsd,
    spreadUsd: isTwoSided ? metrics.bestAskUsd - metrics.bestBidUsd : 0,
    bidDepthBase: metrics.bidDepthBase,
    askDepthBase: metrics.askDepthBase,
    imbalance: metrics.imbalance,
    voidsBase: metrics.voidsBase,
    reinforcesBase: metrics.reinforcesBase,
    top: largestLevels(market),
  }
}

/** Of the heights that depth messages are compared in, near the price: far walls would win. */
function largestLevels({ book, metrics, settings }: Market): DashboardView['book']['top'] {
  const { bookLevelUsd } = settings.pipeline
  const sums = new Map<number, number>()
  const buffer = createLevelBuffer()
  for (const ladder of [book.levels.shown.bids, book.levels.shown.asks]) {
    collectLevels(ladder, Number.NEGATIVE_INFINITY, buffer)
    for (let place = 0; place < buffer.count; place += 1) {
      const priceUsd = priceOfKey(book.levels.grid, buffer.keys[place] ?? 0)
      if (Math.abs(priceUsd - metrics.midUsd) > BAND_FRACTION * metrics.midUsd) continue
      const level = Math.trunc(priceUsd / bookLevelUsd)
      const sizeBase = sizeBaseOf(book.levels.grid, buffer.sizes[place] ?? 0)
      sums.set(level, (sums.get(level) ?? 0) + sizeBase)
    }
  }
  return [...sums]
    .sort((a, b) => b[1] - a[1])
    .slice(0, TOP_LEVELS)
    .map(([level, sizeBase]) => [bucketPriceUsd(level, bookLevelUsd), sizeBase] as const)
}

function interestOf({
  openInterest,
  mark,
  metrics,
  history,
}: Market): DashboardView['openInterest'] {
  const sizeBase = openInterest.sizeBase ?? 0
  const [before, last] = lastMinutes(history, 2)
  const [topAccountRatio, topPositionRatio, globalRatio] = openInterest.ratios
  return {
    sizeBase,
    valueUsd: sizeBase * (metrics.midUsd || mark.markUsd),
    changeBase:
      last === undefined || before === undefined
        ? 0
        : last.openInterestBase - before.openInterestBase,
    fundingFraction: mark.fundingFraction,
    nextFundingTimeMs: mark.nextFundingTimeMs,
    topAccountRatio,
    topPositionRatio,
    globalRatio,
  }
}

function modelOf(engines: SymbolEngines | undefined, openMinute: number): DashboardView['model'] {
  if (engines === undefined) return NO_MODEL
  const { heatmap, tracker, minuteCount } = engines.liquidation.state
  const summary = zoneSummary(heatmap.zones)
  const zonesOf = (side: 'long' | 'short') =>
    shownZones(tracker[side])
      .slice(0, ZONES_SHOWN)
      .map(({ priceUsd, strength, entryMinute }) => ({
        priceUsd,
        strength,
        ageMinutes: Math.max(0, openMinute - entryMinute),
      }))
  return {
    name: engines.model,
    minuteCount,
    eventCount:
      engines.model === 'standard'
        ? engines.standard.positions.notionalCount
        : engines.calibrator.window.totalEvents,
    longZoneCount: summary.active_zones_long,
    shortZoneCount: summary.active_zones_short,
    predictedOverObserved:
      engines.model === 'standard' && engines.standard.recentCount > 0
        ? engines.standard.recentRate / engines.standard.recentCount
        : 0,
    longZones: zonesOf('long'),
    shortZones: zonesOf('short'),
    weights: [...heatmap.inference.weights].sort(([a], [b]) => a - b),
  }
}

const NO_MODEL: DashboardView['model'] = {
  name: 'none',
  minuteCount: 0,
  eventCount: 0,
  longZoneCount: 0,
  shortZoneCount: 0,
  predictedOverObserved: 0,
  longZones: [],
  shortZones: [],
  weights: [],
}
