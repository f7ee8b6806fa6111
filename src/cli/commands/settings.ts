import type { CommandModule } from 'yargs'
import { SETTING_ROWS } from '../../pipeline/settings.ts'
import { CAPTURE_ROWS, jsonOption } from '../options.ts'
import { print, printJson } from '../output.ts'

const ROWS = [...SETTING_ROWS, ...CAPTURE_ROWS]

/** `settings`: every number that changes a result, with both profiles' values and the reason. */
export const settingsCommand: CommandModule<object, { json: boolean }> = {
  command: 'settings',
  describe: 'Print every setting: both profiles’ values, unit, range and reason',
  builder: { json: jsonOption },
  handler: ({ json }) => {
    if (json) {
      printJson(ROWS.map(({ name, spec }) => ({ name, ...spec })))
      return
    }
    for (const { name, spec } of ROWS) {
      const values =
        spec.reference === undefined
          ? `${spec.default}`
          : `standard ${spec.default}, reference ${spec.reference}`
      print(`${name} = ${values}${spec.unit === '' ? '' : ` [${spec.unit}]`}${rangeOf(spec)}`)
      print(`    ${spec.doc}`)
      print(`    ${spec.why}\n`)
    }
  },
}

function rangeOf(spec: (typeof ROWS)[number]['spec']): string {
  if (spec.choices !== undefined) return ` (${spec.choices.join(' | ')})`
  return spec.min === undefined ? '' : ` (${spec.min} to ${spec.max})`
}
