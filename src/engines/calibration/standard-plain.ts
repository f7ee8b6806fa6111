/** The standard model's state as plain data: what a checkpoint keeps, and what a digest covers. */
import type { Plain } from '../../base/canonical.ts'
import { createStandardModel, type StandardModel } from './standard-model.ts'
import type { StandardSettings } from './standard-settings.ts'
import {
  type MassRows,
  massFromRows,
  massMoments,
  massToRows,
  type StandingMass,
} from './standing-mass.ts'

type SavedModel = Omit<StandardModel, 'long' | 'short'> & Record<'long' | 'short', MassRows>

/** All of the state but its settings. Holds views into it: use it before the next minute. */
export const standardToPlain = (model: StandardModel): Plain =>
  ({
    ...parts(model),
    long: massToRows(model.long),
    short: massToRows(model.short),
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
  const { long, short, ...saved } = structuredClone(plain) as unknown as SavedModel
  const { symbol, stepUsd, tickUsd } = saved
  return {
    ...createStandardModel(symbol, { stepUsd, tickUsd }, settings),
    ...saved,
    long: massFromRows(long),
    short: massFromRows(short),
  }
}

function parts(model: StandardModel): Omit<StandardModel, 'settings' | 'long' | 'short'> {
  const { settings: _, long: _long, short: _short, ...rest } = model
  return rest
}

function massDigest(mass: StandingMass): Plain {
  const { firstLevel, levelCount } = mass
  return { firstLevel, levelCount, ...massMoments(mass) }
}
