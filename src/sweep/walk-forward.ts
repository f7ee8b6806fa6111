/** A walk-forward: the best setting of the past is chosen, and graded on the window after it. */
import type { CellSums } from './cell-sums.ts'
import { pooled } from './cell-sums.ts'
import { bestOf, type Contest, placesOf, type Standing, scoreAt } from './contest.ts'
import { CellDraws, type Difference } from './drawn-scores.ts'
import { type Sums, scoreOf } from './objective.ts'

export interface WalkStep {
  /** Of the window that the choice is graded on, from 1 on. */
  readonly windowIndex: number
  readonly candidateCount: number
  readonly chosenTrial: number
  /** Of the chosen one, over all windows before. */
  readonly pastScore: number | null
  readonly nextScore: number | null
  readonly baseNextScore: number | null
}

export interface WalkForward {
  readonly steps: readonly WalkStep[]
  /** Over all windows but the first, each by the setting that the past had chosen for it. */
  readonly score: number | null
  readonly baseScore: number | null
  readonly overBase: Difference | null
}

export function walkForward(contest: Contest): WalkForward {
  const { objective, plan, standings, seed } = contest
  const [base] = standings
  const steps: WalkStep[] = []
  const joined: Sums[][] = base.sums.map(() => [])
  for (let windowIndex = 1; windowIndex < plan.windows.length; windowIndex += 1) {
    const past = placesOf(contest, (index) => index < windowIndex)
    const next = placesOf(contest, (index) => index === windowIndex)
    // Whoever is missing was given up for what it did before this window.
    const alive = standings.filter(({ result }) => result.windowCount > windowIndex)
    const chosen = bestOf(contest, alive, past)
    takeCells(joined, chosen, next)
    steps.push({
      windowIndex,
      candidateCount: alive.length,
      chosenTrial: chosen.candidate.trial,
      pastScore: scoreAt(contest, chosen, past),
      nextScore: scoreAt(contest, chosen, next),
      baseNextScore: scoreAt(contest, base, next),
    })
  }
  const places = placesOf(contest, (index) => index > 0)
  const draws = new CellDraws(objective, places, seed)
  const score = (sums: CellSums) => scoreOf(objective, pooled(sums, places)) ?? null
  return {
    steps,
    score: score(joined),
    baseScore: score(base.sums),
    overBase: draws.difference(draws.of(joined), draws.of(base.sums)),
  }
}

function takeCells(joined: readonly Sums[][], { sums }: Standing, places: readonly number[]): void {
  for (const [symbol, cells] of sums.entries()) {
    for (const place of places) {
      const cell = cells[place]
      const into = joined[symbol]
      if (cell !== undefined && into !== undefined) into[place] = cell
    }
  }
}
