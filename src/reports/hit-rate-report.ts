/** `report hit-rate`. */
import { percent } from '../audits/number-text.ts'
import { MARKS_EXPLAINED } from './figures.ts'
import { findingsOf, findingsTable } from './findings-table.ts'
import { pictured } from './pictures.ts'
import type { Body, ReportSymbol } from './report.ts'
import { gapTable, gridSection, headlineTable, layerMeanings, sideTables } from './section-hits.ts'
import { scoreSection } from './section-score.ts'
import { fateTable, leadTable } from './section-zones.ts'
import { verdict } from './verdict.ts'

export function hitRateBody({ view }: ReportSymbol): Body {
  const gaps = gapTable(view)
  return [
    ...verdict(view),
    pictured('price', view),
    '### Findings',
    findingsTable(findingsOf('hit-rate', view)),
    '### Score',
    ...scoreSection(view),
    pictured('gains', view),
    pictured('observed', view),
    '### Hits',
    hitIntroduction(view),
    headlineTable(view),
    MARKS_EXPLAINED,
    pictured('hits', view),
    layerMeanings(view),
    '### By tolerance and age',
    ...gridSection(view),
    '### By side',
    ...sideTables(view),
    ...(gaps === undefined ? [] : ['### Without a zone', gaps]),
    '### What zones cost',
    falsePositiveNote,
    fateTable(view),
    '### Lead time',
    'From the birth of the nearest zone to the liquidation that it met.',
    leadTable(view),
  ]
}

export const falsePositiveNote =
  'A zone that price touched without a liquidation within tolerance in that minute is a false positive. A touch counts in minutes that began after the zone was born. Gone untouched: expired, faded or merged into another before price came.'

export function hitIntroduction({ headline }: ReportSymbol['view']): string {
  return `A liquidation meets only zones that were alive before its own entry. Hit: within ${percent(headline.toleranceFraction, 2)} of a zone at least ${headline.minAgeMinutes} min old, or of the stretch in which its orders are expected. Gap: there was none on its side. Matched: the same events in the eight most similar minutes at least two hours away; skill is what is over that. Later and mirrored baselines flatter, and are no skill.`
}
