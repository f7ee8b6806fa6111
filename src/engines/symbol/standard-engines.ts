/**
 * The standard model with all that shows it. Maps, pools, zones and files keep the shapes of the
 * reference's, so the model's map stands in the place of tape and projections, its zones in that
 * of V3, its ladder in that of the inference; the tape is only a record (`standard-profile.md` §3).
 */
import type { Plain } from '../../base/canonical.ts'
import { standardMinuteOf } from '../calibration/standard-feedback.ts'
import { loadStandard, standardDocument } from '../calibration/standard-file.ts'
import { expectedSides, standardHeatMap, weightShares } from '../calibration/standard-map.ts'
import {
  closeStandardMinute,
  countLiquidation,
  createStandardModel,
  type StandardModel,
} from '../calibration/standard-model.ts'
import {
  standardDigest,
  standardFromPlain,
  standardToPlain,
} from '../calibration/standard-plain.ts'
import {
  createStandardZones,
  type StandardZones,
  trackStandardZones,
} from '../calibration/standard-zones.ts'
import { createContext } from '../liquidation/context.ts'
import { emitAggression, emitSanity, SANITY_RECORDS_MAX } from '../liquidation/debug-records.ts'
import {
  createLiquidationEngines,
  type LiquidationEngines,
  showMinute,
} from '../liquidation/liquidation-engines.ts'
import {
  liquidationDigest,
  liquidationFromPlain,
  liquidationToPlain,
} from '../liquidation/liquidation-plain.ts'
import { updateStress } from '../liquidation/stress.ts'
import { decayTape, recordTapeEvent, sweepTape } from '../liquidation/tape.ts'
import { createZones } from '../liquidation/zones.ts'
import type { EngineSettings } from './engine-settings.ts'
import { emitRated, emitZoneFacts, eventOf } from './standard-records.ts'
import { showZones } from './standard-shown.ts'
import type {
  EmitRecord,
  EngineIdentity,
  EngineLiquidation,
  EngineMinute,
  EngineOutcome,
} from './symbol-engines.ts'

export interface StandardEngines {
  readonly model: 'standard'
  readonly standard: StandardModel
  readonly zones: StandardZones
  /** V1, the tape, the tracker, and the model's map, zones and ladder as they are shown. */
  readonly liquidation: LiquidationEngines
  readonly settings: EngineSettings
  readonly emit: EmitRecord | undefined
}

/** Of the venue; only `inference.bucketGrid: price` asks for it. Unit: USD. */
const TICK_USD = 0.1

export function createStandardEngines(
  { baseAsset, stepUsd }: EngineIdentity,
  settings: EngineSettings,
  emit?: EmitRecord,
): StandardEngines {
  const engines: StandardEngines = {
    model: 'standard',
    standard: createStandardModel(baseAsset, { stepUsd, tickUsd: tickOf(stepUsd) }, settings),
    zones: createStandardZones(),
    liquidation: createLiquidationEngines(baseAsset, stepUsd, settings, emit),
    settings,
    emit,
  }
  showLadder(engines)
  return engines
}

/** A tick is never above a hundredth of the step of the heatmap. */
const tickOf = (stepUsd: number): number => Math.min(TICK_USD, stepUsd / 100)

export function loadStandardWeights(engines: StandardEngines, text: string): undefined {
  loadStandard(engines.standard, text)
  showLadder(engines)
}

export function liquidateStandard(engines: StandardEngines, event: EngineLiquidation): void {
  const { standard, liquidation, emit } = engines
  const { context, state } = liquidation
  const { timeS, side, priceUsd, sizeBase, markUsd, midUsd, lastUsd, origin } = event
  // Bars are of the mid; before there is a book, the mark price is the best that is known.
  const srcUsd = lastUsd > 0 ? lastUsd : markUsd
  const isCounted = countLiquidation(standard, { side, priceUsd, sizeBase, srcUsd })
  const order = { timeS, side, priceUsd, sizeBase, notionalUsd: priceUsd * sizeBase }
  state.heatmap.forceOrderCount += 1
  if (origin !== undefined && state.heatmap.forceOrderCount <= SANITY_RECORDS_MAX) {
    const prices = { markUsd, midUsd, lastUsd }
    emitSanity(context, state.heatmap.forceOrderCount, order, { ...origin, ...prices })
  }
  emit?.('liq_calibrator', eventOf(standard, event, { srcUsd, isCounted }))
  if (isCounted) recordTapeEvent(state.heatmap.tape, context, order, undefined)
}

export function closeStandard(engines: StandardEngines, minute: EngineMinute): EngineOutcome {
  const { standard, zones, liquidation, settings, emit } = engines
  const { context, state } = liquidation
  const { close, input, documents } = minute
  const { heatmap } = state
  updateStress(state.stress, context, input, input.timeS)
  heatmap.currentMinute = input.minuteKey
  heatmap.currentPriceUsd = input.srcUsd
  decayTape(heatmap.tape, context)
  // The tape's own sweep; zones are those of the model.
  sweepTape(heatmap.tape, createZones(), context, input, input.minuteKey, input.timeS)
  const bar = standardMinuteOf(close)
  const rated = closeStandardMinute(standard, bar)
  const expected = expectedSides(standard)
  const zoneFacts = trackStandardZones(zones, standard, bar, settings.zones, expected)
  emitRated(emit, standard, rated, input)
  emitZoneFacts(emit, standard, zoneFacts, input.timeS)
  heatmap.inferenceCount += 2
  showLadder(engines)
  showZones(heatmap.zones, zones, standard, input.srcUsd)
  emitAggression(context, input.aggression, input)
  const map = standardHeatMap(standard, expected)
  return {
    map,
    documents: showMinute(liquidation, map, input, documents),
    weights: rated.scored ? standardDocument(standard, input.timeS) : undefined,
    rated,
    zoneFacts,
  }
}

/** The ladder in the place of the inference's: shares that sum to 1. */
function showLadder({ standard, liquidation }: StandardEngines): void {
  const { weights } = liquidation.state.heatmap.inference
  const shares = weightShares(standard)
  weights.clear()
  for (const [place, tier] of standard.ladder.entries()) weights.set(tier, shares[place] ?? 0)
}

export const standardEnginesToPlain = ({
  standard,
  zones,
  liquidation,
}: StandardEngines): Plain => ({
  standard: standardToPlain(standard),
  zones: zones as unknown as Plain,
  liquidation: liquidationToPlain(liquidation.state),
})

export const standardEnginesDigest = ({
  standard,
  zones,
  liquidation,
}: StandardEngines): Plain => ({
  standard: standardDigest(standard),
  zones: zones as unknown as Plain,
  liquidation: liquidationDigest(liquidation.state),
})

export function standardEnginesFromPlain(
  plain: Plain,
  { baseAsset, stepUsd }: EngineIdentity,
  settings: EngineSettings,
  emit?: EmitRecord,
): StandardEngines {
  const saved = plain as {
    readonly standard: Plain
    readonly zones: Plain
    readonly liquidation: Plain
  }
  return {
    model: 'standard',
    standard: standardFromPlain(saved.standard, settings),
    zones: structuredClone(saved.zones) as unknown as StandardZones,
    liquidation: {
      context: createContext(baseAsset, stepUsd, settings, emit),
      state: liquidationFromPlain(saved.liquidation),
    },
    settings,
    emit,
  }
}
