/** Log-linear Poisson rates fitted to bins: λ = exp(Σ βᵢ fᵢ), by Newton's method. */
import { exp, log } from '../../base/elementary.ts'

export interface FitRow {
  /** The first is 1. */
  readonly features: readonly number[]
  /** How often these features were seen, and how many events that gave. */
  readonly exposure: number
  readonly count: number
}

const STEPS_MAX = 50
/** Precision of the prior that all but the constant are 0: with few data a shape must not run away. */
const RIDGE = 1
/** Halvings of a step that does not help. */
const HALVINGS_MAX = 30
/** A step that gains less likelihood is the last. Unit: nats. */
const GAIN_MIN = 1e-9

export function fitLogLinear(rows: readonly FitRow[]): readonly number[] {
  const size = rows[0]?.features.length ?? 1
  const exposure = rows.reduce((sum, row) => sum + row.exposure, 0)
  const count = rows.reduce((sum, row) => sum + row.count, 0)
  // A constant to start from; half an event, so that there is a logarithm when there was none.
  const constant = log((count + 0.5) / (exposure + 1))
  let beta: readonly number[] = Array.from({ length: size }, (_, i) => (i === 0 ? constant : 0))
  let likelihood = likelihoodOf(rows, beta)
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const next = improved(rows, beta, likelihood)
    if (next === undefined) break
    const gain = next.likelihood - likelihood
    beta = next.beta
    likelihood = next.likelihood
    if (gain < GAIN_MIN) break
  }
  return beta
}

export function rateOfFeatures(beta: readonly number[], features: readonly number[]): number {
  return exp(features.reduce((sum, feature, index) => sum + feature * (beta[index] ?? 0), 0))
}

/** Newton's step, halved until it helps; nothing when no part of it does. */
function improved(rows: readonly FitRow[], beta: readonly number[], likelihood: number) {
  const change = newtonStep(rows, beta)
  let share = 1
  for (let halving = 0; halving < HALVINGS_MAX; halving += 1) {
    const next = beta.map((value, index) => value + share * (change[index] ?? 0))
    const reached = likelihoodOf(rows, next)
    if (reached > likelihood) return { beta: next, likelihood: reached }
    share /= 2
  }
  return undefined
}

/** With the prior, up to a constant. Unit: nats. */
function likelihoodOf(rows: readonly FitRow[], beta: readonly number[]): number {
  let likelihood = 0
  for (const value of beta.slice(1)) likelihood -= (RIDGE * value * value) / 2
  for (const { features, exposure, count } of rows) {
    const logRate = features.reduce((sum, feature, i) => sum + feature * (beta[i] ?? 0), 0)
    likelihood += count * logRate - exposure * exp(logRate)
  }
  return likelihood
}

function newtonStep(rows: readonly FitRow[], beta: readonly number[]): readonly number[] {
  const size = beta.length
  const matrix: number[][] = beta.map((value, i) => [
    ...beta.map((_, j) => (i === j && i > 0 ? RIDGE : 0)),
    i === 0 ? 0 : -RIDGE * value,
  ])
  for (const { features, exposure, count } of rows) {
    const expected = exposure * rateOfFeatures(beta, features)
    for (let i = 0; i < size; i += 1) {
      const line = matrix[i] ?? []
      const feature = features[i] ?? 0
      for (let j = 0; j < size; j += 1) {
        line[j] = (line[j] ?? 0) + expected * feature * (features[j] ?? 0)
      }
      line[size] = (line[size] ?? 0) + (count - expected) * feature
    }
  }
  return solved(matrix)
}

/** Gaussian elimination of a positive definite system; the right side is the last column. */
function solved(matrix: readonly number[][]): readonly number[] {
  for (const [pivot, line] of matrix.entries()) {
    for (const other of matrix.slice(pivot + 1)) {
      subtract(other, line, (other[pivot] ?? 0) / (line[pivot] ?? 1))
    }
  }
  const size = matrix.length
  const result = Array.from({ length: size }, () => 0)
  for (const [i, line] of [...matrix.entries()].reverse()) {
    const known = result.reduce((sum, value, j) => sum + (j > i ? (line[j] ?? 0) * value : 0), 0)
    result[i] = ((line[size] ?? 0) - known) / (line[i] ?? 1)
  }
  return result
}

function subtract(from: number[], line: readonly number[], factor: number): void {
  for (const [index, value] of line.entries()) {
    from[index] = (from[index] ?? 0) - factor * value
  }
}
