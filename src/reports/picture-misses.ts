/** How much further than the nearest zone price had gone when a liquidation came. */
import type { AuditView } from '../audits/audit-view.ts'
import { fixed, whole } from '../audits/number-text.ts'
import { bottomAxis, type Frame, leftAxis, linearScale, tickDecimals } from './axes.ts'
import { COLORS, element, legend, line, svg } from './svg.ts'
import { layerWord } from './words.ts'

const SIZE = { width: 880, height: 330 }
const FRAME: Frame = { left: 64, right: 868, top: 62, bottom: 270 }

export function missesPicture({ symbol, headline, pictures }: AuditView): string | undefined {
  const { missBins } = pictures
  const [first, last] = [missBins[0], missBins.at(-1)]
  const most = Math.max(0, ...missBins.flatMap(({ long, short }) => [long, short]))
  if (first === undefined || last === undefined || most === 0) return undefined
  const ends = [100 * first.fromFraction, 100 * last.toFraction] as const
  const x = linearScale(ends, [FRAME.left, FRAME.right], { count: 10, rounded: false })
  const y = linearScale([0, most], [FRAME.bottom, FRAME.top], { count: 5, rounded: true })
  const decimals = tickDecimals(x)
  const bars = (side: 'long' | 'short', place: number) =>
    missBins.map((bin) => {
      const from = x.at(100 * bin.fromFraction)
      const width = (x.at(100 * bin.toFraction) - from) * 0.42
      return element('rect', {
        x: from + width * (0.18 + place * 1.02),
        y: y.at(bin[side]),
        width,
        height: FRAME.bottom - y.at(bin[side]),
        fill: COLORS[side],
        'fill-opacity': '0.8',
      })
    })
  return svg(SIZE, `${symbol}: miss distance`, [
    ...legend(FRAME.left, 16, [
      { words: 'longs', color: COLORS.long, shape: 'bar' },
      { words: 'shorts', color: COLORS.short, shape: 'bar' },
    ]),
    ...leftAxis(FRAME, y, { label: whole, title: 'liquidations' }),
    ...bars('long', 0),
    ...bars('short', 1),
    line(x.at(0), FRAME.top, x.at(0), FRAME.bottom, { 'stroke-dasharray': '4 3' }),
    ...bottomAxis(FRAME, x, {
      label: (value) => fixed(value, decimals),
      title: `% of price beyond the nearest zone (${layerWord(headline.layer)}); the outer bars hold all that is farther`,
    }),
  ])
}
