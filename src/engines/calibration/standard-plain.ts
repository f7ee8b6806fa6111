/** The standard model's state as plain data: what a checkpoint keeps, and what a digest covers. */
import type { Plain } from '../../base/canonical.ts'
import { modelOver, type StandardModel } from './standard-model.ts'
import { createPositions, type StandardPositions } from './standard-positions.ts'
import type { StandardSettings } from './standard-settings.ts'
import {
  type MassRows,
  massFromRows,
  massMoments,
  massToRows,
  type StandingMass,
} from './standing-mass.ts'

type SavedModel = ReturnType<typeof parts> & Record<'long' | 'short', MassRows>

/** All of the state but its settings. Holds views into it: use it before the next minute. */
export const standardToPlain = (model: StandardModel): Plain =>
  ({
    ...parts(model),
    long: massToRows(model.positions.long),
    short: massToRows(model.positions.short),
  }) as unknown as Plain

/** The same state; of standing mass its sums and moments by tier, since all of it is dear to hash. */
export const standardDigest = (model: StandardModel): Plain =>
  ({
    ...parts(model),
    long: massDigest(model.positions.long),
    short: massDigest(model.positions.short),
  }) as unknown as Plain

/** A model that goes on where {@link standardToPlain} was taken with the same settings. */
export function standardFromPlain(plain: Plain, settings: StandardSettings): StandardModel {
  const saved = structuredClone(plain) as unknown as SavedModel
  const { symbol, stepUsd, tickUsd } = saved
  const { rates, sinceHoleCount, hazard, recentRate, recentCount, long, short, ...rest } = saved
  const positions: StandardPositions = {
    ...createPositions(symbol, { stepUsd, tickUsd }, settings),
    ...rest,
    long: massFromRows(long),
    short: massFromRows(short),
  }
  const learned = { rates, sinceHoleCount, hazard, recentRate, recentCount }
  return { ...modelOver(positions, settings), ...learned }
}

/** In the order of the format: digests cover it too. */
function parts(model: StandardModel) {
  const { positions, rates, sinceHoleCount, hazard, recentRate, recentCount } = model
  const { symbol, ladder, isEnabled, stepUsd, tickUsd, lastMinute, closedCount } = positions
  const { open, insaneCount, notionalSumUsd, notionalCount, activitySum } = positions
  return {
    symbol,
    ladder,
    isEnabled,
    stepUsd,
    tickUsd,
    rates,
    lastMinute,
    closedCount,
    sinceHoleCount,
    open,
    insaneCount,
    notionalSumUsd,
    notionalCount,
    activitySum,
    hazard,
    recentRate,
    recentCount,
  }
}

function massDigest(mass: StandingMass): Plain {
  const { firstLevel, levelCount } = mass
  return { firstLevel, levelCount, ...massMoments(mass) }
}
