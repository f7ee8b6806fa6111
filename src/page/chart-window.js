/** The part of time and price that the chart shows: panning and zooming, without anything drawn. */

export const MINUTE_MS = 60_000
const MINUTE_PX_MIN = 0.5
const MINUTE_PX_MAX = 60
const MINUTE_PX_FIRST = 8
/** Room right of the moment shown, where the map of that moment stands. */
const MARGIN_PX_MAX = 110
const MARGIN_SHARE = 0.16
const REACH_MIN = 0.0005
const REACH_MAX = 0.1

/**
 * @typedef {object} ChartWindow
 * @property {number} rightMs Time at the right edge of the plot.
 * @property {number} minutePx Width of a minute.
 * @property {boolean} follows The moment shown stays in sight.
 * @property {number} widthPx
 * @property {number} marginPx Room right of the moment shown.
 * @property {number} reach How far prices are shown beyond those traded, as a fraction of them.
 *
 * @typedef {object} Extent What there is to be shown.
 * @property {number} fromMs
 * @property {number} toMs The moment shown.
 * @property {number} endMs The newest there is.
 */

/** @returns {ChartWindow} */
export const startWindow = () => ({
  rightMs: 0,
  minutePx: MINUTE_PX_FIRST,
  follows: true,
  marginPx: MARGIN_PX_MAX,
  widthPx: 0,
  reach: 0.012,
})

/** @param {ChartWindow} view @param {number} x @param {number} widthPx */
export const timeAt = (view, x, widthPx) =>
  view.rightMs - ((widthPx - x) / view.minutePx) * MINUTE_MS

/** @param {ChartWindow} view @param {number} timeMs @param {number} widthPx */
export const xOf = (view, timeMs, widthPx) =>
  widthPx - ((view.rightMs - timeMs) / MINUTE_MS) * view.minutePx

/** Time that the margin takes up right of the moment shown. */
const marginMs = (view) => (view.marginPx / view.minutePx) * MINUTE_MS

/** Takes a plot of this width. */
export function setWidth(view, widthPx) {
  view.widthPx = widthPx
  view.marginPx = Math.min(MARGIN_PX_MAX, widthPx * MARGIN_SHARE)
}

/** Right edge with the moment shown in sight; a beginning stays at the left edge while there is room. */
const newestRightMs = (view, { fromMs, toMs }) =>
  Math.max(toMs + marginMs(view), fromMs + (view.widthPx / view.minutePx) * MINUTE_MS)

/** Shows everything, as far as it stays readable, and follows the moment shown. */
export function fitAll(view, extent, widthPx) {
  const minutes = Math.max(1, (extent.endMs - extent.fromMs) / MINUTE_MS)
  const fitting = (widthPx - view.marginPx) / minutes
  view.minutePx = Math.min(MINUTE_PX_MAX / 3, Math.max(fitting, MINUTE_PX_FIRST / 2))
  follow(view, extent)
}

/** Moves to the moment shown. */
function follow(view, extent) {
  view.follows = true
  view.rightMs = newestRightMs(view, extent)
}

/** The moment shown has moved: moves along if it is followed. */
export function keepUp(view, extent) {
  if (view.follows) follow(view, extent)
}

/** Moves by pixels, to the past where they are positive; something always stays in sight. */
export function pan(view, extent, px) {
  const rightMs = view.rightMs - (px / view.minutePx) * MINUTE_MS
  const newestMs = newestRightMs(view, extent)
  const oldestMs = Math.min(newestMs, extent.fromMs + 5 * MINUTE_MS)
  view.rightMs = Math.min(newestMs, Math.max(oldestMs, rightMs))
  view.follows = view.rightMs === newestMs
}

/** Zooms by a factor about the time at `x`; about the moment shown while that is followed. */
export function zoom(view, extent, factor, x, widthPx) {
  const timeMs = timeAt(view, x, widthPx)
  view.minutePx = Math.min(MINUTE_PX_MAX, Math.max(MINUTE_PX_MIN, view.minutePx * factor))
  if (view.follows) {
    follow(view, extent)
    return
  }
  view.rightMs = timeMs + ((widthPx - x) / view.minutePx) * MINUTE_MS
  pan(view, extent, 0)
}

/** Shows more of the prices beyond those traded, or less. */
export function stretch(view, factor) {
  view.reach = Math.min(REACH_MAX, Math.max(REACH_MIN, view.reach * factor))
}
