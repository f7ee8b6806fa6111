/** The record of one calibration (`calibrator.md` §10.7). */
import { roundDecimal } from '../../base/numeric.ts'
import { isoTime } from '../liquidation/iso-time.ts'
import type { Calibrator, LogRecord, SideTuning, Snapshot, Zones } from './calibrator-state.ts'
import { byTier, strongest } from './event-record.ts'
import type { Health } from './safety.ts'
import type { BiasUpdate } from './tuning.ts'

export interface CalibrationFacts {
  readonly hitRate: number
  /** As proposed, also when learning has stopped. */
  readonly weights: readonly number[]
  readonly buffer: number
  /** Before this window. */
  readonly old: {
    readonly tolerance: number
    readonly long: SideTuning
    readonly short: SideTuning
  }
  readonly bias: Readonly<Record<'long' | 'short', BiasUpdate>>
  readonly clamped: Readonly<Record<'long' | 'short', boolean>>
  readonly health: Health
  readonly judgedCount: number
  readonly unreachedCount: number
}

/** The streaks are those before this calibration. */
export function calibrationRecord(
  state: Calibrator,
  snapshot: Snapshot,
  facts: CalibrationFacts,
): LogRecord {
  const { ladder, window, long, short } = state
  const { old } = facts
  return {
    type: 'calibration',
    timestamp: isoTime(snapshot.timeS),
    minute_key: snapshot.minuteKey,
    symbol: state.symbol,
    calibration_count: state.calibrationCount,
    ...windowFields(state, facts),
    old_weights: byTier(ladder, state.weights, 4),
    new_weights: byTier(ladder, facts.weights, 4),
    old_buffer: roundDecimal(state.buffer, 5),
    new_buffer: roundDecimal(facts.buffer, 5),
    old_tolerance: old.tolerance,
    new_tolerance: state.tolerance,
    old_long_offset: roundDecimal(old.long.offsetUsd, 2),
    new_long_offset: roundDecimal(long.offsetUsd, 2),
    old_short_offset: roundDecimal(old.short.offsetUsd, 2),
    new_short_offset: roundDecimal(short.offsetUsd, 2),
    old_bias_pct_long: roundDecimal(old.long.bias, 6),
    new_bias_pct_long: roundDecimal(long.bias, 6),
    old_bias_pct_short: roundDecimal(old.short.bias, 6),
    new_bias_pct_short: roundDecimal(short.bias, 6),
    bias_update_info: {
      long_samples: facts.bias.long.sampleCount,
      short_samples: facts.bias.short.sampleCount,
      long_agg_miss_pct: facts.bias.long.medianFraction ?? null,
      short_agg_miss_pct: facts.bias.short.medianFraction ?? null,
      long_updated: facts.bias.long.medianFraction !== undefined,
      short_updated: facts.bias.short.medianFraction !== undefined,
    },
    ladder: [...ladder],
    src_price: roundDecimal(snapshot.srcUsd, 2),
    top_long_zones: topZones(snapshot.long),
    top_short_zones: topZones(snapshot.short),
    safety: {
      calibration_enabled: state.enabled,
      ...safetyFields(state, facts),
      src_source_counts: { ...window.sources },
      minutes_no_mark: state.minutesWithoutMark,
      offset_clamped_long: facts.clamped.long,
      offset_clamped_short: facts.clamped.short,
      max_offset_pct: state.settings.maxOffsetPct,
      max_offset_usd: state.settings.maxOffsetUsd,
      max_event_price_deviation: state.settings.maxEventPriceDeviation,
    },
  }
}

export const streakFields = ({ streaks }: Calibrator): LogRecord => ({
  consecutive_low_entropy: streaks.lowEntropy,
  consecutive_max_weight_cap: streaks.maxWeight,
  consecutive_buffer_at_bounds: streaks.bufferAtBounds,
  consecutive_tolerance_at_bounds: streaks.toleranceAtBounds,
})

function windowFields({ window, ladder }: Calibrator, facts: CalibrationFacts): LogRecord {
  const softStats = ladder.map((tier) => [
    tier,
    {
      total_resp: roundDecimal(window.totals.get(tier) ?? 0, 4),
      hits_soft: roundDecimal(window.credits.get(tier) ?? 0, 4),
    },
  ])
  return {
    total_events: window.totalEvents,
    hits: window.hits,
    misses: window.misses,
    hit_rate: roundDecimal(facts.hitRate, 4),
    avg_hit_strength: roundDecimal(window.totalHitStrength / Math.max(window.hits, 1), 4),
    avg_miss_distance: roundDecimal(window.totalMissDistance / Math.max(window.misses, 1), 2),
    leverage_soft_stats: Object.fromEntries(softStats),
    attributed_leverage_counts: Object.fromEntries(window.attributed),
    src_band_counts: { ...window.bands },
    implied_band_counts: { ...window.impliedBands },
    approach_events: window.approachEvents,
    zones_judged: facts.judgedCount,
    zones_unreached: facts.unreachedCount,
    window_high: window.highUsd <= 0 ? null : roundDecimal(window.highUsd, 2),
    window_low: Number.isFinite(window.lowUsd) ? roundDecimal(window.lowUsd, 2) : null,
  }
}

function safetyFields(state: Calibrator, { health }: CalibrationFacts): LogRecord {
  return {
    entropy: roundDecimal(health.entropy, 4),
    max_weight: roundDecimal(health.maxWeight, 4),
    min_weight: roundDecimal(health.minWeight, 6),
    buffer_at_min: health.bufferAtMin,
    buffer_at_max: health.bufferAtMax,
    tolerance_at_min: health.toleranceAtMin,
    tolerance_at_max: health.toleranceAtMax,
    ...streakFields(state),
  }
}

const topZones = (zones: Zones): readonly (readonly number[])[] =>
  strongest(zones).map(([priceUsd, strength]) => [priceUsd, roundDecimal(strength, 3)])
