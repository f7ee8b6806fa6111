/** The records that may follow a calibration (`calibrator.md` §10.8 to §10.10). */
import { roundDecimal } from '../../base/numeric.ts'
import { isoTime } from '../liquidation/iso-time.ts'
import { type CalibrationFacts, streakFields } from './calibration-record.ts'
import { addTo, type Calibrator, type LogRecord, type Snapshot } from './calibrator-state.ts'
import { atShare } from './minute-record.ts'

/** How well the window's events tell tiers apart. */
export function identRecord({ window }: Calibrator, snapshot: Snapshot): LogRecord {
  const histogram = new Map<number, number>()
  for (const tier of [...window.identTiers].sort((a, b) => a - b)) addTo(histogram, tier, 1)
  const gaps = Float64Array.from(window.identGaps).sort()
  const shares = Float64Array.from(window.identShares).sort()
  return {
    type: 'ident_diag',
    minute_key: snapshot.minuteKey,
    n: window.identTiers.length,
    best_L_hist: Object.fromEntries(histogram),
    gap_pct_p50: roundDecimal(atShare(gaps, 0.5), 6),
    gap_pct_p95: roundDecimal(atShare(gaps, 0.95), 6),
    resp_best_p50: roundDecimal(atShare(shares, 0.5), 4),
    resp_best_p95: roundDecimal(atShare(shares, 0.95), 4),
  }
}

/** At most once per run. */
export function tripRecord(
  state: Calibrator,
  snapshot: Snapshot,
  { health, buffer }: CalibrationFacts,
  reason: string,
): LogRecord {
  return {
    type: 'safety_trip',
    timestamp: isoTime(snapshot.timeS),
    minute_key: snapshot.minuteKey,
    cycle: state.calibrationCount,
    reason,
    entropy: roundDecimal(health.checkedEntropy, 4),
    max_weight: roundDecimal(health.maxWeight, 4),
    min_weight: roundDecimal(health.minWeight, 6),
    buffer: roundDecimal(buffer, 6),
    tolerance: state.tolerance,
    ...streakFields(state),
  }
}

/** At most once per run. */
export const markMissingRecord = (state: Calibrator, snapshot: Snapshot): LogRecord => ({
  type: 'mark_stream_missing',
  timestamp: isoTime(snapshot.timeS),
  minute_key: snapshot.minuteKey,
  minutes_no_mark: state.minutesWithoutMark,
  action: 'continue_using_mid',
  src_source_counts: { ...state.window.sources },
})
