/** What the engines behind the market of a symbol are computed with. */
import { RecorderError } from '../../base/errors.ts'
import type { SettingsOf } from '../../base/setting.ts'
import type { CalibratorSettings } from '../calibration/calibrator-settings.ts'
import {
  STANDARD_INFERENCE_SETTINGS,
  type StandardInferenceSettings,
} from '../calibration/standard-settings.ts'
import {
  STANDARD_ZONES_SETTINGS,
  type StandardZonesSettings,
} from '../calibration/standard-zones.ts'
import { ZONES_SETTINGS } from '../liquidation/heatmap-settings.ts'
import {
  INFERENCE_SETTINGS,
  type LiquidationSettings,
} from '../liquidation/liquidation-settings.ts'

/** Of both entry models; each reads its own. */
export const ALL_INFERENCE_SETTINGS = {
  ...STANDARD_INFERENCE_SETTINGS,
  ...INFERENCE_SETTINGS,
} as const

/** Of both kinds of zones. */
export const ALL_ZONES_SETTINGS = { ...ZONES_SETTINGS, ...STANDARD_ZONES_SETTINGS } as const

export interface EngineSettings extends LiquidationSettings {
  readonly inference: SettingsOf<typeof INFERENCE_SETTINGS> & StandardInferenceSettings
  readonly zones: LiquidationSettings['zones'] & StandardZonesSettings
  readonly calibrator: CalibratorSettings
}

/**
 * Which model computes: the two are whole and apart (`standard-profile.md`).
 * @throws {RecorderError} `SETTING_INVALID` when entries are of one and weights of the other.
 */
export function modelOf({ inference, calibrator }: EngineSettings): 'standard' | 'reference' {
  if (inference.model !== calibrator.model) {
    throw new RecorderError(
      'SETTING_INVALID',
      `inference.model is ${inference.model} and calibrator.model ${calibrator.model}: the two models are whole, set both alike`,
    )
  }
  return inference.model
}
