/** All settings of all engines, and the values that a profile and its overrides give. */
import { RecorderError } from '../base/errors.ts'
import {
  defaultsOf,
  nearestName,
  type Profile,
  parseSetting,
  type SettingSpec,
  type SettingSpecs,
  type SettingsOf,
  type SettingValue,
} from '../base/setting.ts'
import { CALIBRATOR_SETTINGS } from '../engines/calibration/calibrator-settings.ts'
import { FRAMES_SETTINGS } from '../engines/frames.ts'
import { HEATMAP_SETTINGS, ZONE_TRACKER_SETTINGS } from '../engines/liquidation/heatmap-settings.ts'
import { STRESS_SETTINGS, TAPE_SETTINGS } from '../engines/liquidation/liquidation-settings.ts'
import { PIPELINE_SETTINGS } from '../engines/market-settings.ts'
import { BOOK_SETTINGS } from '../engines/order-book.ts'
import {
  ALL_INFERENCE_SETTINGS,
  ALL_ZONES_SETTINGS,
  modelOf,
} from '../engines/symbol/engine-settings.ts'

/** Declarations by engine. */
export const ENGINE_SPECS = {
  pipeline: PIPELINE_SETTINGS,
  book: BOOK_SETTINGS,
  frames: FRAMES_SETTINGS,
  stress: STRESS_SETTINGS,
  tape: TAPE_SETTINGS,
  inference: ALL_INFERENCE_SETTINGS,
  heatmap: HEATMAP_SETTINGS,
  zones: ALL_ZONES_SETTINGS,
  zoneTracker: ZONE_TRACKER_SETTINGS,
  calibrator: CALIBRATOR_SETTINGS,
} as const satisfies Record<string, SettingSpecs>

type Engine = keyof typeof ENGINE_SPECS

export type Settings = { readonly [E in Engine]: SettingsOf<(typeof ENGINE_SPECS)[E]> }

/** Overrides by full name (`book.gapTolerance`), as text or as values. */
export type Overrides = Readonly<Record<string, SettingValue>>

export interface SettingRow {
  readonly name: string
  readonly spec: SettingSpec
}

/** Every setting, in the order of the engines. */
export const SETTING_ROWS: readonly SettingRow[] = Object.entries(ENGINE_SPECS).flatMap(
  ([engine, specs]) =>
    Object.entries(specs as SettingSpecs).map(([name, spec]) => ({
      name: `${engine}.${name}`,
      spec,
    })),
)

/**
 * The values of `profile` with `overrides` laid over them.
 * @throws {RecorderError} `SETTING_INVALID` with the nearest name, or the range.
 */
export function resolveSettings(profile: Profile, overrides: Overrides = {}): Settings {
  const values: Record<string, Record<string, SettingValue>> = {}
  for (const [engine, specs] of Object.entries(ENGINE_SPECS)) {
    values[engine] = { ...defaultsOf(specs as SettingSpecs, profile) }
  }
  for (const [fullName, value] of Object.entries(overrides)) {
    const row = SETTING_ROWS.find(({ name }) => name === fullName)
    if (row === undefined) throw unknownName(fullName)
    const [engine = '', name = ''] = fullName.split('.')
    const target = values[engine]
    if (target !== undefined) target[name] = parseSetting(fullName, row.spec, String(value))
  }
  const settings = values as unknown as Settings
  modelOf(settings)
  return settings
}

/** The settings as a flat object, in the order of {@link SETTING_ROWS}. */
export function flatSettings(settings: Settings): Readonly<Record<string, SettingValue>> {
  const flat: Record<string, SettingValue> = {}
  for (const [engine, values] of Object.entries(settings)) {
    for (const [name, value] of Object.entries(values)) flat[`${engine}.${name}`] = value
  }
  return flat
}

function unknownName(name: string): RecorderError {
  const nearest = nearestName(
    name,
    SETTING_ROWS.map((row) => row.name),
  )
  return new RecorderError('SETTING_INVALID', `there is no setting ${name}; nearest: ${nearest}`)
}
