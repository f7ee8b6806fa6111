/** Hit tables: what was hit, what that cost, and what chance would have hit. */
import type { AuditView } from '../audits/audit-view.ts'
import { headlineCellOf } from '../audits/headline.ts'
import { fixed, percent, whole } from '../audits/number-text.ts'
import type { HitCell, LayerView } from '../audits/view-hits.ts'
import { figure, NOTHING, points, share } from './figures.ts'
import { list, table } from './markdown.ts'
import { causeWord, contextWord, LAYER_MEANINGS, layerWord, sideWord } from './words.ts'

type Side = 'both' | 'long' | 'short'

/** One row a layer, at the headline cell. */
export function headlineTable(view: AuditView, side: Side = 'both'): string {
  return table(
    [
      '<layer',
      'events',
      'hit %',
      'gap %',
      'hit where a zone was %',
      'notional hit %',
      'covered %',
      'matched %',
      '3, 5, 7 h later %',
      'mirrored %',
      'skill, points',
    ],
    view.layers.flatMap((layer) => {
      const cell = headlineCellOf(view, layer, side)
      return cell === undefined ? [] : [headlineRow(layer, cell, view)]
    }),
  )
}

function headlineRow(layer: LayerView, cell: HitCell, { headline }: AuditView): readonly string[] {
  const name = layerWord(layer.layer)
  return [
    layer.layer === headline.layer ? `**${name}**` : name,
    whole(cell.eventCount),
    figure(cell.hitRate, share),
    figure(cell.gapRate, share),
    figure(cell.conditionalHitRate, share),
    figure(cell.notionalHitRate, share),
    figure(cell.coverage, share),
    figure(cell.matchedHitRate, share),
    figure(cell.shiftedHitRate, share),
    figure(cell.mirroredHitRate, share),
    figure(cell.skill, points),
  ]
}

/** Tolerances down, minimum ages across. */
export function gridTable(layer: LayerView, side: Side = 'both'): string {
  const { cells } = layer.hits[side]
  const ages = [...new Set(cells.map(({ minAgeMinutes }) => minAgeMinutes))]
  const tolerances = [...new Set(cells.map(({ toleranceFraction }) => toleranceFraction))]
  return table(
    ['within', ...ages.map((age) => (age === 0 ? 'any age' : `≥ ${age} min old`)), 'covered %'],
    tolerances.map((tolerance) => {
      const row = cells.filter(({ toleranceFraction }) => toleranceFraction === tolerance)
      const [first] = row
      return [
        percent(tolerance, 2),
        ...row.map(({ hitRate }) => (hitRate.value === undefined ? NOTHING : share(hitRate.value))),
        first === undefined ? NOTHING : figure(first.coverage, share),
      ]
    }),
  )
}

export const layerMeanings = ({ layers }: AuditView): string =>
  list(layers.map(({ layer }) => `**${layerWord(layer)}**: ${LAYER_MEANINGS[layer]}`))

/** Hit rates by tolerance and age, layer by layer. */
export const gridSection = ({ layers }: AuditView): readonly string[] =>
  layers.flatMap((layer) => [`**${layerWord(layer.layer)}**, hit rate in %`, gridTable(layer)])

export function contextTable({ contexts }: AuditView): string {
  return table(
    ['<liquidations when', 'events', 'gap %', 'hit %', 'median distance, % of price', 'p95'],
    contexts.map((row) => [
      contextWord(row),
      whole(row.hitRate.sampleCount),
      figure(row.gapRate, share),
      figure(row.hitRate, share),
      row.absoluteFraction.median === undefined
        ? NOTHING
        : fixed(100 * row.absoluteFraction.median, 3),
      row.absoluteFraction.p95 === undefined ? NOTHING : fixed(100 * row.absoluteFraction.p95, 3),
    ]),
  )
}

export function gapTable({ layers }: AuditView): string | undefined {
  const rows = layers.flatMap(({ layer, gapCauses }) =>
    gapCauses.map(({ cause, count }) => [layerWord(layer), causeWord(cause), whole(count)]),
  )
  return rows.length === 0 ? undefined : table(['<layer', '<why there was no zone', 'events'], rows)
}

export const sideTables = (view: AuditView): readonly string[] =>
  (['long', 'short'] as const).flatMap((side) => [
    `**Liquidated ${sideWord(side)}**`,
    headlineTable(view, side),
  ])
