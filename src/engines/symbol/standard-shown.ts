/** Zones of the standard model in the shape of V3, which endpoints and files show (`zones.md` §6, §7). */

import type { StandardModel } from '../calibration/standard-model.ts'
import type { StandardZone, StandardZones } from '../calibration/standard-zones.ts'
import { massBetween } from '../calibration/standing-mass.ts'
import type { Zone, Zones } from '../liquidation/zones.ts'
import { zoneKey as keyOf } from '../liquidation/zones.ts'

export const STANDARD_ZONE_SOURCE = 'standing'

/** Weights are expected liquidations if price gets there; prices are triggers. */
export function showZones(
  shown: Zones,
  { zones, counts }: StandardZones,
  model: StandardModel,
  priceUsd: number,
): void {
  shown.map.clear()
  for (const zone of zones) shown.map.set(keyOf(zone.side, zone.fromLevel), shownZone(zone, model))
  shown.currentPriceUsd = priceUsd
  shown.createdCount = counts.created
  shown.reinforcedCount = counts.reinforced
  shown.sweptCount = counts.swept
  shown.expiredCount = counts.expired
  shown.mergedCount = counts.merged
}

const shownZone = (zone: StandardZone, model: StandardModel): Zone => ({
  side: zone.side,
  priceUsd: zone.triggerUsd,
  weight: zone.expected,
  createdS: (zone.createdMinute + 1) * 60,
  lastReinforcedS: (zone.reinforcedMinute + 1) * 60,
  reinforcementCount: zone.reinforceCount,
  source: STANDARD_ZONE_SOURCE,
  contributions: contributionsOf(zone, model),
})

/** What each tier adds to what the zone expects. */
export function contributionsOf(
  { side, fromLevel, toLevel }: Pick<StandardZone, 'side' | 'fromLevel' | 'toLevel'>,
  model: StandardModel,
): Map<number, number> {
  const { weights } = model.rates
  const contributions = new Map<number, number>()
  const { positions } = model
  for (const [place, tier] of positions.ladder.entries()) {
    const mass = massBetween(positions[side], place, fromLevel, toLevel)
    const expected = mass * (weights[place + 1] ?? 0)
    if (expected > 0) contributions.set(tier, expected)
  }
  return contributions
}
