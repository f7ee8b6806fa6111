/** Hazard scores: the figures that separate maps. */
import type { AuditView } from '../audits/audit-view.ts'
import { fixed, signed, whole } from '../audits/number-text.ts'
import type { Figure } from '../audits/view-figures.ts'
import { figure, NOTHING } from './figures.ts'
import { list, table } from './markdown.ts'
import { hazardWord, RIVAL_MEANINGS } from './words.ts'

const two = (value: number): string => fixed(value, 2)
const leadText = (value: number): string => signed(value, 2)

export function scoreTable({ hazard }: AuditView): string | undefined {
  const { rows } = hazard
  if (rows.length === 0) return undefined
  const overGap = rows[0]?.gain.overGap ?? false
  return table(
    [
      '<map or rival',
      'gain, nats an event',
      'the map’s lead over it',
      'gain by notional',
      'predicted ÷ observed',
      'the same, longs',
      'the same, shorts',
    ],
    rows.map((row) => {
      const asFigure: Figure | undefined =
        row.headlineLead === undefined
          ? undefined
          : { ...row.headlineLead, sampleCount: row.eventCount, insufficient: false, overGap }
      const name = hazardWord(row.name)
      // What it is compared with: its own score is nothing, by definition.
      if (row.name === 'constant') {
        const lead = asFigure === undefined ? NOTHING : figure(asFigure, leadText)
        return [`${name} (rival)`, '0', lead, '0', '1', NOTHING, NOTHING]
      }
      return [
        row.isHeadline ? `**${name}**` : row.isRival ? `${name} (rival)` : name,
        figure(row.gain, two),
        asFigure === undefined ? NOTHING : figure(asFigure, leadText),
        figure(row.notionalGain, two),
        figure(row.predictedOverObserved, two),
        figure(row.predictedOverObservedBySide.long, two),
        figure(row.predictedOverObservedBySide.short, two),
      ]
    }),
  )
}

export function scoreSection(view: AuditView): readonly (string | undefined)[] {
  const { scoredMinuteCount, unscoredMinuteCount, rows } = view.hazard
  const rivals = rows.filter(({ isRival }) => isRival)
  return [
    `Each minute and side, a map says how many liquidations it expects before they are known; the score is how much likelier what came was under it than under a constant rate. ${whole(scoredMinuteCount)} minutes are scored, ${whole(unscoredMinuteCount)} are left out (the first of the recording, and those after a hole). Brackets are 95 % intervals; leads are drawn in the same blocks. Marks are explained under B.`,
    scoreTable(view) ?? 'No minute of the range can be scored.',
    rivals.length === 0
      ? undefined
      : list(rivals.map(({ name }) => `${hazardWord(name)}: ${RIVAL_MEANINGS[name] ?? ''}`)),
  ]
}
