/** Projected liquidations per price level and side, and what happens to all of them in a minute. */
import type { LiquidationContext } from './context.ts'
import { levelOf, priceOfLevel } from './level-grid.ts'
import type { Side } from './leverage.ts'
import { emitSweep, type MinuteRange } from './sweep-record.ts'
import { createOrReinforce, sweepZones, type Zones } from './zones.ts'

export interface Projection {
  readonly level: number
  sizeUsd: number
  /** Of the signal that made it; later ones do not move it (quirk 6). */
  readonly entryUsd: number
  readonly tier: number
  lastTimeS: number
  inferenceCount: number
  /** Largest single contribution. */
  peakUsd: number
}

export interface Projections {
  readonly long: Map<number, Projection>
  readonly short: Map<number, Projection>
}

export interface SweptMinute extends MinuteRange {
  readonly minuteKey: number
  readonly timeS: number
}

export interface ProjectionSweep {
  readonly count: Record<Side, number>
  readonly sizeUsd: Record<Side, number>
}

/** `heatmap.md` §5.1: the entry of a projection near `priceUsd`, the nearest levels first. */
export function estimateEntry(
  projections: Projections,
  context: LiquidationContext,
  side: Side,
  priceUsd: number,
): number | undefined {
  const level = levelOf(context.grid, priceUsd)
  for (const offset of NEIGHBOURS) {
    const found = projections[side].get(level + offset)
    if (found !== undefined) return found.entryUsd
  }
  return undefined
}

const NEIGHBOURS = [0, -1, 1, -2, 2] as const

/** §5.2. */
export function decayProjections(projections: Projections, { settings }: LiquidationContext): void {
  scaleProjections(projections, settings.heatmap.decay, settings.inference.minSizeUsd)
}

export function scaleProjections(
  projections: Projections,
  factor: number,
  minSizeUsd: number,
): void {
  for (const buckets of [projections.long, projections.short]) {
    for (const bucket of buckets.values()) {
      bucket.sizeUsd *= factor
      if (bucket.sizeUsd < minSizeUsd) buckets.delete(bucket.level)
    }
  }
}

/** §5.3. Without a range nothing is swept. */
export function sweepProjections(
  projections: Projections,
  zones: Zones,
  context: LiquidationContext,
  input: SweptMinute,
): ProjectionSweep {
  const total = { count: { long: 0, short: 0 }, sizeUsd: { long: 0, short: 0 } }
  const { highUsd, lowUsd, minuteKey, timeS } = input
  if (highUsd === 0 || lowUsd === 0) return total
  for (const side of ['short', 'long'] as const) {
    for (const bucket of projections[side].values()) {
      const priceUsd = priceOfLevel(context.grid, bucket.level)
      if (side === 'short' ? highUsd < priceUsd : lowUsd > priceUsd) continue
      projections[side].delete(bucket.level)
      const { level, sizeUsd: totalUsd, inferenceCount: count, peakUsd } = bucket
      total.count[side] += 1
      total.sizeUsd[side] += totalUsd
      const swept = { layer: 'projection', side, level, totalUsd, count, peakUsd } as const
      emitSweep(context, swept, input, minuteKey, timeS)
    }
  }
  sweepOnward(zones, context, input)
  return total
}

/**
 * §5.4: heavy zones that price touched make new ones a step further. In the assembled engine the
 * tape has swept them all before (quirk 3), so this acts only where the inference stands alone.
 */
function sweepOnward(zones: Zones, context: LiquidationContext, input: SweptMinute): void {
  const { sweepZoneThreshold, sweepZoneFactor, sweepZoneConfidence } = context.settings.inference
  for (const zone of sweepZones(zones, context, input, input.timeS)) {
    if (zone.weight < sweepZoneThreshold) continue
    const { stepUsd } = context.grid
    const priceUsd = zone.side === 'long' ? zone.priceUsd - stepUsd : zone.priceUsd + stepUsd
    const signal = {
      side: zone.side,
      weight: sweepZoneFactor * zone.weight,
      source: 'sweep',
      confidence: sweepZoneConfidence,
    }
    createOrReinforce(zones, context, levelOf(context.grid, priceUsd), signal, input.timeS)
  }
}

export function totalSize(buckets: ReadonlyMap<number, Projection>): number {
  let sum = 0
  for (const bucket of buckets.values()) sum += bucket.sizeUsd
  return sum
}
