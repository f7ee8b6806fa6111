/** The standard model's state as plain data: what a checkpoint keeps, and what a digest covers. */
import type { Plain } from '../../base/canonical.ts'
import { createStandardModel, type StandardModel } from './standard-model.ts'
import type { StandardSettings } from './standard-settings.ts'
import type { StandingMass } from './standing-mass.ts'

/** All of the state but its settings. Holds views into it: use it before the next minute. */
export const standardToPlain = (model: StandardModel): Plain =>
  ({
    ...parts(model),
    long: { ...model.long, rows: usedRows(model.long) },
    short: { ...model.short, rows: usedRows(model.short) },
  }) as unknown as Plain

/** The same state; of standing mass its sums and moments by tier, since all of it is dear to hash. */
export const standardDigest = (model: StandardModel): Plain =>
  ({
    ...parts(model),
    long: massDigest(model.long),
    short: massDigest(model.short),
  }) as unknown as Plain

/** A model that goes on where {@link standardToPlain} was taken with the same settings. */
export function standardFromPlain(plain: Plain, settings: StandardSettings): StandardModel {
  const saved = structuredClone(plain) as unknown as StandardModel
  const { symbol, stepUsd, tickUsd } = saved
  return { ...createStandardModel(symbol, { stepUsd, tickUsd }, settings), ...saved }
}

function parts(model: StandardModel): Omit<StandardModel, 'settings' | 'long' | 'short'> {
  const { settings: _, long: _long, short: _short, ...rest } = model
  return rest
}

const usedRows = ({ rows, levelCount, tierCount }: StandingMass): Float64Array =>
  rows.subarray(0, levelCount * tierCount)

function massDigest(mass: StandingMass): Plain {
  const { firstLevel, levelCount, tierCount, rows } = mass
  const sums = new Float64Array(tierCount)
  const moments = new Float64Array(tierCount)
  for (let row = 0; row < levelCount; row += 1) {
    for (let tier = 0; tier < tierCount; tier += 1) {
      const value = rows[row * tierCount + tier] ?? 0
      sums[tier] = (sums[tier] ?? 0) + value
      moments[tier] = (moments[tier] ?? 0) + value * row
    }
  }
  return { firstLevel, levelCount, sums, moments }
}
