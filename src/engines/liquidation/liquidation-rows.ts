/** The state of the engines after a minute, in the field names of the golden files. */

import { priceOfLevel } from './level-grid.ts'
import type { Side } from './leverage.ts'
import type { LiquidationEngines } from './liquidation-engines.ts'
import type { Projection } from './projections.ts'
import { stressStats, topStressLevels } from './stress.ts'
import type { TapeBucket } from './tape.ts'
import { type ShownZone, shownZones } from './zone-tracker.ts'
import { zoneSummary } from './zone-views.ts'

/** What `minutes.jsonl` says of them. */
export function minuteParts({ state, context }: LiquidationEngines) {
  const { heatmap, tracker } = state
  const { tape, inference, zones } = heatmap
  const samples = [...tape.samples].map(([tier, ring]): [number, number] => [tier, ring.length])
  return {
    v2: {
      total_force_orders: heatmap.forceOrderCount,
      total_inferences: heatmap.inferenceCount,
      config_buffer: heatmap.bufferFraction,
      inference_buffer: inference.bufferFraction,
      last_oi: inference.lastOpenInterest,
      leverage_weights: byFirst([...inference.weights]),
      inferred_long_usd: inference.totalLongUsd,
      inferred_short_usd: inference.totalShortUsd,
      tape_long_usd: tape.totalLongUsd,
      tape_short_usd: tape.totalShortUsd,
      tape_events: tape.eventCount,
      offset_samples: byFirst(samples),
      last_tape_learning_push: heatmap.lastLearningMinute,
    },
    zone_tracker: {
      long: tracker.long.map(trackedBody),
      short: tracker.short.map(trackedBody),
      shown_long: shownPairs(tracker.long, context.settings.zoneTracker.maxZones),
      shown_short: shownPairs(tracker.short, context.settings.zoneTracker.maxZones),
    },
    zone_summary: zoneSummary(zones),
  }
}

/** A row of `v1_engine.jsonl`. */
export function stressRow({ state, context }: LiquidationEngines, minuteKey: number) {
  const { stress } = state
  const levels = (side: Side) =>
    byFirst(
      [...stress[side].values()].map((zone): [number, number] => [
        priceOfLevel(context.grid, zone.level),
        zone.strength,
      ]),
    )
  const { leverage_weights: _, ...stats } = stressStats(stress)
  return {
    minute_key: minuteKey,
    live_in_viewer: false,
    long: levels('long'),
    short: levels('short'),
    top_long: topStressLevels(stress, context, 'long'),
    top_short: topStressLevels(stress, context, 'short'),
    stats,
  }
}

/** A row of `buckets.jsonl`. */
export function bucketsRow({ state, context }: LiquidationEngines, minuteKey: number) {
  const { tape, inference } = state.heatmap
  const taped = (buckets: ReadonlyMap<number, TapeBucket>) =>
    byFirst(
      [...buckets.values()].map(({ level, notionalUsd, count, lastTimeS }): number[] => [
        priceOfLevel(context.grid, level),
        notionalUsd,
        count,
        lastTimeS,
      ]),
    )
  const projected = (buckets: ReadonlyMap<number, Projection>) =>
    byFirst(
      [...buckets.values()].map((bucket): number[] => [
        priceOfLevel(context.grid, bucket.level),
        bucket.sizeUsd,
        bucket.entryUsd,
        bucket.lastTimeS,
        bucket.tier,
        bucket.inferenceCount,
        bucket.peakUsd,
      ]),
    )
  return {
    minute_key: minuteKey,
    tape_long: taped(tape.long),
    tape_short: taped(tape.short),
    proj_long: projected(inference.long),
    proj_short: projected(inference.short),
  }
}

/** A row of `zones.jsonl`. */
export function zonesRow({ state }: LiquidationEngines, minuteKey: number) {
  const zones = [...state.heatmap.zones.map.values()].sort((a, b) =>
    a.side === b.side ? a.priceUsd - b.priceUsd : a.side === 'long' ? -1 : 1,
  )
  return {
    minute_key: minuteKey,
    zones: zones.map((zone) => ({
      side: zone.side,
      price: zone.priceUsd,
      weight: zone.weight,
      created_at: zone.createdS,
      last_reinforced_at: zone.lastReinforcedS,
      reinforcement_count: zone.reinforcementCount,
      source: zone.source,
      state: 'active',
      tier_contributions: byFirst([...zone.contributions]),
    })),
  }
}

const byFirst = <Row extends readonly number[]>(rows: readonly Row[]): Row[] =>
  [...rows].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))

const trackedBody = (zone: ShownZone) => ({
  price: zone.priceUsd,
  strength: zone.strength,
  peak: zone.peak,
  entry_minute: zone.entryMinute,
})

const shownPairs = (zones: readonly ShownZone[], countMax: number): [number, number][] =>
  shownZones(zones)
    .slice(0, countMax)
    .map((zone) => [zone.priceUsd, zone.strength])
