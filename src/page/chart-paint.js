/** Paints the chart layer by layer, and finds what lies under the pointer. */
import {
  drawCrosshair,
  drawFrame,
  drawGaps,
  drawLast,
  drawPriceAxis,
  drawTimeAxis,
  FONT,
} from './chart-axes.js'
import { drawBars, drawLiquidations, drawProfile, drawZones, zoneBox } from './chart-marks.js'
import { MINUTE_MS, timeAt } from './chart-window.js'
import { profileAt } from './profile.js'
import { endedZones } from './zone-life.js'

/** A zone thinner than this can still be pointed at. */
const POINT_PX = 5
/** How strongly zones are filled where there is no heatmap below them, and over one. */
const FILL_ALONE = 0.5
const FILL_OVER = 0.12

/** @param {CanvasRenderingContext2D} pen */
export function paintChart(pen, layout, chart, { history, tiles }) {
  const { view, colors, look, moment, extent } = chart
  pen.clearRect(0, 0, layout.width, layout.height)
  pen.font = FONT
  pen.textBaseline = 'middle'
  if (extent.endMs === 0) return
  if (layout.bars.length === 0) {
    pen.textAlign = 'center'
    pen.fillStyle = colors.muted
    const text = history.isBusy() ? 'loading' : 'nothing recorded in this time'
    pen.fillText(text, layout.plotWidth / 2, layout.bottom / 2)
    return
  }
  drawPriceAxis(pen, layout, colors)
  drawTimeAxis(pen, layout, view, colors)
  pen.save()
  pen.beginPath()
  pen.rect(0, 0, layout.plotWidth, layout.bottom)
  pen.clip()
  const untilMs = Math.min(view.rightMs, extent.toMs)
  drawHeat(pen, layout, chart, { history, tiles, untilMs })
  drawGaps(pen, layout, view, colors, [...moment.gaps, ...silences(layout)])
  const { priceUsd } = moment
  const zones = zonesToDraw(layout, chart, history)
  const isAlone = look.layer === 'v3' || look.layer === 'none'
  const fill = isAlone ? FILL_ALONE : FILL_OVER
  const drawn = { zones, priceUsd, chosen: chart.chosen, fill }
  if (zones.length > 0) drawZones(pen, layout, view, colors, drawn)
  const { toMs } = extent
  const profile = profileAt(history.within('v2', toMs - 1, toMs)[0], toMs)
  if (profile !== undefined) {
    drawProfile(pen, layout, colors, { ...profile, priceUsd, widthPx: view.marginPx * 0.78 })
  }
  drawBars(pen, layout, view, colors)
  if (look.marks) {
    const chunks = history.within('liquidations', layout.fromMs, untilMs)
    drawLiquidations(pen, layout, view, colors, chunks)
  }
  pen.restore()
  drawFrame(pen, layout, colors)
  drawLast(pen, layout, colors, priceUsd)
  if (chart.pointer !== undefined) drawCrosshair(pen, layout, view, colors, chart.pointer)
}

/** Those that stand; in V3 also those that have ended. Sides that are switched off are left out. */
function zonesToDraw(layout, { look, moment, view, extent }, history) {
  if (!(look.zones || look.layer === 'v3')) return []
  const untilMs = Math.min(view.rightMs, extent.toMs)
  const chunks = look.layer === 'v3' ? history.within('changes', layout.fromMs, untilMs) : []
  const ended = chunks.length > 0 ? endedZones(chunks, untilMs) : []
  return [...ended, ...moment.zones].filter(
    (zone) => look.sides === 'both' || look.sides === zone.side,
  )
}

function drawHeat(pen, layout, { view, colors, look, extent }, { history, tiles, untilMs }) {
  const kind = look.layer
  if (kind === 'none' || kind === 'v3') return
  const chunks = history.within(kind, layout.fromMs, untilMs)
  if (chunks.length === 0 && history.isBusy()) {
    pen.textAlign = 'left'
    pen.fillStyle = colors.muted
    pen.fillText('loading the heatmap', 12, 16)
  }
  const barsOf = (timeMs) => history.within('bars', timeMs, timeMs + 1)[0]
  pen.save()
  // What comes after the moment shown is not known then.
  const right = layout.plotWidth - ((view.rightMs - extent.toMs) / MINUTE_MS) * view.minutePx
  pen.beginPath()
  pen.rect(0, 0, Math.min(layout.plotWidth, right), layout.bottom)
  pen.clip()
  tiles.draw(pen, layout, view, chunks, {
    colors,
    sides: look.sides,
    barsVersion: (chunk) => (barsOf(chunk.fromMs) === undefined ? 0 : 1),
    priceAt: priceFinder(barsOf),
  })
  pen.restore()
}

/** Minutes without a bar, between bars that are in sight. */
function silences({ bars }) {
  const found = []
  for (const [index, bar] of bars.entries()) {
    const before = bars[index - 1]
    const endMs = before === undefined ? bar.openTimeMs : before.openTimeMs + MINUTE_MS
    if (bar.openTimeMs > endMs) found.push({ fromMs: endMs, toMs: bar.openTimeMs })
  }
  return found
}

/** The price at a time, by the bars that are there; columns come in the order of time. */
function priceFinder(barsOf) {
  let bars
  let index = 0
  return (timeMs) => {
    if (bars === undefined) bars = barsOf(timeMs)?.data.bars ?? []
    while (index + 1 < bars.length && bars[index + 1].openTimeMs <= timeMs) index += 1
    return bars[index]?.openUsd ?? 0
  }
}

/** Minute, bar and zone under the pointer; without one, of the moment shown. */
export function whatIsAt(layout, chart, history) {
  const { view, pointer, chosen } = chart
  const newest = layout.bars.at(-1)
  const zones = zonesToDraw(layout, chart, history)
  const chosenZone = zones.find((zone) => zone.key === chosen)
  if (pointer === undefined || pointer.x > layout.plotWidth) {
    return { bar: newest, minuteMs: newest?.openTimeMs ?? 0, zone: chosenZone, layout }
  }
  const timeMs = timeAt(view, pointer.x, layout.plotWidth)
  const minuteMs = Math.floor(timeMs / MINUTE_MS) * MINUTE_MS
  const bar = layout.bars.find((candidate) => candidate.openTimeMs === minuteMs)
  const isOn = (zone) => {
    const box = zoneBox(layout, view, zone)
    if (box === undefined || pointer.x < box.x || pointer.x > box.x + box.width) return false
    return pointer.y > box.y - POINT_PX && pointer.y < box.y + box.height + POINT_PX
  }
  return { bar, minuteMs, zone: zones.findLast(isOn) ?? chosenZone, pointer, layout }
}
