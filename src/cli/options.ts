/** Flags that several commands share, and what they mean. */
import { readFile } from 'node:fs/promises'
import type { Options } from 'yargs'
import { RecorderError } from '../base/errors.ts'
import type { Profile, SettingValue } from '../base/setting.ts'
import { type Overrides, resolveSettings, type Settings } from '../pipeline/settings.ts'

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
}

/** @throws {RecorderError} `SETTING_INVALID`, `USAGE`, `FILE_UNREADABLE` */
export async function chosenSettings(argv: SettingArgv): Promise<ChosenSettings> {
  const profile = argv.profile ?? 'standard'
  const fromFile = argv.settings === undefined ? {} : await readOverrides(argv.settings)
  const overrides = { ...fromFile, ...Object.fromEntries((argv.set ?? []).map(splitPair)) }
  return { profile, overrides, settings: resolveSettings(profile, overrides) }
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=')
  if (at <= 0) throw new RecorderError('USAGE', `--set wants name=value, was "${pair}"`)
  return [pair.slice(0, at), pair.slice(at + 1)]
}

async function readOverrides(path: string): Promise<Record<string, SettingValue>> {
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
