/**
 * In which order trials are run. Without halving, all of them over all windows. With it, all over the
 * first window; then the better half over the first two, of these the better half over four, and so
 * on: a trial is given up only for what came before the windows that it misses.
 */
import { assert } from '../base/assert.ts'
import type { CellPlan } from './cell-plan.ts'
import { cellSumsOf } from './cell-sums.ts'
import { type Contest, meritOf, placesOf, type Standing } from './contest.ts'
import type { Objective } from './objective.ts'
import type { TrialResult } from './trial.ts'
import type { TrialLine } from './trial-journal.ts'
import type { Trial } from './trials.ts'

export interface RungJob {
  readonly trial: Trial
  readonly windowCount: number
}

export interface RungOptions {
  readonly trials: readonly Trial[]
  readonly plan: CellPlan
  readonly objective: Objective
  readonly halving: boolean
  readonly saved: readonly TrialLine<TrialResult>[]
}

type Take = (line: TrialLine<TrialResult>) => void

export class Rungs {
  readonly #options: RungOptions
  /** By trial and number of windows. */
  readonly #results = new Map<string, TrialResult>()
  runCount = 0
  resumedCount = 0

  constructor(options: RungOptions) {
    this.#options = options
    for (const line of options.saved) this.#take(line)
  }

  /** `runJobs` runs all that it is given, and hands over each result once it is durable. */
  async run(
    runJobs: (jobs: readonly RungJob[], take: Take) => Promise<void>,
    onProgress: (done: number, total: number) => void,
  ): Promise<void> {
    let alive = this.#options.trials.filter(({ sameAs }) => sameAs === null)
    const rungs = this.#windowCounts()
    let total = 0
    for (const [place, _] of rungs.entries()) total += sizeAt(alive.length, place)
    let done = 0
    for (const windowCount of rungs) {
      const missing = alive.filter((trial) => !this.#results.has(keyOf(trial.trial, windowCount)))
      done += alive.length - missing.length
      this.resumedCount += alive.length - missing.length
      onProgress(done, total)
      await runJobs(
        missing.map((trial) => ({ trial, windowCount })),
        (line) => {
          this.#take(line)
          this.runCount += 1
          done += 1
          onProgress(done, total)
        },
      )
      if (windowCount < this.#options.plan.windows.length) {
        alive = this.#betterHalf(alive, windowCount)
      }
    }
  }

  /** Of as many windows as the trial was run on. */
  resultOf(trial: number): TrialResult {
    const counts = this.#windowCounts()
    const count = counts.findLast((windowCount) => this.#results.has(keyOf(trial, windowCount)))
    const result = this.#results.get(keyOf(trial, count ?? 0))
    assert(result !== undefined, `trial ${trial} was run`)
    return result
  }

  #take({ trial, result }: TrialLine<TrialResult>): void {
    this.#results.set(keyOf(trial, result.windowCount), result)
  }

  #windowCounts(): readonly number[] {
    const { plan, halving } = this.#options
    const last = plan.windows.length
    const counts: number[] = []
    for (let count = 1; halving && count < last; count *= 2) counts.push(count)
    return [...counts, last]
  }

  /** The base stays: all others are compared with it. */
  #betterHalf(alive: readonly Trial[], windowCount: number): Trial[] {
    const { plan, objective } = this.#options
    const standings = alive.map(({ trial, overrides }): Standing => {
      const result = this.#results.get(keyOf(trial, windowCount))
      assert(result !== undefined, `trial ${trial} was run on ${windowCount} windows`)
      return { candidate: { trial, overrides }, result, sums: cellSumsOf(result) }
    })
    const [base, ...others] = standings
    assert(base !== undefined, 'the base is never given up')
    const contest: Contest = { objective, plan, standings: [base, ...others], seed: 0 }
    const places = placesOf(contest, (index) => index < windowCount)
    const merits = new Map(
      others.map((standing) => [standing.candidate.trial, meritOf(contest, standing, places)]),
    )
    const kept = [...merits]
      .sort(([a, meritA], [b, meritB]) => (meritA === meritB ? a - b : meritB - meritA))
      .slice(0, sizeAt(alive.length, 1) - 1)
      .map(([trial]) => trial)
    return alive.filter(({ trial }) => trial === 0 || kept.includes(trial))
  }
}

const keyOf = (trial: number, windowCount: number): string => `${trial}/${windowCount}`

/** How many of `count` trials are left after `halvings`, the base among them. */
const sizeAt = (count: number, halvings: number): number =>
  1 + Math.ceil((count - 1) / 2 ** halvings)
