/** What became of zones: lead times, fates, reactions, sweeps, and whether all are accounted for. */
import type { AuditView } from '../audits/audit-view.ts'
import { fixed, percent, whole } from '../audits/number-text.ts'
import type { FateView, LayerView, ReactionView } from '../audits/view-hits.ts'
import { figure, median, NOTHING, optional, seconds, share } from './figures.ts'
import { table } from './markdown.ts'
import { layerWord, sideWord, strengthUnit } from './words.ts'

export function leadTable({ layers, headline }: AuditView): string {
  return table(
    ['<layer', 'hits', 'p50', 'p90', 'p95'],
    layers.flatMap(({ layer, lead }) => {
      const row = lead.both.find(
        ({ toleranceFraction }) => toleranceFraction === headline.toleranceFraction,
      )
      if (row === undefined || layer === 'fixedLevels') return []
      return [
        [
          layerWord(layer),
          `${whole(row.count)}${row.insufficient ? '†' : ''}`,
          optional(row.p50S, seconds),
          optional(row.p90S, seconds),
          optional(row.p95S, seconds),
        ],
      ]
    }),
  )
}

const modelLayers = ({ layers }: AuditView): readonly LayerView[] =>
  layers.filter(({ isModel }) => isModel)

/** False positives: what zones cost that nothing came of. */
export function fateTable(view: AuditView): string {
  return table(
    [
      '<layer',
      'born',
      'touched',
      'with liquidations',
      'without',
      'gone untouched',
      'waiting',
      'false positives %',
      'gone untouched %',
      'median to touch',
    ],
    modelLayers(view).flatMap(({ layer, fates }) =>
      fates === undefined ? [] : [[layerWord(layer), ...fateCells(fates.both)]],
    ),
  )
}

const fateCells = (fate: FateView): readonly string[] => [
  whole(fate.bornCount),
  whole(fate.touchedCount),
  whole(fate.confirmedCount),
  whole(fate.emptyCount),
  whole(fate.neverReachedCount),
  whole(fate.waitingCount),
  figure(fate.falsePositiveRate, share),
  figure(fate.neverReachedRate, share),
  median(fate.minutesToTouch, (minutes) => seconds(60 * minutes)),
]

export function reactionTable(view: AuditView): string {
  return table(
    [
      '<layer',
      '<which',
      'touched',
      'turned, % of touched',
      'went on, % of touched',
      'touched, % of all',
      'turned, % of all',
    ],
    modelLayers(view).flatMap(({ layer, reaction, reactionQuarters = [] }) => {
      if (reaction === undefined) return []
      const rows = [
        [layerWord(layer), 'all', ...reactionCells(reaction.both)],
        [layerWord(layer), 'longs', ...reactionCells(reaction.long)],
        [layerWord(layer), 'shorts', ...reactionCells(reaction.short)],
      ]
      const quarters = reactionQuarters.map((quarter) => [
        layerWord(layer),
        quarter.quarter === 1 ? 'strongest quarter' : `quarter ${quarter.quarter}`,
        ...reactionCells(quarter),
      ])
      return [...rows, ...quarters]
    }),
  )
}

const reactionCells = (reaction: ReactionView): readonly string[] => [
  whole(reaction.touchedCount),
  figure(reaction.reactedPerTouched, share),
  figure(reaction.continuedPerTouched, share),
  figure(reaction.touchedPerZone, share),
  figure(reaction.reactedPerZone, share),
]

export function sweepTable({ sweeps, profile }: AuditView): string | undefined {
  if (sweeps.length === 0) return undefined
  return table(
    [
      '<layer',
      'sweeps',
      'longs',
      'shorts',
      'never crossed',
      'confirmed %',
      'median age',
      'median strength',
      'sum of strength',
      '<unit of strength',
    ],
    sweeps.map((row) => [
      layerWord(row.layer),
      whole(row.count),
      whole(row.longCount),
      whole(row.shortCount),
      whole(row.violationCount),
      figure(row.confirmedRate, share),
      median(row.ageMinutes, (minutes) => seconds(60 * minutes)),
      median(row.strength, strength),
      strength(row.strengthSum),
      strengthUnit(row.layer, profile),
    ]),
  )
}

/** USD or expected liquidations: large ones need no decimals. */
const strength = (value: number): string => fixed(value, Math.abs(value) >= 100 ? 0 : 3)

export function conservationTable({ conservation }: AuditView): string | undefined {
  if (conservation.length === 0) return undefined
  return table(
    [
      '<layer',
      'created',
      'alive',
      'swept',
      'expired',
      'decayed',
      'merged',
      'reduced',
      'difference',
      'not told one by one',
    ],
    conservation.map((row) => [
      layerWord(row.layer),
      ...[row.created, row.alive, row.swept, row.expired, row.decayed, row.merged, row.reduced].map(
        whole,
      ),
      ...[row.difference, row.untold].map((value) => (value === 0 ? '0' : `**${whole(value)}**`)),
    ]),
  )
}

/** Time averages. */
export function balanceTable(view: AuditView): string {
  return table(
    ['<layer', '<side', 'zones alive', 'mean distance', 'sum of strength', '<unit of strength'],
    modelLayers(view).flatMap(({ layer, symmetry }) =>
      symmetry === undefined
        ? []
        : (['long', 'short'] as const).map((side) => [
            layerWord(layer),
            sideWord(side),
            fixed(symmetry[side].zoneCount, 1),
            symmetry[side].distanceFraction === undefined
              ? NOTHING
              : percent(symmetry[side].distanceFraction ?? 0, 2),
            strength(symmetry[side].strength),
            strengthUnit(layer, view.profile),
          ]),
    ),
  )
}
