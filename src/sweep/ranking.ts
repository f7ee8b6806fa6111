/** The table of a sweep: every trial with its scores, the best first, and how sure the order is. */
import { pooled } from './cell-sums.ts'
import {
  type Candidate,
  type Contest,
  hasSameSample,
  isWithinLimits,
  meritOf,
  placesOf,
  type Standing,
  scoreAt,
} from './contest.ts'
import { CellDraws, type Difference, type DrawnScores } from './drawn-scores.ts'
import { predictedOverObserved } from './objective.ts'
import type { ScoreBody } from './trial.ts'

export interface RankedRow {
  /** From 1 on; `null` for what may not win: outside the limits, another sample, given up early. */
  readonly rank: number | null
  readonly trial: number
  readonly overrides: Candidate['overrides']
  /** Over all windows that it was run on. */
  readonly score: number | null
  readonly windowScores: readonly (number | null)[]
  readonly predictedOverObserved: number | null
  readonly withinLimits: boolean
  /** On the same minutes and events as the base. */
  readonly sameSample: boolean
  /** How much better than the base; nothing for one that was given up early. */
  readonly overBase: Difference | null
  /** How much better the best is, and whether that may be chance: its interval holds 0. */
  readonly belowBest: Difference | null
  readonly likeBest: boolean
  readonly hazard: Readonly<Record<string, ScoreBody>>
  /** State digest of the last minute, as `replay --set` prints it. */
  readonly digests: Readonly<Record<string, string | null>>
  /** The trial whose run it shares, since the two cannot differ. */
  readonly sameAs: number | null
}

/** `sharedOf`: the trial that was run in the place of another. */
export function rankRows(
  contest: Contest,
  sharedOf: (trial: number) => number | null,
): readonly RankedRow[] {
  const { plan, objective, standings, seed } = contest
  const everywhere = placesOf(contest, () => true)
  const draws = new CellDraws(objective, everywhere, seed)
  const judged = standings.map((standing) => judge(contest, draws, standing, everywhere))
  const [base] = judged
  const sorted = [...judged].sort(
    (a, b) =>
      b.windowCount - a.windowCount ||
      (a.merit === b.merit ? a.standing.candidate.trial - b.standing.candidate.trial : 0) ||
      b.merit - a.merit,
  )
  const best = sorted[0]?.isRanked === true ? sorted[0] : undefined
  return sorted.map(({ standing, isRanked, drawn, ...row }, place) => {
    const { candidate, result, sums } = standing
    const done = placesOf(contest, (index) => index < result.windowCount)
    const belowBest =
      best?.drawn === undefined || drawn === undefined ? null : draws.difference(best.drawn, drawn)
    const symbols = Object.entries(result.symbols)
    return {
      rank: isRanked ? place + 1 : null,
      trial: candidate.trial,
      overrides: candidate.overrides,
      score: scoreAt(contest, standing, done),
      windowScores: plan.windows.map((_, window) =>
        window < result.windowCount
          ? scoreAt(
              contest,
              standing,
              placesOf(contest, (index) => index === window),
            )
          : null,
      ),
      predictedOverObserved: predictedOverObserved(pooled(sums, done)) ?? null,
      withinLimits: row.withinLimits,
      sameSample: row.sameSample,
      overBase:
        base?.drawn === undefined || drawn === undefined
          ? null
          : draws.difference(drawn, base.drawn),
      belowBest,
      likeBest: isRanked && belowBest !== null && (belowBest.interval?.low ?? 0) <= 0,
      hazard: Object.fromEntries(symbols.map(([symbol, { hazard }]) => [symbol, hazard])),
      digests: Object.fromEntries(symbols.map(([symbol, { digest }]) => [symbol, digest])),
      sameAs: sharedOf(candidate.trial),
    }
  })
}

interface Judged {
  readonly standing: Standing
  readonly windowCount: number
  readonly merit: number
  readonly isRanked: boolean
  readonly withinLimits: boolean
  readonly sameSample: boolean
  /** Only of one that was run to the end. */
  readonly drawn: DrawnScores | undefined
}

function judge(
  contest: Contest,
  draws: CellDraws,
  standing: Standing,
  everywhere: readonly number[],
): Judged {
  const { windowCount } = standing.result
  const isWhole = windowCount === contest.plan.windows.length
  const done = isWhole ? everywhere : placesOf(contest, (index) => index < windowCount)
  const merit = meritOf(contest, standing, done)
  return {
    standing,
    windowCount,
    merit,
    isRanked: isWhole && merit > Number.NEGATIVE_INFINITY,
    withinLimits: isWithinLimits(pooled(standing.sums, done)),
    sameSample: hasSameSample(contest, standing, done),
    drawn: isWhole ? draws.of(standing.sums) : undefined,
  }
}
