/** One symbol on its way through a recording: its clock, its market, its engines, and what its ids tell. */
import type { Plain } from '../base/canonical.ts'
import { type BarSource, createMarket, type Market } from '../engines/market.ts'
import { marketDigest, marketFromPlain, marketToPlain } from '../engines/market-plain.ts'
import { closeMinute } from '../engines/minute-close.ts'
import type { ForceOrder } from '../model/messages.ts'
import { type EngineClock, minuteOf, startClock } from './clock.ts'
import {
  startTickerCheck,
  startTradeIds,
  type TickerCheck,
  type TradeIds,
  tickerCheckFromPlain,
  tickerCheckToPlain,
} from './continuity.ts'
import { EngineRun, type RunOptions } from './engine-run.ts'
import type { Cause, PipelineListener } from './events.ts'

export interface SymbolRun {
  readonly symbol: string
  readonly market: Market
  readonly heat: EngineRun
  readonly clock: EngineClock
  readonly tradeIds: TradeIds
  readonly tickerCheck: TickerCheck
  /** Gaps of any kind since the last minute close, and since the start. */
  gapsInMinute: number
  gapCount: number
  minuteCount: number
  /** What the last closed bar was made of. */
  lastBarSource: BarSource | undefined
}

/** `firstClockMs`: where the clock stands before the first entry; `NaN` waits for one. */
export function startRun(symbol: string, options: RunOptions, firstClockMs: number): SymbolRun {
  const market = createMarket(symbol, options.settings)
  return {
    symbol,
    market,
    heat: new EngineRun(symbol, market.liquidations.baseAsset, options),
    clock: startClock(firstClockMs),
    tradeIds: startTradeIds(),
    tickerCheck: startTickerCheck(),
    gapsInMinute: 0,
    gapCount: 0,
    minuteCount: 0,
    lastBarSource: undefined,
  }
}

/** Gives a liquidation that the market accepted to the engines. */
export function takeLiquidation(run: SymbolRun, order: ForceOrder): void {
  // Under `receive` the clock is all there is; otherwise the match has its own time.
  const timeMs = run.heat.byReceipt ? run.clock.nowMs : order.venueTimeMs
  run.heat.liquidate(run.market, order, timeMs / 1000)
}

/** Closes the open minute; the one of the clock is open then. */
export function closeOpenMinute(run: SymbolRun, cause: Cause, listener: PipelineListener): void {
  const { clock, heat, market } = run
  const closedMinute = clock.openMinute
  clock.openMinute = minuteOf(clock.nowMs)
  const close = closeMinute(market, closedMinute, clock.openMinute, clock.nowMs)
  run.minuteCount += 1
  run.lastBarSource = close.barSource
  const timeS = heat.byReceipt ? clock.nowMs / 1000 : clock.openMinute * 60
  const outcome = heat.closeMinute(market, close, timeS)
  listener.minuteClosed?.(run, close, cause, outcome)
  run.gapsInMinute = 0
}

/** What a checkpoint keeps. */
export const runToPlain = (run: SymbolRun): Plain => ({
  symbol: run.symbol,
  market: marketToPlain(run.market),
  heat: run.heat.toPlain(),
  clock: { ...run.clock },
  tradeIds: { ...run.tradeIds },
  tickerCheck: tickerCheckToPlain(run.tickerCheck),
  gapsInMinute: run.gapsInMinute,
  gapCount: run.gapCount,
  minuteCount: run.minuteCount,
  lastBarSource: run.lastBarSource,
})

/** What a state digest covers: the same state, histories as running hashes. */
export const runToDigest = (run: SymbolRun): Plain => ({
  symbol: run.symbol,
  market: marketDigest(run.market),
  heat: run.heat.toDigest(),
  clock: { ...run.clock },
  tradeIds: { ...run.tradeIds },
  gapCount: run.gapCount,
})

/** A run that goes on where {@link runToPlain} was taken. */
export function runFromPlain(plain: Plain, options: RunOptions): SymbolRun {
  const saved = plain as unknown as Omit<SymbolRun, 'market' | 'heat' | 'tickerCheck'> & {
    readonly market: Plain
    readonly tickerCheck: Parameters<typeof tickerCheckFromPlain>[0]
    readonly heat: Plain
  }
  const market = marketFromPlain(saved.symbol, options.settings, saved.market)
  const heat = new EngineRun(saved.symbol, market.liquidations.baseAsset, options)
  heat.restore(saved.heat)
  return {
    ...saved,
    market,
    heat,
    clock: { ...saved.clock },
    tradeIds: { ...saved.tradeIds },
    tickerCheck: tickerCheckFromPlain(saved.tickerCheck),
  }
}
