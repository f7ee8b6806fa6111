/** How far off: distances to the nearest zone, and the calibrator's own offsets by tier. */
import type { AuditView } from '../audits/audit-view.ts'
import { fixed, signed, whole } from '../audits/number-text.ts'
import type { Spread } from '../audits/view-figures.ts'
import type { TierRow } from '../audits/view-health.ts'
import { marks, NOTHING } from './figures.ts'
import { table } from './markdown.ts'
import { layerWord, sideWord } from './words.ts'

const PLACES = ['median', 'mad', 'p05', 'p25', 'p75', 'p95', 'mean'] as const
const HEADS = ['median', 'MAD', 'p05', 'p25', 'p75', 'p95', 'mean']

const spreadCells = (
  spread: Spread,
  print: (value: number) => string,
  places: readonly (typeof PLACES)[number][] = PLACES,
): readonly string[] =>
  places.map((place) => {
    const value = spread[place]
    // A spread has no direction.
    return value === undefined
      ? NOTHING
      : place === 'mad'
        ? print(value).replace('+', '')
        : print(value)
  })

const inPercent = (value: number): string => signed(100 * value, 3)
const plainPercent = (value: number): string => fixed(100 * value, 3)

/** Positive: price went further than the zone. */
export const deeperTable = ({ layers }: AuditView): string =>
  table(
    ['<layer', '<side', 'events', ...HEADS],
    layers.flatMap(({ layer, miss }) =>
      (['both', 'long', 'short'] as const).map((side) => {
        const spread = miss[side].deeperFraction
        return [
          layerWord(layer),
          sideWord(side),
          `${whole(spread.count)}${marks(spread)}`,
          ...spreadCells(spread, inPercent),
        ]
      }),
    ),
  )

/** Signed misses in USD cancel between the sides, so only sides are shown. */
export const signedTable = ({ layers }: AuditView): string =>
  table(
    [
      '<layer',
      '<side',
      'events',
      'median, USD',
      'MAD, USD',
      'p05, USD',
      'p95, USD',
      'median, %',
      'distance: median, %',
      'distance: p95, %',
    ],
    layers.flatMap(({ layer, miss }) =>
      (['long', 'short'] as const).map((side) => {
        const { signedUsd, signedFraction, absoluteFraction } = miss[side]
        const inUsd = (value: number) => signed(value, 1)
        return [
          layerWord(layer),
          sideWord(side),
          `${whole(signedUsd.count)}${marks(signedUsd)}`,
          ...spreadCells(signedUsd, inUsd, ['median', 'mad', 'p05', 'p95']),
          ...spreadCells(signedFraction, inPercent, ['median']),
          ...spreadCells(absoluteFraction, plainPercent, ['median', 'p95']),
        ]
      }),
    ),
  )

export function tierTable(rows: readonly TierRow[]): string | undefined {
  if (rows.length === 0) return undefined
  return table(
    [
      'tier',
      'events',
      'longs',
      'shorts',
      'median, USD',
      'MAD, USD',
      'p05, USD',
      'p95, USD',
      'median, % of price',
      'deeper: longs, %',
      'deeper: shorts, %',
      '<outlier',
    ],
    rows.map((row) => [
      `${row.tier}x`,
      `${whole(row.count)}${marks(row.missUsd)}`,
      whole(row.longCount),
      whole(row.shortCount),
      ...spreadCells(row.missUsd, (value) => signed(value, 1), ['median', 'mad', 'p05', 'p95']),
      ...spreadCells(row.missFraction, inPercent, ['median']),
      ...spreadCells(row.deeperFraction.long, inPercent, ['median']),
      ...spreadCells(row.deeperFraction.short, inPercent, ['median']),
      row.missUsd.insufficient ? 'too few' : row.isOutlier ? '**yes**' : 'no',
    ]),
  )
}

/** A trigger and the order that it sets off differ by the margin. */
export function marginNote({ profile, calibrator }: AuditView): string | undefined {
  const { maintenanceMargin } = calibrator
  const measured =
    maintenanceMargin?.value === undefined
      ? ''
      : ` Measured here: orders lie ${fixed(100 * maintenanceMargin.value, 3)} % from the mark in quiet minutes (${whole(maintenanceMargin.sampleCount)} orders${marks(maintenanceMargin)}); \`inference.mmr\` should be near that.`
  const triggers =
    profile === 'standard'
      ? ' Zones of the standard model have a height and stand at triggers; liquidations are held against the stretch in which the orders of a zone are expected, and inside of it the miss is 0.'
      : ''
  return `The price of a liquidation order is that of its trigger moved by the maintenance margin, about 0.4 %, whatever its leverage.${triggers}${measured}`
}
