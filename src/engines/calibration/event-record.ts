/** The records of one liquidation (`calibrator.md` §10.5, §10.6). */

import { roundDecimal } from '../../base/numeric.ts'
import { isoTime } from '../liquidation/iso-time.ts'
import type { Json } from '../reference-rows.ts'
import { type Attribution, volatilityScale } from './attribution.ts'
import type { Calibrator, LogRecord, Zones } from './calibrator-state.ts'
import { type Hit, impliedBand, missUsd, type PlacedEvent } from './placed-event.ts'

/** Always of an event that is insane; under `insaneEvents: keep` its `event` record follows. */
export function rejectedRecord(state: Calibrator, event: PlacedEvent): LogRecord {
  const { timeS, priceUsd, sizeBase, side } = event.liquidation
  return {
    type: 'event_rejected',
    timestamp: isoTime(timeS),
    reason: 'price_insane',
    detail: deviation(state, event),
    event_price: roundDecimal(priceUsd, 2),
    src_price: roundDecimal(event.srcUsd, 2),
    dist_pct: roundDecimal(event.distance, 4),
    side,
    notional: roundDecimal(priceUsd * sizeBase, 2),
  }
}

export function eventRecord(
  state: Calibrator,
  event: PlacedEvent,
  hit: Hit,
  attribution: Attribution,
  teaches: boolean,
): LogRecord {
  const { settings, long, short } = state
  const { liquidation, snapshot, srcUsd } = event
  const { priceUsd, sizeBase, side, timeS } = liquidation
  const { ladder } = snapshot
  const scale = volatilityScale(state)
  const biasUsd = state[side].bias * srcUsd
  const { offsetUsd } = state[side]
  const corrected = attribution.levelsUsd.map((levelUsd) => levelUsd + biasUsd)
  return {
    type: 'event',
    timestamp: isoTime(timeS),
    symbol: state.symbol,
    side,
    event_price: roundDecimal(priceUsd, 2),
    event_src_price: roundDecimal(srcUsd, 2),
    src_source: event.source,
    snapshot_src: roundDecimal(snapshot.srcUsd, 2),
    dist_pct_event: roundDecimal(event.distance, 6),
    src_band: event.band,
    updates_calibration: teaches,
    event_qty: roundDecimal(sizeBase, 6),
    event_notional: roundDecimal(priceUsd * sizeBase, 2),
    is_hit: hit.isHit,
    hit_strength: hit.isHit ? roundDecimal(hit.strength, 4) : null,
    miss_distance_buckets: hit.isHit ? null : roundDecimal(hit.distance, 2),
    ...bestFields(state, event, attribution),
    bias_pct_long: roundDecimal(long.bias, 6),
    bias_pct_short: roundDecimal(short.bias, 6),
    bias_pct_applied: roundDecimal(state[side].bias, 6),
    ladder: [...ladder],
    implied_levels_raw: byTier(ladder, attribution.levelsUsd, 2),
    implied_levels_corrected: byTier(ladder, corrected, 2),
    top_predicted_zones: strongest(snapshot[side]).map(([zoneUsd, strength]) => [
      roundDecimal(zoneUsd, 2),
      roundDecimal(strength, 3),
    ]),
    current_weights: byTier(ladder, snapshot.weights, 4),
    current_buffer: roundDecimal(snapshot.buffer, 5),
    hit_bucket_tolerance: state.tolerance,
    tau_pct: roundDecimal(settings.tauPctBase * scale, 6),
    delta_pct: roundDecimal(settings.deltaPctBase * scale, 6),
    vol_scale: roundDecimal(scale, 4),
    vol_ewma: roundDecimal(state.volEwma, 6),
    price_insane: event.insane,
    price_insane_reason: event.insane ? deviation(state, event) : null,
    offset_used_usd: roundDecimal(offsetUsd, 2),
    offset_used_pct: srcUsd > 0 ? roundDecimal(offsetUsd / srcUsd, 6) : 0,
  }
}

/** Values by tier, as JSON keys them. */
export const byTier = (
  ladder: readonly number[],
  values: readonly number[],
  digits: number,
): { readonly [tier: string]: number } =>
  Object.fromEntries(ladder.map((tier, index) => [tier, roundDecimal(values[index] ?? 0, digits)]))

/** The five strongest zones, the first of equals first. */
export function strongest({ pricesUsd, strengths }: Zones): readonly (readonly [number, number])[] {
  const strengthOf = (index: number) => strengths[index] ?? 0
  return [...pricesUsd.keys()]
    .sort((a, b) => strengthOf(b) - strengthOf(a))
    .slice(0, 5)
    .map((index) => [pricesUsd[index] ?? 0, strengthOf(index)])
}

/** What depends on the tier that explains the event best; all `null` when none does. */
function bestFields(state: Calibrator, event: PlacedEvent, attribution: Attribution) {
  const { ladder } = event.snapshot
  const { bestIndex, levelsUsd, distances } = attribution
  const tier = ladder[bestIndex]
  const distance = distances[bestIndex] ?? 0
  const levelUsd = levelsUsd[bestIndex] ?? 0
  const missed = missUsd(state, event, attribution)
  const ifAny = <T extends Json>(value: T) => (tier === undefined ? null : value)
  const biasUsd = state[event.liquidation.side].bias * event.srcUsd
  return {
    nearest_implied_dist_pct: ifAny(roundDecimal(distance, 6)),
    implied_band: ifAny(impliedBand(state, distance)),
    top_3_by_responsibility: topTiers(event, attribution),
    attributed_leverage: tier ?? null,
    nearest_implied_leverage_raw: tier ?? null,
    nearest_implied_raw: ifAny(roundDecimal(levelUsd, 2)),
    nearest_implied_corrected: ifAny(roundDecimal(levelUsd + biasUsd, 2)),
    miss_pct: ifAny(event.srcUsd > 0 ? roundDecimal(missed / event.srcUsd, 6) : 0),
    miss_usd: ifAny(roundDecimal(missed, 2)),
    tier_disabled: tier !== undefined && state.disabled.includes(tier),
  }
}

function topTiers(event: PlacedEvent, { shares, levelsUsd, bestIndex }: Attribution): Json {
  if (bestIndex < 0) return []
  const order = [...shares.keys()].sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0))
  return order.slice(0, 3).map((index) => ({
    leverage: event.snapshot.ladder[index] ?? 0,
    responsibility: roundDecimal(shares[index] ?? 0, 4),
    distance_usd: roundDecimal(Math.abs(event.liquidation.priceUsd - (levelsUsd[index] ?? 0)), 2),
  }))
}

function deviation(state: Calibrator, event: PlacedEvent): string {
  const found = roundDecimal(event.distance * 100, 1).toFixed(1)
  const most = roundDecimal(state.settings.maxEventPriceDeviation * 100, 0)
  return `price_deviation=${found}%>max=${most}%`
}
