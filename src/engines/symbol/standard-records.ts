/** What the standard model writes into the logs that the reference has for the same things. */
import type { RatedMinute } from '../calibration/hazard.ts'
import { orderPriceUsd } from '../calibration/standard-map.ts'
import type { StandardModel } from '../calibration/standard-model.ts'
import type { StandardPositions } from '../calibration/standard-positions.ts'
import type { ZoneFact } from '../calibration/standard-zones.ts'
import { isoTime } from '../liquidation/iso-time.ts'
import { createLevelGrid, priceOfLevel } from '../liquidation/level-grid.ts'
import type { MinuteInput } from '../liquidation/minute-input.ts'
import { contributionsOf, STANDARD_ZONE_SOURCE } from './standard-shown.ts'
import type { EmitRecord, EngineLiquidation, EngineRecord } from './symbol-engines.ts'

/** A record of `liq_calibrator`: one liquidation, and whether it is counted. */
export const eventOf = (
  positions: StandardPositions,
  { timeS, side, priceUsd, sizeBase }: EngineLiquidation,
  { srcUsd, isCounted }: { readonly srcUsd: number; readonly isCounted: boolean },
): EngineRecord => ({
  type: isCounted ? 'event' : 'event_rejected',
  symbol: positions.symbol,
  timestamp: isoTime(timeS),
  minute_key: Math.floor(timeS / 60),
  side,
  event_price: priceUsd,
  event_trigger: priceUsd / orderPriceUsd(positions, side, 1),
  event_qty: sizeBase,
  event_notional: priceUsd * sizeBase,
  event_src_price: srcUsd,
})

/** A record of `liq_calibrator`: what a minute was expected to bring, and the weights after it. */
export function emitRated(
  emit: EmitRecord | undefined,
  model: StandardModel,
  rated: RatedMinute,
  { timeS, minuteKey }: MinuteInput,
): void {
  if (emit === undefined) return
  const [background = 0, ...weights] = model.rates.weights
  emit('liq_calibrator', {
    type: 'calibration',
    symbol: model.positions.symbol,
    timestamp: isoTime(timeS),
    minute_key: minuteKey,
    scored: rated.scored,
    expected_long: rated.long.rate,
    expected_short: rated.short.rate,
    events_long: rated.long.count,
    events_short: rated.short.count,
    ladder: [...model.positions.ladder],
    weights,
    background,
    predicted_over_observed: model.recentCount > 0 ? model.recentRate / model.recentCount : null,
  })
}

/** Records of `liq_zones`. */
export function emitZoneFacts(
  emit: EmitRecord | undefined,
  model: StandardModel,
  facts: readonly ZoneFact[],
  timeS: number,
): void {
  if (emit === undefined) return
  const grid = createLevelGrid(model.positions.stepUsd)
  for (const { change, minute, zone } of facts) {
    emit('liq_zones', {
      type: `zone_${change}`,
      ts: timeS,
      id: zone.id,
      side: zone.side,
      price: zone.triggerUsd,
      order_price: zone.orderUsd,
      price_low: priceOfLevel(grid, zone.fromLevel),
      price_high: priceOfLevel(grid, zone.toLevel),
      weight: zone.expected,
      peak_weight: zone.expectedPeak,
      source: STANDARD_ZONE_SOURCE,
      lifespan_min: minute - zone.createdMinute,
      reinforcement_count: zone.reinforceCount,
      tier_contributions: Object.fromEntries(
        [...contributionsOf(zone, model)].map(([tier, expected]) => [String(tier), expected]),
      ),
    })
  }
}
