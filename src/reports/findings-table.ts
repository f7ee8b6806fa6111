/** Findings, the worst first, each with the number that triggered it. */
import type { AuditView, Finding, FindingName } from '../audits/audit-view.ts'
import { fixed, percent, signed } from '../audits/number-text.ts'
import { NOTHING, optional } from './figures.ts'
import { firstOf, table } from './markdown.ts'
import type { ReportKind } from './report.ts'

const SEVERITIES: Readonly<Record<Finding['severity'], string>> = {
  fail: '**fail**',
  warn: '*warn*',
  info: 'info',
  pass: 'pass',
}

const WORDS: Readonly<Record<FindingName, string>> = {
  sweepViolation: 'sweeps that price never crossed',
  conservation: 'zones lost or made up',
  disabledTiers: 'disabled tiers',
  wrongSide: 'zones on the wrong side only',
  skill: 'skill over matched minutes',
  hazardLead: 'gain over the adverse move',
  predictedOverObserved: 'predicted ÷ observed',
  openInterest: 'minutes with open interest',
  fallbackAggression: 'minutes without taker flow',
  noSweeps: 'sweeps',
  zoneGaps: 'events without a zone',
  tierOffset: 'tiers far off',
  rejectedEvents: 'rejected events',
  sampleSize: 'sample size',
  feedGaps: 'gaps in the feed',
  safetyTrip: 'safety trips',
  fixedLevels: 'beside two fixed levels',
}

export const findingsTable = (findings: readonly Finding[]): string =>
  table(
    ['<', '<finding', 'number', 'limit', '<what it says', '<entries (seq)'],
    findings.map(({ name, severity, value, limit, text, seqs = [] }) => [
      SEVERITIES[severity],
      WORDS[name],
      optional(value, (one) => inUnit(name, one)),
      optional(limit, (one) => inUnit(name, one)),
      text,
      seqs.length === 0 ? NOTHING : firstOf(seqs, 5, String),
    ]),
  )

const SHOWN: Readonly<Record<ReportKind, readonly FindingName[] | 'all'>> = {
  'hit-rate': [
    'skill',
    'hazardLead',
    'predictedOverObserved',
    'fixedLevels',
    'wrongSide',
    'zoneGaps',
    'rejectedEvents',
    'sampleSize',
    'feedGaps',
  ],
  'median-miss': ['tierOffset', 'disabledTiers', 'rejectedEvents', 'sampleSize', 'feedGaps'],
  'disabled-tiers': ['disabledTiers', 'rejectedEvents', 'tierOffset', 'safetyTrip'],
  full: 'all',
}

/** Those that a report of `kind` is about. */
export function findingsOf(kind: ReportKind, { findings }: AuditView): readonly Finding[] {
  const names = SHOWN[kind]
  return names === 'all' ? findings : findings.filter(({ name }) => names.includes(name))
}

const SHARES: readonly FindingName[] = [
  'wrongSide',
  'openInterest',
  'fallbackAggression',
  'zoneGaps',
  'rejectedEvents',
  'fixedLevels',
]

/** As the sentence beside it says it. */
function inUnit(name: FindingName, value: number): string {
  if (SHARES.includes(name)) return percent(value)
  return name === 'skill' ? `${signed(100 * value, 1)} points` : short(value)
}

/** Four digits that count. */
function short(value: number): string {
  if (Number.isInteger(value)) return fixed(value, 0)
  const size = Math.abs(value)
  return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 4)
}
