/** One symbol on its way through a recording: its clock, its market, and what its ids tell. */
import type { Plain } from '../base/canonical.ts'
import { type BarSource, createMarket, type Market } from '../engines/market.ts'
import { marketDigest, marketFromPlain, marketToPlain } from '../engines/market-plain.ts'
import { closeMinute } from '../engines/minute-close.ts'
import { type EngineClock, minuteOf, startClock } from './clock.ts'
import { startTickerCheck, startTradeIds, type TickerCheck, type TradeIds } from './continuity.ts'
import type { Cause, PipelineListener } from './events.ts'
import type { Settings } from './settings.ts'

export interface SymbolRun {
  readonly symbol: string
  readonly market: Market
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
export const startRun = (symbol: string, settings: Settings, firstClockMs: number): SymbolRun => ({
  symbol,
  market: createMarket(symbol, settings),
  clock: startClock(firstClockMs),
  tradeIds: startTradeIds(),
  tickerCheck: startTickerCheck(),
  gapsInMinute: 0,
  gapCount: 0,
  minuteCount: 0,
  lastBarSource: undefined,
})

/** Closes the open minute; the one of the clock is open then. */
export function closeOpenMinute(run: SymbolRun, cause: Cause, listener: PipelineListener): void {
  const { clock } = run
  const closedMinute = clock.openMinute
  clock.openMinute = minuteOf(clock.nowMs)
  const close = closeMinute(run.market, closedMinute, clock.openMinute, clock.nowMs)
  run.minuteCount += 1
  run.lastBarSource = close.barSource
  listener.minuteClosed?.(run, close, cause)
  run.gapsInMinute = 0
}

/** What a checkpoint keeps. */
export const runToPlain = (run: SymbolRun): Plain => ({
  symbol: run.symbol,
  market: marketToPlain(run.market),
  clock: { ...run.clock },
  tradeIds: { ...run.tradeIds },
  tickerCheck: { ...run.tickerCheck, pending: [...run.tickerCheck.pending] },
  gapsInMinute: run.gapsInMinute,
  gapCount: run.gapCount,
  minuteCount: run.minuteCount,
  lastBarSource: run.lastBarSource,
})

/** What a state digest covers: the same state, histories as running hashes. */
export const runToDigest = (run: SymbolRun): Plain => ({
  symbol: run.symbol,
  market: marketDigest(run.market),
  clock: { ...run.clock },
  tradeIds: { ...run.tradeIds },
  gapCount: run.gapCount,
})

/** A run that goes on where {@link runToPlain} was taken. */
export function runFromPlain(plain: Plain, settings: Settings): SymbolRun {
  const saved = plain as unknown as Omit<SymbolRun, 'market'> & { readonly market: Plain }
  return {
    ...saved,
    market: marketFromPlain(saved.symbol, settings, saved.market),
    clock: { ...saved.clock },
    tradeIds: { ...saved.tradeIds },
    tickerCheck: { ...saved.tickerCheck },
  }
}
