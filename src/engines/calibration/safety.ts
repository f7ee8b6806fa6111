/** When the calibrator stops learning (`calibrator.md` §9.11 to §9.14). */
import { log } from '../../base/elementary.ts'
import { roundDecimal } from '../../base/numeric.ts'
import type { Calibrator } from './calibrator-state.ts'
import { entropyOf, normalised } from './weight-step.ts'

/** What the safety checks look at. */
export interface Health {
  /** Of all tiers. Unit: nats. */
  readonly entropy: number
  /** What the check compares, and with what. Unit: nats. */
  readonly checkedEntropy: number
  readonly entropyMin: number
  readonly maxWeight: number
  readonly minWeight: number
  readonly bufferAtMin: boolean
  readonly bufferAtMax: boolean
  readonly toleranceAtMin: boolean
  readonly toleranceAtMax: boolean
}

/** Tiers of the ladder that the reference's threshold was chosen for. */
const REFERENCE_TIER_COUNT = 7

export function healthOf(state: Calibrator, weights: readonly number[], buffer: number): Health {
  const { settings, tolerance, ladder, disabled } = state
  const entropy = entropyOf(weights)
  const enabled = weights.filter((_, index) => !disabled.includes(ladder[index] ?? 0))
  const isRelative = settings.safetyEntropyBasis === 'enabledTiers'
  const epsilon = settings.safetyBoundsEpsilon
  return {
    entropy,
    checkedEntropy: isRelative ? entropyOf(normalised(enabled)) : entropy,
    entropyMin: isRelative
      ? (settings.safetyEntropyMin * log(Math.max(1, enabled.length))) / log(REFERENCE_TIER_COUNT)
      : settings.safetyEntropyMin,
    maxWeight: weights.length === 0 ? 0 : Math.max(...weights),
    minWeight: weights.length === 0 ? 0 : Math.min(...weights),
    bufferAtMin: Math.abs(buffer - settings.minBuffer) < epsilon,
    bufferAtMax: Math.abs(buffer - settings.maxBuffer) < epsilon,
    toleranceAtMin: tolerance <= settings.minTolerance,
    toleranceAtMax: tolerance >= settings.maxTolerance,
  }
}

/** Counts cycles in a row, and gives the reason to stop, if there is one. */
export function checkSafety(state: Calibrator, health: Health): string | undefined {
  const { streaks, settings } = state
  const longer = (count: number, holds: boolean) => (holds ? count + 1 : 0)
  streaks.lowEntropy = longer(streaks.lowEntropy, health.checkedEntropy < health.entropyMin)
  streaks.maxWeight = longer(
    streaks.maxWeight,
    health.maxWeight >= settings.maxWeight - settings.safetyWeightMargin,
  )
  streaks.bufferAtBounds = longer(streaks.bufferAtBounds, health.bufferAtMin || health.bufferAtMax)
  streaks.toleranceAtBounds = longer(
    streaks.toleranceAtBounds,
    health.toleranceAtMin || health.toleranceAtMax,
  )
  return reasonToStop(state, health)
}

function reasonToStop({ streaks, settings }: Calibrator, health: Health): string | undefined {
  if (streaks.lowEntropy >= settings.safetyConsecutiveEntropyTrip) {
    const found = roundDecimal(health.checkedEntropy, 3).toFixed(3)
    const least = roundDecimal(health.entropyMin, 3)
    return `entropy_collapse: H=${found} < ${least} for ${streaks.lowEntropy} cycles`
  }
  if (streaks.maxWeight >= settings.safetyConsecutiveClampTrip) {
    const found = roundDecimal(health.maxWeight, 4).toFixed(4)
    return `max_weight_cap: max_w=${found} at cap for ${streaks.maxWeight} cycles`
  }
  const pinned = [
    ['buffer_at_bounds', streaks.bufferAtBounds],
    ['tolerance_at_bounds', streaks.toleranceAtBounds],
  ] as const
  const named = pinned
    .filter(([, cycles]) => cycles >= settings.safetyConsecutiveBoundsTrip)
    .map(([name, cycles]) => `${name}=${cycles}`)
  return named.length === 0 ? undefined : `bounds_pinned: ${named.join(', ')}`
}

/** Counts time without an event at mark price. Says whether it is to be reported now. */
export function checkMark(state: Calibrator): boolean {
  const { sources } = state.window
  const { windowMinutes, safetyMarkMissingWarnMinutes } = state.settings
  const eventCount = sources.mark + sources.mid + sources.last + sources.fallback
  state.minutesWithoutMark =
    eventCount > 0 && sources.mark === 0 ? state.minutesWithoutMark + windowMinutes : 0
  const isDue = !state.markWarned && state.minutesWithoutMark >= safetyMarkMissingWarnMinutes
  if (isDue) state.markWarned = true
  return isDue
}
