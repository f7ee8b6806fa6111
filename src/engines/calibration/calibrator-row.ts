/** The calibrator in `minutes.jsonl`, and its state as plain data. */

import type { Plain } from '../../base/canonical.ts'
import type { Json } from '../reference-rows.ts'
import type { CalibratorSettings } from './calibrator-settings.ts'
import { type Calibrator, createCalibrator, type WindowStats } from './calibrator-state.ts'

/** The `calibrator` of a row of `minutes.jsonl`, taken after the minute close. */
export function calibratorRow(state: Calibrator): { readonly [key: string]: Json } {
  const { window, streaks } = state
  return {
    ladder: [...state.ladder],
    weights: [...state.weights],
    buffer: state.buffer,
    tolerance: state.tolerance,
    bias_pct_long: state.long.bias,
    bias_pct_short: state.short.bias,
    long_offset_usd: state.long.offsetUsd,
    short_offset_usd: state.short.offsetUsd,
    vol_ewma: state.volEwma,
    last_src_price: state.lastSrcUsd,
    calibration_count: state.calibrationCount,
    minutes_since_calibration: state.minutesSinceCalibration,
    last_calibration_minute: state.lastCalibrationMinute,
    calibration_enabled: state.enabled,
    safety_trip_reason: state.tripReason ?? null,
    consecutive: {
      low_entropy: streaks.lowEntropy,
      max_weight_cap: streaks.maxWeight,
      buffer_at_bounds: streaks.bufferAtBounds,
      tolerance_at_bounds: streaks.toleranceAtBounds,
    },
    src_source_counts: { ...window.sources },
    minutes_no_mark: state.minutesWithoutMark,
    approach_events: window.approachEvents,
    events_in_window: state.eventTimesS.length,
    snapshots: [...state.snapshots.keys()].sort((a, b) => a - b),
    stats: statsRow(state),
  }
}

function statsRow({ window }: Calibrator): { readonly [key: string]: Json } {
  return {
    total_events: window.totalEvents,
    hits: window.hits,
    misses: window.misses,
    total_hit_strength: window.totalHitStrength,
    total_miss_distance: finiteOrNull(window.totalMissDistance),
    leverage_hits: pairs(window.credits),
    leverage_totals: pairs(window.totals),
    leverage_notional: pairs(window.notionalUsd),
    directions: countAndSum(window.directionsUsd),
    miss_distances: countAndSum(window.missDistances),
    long_miss_pct: countAndSum(window.sideMisses.long.fraction),
    short_miss_pct: countAndSum(window.sideMisses.short.fraction),
    attributed: pairs(window.attributed),
    band_counts: { ...window.bands },
    implied_band_counts: { ...window.impliedBands },
    window_high: window.highUsd,
    window_low: finiteOrNull(window.lowUsd),
    reached_zones: reachedCount(window),
    zone_meta: window.origins.size,
  }
}

/** All of the state but its settings: what a checkpoint keeps. */
export function calibratorToPlain(state: Calibrator): Plain {
  const { settings: _, ...rest } = state
  return rest as unknown as Plain
}

/**
 * What a digest covers: the same state, past snapshots as their running hash, and of the zones that
 * these made known how many there are and were reached.
 */
export function calibratorDigest(state: Calibrator): Plain {
  const { settings: _, snapshots, window, ...rest } = state
  const { origins, ...stats } = window
  return {
    ...rest,
    window: { ...stats, originCount: origins.size, reachedCount: reachedCount(window) },
    snapshots: [...snapshots.keys()],
  } as unknown as Plain
}

/** A calibrator that goes on where {@link calibratorToPlain} was taken with the same settings. */
export function calibratorFromPlain(plain: Plain, settings: CalibratorSettings): Calibrator {
  const saved = structuredClone(plain) as unknown as Omit<Calibrator, 'settings'>
  return { ...createCalibrator(saved.symbol, saved.stepUsd, settings), ...saved }
}

function reachedCount({ origins }: WindowStats): number {
  let count = 0
  for (const { reached } of origins.values()) if (reached) count += 1
  return count
}

const pairs = (map: ReadonlyMap<number, number>): readonly (readonly number[])[] =>
  [...map].sort(([a], [b]) => a - b)

const countAndSum = (values: readonly number[]): readonly number[] => [
  values.length,
  values.reduce((sum, value) => sum + value, 0),
]

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null)
