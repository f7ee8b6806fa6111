/**
 * Engines of several settings over the same inputs, for sweeps: of the standard model on one ground, or
 * of the reference and alone. Each computes what it would compute alone.
 */
import { assert } from '../../base/assert.ts'
import { type EngineSettings, modelOf } from './engine-settings.ts'
import {
  closeReference,
  createReferenceEngines,
  liquidateReference,
  type ReferenceEngines,
} from './reference-engines.ts'
import {
  closeTogether,
  createStandardEngines,
  liquidateTogether,
  type StandardEngines,
  showStandard,
} from './standard-engines.ts'
import { createGround, groundSettingsOf } from './standard-ground.ts'
import type {
  EngineIdentity,
  EngineLiquidation,
  EngineMinute,
  EngineOutcome,
  SymbolEngines,
} from './symbol-engines.ts'

export type EngineGroup =
  | { readonly ground: 'own'; readonly engines: readonly [ReferenceEngines] }
  | { readonly ground: 'shared'; readonly engines: readonly StandardEngines[] }

/** Settings of the same key may be of one group; without a key, engines are alone. */
export const groundKeyOf = (settings: EngineSettings): string | undefined =>
  modelOf(settings) === 'standard' ? JSON.stringify(groundSettingsOf(settings)) : undefined

/**
 * Engines in the order of their settings, of which there is at least one.
 * @throws {RecorderError} `SETTING_INVALID`
 */
export function createEngineGroup(
  identity: EngineIdentity,
  all: readonly EngineSettings[],
): EngineGroup {
  const [first, ...others] = all
  assert(first !== undefined, 'a group has engines')
  const key = groundKeyOf(first)
  if (key === undefined) {
    assert(others.length === 0, 'engines of the reference are alone')
    return { ground: 'own', engines: [createReferenceEngines(identity, first)] }
  }
  assert(
    others.every((settings) => groundKeyOf(settings) === key),
    'a group has one ground',
  )
  const ground = createGround(identity, groundSettingsOf(first))
  const engines = all.map((settings) =>
    createStandardEngines(identity, settings, undefined, ground),
  )
  return { ground: 'shared', engines }
}

export function liquidateGroup(group: EngineGroup, event: EngineLiquidation): void {
  if (group.ground === 'shared') liquidateTogether(group.engines, event)
  else liquidateReference(group.engines[0], event)
}

/** Outcomes by place. What only views, files and digests look at waits for {@link showEngines}. */
export const closeGroup = (group: EngineGroup, minute: EngineMinute): readonly EngineOutcome[] =>
  group.ground === 'shared'
    ? closeTogether(group.engines, minute)
    : [closeReference(group.engines[0], minute)]

/** To be called before a digest is made of engines of a group. */
export function showEngines(engines: SymbolEngines): void {
  if (engines.model === 'standard') showStandard(engines)
}
