/**
 * The engines behind the market of a symbol, of either model, in the order of calls of
 * `pipeline.md` §4.3 and §10.4: what a pipeline calls per liquidation and per minute close, and what
 * a sweep calls for each of its settings.
 */
import type { Plain } from '../../base/canonical.ts'
import type { RatedMinute } from '../calibration/hazard.ts'
import type { StandardDocument } from '../calibration/standard-file.ts'
import type { ZoneFact } from '../calibration/standard-zones.ts'
import type { WeightsDocument } from '../calibration/weights-file.ts'
import type { RecordFile } from '../liquidation/context.ts'
import type { LiquidationOrigin } from '../liquidation/debug-records.ts'
import type { HeatMap } from '../liquidation/heat-map.ts'
import type { LiquidationEngines } from '../liquidation/liquidation-engines.ts'
import type { MinuteInput } from '../liquidation/minute-input.ts'
import type { snapshotV1, snapshotV2 } from '../liquidation/snapshots.ts'
import type { MinuteClose } from '../minute-close.ts'
import type { Json } from '../reference-rows.ts'
import { type EngineSettings, modelOf } from './engine-settings.ts'
import {
  closeReference,
  createReferenceEngines,
  liquidateReference,
  loadReference,
  type ReferenceEngines,
  referenceDigest,
  referenceFromPlain,
  referenceToPlain,
} from './reference-engines.ts'
import {
  closeStandard,
  createStandardEngines,
  liquidateStandard,
  loadStandardWeights,
  type StandardEngines,
  standardEnginesDigest,
  standardEnginesFromPlain,
  standardEnginesToPlain,
} from './standard-engines.ts'

export type SymbolEngines = ReferenceEngines | StandardEngines

/** The logs that engines write records for; file names without folder and `.jsonl`. */
export type EngineLog = RecordFile | 'liq_calibrator'

export type EngineRecord = { readonly [field: string]: Json }

/** Takes a record; absent, none is made. */
export type EmitRecord = (log: EngineLog, record: EngineRecord) => void

/** A liquidation of the symbol, with the prices that were known when it came. 0: none yet. */
export interface EngineLiquidation {
  /** Unit: s since 1970. */
  readonly timeS: number
  /** Of the position that was liquidated. */
  readonly side: 'long' | 'short'
  readonly priceUsd: number
  readonly sizeBase: number
  readonly markUsd: number
  /** Mean of best bid and ask now. Unit: USD. */
  readonly midUsd: number
  /** Mid at the last depth message. Unit: USD. */
  readonly lastUsd: number
  readonly origin?: Pick<LiquidationOrigin, 'rawSymbol' | 'rawSide'>
}

/** A closed minute as the engines take it. */
export interface EngineMinute {
  readonly close: MinuteClose
  readonly input: MinuteInput
  /** Of the book on view around the mean price; nothing when there is no book. */
  readonly depthBand: ReadonlyMap<number, number> | undefined
  /** Make the two documents, which only files and the API need. */
  readonly documents: boolean
}

/** What a minute close gave. */
export interface EngineOutcome {
  /** As it stands after the close: what the next minute is told by. */
  readonly map: HeatMap
  readonly documents: Documents | undefined
  /** The weights file, if this minute saved one. */
  readonly weights: WeightsDocument | StandardDocument | undefined
  /** `standard`: what the minute was expected to bring. */
  readonly rated: RatedMinute | undefined
  /** `standard`: what happened to zones. */
  readonly zoneFacts: readonly ZoneFact[]
}

export interface Documents {
  readonly v2: ReturnType<typeof snapshotV2>
  readonly v1: ReturnType<typeof snapshotV1>
}

export interface EngineIdentity {
  /** As the venue names it. */
  readonly symbol: string
  /** As records and bodies name it. */
  readonly baseAsset: string
  /** Height of a bucket. Unit: USD. */
  readonly stepUsd: number
}

/** @throws {RecorderError} `SETTING_INVALID` for tiers that cannot be read, or two models. */
export const createSymbolEngines = (
  identity: EngineIdentity,
  settings: EngineSettings,
  emit?: EmitRecord,
): SymbolEngines =>
  modelOf(settings) === 'standard'
    ? createStandardEngines(identity, settings, emit)
    : createReferenceEngines(identity, settings, emit)

/** Say whether they took the weights, and if not, why not. Only before the first minute. */
export const loadEngineWeights = (engines: SymbolEngines, text: string): string | undefined =>
  engines.model === 'standard' ? loadStandardWeights(engines, text) : loadReference(engines, text)

export function liquidate(engines: SymbolEngines, event: EngineLiquidation): void {
  if (engines.model === 'standard') liquidateStandard(engines, event)
  else liquidateReference(engines, event)
}

/** Only for a minute with a price. */
export const closeEngineMinute = (engines: SymbolEngines, minute: EngineMinute): EngineOutcome =>
  engines.model === 'standard' ? closeStandard(engines, minute) : closeReference(engines, minute)

/** Tape, zones, tracker, V1 and what bodies and files show, in the shape of the reference's. */
export const shownEngines = (engines: SymbolEngines): LiquidationEngines => engines.liquidation

/** What a checkpoint keeps. */
export const enginesToPlain = (engines: SymbolEngines): Plain =>
  engines.model === 'standard' ? standardEnginesToPlain(engines) : referenceToPlain(engines)

/** What a digest covers. */
export const enginesDigest = (engines: SymbolEngines): Plain =>
  engines.model === 'standard' ? standardEnginesDigest(engines) : referenceDigest(engines)

/** Engines that go on where {@link enginesToPlain} was taken with the same settings. */
export const enginesFromPlain = (
  plain: Plain,
  identity: EngineIdentity,
  settings: EngineSettings,
  emit?: EmitRecord,
): SymbolEngines =>
  modelOf(settings) === 'standard'
    ? standardEnginesFromPlain(plain, identity, settings, emit)
    : referenceFromPlain(plain, identity, settings, emit)
