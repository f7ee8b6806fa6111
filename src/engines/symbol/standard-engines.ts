/**
 * The standard model with all that shows it. Maps, pools, zones and files keep the shapes of the
 * reference's, so the model's map stands in the place of tape and projections, its zones in that
 * of V3, its ladder in that of the inference; the tape is only a record (`standard-profile.md` §3).
 */
import type { Plain } from '../../base/canonical.ts'
import { loadStandard, standardDocument } from '../calibration/standard-file.ts'
import { expectedSides, standardHeatMap, weightShares } from '../calibration/standard-map.ts'
import { learnMinute, modelOver, type StandardModel } from '../calibration/standard-model.ts'
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
import type { EngineSettings } from './engine-settings.ts'
import {
  closeGround,
  createGround,
  type GroundClosed,
  groundSettingsOf,
  liquidateGround,
  type StandardGround,
} from './standard-ground.ts'
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
  /** Perhaps that of other engines too. */
  readonly ground: StandardGround
  readonly standard: StandardModel
  readonly zones: StandardZones
  /** V1, the tape, the tracker, and the model's map, zones and ladder as they are shown. */
  readonly liquidation: LiquidationEngines
  readonly settings: EngineSettings
  readonly emit: EmitRecord | undefined
}

/** `ground`: that of these settings, on which no minute has been closed yet. */
export function createStandardEngines(
  identity: EngineIdentity,
  settings: EngineSettings,
  emit?: EmitRecord,
  ground = createGround(identity, groundSettingsOf(settings), emit),
): StandardEngines {
  const { baseAsset, stepUsd } = identity
  const { context, state } = createLiquidationEngines(baseAsset, stepUsd, settings, emit)
  const heatmap = { ...state.heatmap, tape: ground.tape }
  const engines: StandardEngines = {
    model: 'standard',
    ground,
    standard: modelOver(ground.positions, settings),
    zones: createStandardZones(),
    liquidation: { context, state: { ...state, stress: ground.stress, heatmap } },
    settings,
    emit,
  }
  showLadder(engines)
  return engines
}

export function loadStandardWeights(engines: StandardEngines, text: string): undefined {
  loadStandard(engines.standard, text)
  showLadder(engines)
}

export function liquidateStandard(engines: StandardEngines, event: EngineLiquidation): void {
  const { ground, liquidation, emit } = engines
  const { heatmap } = liquidation.state
  const { timeS, side, priceUsd, sizeBase, markUsd, midUsd, lastUsd, origin } = event
  heatmap.forceOrderCount += 1
  if (origin !== undefined && heatmap.forceOrderCount <= SANITY_RECORDS_MAX) {
    const order = { timeS, side, priceUsd, sizeBase, notionalUsd: priceUsd * sizeBase }
    const prices = { markUsd, midUsd, lastUsd }
    emitSanity(liquidation.context, heatmap.forceOrderCount, order, { ...origin, ...prices })
  }
  const measured = liquidateGround(ground, event)
  emit?.('liq_calibrator', eventOf(ground.positions, event, measured))
}

export function closeStandard(engines: StandardEngines, minute: EngineMinute): EngineOutcome {
  return closeOver(engines, closeGround(engines.ground, minute), minute, true)
}

/** {@link liquidateStandard} of all that stand on one ground. None of them may want records. */
export function liquidateTogether(all: readonly StandardEngines[], event: EngineLiquidation): void {
  const [first] = all
  if (first === undefined) return
  liquidateGround(first.ground, event)
  for (const { liquidation } of all) liquidation.state.heatmap.forceOrderCount += 1
}

/** {@link closeStandard} of all that stand on one ground, without what only views and files want. */
export function closeTogether(
  all: readonly StandardEngines[],
  minute: EngineMinute,
): readonly EngineOutcome[] {
  const [first] = all
  if (first === undefined) return []
  const ground = closeGround(first.ground, minute)
  return all.map((engines) => closeOver(engines, ground, minute, false))
}

function closeOver(
  engines: StandardEngines,
  { bar, closed }: GroundClosed,
  minute: EngineMinute,
  shown: boolean,
): EngineOutcome {
  const { standard, zones, liquidation, settings, emit } = engines
  const { heatmap } = liquidation.state
  const { input, documents } = minute
  heatmap.currentMinute = input.minuteKey
  heatmap.currentPriceUsd = input.srcUsd
  const rated = learnMinute(standard, closed)
  const expected = expectedSides(standard)
  const zoneFacts = trackStandardZones(zones, standard, bar, settings.zones, expected)
  emitRated(emit, standard, rated, input)
  emitZoneFacts(emit, standard, zoneFacts, input.timeS)
  heatmap.inferenceCount += 2
  if (shown) showStandard(engines)
  emitAggression(liquidation.context, input.aggression, input)
  const map = standardHeatMap(standard, expected)
  return {
    map,
    documents: showMinute(liquidation, map, input, documents),
    weights: shown && rated.scored ? standardDocument(standard, input.timeS) : undefined,
    rated,
    zoneFacts,
  }
}

/** Puts ladder and zones where views, files and digests look for them. */
export function showStandard(engines: StandardEngines): void {
  const { standard, zones, liquidation } = engines
  const { heatmap } = liquidation.state
  showLadder(engines)
  showZones(heatmap.zones, zones, standard, heatmap.currentPriceUsd)
}

/** The ladder in the place of the inference's: shares that sum to 1. */
function showLadder({ standard, liquidation }: StandardEngines): void {
  const { weights } = liquidation.state.heatmap.inference
  const shares = weightShares(standard)
  weights.clear()
  for (const [place, tier] of standard.positions.ladder.entries())
    weights.set(tier, shares[place] ?? 0)
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
  const standard = standardFromPlain(saved.standard, settings)
  const state = liquidationFromPlain(saved.liquidation)
  return {
    model: 'standard',
    ground: {
      context: createContext(baseAsset, stepUsd, groundSettingsOf(settings), emit),
      positions: standard.positions,
      stress: state.stress,
      tape: state.heatmap.tape,
    },
    standard,
    zones: structuredClone(saved.zones) as unknown as StandardZones,
    liquidation: { context: createContext(baseAsset, stepUsd, settings, emit), state },
    settings,
    emit,
  }
}
