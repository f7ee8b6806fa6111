/**
 * The heatmap: tape and projections weighed into one map per side, and its pools, clusters of
 * neighbouring levels (`heatmap.md` §6.2–6.4). Pools are made of any map, also of another model's.
 */
import { roundDecimal } from '../../base/numeric.ts'
import type { LiquidationContext } from './context.ts'
import { priceOfLevel } from './level-grid.ts'
import type { Side } from './leverage.ts'
import type { Projections } from './projections.ts'
import type { Tape } from './tape.ts'

/** Levels of one side that hold something, in the order of price. */
export interface HeatSide {
  readonly levels: Float64Array
  readonly pricesUsd: Float64Array
  /** Above 0. Unit: USD. */
  readonly values: Float64Array
}

export interface HeatMap {
  readonly long: HeatSide
  readonly short: HeatSide
  /** Largest value of both sides, 1 where there is none: what strengths are relative to. */
  readonly maxValue: number
}

export interface Pool {
  /** Mean of its levels, weighed by what they hold. */
  readonly priceUsd: number
  readonly lowUsd: number
  readonly highUsd: number
  readonly notionalUsd: number
  readonly bucketCount: number
  /** Square root of its share of the largest pool of both sides. */
  readonly intensity: number
}

export interface Pools {
  readonly long: readonly Pool[]
  readonly short: readonly Pool[]
  /** Levels in range, before small ones are left out. */
  readonly longBucketCount: number
  readonly shortBucketCount: number
}

export interface PoolRange {
  readonly centerUsd: number
  readonly rangeFraction: number
  readonly minNotionalUsd: number
}

/** §6.2 step 1. */
export function heatMapOf(
  tape: Tape,
  projections: Projections,
  context: LiquidationContext,
): HeatMap {
  return createHeatMap(
    heatSide(tape, projections, context, 'long'),
    heatSide(tape, projections, context, 'short'),
  )
}

export function createHeatMap(long: HeatSide, short: HeatSide): HeatMap {
  let maxValue = 0
  for (const { values } of [long, short]) {
    for (let place = 0; place < values.length; place += 1) {
      const value = values[place] ?? 0
      if (value > maxValue) maxValue = value
    }
  }
  return { long, short, maxValue: maxValue > 0 ? maxValue : 1 }
}

/** Strength, 0 to 1, by price: what the calibrator is given (`pipeline.md` §10.4 step 11). */
export function strengthsByPrice(map: HeatMap, side: Side): Map<number, number> {
  const { pricesUsd, values } = map[side]
  const strengths = new Map<number, number>()
  for (let place = 0; place < pricesUsd.length; place += 1) {
    strengths.set(pricesUsd[place] ?? 0, (values[place] ?? 0) / map.maxValue)
  }
  return strengths
}

/** §6.3: pools below the centre on the long side, above it on the short one. */
export function poolsOf(map: HeatMap, range: PoolRange, context: LiquidationContext): Pools {
  const { centerUsd, rangeFraction } = range
  const lowUsd = centerUsd * (1 - rangeFraction)
  const highUsd = centerUsd * (1 + rangeFraction)
  const long = clusters(map.long, lowUsd, centerUsd, range, context)
  const short = clusters(map.short, centerUsd, highUsd, range, context)
  let maxUsd = 0
  for (const { notionalUsd } of [...long.pools, ...short.pools]) {
    maxUsd = Math.max(maxUsd, notionalUsd)
  }
  const graded = (pool: Cluster): Pool => ({
    ...pool,
    intensity: maxUsd > 0 ? roundDecimal(Math.sqrt(pool.notionalUsd / maxUsd), 4) : 0,
  })
  return {
    long: long.pools.map(graded),
    short: short.pools.map(graded),
    longBucketCount: long.bucketCount,
    shortBucketCount: short.bucketCount,
  }
}

function heatSide(
  tape: Tape,
  projections: Projections,
  { grid, settings }: LiquidationContext,
  side: Side,
): HeatSide {
  const { tapeWeight, projectionWeight } = settings.heatmap
  const all = [...projections[side].keys()]
  for (const level of tape[side].keys()) if (!projections[side].has(level)) all.push(level)
  const levels = new Float64Array(all).sort()
  const pricesUsd = new Float64Array(levels.length)
  const values = new Float64Array(levels.length)
  let count = 0
  for (const level of levels) {
    const tapeUsd = tape[side].get(level)?.notionalUsd ?? 0
    const projectedUsd = projections[side].get(level)?.sizeUsd ?? 0
    const value = tapeUsd * tapeWeight + projectedUsd * projectionWeight
    if (!(value > 0)) continue
    levels[count] = level
    pricesUsd[count] = priceOfLevel(grid, level)
    values[count] = value
    count += 1
  }
  return {
    levels: levels.subarray(0, count),
    pricesUsd: pricesUsd.subarray(0, count),
    values: values.subarray(0, count),
  }
}

type Cluster = Omit<Pool, 'intensity'>

/** A smaller level takes no part in clusters (§6.4 step 2). */
const LEVEL_USD_MIN = 100

/** §6.4: chains of levels no further apart than the radius, the largest first. */
function clusters(
  { pricesUsd, values }: HeatSide,
  fromUsd: number,
  toUsd: number,
  range: PoolRange,
  { settings }: LiquidationContext,
): { readonly pools: readonly Cluster[]; readonly bucketCount: number } {
  const radiusUsd = range.centerUsd * settings.heatmap.clusterRadiusPct
  const pools: Cluster[] = []
  let bucketCount = 0
  let open = emptyChain()
  const close = () => {
    if (open.count > 0 && open.totalUsd >= range.minNotionalUsd) pools.push(clusterOf(open))
  }
  let place = firstAtOrAbove(pricesUsd, fromUsd)
  for (; place < pricesUsd.length; place += 1) {
    const priceUsd = pricesUsd[place] ?? 0
    if (priceUsd > toUsd) break
    const value = values[place] ?? 0
    bucketCount += 1
    if (value < LEVEL_USD_MIN) continue
    // The distance to the last level of the chain, which can grow as wide as it likes (quirk 7).
    if (open.count > 0 && priceUsd - open.highUsd > radiusUsd) {
      close()
      open = emptyChain()
    }
    if (open.count === 0) open.lowUsd = priceUsd
    open.highUsd = priceUsd
    open.totalUsd += value
    open.moment += priceUsd * value
    open.count += 1
  }
  close()
  pools.sort((a, b) => b.notionalUsd - a.notionalUsd)
  return { pools: pools.slice(0, settings.heatmap.maxPoolsPerSide), bucketCount }
}

/** Place of the first price that is not below `priceUsd`. */
function firstAtOrAbove(pricesUsd: Float64Array, priceUsd: number): number {
  let [low, high] = [0, pricesUsd.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pricesUsd[middle] ?? 0) < priceUsd) low = middle + 1
    else high = middle
  }
  return low
}

interface Chain {
  lowUsd: number
  highUsd: number
  totalUsd: number
  /** Sum of price times value. */
  moment: number
  count: number
}

const emptyChain = (): Chain => ({ lowUsd: 0, highUsd: 0, totalUsd: 0, moment: 0, count: 0 })

const clusterOf = (chain: Chain): Cluster => ({
  priceUsd: roundDecimal(chain.moment / chain.totalUsd, 2),
  lowUsd: chain.lowUsd,
  highUsd: chain.highUsd,
  notionalUsd: roundDecimal(chain.totalUsd, 2),
  bucketCount: chain.count,
})
