/** What is drawn over the heatmap: bars, liquidations, zones, and the map of the moment shown. */
import { indexFrom } from './chart-layout.js'
import { timeAt, xOf } from './chart-window.js'
import { nearness } from './heat-tiles.js'

const MARK_PX_MIN = 4
const MARK_PX_MAX = 15
/** A liquidation of this size has a mark of half the largest size. */
const MARK_HALF_USD = 250_000
/** Where minutes are narrower than this, small liquidations are left out: they would hide the rest. */
const MARKS_ALL_PX = 3
const MARK_CROWDED_USD = 20_000
const MARKS_OUTLINED_PX = 8
/** After this long without reinforcement a zone is drawn at its faintest. */
const ZONE_OLD_MS = 6 * 3_600_000

/** @param {CanvasRenderingContext2D} pen */
export function drawBars(pen, layout, view, colors) {
  const bodyWidth = Math.max(1, Math.round(view.minutePx * 0.64))
  for (const bar of layout.bars) {
    const left = xOf(view, bar.openTimeMs, layout.plotWidth)
    const center = Math.round(left + view.minutePx / 2)
    const x = center - Math.floor(bodyWidth / 2)
    const yHigh = Math.round(layout.yOf(bar.highUsd))
    const yLow = Math.round(layout.yOf(bar.lowUsd))
    const yTop = Math.round(layout.yOf(Math.max(bar.openUsd, bar.closeUsd)))
    const yBottom = Math.round(layout.yOf(Math.min(bar.openUsd, bar.closeUsd)))
    const bodyHeight = Math.max(1, yBottom - yTop)
    pen.fillStyle = colors.candle
    pen.fillRect(bodyWidth % 2 === 1 ? center : center - 0.5, yHigh, 1, Math.max(1, yLow - yHigh))
    pen.fillRect(x, yTop, bodyWidth, bodyHeight)
    // A bar that rose is hollow: shape tells, and colour is left to the sides of the maps.
    const isHollow = bar.closeUsd >= bar.openUsd && bodyWidth >= 4 && bodyHeight > 2
    if (isHollow) {
      pen.fillStyle = colors.panel
      pen.fillRect(x + 1, yTop + 1, bodyWidth - 2, bodyHeight - 2)
    }
  }
}

/** Triangles, down for longs that had to sell, up for shorts that had to buy. */
export function drawLiquidations(pen, layout, view, colors, chunks) {
  const least = view.minutePx < MARKS_ALL_PX ? MARK_CROWDED_USD / view.minutePx : 0
  const seen = eventsInSight(layout, view, chunks).filter((event) => event.notionalUsd >= least)
  for (const side of ['long', 'short']) {
    pen.beginPath()
    const point = side === 'long' ? 1 : -1
    for (const event of seen) {
      if (event.side !== side) continue
      const half = markPx(event.notionalUsd) / 2
      const x = xOf(view, event.openTimeMs, layout.plotWidth)
      const y = layout.yOf(event.priceUsd)
      pen.moveTo(x - half, y - point * half)
      pen.lineTo(x + half, y - point * half)
      pen.lineTo(x, y + point * half)
      pen.closePath()
    }
    pen.fillStyle = colors[side]
    pen.fill()
    pen.strokeStyle = colors.panel
    pen.lineWidth = 0.8
    // On small marks an outline would leave nothing of the colour.
    if (view.minutePx >= MARKS_OUTLINED_PX) pen.stroke()
  }
}

function eventsInSight(layout, view, chunks) {
  const fromMs = timeAt(view, 0, layout.plotWidth)
  const untilMs = Math.min(view.rightMs, layout.toMs)
  return chunks.flatMap(({ data: { events } }) =>
    events.slice(indexFrom(events, fromMs), indexFrom(events, untilMs)),
  )
}

const markPx = (notionalUsd) => {
  const share = notionalUsd / (notionalUsd + MARK_HALF_USD)
  return MARK_PX_MIN + (MARK_PX_MAX - MARK_PX_MIN) * Math.sqrt(share)
}

/** How strongly a zone is drawn: the less, the further off and the older it is. */
export function zoneCover(zone, priceUsd, nowMs) {
  const age = Math.min(1, Math.max(0, nowMs - zone.reinforcedMs) / ZONE_OLD_MS)
  return nearness(zone.priceUsd / priceUsd - 1) * (1 - 0.6 * age)
}

/**
 * Bands from the minute in which a zone was made to its end, or on beyond the moment shown.
 * @param {object} shown
 * @param {readonly object[]} shown.zones Those with `endMs` have ended.
 * @param {number} shown.fill How strongly the strongest is filled: over a heatmap hardly.
 */
export function drawZones(pen, layout, view, colors, { zones, priceUsd, chosen, fill }) {
  let strongest = 0
  for (const zone of zones) strongest = Math.max(strongest, zone.weight)
  for (const zone of zones) {
    const box = zoneBox(layout, view, zone)
    if (box === undefined) continue
    const isChosen = zone.key === chosen
    const cover = zoneCover(zone, priceUsd, layout.toMs) * (zone.endMs === undefined ? 1 : 0.5)
    pen.globalAlpha = cover * fill * (0.3 + 0.7 * Math.sqrt(zone.weight / (strongest || 1)))
    pen.fillStyle = colors[zone.side]
    pen.fillRect(box.x, box.y, box.width, box.height)
    pen.globalAlpha = isChosen ? 1 : Math.min(1, cover * 0.9)
    pen.fillRect(box.x, box.y, box.width, 1)
    pen.fillRect(box.x, box.y + box.height - 1, box.width, 1)
    pen.fillRect(box.x, box.y, isChosen ? 3 : 2, box.height)
    pen.globalAlpha = 1
  }
}

/** Where a zone is drawn, if any of it is in sight. */
export function zoneBox({ plotWidth, bottom, yOf }, view, zone) {
  const top = yOf(zone.highUsd)
  const height = Math.max(4, yOf(zone.lowUsd) - top)
  const x = Math.max(-4, xOf(view, zone.createdMs, plotWidth))
  const right = zone.endMs === undefined ? plotWidth : xOf(view, zone.endMs, plotWidth)
  if (top > bottom || top + height < 0 || x > plotWidth || right < 0) return undefined
  return { x, y: top, width: Math.min(plotWidth, right) - x, height }
}

/**
 * The map of the moment shown, as bars that grow from the price axis.
 * @param {{priceUsd: number, side: string, share: number}[]} levels
 */
export function drawProfile(pen, layout, colors, { levels, stepUsd, priceUsd, widthPx }) {
  const height = Math.max(1, (stepUsd * layout.bottom) / (layout.highUsd - layout.lowUsd) - 0.5)
  for (const level of levels) {
    const y = layout.yOf(level.priceUsd + stepUsd / 2)
    if (y < -height || y > layout.bottom) continue
    const width = Math.max(1, level.share * widthPx)
    pen.globalAlpha = 0.85 * nearness(level.priceUsd / priceUsd - 1)
    pen.fillStyle = colors[level.side]
    pen.fillRect(layout.plotWidth - width, y, width, height)
  }
  pen.globalAlpha = 1
}
