/** How scores move the weights of a ladder (`calibrator.md` §9.3, §9.4). */
import { log } from '../../base/elementary.ts'
import { EPSILON } from './approach.ts'
import { type Calibrator, learns } from './calibrator-state.ts'

/** Credit per responsibility of each tier, with the prior. */
export const scoresOf = ({ ladder, window, settings }: Calibrator): readonly number[] =>
  ladder.map((tier) => {
    const credit = window.credits.get(tier) ?? 0
    return (credit + settings.alpha) / ((window.totals.get(tier) ?? 0) + settings.beta)
  })

/** The weights after one window; the old ones when it had no event. */
export function nextWeights(state: Calibrator, scores: readonly number[]): readonly number[] {
  const { ladder, weights, window, settings } = state
  if (ladder.length === 0 || window.totalEvents === 0) return weights
  const learning = scores.filter((_, index) => learns(state, ladder[index] ?? 0))
  const mean = learning.reduce((sum, score) => sum + score, 0) / learning.length
  const stepped = weights.map((weight, index) => {
    if (!learns(state, ladder[index] ?? 0)) return 0
    let next = weight * (1 + settings.learningRate * ((scores[index] ?? mean) - mean))
    if (weight > 0) {
      const ratio = next / weight
      next = weight * Math.min(settings.weightRatioMax, Math.max(settings.weightRatioMin, ratio))
    }
    next = Math.min(settings.weightCap, next)
    return (1 - settings.anchorLambda) * weight + settings.anchorLambda * next
  })
  const floored = withMiddleFloor(ladder, normalised(stepped), settings)
  if (ladder.every((tier) => learns(state, tier))) return floored
  return normalised(
    floored.map((weight, index) => (learns(state, ladder[index] ?? 0) ? weight : 0)),
  )
}

interface FloorSettings {
  readonly minMassMid: number
  readonly midLevThreshold: number
  readonly floorDrainMax: number
}

/** Moves weight from the high tiers to the middle ones until these hold `minMassMid`. */
export function withMiddleFloor(
  ladder: readonly number[],
  weights: readonly number[],
  settings: FloorSettings,
): readonly number[] {
  const isMiddle = ladder.map((tier) => tier <= settings.midLevThreshold)
  const middleCount = isMiddle.filter(Boolean).length
  if (ladder.length !== weights.length) return weights
  if (middleCount === 0 || middleCount === ladder.length) return weights
  const deficit = settings.minMassMid - sumWhere(weights, isMiddle, true)
  const highMass = sumWhere(weights, isMiddle, false)
  if (deficit <= 0 || highMass <= EPSILON) return weights
  const ratio = Math.min(deficit / highMass, settings.floorDrainMax)
  let drained = 0
  const lowered = weights.map((weight, index) => {
    if (isMiddle[index] === true) return weight
    drained += weight * ratio
    return weight - weight * ratio
  })
  if (!(drained > EPSILON)) return lowered
  const middleMass = sumWhere(lowered, isMiddle, true)
  return normalised(
    lowered.map((weight, index) => {
      if (isMiddle[index] !== true) return weight
      if (middleMass > EPSILON) return weight + (drained * weight) / middleMass
      return weight + drained / middleCount
    }),
  )
}

/** −Σ w ln w. Unit: nats. */
export function entropyOf(weights: readonly number[]): number {
  let entropy = 0
  for (const weight of weights) {
    if (weight > EPSILON) entropy -= weight * log(weight)
  }
  return entropy
}

/** Sum 1, unless the sum is not positive. */
export function normalised(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return sum > 0 ? weights.map((weight) => weight / sum) : weights
}

function sumWhere(
  weights: readonly number[],
  isMiddle: readonly boolean[],
  wanted: boolean,
): number {
  let sum = 0
  for (const [index, weight] of weights.entries()) {
    if (isMiddle[index] === wanted) sum += weight
  }
  return sum
}
