/** The two snapshot documents of a minute, as served (`heatmap.md` §9, `pipeline.md` §11). */
import { roundDecimal } from '../../base/numeric.ts'
import type { LiquidationContext } from './context.ts'
import { type HeatMap, type Pool, poolsOf } from './heat-map.ts'
import { type Heatmap, heatmapStats } from './heatmap.ts'
import { levelOf, priceOfLevel } from './level-grid.ts'
import type { Side } from './leverage.ts'
import { type ShownZone, shownZones, type ZoneTracker } from './zone-tracker.ts'

export interface ApiRange {
  /** 0 or absent: the price of the last minute. */
  readonly centerUsd?: number
  readonly rangeFraction?: number
  /** 0 counts as given. Absent: `heatmap.minNotionalUsd`. */
  readonly minNotionalUsd?: number
}

/** `heatmap.md` §6.3: pools around a price, or why there are none. */
export function apiResponse(
  heatmap: Heatmap,
  map: HeatMap,
  context: LiquidationContext,
  range: ApiRange,
  timeS: number,
) {
  const { heatmap: settings } = context.settings
  const centerUsd = range.centerUsd || heatmap.currentPriceUsd
  const rangeFraction = range.rangeFraction ?? RANGE_FRACTION
  const minNotionalUsd = range.minNotionalUsd ?? settings.minNotionalUsd
  if (centerUsd <= 0) return { error: 'no_price_data' }
  const pools = poolsOf(map, { centerUsd, rangeFraction, minNotionalUsd }, context)
  return {
    symbol: context.symbol,
    ts: timeS,
    price: centerUsd,
    range_pct: rangeFraction,
    long_levels: pools.long.map(levelBody),
    short_levels: pools.short.map(levelBody),
    meta: {
      tape_weight: settings.tapeWeight,
      projection_weight: settings.projectionWeight,
      force_orders_total: heatmap.forceOrderCount,
      inferences_total: heatmap.inferenceCount,
      cluster_radius_pct: settings.clusterRadiusPct,
      // A call with 0 shows the setting, though 0 was applied (quirk 8).
      min_notional_usd: minNotionalUsd || settings.minNotionalUsd,
      long_pools_count: pools.long.length,
      short_pools_count: pools.short.length,
      raw_long_buckets: pools.longBucketCount,
      raw_short_buckets: pools.shortBucketCount,
    },
  }
}

/** `liq_api_snapshot_v2.json`. */
export function snapshotV2(
  heatmap: Heatmap,
  map: HeatMap,
  context: LiquidationContext,
  srcUsd: number,
  timeS: number,
) {
  const range = { centerUsd: srcUsd, minNotionalUsd: SNAPSHOT_POOL_USD_MIN }
  const grid = gridAround(context, srcUsd, RANGE_FRACTION)
  const long = gridValues(map, 'long', grid)
  const short = gridValues(map, 'short', grid)
  return {
    ...apiResponse(heatmap, map, context, range, timeS),
    stats: heatmapStats(heatmap, context),
    src: srcUsd,
    ...gridBody(context, grid),
    long_intensity: long,
    short_intensity: short,
    ...amountsBody(grid, long, short),
  }
}

/** `liq_api_snapshot.json`: the shape of V1, filled from V2 (`heatmap.md` §9.2). */
export function snapshotV1(
  tracker: ZoneTracker,
  map: HeatMap,
  context: LiquidationContext,
  closeUsd: number,
  minute: number,
  timeS: number,
) {
  const grid = gridAround(context, closeUsd, V1_RANGE_FRACTION)
  const long = gridValues(map, 'long', grid)
  const short = gridValues(map, 'short', grid)
  const smoothLong = smoothed(long)
  const smoothShort = smoothed(short)
  const { p50, p95 } = normOf(smoothLong, smoothShort)
  const zones = (shown: readonly ShownZone[]) =>
    shownZones(shown)
      .slice(0, ZONES_SHOWN)
      .map((zone) => ({
        price: roundDecimal(zone.priceUsd, 2),
        strength: roundDecimal(zone.strength, 4),
        age_min: minute - zone.entryMinute,
      }))
  return {
    schema_version: 2,
    symbol: context.symbol,
    ts: timeS,
    src: roundDecimal(closeUsd, 2),
    ...gridBody(context, grid),
    long_intensity: smoothLong.map((value) => graded(value, p50, p95)),
    short_intensity: smoothShort.map((value) => graded(value, p50, p95)),
    ...amountsBody(grid, long, short),
    top_long_zones: zones(tracker.long),
    top_short_zones: zones(tracker.short),
    norm: { method: 'p50_p95', p50: roundDecimal(p50, 6), p95: roundDecimal(p95, 6) },
  }
}

/** Zones of a side that plot feed and V1 snapshot name. */
export const ZONES_SHOWN = 5

/** Half-width of the V2 document, and of a call that names none (`heatmap.md` §6.3, §9.1). */
const RANGE_FRACTION = 0.1
/** Half-width of the V1 document (§9.2). */
const V1_RANGE_FRACTION = 0.08
/** Smallest pool of the V2 document (§9.1). */
const SNAPSHOT_POOL_USD_MIN = 1000

interface SnapshotGrid {
  readonly lowLevel: number
  readonly highLevel: number
  readonly pricesUsd: readonly number[]
}

function gridAround(
  { grid }: LiquidationContext,
  centerUsd: number,
  rangeFraction: number,
): SnapshotGrid {
  const lowLevel = levelOf(grid, centerUsd * (1 - rangeFraction))
  const highLevel = levelOf(grid, centerUsd * (1 + rangeFraction))
  const pricesUsd: number[] = []
  for (let level = lowLevel; level <= highLevel; level += 1) {
    pricesUsd.push(priceOfLevel(grid, level))
  }
  return { lowLevel, highLevel, pricesUsd }
}

const gridBody = (
  { grid }: LiquidationContext,
  { lowLevel, highLevel, pricesUsd }: SnapshotGrid,
) => ({
  step: grid.stepUsd,
  price_min: priceOfLevel(grid, lowLevel),
  price_max: priceOfLevel(grid, highLevel),
  prices: pricesUsd,
})

/** Strengths on the grid, 0 where nothing stands. */
function gridValues(map: HeatMap, side: Side, grid: SnapshotGrid): number[] {
  const { levels, values } = map[side]
  const onGrid: number[] = grid.pricesUsd.map(() => 0)
  for (const [place, level] of levels.entries()) {
    if (level < grid.lowLevel || level > grid.highLevel) continue
    onGrid[level - grid.lowLevel] = (values[place] ?? 0) / map.maxValue
  }
  return onGrid
}

/** Named for money, and made of strengths all the same (`heatmap.md` quirk 1). */
function amountsBody(
  { pricesUsd }: SnapshotGrid,
  long: readonly number[],
  short: readonly number[],
) {
  const notional = (values: readonly number[]) => values.map((value) => rounded(value, 2))
  const size = (values: readonly number[]) =>
    values.map((value, place) => {
      const priceUsd = pricesUsd[place] ?? 0
      return priceUsd > 0 ? rounded(value / priceUsd, 6) : 0
    })
  return {
    long_notional_usd: notional(long),
    short_notional_usd: notional(short),
    long_size_btc: size(long),
    short_size_btc: size(short),
  }
}

/** Most values of a grid are 0, which needs no rounding. */
const rounded = (value: number, digits: number): number =>
  value === 0 ? 0 : roundDecimal(value, digits)

const SMOOTHING = [0.1, 0.2, 0.4, 0.2, 0.1] as const

/** §9.2 step 1: at the ends, divided by the weights that were used. */
function smoothed(values: readonly number[]): number[] {
  if (values.length < SMOOTHING.length) return [...values]
  return values.map((_, place) => {
    let sum = 0
    let weights = 0
    for (let offset = 0; offset < SMOOTHING.length; offset += 1) {
      const value = values[place + offset - 2]
      if (value === undefined) continue
      const weight = SMOOTHING[offset] ?? 0
      sum += value * weight
      weights += weight
    }
    return sum / weights
  })
}

/** §9.2 step 2: the values between which strengths are spread. */
function normOf(long: readonly number[], short: readonly number[]): { p50: number; p95: number } {
  const positive = new Float64Array([...long, ...short].filter((value) => value > 0)).sort()
  const count = positive.length
  if (count === 0) return { p50: 0, p95: 1 }
  const p50 = positive[Math.trunc(0.5 * count)] ?? 0
  const p95 = positive[Math.min(Math.trunc(0.95 * count), count - 1)] ?? 0
  return { p50, p95: p95 <= p50 ? p50 + 0.01 : p95 }
}

/** §9.2 step 3: weaker than a tenth of the spread is nothing. */
function graded(value: number, p50: number, p95: number): number {
  if (value <= 0) return 0
  const spread = Math.max(0, Math.min(1, (value - p50) / (p95 - p50)))
  return spread > 0.1 ? roundDecimal(spread, 4) : 0
}

const levelBody = (pool: Pool) => ({
  price: pool.priceUsd,
  price_low: pool.lowUsd,
  price_high: pool.highUsd,
  notional_usd: pool.notionalUsd,
  intensity: pool.intensity,
  bucket_count: pool.bucketCount,
})
