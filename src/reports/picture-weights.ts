/** The weight of each tier over time. */
import type { AuditView } from '../audits/audit-view.ts'
import { fixed } from '../audits/number-text.ts'
import {
  bottomAxis,
  type Frame,
  leftAxis,
  linearScale,
  type Scale,
  tickDecimals,
  timeLabel,
  timeScale,
} from './axes.ts'
import { element, pixels, SERIES_COLORS, svg, text } from './svg.ts'

const SIZE = { width: 880, height: 320 }
const FRAME: Frame = { left: 64, right: 810, top: 34, bottom: 270 }
/** Two labels nearer than this would overlap. Unit: pixels. */
const LABEL_HEIGHT = 14

export function weightsPicture({ symbol, profile, pictures }: AuditView): string | undefined {
  const { tiers, weights, bars, minutesPerPoint } = pictures
  const [first, last] = [weights[0], bars.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const from = Math.min(first.minute, bars[0]?.minute ?? first.minute)
  const x = timeScale([from, last.minute + minutesPerPoint], [FRAME.left, FRAME.right], 9)
  const most = Math.max(...weights.flatMap((point) => point.weights), 1e-9)
  const y = linearScale([0, most], [FRAME.bottom, FRAME.top], { count: 5, rounded: true })
  const decimals = tickDecimals(y)
  const curves = tiers.map((tier, place) => ({
    tier,
    color: SERIES_COLORS[place % SERIES_COLORS.length] ?? '',
    path: stepsOf(
      weights.map((point) => [point.minute, point.weights[place] ?? 0]),
      x,
      y,
    ),
    endsAt: y.at(weights.at(-1)?.weights[place] ?? 0),
  }))
  const unit =
    profile === 'standard' ? 'liquidations per unit of mass' : 'share of what is projected'
  return svg(SIZE, `${symbol}: weight of each leverage tier`, [
    ...leftAxis(FRAME, y, {
      label: (value) => fixed(value, decimals),
      title: `weight of tier, ${unit}`,
    }),
    ...bottomAxis(FRAME, x, { label: timeLabel, title: 'time, UTC' }),
    ...curves.map(({ path, color }) =>
      element('path', { d: path, stroke: color, 'stroke-width': 1.6, fill: 'none' }),
    ),
    ...apart(curves.map(({ endsAt }) => endsAt)).map((at, place) =>
      text(FRAME.right + 8, at + 4, `${curves[place]?.tier}x`, {
        fill: curves[place]?.color ?? '',
      }),
    ),
  ])
}

/** A weight holds until the next one. */
function stepsOf(points: readonly (readonly [number, number])[], x: Scale, y: Scale): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  const start = `M${pixels(x.at(first[0]))} ${pixels(y.at(first[1]))}`
  const steps = rest.map(([minute, weight]) => `H${pixels(x.at(minute))}V${pixels(y.at(weight))}`)
  return `${start}${steps.join('')}H${pixels(x.at(x.to))}`
}

/** Moves labels apart, keeping their order from top to bottom. */
function apart(places: readonly number[]): readonly number[] {
  const order = [...places.keys()].sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0))
  const moved = [...places]
  let lowest = FRAME.bottom + LABEL_HEIGHT - LABEL_HEIGHT * order.length
  for (const [rank, place] of order.entries()) {
    const room = FRAME.bottom - LABEL_HEIGHT * (order.length - 1 - rank)
    const at = Math.min(room, Math.max(moved[place] ?? 0, rank === 0 ? FRAME.top : lowest))
    moved[place] = at
    lowest = at + LABEL_HEIGHT
  }
  return moved
}
