/** Flags that several commands share, and what they mean. */
import { readFile } from 'node:fs/promises'
import type { Options } from 'yargs'
import { RecorderError } from '../base/errors.ts'
import { defaultsOf, type Profile, parseSetting, type SettingValue } from '../base/setting.ts'
import { CAPTURE_SETTINGS, type CaptureSettings } from '../capture/capture-settings.ts'
import {
  type Overrides,
  resolveSettings,
  type SettingRow,
  type Settings,
} from '../pipeline/settings.ts'

const CAPTURE_PREFIX = 'capture.'

export const recordingOption = {
  type: 'string',
  requiresArg: true,
  describe: 'Name under recordings/, or a path [default: the only one, else demo]',
} as const satisfies Options

export const jsonOption = {
  type: 'boolean',
  default: false,
  describe: 'Print the result as one JSON object',
} as const satisfies Options

export const rangeOptions = {
  from: {
    type: 'string',
    requiresArg: true,
    describe: 'First moment: ISO 8601, epoch ms, seq:N, or -2h from the end',
  },
  to: { type: 'string', requiresArg: true, describe: 'The moment to stop before' },
} as const satisfies Record<string, Options>

export const settingOptions = {
  profile: {
    choices: ['standard', 'reference'] as const,
    describe: 'Whose numbers: ours, or those of the system that this one replaces',
  },
  set: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'Override one setting, name=value; may be repeated',
  },
  settings: { type: 'string', requiresArg: true, describe: 'JSON file of overrides' },
} as const satisfies Record<string, Options>

export interface SettingArgv {
  readonly profile?: Profile | undefined
  readonly set?: readonly string[] | undefined
  readonly settings?: string | undefined
}

export interface ChosenSettings {
  readonly profile: Profile
  readonly overrides: Overrides
  readonly settings: Settings
  readonly capture: CaptureSettings
}

/** Settings of capture: they change what is recorded, and nothing that is computed from it. */
export const CAPTURE_ROWS: readonly SettingRow[] = Object.entries(CAPTURE_SETTINGS).map(
  ([name, spec]) => ({ name: `${CAPTURE_PREFIX}${name}`, spec }),
)

/** @throws {RecorderError} `SETTING_INVALID`, `USAGE`, `FILE_UNREADABLE` */
export async function chosenSettings(argv: SettingArgv): Promise<ChosenSettings> {
  const profile = argv.profile ?? 'standard'
  const fromFile = argv.settings === undefined ? {} : await readOverrides(argv.settings)
  const overrides = { ...fromFile, ...Object.fromEntries((argv.set ?? []).map(splitPair)) }
  const computing: Record<string, SettingValue> = {}
  const capture: Record<string, SettingValue> = { ...defaultsOf(CAPTURE_SETTINGS, profile) }
  for (const [name, value] of Object.entries(overrides)) {
    const row = CAPTURE_ROWS.find((candidate) => candidate.name === name)
    if (row === undefined) computing[name] = value
    else capture[name.slice(CAPTURE_PREFIX.length)] = parseSetting(name, row.spec, String(value))
  }
  return {
    profile,
    overrides: computing,
    settings: resolveSettings(profile, computing),
    capture: capture as unknown as CaptureSettings,
  }
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=')
  if (at <= 0) throw new RecorderError('USAGE', `--set wants name=value, was "${pair}"`)
  return [pair.slice(0, at), pair.slice(at + 1)]
}

/** @throws {RecorderError} `USAGE`, `FILE_UNREADABLE` */
export async function readOverrides(path: string): Promise<Record<string, SettingValue>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new RecorderError('FILE_UNREADABLE', `${path} cannot be read`, { cause })
  })
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, SettingValue>
    }
  } catch {
    // Reported below, like JSON that is no object.
  }
  throw new RecorderError('USAGE', `${path} must hold a JSON object of setting names and values`)
}
