/**
 * The last closed minutes in columns, for whoever shows them, and a running hash of all of them,
 * which is what enters a digest.
 */
import { mixNumber, type RunningHash, startHash } from '../base/running-hash.ts'
import type { MinuteClose } from './minute-close.ts'

/** 12 hours. */
const MINUTES_MAX = 720

/** What a row holds, in this order. */
export const HISTORY_FIELDS = [
  'minute',
  'openUsd',
  'highUsd',
  'lowUsd',
  'closeUsd',
  'tickCount',
  'buyBase',
  'sellBase',
  'tradeCount',
  'openInterestBase',
  'buyLiquidationCount',
  'sellLiquidationCount',
] as const

export type MinuteRow = Readonly<Record<(typeof HISTORY_FIELDS)[number], number>>

export interface MinuteHistory {
  /** Rows after each other; row `i` of all is at place `i % MINUTES_MAX`. */
  readonly rows: Float64Array
  /** Minutes closed since the start. */
  count: number
  readonly hash: RunningHash
}

export function createMinuteHistory(): MinuteHistory {
  return {
    rows: new Float64Array(MINUTES_MAX * HISTORY_FIELDS.length),
    count: 0,
    hash: startHash(),
  }
}

export function addMinute(history: MinuteHistory, close: MinuteClose): void {
  const row = rowOf(close)
  const start = (history.count % MINUTES_MAX) * HISTORY_FIELDS.length
  for (const [index, name] of HISTORY_FIELDS.entries()) {
    history.rows[start + index] = row[name]
    mixNumber(history.hash, row[name])
  }
  history.count += 1
}

/** The last `minutesMax` minutes, the oldest first. */
export function lastMinutes(history: MinuteHistory, minutesMax: number): readonly MinuteRow[] {
  const count = Math.min(minutesMax, history.count, MINUTES_MAX)
  return Array.from({ length: count }, (_, index) => {
    const start = ((history.count - count + index) % MINUTES_MAX) * HISTORY_FIELDS.length
    return Object.fromEntries(
      HISTORY_FIELDS.map((name, place) => [name, history.rows[start + place] ?? 0]),
    ) as MinuteRow
  })
}

function rowOf(close: MinuteClose): MinuteRow {
  const { bar, volume, liquidations } = close
  return {
    minute: close.closedMinute,
    openUsd: bar.openUsd,
    highUsd: bar.highUsd,
    lowUsd: bar.lowUsd,
    closeUsd: bar.closeUsd,
    tickCount: bar.tickCount,
    buyBase: volume.buyBase,
    sellBase: volume.sellBase,
    tradeCount: volume.buyTradeCount + volume.sellTradeCount,
    openInterestBase: close.openInterest.sizeBase ?? 0,
    buyLiquidationCount: liquidations.buyCount,
    sellLiquidationCount: liquidations.sellCount,
  }
}
