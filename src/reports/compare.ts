/** `report --compare A B`: two settings, profiles or ranges, side by side. */
import type { AuditView } from '../audits/audit-view.ts'
import { headlineCellOf, headlineLayerOf } from '../audits/headline.ts'
import { between, fixed, signed, whole } from '../audits/number-text.ts'
import type { CompareName, Difference } from './compare-figures.ts'
import { NOTHING, optional } from './figures.ts'
import { limits } from './limits.ts'
import { code, document, table } from './markdown.ts'
import type { ReportFile, ReportHead } from './report.ts'
import { headlineTable } from './section-hits.ts'
import { scoreTable } from './section-score.ts'
import { hazardWord, layerWord } from './words.ts'

export interface CompareSide {
  readonly head: ReportHead
  /** As a user would type it. */
  readonly flags: string
}

export interface ComparedSymbol {
  readonly symbol: string
  readonly a: AuditView
  readonly b: AuditView
  readonly differences: readonly Difference[]
}

export interface CompareInput {
  readonly command: string
  readonly codeVersion: string
  readonly a: CompareSide
  readonly b: CompareSide
  /** Both are of the same recording, and the same minutes were drawn for both. */
  readonly paired: boolean
  readonly symbols: readonly ComparedSymbol[]
}

const WORDS: Readonly<Record<CompareName, string>> = {
  gain: 'hazard gain, nats an event',
  notionalGain: 'hazard gain by notional',
  predictedOverObserved: 'predicted ÷ observed',
  hitRate: 'hit rate, %',
  skill: 'skill over matched minutes, points',
}

const IN_PERCENT: readonly CompareName[] = ['hitRate', 'skill']

export function renderCompare(input: CompareInput): readonly ReportFile[] {
  const { a, b, command, codeVersion, paired, symbols } = input
  const text = document([
    '# Two settings side by side',
    table(
      ['<', '<A', '<B'],
      [
        ['flags', code(a.flags), code(b.flags)],
        ['recording digest', code(a.head.recordingDigest), code(b.head.recordingDigest)],
        ['range', rangeOf(a), rangeOf(b)],
        ['settings', changedOf(a), changedOf(b)],
      ],
    ),
    table(
      ['<', '<'],
      [
        ['code', `moonreplay ${codeVersion}`],
        ['made with', code(command)],
      ],
    ),
    ...symbols.flatMap((one) => symbolBody(one, paired)),
    ...limits(),
  ])
  const twin = {
    format: 1,
    kind: 'compare',
    command,
    codeVersion,
    paired,
    a,
    b,
    symbols: Object.fromEntries(
      symbols.map(({ symbol, a: viewA, b: viewB, differences }) => [
        symbol,
        { differences, a: partOf(viewA), b: partOf(viewB) },
      ]),
    ),
  }
  return [
    { name: 'compare.md', text },
    { name: 'compare.json', text: `${JSON.stringify(twin, undefined, 2)}\n` },
  ]
}

const rangeOf = ({ head }: CompareSide): string => `seq ${head.fromSeq} to ${head.toSeq}`

function changedOf({ head }: CompareSide): string {
  const changed = Object.entries(head.changed).map(([name, value]) => code(`${name}=${value}`))
  return `${head.profile}${changed.length === 0 ? '' : `, ${changed.join(', ')}`}`
}

const partOf = ({
  profile,
  settings,
  range,
  headline,
  liquidations,
  hazard,
  layers,
  findings,
}: AuditView) => ({
  profile,
  settings,
  range,
  headline,
  liquidations,
  hazard,
  layers,
  findings,
})

function symbolBody(
  { symbol, a, b, differences }: ComparedSymbol,
  paired: boolean,
): readonly (string | undefined)[] {
  return [
    `## ${symbol}`,
    `**${compareVerdict(differences)}**`,
    `A is judged by its ${judgedBy(a)}, B by its ${judgedBy(b)}. ${paired ? 'Both saw the same market: differences are drawn in the same two-hour blocks.' : 'They saw different markets: each is drawn by itself, and a difference may be one of the markets.'}`,
    table(['<figure', 'A', 'B', 'B − A', '95 %', '<told apart'], differences.map(differenceRow)),
    table(
      ['<', 'A', 'B'],
      [
        ['liquidations', whole(a.liquidations.admittedCount), whole(b.liquidations.admittedCount)],
        ['scored minutes', whole(a.hazard.scoredMinuteCount), whole(b.hazard.scoredMinuteCount)],
        ['covered, %', coverage(a), coverage(b)],
        ['median miss, deeper, %', medianMiss(a), medianMiss(b)],
      ],
    ),
    '### A',
    scoreTable(a),
    headlineTable(a),
    '### B',
    scoreTable(b),
    headlineTable(b),
  ]
}

const judgedBy = (view: AuditView): string => {
  const row = view.hazard.rows.find(({ isHeadline }) => isHeadline)
  const score = row === undefined ? 'nothing to score' : hazardWord(row.name)
  return `${score} (hits: ${layerWord(view.headline.layer)})`
}

/** By the score that separates maps. */
export function compareVerdict(differences: readonly Difference[]): string {
  const gain = differences.find(({ name }) => name === 'gain')
  if (gain?.value === undefined || gain.interval === undefined) {
    return 'Too little data to tell A and B apart.'
  }
  const { value, interval } = gain
  const nats = (one: number) => signed(one, 2)
  const range = between(interval, nats)
  if (interval.low > 0) return `B is better than A, by ${nats(value)} nats an event${range}.`
  if (interval.high < 0) {
    const lead = between({ low: -interval.high, high: -interval.low }, nats)
    return `A is better than B, by ${nats(-value)} nats an event${lead}.`
  }
  return `A and B cannot be told apart: ${nats(value)} nats an event${range}.`
}

function differenceRow({ name, a, b, value, interval }: Difference): readonly string[] {
  const unit = IN_PERCENT.includes(name) ? 100 : 1
  const digits = unit === 100 ? 1 : 3
  const plain = (one: number) => fixed(unit * one, digits)
  const change = (one: number) => signed(unit * one, digits)
  const apart = interval !== undefined && (interval.low > 0 || interval.high < 0)
  return [
    WORDS[name],
    optional(a, plain),
    optional(b, plain),
    optional(value, change),
    interval === undefined ? NOTHING : `${change(interval.low)} to ${change(interval.high)}`,
    interval === undefined ? 'too little data' : apart ? '**yes**' : 'no',
  ]
}

function coverage(view: AuditView): string {
  const layer = headlineLayerOf(view)
  const cell = layer === undefined ? undefined : headlineCellOf(view, layer)
  return optional(cell?.coverage.value, (value) => fixed(100 * value, 1))
}

const medianMiss = (view: AuditView): string =>
  optional(headlineLayerOf(view)?.miss.both.deeperFraction.median, (value) =>
    signed(100 * value, 3),
  )
