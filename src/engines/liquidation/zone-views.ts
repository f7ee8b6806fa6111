/** Zones as others see them: the list of the API, the summary, and the file (`zones.md` §6, §7). */
import { roundDecimal } from '../../base/numeric.ts'
import type { LiquidationContext } from './context.ts'
import type { Side } from './leverage.ts'
import { keyOfPrice, type Zone, type Zones } from './zones.ts'

export interface ZoneFilter {
  readonly side?: string
  /** Bounds, both included; 0 is no bound. */
  readonly minLeverage?: number
  readonly maxLeverage?: number
}

/** §6.2: weight descending, ties in the order of creation. Times in ms. */
export function activeZones(zones: Zones, filter: ZoneFilter = {}) {
  return [...zones.map.values()]
    .filter((zone) => passes(zone, filter))
    .map((zone) => ({
      price: zone.priceUsd,
      side: zone.side,
      weight: roundDecimal(zone.weight, 4),
      created_at: Math.trunc(zone.createdS * 1000),
      last_reinforced_at: Math.trunc(zone.lastReinforcedS * 1000),
      reinforcement_count: zone.reinforcementCount,
      source: zone.source,
      tier_contributions: Object.fromEntries(
        [...zone.contributions].map(([tier, weight]) => [String(tier), roundDecimal(weight, 4)]),
      ),
    }))
    .sort((a, b) => b.weight - a.weight)
}

/** §6.3. */
export function zoneSummary(zones: Zones) {
  const count = { long: 0, short: 0 }
  const weight = { long: 0, short: 0 }
  for (const zone of zones.map.values()) {
    count[zone.side] += 1
    weight[zone.side] += zone.weight
  }
  return {
    active_zones_long: count.long,
    active_zones_short: count.short,
    total_weight_long: roundDecimal(weight.long, 2),
    total_weight_short: roundDecimal(weight.short, 2),
    zones_created_total: zones.createdCount,
    zones_reinforced_total: zones.reinforcedCount,
    zones_swept_total: zones.sweptCount,
    zones_expired_total: zones.expiredCount,
    zones_merged_total: zones.mergedCount,
  }
}

/** §7: the body of `liq_active_zones.json`. Times in seconds. */
export const zonesFile = (zones: Zones, symbol: string, savedS: number) => ({
  symbol,
  saved_at: savedS,
  zone_count: zones.map.size,
  zones: [...zones.map.values()].map((zone) => ({
    price: zone.priceUsd,
    side: zone.side,
    weight: zone.weight,
    created_at: zone.createdS,
    last_reinforced_at: zone.lastReinforcedS,
    reinforcement_count: zone.reinforcementCount,
    source: zone.source,
    tier_contributions: Object.fromEntries(
      [...zone.contributions].map(([tier, weight]) => [String(tier), weight]),
    ),
  })),
})

/**
 * §7: fills fresh zones from a file's body. A malformed entry ends the reading; what stood before it
 * is kept.
 * @returns what was wrong, if anything was.
 */
export function loadZones(
  zones: Zones,
  context: LiquidationContext,
  file: unknown,
  nowS: number,
): string | undefined {
  if (!isObject(file)) return 'the zone file holds no object'
  if (file['symbol'] !== context.symbol) {
    return `the zone file is of ${String(file['symbol'])}, not of ${context.symbol}`
  }
  const entries = Array.isArray(file['zones']) ? file['zones'] : []
  for (const [place, entry] of entries.entries()) {
    const zone = zoneOf(entry, nowS)
    if (zone === undefined) return `entry ${place} of the zone file is malformed`
    const reinforcedS = Number(entry['last_reinforced_at'] ?? 0)
    if ((nowS - reinforcedS) / 60 > context.settings.zones.maxAgeMinutes) continue
    zones.map.set(keyOfPrice(context, zone.side, zone.priceUsd), zone)
  }
  return undefined
}

function passes(zone: Zone, { side, minLeverage = 0, maxLeverage = 0 }: ZoneFilter): boolean {
  if (side !== undefined && zone.side !== side) return false
  if (minLeverage === 0 && maxLeverage === 0) return true
  let weight = 0
  for (const [tier, share] of zone.contributions) {
    if (minLeverage !== 0 && tier < minLeverage) continue
    if (maxLeverage !== 0 && tier > maxLeverage) continue
    weight += share
  }
  return weight >= CONTRIBUTION_MIN
}

/** §6.2: with a bound on leverage, zones with less of these tiers are passed over. */
const CONTRIBUTION_MIN = 0.01

function zoneOf(entry: unknown, nowS: number): Zone | undefined {
  if (!isObject(entry)) return undefined
  const { price, side, weight } = entry
  const createdS = entry['created_at'] ?? nowS
  const lastReinforcedS = entry['last_reinforced_at'] ?? nowS
  const count = entry['reinforcement_count'] ?? 0
  const contributions = contributionsOf(entry['tier_contributions'] ?? {})
  if (![price, weight, createdS, lastReinforcedS, count].every(Number.isFinite)) return undefined
  if ((side !== 'long' && side !== 'short') || contributions === undefined) return undefined
  return {
    side: side satisfies Side,
    priceUsd: Number(price),
    weight: Number(weight),
    createdS: Number(createdS),
    lastReinforcedS: Number(lastReinforcedS),
    reinforcementCount: Number(count),
    source: String(entry['source'] ?? 'unknown'),
    contributions,
  }
}

function contributionsOf(value: unknown): Map<number, number> | undefined {
  if (!isObject(value)) return undefined
  const pairs = Object.entries(value).map(
    ([tier, weight]) => [Number(tier), Number(weight)] as const,
  )
  return pairs.flat().every(Number.isFinite) ? new Map(pairs) : undefined
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
