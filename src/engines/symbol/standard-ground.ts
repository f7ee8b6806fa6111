/**
 * The engines of the standard model that no weight reaches: standing positions, V1, the tape. Engines
 * whose settings give the same ground may stand on one, as the trials of a sweep do.
 */
import { standardMinuteOf } from '../calibration/standard-feedback.ts'
import {
  closePositions,
  countLiquidation,
  createPositions,
  type PositionSettings,
  type PositionsClosed,
  type StandardMinute,
  type StandardPositions,
} from '../calibration/standard-positions.ts'
import { createContext, type LiquidationContext } from '../liquidation/context.ts'
import type { LiquidationSettings } from '../liquidation/liquidation-settings.ts'
import { createStress, type Stress, updateStress } from '../liquidation/stress.ts'
import {
  createTape,
  decayTape,
  recordTapeEvent,
  sweepTape,
  type Tape,
} from '../liquidation/tape.ts'
import { createZones } from '../liquidation/zones.ts'
import type { EngineSettings } from './engine-settings.ts'
import type {
  EmitRecord,
  EngineIdentity,
  EngineLiquidation,
  EngineMinute,
} from './symbol-engines.ts'

/** All that it can read: of the calibrator only what says which liquidations and tiers count. */
export type GroundSettings = LiquidationSettings & PositionSettings

export interface StandardGround {
  readonly context: LiquidationContext
  readonly positions: StandardPositions
  readonly stress: Stress
  readonly tape: Tape
}

/** A minute as those need it who stand on the ground. */
export interface GroundClosed {
  readonly bar: StandardMinute
  readonly closed: PositionsClosed
}

/** Of the venue; only `inference.bucketGrid: price` asks for it. Unit: USD. */
const TICK_USD = 0.1

/** A tick is never above a hundredth of the step of the heatmap. */
const tickOf = (stepUsd: number): number => Math.min(TICK_USD, stepUsd / 100)

export function groundSettingsOf(settings: EngineSettings): GroundSettings {
  const { pipeline, stress, tape, inference, heatmap, zones, zoneTracker, calibrator } = settings
  const { openInterestUnit } = pipeline
  const { disabledTiers, distBandMid } = calibrator
  return {
    pipeline: { openInterestUnit },
    stress,
    tape,
    inference,
    heatmap,
    zones,
    zoneTracker,
    calibrator: { disabledTiers, distBandMid },
  }
}

/** @throws {RecorderError} `SETTING_INVALID` for tiers that cannot be read. */
export function createGround(
  { baseAsset, stepUsd }: EngineIdentity,
  settings: GroundSettings,
  emit?: EmitRecord,
): StandardGround {
  const context = createContext(baseAsset, stepUsd, settings, emit)
  return {
    context,
    positions: createPositions(baseAsset, { stepUsd, tickUsd: tickOf(stepUsd) }, settings),
    stress: createStress(context),
    tape: createTape(),
  }
}

/** Says what the order was measured from, and whether it counts. */
export function liquidateGround(
  { context, positions, tape }: StandardGround,
  { timeS, side, priceUsd, sizeBase, markUsd, lastUsd }: EngineLiquidation,
): { readonly srcUsd: number; readonly isCounted: boolean } {
  // Bars are of the mid; before there is a book, the mark price is the best that is known.
  const srcUsd = lastUsd > 0 ? lastUsd : markUsd
  const isCounted = countLiquidation(positions, { side, priceUsd, sizeBase, srcUsd })
  if (isCounted) {
    const order = { timeS, side, priceUsd, sizeBase, notionalUsd: priceUsd * sizeBase }
    recordTapeEvent(tape, context, order, undefined)
  }
  return { srcUsd, isCounted }
}

export function closeGround(
  { context, positions, stress, tape }: StandardGround,
  { close, input }: EngineMinute,
): GroundClosed {
  updateStress(stress, context, input, input.timeS)
  decayTape(tape, context)
  // The tape's own sweep; zones are those of the model.
  sweepTape(tape, createZones(), context, input, input.minuteKey, input.timeS)
  const bar = standardMinuteOf(close)
  return { bar, closed: closePositions(positions, bar) }
}
