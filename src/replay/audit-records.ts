/** What records of the engines tell an audit. Fields of another type than expected are left out. */
import type {
  ApproachFact,
  CalibrationFact,
  CalibratorVerdict,
  ProjectionFact,
  SafetyTripFact,
  ZoneCreatedFact,
  ZoneRemovedFact,
} from '../audits/audit-input.ts'
import { defined } from '../audits/defined.ts'
import type { EngineRecord } from '../engines/symbol/symbol-engines.ts'

type Fields = Readonly<Record<string, unknown>>

const numberOf = (record: Fields, name: string): number | undefined => {
  const value = record[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

const sideOf = (record: Fields): 'long' | 'short' => (record['side'] === 'long' ? 'long' : 'short')

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The price of its moment that the calibrator took. Unit: USD. */
export const eventSrcUsd = (record: EngineRecord): number | undefined =>
  numberOf(record, 'event_src_price') ?? numberOf(record, 'src_price')

/** Of an `event` or `event_rejected` record of either calibrator. */
export function verdictOf(record: EngineRecord): CalibratorVerdict {
  if (record['type'] === 'event_rejected') {
    return { updatesCalibration: false, insane: true, tierDisabled: false }
  }
  // The standard model knows no attribution: what it counts, it learns from.
  if (record['is_hit'] === undefined) {
    return { updatesCalibration: true, insane: false, tierDisabled: false }
  }
  const [best] = listOf(record['top_3_by_responsibility']).map(fieldsOf)
  const tier = numberOf(record, 'attributed_leverage')
  const isOfTier = best !== undefined && best['leverage'] === tier
  return {
    isHit: record['is_hit'] === true,
    updatesCalibration: record['updates_calibration'] === true,
    insane: record['price_insane'] === true,
    tierDisabled: record['tier_disabled'] === true,
    ladderSize: listOf(record['ladder']).length,
    isEmptyAttribution: isBeforeAllLevels(record),
    ...defined({
      attributedTier: tier,
      missUsd: numberOf(record, 'miss_usd'),
      missFraction: numberOf(record, 'miss_pct'),
      responsibility: isOfTier ? numberOf(best, 'responsibility') : undefined,
    }),
  }
}

/**
 * Price has not come as far as the nearest level of any tier. Then all distances differ by what the
 * levels are apart, and the shares are the same for every price (`calibrator.md` Q4).
 */
function isBeforeAllLevels(record: EngineRecord): boolean {
  const priceUsd = numberOf(record, 'event_price') ?? 0
  const levelsUsd = Object.values(fieldsOf(record['implied_levels_raw'])).map(Number)
  return sideOf(record) === 'long'
    ? levelsUsd.every((levelUsd) => levelUsd <= priceUsd)
    : levelsUsd.every((levelUsd) => levelUsd >= priceUsd)
}

/** A bucket of the tape, of `liq_tape`. */
export const tapeBucketOf = (record: EngineRecord, seq: number): ZoneCreatedFact => ({
  kind: 'zoneCreated',
  seq,
  timeS: numberOf(record, 'ts') ?? 0,
  layer: 'tape',
  side: sideOf(record),
  priceUsd: numberOf(record, 'bucket') ?? 0,
  strength: numberOf(record, 'notional') ?? 0,
})

/** A zone of the reference's manager, of `liq_zones`. */
export const managedZoneOf = (record: EngineRecord, seq: number): ZoneCreatedFact => ({
  kind: 'zoneCreated',
  seq,
  timeS: numberOf(record, 'ts') ?? 0,
  layer: 'zones',
  side: sideOf(record),
  priceUsd: numberOf(record, 'price') ?? 0,
  strength: numberOf(record, 'weight') ?? 0,
})

const REMOVALS = {
  zone_swept: 'swept',
  zone_expired: 'expired',
  zone_merged: 'merged',
} as const

/** The end of a zone, of `liq_zones`; nothing for a record of anything else. */
export function removedZoneOf(record: EngineRecord, seq: number): ZoneRemovedFact | undefined {
  const type = String(record['type'])
  if (!(type in REMOVALS)) return undefined
  return {
    kind: 'zoneRemoved',
    seq,
    layer: 'zones',
    side: sideOf(record),
    // Where its orders are: liquidations confirm it. Its edges are those of its triggers.
    priceUsd: numberOf(record, 'order_price') ?? numberOf(record, 'price') ?? 0,
    reason: REMOVALS[type as keyof typeof REMOVALS],
    strength: numberOf(record, 'final_weight') ?? numberOf(record, 'weight') ?? 0,
    ...defined({
      count: numberOf(record, 'reinforcement_count'),
      ageMinutes: numberOf(record, 'lifespan_min'),
      lowUsd: numberOf(record, 'price_low'),
      highUsd: numberOf(record, 'price_high'),
    }),
  }
}

/** A bucket that price crossed, of `liq_sweeps` and `v1/liq_sweeps`. */
export const sweptBucketOf = (
  record: EngineRecord,
  seq: number,
  isStress: boolean,
): ZoneRemovedFact => ({
  kind: 'zoneRemoved',
  seq,
  layer: isStress ? 'v1' : record['layer'] === 'projection' ? 'inference' : 'tape',
  side: sideOf(record),
  priceUsd: numberOf(record, isStress ? 'price' : 'bucket') ?? 0,
  reason: 'swept',
  strength: numberOf(record, isStress ? 'strength' : 'total_notional_usd') ?? 0,
  ...defined({ count: numberOf(record, 'trade_count'), ageMinutes: numberOf(record, 'age_min') }),
})

/** A `calibration` record of the reference. */
export function calibrationOf(record: EngineRecord, seq: number, timeS: number): CalibrationFact {
  const tiers = listOf(record['ladder']).map(Number)
  const weightsOf = (name: string) =>
    tiers.map((tier) => numberOf(fieldsOf(record[name]), String(tier)) ?? 0)
  return {
    kind: 'calibration',
    seq,
    timeS,
    tiers,
    weightsBefore: weightsOf('old_weights'),
    weightsAfter: weightsOf('new_weights'),
    ...defined({
      bufferBefore: numberOf(record, 'old_buffer'),
      bufferAfter: numberOf(record, 'new_buffer'),
      hitRate: numberOf(record, 'hit_rate'),
      eventCount: numberOf(record, 'total_events'),
    }),
    enabled: fieldsOf(record['safety'])['calibration_enabled'] !== false,
  }
}

export const safetyTripOf = (record: EngineRecord, seq: number, timeS: number): SafetyTripFact => ({
  kind: 'safetyTrip',
  seq,
  timeS,
  reason: String(record['reason']),
})

export function approachOf(record: EngineRecord, seq: number): ApproachFact {
  const reasons = Object.entries(fieldsOf(record['skip_reasons']))
  return {
    kind: 'approach',
    seq,
    candidateCount: numberOf(record, 'approach_candidates') ?? 0,
    usedCount: numberOf(record, 'approach_used') ?? 0,
    skippedCount: numberOf(record, 'approach_skipped') ?? 0,
    skipReasons: Object.fromEntries(reasons.map(([reason, count]) => [reason, Number(count)])),
  }
}

export interface Ladder {
  readonly tiers: readonly number[]
  readonly bufferFraction: number
}

/** Projections of an `inference` record, each with the tier whose distance is nearest to its own. */
export function projectionsOf(
  record: EngineRecord,
  { tiers, bufferFraction }: Ladder,
): readonly ProjectionFact[] {
  const srcUsd = numberOf(record, 'src_price') ?? 0
  return listOf(record['inferences']).map((entry) => {
    const fields = fieldsOf(entry)
    const priceUsd = numberOf(fields, 'projected_liq') ?? 0
    const offset = srcUsd > 0 ? Math.abs(priceUsd - srcUsd) / srcUsd : 0
    return {
      side: sideOf(fields),
      priceUsd,
      sizeUsd: numberOf(fields, 'size_usd') ?? 0,
      confidence: numberOf(fields, 'confidence') ?? 0,
      ...defined({ tier: nearestTier(tiers, offset - bufferFraction) }),
    }
  })
}

function nearestTier(tiers: readonly number[], distance: number): number | undefined {
  let nearest: number | undefined
  let least = Number.POSITIVE_INFINITY
  for (const tier of tiers) {
    const apart = Math.abs(1 / tier - distance)
    if (apart >= least) continue
    least = apart
    nearest = tier
  }
  return nearest
}
