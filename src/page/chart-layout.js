/** Where things are on the chart: what is in sight, and how prices become heights. */
import { MINUTE_MS, timeAt } from './chart-window.js'

export const AXIS_HEIGHT_PX = 24

/** Width of the price axis, which all panes below share. @param {number} decimals */
export const axisWidthPx = (decimals) => (decimals > 2 ? 74 : 68)

/**
 * `bars` are those in sight, up to the moment shown.
 * @param {number} width @param {number} height @param {{readonly bars: readonly object[]}[]} chunks
 */
export function layoutOf(width, height, chunks, view, { decimals, toMs }) {
  const plotWidth = Math.max(40, width - axisWidthPx(decimals))
  const bottom = height - AXIS_HEIGHT_PX
  const fromMs = timeAt(view, 0, plotWidth) - MINUTE_MS
  const bars = []
  for (const chunk of chunks) {
    const all = chunk.data.bars
    const until = Math.min(view.rightMs, toMs)
    for (let index = indexFrom(all, fromMs); index < all.length; index += 1) {
      if (all[index].openTimeMs >= until) break
      bars.push(all[index])
    }
  }
  const { low, high } = pricesOf(bars, view.reach)
  const scale = bottom / (high - low)
  return {
    width,
    height,
    plotWidth,
    bottom,
    bars,
    toMs,
    lowUsd: low,
    highUsd: high,
    yOf: (priceUsd) => bottom - (priceUsd - low) * scale,
    priceAt: (y) => low + (bottom - y) / scale,
    decimals,
  }
}

function pricesOf(bars, reach) {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const bar of bars) {
    low = Math.min(low, bar.lowUsd)
    high = Math.max(high, bar.highUsd)
  }
  if (bars.length === 0) return { low: 0, high: 1 }
  const room = ((low + high) / 2) * reach
  return { low: low - room, high: high + room }
}

/** Index of the first row that is of `timeMs` or later. */
export function indexFrom(rows, timeMs) {
  let from = 0
  let to = rows.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (rows[middle].openTimeMs < timeMs) from = middle + 1
    else to = middle
  }
  return from
}
