/** The record of a bucket that price crossed, the same for tape and projections (`liquidation-tape.md` §6.2). */
import { roundDecimal, roundHalfEven } from '../../base/numeric.ts'
import type { LiquidationContext } from './context.ts'
import { priceOfLevel } from './level-grid.ts'
import type { Side } from './leverage.ts'

/** The range of a closed minute. */
export interface MinuteRange {
  readonly highUsd: number
  readonly lowUsd: number
}

export interface SweptBucket {
  readonly layer: 'tape' | 'projection'
  readonly side: Side
  readonly level: number
  readonly totalUsd: number
  readonly count: number
  readonly peakUsd: number
}

export function emitSweep(
  { emit, grid }: LiquidationContext,
  swept: SweptBucket,
  range: MinuteRange,
  minuteKey: number,
  timeS: number,
): void {
  if (emit === undefined) return
  const priceUsd = priceOfLevel(grid, swept.level)
  const isShort = swept.side === 'short'
  const trigger = isShort ? { trigger_high: range.highUsd } : { trigger_low: range.lowUsd }
  emit('liq_sweeps', {
    type: 'sweep',
    ts: timeS,
    minute_key: minuteKey,
    side: swept.side,
    bucket: priceUsd,
    total_notional_usd: roundDecimal(swept.totalUsd, 2),
    trade_count: swept.count,
    peak_notional_usd: roundDecimal(swept.peakUsd, 2),
    layer: swept.layer,
    reason: `${isShort ? 'high>=' : 'low<='}${roundHalfEven(priceUsd)}`,
    ...trigger,
  })
}
