/**
 * Price levels as whole numbers. A level's index is its key everywhere, so that a step of 0.1 has no
 * two keys for one price; the price is made of it only to be compared or shown.
 */
import { decimalsOf, roundHalfEven } from '../../base/numeric.ts'

export interface LevelGrid {
  readonly stepUsd: number
  /** The step is `stepUnits / scale`, both whole. */
  readonly stepUnits: number
  readonly scale: number
}

export function createLevelGrid(stepUsd: number): LevelGrid {
  const scale = 10 ** decimalsOf(stepUsd)
  return { stepUsd, stepUnits: Math.round(stepUsd * scale), scale }
}

/** The level nearest to `priceUsd`, ties to even (`liquidation-tape.md` §5). */
export const levelOf = (grid: LevelGrid, priceUsd: number): number =>
  roundHalfEven(priceUsd / grid.stepUsd)

/**
 * The price of a level, with the decimals of the step as in the later version. One division of whole
 * numbers gives the double nearest to it.
 */
export const priceOfLevel = (grid: LevelGrid, level: number): number =>
  (level * grid.stepUnits) / grid.scale
