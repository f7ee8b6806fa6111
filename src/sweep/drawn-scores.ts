/**
 * How sure a difference is: cells are drawn again and again, and each time both sides are scored on
 * the same ones (`standard-profile.md` §4).
 */
import { BLOCKS_MIN } from '../audits/block-draws.ts'
import { seededChance } from '../audits/seeded-chance.ts'
import { type CellSums, pooled } from './cell-sums.ts'
import { type Objective, scoreOf } from './objective.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

/** Positive is better, whichever way the objective goes. */
export interface Difference {
  readonly value: number
  readonly interval: Interval | null
}

/** The ends of a 95 % interval stand on 25 draws each. */
const DRAWS = 1000

/** Scores over all cells at some places, and over each draw of them; `NaN` where there is none. */
export interface DrawnScores {
  readonly value: number
  readonly draws: Float64Array
}

export class CellDraws {
  readonly #objective: Objective
  readonly #places: readonly number[]
  readonly #picks: readonly Int32Array[]

  constructor(objective: Objective, places: readonly number[], seed: number) {
    const chance = seededChance(seed)
    this.#objective = objective
    this.#places = places
    this.#picks = Array.from({ length: places.length < BLOCKS_MIN ? 0 : DRAWS }, () =>
      Int32Array.from(places, () => places[Math.floor(chance() * places.length)] ?? 0),
    )
  }

  of(sums: CellSums): DrawnScores {
    const score = (places: ArrayLike<number>) =>
      scoreOf(this.#objective, pooled(sums, places)) ?? Number.NaN
    return { value: score(this.#places), draws: Float64Array.from(this.#picks, score) }
  }

  /** How much better `ours` is. Nothing when one of them has no score. */
  difference(ours: DrawnScores, theirs: DrawnScores): Difference | null {
    const { sign } = this.#objective
    const value = sign * (ours.value - theirs.value)
    if (Number.isNaN(value)) return null
    const values = ours.draws
      .map((score, draw) => sign * (score - (theirs.draws[draw] ?? Number.NaN)))
      .filter((one) => !Number.isNaN(one))
      .sort()
    const at = (share: number) => values[Math.floor(share * (values.length - 1))] ?? 0
    return { value, interval: values.length === 0 ? null : { low: at(0.025), high: at(0.975) } }
  }
}
