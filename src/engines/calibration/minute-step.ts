/** What one minute close does to the reference calibrator (`calibrator.md` §7). */
import { mixNumber } from '../../base/running-hash.ts'
import { learnFromApproach, noteOrigins } from './approach.ts'
import type { Calibrator, Emit, Snapshot, Zones } from './calibrator-state.ts'
import { approachRecord, bandRecord, inputsRecord } from './minute-record.ts'
import { type CalibrationResult, calibrate } from './window-calibration.ts'

/** What is known at a minute close, after the liquidation engines had it. */
export interface MinuteInput {
  /** Unit: s since 1970. Clock: the engine's. */
  readonly timeS: number
  /** Mean of open, high, low and close. Unit: USD. */
  readonly srcUsd: number
  /** Price to strength, scaled by the greatest of both sides; ascending by price. */
  readonly predictedLongs: ReadonlyMap<number, number>
  readonly predictedShorts: ReadonlyMap<number, number>
  /** Ascending. */
  readonly ladder: readonly number[]
  readonly weights: readonly number[]
  /** The one that the heatmap is configured with, as the last calibration left it. */
  readonly buffer: number
  readonly stepUsd: number
  readonly highUsd: number | undefined
  readonly lowUsd: number | undefined
  readonly closeUsd: number | undefined
  readonly buyBase: number | undefined
  readonly sellBase: number | undefined
  /** In the unit of `pipeline.openInterestUnit`. */
  readonly oiChange: number | undefined
  /** USD of the book by price of the bucket, within 2 % of `srcUsd`. The calibrator keeps it. */
  readonly depthBand: ReadonlyMap<number, number> | undefined
}

/** Gives what the heatmap must take over, when a window ended. */
export function onMinuteSnapshot(
  state: Calibrator,
  input: MinuteInput,
  emit?: Emit,
): CalibrationResult | undefined {
  const snapshot = keepSnapshot(state, input)
  noteOrigins(state, snapshot)
  state.ladder = snapshot.ladder
  state.weights = snapshot.weights
  state.buffer = snapshot.buffer
  state.stepUsd = snapshot.stepUsd
  emit?.('liq_calibrator', inputsRecord(input))
  emit?.('liq_calibrator', bandRecord(input))
  approach(state, snapshot, input, emit)
  const { windowMinutes, snapshotSlackMinutes } = state.settings
  const oldestMinute = snapshot.minuteKey - windowMinutes - snapshotSlackMinutes
  for (const minuteKey of state.snapshots.keys()) {
    if (minuteKey < oldestMinute) state.snapshots.delete(minuteKey)
  }
  state.minutesSinceCalibration += 1
  if (state.minutesSinceCalibration < windowMinutes) return undefined
  return calibrate(state, snapshot, emit)
}

function keepSnapshot(state: Calibrator, input: MinuteInput): Snapshot {
  const minuteKey = Math.floor(input.timeS / 60)
  const snapshot: Snapshot = {
    timeS: input.timeS,
    minuteKey,
    srcUsd: input.srcUsd,
    long: zonesOf(input.predictedLongs),
    short: zonesOf(input.predictedShorts),
    ladder: [...input.ladder],
    weights: [...input.weights],
    buffer: input.buffer,
    stepUsd: input.stepUsd,
  }
  state.snapshots.set(minuteKey, snapshot)
  mixSnapshot(state, snapshot)
  return snapshot
}

function zonesOf(predicted: ReadonlyMap<number, number>): Zones {
  const pricesUsd = new Float64Array(predicted.size)
  const strengths = new Float64Array(predicted.size)
  let count = 0
  for (const [priceUsd, strength] of predicted) {
    pricesUsd[count] = priceUsd
    strengths[count] = strength
    count += 1
  }
  return { pricesUsd, strengths }
}

function mixSnapshot({ snapshotHash: hash }: Calibrator, snapshot: Snapshot): void {
  mixNumber(hash, snapshot.timeS)
  mixNumber(hash, snapshot.srcUsd)
  for (const { pricesUsd, strengths } of [snapshot.long, snapshot.short]) {
    for (const priceUsd of pricesUsd) mixNumber(hash, priceUsd)
    for (const strength of strengths) mixNumber(hash, strength)
  }
}

function approach(
  state: Calibrator,
  snapshot: Snapshot,
  input: MinuteInput,
  emit: Emit | undefined,
): void {
  const band = input.depthBand ?? new Map<number, number>()
  const closeUsd = input.closeUsd ?? input.srcUsd
  const found = learnFromApproach(state, snapshot, {
    closeUsd,
    buyBase: input.buyBase ?? 0,
    sellBase: input.sellBase ?? 0,
    oiChange: input.oiChange ?? 0,
    band,
  })
  state.previousBand = band
  if (found !== undefined) {
    emit?.('liq_calibrator', approachRecord(state, snapshot, closeUsd, found))
  }
}
