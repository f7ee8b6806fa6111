import type { CommandModule } from 'yargs'
import { SETTING_ROWS, type SettingRow } from '../../pipeline/settings.ts'
import { CAPTURE_ROWS, jsonOption } from '../options.ts'
import { print, printJson } from '../output.ts'
import { AUDIT_ROWS } from '../report-settings.ts'

const ROWS = [...SETTING_ROWS, ...AUDIT_ROWS, ...CAPTURE_ROWS]

/** `settings`: every number that changes a result, with both profiles' values and the reason. */
export const settingsCommand: CommandModule<object, { json: boolean; quirks: boolean }> = {
  command: 'settings',
  describe: 'Print every setting: both profiles’ values, unit, range and reason',
  builder: {
    quirks: {
      type: 'boolean',
      default: false,
      describe: 'Only those in which the profiles differ, as a Markdown table',
    },
    json: jsonOption,
  },
  handler: ({ json, quirks }) => {
    const rows = quirks ? ROWS.filter(({ spec }) => spec.reference !== undefined) : ROWS
    if (json) printJson(rows.map(({ name, spec }) => ({ name, ...spec })))
    else if (quirks) print(quirkTable())
    else for (const row of rows) printRow(row)
  },
}

/** The settings in which the profiles differ: what the reference does, what we do and why. */
export function quirkTable(): string {
  const rows = ROWS.filter(({ spec }) => spec.reference !== undefined)
  const lines = rows.map(({ name, spec }) => {
    const value = (of: unknown) => (of === '' ? 'none' : `\`${String(of)}\``)
    return `| \`${name}\` | ${value(spec.reference)} | ${value(spec.default)} | ${spec.doc} ${spec.why} |`
  })
  return [
    '| setting | reference | standard | what it does, and why they differ |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n')
}

function printRow({ name, spec }: SettingRow): void {
  const values =
    spec.reference === undefined
      ? `${spec.default}`
      : `standard ${spec.default}, reference ${spec.reference}`
  print(`${name} = ${values}${spec.unit === '' ? '' : ` [${spec.unit}]`}${rangeOf(spec)}`)
  print(`    ${spec.doc}`)
  print(`    ${spec.why}\n`)
}

function rangeOf(spec: SettingRow['spec']): string {
  if (spec.choices !== undefined) return ` (${spec.choices.join(' | ')})`
  return spec.min === undefined ? '' : ` (${spec.min} to ${spec.max})`
}
