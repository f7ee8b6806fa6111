/** What the liquidation engines take of a closed minute (`pipeline.md` §10.2, §10.3). */
import type { MinuteClose } from '../minute-close.ts'
import { lastTakerMinutes, type TakerFlow } from '../taker-flow.ts'
import type { AggressionMinute } from './debug-records.ts'

export interface MinuteInput {
  /** Stamps all that the close causes. Unit: s since 1970. */
  readonly timeS: number
  /** The minute that begins; the figures are of the one before. */
  readonly minuteKey: number
  readonly openUsd: number
  readonly highUsd: number
  readonly lowUsd: number
  readonly closeUsd: number
  /** Mean of the four. */
  readonly srcUsd: number
  /** Taker volume of the bar. Unit: base. */
  readonly buyBase: number
  readonly sellBase: number
  readonly takerBuyUsd: number
  readonly takerSellUsd: number
  /** In the unit of `pipeline.openInterestUnit`; 0 before the first. */
  readonly openInterest: number
  /** For the debug record only. */
  readonly aggression: AggressionMinute
}

/** `timeS`: the clock of what closed it, or the boundary itself (`product.md` §2). */
export function minuteInputOf(close: MinuteClose, takers: TakerFlow, timeS: number): MinuteInput {
  const { bar, volume, ohlc4Usd: srcUsd } = close
  const { buyBase, sellBase } = volume
  const flow = close.takers !== undefined && close.takers.tradeCount > 0 ? close.takers : undefined
  return {
    timeS,
    minuteKey: close.minuteKey,
    openUsd: bar.openUsd,
    highUsd: bar.highUsd,
    lowUsd: bar.lowUsd,
    closeUsd: bar.closeUsd,
    srcUsd,
    buyBase,
    sellBase,
    takerBuyUsd: flow?.buyUsd ?? buyBase * srcUsd,
    takerSellUsd: flow?.sellUsd ?? sellBase * srcUsd,
    openInterest: close.openInterest.total,
    aggression: {
      takerMinute: flow?.minute ?? close.minuteKey - 1,
      tradeCount: flow?.tradeCount ?? 0,
      isFallback: flow === undefined,
      lastMinutes: lastTakerMinutes(takers),
      buyBase,
      sellBase,
    },
  }
}
