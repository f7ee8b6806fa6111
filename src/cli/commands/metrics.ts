import type { CommandModule } from 'yargs'
import { METRICS } from '../../projections/metric-catalogue.ts'
import { jsonOption } from '../options.ts'
import { print, printJson, table } from '../output.ts'

/** `metrics`: the catalogue of what is measured, with definitions and sources. */
export const metricsCommand: CommandModule<object, { readonly json: boolean }> = {
  command: 'metrics',
  describe: 'List the metrics: unit, definition and the channels they come from',
  builder: { json: jsonOption },
  handler: ({ json }) => {
    if (json) return printJson({ metrics: METRICS })
    const rows = METRICS.map(({ name, unit, definition, source, absent }) => [
      name,
      unit,
      source,
      absent === '' ? definition : `${definition} No value: ${absent}.`,
    ])
    print(table([['metric', 'unit', 'from', 'definition'], ...rows]))
  },
}
