/**
 * The standard model of a symbol: where positions stand, and what their removal teaches
 * (`standard-profile.md` §2, §3). Order of calls: `countLiquidation` of its positions per liquidation
 * of exactly this symbol, {@link closeStandardMinute} per minute close with a price. The map is then
 * `standardHeatMap`, zones `trackStandardZones`, the file to save `standardDocument`.
 */
import { exp2 } from '../../base/elementary.ts'
import { addRated, createHazard, type HazardSums, type RatedMinute } from './hazard.ts'
import {
  closePositions,
  createPositions,
  type PositionsClosed,
  type StandardGrid,
  type StandardMinute,
  type StandardPositions,
} from './standard-positions.ts'
import type { StandardSettings } from './standard-settings.ts'
import {
  addEvidence,
  createTierRates,
  fadeEvidence,
  rateOf,
  type TierRates,
  updateWeights,
} from './tier-rates.ts'

export interface StandardModel {
  /** Perhaps those of other models too. */
  readonly positions: StandardPositions
  readonly settings: StandardSettings
  readonly rates: TierRates
  /** Closed minutes since the last hole; those before the first count from the start. */
  sinceHoleCount: number
  readonly hazard: HazardSums
  /** Σλ and Σy over the memory, which the safety figure compares. */
  recentRate: number
  recentCount: number
}

/** @throws {RecorderError} `SETTING_INVALID` for tiers that are none. */
export const createStandardModel = (
  symbol: string,
  grid: StandardGrid,
  settings: StandardSettings,
): StandardModel => modelOver(createPositions(symbol, grid, settings), settings)

/** One that has learned nothing yet, and will from these positions. */
export const modelOver = (
  positions: StandardPositions,
  settings: StandardSettings,
): StandardModel => ({
  positions,
  settings,
  rates: createTierRates(positions.isEnabled, settings.calibrator),
  sinceHoleCount: settings.calibrator.holeMinutes,
  hazard: createHazard(),
  recentRate: 0,
  recentCount: 0,
})

/** Ages, sweeps, enters and learns. Gives what the minute was expected to bring. */
export const closeStandardMinute = (model: StandardModel, bar: StandardMinute): RatedMinute =>
  learnMinute(model, closePositions(model.positions, bar))

/** `closed`: what its positions gave for the minute. */
export function learnMinute(model: StandardModel, closed: PositionsClosed): RatedMinute {
  const { settings, rates } = model
  const { minute, elapsed, swept, liquidated } = closed
  const isWarm = passMinute(model, closed)
  const rated: RatedMinute = {
    minute,
    scored: isWarm,
    long: { rate: rateOf(rates, swept.long), ...liquidated.long },
    short: { rate: rateOf(rates, swept.short), ...liquidated.short },
  }
  addRated(model.hazard, rated)
  fadeEvidence(rates, elapsed, settings.calibrator)
  fadeRecent(model, elapsed)
  if (isWarm) learn(model, swept, rated)
  return rated
}

/** Longer than this between closed minutes, positions came and went unseen. Unit: minutes. */
const PAUSE_MAX = 2

/** Counts the minute. False while the map is cold, or was torn by a hole. */
function passMinute(model: StandardModel, { elapsed, closedBefore }: PositionsClosed): boolean {
  const { coldMinutes, holeMinutes } = model.settings.calibrator
  if (elapsed > PAUSE_MAX) model.sinceHoleCount = 0
  const isWarm = closedBefore >= coldMinutes && model.sinceHoleCount >= holeMinutes
  model.sinceHoleCount += 1
  return isWarm
}

function learn(model: StandardModel, swept: PositionsClosed['swept'], rated: RatedMinute): void {
  const { rates, settings } = model
  for (const side of ['long', 'short'] as const) {
    addEvidence(rates, swept[side], rated[side].rate, rated[side].count)
    model.recentRate += rated[side].rate
    model.recentCount += rated[side].count
  }
  updateWeights(rates, settings.calibrator)
}

function fadeRecent(model: StandardModel, elapsed: number): void {
  const factor = exp2(-elapsed / model.settings.calibrator.memoryMinutes)
  model.recentRate *= factor
  model.recentCount *= factor
}
