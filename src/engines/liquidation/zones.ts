/**
 * V3, the zone manager: weighted price zones that are created, reinforced, merged, swept and
 * expired (`zones.md`). Its map keeps the order of creation, which decides records and ties.
 */
import { roundDecimal } from '../../base/numeric.ts'
import type { LiquidationContext, LiquidationRecord } from './context.ts'
import { levelOf, priceOfLevel } from './level-grid.ts'
import type { Side } from './leverage.ts'

export interface Zone {
  readonly side: Side
  /** Of its level; only a zone read from a file can lie beside it. Unit: USD. */
  readonly priceUsd: number
  /** 1 is about 100 000 USD, before tier and confidence. */
  weight: number
  /** Unit: s since 1970. Clock: that of the signal. */
  readonly createdS: number
  lastReinforcedS: number
  reinforcementCount: number
  source: string
  /** By tier, in full and never faded. */
  readonly contributions: Map<number, number>
}

export interface Zones {
  /** By {@link zoneKey}. */
  readonly map: Map<number, Zone>
  /** 0 before the first. */
  currentPriceUsd: number
  createdCount: number
  reinforcedCount: number
  sweptCount: number
  expiredCount: number
  mergedCount: number
}

export interface ZoneSignal {
  readonly side: Side
  /** Before tier factor and confidence. */
  readonly weight: number
  readonly source: string
  /** Absent for signals that know no leverage. */
  readonly tier?: number
  readonly confidence: number
}

export const createZones = (): Zones => ({
  map: new Map(),
  currentPriceUsd: 0,
  createdCount: 0,
  reinforcedCount: 0,
  sweptCount: 0,
  expiredCount: 0,
  mergedCount: 0,
})

/** One number for a side and a level. */
export const zoneKey = (side: Side, level: number): number => level * 2 + (side === 'short' ? 1 : 0)

/** §5.1. */
export function createOrReinforce(
  zones: Zones,
  context: LiquidationContext,
  level: number,
  signal: ZoneSignal,
  timeS: number,
): 'created' | 'reinforced' | 'skipped' {
  const { side, tier, source } = signal
  if (tier !== undefined && context.disabledZoneTiers.has(tier)) return 'skipped'
  const weight = signal.weight * tierFactor(context, tier) * signal.confidence
  const key = zoneKey(side, level)
  const zone = zones.map.get(key)
  if (zone === undefined) {
    const created: Zone = {
      side,
      priceUsd: priceOfLevel(context.grid, level),
      weight,
      createdS: timeS,
      lastReinforcedS: timeS,
      reinforcementCount: 0,
      source,
      contributions: tier === undefined ? new Map() : new Map([[tier, weight]]),
    }
    zones.map.set(key, created)
    zones.createdCount += 1
    emitZone(context, 'zone_created', created, timeS)
    return 'created'
  }
  const before = zone.weight
  const { reinforcementFactor, maxWeight } = context.settings.zones
  zone.weight = Math.min(before + weight * reinforcementFactor, maxWeight)
  zone.lastReinforcedS = timeS
  zone.reinforcementCount += 1
  if (tier !== undefined) addContribution(zone, tier, weight)
  if (zone.source !== source) zone.source = 'combined'
  zones.reinforcedCount += 1
  if (context.emit !== undefined) {
    const extra = { count: zone.reinforcementCount, weight_before: roundDecimal(before, 4) }
    emitZone(context, 'zone_reinforced', zone, timeS, extra)
  }
  return 'reinforced'
}

/** §5.2: ends the zones that price touched, both sides in the order of creation. */
export function sweepZones(
  zones: Zones,
  context: LiquidationContext,
  { highUsd, lowUsd }: { readonly highUsd: number; readonly lowUsd: number },
  timeS: number,
): Zone[] {
  const swept: Zone[] = []
  for (const [key, zone] of zones.map) {
    const isHit = zone.side === 'short' ? highUsd >= zone.priceUsd : lowUsd <= zone.priceUsd
    if (!isHit) continue
    zones.map.delete(key)
    swept.push(zone)
    if (context.emit === undefined) continue
    emitZone(context, 'zone_swept', zone, timeS, {
      final_weight: roundDecimal(zone.weight, 4),
      lifespan_min: roundDecimal((timeS - zone.createdS) / 60, 1),
      reinforcement_count: zone.reinforcementCount,
    })
  }
  zones.sweptCount += swept.length
  return swept
}

/** §5.3: a minute's fading, and the end of zones too weak, or too old and too far away. */
export function decayZones(
  zones: Zones,
  context: LiquidationContext,
  priceUsd: number,
  timeS: number,
): number {
  const { decay, minWeight, maxAgeMinutes, expiryDistance } = context.settings.zones
  if (priceUsd !== 0) zones.currentPriceUsd = priceUsd
  const currentUsd = zones.currentPriceUsd
  let expiredCount = 0
  for (const [key, zone] of zones.map) {
    zone.weight *= decay
    const ageMinutes = (timeS - zone.lastReinforcedS) / 60
    const isFar =
      currentUsd > 0 && Math.abs(zone.priceUsd - currentUsd) / currentUsd > expiryDistance
    if (zone.weight >= minWeight && !(ageMinutes > maxAgeMinutes && isFar)) continue
    zones.map.delete(key)
    expiredCount += 1
    if (context.emit === undefined) continue
    emitZone(context, 'zone_expired', zone, timeS, {
      final_weight: roundDecimal(zone.weight, 4),
      lifespan_min: roundDecimal((timeS - zone.createdS) / 60, 1),
      age_since_reinforce_min: roundDecimal(ageMinutes, 1),
    })
  }
  zones.expiredCount += expiredCount
  return expiredCount
}

/** All zones lose the same share, silently (`entry-inference.md` §5.1). */
export function scaleZones(zones: Zones, factor: number): void {
  for (const zone of zones.map.values()) zone.weight *= factor
}

/** §5.4: neighbours become one, the heavier stays. */
export function mergeZones(zones: Zones, context: LiquidationContext): number {
  const before = zones.mergedCount
  mergeSide(zones, context, 'long')
  mergeSide(zones, context, 'short')
  return zones.mergedCount - before
}

function mergeSide(zones: Zones, context: LiquidationContext, side: Side): void {
  const { clusterDistance } = context.settings.zones
  const list: KeyedZone[] = []
  for (const entry of zones.map) if (entry[1].side === side) list.push(entry)
  list.sort((a, b) => a[1].priceUsd - b[1].priceUsd)
  let kept: KeyedZone | undefined
  for (const next of list) {
    // The one that stayed is compared with the next neighbour again.
    kept =
      kept !== undefined && distance(kept[1], next[1]) <= clusterDistance
        ? merge(zones, context, kept, next)
        : next
  }
}

type KeyedZone = readonly [key: number, zone: Zone]

/** Relative to the price between them. */
const distance = (a: Zone, b: Zone): number =>
  Math.abs(a.priceUsd - b.priceUsd) / ((a.priceUsd + b.priceUsd) / 2)

/** The one that stays takes up the other. */
function merge(
  zones: Zones,
  context: LiquidationContext,
  lower: KeyedZone,
  upper: KeyedZone,
): KeyedZone {
  const [stays, goes] = lower[1].weight >= upper[1].weight ? [lower, upper] : [upper, lower]
  const zone = stays[1]
  zone.weight = Math.min(zone.weight + goes[1].weight, context.settings.zones.maxWeight)
  for (const [tier, weight] of goes[1].contributions) addContribution(zone, tier, weight)
  if (zone.source !== goes[1].source) zone.source = 'combined'
  zones.map.delete(goes[0])
  zones.mergedCount += 1
  return stays
}

const addContribution = (zone: Zone, tier: number, weight: number): void => {
  zone.contributions.set(tier, (zone.contributions.get(tier) ?? 0) + weight)
}

/** §3: what a tier that the table does not name is worth. */
const FACTOR_OF_OTHERS = 0.5

const tierFactor = ({ zoneTierFactors }: LiquidationContext, tier: number | undefined): number =>
  tier === undefined ? 1 : (zoneTierFactors.get(tier) ?? FACTOR_OF_OTHERS)

/** The key of a zone read from a file: its bucketed price, while it keeps the price it came with. */
export const keyOfPrice = (context: LiquidationContext, side: Side, priceUsd: number): number =>
  zoneKey(side, levelOf(context.grid, priceUsd))

function emitZone(
  { emit }: LiquidationContext,
  type: string,
  zone: Zone,
  timeS: number,
  extra: LiquidationRecord = {},
): void {
  emit?.('liq_zones', {
    type,
    ts: timeS,
    side: zone.side,
    price: zone.priceUsd,
    weight: roundDecimal(zone.weight, 4),
    source: zone.source,
    ...extra,
  })
}
