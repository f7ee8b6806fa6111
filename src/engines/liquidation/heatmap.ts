/** V2: tape, projections and zones of a symbol, in the order of `heatmap.md` §5. */
import { roundDecimal } from '../../base/numeric.ts'
import type { LiquidationContext } from './context.ts'
import {
  createInference,
  type Inference,
  type InferenceInput,
  type InferenceMinute,
  inferenceStats,
  inferMinute,
  setInferenceWeights,
} from './inference.ts'
import { priceOfLevel } from './level-grid.ts'
import { estimateEntry } from './projections.ts'
import {
  addTapeEvent,
  createTape,
  decayTape,
  sampleCount,
  sweepTape,
  type Tape,
  type TapeEvent,
  tapeStats,
} from './tape.ts'
import { zoneSummary } from './zone-views.ts'
import { createZones, mergeZones, type Zones } from './zones.ts'

export interface Heatmap {
  readonly tape: Tape
  readonly inference: Inference
  readonly zones: Zones
  currentMinute: number
  currentPriceUsd: number
  /** The minute of the last attempt; 0 before the first. */
  lastLearningMinute: number
  forceOrderCount: number
  inferenceCount: number
  /** As shown; `heatmap.bufferReachesProjections` says whether it is used. */
  bufferFraction: number
}

export const createHeatmap = (context: LiquidationContext): Heatmap => ({
  tape: createTape(),
  inference: createInference(context),
  zones: createZones(),
  currentMinute: 0,
  currentPriceUsd: 0,
  lastLearningMinute: 0,
  forceOrderCount: 0,
  inferenceCount: 0,
  bufferFraction: context.settings.heatmap.buffer,
})

/** §5.1. */
export function addForceOrder(
  heatmap: Heatmap,
  context: LiquidationContext,
  event: TapeEvent,
): void {
  const entryUsd = estimateEntry(heatmap.inference, context, event.side, event.priceUsd)
  addTapeEvent(heatmap.tape, heatmap.zones, context, event, entryUsd)
  heatmap.forceOrderCount += 1
}

/** §5.2. */
export function closeHeatmapMinute(
  heatmap: Heatmap,
  context: LiquidationContext,
  input: InferenceInput,
): void {
  const { tape, inference, zones } = heatmap
  const { minuteKey, srcUsd, timeS } = input
  heatmap.currentMinute = minuteKey
  heatmap.currentPriceUsd = srcUsd
  decayTape(tape, context)
  sweepTape(tape, zones, context, input, minuteKey, timeS)
  const minute = inferMinute(inference, zones, context, input)
  emitInference(heatmap, context, input, minute)
  heatmap.inferenceCount += minute.entries.length
  const mergedCount = mergeZones(zones, context)
  emitCycle(heatmap, context, input, mergedCount)
  const { learningIntervalMinutes } = context.settings.heatmap
  if (minuteKey - heatmap.lastLearningMinute >= learningIntervalMinutes) {
    learnFromTape(heatmap, context)
    heatmap.lastLearningMinute = minuteKey
  }
}

/** §5.3: moves the weights of the tiers toward those that the tape's samples look like. */
export function learnFromTape(heatmap: Heatmap, context: LiquidationContext): void {
  const { tape, inference } = heatmap
  const { learningMinSamples, learningMinPerTier, learningMinTiers, learningBlend } =
    context.settings.heatmap
  if (sampleCount(tape, context) < learningMinSamples) return
  const counts = new Map<number, number>()
  let total = 0
  for (const tier of context.learningTiers) {
    const count = sampleCount(tape, context, tier)
    if (count <= learningMinPerTier) continue
    counts.set(tier, count)
    total += count
  }
  if (total <= 0 || counts.size < learningMinTiers) return
  const blended = [...inference.weights].map(([tier, old]): [number, number] => {
    const count = counts.get(tier)
    const seen = count === undefined ? old : count / total
    return [tier, old * (1 - learningBlend) + seen * learningBlend]
  })
  setInferenceWeights(inference, blended)
}

/** The tiers of the projections, ascending, with their weights. */
export const ladderOf = (heatmap: Heatmap): (readonly [tier: number, weight: number])[] =>
  [...heatmap.inference.weights].sort(([a], [b]) => a - b)

/** §5.4: takes a ladder's weights by position. False, and nothing changed, for another length. */
export function setLadderWeights(
  heatmap: Heatmap,
  context: LiquidationContext,
  weights: readonly number[],
  bufferFraction: number,
): boolean {
  const ladder = ladderOf(heatmap)
  if (weights.length !== ladder.length) return false
  setInferenceWeights(
    heatmap.inference,
    ladder.map(([tier], place) => [tier, weights[place] ?? 0]),
  )
  heatmap.bufferFraction = bufferFraction
  if (context.settings.heatmap.bufferReachesProjections) {
    heatmap.inference.bufferFraction = bufferFraction
  }
  return true
}

/** §6.5. */
export function heatmapStats(heatmap: Heatmap, context: LiquidationContext) {
  const { decay, tapeWeight, projectionWeight } = context.settings.heatmap
  return {
    symbol: context.symbol,
    current_minute: heatmap.currentMinute,
    current_price: heatmap.currentPriceUsd,
    total_force_orders: heatmap.forceOrderCount,
    total_inferences: heatmap.inferenceCount,
    tape: tapeStats(heatmap.tape, context),
    inference: inferenceStats(heatmap.inference, context),
    config: {
      steps: context.grid.stepUsd,
      decay,
      buffer: heatmap.bufferFraction,
      tape_weight: tapeWeight,
      projection_weight: projectionWeight,
    },
    zone_manager: zoneSummary(heatmap.zones),
  }
}

/** `entry-inference.md` §6.1, §6.2. */
function emitInference(
  { inference }: Heatmap,
  { emit, grid }: LiquidationContext,
  { minuteKey, srcUsd, timeS }: InferenceInput,
  minute: InferenceMinute,
): void {
  if (emit === undefined) return
  const { swept, entries, deltaUsd, buyFraction } = minute
  const longOpenUsd = roundDecimal(minute.longOpenUsd, 2)
  const shortOpenUsd = roundDecimal(minute.shortOpenUsd, 2)
  emit('liq_debug', {
    type: 'minute_inference',
    ts: timeS,
    minute_key: minuteKey,
    src_price: srcUsd,
    oi_delta_usd: deltaUsd,
    buy_pct: roundDecimal(buyFraction, 4),
    buy_weight: roundDecimal(minute.buyWeight, 4),
    long_open_usd: longOpenUsd,
    short_open_usd: shortOpenUsd,
    projected_added_long_usd: longOpenUsd,
    projected_added_short_usd: shortOpenUsd,
    oi_stale: false,
    fallback_aggression: false,
    swept_long: swept.count.long,
    swept_short: swept.count.short,
    swept_long_notional: roundDecimal(swept.sizeUsd.long, 2),
    swept_short_notional: roundDecimal(swept.sizeUsd.short, 2),
    total_long_buckets: inference.long.size,
    total_short_buckets: inference.short.size,
  })
  if (entries.length === 0) return
  emit('liq_inference', {
    type: 'inference',
    ts: timeS,
    minute_key: minuteKey,
    src_price: srcUsd,
    oi_delta: deltaUsd,
    buy_pct: buyFraction,
    inferences: entries.map(({ side, sizeUsd, level, confidence }) => ({
      side,
      size_usd: roundDecimal(sizeUsd, 2),
      projected_liq: priceOfLevel(grid, level),
      confidence: roundDecimal(confidence, 3),
    })),
  })
}

/** §6.1. */
function emitCycle(
  heatmap: Heatmap,
  { emit }: LiquidationContext,
  input: InferenceInput,
  mergedCount: number,
): void {
  if (emit === undefined) return
  const { tape, inference, zones } = heatmap
  const summary = zoneSummary(zones)
  emit('liq_cycles', {
    type: 'cycle_summary',
    ts: input.timeS,
    minute_key: input.minuteKey,
    src_price: input.srcUsd,
    high: input.highUsd,
    low: input.lowUsd,
    total_force_orders: heatmap.forceOrderCount,
    total_inferences: heatmap.inferenceCount,
    zone_merges: mergedCount,
    active_zones_long: summary.active_zones_long,
    active_zones_short: summary.active_zones_short,
    total_weight_long: summary.total_weight_long,
    total_weight_short: summary.total_weight_short,
    zones_created_total: summary.zones_created_total,
    zones_swept_total: summary.zones_swept_total,
    zones_expired_total: summary.zones_expired_total,
    tape_long_buckets: tape.long.size,
    tape_short_buckets: tape.short.size,
    tape_total_events: tape.eventCount,
    proj_long_buckets: inference.long.size,
    proj_short_buckets: inference.short.size,
  })
}
