/**
 * Where positions stand, and what price removes of them (`standard-profile.md` §2): the part of the
 * standard model that no weight reaches. Models that differ only in how they learn share one.
 */
import { exp2 } from '../../base/elementary.ts'
import { type CalibratorSettings, disabledTiersOf } from './calibrator-settings.ts'
import type { PositionSide } from './calibrator-state.ts'
import { type StandardInferenceSettings, standardTiers } from './standard-settings.ts'
import {
  ageMass,
  createStandingMass,
  enterMass,
  type StandingMass,
  sweepMass,
} from './standing-mass.ts'

/** Settings that decide it: of the calibrator's only those that say what counts. */
export interface PositionSettings {
  readonly inference: StandardInferenceSettings
  readonly calibrator: Pick<CalibratorSettings, 'disabledTiers' | 'distBandMid'>
}

export interface StandardPositions {
  /** As records name it: `BTC`. */
  readonly symbol: string
  readonly settings: PositionSettings
  readonly ladder: readonly number[]
  readonly isEnabled: readonly boolean[]
  /** Height of a bucket; 0 until the first price says it. Unit: USD. */
  stepUsd: number
  readonly tickUsd: number
  readonly long: StandingMass
  readonly short: StandingMass
  /** 0 before the first. Unit: minutes since 1970. */
  lastMinute: number
  closedCount: number
  /** Liquidations of the open minute. */
  readonly open: Readonly<Record<PositionSide, OpenSide>>
  /** Beyond `calibrator.distBandMid`, since the start. */
  insaneCount: number
  /** Of all liquidations so far: what an expected one is worth. Unit: USD. */
  notionalSumUsd: number
  notionalCount: number
  /** Sum of what entries were made in proportion to; unused under `entryMass: range`. */
  activitySum: number
}

export interface OpenSide {
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

/** What a minute close tells those who learn from it. */
export interface PositionsClosed {
  /** Unit: minutes since 1970. */
  readonly minute: number
  /** Since the minute closed before; 0 for the first. Unit: minutes. */
  readonly elapsed: number
  /** Minutes closed before it. */
  readonly closedBefore: number
  /** Mass that price removed, by tier. */
  readonly swept: Readonly<Record<PositionSide, Float64Array>>
  /** Liquidations of the minute. */
  readonly liquidated: Readonly<Record<PositionSide, Readonly<OpenSide>>>
}

/** @throws {RecorderError} `SETTING_INVALID` for tiers that are none. */
export function createPositions(
  symbol: string,
  grid: StandardGrid,
  settings: PositionSettings,
): StandardPositions {
  const ladder = standardTiers(settings.inference)
  const disabled = disabledTiersOf(settings.calibrator)
  return {
    symbol,
    settings,
    ladder,
    isEnabled: ladder.map((tier) => !disabled.includes(tier) && 1 / tier > settings.inference.mmr),
    stepUsd: settings.inference.bucketGrid === 'heatmap' ? grid.stepUsd : 0,
    tickUsd: grid.tickUsd,
    long: createStandingMass(ladder.length),
    short: createStandingMass(ladder.length),
    lastMinute: 0,
    closedCount: 0,
    open: { long: { count: 0, cappedUsd: 0 }, short: { count: 0, cappedUsd: 0 } },
    insaneCount: 0,
    notionalSumUsd: 0,
    notionalCount: 0,
    activitySum: 0,
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
export function countLiquidation(
  positions: StandardPositions,
  { side, priceUsd, sizeBase, srcUsd }: StandardLiquidation,
): boolean {
  const deviation = srcUsd > 0 ? Math.abs(priceUsd - srcUsd) / srcUsd : 0
  const isSane = priceUsd > 0 && deviation <= positions.settings.calibrator.distBandMid
  if (!isSane) {
    positions.insaneCount += 1
    return false
  }
  const notionalUsd = priceUsd * sizeBase
  positions.open[side].count += 1
  positions.open[side].cappedUsd += Math.min(NOTIONAL_CAP_USD, notionalUsd)
  positions.notionalSumUsd += notionalUsd
  positions.notionalCount += 1
  return true
}

/** Ages, sweeps, enters, in this order. */
export function closePositions(positions: StandardPositions, bar: StandardMinute): PositionsClosed {
  if (positions.stepUsd === 0) positions.stepUsd = stepOfPrice(positions, bar.closeUsd)
  const closedBefore = positions.closedCount
  const elapsed = closedBefore === 0 ? 0 : Math.max(0, bar.minute - positions.lastMinute)
  positions.closedCount += 1
  const ageFactor = exp2(-elapsed / positions.settings.inference.halfLifeMinutes)
  ageMass(positions.long, ageFactor)
  ageMass(positions.short, ageFactor)
  const swept = sweepMinute(positions, bar)
  const { long, short } = positions.open
  const liquidated = { long: { ...long }, short: { ...short } }
  enterMinute(positions, bar)
  for (const side of [long, short]) {
    side.count = 0
    side.cappedUsd = 0
  }
  positions.lastMinute = bar.minute
  return { minute: bar.minute, elapsed, closedBefore, swept, liquidated }
}

/** What a minute enters: its range in percent. */
export const rangePercent = ({ highUsd, lowUsd, closeUsd }: StandardMinute): number =>
  (100 * (highUsd - lowUsd)) / closeUsd

function sweepMinute(positions: StandardPositions, { highUsd, lowUsd }: StandardMinute) {
  const { ladder, stepUsd } = positions
  const long = new Float64Array(ladder.length)
  const short = new Float64Array(ladder.length)
  sweepMass(positions.long, Math.ceil(lowUsd / stepUsd), Number.POSITIVE_INFINITY, long)
  sweepMass(positions.short, Number.NEGATIVE_INFINITY, Math.floor(highUsd / stepUsd), short)
  return { long, short }
}

/** Longs were entered at the high, shorts at the low: those whose triggers price has not touched. */
function enterMinute(positions: StandardPositions, bar: StandardMinute): void {
  const { settings, ladder, stepUsd } = positions
  const { mmr, spreadFraction, spreadMin } = settings.inference
  const amount = bar.mass ?? entryMass(positions, bar)
  if (!(amount > 0)) return
  for (const [tier, leverage] of ladder.entries()) {
    if (positions.isEnabled[tier] !== true) continue
    const distance = 1 / leverage - mmr
    const half = Math.max(spreadMin, spreadFraction * distance)
    const longFrom = (bar.highUsd * (1 - distance - half)) / stepUsd
    const longTo = (bar.highUsd * (1 - distance + half)) / stepUsd
    const shortFrom = (bar.lowUsd * (1 + distance - half)) / stepUsd
    const shortTo = (bar.lowUsd * (1 + distance + half)) / stepUsd
    const close = bar.closeUsd / stepUsd
    const longDensity = (amount * stepUsd) / (2 * half * bar.highUsd)
    const shortDensity = (amount * stepUsd) / (2 * half * bar.lowUsd)
    enterMass(positions.long, tier, longFrom, Math.min(longTo, close), longDensity)
    enterMass(positions.short, tier, Math.max(shortFrom, close), shortTo, shortDensity)
  }
}

/** Mean mass of a minute under every measure but the range itself, so that priors weigh the same. */
const MEAN_MASS = 0.1

function entryMass(positions: StandardPositions, bar: StandardMinute): number {
  const { entryMass: measure } = positions.settings.inference
  if (measure === 'range') return rangePercent(bar)
  if (measure === 'constant') return MEAN_MASS
  const activity =
    measure === 'tradedNotional' ? bar.tradedBase * bar.closeUsd : Math.max(0, bar.oiChangeBase)
  positions.activitySum += activity
  const mean = positions.activitySum / positions.closedCount
  return mean > 0 ? (MEAN_MASS * activity) / mean : 0
}

/** A whole number of ticks, at least one. */
function stepOfPrice({ settings, tickUsd }: StandardPositions, priceUsd: number): number {
  const ticks = Math.round((settings.inference.bucketFraction * priceUsd) / tickUsd)
  return Math.max(1, ticks) * tickUsd
}
