/**
 * The standard model of a symbol: where positions stand, and what their removal teaches
 * (`standard-profile.md` §2, §3). Order of calls: {@link countLiquidation} per liquidation of
 * exactly this symbol, {@link closeStandardMinute} per minute close with a price. The map is then
 * `standardHeatMap`, zones `trackStandardZones`, the file to save `standardDocument`.
 */
import { exp2 } from '../../base/elementary.ts'
import { disabledTiersOf } from './calibrator-settings.ts'
import type { PositionSide } from './calibrator-state.ts'
import { addRated, createHazard, type HazardSums, type RatedMinute } from './hazard.ts'
import { type StandardSettings, standardTiers } from './standard-settings.ts'
import {
  ageMass,
  createStandingMass,
  enterMass,
  type StandingMass,
  sweepMass,
} from './standing-mass.ts'
import {
  addEvidence,
  createTierRates,
  fadeEvidence,
  rateOf,
  type TierRates,
  updateWeights,
} from './tier-rates.ts'

export interface StandardModel {
  /** As records name it: `BTC`. */
  readonly symbol: string
  readonly settings: StandardSettings
  readonly ladder: readonly number[]
  readonly isEnabled: readonly boolean[]
  /** Height of a bucket; 0 until the first price says it. Unit: USD. */
  stepUsd: number
  readonly tickUsd: number
  readonly long: StandingMass
  readonly short: StandingMass
  readonly rates: TierRates
  /** 0 before the first. Unit: minutes since 1970. */
  lastMinute: number
  closedCount: number
  /** Closed minutes since the last hole; those before the first count from the start. */
  sinceHoleCount: number
  /** Liquidations of the open minute. */
  readonly open: Readonly<Record<PositionSide, OpenSide>>
  /** Beyond `calibrator.distBandMid`, since the start. */
  insaneCount: number
  /** Of all liquidations so far: what an expected one is worth. Unit: USD. */
  notionalSumUsd: number
  notionalCount: number
  /** Sum of what entries were made in proportion to; unused under `entryMass: range`. */
  activitySum: number
  readonly hazard: HazardSums
  /** Σλ and Σy over the memory, which the safety figure compares. */
  recentRate: number
  recentCount: number
}

interface OpenSide {
  count: number
  cappedUsd: number
}

export interface StandardGrid {
  /** Of the heatmap. Unit: USD. */
  readonly stepUsd: number
  /** Of the venue. Unit: USD. */
  readonly tickUsd: number
}

export interface StandardMinute {
  /** The minute that closed. Unit: minutes since 1970. */
  readonly minute: number
  readonly highUsd: number
  readonly lowUsd: number
  readonly closeUsd: number
  /** Only `inference.entryMass` other than `range` reads them. */
  readonly tradedBase: number
  readonly oiChangeBase: number
  /** Entered instead of what `inference.entryMass` says: a rival's (`rivals.ts`). */
  readonly mass?: number
}

/** @throws {RecorderError} `SETTING_INVALID` for tiers that are none. */
export function createStandardModel(
  symbol: string,
  grid: StandardGrid,
  settings: StandardSettings,
): StandardModel {
  const ladder = standardTiers(settings.inference)
  const disabled = disabledTiersOf(settings.calibrator)
  const isEnabled = ladder.map(
    (tier) => !disabled.includes(tier) && 1 / tier > settings.inference.mmr,
  )
  return {
    symbol,
    settings,
    ladder,
    isEnabled,
    stepUsd: settings.inference.bucketGrid === 'heatmap' ? grid.stepUsd : 0,
    tickUsd: grid.tickUsd,
    long: createStandingMass(ladder.length),
    short: createStandingMass(ladder.length),
    rates: createTierRates(isEnabled, settings.calibrator),
    lastMinute: 0,
    closedCount: 0,
    sinceHoleCount: settings.calibrator.holeMinutes,
    open: { long: { count: 0, cappedUsd: 0 }, short: { count: 0, cappedUsd: 0 } },
    insaneCount: 0,
    notionalSumUsd: 0,
    notionalCount: 0,
    activitySum: 0,
    hazard: createHazard(),
    recentRate: 0,
    recentCount: 0,
  }
}

/** Above it an order counts no more in the score by notional. Unit: USD. */
const NOTIONAL_CAP_USD = 50_000

export interface StandardLiquidation {
  readonly side: PositionSide
  readonly priceUsd: number
  readonly sizeBase: number
  /** Price when it happened; 0 when unknown. Unit: USD. */
  readonly srcUsd: number
}

/**
 * Says whether it is counted. An order too far from the price to teach (`calibrator.md` §4.2) is not
 * of this contract, or not of this moment, and is only counted as such.
 */
export function countLiquidation(model: StandardModel, event: StandardLiquidation): boolean {
  const { side, priceUsd, sizeBase, srcUsd } = event
  const deviation = srcUsd > 0 ? Math.abs(priceUsd - srcUsd) / srcUsd : 0
  const isSane = priceUsd > 0 && deviation <= model.settings.calibrator.distBandMid
  if (!isSane) {
    model.insaneCount += 1
    return false
  }
  const notionalUsd = priceUsd * sizeBase
  model.open[side].count += 1
  model.open[side].cappedUsd += Math.min(NOTIONAL_CAP_USD, notionalUsd)
  model.notionalSumUsd += notionalUsd
  model.notionalCount += 1
  return true
}

/** Ages, sweeps, learns, enters, in this order. Gives what the minute was expected to bring. */
export function closeStandardMinute(model: StandardModel, bar: StandardMinute): RatedMinute {
  const { settings, rates } = model
  if (model.stepUsd === 0) model.stepUsd = stepOfPrice(model, bar.closeUsd)
  const elapsed = model.closedCount === 0 ? 0 : Math.max(0, bar.minute - model.lastMinute)
  const isWarm = passMinute(model, elapsed)
  const ageFactor = exp2(-elapsed / settings.inference.halfLifeMinutes)
  ageMass(model.long, ageFactor)
  ageMass(model.short, ageFactor)
  const swept = sweepMinute(model, bar)
  const rated: RatedMinute = {
    minute: bar.minute,
    scored: isWarm,
    long: { rate: rateOf(rates, swept.long), ...model.open.long },
    short: { rate: rateOf(rates, swept.short), ...model.open.short },
  }
  addRated(model.hazard, rated)
  fadeEvidence(rates, elapsed, settings.calibrator)
  fadeRecent(model, elapsed)
  if (isWarm) learn(model, swept, rated)
  enterMinute(model, bar)
  for (const side of [model.open.long, model.open.short]) {
    side.count = 0
    side.cappedUsd = 0
  }
  model.lastMinute = bar.minute
  return rated
}

/** What a minute enters: its range in percent. */
export const rangePercent = ({ highUsd, lowUsd, closeUsd }: StandardMinute): number =>
  (100 * (highUsd - lowUsd)) / closeUsd

/** Longer than this between closed minutes, positions came and went unseen. Unit: minutes. */
const PAUSE_MAX = 2

/** Counts the minute. False while the map is cold, or was torn by a hole. */
function passMinute(model: StandardModel, elapsed: number): boolean {
  const { coldMinutes, holeMinutes } = model.settings.calibrator
  if (elapsed > PAUSE_MAX) model.sinceHoleCount = 0
  const isWarm = model.closedCount >= coldMinutes && model.sinceHoleCount >= holeMinutes
  model.closedCount += 1
  model.sinceHoleCount += 1
  return isWarm
}

function sweepMinute(model: StandardModel, { highUsd, lowUsd }: StandardMinute) {
  const { ladder, stepUsd } = model
  const long = new Float64Array(ladder.length)
  const short = new Float64Array(ladder.length)
  sweepMass(model.long, Math.ceil(lowUsd / stepUsd), Number.POSITIVE_INFINITY, long)
  sweepMass(model.short, Number.NEGATIVE_INFINITY, Math.floor(highUsd / stepUsd), short)
  return { long, short }
}

function learn(
  model: StandardModel,
  swept: Readonly<Record<PositionSide, Float64Array>>,
  rated: RatedMinute,
): void {
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

/** Longs were entered at the high, shorts at the low: those whose triggers price has not touched. */
function enterMinute(model: StandardModel, bar: StandardMinute): void {
  const { settings, ladder, stepUsd } = model
  const { mmr, spreadFraction, spreadMin } = settings.inference
  const amount = bar.mass ?? entryMass(model, bar)
  if (!(amount > 0)) return
  for (const [tier, leverage] of ladder.entries()) {
    if (model.isEnabled[tier] !== true) continue
    const distance = 1 / leverage - mmr
    const half = Math.max(spreadMin, spreadFraction * distance)
    const longFrom = (bar.highUsd * (1 - distance - half)) / stepUsd
    const longTo = (bar.highUsd * (1 - distance + half)) / stepUsd
    const shortFrom = (bar.lowUsd * (1 + distance - half)) / stepUsd
    const shortTo = (bar.lowUsd * (1 + distance + half)) / stepUsd
    const close = bar.closeUsd / stepUsd
    const longDensity = (amount * stepUsd) / (2 * half * bar.highUsd)
    const shortDensity = (amount * stepUsd) / (2 * half * bar.lowUsd)
    enterMass(model.long, tier, longFrom, Math.min(longTo, close), longDensity)
    enterMass(model.short, tier, Math.max(shortFrom, close), shortTo, shortDensity)
  }
}

/** Mean mass of a minute under every measure but the range itself, so that priors weigh the same. */
const MEAN_MASS = 0.1

function entryMass(model: StandardModel, bar: StandardMinute): number {
  const { entryMass: measure } = model.settings.inference
  if (measure === 'range') return rangePercent(bar)
  if (measure === 'constant') return MEAN_MASS
  const activity =
    measure === 'tradedNotional' ? bar.tradedBase * bar.closeUsd : Math.max(0, bar.oiChangeBase)
  model.activitySum += activity
  const mean = model.activitySum / model.closedCount
  return mean > 0 ? (MEAN_MASS * activity) / mean : 0
}

/** A whole number of ticks, at least one. */
function stepOfPrice({ settings, tickUsd }: StandardModel, priceUsd: number): number {
  const ticks = Math.round((settings.inference.bucketFraction * priceUsd) / tickUsd)
  return Math.max(1, ticks) * tickUsd
}
