/** The head of a report: where it comes from, and how to make it again. */
import { whole } from '../audits/number-text.ts'
import { momentMs } from './figures.ts'
import { code, table } from './markdown.ts'
import type { ReportInput, ReportKind } from './report.ts'

const TITLES: Readonly<Record<ReportKind, string>> = {
  'hit-rate': 'Hit rate: are liquidations where the map says?',
  'median-miss': 'Median miss: how far off is the map?',
  'disabled-tiers': 'Disabled tiers: does anything of them leak?',
  full: 'Audit of the liquidation map',
}

export function headOf({ kind, head, symbols }: ReportInput): readonly string[] {
  const changed = Object.entries(head.changed)
  const times = symbols.flatMap(({ view }) => [view.range.fromTimeS, view.range.toTimeS])
  const known = times.filter((timeS) => timeS !== undefined)
  const span =
    known.length === 0
      ? ''
      : `, ${momentMs(Math.min(...known))} to ${momentMs(Math.max(...known))} UTC`
  const settings =
    changed.length === 0
      ? 'those of the profile'
      : changed.map(([name, value]) => code(`${name}=${value}`)).join(', ')
  return [
    `# ${TITLES[kind]}`,
    table(
      ['<', '<'],
      [
        ['recording', `${head.recording}, digest ${code(head.recordingDigest)}`],
        [
          'range',
          `seq ${head.fromSeq} to ${head.toSeq} (${whole(head.entryCount)} entries)${span}`,
        ],
        ['profile', head.profile],
        ['settings', settings],
        ['code', `moonreplay ${head.codeVersion}`],
        ['made with', code(head.command)],
      ],
    ),
  ]
}
