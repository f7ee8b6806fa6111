/** The table of a sweep for people: Markdown, the same bytes for the same table. */
import { fixed, signed, whole } from '../audits/number-text.ts'
import { moment, NOTHING } from '../reports/figures.ts'
import { code, document, list, picture, table } from '../reports/markdown.ts'
import type { Difference } from './drawn-scores.ts'
import { OBJECTIVES } from './objective.ts'
import type { RankedRow } from './ranking.ts'
import type { SweepPicture } from './sweep-pictures.ts'
import type { SweepTable } from './table.ts'

export interface ReportHead {
  readonly codeVersion: string
  /** That makes it again. */
  readonly command: string
}

/** Rows that are printed; the JSON twin holds all. */
const ROWS_PRINTED = 50

export function sweepReport(
  result: SweepTable,
  head: ReportHead,
  pictures: readonly SweepPicture[],
): string {
  const { objective: name } = result
  const { title, unit } = OBJECTIVES[name]
  return document([
    `# Sweep: which settings are better?`,
    headTable(result, head),
    '## What came out',
    list(result.notes.map(({ isWarning, text }) => (isWarning ? `**Warning:** ${text}` : text))),
    bestLines(result),
    '## Chosen on the past, graded on the next window',
    `The setting with the best ${title} of all windows before is chosen, and graded on the window after. Only the last two columns say what a choice was worth. Unit: ${unit}.`,
    walkTable(result),
    walkSum(result),
    '## All settings, best first',
    rowsIntro(result),
    rowsTable(result),
    ...pictures.map(({ file, title, caption }) => picture(file, title, caption)),
    '## How to read it',
    list(limits(result)),
  ])
}

function headTable(result: SweepTable, { codeVersion, command }: ReportHead): string {
  const { profile, axes, draws, seed, halving, windows, objective } = result
  const base = Object.entries(result.baseOverrides).map(([key, value]) => code(`${key}=${value}`))
  const first = windows[0]?.fromMinute ?? 0
  const last = windows.at(-1)?.toMinute ?? 0
  const rows = [
    ['recording', `${result.recording}, digest ${code(result.recordingDigest)}`],
    ['range', `seq ${result.fromSeq} to ${result.toSeq}`],
    ['scored', `${moment(first * 60)} to ${moment(last * 60)}, ${windows.length} windows`],
    ['base', [`profile ${profile}`, ...base].join(', ')],
    ['swept', axes.map(axisText).join(', ')],
    [
      'settings',
      `${whole(result.trialCount)}${draws === null ? ', all combinations' : `, draws with seed ${seed}`}${halving ? ', the worse half given up again and again' : ''}`,
    ],
    ['objective', `${code(objective)}: ${OBJECTIVES[objective].title}`],
    ['code', `moonreplay ${codeVersion}`],
    ['made with', code(command)],
  ]
  return table(['<', '<'], rows)
}

const axisText = (axis: SweepTable['axes'][number]): string =>
  code(
    'values' in axis
      ? `${axis.name}=${axis.values.length > 12 ? `${axis.values.slice(0, 12).join(',')},…` : axis.values.join(',')}`
      : `${axis.name}=${axis.from}..${axis.to}`,
  )

function bestLines({ best }: SweepTable): string | undefined {
  if (best === null) return undefined
  const changes = Object.entries(best.overrides).map(([name, value]) =>
    code(`--set ${name}=${value}`),
  )
  const what = changes.length === 0 ? 'the profile as it is' : changes.join(' ')
  return `Best over the whole range: trial ${best.trial}, ${what}. It stands in ${code('best-settings.json')}, for ${code('--settings')}.`
}

function walkTable(result: SweepTable): string {
  const print = printer(result)
  return table(
    [
      'window',
      '<from',
      '<to',
      'settings',
      'chosen trial',
      'on the past',
      'on the window',
      'base there',
    ],
    result.walkForward.steps.map((step) => {
      const window = result.windows[step.windowIndex]
      return [
        String(step.windowIndex + 1),
        moment((window?.fromMinute ?? 0) * 60),
        moment((window?.toMinute ?? 0) * 60),
        whole(step.candidateCount),
        step.chosenTrial === 0 ? 'base' : String(step.chosenTrial),
        print(step.pastScore),
        print(step.nextScore),
        print(step.baseNextScore),
      ]
    }),
  )
}

function walkSum(result: SweepTable): string {
  const print = printer(result)
  const { score, baseScore, overBase } = result.walkForward
  return `Over these windows together: ${print(score)} for the choices, ${print(baseScore)} for the base; better by ${difference(result, overBase)}.`
}

function rowsIntro({ predictedLimits, trialCount }: SweepTable): string {
  const printed = Math.min(ROWS_PRINTED, trialCount)
  return `${printed} of ${whole(trialCount)} rows; all are in ${code('sweep.json')}. “Over base” is positive where a setting is better, with its 95 % interval. “=” marks settings that cannot be told apart from the best. Predicted ÷ observed must lie within ${predictedLimits.low} and ${predictedLimits.high}.`
}

function rowsTable(result: SweepTable): string {
  const print = printer(result)
  const names = [...new Set(result.rows.flatMap(({ overrides }) => Object.keys(overrides)))]
  const windows = result.windows.map((_, index) => `w${index + 1}`)
  return table(
    [
      'rank',
      'trial',
      ...names.map((name) => `<${name}`),
      'score',
      '',
      'over base',
      'pred ÷ obs',
      ...windows,
    ],
    result.rows
      .slice(0, ROWS_PRINTED)
      .map((row) => [
        row.rank === null ? whyNot(row) : String(row.rank),
        row.trial === 0 ? 'base' : String(row.trial),
        ...names.map((name) => String(row.overrides[name] ?? NOTHING)),
        print(row.score),
        row.likeBest ? '=' : '',
        row.trial === 0 ? NOTHING : difference(result, row.overBase),
        row.predictedOverObserved === null ? NOTHING : fixed(row.predictedOverObserved, 2),
        ...row.windowScores.map(print),
      ]),
  )
}

function whyNot({ withinLimits, sameSample }: RankedRow): string {
  if (!sameSample) return 'other sample'
  return withinLimits ? 'given up' : 'outside'
}

const printer =
  ({ objective }: SweepTable) =>
  (value: number | null): string =>
    value === null ? NOTHING : fixed(value, OBJECTIVES[objective].decimals)

function difference({ objective }: SweepTable, value: Difference | null): string {
  if (value === null) return NOTHING
  const { decimals } = OBJECTIVES[objective]
  const { interval } = value
  const range =
    interval === null
      ? ''
      : ` [${signed(interval.low, decimals)}, ${signed(interval.high, decimals)}]`
  return `${signed(value.value, decimals)}${range}`
}

function limits({ objective, cellCount, seed }: SweepTable): readonly string[] {
  const lines = [
    'The best of many settings looks better than it is: the more are tried, the more of its lead is chance. Only the walk-forward grades a choice on minutes that it was not chosen by.',
    `Intervals draw the ${cellCount} cells of at most two hours again and again (seed ${seed}), for both settings the same. They know nothing of a market unlike the one that was recorded.`,
    'The venue’s stream shows at most about one order a second: cascades saturate. The inner path of a minute is unknown.',
    'Scores are of the next minutes and of where price went: they grade the map, and are no forecast of price.',
    'All settings are graded on the minutes that the base scores.',
  ]
  if (objective === 'skill') {
    lines.push('Matched minutes are taken from the whole range, also from after a window.')
  }
  if (objective === 'hitRate' || objective === 'miss') {
    lines.push(
      'A hit rate is no evidence by itself: two fixed levels a side hit nine of ten events. Look at `skill` and `hazard` before believing it.',
    )
  }
  return lines
}
