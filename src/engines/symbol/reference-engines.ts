/** The reference's model: liquidation engines with its calibrator in their feedback loop. */
import type { Plain } from '../../base/canonical.ts'
import {
  calibratorDigest,
  calibratorFromPlain,
  calibratorToPlain,
} from '../calibration/calibrator-row.ts'
import { type Calibrator, createCalibrator } from '../calibration/calibrator-state.ts'
import { onLiquidation } from '../calibration/liquidation-step.ts'
import { calibrateOnMinute, savedLadderWeights } from '../calibration/reference-feedback.ts'
import { loadWeights } from '../calibration/weights-file.ts'
import { createContext } from '../liquidation/context.ts'
import {
  createLiquidationEngines,
  type LiquidationEngines,
  onForceOrder,
  onMinute,
} from '../liquidation/liquidation-engines.ts'
import {
  liquidationDigest,
  liquidationFromPlain,
  liquidationToPlain,
} from '../liquidation/liquidation-plain.ts'
import type { EngineSettings } from './engine-settings.ts'
import type {
  EmitRecord,
  EngineIdentity,
  EngineLiquidation,
  EngineMinute,
  EngineOutcome,
} from './symbol-engines.ts'

export interface ReferenceEngines {
  readonly model: 'reference'
  readonly liquidation: LiquidationEngines
  readonly calibrator: Calibrator
  readonly emit: EmitRecord | undefined
}

export const createReferenceEngines = (
  { baseAsset, stepUsd }: EngineIdentity,
  settings: EngineSettings,
  emit?: EmitRecord,
): ReferenceEngines => ({
  model: 'reference',
  liquidation: createLiquidationEngines(baseAsset, stepUsd, settings, emit),
  calibrator: createCalibrator(baseAsset, stepUsd, settings.calibrator),
  emit,
})

export const loadReference = ({ calibrator }: ReferenceEngines, text: string): string | undefined =>
  loadWeights(calibrator, text)

export function liquidateReference(
  { liquidation, calibrator, emit }: ReferenceEngines,
  event: EngineLiquidation,
): void {
  const { markUsd, midUsd, lastUsd, origin, ...order } = event
  const calibratorMarkUsd = calibrator.settings.markSource === 'wired' ? markUsd : 0
  const prices = { markUsd: calibratorMarkUsd, midUsd, lastUsd }
  onLiquidation(calibrator, { ...order, ...prices }, emit)
  onForceOrder(liquidation, {
    ...order,
    notionalUsd: order.priceUsd * order.sizeBase,
    ...(origin === undefined ? {} : { origin: { ...origin, ...prices } }),
  })
}

export function closeReference(engines: ReferenceEngines, minute: EngineMinute): EngineOutcome {
  const { liquidation, calibrator, emit } = engines
  const { close, input, depthBand, documents } = minute
  const result = onMinute(liquidation, input, {
    snapshots: documents,
    persisted: savedLadderWeights(calibrator),
  })
  const { timeS } = input
  const calibration = calibrateOnMinute(
    calibrator,
    liquidation,
    { timeS, close, result, depthBand },
    emit,
  )
  const { snapshotV1: v1, snapshotV2: v2 } = result
  return {
    // New weights change no projection that already stands.
    map: result.map,
    documents: v1 === undefined || v2 === undefined ? undefined : { v1, v2 },
    weights: calibration?.document,
    rated: undefined,
    zoneFacts: [],
  }
}

export const referenceToPlain = ({ liquidation, calibrator }: ReferenceEngines): Plain => ({
  liquidation: liquidationToPlain(liquidation.state),
  calibrator: calibratorToPlain(calibrator),
})

export const referenceDigest = ({ liquidation, calibrator }: ReferenceEngines): Plain => ({
  liquidation: liquidationDigest(liquidation.state),
  calibrator: calibratorDigest(calibrator),
})

export function referenceFromPlain(
  plain: Plain,
  { baseAsset, stepUsd }: EngineIdentity,
  settings: EngineSettings,
  emit?: EmitRecord,
): ReferenceEngines {
  const saved = plain as { readonly liquidation: Plain; readonly calibrator: Plain }
  return {
    model: 'reference',
    liquidation: {
      context: createContext(baseAsset, stepUsd, settings, emit),
      state: liquidationFromPlain(saved.liquidation),
    },
    calibrator: calibratorFromPlain(saved.calibrator, settings.calibrator),
    emit,
  }
}
