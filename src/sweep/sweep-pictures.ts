/** Pictures of a sweep: the order of its settings, its windows, and each setting by itself. */

import { fixed } from '../audits/number-text.ts'
import { log } from '../base/elementary.ts'
import {
  bottomAxis,
  type Frame,
  leftAxis,
  linearScale,
  type Scale,
  tickDecimals,
} from '../reports/axes.ts'
import { COLORS, element, legend, line, SERIES_COLORS, svg } from '../reports/svg.ts'
import { OBJECTIVES } from './objective.ts'
import type { RankedRow } from './ranking.ts'
import type { SweepTable } from './table.ts'

export interface SweepPicture {
  readonly file: string
  readonly title: string
  readonly caption: string
  readonly svg: string
}

const SIZE = { width: 760, height: 300 } as const
const FRAME: Frame = { left: 66, right: 744, top: 48, bottom: 246 }
/** A picture for each of so many settings, no more. */
const AXES_MAX = 8

export function sweepPictures(result: SweepTable): readonly SweepPicture[] {
  return [windowsPicture(result), orderPicture(result), ...axisPictures(result)].filter(
    (one) => one !== undefined,
  )
}

const titleOf = ({ objective }: SweepTable): string => {
  const { title, unit } = OBJECTIVES[objective]
  return `${title}, ${unit}`
}

function scaleOf(values: readonly number[]): Scale {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const margin = high > low ? 0 : Math.abs(high) * 0.05 || 1
  return linearScale([low - margin, high + margin], [FRAME.bottom, FRAME.top], {
    count: 5,
    rounded: true,
  })
}

const labelOf = (scale: Scale) => (value: number) => fixed(value, tickDecimals(scale))

/** Base, choices of the past, and the best of the whole range, window by window. */
function windowsPicture(result: SweepTable): SweepPicture | undefined {
  const { rows, walkForward, windows, best } = result
  if (windows.length < 2) return undefined
  const base = rows.find(({ trial }) => trial === 0)
  const winner = rows.find(({ trial }) => trial === best?.trial)
  const chosen = [null, ...walkForward.steps.map(({ nextScore }) => nextScore)]
  const series = [
    { words: 'base', color: SERIES_COLORS[2], scores: base?.windowScores ?? [] },
    {
      words: 'best of the whole range',
      color: SERIES_COLORS[1],
      scores: winner?.windowScores ?? [],
    },
    { words: 'chosen on the past', color: SERIES_COLORS[0], scores: chosen },
  ]
  const values = series.flatMap(({ scores }) => scores.flatMap((score) => score ?? []))
  if (values.length === 0) return undefined
  const scale = scaleOf(values)
  const across = linearScale([0.5, windows.length + 0.5], [FRAME.left, FRAME.right], {
    count: windows.length,
    rounded: false,
  })
  const parts = [
    ...leftAxis(FRAME, scale, { label: labelOf(scale), title: titleOf(result) }),
    ...bottomAxis(
      FRAME,
      { ...across, ticks: windows.map((_, index) => index + 1) },
      { label: String, title: 'window' },
    ),
    ...series.flatMap(({ color, scores }) => curve(color, scores, across, scale)),
    ...legend(
      FRAME.left,
      18,
      series.map(({ words, color }) => ({ words, color, shape: 'line' })),
    ),
  ]
  const title = 'Scores by window'
  return {
    file: 'windows.svg',
    title,
    caption:
      'Scores window by window: what was chosen on the past, beside the base and the setting that hindsight prefers.',
    svg: svg(SIZE, title, parts),
  }
}

function curve(
  color: string,
  scores: readonly (number | null)[],
  across: Scale,
  scale: Scale,
): readonly string[] {
  const points = scores.flatMap((score, index) =>
    score === null ? [] : [[across.at(index + 1), scale.at(score)] as const],
  )
  const path = points.map(
    ([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`,
  )
  return [
    element('path', { d: path.join(' '), fill: 'none', stroke: color, 'stroke-width': 2 }),
    ...points.map(([cx, cy]) => element('circle', { cx, cy, r: 3.5, fill: color })),
  ]
}

/** Rows of which the difference to the base is drawn. */
const ORDER_MAX = 60

function orderPicture(result: SweepTable): SweepPicture | undefined {
  const rows = result.rows
    .filter(({ rank, overBase }) => rank !== null && overBase !== null)
    .slice(0, ORDER_MAX)
  if (rows.length < 2) return undefined
  const ends = rows.flatMap(({ overBase }) =>
    overBase === null
      ? []
      : [overBase.interval?.low ?? overBase.value, overBase.interval?.high ?? overBase.value],
  )
  const scale = scaleOf([...ends, 0])
  const across = linearScale([0, rows.length + 1], [FRAME.left, FRAME.right], {
    count: 10,
    rounded: false,
  })
  const zero = scale.at(0)
  const parts = [
    ...leftAxis(FRAME, scale, { label: labelOf(scale), title: `over base: ${titleOf(result)}` }),
    ...bottomAxis(FRAME, across, { label: String, title: 'rank' }),
    line(FRAME.left, zero, FRAME.right, zero, { 'stroke-width': 1.5 }),
    ...rows.flatMap((row, index) => bar(row, across.at(index + 1), scale)),
    ...legend(FRAME.left, 18, [
      { words: 'cannot be told apart from the best', color: COLORS.strong, shape: 'dot' },
      { words: 'worse than the best', color: COLORS.weak, shape: 'dot' },
    ]),
  ]
  const title = 'Best settings over the base'
  return {
    file: 'order.svg',
    title,
    caption: `How much better than the base the ${rows.length} best settings are, with 95 % intervals.`,
    svg: svg(SIZE, title, parts),
  }
}

function bar({ overBase, likeBest }: RankedRow, x: number, scale: Scale): readonly string[] {
  if (overBase === null) return []
  const color = likeBest ? COLORS.strong : COLORS.weak
  const { value, interval } = overBase
  const dot = element('circle', { cx: x, cy: scale.at(value), r: 3, fill: color })
  if (interval === null) return [dot]
  const range = line(x, scale.at(interval.low), x, scale.at(interval.high), {
    stroke: color,
    'stroke-opacity': '0.6',
  })
  return [range, dot]
}

/** Scores against the values of one setting, for those that were swept over numbers. */
function axisPictures(result: SweepTable): readonly SweepPicture[] {
  const rows = result.rows.filter(({ rank, score }) => rank !== null && score !== null)
  return result.axes.slice(0, AXES_MAX).flatMap(({ name }): SweepPicture[] => {
    const points = rows.flatMap(({ overrides, score, trial }) => {
      const value = overrides[name]
      return typeof value === 'number' && score !== null ? [{ value, score, trial }] : []
    })
    if (new Set(points.map(({ value }) => value)).size < 2) return []
    return [axisPicture(result, name, points)]
  })
}

interface AxisPoint {
  readonly value: number
  readonly score: number
  readonly trial: number
}

function axisPicture(result: SweepTable, name: string, points: readonly AxisPoint[]): SweepPicture {
  const scale = scaleOf(points.map(({ score }) => score))
  const values = points.map(({ value }) => value)
  const across = valueScale(Math.min(...values), Math.max(...values))
  const parts = [
    ...leftAxis(FRAME, scale, { label: labelOf(scale), title: titleOf(result) }),
    ...bottomAxis(FRAME, across, { label: String, title: name }),
    ...points.map(({ value, score, trial }) =>
      element('circle', {
        cx: across.at(value),
        cy: scale.at(score),
        r: trial === result.best?.trial ? 5 : 2.5,
        fill: trial === result.best?.trial ? COLORS.long : COLORS.short,
        'fill-opacity': '0.7',
      }),
    ),
    ...legend(FRAME.left, 18, [
      { words: 'a setting', color: COLORS.short, shape: 'dot' },
      { words: 'the best', color: COLORS.long, shape: 'dot' },
    ]),
  ]
  const title = `Scores against ${name}`
  return {
    title,
    file: `axis-${name.replaceAll(/[^A-Za-z0-9]+/g, '-')}.svg`,
    caption: `Scores against ${name}; all other settings vary.`,
    svg: svg(SIZE, title, parts),
  }
}

/** Ends further apart than this are drawn by logarithm, as they are drawn from. */
const LOG_RATIO = 5

function valueScale(from: number, to: number): Scale {
  const ends = [FRAME.left + 8, FRAME.right - 8] as const
  if (from <= 0 || to / from < LOG_RATIO) {
    const scale = linearScale([from, to], ends, { count: 8, rounded: false })
    const decimals = tickDecimals(scale)
    return { ...scale, ticks: scale.ticks.map((tick) => Number(tick.toFixed(decimals))) }
  }
  const logs = linearScale([log(from), log(to)], ends, { count: 8, rounded: false })
  const ticks: number[] = []
  for (let power = -12; power <= 12; power += 1) {
    // As text, so that a mark is the number that it says.
    for (const digit of [1, 2, 5]) ticks.push(Number(`${digit}e${power}`))
  }
  return {
    from,
    to,
    at: (value) => logs.at(log(value)),
    ticks: ticks.filter((tick) => tick >= from && tick <= to),
  }
}
