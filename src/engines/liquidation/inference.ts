/**
 * Entry inference: a rise of open interest is taken for new positions, split by taker flow, spread
 * over leverage tiers and booked where each tier would be liquidated; a fall shrinks all
 * (`entry-inference.md`).
 */
import type { LiquidationContext } from './context.ts'
import { levelOf } from './level-grid.ts'
import { normalised, parseTierValues, type Side } from './leverage.ts'
import {
  decayProjections,
  type ProjectionSweep,
  type Projections,
  type SweptMinute,
  scaleProjections,
  sweepProjections,
  totalSize,
} from './projections.ts'
import { createOrReinforce, decayZones, scaleZones, type Zones } from './zones.ts'

export interface Inference extends Projections {
  /** Share of each tier, in the order of projection. */
  weights: Map<number, number>
  bufferFraction: number
  /** In the unit of the input; 0 before the first. */
  lastOpenInterest: number
  currentMinute: number
  currentPriceUsd: number
  /** Since the start, never reduced. */
  totalLongUsd: number
  totalShortUsd: number
  entryCount: number
}

/** One inferred position. */
export interface InferredEntry {
  readonly side: Side
  readonly sizeUsd: number
  readonly level: number
  readonly confidence: number
}

export interface InferenceInput extends SweptMinute {
  readonly srcUsd: number
  /** In the unit of `pipeline.openInterestUnit`. */
  readonly openInterest: number
  readonly takerBuyUsd: number
  readonly takerSellUsd: number
}

/** What a minute did: the figures of its debug record, and the entries. */
export interface InferenceMinute {
  /** Unit: USD. */
  readonly deltaUsd: number
  readonly buyFraction: number
  readonly buyWeight: number
  /** Handed to projection; 0 where open interest did not rise enough. */
  readonly longOpenUsd: number
  readonly shortOpenUsd: number
  readonly swept: ProjectionSweep
  readonly entries: readonly InferredEntry[]
}

export function createInference({ settings }: LiquidationContext): Inference {
  const weights = parseTierValues('inference.leverageWeights', settings.inference.leverageWeights)
  return {
    long: new Map(),
    short: new Map(),
    weights,
    bufferFraction: settings.heatmap.buffer,
    lastOpenInterest: 0,
    currentMinute: 0,
    currentPriceUsd: 0,
    totalLongUsd: 0,
    totalShortUsd: 0,
    entryCount: 0,
  }
}

/** §5.1. */
export function inferMinute(
  inference: Inference,
  zones: Zones,
  context: LiquidationContext,
  input: InferenceInput,
): InferenceMinute {
  const { srcUsd, openInterest, takerBuyUsd, takerSellUsd, timeS } = input
  const { minWeight, maxWeight, minOiChangePct } = context.settings.inference
  inference.currentMinute = input.minuteKey
  inference.currentPriceUsd = srcUsd
  const delta = inference.lastOpenInterest > 0 ? openInterest - inference.lastOpenInterest : 0
  inference.lastOpenInterest = openInterest
  // In base units a move of price is no change of positions (quirk 1).
  const unitUsd = context.settings.pipeline.openInterestUnit === 'base' ? srcUsd : 1
  const deltaUsd = delta * unitUsd
  decayProjections(inference, context)
  decayZones(zones, context, srcUsd, timeS)
  const swept = sweepProjections(inference, zones, context, input)
  const totalUsd = takerBuyUsd + takerSellUsd
  const buyFraction = totalUsd > 0 ? takerBuyUsd / totalUsd : 0.5
  const buyWeight = Math.max(minWeight, Math.min(maxWeight, buyFraction))
  const thresholdUsd = openInterest > 0 ? openInterest * unitUsd * minOiChangePct : 0
  const entries: InferredEntry[] = []
  let longOpenUsd = 0
  let shortOpenUsd = 0
  if (deltaUsd > 0 && deltaUsd >= thresholdUsd) {
    const sellWeight = 1 - buyWeight
    longOpenUsd = deltaUsd * buyWeight
    shortOpenUsd = deltaUsd * sellWeight
    const opened = { inference, zones, context, srcUsd, timeS, entries }
    project(opened, 'long', longOpenUsd, buyWeight)
    project(opened, 'short', shortOpenUsd, sellWeight)
  } else if (deltaUsd < 0) {
    reduce(inference, zones, context, -deltaUsd)
  }
  return { deltaUsd, buyFraction, buyWeight, longOpenUsd, shortOpenUsd, swept, entries }
}

/** §5.6: takes shares, divided by their sum where that is positive. Buckets stay as they are. */
export function setInferenceWeights(
  inference: Inference,
  weights: readonly (readonly [tier: number, weight: number])[],
): void {
  const shares = normalised(weights.map(([, weight]) => weight))
  inference.weights = new Map(weights.map(([tier], place) => [tier, shares[place] ?? 0]))
}

/** §6.4. */
export function inferenceStats(inference: Inference, { symbol, settings }: LiquidationContext) {
  const weights = [...inference.weights].map(([tier, weight]) => [String(tier), weight] as const)
  return {
    symbol,
    current_minute: inference.currentMinute,
    current_price: inference.currentPriceUsd,
    total_inferred_long_usd: inference.totalLongUsd,
    total_inferred_short_usd: inference.totalShortUsd,
    projected_long_buckets: inference.long.size,
    projected_short_buckets: inference.short.size,
    inferences_in_window: Math.min(inference.entryCount, settings.inference.inferenceRing),
    leverage_weights: Object.fromEntries(weights),
  }
}

/** §5.1 step 8: positions closed; all projections and zones shrink alike. */
function reduce(
  inference: Inference,
  zones: Zones,
  context: LiquidationContext,
  closedUsd: number,
): void {
  const totalUsd = totalSize(inference.long) + totalSize(inference.short)
  if (!(totalUsd > 0)) return
  const { oiDropCap, minSizeUsd } = context.settings.inference
  const factor = 1 - Math.min(oiDropCap, closedUsd / totalUsd)
  scaleProjections(inference, factor, minSizeUsd)
  scaleZones(zones, factor)
}

interface Opening {
  readonly inference: Inference
  readonly zones: Zones
  readonly context: LiquidationContext
  readonly srcUsd: number
  readonly timeS: number
  readonly entries: InferredEntry[]
}

/** §5.5. What skipped tiers would have had is lost. */
function project(opening: Opening, side: Side, sizeUsd: number, confidence: number): void {
  const { inference, context, srcUsd } = opening
  const { minSizeUsd, minTierWeight } = context.settings.inference
  if (sizeUsd < minSizeUsd) return
  for (const [tier, weight] of inference.weights) {
    if (context.disabledTiers.has(tier) || weight < minTierWeight) continue
    const offset = 1 / tier + inference.bufferFraction
    const priceUsd = srcUsd * (side === 'long' ? 1 - offset : 1 + offset)
    const shareUsd = sizeUsd * weight
    if (shareUsd < minSizeUsd) continue
    const entry = { side, sizeUsd: shareUsd, level: levelOf(context.grid, priceUsd), confidence }
    book(opening, entry, tier)
  }
}

function book(opening: Opening, entry: InferredEntry, tier: number): void {
  const { inference, zones, context, srcUsd, timeS } = opening
  const { side, sizeUsd, level, confidence } = entry
  opening.entries.push(entry)
  inference.entryCount += 1
  let bucket = inference[side].get(level)
  if (bucket === undefined) {
    bucket = {
      level,
      sizeUsd: 0,
      entryUsd: srcUsd,
      tier,
      lastTimeS: timeS,
      inferenceCount: 0,
      peakUsd: 0,
    }
    inference[side].set(level, bucket)
  }
  bucket.sizeUsd += sizeUsd
  bucket.inferenceCount += 1
  bucket.peakUsd = Math.max(bucket.peakUsd, sizeUsd)
  bucket.lastTimeS = timeS
  const weight = sizeUsd / context.settings.inference.zoneWeightUsd
  createOrReinforce(
    zones,
    context,
    level,
    { side, weight, source: 'inference', tier, confidence },
    timeS,
  )
  if (side === 'long') inference.totalLongUsd += sizeUsd
  else inference.totalShortUsd += sizeUsd
}
