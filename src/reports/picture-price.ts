/** Price with the strongest zones of the headline layer, and the liquidations that came. */
import type { AuditView, BarPoint, LiquidationPoint, ZonePoint } from '../audits/audit-view.ts'
import { whole } from '../audits/number-text.ts'
import {
  bottomAxis,
  type Frame,
  leftAxis,
  linearScale,
  type Scale,
  timeLabel,
  timeScale,
} from './axes.ts'
import { COLORS, element, legend, pixels, svg } from './svg.ts'
import { layerWord } from './words.ts'

const SIZE = { width: 880, height: 420 }
const FRAME: Frame = { left: 64, right: 868, top: 58, bottom: 370 }
/** Zones and orders beyond the range of price by more than this share of it are not shown. */
const BEYOND = 0.35

export function pricePicture({ symbol, headline, pictures }: AuditView): string | undefined {
  const { bars, zones, liquidations, minutesPerPoint } = pictures
  const [first, last] = [bars[0], bars.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const x = timeScale([first.minute, last.minute + minutesPerPoint], [FRAME.left, FRAME.right], 10)
  const y = priceScale(bars)
  return svg(SIZE, `${symbol}: price, zones and liquidations`, [
    ...legend(FRAME.left, 16, [
      { words: 'price', color: COLORS.text, shape: 'line' },
      { words: `long ${layerWord(headline.layer)}`, color: COLORS.long, shape: 'bar' },
      { words: `short ${layerWord(headline.layer)}`, color: COLORS.short, shape: 'bar' },
      { words: 'liquidation, hit', color: COLORS.strong, shape: 'dot' },
      { words: 'liquidation, missed', color: COLORS.strong, shape: 'ring' },
      ...(bars.some(({ overGap }) => overGap)
        ? [{ words: 'gap', color: COLORS.weak, shape: 'bar' } as const]
        : []),
    ]),
    ...leftAxis(FRAME, y, { label: whole, title: 'price, USD' }),
    ...bottomAxis(FRAME, x, { label: timeLabel, title: 'time, UTC' }),
    ...gapMarks(bars, x, minutesPerPoint),
    ...zoneMarks(zones, x, y, minutesPerPoint),
    ...barMarks(bars, x, y, minutesPerPoint),
    ...liquidations.flatMap((one) => liquidationMark(one, x, y)),
  ])
}

function priceScale(bars: readonly BarPoint[]): Scale {
  const low = Math.min(...bars.map(({ lowUsd }) => lowUsd))
  const high = Math.max(...bars.map(({ highUsd }) => highUsd))
  const beyond = Math.max((high - low) * BEYOND, high * 0.004)
  const ends = [low - beyond, high + beyond] as const
  return linearScale(ends, [FRAME.bottom, FRAME.top], { count: 7, rounded: false })
}

/** In steps of strength, so that a step is one path. */
const STRENGTH_STEPS = [0.25, 0.5, 0.75, 1]

function zoneMarks(
  zones: readonly ZonePoint[],
  x: Scale,
  y: Scale,
  minutesPerPoint: number,
): readonly string[] {
  const width = Math.max(1, x.at(x.from + minutesPerPoint) - x.at(x.from))
  return (['long', 'short'] as const).flatMap((side) =>
    STRENGTH_STEPS.flatMap((step, place) => {
      const weaker = STRENGTH_STEPS[place - 1] ?? 0
      const path = zones
        .filter((zone) => zone.side === side && zone.strength > weaker && zone.strength <= step)
        .filter(({ priceUsd }) => priceUsd >= y.from && priceUsd <= y.to)
        .map(
          (zone) => `M${pixels(x.at(zone.minute))} ${pixels(y.at(zone.priceUsd))}h${pixels(width)}`,
        )
      if (path.length === 0) return []
      return element('path', {
        d: path.join(''),
        stroke: COLORS[side],
        'stroke-width': 3,
        'stroke-opacity': (0.15 + 0.6 * step).toFixed(2),
        fill: 'none',
      })
    }),
  )
}

/** From low to high, joined from close to close. */
function barMarks(
  bars: readonly BarPoint[],
  x: Scale,
  y: Scale,
  minutesPerPoint: number,
): readonly string[] {
  const at = ({ minute }: BarPoint) => pixels(x.at(minute + minutesPerPoint / 2))
  const ranges = bars.map(
    (bar) => `M${at(bar)} ${pixels(y.at(bar.lowUsd))}V${pixels(y.at(bar.highUsd))}`,
  )
  const closes = bars.map((bar, place) => {
    const before = bars[place - 1]?.minute ?? Number.NEGATIVE_INFINITY
    // Over a hole nothing is known.
    const joins = bar.minute - before <= minutesPerPoint + HOLE_MINUTES
    return `${joins ? 'L' : 'M'}${at(bar)} ${pixels(y.at(bar.closeUsd))}`
  })
  const look = { stroke: COLORS.text, fill: 'none' }
  return [
    element('path', { d: closes.join(''), ...look, 'stroke-width': 1 }),
    element('path', { d: ranges.join(''), ...look, 'stroke-width': 1.2 }),
  ]
}

/** A longer pause between closed minutes is a hole. */
const HOLE_MINUTES = 2

/** Shades the places that a gap touches. */
function gapMarks(bars: readonly BarPoint[], x: Scale, minutesPerPoint: number): readonly string[] {
  const width = Math.max(2, x.at(x.from + minutesPerPoint) - x.at(x.from))
  return bars
    .filter(({ overGap }) => overGap)
    .map(({ minute }) =>
      element('rect', {
        x: Math.min(FRAME.right - width, x.at(minute)),
        y: FRAME.top,
        width,
        height: FRAME.bottom - FRAME.top,
        fill: COLORS.weak,
        'fill-opacity': '0.3',
      }),
    )
}

function liquidationMark(
  { timeS, priceUsd, notionalUsd, isHit }: LiquidationPoint,
  x: Scale,
  y: Scale,
): readonly string[] {
  if (priceUsd < y.from || priceUsd > y.to) return []
  const r = Math.max(1.5, Math.min(7, Math.sqrt(notionalUsd) / 100))
  const place = { cx: x.at(timeS / 60), cy: y.at(priceUsd), r }
  const look = isHit
    ? { fill: COLORS.strong, 'fill-opacity': '0.75' }
    : { fill: 'none', stroke: COLORS.strong, 'stroke-width': 1.2 }
  return [element('circle', { ...place, ...look })]
}
