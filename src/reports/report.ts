/**
 * A report: Markdown that a person reads, its JSON twin with unrounded values, and pictures. Made
 * from the views of audits and nothing else, so that the same input gives the same bytes.
 */
import type { AuditView } from '../audits/audit-view.ts'
import type { SettingValue } from '../base/setting.ts'
import { disabledTiersBody, tierVerdict } from './disabled-tiers-report.ts'
import { fullBody } from './full-report.ts'
import { headOf } from './head.ts'
import { hitRateBody } from './hit-rate-report.ts'
import { limits } from './limits.ts'
import { document } from './markdown.ts'
import { medianMissBody, missVerdict } from './median-miss-report.ts'
import { picturesOf } from './pictures.ts'
import { twinOf } from './twin.ts'
import { verdict } from './verdict.ts'

export const REPORT_KINDS = ['hit-rate', 'median-miss', 'disabled-tiers', 'full'] as const
export type ReportKind = (typeof REPORT_KINDS)[number]

/** Where a report comes from, and how to make it again. */
export interface ReportHead {
  readonly recording: string
  /** Of all of its entries. */
  readonly recordingDigest: string
  readonly entryCount: number
  /** Half-open. */
  readonly fromSeq: number
  readonly toSeq: number
  readonly profile: 'standard' | 'reference'
  /** Those that differ from the profile, by full name. */
  readonly changed: Readonly<Record<string, SettingValue>>
  /** All of them. */
  readonly settings: Readonly<Record<string, SettingValue>>
  readonly codeVersion: string
  /** Makes the report again, wherever the recording is. */
  readonly command: string
  /** Messages of the range that could not be read. */
  readonly faultCount: number
}

export interface ReportSymbol {
  readonly view: AuditView
  readonly determinism: Determinism
}

/** Digests of the states of the engines. */
export interface Determinism {
  readonly minuteCount: number
  /** Of the last minute close of the range. */
  readonly lastDigest?: string
  /** Of the digests of all minute closes of the range, in their order. */
  readonly rangeDigest: string
}

export interface ReportInput {
  readonly kind: ReportKind
  readonly head: ReportHead
  readonly symbols: readonly ReportSymbol[]
}

export interface ReportFile {
  /** Inside the folder of the report. */
  readonly name: string
  readonly text: string
}

const BODIES: Readonly<Record<ReportKind, (symbol: ReportSymbol, head: ReportHead) => Body>> = {
  'hit-rate': hitRateBody,
  'median-miss': medianMissBody,
  'disabled-tiers': disabledTiersBody,
  full: fullBody,
}

const FIRST_PIECES: Readonly<Record<ReportKind, (view: AuditView) => Body>> = {
  'hit-rate': verdict,
  'median-miss': missVerdict,
  'disabled-tiers': tierVerdict,
  full: verdict,
}

/** The answer of a report in plain text: the first sentence under its symbol. */
export const reportAnswer = (kind: ReportKind, view: AuditView): string =>
  (FIRST_PIECES[kind](view)[0] ?? '').replaceAll(/[*`]/g, '')

/** Pieces of Markdown under the heading of a symbol. */
export type Body = readonly (string | undefined)[]

/** The files of a report, the Markdown first. */
export function renderReport(input: ReportInput): readonly ReportFile[] {
  const { kind, head, symbols } = input
  const body = symbols.flatMap((symbol) => [
    `## ${symbol.view.symbol}`,
    ...BODIES[kind](symbol, head),
  ])
  const text = document([...headOf(input), ...body, ...limits()])
  return [
    { name: `${kind}.md`, text },
    { name: `${kind}.json`, text: `${JSON.stringify(twinOf(input), undefined, 2)}\n` },
    ...symbols.flatMap(({ view }) => picturesOf(kind, view)),
  ]
}
