/** The settings of a report: those of the engines, and those of the audit, which no replay knows. */
import { AUDIT_SETTINGS, type AuditSettings } from '../audits/audit-settings.ts'
import { RecorderError } from '../base/errors.ts'
import {
  defaultsOf,
  nearestName,
  type Profile,
  parseSetting,
  type SettingSpecs,
  type SettingValue,
} from '../base/setting.ts'
import {
  flatSettings,
  resolveSettings,
  type SettingRow,
  type Settings,
} from '../pipeline/settings.ts'
import { chosenSettings, readOverrides, type SettingArgv } from './options.ts'

const AUDIT_PREFIX = 'audit.'

/** As the table of settings lists them. */
export const AUDIT_ROWS: readonly SettingRow[] = Object.entries(AUDIT_SETTINGS).map(
  ([name, spec]) => ({ name: `${AUDIT_PREFIX}${name}`, spec }),
)

export interface ReportSettings {
  readonly profile: Profile
  readonly settings: Settings
  readonly audit: AuditSettings
  /** All, by full name. */
  readonly flat: Readonly<Record<string, SettingValue>>
  /** Those that differ from the profile, by full name. */
  readonly changed: Readonly<Record<string, SettingValue>>
}

/** @throws {RecorderError} `SETTING_INVALID`, `USAGE`, `FILE_UNREADABLE` */
export async function reportSettings(argv: SettingArgv): Promise<ReportSettings> {
  const fromFile = argv.settings === undefined ? {} : await readOverrides(argv.settings)
  const pairs = [
    ...Object.entries(fromFile).map(([name, value]) => `${name}=${String(value)}`),
    ...(argv.set ?? []),
  ]
  const isAudit = (pair: string) => pair.startsWith(AUDIT_PREFIX)
  const chosen = await chosenSettings({
    profile: argv.profile,
    set: pairs.filter((pair) => !isAudit(pair)),
  })
  const { profile, settings } = chosen
  const audit = auditSettings(profile, pairs.filter(isAudit))
  const flat = flatOf(settings, audit)
  const plain = flatOf(resolveSettings(profile), defaultsOf(AUDIT_SETTINGS, profile))
  const changed = Object.entries(flat).filter(([name, value]) => plain[name] !== value)
  return { profile, settings, audit, flat, changed: Object.fromEntries(changed) }
}

const flatOf = (settings: Settings, audit: AuditSettings) => ({
  ...flatSettings(settings),
  ...Object.fromEntries(
    Object.entries(audit).map(([name, value]) => [`${AUDIT_PREFIX}${name}`, value]),
  ),
})

function auditSettings(profile: Profile, pairs: readonly string[]): AuditSettings {
  const specs: SettingSpecs = AUDIT_SETTINGS
  const values: Record<string, SettingValue> = { ...defaultsOf(AUDIT_SETTINGS, profile) }
  for (const pair of pairs) {
    const [fullName = '', ...rest] = pair.split('=')
    const name = fullName.slice(AUDIT_PREFIX.length)
    const spec = specs[name]
    if (spec === undefined) {
      const names = AUDIT_ROWS.map((row) => row.name)
      throw new RecorderError(
        'SETTING_INVALID',
        `there is no setting ${fullName}; nearest: ${nearestName(fullName, names)}`,
      )
    }
    values[name] = parseSetting(fullName, spec, rest.join('='))
  }
  return values as unknown as AuditSettings
}
