/** `report median-miss`. */
import type { AuditView } from '../audits/audit-view.ts'
import { headlineLayerOf } from '../audits/headline.ts'
import { percent, signed, whole } from '../audits/number-text.ts'
import { MARKS_EXPLAINED, marks } from './figures.ts'
import { findingsOf, findingsTable } from './findings-table.ts'
import { pictured } from './pictures.ts'
import type { Body, ReportSymbol } from './report.ts'
import { deeperTable, marginNote, signedTable, tierTable } from './section-misses.ts'
import { layerWord } from './words.ts'

export function medianMissBody({ view }: ReportSymbol): Body {
  return [
    ...missVerdict(view),
    pictured('misses', view),
    '### Findings',
    findingsTable(findingsOf('median-miss', view)),
    '### How much deeper than the nearest zone',
    'In % of price. Positive: price went further than the zone, on both sides. The nearest zone is the nearest of all alive, so that many zones make small misses.',
    deeperTable(view),
    MARKS_EXPLAINED,
    '### Price less zone, by side',
    signedTable(view),
    ...tierSection(view),
    pictured('price', view),
  ]
}

export function missVerdict(view: AuditView): readonly (string | undefined)[] {
  const miss = headlineLayerOf(view)?.miss.both
  const spread = miss?.deeperFraction
  if (miss === undefined || spread?.median === undefined) {
    return ['**No verdict:** no liquidation met a zone.']
  }
  const distance = miss.absoluteFraction
  const fixedRow = view.layers.find(({ layer }) => layer === 'fixedLevels')
  const fixedMedian = fixedRow?.miss.both.absoluteFraction.median
  const beside =
    fixedMedian === undefined
      ? ''
      : ` Two fixed levels, which predict nothing, were ${percent(fixedMedian, 3)} away.`
  return [
    `**${middleOf(spread.median)}.**${marks(spread)} Layer: ${layerWord(view.headline.layer)}; ${whole(spread.count)} liquidations, half of them within ${percent(spread.mad ?? 0, 3)} of that, 90 of 100 between ${signed(100 * (spread.p05 ?? 0), 2)} and ${signed(100 * (spread.p95 ?? 0), 2)} %. Whichever way, the nearest zone was ${percent(distance.median ?? 0, 3)} away in the median, and no further than ${percent(distance.p95 ?? 0, 2)} in 95 of 100.${beside}`,
    'A small miss is no evidence: it falls by itself with the number and the height of zones. Whether a map is better than its rivals stands in `report hit-rate`.',
    marginNote(view),
  ]
}

/** Below it a median is printed as 0. Share of price. */
const AS_ZERO = 5e-6

function middleOf(medianFraction: number): string {
  if (Math.abs(medianFraction) < AS_ZERO) {
    return 'The median liquidation came right at its nearest zone, neither beyond nor short of it'
  }
  const way = medianFraction > 0 ? 'beyond' : 'short of'
  return `The median liquidation came ${percent(Math.abs(medianFraction), 3)} of price ${way} its nearest zone`
}

/** Nothing for a model that attributes no liquidation to a tier. */
export function tierSection({ calibrator }: AuditView): readonly (string | undefined)[] {
  const { tierRows, excludedTierRows, disabledTierRows } = calibrator
  const excluded = tierTable(excludedTierRows)
  const disabled = tierTable(disabledTierRows)
  if (tierRows.length === 0 && excluded === undefined && disabled === undefined) return []
  return [
    '### Offsets per tier',
    'What the calibrator of the reference called its miss: the price of the order less the level of the tier that explains it best. Only liquidations that taught it.',
    tierTable(tierRows) ?? 'None.',
    ...(excluded === undefined ? [] : ['Admitted, but kept out of learning:', excluded]),
    ...(disabled === undefined ? [] : ['On disabled tiers, in no other table:', disabled]),
  ]
}
