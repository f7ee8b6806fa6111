/** `report full`: all sections, by the letters that readers of the reference's audit know. */

import { whole } from '../audits/number-text.ts'
import { tierVerdict } from './disabled-tiers-report.ts'
import { MARKS_EXPLAINED, NOTHING } from './figures.ts'
import { findingsTable } from './findings-table.ts'
import { falsePositiveNote, hitIntroduction } from './hit-rate-report.ts'
import { code, list } from './markdown.ts'
import { tierSection } from './median-miss-report.ts'
import { pictured } from './pictures.ts'
import type { Body, Determinism, ReportHead, ReportSymbol } from './report.ts'
import { compatSection } from './section-compat.ts'
import { eventTable, feedSection, inputTable, rejectedSection } from './section-health.ts'
import {
  contextTable,
  gapTable,
  gridSection,
  headlineTable,
  layerMeanings,
  sideTables,
} from './section-hits.ts'
import { deeperTable, marginNote, signedTable } from './section-misses.ts'
import { scoreSection } from './section-score.ts'
import { approachSection, calibrationSection, checkTable, offenderTable } from './section-tiers.ts'
import {
  balanceTable,
  conservationTable,
  fateTable,
  leadTable,
  reactionTable,
  sweepTable,
} from './section-zones.ts'
import { verdict } from './verdict.ts'

export function fullBody(symbol: ReportSymbol, head: ReportHead): Body {
  const { view } = symbol
  return [
    ...verdict(view),
    pictured('price', view),
    '### Findings',
    findingsTable(view.findings),
    '### Score',
    ...scoreSection(view),
    pictured('gains', view),
    pictured('observed', view),
    '### A. Data',
    eventTable(view),
    '### B. Definitions',
    `${hitIntroduction(view)} Rates are of admitted liquidations; medians are the middle value, or the mean of the two middle ones; percentile f is the value at place ⌊n f⌋. ${MARKS_EXPLAINED}`,
    layerMeanings(view),
    ...hits(symbol),
    ...zones(symbol),
    ...misses(symbol),
    ...health(symbol, head),
    ...tiers(symbol),
    '### R. Determinism',
    determinism(symbol.determinism),
    ...compatSection(view),
  ]
}

const hits = ({ view }: ReportSymbol): Body => [
  '### C. Hit rate',
  headlineTable(view),
  pictured('hits', view),
  ...gridSection(view),
]

const zones = ({ view }: ReportSymbol): Body => [
  '### D. Lead time',
  'From the birth of the nearest zone to the liquidation that it met.',
  leadTable(view),
  '### E. Reaction after a touch',
  `Price is followed for ${whole(Number(view.settings['reactionMinutes']))} full minutes after the minute of the touch; a move of ${whole(Number(view.settings['reactionBps']))} bps back counts as a turn, as much further as going on. Both can happen; touches too late to be followed are left out of both.`,
  reactionTable(view),
  '### F. Sides and contexts',
  'Hits of the headline cell by what the market did in the minute before; buyers’ share is of taker volume.',
  contextTable(view),
  'Averages over minutes:',
  balanceTable(view),
  '### G. Approach rule',
  ...approachSection(view),
  '### H. Liquidations without a zone',
  gapTable(view) ?? 'None.',
]

const misses = ({ view }: ReportSymbol): Body => [
  '### I. Calibration',
  ...calibrationSection(view),
  ...tierSection(view),
  '### J. Hit rate by side',
  ...sideTables(view),
  '### K. The tape without itself',
  'The row “tape” above is already that: a liquidation never meets a bucket of its own entry, and never a later one.',
  '### L. Miss distance',
  marginNote(view),
  pictured('misses', view),
  'How much deeper than the nearest zone, in % of price. Positive: price went further, on both sides.',
  deeperTable(view),
  'Price less zone, by side:',
  signedTable(view),
]

const health = ({ view }: ReportSymbol, head: ReportHead): Body => [
  '### M. Open interest and taker flow',
  inputTable(view, head),
  '### N. Gaps, holes and faults',
  ...feedSection(view, head.faultCount),
  '### O. Sweeps and fates of zones',
  sweepTable(view) ?? 'No zone was swept.',
  'Confirmed: with a liquidation of the side within tolerance in the same minute. Created less all ends must be 0, and so must be the sweeps and expiries that the engine counted without telling them one by one, or told without counting:',
  conservationTable(view),
  falsePositiveNote,
  fateTable(view),
  '### P. Rejected liquidations',
  ...rejectedSection(view),
]

const tiers = ({ view }: ReportSymbol): Body => [
  '### Q. Disabled tiers',
  ...tierVerdict(view),
  checkTable(view),
  offenderTable(view),
  pictured('weights', view),
]

const determinism = ({ minuteCount, lastDigest, rangeDigest }: Determinism): string =>
  list([
    `digest of all states at the ${whole(minuteCount)} minute closes of the range: ${code(rangeDigest)}`,
    `of the last of them: ${lastDigest === undefined ? NOTHING : code(lastDigest)}`,
    'the same journal, settings and version give the same digests and this same report, byte for byte; `moonreplay replay --check` compares with what live capture journaled',
  ])
