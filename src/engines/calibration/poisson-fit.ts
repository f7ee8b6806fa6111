/** Log-linear Poisson rates fitted to bins: λ = exp(Σ βᵢ fᵢ), by Newton's method. */
import { exp, log } from '../../base/elementary.ts'

export interface FitRow {
  /** The first is 1. */
  readonly features: readonly number[]
  /** How often these features were seen, and how many events that gave. */
  readonly exposure: number
  readonly count: number
}

const STEPS_MAX = 30
/** Keeps directions that the data say nothing of at 0. */
const RIDGE = 1e-3
/** The largest change of a coefficient in one step: far starts would overshoot. */
const STEP_MAX = 2
const CONVERGED = 1e-9

export function fitLogLinear(rows: readonly FitRow[]): readonly number[] {
  const size = rows[0]?.features.length ?? 1
  const exposure = rows.reduce((sum, row) => sum + row.exposure, 0)
  const count = rows.reduce((sum, row) => sum + row.count, 0)
  const beta = Array.from({ length: size }, () => 0)
  // A constant to start from; half an event, so that there is a logarithm when there was none.
  beta[0] = log((count + 0.5) / (exposure + 1))
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const change = newtonStep(rows, beta)
    let largest = 0
    for (const [index, value] of change.entries()) {
      const limited = Math.max(-STEP_MAX, Math.min(STEP_MAX, value))
      beta[index] = (beta[index] ?? 0) + limited
      largest = Math.max(largest, Math.abs(limited))
    }
    if (largest < CONVERGED) break
  }
  return beta
}

export function rateOfFeatures(beta: readonly number[], features: readonly number[]): number {
  return exp(features.reduce((sum, feature, index) => sum + feature * (beta[index] ?? 0), 0))
}

function newtonStep(rows: readonly FitRow[], beta: readonly number[]): readonly number[] {
  const size = beta.length
  const matrix: number[][] = beta.map((value, i) => [
    ...beta.map((_, j) => (i === j ? RIDGE : 0)),
    // The constant is not pulled to 0.
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
