/** What a window tunes beside the weights: buffer, tolerance, bias, offset (`calibrator.md` §9.5 to §9.8). */
import type { Calibrator, PositionSide } from './calibrator-state.ts'

/** The buffer for the next window. */
export function tunedBuffer({ buffer, stepUsd, window, settings }: Calibrator): number {
  const { directionsUsd } = window
  if (!settings.enableBufferTuning || directionsUsd.length < settings.bufferSamplesMin) {
    return buffer
  }
  const mean = directionsUsd.reduce((sum, value) => sum + value, 0) / directionsUsd.length
  const deadZoneUsd = settings.bufferDeadZoneSteps * stepUsd
  let tuned = buffer
  if (mean > deadZoneUsd) tuned = buffer * (1 - settings.bufferLr)
  else if (mean < -deadZoneUsd) tuned = buffer * (1 + settings.bufferLr)
  return Math.max(settings.minBuffer, Math.min(settings.maxBuffer, tuned))
}

/** The tolerance for the next window. Unit: buckets. */
export function tunedTolerance(state: Calibrator, hitRate: number): number {
  const { tolerance, window, settings } = state
  const { missDistances } = window
  if (!settings.enableToleranceTuning || missDistances.length < settings.toleranceSamplesMin) {
    return tolerance
  }
  const sorted = [...missDistances].sort((a, b) => a - b)
  const typical = sorted[Math.trunc(sorted.length * settings.tolerancePercentile)] ?? 0
  let tuned = tolerance
  if (typical > settings.toleranceRaiseAbove * tolerance) {
    tuned = Math.trunc(tolerance * (1 + settings.toleranceLr))
  } else if (
    typical < settings.toleranceLowerBelow * tolerance &&
    hitRate > settings.toleranceLowerHitRate
  ) {
    tuned = Math.trunc(tolerance * (1 - 0.5 * settings.toleranceLr))
  }
  return Math.max(settings.minTolerance, Math.min(settings.maxTolerance, tuned))
}

export interface BiasUpdate {
  readonly sampleCount: number
  /** Nothing while there are too few samples. */
  readonly medianFraction: number | undefined
}

/** Converges to half of what the misses say (Q10). */
export function tuneBias(state: Calibrator, side: PositionSide): BiasUpdate {
  const { settings } = state
  const samples = state.window.sideMisses[side].fraction
  if (samples.length < settings.minBiasSamples) {
    return { sampleCount: samples.length, medianFraction: undefined }
  }
  const medianFraction = upperMedian(samples)
  const bias = (1 - settings.biasEta) * state[side].bias + settings.biasEta * medianFraction
  state[side].bias = Math.max(-settings.biasCap, Math.min(settings.biasCap, bias))
  return { sampleCount: samples.length, medianFraction }
}

/** Only records read the offset (Q11). Says whether it ran into its limit. */
export function tuneOffset(state: Calibrator, side: PositionSide, srcUsd: number): boolean {
  const { settings } = state
  const samples = state.window.sideMisses[side].usd
  if (samples.length < settings.offsetSamplesMin) return false
  const offsetUsd = state[side].offsetUsd + settings.offsetLearningRate * upperMedian(samples)
  const priceUsd = srcUsd > 0 ? srcUsd : settings.offsetFallbackPriceUsd
  const limitUsd = Math.min(settings.maxOffsetPct * priceUsd, settings.maxOffsetUsd)
  state[side].offsetUsd = Math.max(-limitUsd, Math.min(limitUsd, offsetUsd))
  return Math.abs(offsetUsd) > limitUsd
}

const upperMedian = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
