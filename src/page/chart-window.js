/** The part of time that the chart shows: panning and zooming, without anything drawn. */

export const MINUTE_MS = 60_000
const MINUTE_PX_MIN = 0.5
const MINUTE_PX_MAX = 60
const MINUTE_PX_FIRST = 8
/** Room right of the newest bar. */
const MARGIN_MINUTES = 3

/**
 * @typedef {object} ChartWindow
 * @property {number} rightMs Time at the right edge of the plot.
 * @property {number} minutePx Width of a minute.
 * @property {boolean} follows The newest bar stays in sight.
 */

/** @returns {ChartWindow} */
export const startWindow = () => ({ rightMs: 0, minutePx: MINUTE_PX_FIRST, follows: true })

/** @param {ChartWindow} view @param {number} x @param {number} widthPx */
export const timeAt = (view, x, widthPx) =>
  view.rightMs - ((widthPx - x) / view.minutePx) * MINUTE_MS

/** @param {ChartWindow} view @param {number} timeMs @param {number} widthPx */
export const xOf = (view, timeMs, widthPx) =>
  widthPx - ((view.rightMs - timeMs) / MINUTE_MS) * view.minutePx

/** Shows all bars, as far as they stay readable, and follows the newest. */
export function fitAll(view, bars, widthPx) {
  const minutes = minutesOf(bars) + MARGIN_MINUTES
  view.minutePx = Math.min(MINUTE_PX_MAX / 3, Math.max(widthPx / minutes, MINUTE_PX_FIRST / 2))
  follow(view, bars)
}

/** Moves to the newest bar. */
export function follow(view, bars) {
  view.follows = true
  view.rightMs = (bars.at(-1)?.openTimeMs ?? 0) + (1 + MARGIN_MINUTES) * MINUTE_MS
}

/** Newer bars came: moves on if the newest is followed. */
export function keepUp(view, bars) {
  if (view.follows) follow(view, bars)
}

/** Moves by pixels, to the past where they are positive; some bar always stays in sight. */
export function pan(view, bars, px) {
  const first = bars[0]
  const last = bars.at(-1)
  if (first === undefined || last === undefined) return
  const rightMs = view.rightMs - (px / view.minutePx) * MINUTE_MS
  const newestMs = last.openTimeMs + (1 + MARGIN_MINUTES) * MINUTE_MS
  view.rightMs = Math.min(newestMs, Math.max(first.openTimeMs + 5 * MINUTE_MS, rightMs))
  view.follows = view.rightMs === newestMs
}

/** Zooms by a factor about the time at `x`; about the newest bar while that is followed. */
export function zoom(view, bars, factor, x, widthPx) {
  const timeMs = timeAt(view, x, widthPx)
  const minPx = Math.max(MINUTE_PX_MIN, Math.min(4, widthPx / (minutesOf(bars) + MARGIN_MINUTES)))
  view.minutePx = Math.min(MINUTE_PX_MAX, Math.max(minPx, view.minutePx * factor))
  if (view.follows) return
  view.rightMs = timeMs + ((widthPx - x) / view.minutePx) * MINUTE_MS
  pan(view, bars, 0)
}

const minutesOf = (bars) =>
  bars.length === 0 ? 1 : (bars[bars.length - 1].openTimeMs - bars[0].openTimeMs) / MINUTE_MS + 1
