/** Trials side by side: which is better over some cells, and which may win at all. */
import type { SettingValue } from '../base/setting.ts'
import type { CellPlan } from './cell-plan.ts'
import { type CellSums, pooled } from './cell-sums.ts'
import { type Objective, predictedOverObserved, type Sums, sampleOf, scoreOf } from './objective.ts'
import type { TrialResult } from './trial.ts'

/** Predicted ÷ observed liquidations have to lie within (`standard-profile.md` §4). */
export const PREDICTED_LIMITS = { low: 0.7, high: 1.4 } as const

export interface Candidate {
  /** 0 is the base. */
  readonly trial: number
  /** What it changes of the base. */
  readonly overrides: Readonly<Record<string, SettingValue>>
}

export interface Standing {
  readonly candidate: Candidate
  readonly result: TrialResult
  readonly sums: CellSums
}

export interface Contest {
  readonly objective: Objective
  readonly plan: CellPlan
  /** The base is the first. */
  readonly standings: readonly [Standing, ...Standing[]]
  readonly seed: number
}

export const placesOf = (
  { plan }: Pick<Contest, 'plan'>,
  isWanted: (windowIndex: number) => boolean,
): readonly number[] =>
  [...plan.cells.entries()].flatMap(([place, cell]) => (isWanted(cell.windowIndex) ? [place] : []))

export const scoreAt = (
  { objective }: Contest,
  { sums }: Standing,
  places: readonly number[],
): number | null => scoreOf(objective, pooled(sums, places)) ?? null

export const isWithinLimits = (symbols: readonly Sums[]): boolean => {
  const ratio = predictedOverObserved(symbols)
  // Without an event there is nothing to hold against it.
  return ratio === undefined || (ratio >= PREDICTED_LIMITS.low && ratio <= PREDICTED_LIMITS.high)
}

/** Other minutes or other events make a score that cannot be compared. */
export const hasSameSample = (
  { standings }: Contest,
  { sums }: Standing,
  places: readonly number[],
) => sampleOf(pooled(sums, places)) === sampleOf(pooled(standings[0].sums, places))

/** Greater is better; -Infinity where there is no score, or limits or sample forbid to choose it. */
export function meritOf(contest: Contest, standing: Standing, places: readonly number[]): number {
  const score = scoreAt(contest, standing, places)
  const isAllowed =
    isWithinLimits(pooled(standing.sums, places)) && hasSameSample(contest, standing, places)
  return score === null || !isAllowed ? Number.NEGATIVE_INFINITY : contest.objective.sign * score
}

/** The greatest merit; of equals the earlier trial, so that the base wins a draw. */
export function bestOf(
  contest: Contest,
  standings: readonly Standing[],
  places: readonly number[],
): Standing {
  let best: Standing = contest.standings[0]
  let bestMerit = Number.NEGATIVE_INFINITY
  for (const standing of standings) {
    const merit = meritOf(contest, standing, places)
    if (merit > bestMerit) {
      best = standing
      bestMerit = merit
    }
  }
  return best
}
