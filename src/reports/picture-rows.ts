/** Rows of dots with intervals: hit rates beside their baselines, and hazard gains beside rivals'. */
import type { AuditView } from '../audits/audit-view.ts'
import { headlineCellOf } from '../audits/headline.ts'
import { fixed, whole } from '../audits/number-text.ts'
import type { AuditInterval } from '../audits/view-figures.ts'
import { bottomAxis, type Frame, linearScale, type Scale, tickDecimals } from './axes.ts'
import { COLORS, element, legend, line, svg, text } from './svg.ts'
import { hazardWord, layerWord } from './words.ts'

const WIDTH = 880
const ROW_HEIGHT = 30
const LEFT = 170
const RIGHT = 860
const TOP = 44

const frameOf = (rowCount: number): Frame => ({
  left: LEFT,
  right: RIGHT,
  top: TOP,
  bottom: TOP + rowCount * ROW_HEIGHT,
})

const sizeOf = (rowCount: number) => ({ width: WIDTH, height: TOP + rowCount * ROW_HEIGHT + 46 })

const rowAt = (place: number): number => TOP + (place + 0.5) * ROW_HEIGHT

const nameAt = (place: number, words: string): string =>
  text(LEFT - 10, rowAt(place) + 4, words, { 'text-anchor': 'end' })

export function hitsPicture(view: AuditView): string | undefined {
  const rows = view.layers.flatMap((layer) => {
    const cell = headlineCellOf(view, layer)
    return cell?.hitRate.value === undefined ? [] : [{ layer: layer.layer, cell }]
  })
  if (rows.length === 0) return undefined
  const frame = frameOf(rows.length)
  const x = linearScale([0, 100], [LEFT, RIGHT], { count: 10, rounded: true })
  const { toleranceFraction, minAgeMinutes } = view.headline
  const title = `share of liquidations, % (within ${fixed(100 * toleranceFraction, 2)} % of a zone at least ${minAgeMinutes} min old)`
  return svg(sizeOf(rows.length), `${view.symbol}: hit rate against baselines`, [
    ...legend(LEFT, 16, [
      { words: 'hit', color: COLORS.short, shape: 'dot' },
      { words: 'in matched minutes', color: COLORS.long, shape: 'ring' },
      { words: '3, 5, 7 h later', color: COLORS.weak, shape: 'ring' },
      { words: 'band within tolerance (coverage)', color: COLORS.text, shape: 'bar' },
    ]),
    ...bottomAxis(frame, x, { label: whole, title }, true),
    ...rows.flatMap(({ layer, cell }, place) => [
      nameAt(place, layerWord(layer)),
      coverageBar(x, place, cell.coverage.value ?? 0),
      ...ring(x, place, cell.shiftedHitRate.value, COLORS.weak),
      ...ring(x, place, cell.matchedHitRate.value, COLORS.long),
      ...dot(x, place, cell.hitRate.value, cell.hitRate.interval, 100),
    ]),
  ])
}

const coverageBar = (x: Scale, place: number, coverage: number): string =>
  element('rect', {
    x: LEFT,
    y: rowAt(place) - 7,
    width: x.at(100 * coverage) - LEFT,
    height: 14,
    fill: COLORS.text,
    'fill-opacity': '0.25',
  })

const ring = (x: Scale, place: number, value: number | undefined, color: string) =>
  value === undefined
    ? []
    : [
        element('circle', {
          cx: x.at(100 * value),
          cy: rowAt(place),
          r: 5.5,
          fill: 'none',
          stroke: color,
          'stroke-width': 1.8,
        }),
      ]

function dot(
  x: Scale,
  place: number,
  value: number | undefined,
  interval: AuditInterval | undefined,
  unit: number,
  color: string = COLORS.short,
): readonly string[] {
  if (value === undefined) return []
  const y = rowAt(place)
  const whiskers =
    interval === undefined
      ? []
      : [
          line(x.at(unit * interval.low), y, x.at(unit * interval.high), y, {
            stroke: color,
            'stroke-width': 2,
          }),
        ]
  return [...whiskers, element('circle', { cx: x.at(unit * value), cy: y, r: 4, fill: color })]
}

export function gainsPicture({ symbol, hazard }: AuditView): string | undefined {
  const rows = hazard.rows.filter(
    ({ gain, name }) => gain.value !== undefined && name !== 'constant',
  )
  if (rows.length === 0) return undefined
  const ends = rows.flatMap(({ gain }) => [
    gain.value ?? 0,
    gain.interval?.low ?? 0,
    gain.interval?.high ?? 0,
  ])
  const frame = frameOf(rows.length)
  const x = linearScale([Math.min(0, ...ends), Math.max(0.1, ...ends)], [LEFT, RIGHT], {
    count: 8,
    rounded: true,
  })
  const decimals = tickDecimals(x)
  const label = (value: number) => fixed(value, decimals)
  const colorOf = ({ isHeadline, isRival }: (typeof rows)[number]) =>
    isHeadline ? COLORS.strong : isRival ? COLORS.long : COLORS.short
  return svg(sizeOf(rows.length), `${symbol}: hazard gain of maps and rivals`, [
    ...legend(LEFT, 16, [
      { words: 'the map judged', color: COLORS.strong, shape: 'dot' },
      { words: 'other layers', color: COLORS.short, shape: 'dot' },
      { words: 'rivals', color: COLORS.long, shape: 'dot' },
    ]),
    ...bottomAxis(
      frame,
      x,
      { label, title: 'gain over a constant, nats an event, with 95 %' },
      true,
    ),
    line(x.at(0), frame.top, x.at(0), frame.bottom),
    ...rows.flatMap((row, place) => [
      nameAt(place, hazardWord(row.name)),
      ...dot(x, place, row.gain.value, row.gain.interval, 1, colorOf(row)),
    ]),
  ])
}
