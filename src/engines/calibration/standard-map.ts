/**
 * The map of the standard model: expected liquidations if price gets there, by trigger price, in
 * the shape that pools and snapshots are made of (`standard-profile.md` §3).
 */
import { createHeatMap, type HeatMap, type HeatSide } from '../liquidation/heat-map.ts'
import { createLevelGrid, priceOfLevel } from '../liquidation/level-grid.ts'
import type { PositionSide } from './calibrator-state.ts'
import type { StandardModel } from './standard-model.ts'

/** A level expects less than one in a million: not worth a place on the map. */
const EXPECTED_MIN = 1e-6

/** Until orders have been seen, one of this size is supposed. Unit: USD. */
const NOTIONAL_PRIOR_USD = 10_000

/** Values in USD: expected liquidations times the running mean of their notional. */
export function standardHeatMap(model: StandardModel): HeatMap {
  const meanUsd = meanNotionalUsd(model)
  return createHeatMap(sideOf(model, 'long', meanUsd), sideOf(model, 'short', meanUsd))
}

export const meanNotionalUsd = ({ notionalSumUsd, notionalCount }: StandardModel): number =>
  (NOTIONAL_PRIOR_USD + notionalSumUsd) / (1 + notionalCount)

/** Expected liquidations of each level that holds mass, from `firstLevel` on. */
export function expectedLevels(model: StandardModel, side: PositionSide): Float64Array {
  const { rows, tierCount, levelCount } = model[side]
  const { weights } = model.rates
  const expected = new Float64Array(levelCount)
  for (let row = 0; row < levelCount; row += 1) {
    let sum = 0
    for (let tier = 0; tier < tierCount; tier += 1) {
      sum += (weights[tier + 1] ?? 0) * (rows[row * tierCount + tier] ?? 0)
    }
    expected[row] = sum
  }
  return expected
}

/** The price of an order that a trigger sets off: moved by the maintenance margin. Unit: USD. */
export const orderPriceUsd = (
  { settings }: StandardModel,
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

function sideOf(model: StandardModel, side: PositionSide, meanUsd: number): HeatSide {
  const { firstLevel, levelCount } = model[side]
  const grid = createLevelGrid(model.stepUsd > 0 ? model.stepUsd : model.tickUsd)
  const levels = new Float64Array(levelCount)
  const pricesUsd = new Float64Array(levelCount)
  const values = new Float64Array(levelCount)
  let count = 0
  for (const [row, expected] of expectedLevels(model, side).entries()) {
    if (expected < EXPECTED_MIN) continue
    levels[count] = firstLevel + row
    pricesUsd[count] = priceOfLevel(grid, firstLevel + row)
    values[count] = expected * meanUsd
    count += 1
  }
  return {
    levels: levels.subarray(0, count),
    pricesUsd: pricesUsd.subarray(0, count),
    values: values.subarray(0, count),
  }
}
