/** Medians and percentiles by the rules of `audits.md` §5.2. */
import type { Figure, Spread } from './view-figures.ts'

/** The middle value, or the mean of the two middle ones; nothing of nothing. */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = ascending(values)
  return sorted.length === 0 ? undefined : medianSorted(sorted)
}

export const ascending = (values: readonly number[]): Float64Array =>
  Float64Array.from(values).sort()

export function medianSorted(sorted: ArrayLike<number>): number {
  const half = Math.floor(sorted.length / 2)
  const upper = sorted[half] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2
}

/** The value at place floor(n · share); the last where that is past it. */
export const atShare = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0

/** Median of the distances from the median. */
export function madOf(values: readonly number[], median: number): number {
  return medianSorted(ascending(values.map((value) => Math.abs(value - median))))
}

export function meanOf(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

/** Up to this many values p05 and p95 are the extremes. */
export const EXTREMES_UP_TO = 20
/** Up to this many values p25 and p75 are the extremes. */
export const QUARTERS_UP_TO = 4

export interface SampleRule {
  readonly sampleMin: number
}

export function spreadOf(
  values: readonly number[],
  { sampleMin }: SampleRule,
  overGap: boolean,
): Spread {
  const count = values.length
  const insufficient = count < sampleMin
  if (count === 0) return { count, insufficient, overGap }
  const sorted = ascending(values)
  const first = sorted[0] ?? 0
  const last = sorted[count - 1] ?? 0
  const median = medianSorted(sorted)
  return {
    count,
    mean: meanOf(values),
    median,
    mad: madOf(values, median),
    p05: count > EXTREMES_UP_TO ? atShare(sorted, 0.05) : first,
    p25: count > QUARTERS_UP_TO ? atShare(sorted, 0.25) : first,
    p75: count > QUARTERS_UP_TO ? atShare(sorted, 0.75) : last,
    p95: count > EXTREMES_UP_TO ? atShare(sorted, 0.95) : last,
    insufficient,
    overGap,
  }
}

/** `part` ÷ `whole`; `sampleCount` is `whole` unless another is given. */
export function rateFigure(
  part: number,
  whole: number,
  rule: SampleRule,
  overGap: boolean,
  sampleCount = whole,
): Figure {
  return figureOf(whole > 0 ? part / whole : undefined, sampleCount, rule, overGap)
}

export function figureOf(
  value: number | undefined,
  sampleCount: number,
  { sampleMin }: SampleRule,
  overGap: boolean,
): Figure {
  const insufficient = sampleCount < sampleMin
  return value === undefined
    ? { sampleCount, insufficient, overGap }
    : { value, sampleCount, insufficient, overGap }
}
