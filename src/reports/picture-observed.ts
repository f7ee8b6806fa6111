/** Liquidations that came, beside those that were expected before they were known. */
import type { AuditView } from '../audits/audit-view.ts'
import { whole } from '../audits/number-text.ts'
import { bottomAxis, type Frame, leftAxis, linearScale, timeLabel, timeScale } from './axes.ts'
import { COLORS, element, legend, pixels, svg } from './svg.ts'
import { hazardWord } from './words.ts'

const SIZE = { width: 880, height: 330 }
const FRAME: Frame = { left: 64, right: 868, top: 62, bottom: 280 }
/** More bars than this are thinner than their gaps. */
const BARS_MAX = 110

interface Bin {
  readonly minute: number
  expected: number
  observed: number
}

export function observedPicture({ symbol, hazard, pictures }: AuditView): string | undefined {
  const { observed } = pictures
  const [first, last] = [observed[0], observed.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const places = (last.minute - first.minute) / pictures.minutesPerPoint + 1
  const binMinutes = pictures.minutesPerPoint * Math.max(1, Math.ceil(places / BARS_MAX))
  const bins = binned(observed, binMinutes)
  const to = last.minute + binMinutes
  const x = timeScale([first.minute, to], [FRAME.left, FRAME.right], 10)
  const most = Math.max(...bins.flatMap((bin) => [bin.expected, bin.observed]), 1)
  const y = linearScale([0, most], [FRAME.bottom, FRAME.top], { count: 5, rounded: true })
  const width = x.at(first.minute + binMinutes) - x.at(first.minute)
  const curve = bins.map((bin, place) => {
    const from = pixels(x.at(bin.minute))
    const height = pixels(y.at(bin.expected))
    const isNext = bins[place - 1]?.minute === bin.minute - binMinutes
    return `${isNext ? `V${height}` : `M${from} ${height}`}h${pixels(width)}`
  })
  const headline = hazard.rows.find(({ isHeadline }) => isHeadline)
  const name = headline === undefined ? 'the map' : hazardWord(headline.name)
  return svg(SIZE, `${symbol}: expected against observed liquidations`, [
    ...legend(FRAME.left, 16, [
      { words: 'observed', color: COLORS.text, shape: 'bar' },
      { words: `expected by the ${name}`, color: COLORS.short, shape: 'line' },
    ]),
    ...leftAxis(FRAME, y, { label: whole, title: `liquidations in ${binMinutes} min` }),
    ...bins.map((bin) =>
      element('rect', {
        x: x.at(bin.minute) + width * 0.1,
        y: y.at(bin.observed),
        width: width * 0.8,
        height: FRAME.bottom - y.at(bin.observed),
        fill: COLORS.text,
        'fill-opacity': '0.55',
      }),
    ),
    element('path', { d: curve.join(''), stroke: COLORS.short, 'stroke-width': 1.8, fill: 'none' }),
    ...bottomAxis(FRAME, x, { label: timeLabel, title: 'time, UTC' }),
  ])
}

function binned(observed: AuditView['pictures']['observed'], binMinutes: number): readonly Bin[] {
  const bins = new Map<number, Bin>()
  for (const { minute, expected, observed: count } of observed) {
    const start = Math.floor(minute / binMinutes) * binMinutes
    const bin = bins.get(start) ?? { minute: start, expected: 0, observed: 0 }
    bin.expected += expected
    bin.observed += count
    bins.set(start, bin)
  }
  return [...bins.values()]
}
