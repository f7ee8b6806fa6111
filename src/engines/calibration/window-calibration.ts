/** The end of a window: what its events teach (`calibrator.md` §9). */
import { attribute } from './attribution.ts'
import { type CalibrationFacts, calibrationRecord } from './calibration-record.ts'
import {
  addTo,
  type Calibrator,
  type Emit,
  type Snapshot,
  startWindow,
} from './calibrator-state.ts'
import { checkMark, checkSafety, healthOf } from './safety.ts'
import { identRecord, markMissingRecord, tripRecord } from './safety-record.ts'
import { type BiasUpdate, tuneBias, tunedBuffer, tunedTolerance, tuneOffset } from './tuning.ts'
import { nextWeights, scoresOf } from './weight-step.ts'
import { type WeightsDocument, weightsDocument } from './weights-file.ts'
import { zoneKey } from './zone-key.ts'

/** What the heatmap takes over, and the file to save. */
export interface CalibrationResult {
  /** For the ladder of the minute, in its order. Unchanged once learning has stopped. */
  readonly weights: readonly number[]
  readonly buffer: number
  readonly hitRate: number
  readonly calibrationCount: number
  /** Absent once learning has stopped. */
  readonly document: WeightsDocument | undefined
}

export function calibrate(
  state: Calibrator,
  snapshot: Snapshot,
  emit: Emit | undefined,
): CalibrationResult {
  const { window } = state
  const hitRate = window.hits / Math.max(window.totalEvents, 1)
  penalizeUnreached(state, snapshot)
  const facts = proposed(state, snapshot, hitRate)
  emit?.('liq_calibrator', calibrationRecord(state, snapshot, facts))
  if (window.identTiers.length > 0) emit?.('liq_calibrator', identRecord(state, snapshot))
  const reason = checkSafety(state, facts.health)
  if (reason !== undefined && state.enabled) {
    state.enabled = false
    state.tripReason = reason
    emit?.('liq_calibrator', tripRecord(state, snapshot, facts, reason))
  }
  if (checkMark(state)) emit?.('liq_calibrator', markMissingRecord(state, snapshot))
  state.window = startWindow()
  state.minutesSinceCalibration = 0
  state.calibrationCount += 1
  state.lastCalibrationMinute = snapshot.minuteKey
  if (state.enabled) {
    state.weights = facts.weights
    state.buffer = facts.buffer
  }
  return {
    weights: state.weights,
    buffer: state.buffer,
    hitRate,
    calibrationCount: state.calibrationCount,
    document: state.enabled ? weightsDocument(state, snapshot.timeS) : undefined,
  }
}

/** What comes next, beside what was. Tolerance, bias and offsets move even after a safety stop (Q15). */
function proposed(state: Calibrator, snapshot: Snapshot, hitRate: number): CalibrationFacts {
  const old = {
    tolerance: state.tolerance,
    long: { ...state.long },
    short: { ...state.short },
  }
  const weights = nextWeights(state, scoresOf(state))
  const buffer = tunedBuffer(state)
  state.tolerance = tunedTolerance(state, hitRate)
  const bias: Readonly<Record<'long' | 'short', BiasUpdate>> = {
    long: tuneBias(state, 'long'),
    short: tuneBias(state, 'short'),
  }
  const clamped = {
    long: tuneOffset(state, 'long', snapshot.srcUsd),
    short: tuneOffset(state, 'short', snapshot.srcUsd),
  }
  const health = healthOf(state, weights, buffer)
  return {
    hitRate,
    weights,
    buffer,
    old,
    bias,
    clamped,
    health,
    ...judgedZones(state, snapshot),
  }
}

/** Zones that price could have reached, and did not, cost their tiers credit. */
function penalizeUnreached(state: Calibrator, snapshot: Snapshot): void {
  const { window, settings, ladder } = state
  for (const { priceUsd, side } of reachableZones(state, snapshot)) {
    const origin = window.origins.get(zoneKey(priceUsd, snapshot.stepUsd, side))
    if (origin?.reached === true) continue
    const { srcUsd, buffer } = origin ?? snapshot
    const { shares } = attribute(state, ladder, { priceUsd, side, srcUsd, buffer })
    for (const [index, tier] of ladder.entries()) {
      const share = shares[index] ?? 0
      addTo(window.totals, tier, share)
      addTo(window.credits, tier, -settings.unreachedPenalty * share)
    }
  }
}

/** Zones within reach of the window's liquidations; none when it had no sane one. */
function reachableZones({ window, settings }: Calibrator, snapshot: Snapshot) {
  if (window.highUsd <= 0 || window.lowUsd === Number.POSITIVE_INFINITY) return []
  const lowUsd = window.lowUsd * (1 - settings.approachPct)
  const highUsd = window.highUsd * (1 + settings.approachPct)
  return (['long', 'short'] as const).flatMap((side) =>
    Array.from(snapshot[side].pricesUsd, (priceUsd) => ({ priceUsd, side })).filter(
      ({ priceUsd }) => priceUsd >= lowUsd && priceUsd <= highUsd,
    ),
  )
}

function judgedZones(state: Calibrator, snapshot: Snapshot) {
  const { window } = state
  if (window.highUsd <= 0 || window.lowUsd === Number.POSITIVE_INFINITY) {
    return { judgedCount: 0, unreachedCount: 0 }
  }
  const judgedCount = reachableZones(state, snapshot).length
  const zoneCount = snapshot.long.pricesUsd.length + snapshot.short.pricesUsd.length
  return { judgedCount, unreachedCount: zoneCount - judgedCount }
}
