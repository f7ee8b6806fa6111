/**
 * Engines of several settings over the same inputs, for sweeps: either of any model and alone, or of
 * the standard model on one ground. Each computes what it would compute alone.
 */
import { type EngineSettings, modelOf } from './engine-settings.ts'
import {
  closeTogether,
  createStandardEngines,
  liquidateTogether,
  type StandardEngines,
  showStandard,
} from './standard-engines.ts'
import { createGround, groundSettingsOf } from './standard-ground.ts'
import {
  closeEngineMinute,
  createSymbolEngines,
  type EngineIdentity,
  type EngineLiquidation,
  type EngineMinute,
  type EngineOutcome,
  liquidate,
  type SymbolEngines,
} from './symbol-engines.ts'

export type EngineGroup =
  | { readonly ground: 'own'; readonly engines: readonly [SymbolEngines] }
  | { readonly ground: 'shared'; readonly engines: readonly StandardEngines[] }

/** Settings of the same key may be of one group; without a key, engines are alone. */
export const groundKeyOf = (settings: EngineSettings): string | undefined =>
  modelOf(settings) === 'standard' ? JSON.stringify(groundSettingsOf(settings)) : undefined

/** @throws {RecorderError} `SETTING_INVALID` */
export function createEngineGroup(
  identity: EngineIdentity,
  [first, ...others]: readonly [EngineSettings, ...EngineSettings[]],
): EngineGroup {
  if (modelOf(first) === 'reference') {
    return { ground: 'own', engines: [createSymbolEngines(identity, first)] }
  }
  const ground = createGround(identity, groundSettingsOf(first))
  const engines = [first, ...others].map((settings) =>
    createStandardEngines(identity, settings, undefined, ground),
  )
  return { ground: 'shared', engines }
}

export function liquidateGroup(group: EngineGroup, event: EngineLiquidation): void {
  if (group.ground === 'shared') liquidateTogether(group.engines, event)
  else liquidate(group.engines[0], event)
}

/** Outcomes by place. What only views, files and digests look at waits for {@link showEngines}. */
export const closeGroup = (group: EngineGroup, minute: EngineMinute): readonly EngineOutcome[] =>
  group.ground === 'shared'
    ? closeTogether(group.engines, minute)
    : [closeEngineMinute(group.engines[0], minute)]

/** To be called before a digest is made of engines of a group. */
export function showEngines(engines: SymbolEngines): void {
  if (engines.model === 'standard') showStandard(engines)
}
