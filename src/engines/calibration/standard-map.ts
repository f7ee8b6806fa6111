/**
 * The map of the standard model: expected liquidations if price gets there, by trigger price, in
 * the shape that pools and snapshots are made of (`standard-profile.md` §3).
 */
import { createHeatMap, type HeatMap, type HeatSide } from '../liquidation/heat-map.ts'
import { createLevelGrid, priceOfLevel } from '../liquidation/level-grid.ts'
import type { PositionSide } from './calibrator-state.ts'
import type { StandardModel } from './standard-model.ts'
import type { StandardPositions } from './standard-positions.ts'
import { addWeighted } from './standing-mass.ts'

/** A level expects less than one in a million: not worth a place on the map. */
const EXPECTED_MIN = 1e-6

/** Until orders have been seen, one of this size is supposed. Unit: USD. */
const NOTIONAL_PRIOR_USD = 10_000

/** {@link expectedLevels} of both sides. */
export type ExpectedSides = Readonly<Record<PositionSide, Float64Array>>

/** Values in USD: expected liquidations times the running mean of their notional. */
export function standardHeatMap(
  model: StandardModel,
  expected: ExpectedSides = expectedSides(model),
): HeatMap {
  const meanUsd = meanNotionalUsd(model.positions)
  return createHeatMap(
    sideOf(model.positions, 'long', expected.long, meanUsd),
    sideOf(model.positions, 'short', expected.short, meanUsd),
  )
}

/** For the map and the zones of one close: the model stands still between them. */
export const expectedSides = (model: StandardModel): ExpectedSides => ({
  long: expectedLevels(model, 'long'),
  short: expectedLevels(model, 'short'),
})

export const meanNotionalUsd = ({ notionalSumUsd, notionalCount }: StandardPositions): number =>
  (NOTIONAL_PRIOR_USD + notionalSumUsd) / (1 + notionalCount)

/** Expected liquidations of each level that holds mass, from `firstLevel` on. */
export function expectedLevels(model: StandardModel, side: PositionSide): Float64Array {
  const mass = model.positions[side]
  const expected = new Float64Array(mass.levelCount)
  // The first weight is that of the background, which stands nowhere.
  addWeighted(mass, model.rates.weights.subarray(1), expected)
  return expected
}

/** The price of an order that a trigger sets off: moved by the maintenance margin. Unit: USD. */
export const orderPriceUsd = (
  { settings }: StandardPositions,
  side: PositionSide,
  triggerUsd: number,
): number =>
  triggerUsd * (side === 'long' ? 1 - settings.inference.mmr : 1 + settings.inference.mmr)

/** Weights as shares of the ladder, for shapes that want a sum of 1. The background is left out. */
export function weightShares({ rates }: StandardModel): readonly number[] {
  const tiers = Array.from(rates.weights.subarray(1))
  const sum = tiers.reduce((total, weight) => total + weight, 0)
  return sum > 0 ? tiers.map((weight) => weight / sum) : tiers
}

function sideOf(
  positions: StandardPositions,
  side: PositionSide,
  expected: Float64Array,
  meanUsd: number,
): HeatSide {
  const { firstLevel } = positions[side]
  const { stepUsd, tickUsd } = positions
  const grid = createLevelGrid(stepUsd > 0 ? stepUsd : tickUsd)
  let count = 0
  for (let row = 0; row < expected.length; row += 1) {
    if ((expected[row] ?? 0) >= EXPECTED_MIN) count += 1
  }
  // One piece of memory for all three: a map is made at every close.
  const columns = new Float64Array(count * 3)
  const levels = columns.subarray(0, count)
  const pricesUsd = columns.subarray(count, count * 2)
  const values = columns.subarray(count * 2)
  let place = 0
  for (let row = 0; row < expected.length; row += 1) {
    const here = expected[row] ?? 0
    if (here < EXPECTED_MIN) continue
    levels[place] = firstLevel + row
    pricesUsd[place] = priceOfLevel(grid, firstLevel + row)
    values[place] = here * meanUsd
    place += 1
  }
  return { levels, pricesUsd, values }
}
