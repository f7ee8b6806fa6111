/** Draws the chart: bars, volumes, gaps, axes, crosshair. Only what is in sight costs anything. */
import { MINUTE_MS, timeAt, xOf } from './chart-window.js'
import { clock, day, decimal, size } from './format.js'

const AXIS_HEIGHT_PX = 24
const VOLUME_FRACTION = 0.17
const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
/** Distances between time labels, in minutes. */
const TIME_STEPS = [1, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440]

/**
 * Where things are. `bars` are those in sight.
 * @param {number} width @param {number} height @param {readonly object[]} all
 */
export function layoutOf(width, height, all, view, decimals) {
  const axisWidth = decimals > 2 ? 74 : 66
  const plotWidth = Math.max(40, width - axisWidth)
  const bottom = height - AXIS_HEIGHT_PX
  const volumeTop = bottom - bottom * VOLUME_FRACTION
  const from = indexFrom(all, timeAt(view, 0, plotWidth) - MINUTE_MS)
  const bars = all.slice(from, indexFrom(all, view.rightMs))
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  let volumeMax = 0
  for (const bar of bars) {
    low = Math.min(low, bar.lowUsd)
    high = Math.max(high, bar.highUsd)
    volumeMax = Math.max(volumeMax, bar.buyBase + bar.sellBase)
  }
  const room = (high - low) * 0.06 || high * 0.001
  const priceBottom = volumeTop - 10
  const scale = priceBottom / (high - low + 2 * room)
  return {
    width,
    height,
    plotWidth,
    bottom,
    volumeTop,
    priceBottom,
    bars,
    next: all[from + bars.length],
    before: all[from - 1],
    newest: all[all.length - 1],
    volumeScale: volumeMax > 0 ? (bottom - volumeTop) / volumeMax : 0,
    yOf: (priceUsd) => priceBottom - (priceUsd - low + room) * scale,
    priceAt: (y) => low - room + (priceBottom - y) / scale,
    decimals,
  }
}

/** @param {CanvasRenderingContext2D} pen */
export function plot(pen, layout, view, colors, pointer) {
  pen.clearRect(0, 0, layout.width, layout.height)
  pen.font = FONT
  pen.textBaseline = 'middle'
  if (layout.bars.length === 0) return
  drawPriceAxis(pen, layout, colors)
  drawTimeAxis(pen, layout, view, colors)
  pen.save()
  pen.beginPath()
  pen.rect(0, 0, layout.plotWidth, layout.bottom)
  pen.clip()
  drawGaps(pen, layout, view, colors)
  for (const bar of layout.bars) drawBar(pen, layout, view, colors, bar)
  pen.restore()
  drawLast(pen, layout, colors)
  if (pointer !== undefined) drawCrosshair(pen, layout, view, colors, pointer)
}

/** Index of the first bar that opens at `timeMs` or later. */
function indexFrom(bars, timeMs) {
  let from = 0
  let to = bars.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (bars[middle].openTimeMs < timeMs) from = middle + 1
    else to = middle
  }
  return from
}

function drawPriceAxis(pen, layout, colors) {
  const [top, bottom] = [layout.priceAt(0), layout.priceAt(layout.priceBottom)]
  const step = niceStep((top - bottom) / Math.max(2, layout.priceBottom / 56))
  const decimals = Math.max(0, Math.min(8, -Math.floor(Math.log10(step) + 1e-9)))
  pen.textAlign = 'left'
  for (let index = Math.ceil(bottom / step); index * step < top; index += 1) {
    const y = Math.round(layout.yOf(index * step)) + 0.5
    pen.fillStyle = colors.grid
    pen.fillRect(0, y - 0.5, layout.plotWidth, 1)
    pen.fillStyle = colors.muted
    if (y > 8) pen.fillText(decimal(index * step, decimals), layout.plotWidth + 8, y)
  }
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 5].find((candidate) => candidate * power >= least) ?? 10
  return factor * power
}

function drawTimeAxis(pen, layout, view, colors) {
  const { plotWidth, bottom, height } = layout
  const minutes = TIME_STEPS.find((step) => step * view.minutePx >= 76) ?? 1440
  const stepMs = minutes * MINUTE_MS
  pen.textAlign = 'center'
  const firstMs = Math.ceil(timeAt(view, 0, plotWidth) / stepMs) * stepMs
  for (let timeMs = firstMs; timeMs < view.rightMs; timeMs += stepMs) {
    const x = Math.round(xOf(view, timeMs, plotWidth))
    pen.fillStyle = colors.grid
    pen.fillRect(x, 0, 1, bottom)
    pen.fillStyle = colors.muted
    const label = timeMs % (1440 * MINUTE_MS) === 0 ? day(timeMs) : clock(timeMs)
    if (x > 18 && x < plotWidth - 12) pen.fillText(label, x, (bottom + height) / 2 + 1)
  }
  pen.fillStyle = colors.line
  pen.fillRect(0, bottom, layout.width, 1)
  pen.fillRect(plotWidth, 0, 1, height)
}

/** Minutes without a bar, and bars over a gap, are hatched in one go. */
function drawGaps(pen, layout, view, colors) {
  const { plotWidth, bottom, bars } = layout
  pen.save()
  pen.beginPath()
  const band = (fromMs, toMs) => {
    const x = Math.floor(xOf(view, fromMs, plotWidth))
    pen.rect(x, 0, Math.max(2, Math.ceil(xOf(view, toMs, plotWidth)) - x), bottom)
  }
  let previous = layout.before ?? bars[0]
  for (const bar of layout.next === undefined ? bars : [...bars, layout.next]) {
    const endMs = previous.openTimeMs + MINUTE_MS
    if (bar.openTimeMs > endMs) band(endMs, bar.openTimeMs)
    // The newest minute is open, which is no gap.
    const isGap = bar.gapCount > 0 || !(bar.complete || bar === layout.newest)
    if (isGap) band(bar.openTimeMs, bar.openTimeMs + MINUTE_MS)
    previous = bar
  }
  pen.clip()
  pen.strokeStyle = colors.hatch
  pen.lineWidth = 1
  pen.beginPath()
  for (let x = -bottom; x < plotWidth; x += 7) {
    pen.moveTo(x, bottom)
    pen.lineTo(x + bottom, 0)
  }
  pen.stroke()
  pen.restore()
}

function drawBar(pen, layout, view, colors, bar) {
  const left = xOf(view, bar.openTimeMs, layout.plotWidth)
  const isUp = bar.closeUsd >= bar.openUsd
  const bodyWidth = Math.max(1, Math.round(view.minutePx * 0.7))
  const center = Math.round(left + view.minutePx / 2)
  const x = center - Math.floor(bodyWidth / 2)
  const [yHigh, yLow] = [Math.round(layout.yOf(bar.highUsd)), Math.round(layout.yOf(bar.lowUsd))]
  const yTop = Math.round(layout.yOf(Math.max(bar.openUsd, bar.closeUsd)))
  const bodyHeight = Math.max(1, Math.round(layout.yOf(Math.min(bar.openUsd, bar.closeUsd))) - yTop)
  pen.fillStyle = isUp ? colors.up : colors.down
  pen.fillRect(bodyWidth % 2 === 1 ? center : center - 0.5, yHigh, 1, Math.max(1, yLow - yHigh))
  pen.fillRect(x, yTop, bodyWidth, bodyHeight)
  // A bar that rose is hollow, so that colour is not the only thing that tells.
  if (isUp && bodyWidth >= 4 && bodyHeight > 2) {
    pen.fillStyle = colors.panel
    pen.fillRect(x + 1, yTop + 1, bodyWidth - 2, bodyHeight - 2)
  }
  const sold = bar.sellBase * layout.volumeScale
  const bought = bar.buyBase * layout.volumeScale
  pen.globalAlpha = 0.55
  pen.fillStyle = colors.down
  pen.fillRect(x, layout.bottom - sold, bodyWidth, sold)
  pen.fillStyle = colors.up
  pen.fillRect(x, layout.bottom - sold - bought, bodyWidth, bought)
  pen.globalAlpha = 1
}

function drawLast(pen, layout, colors) {
  const last = layout.newest
  const y = Math.round(layout.yOf(last.closeUsd)) + 0.5
  if (y < 9 || y > layout.priceBottom) return
  const color = last.closeUsd >= last.openUsd ? colors.up : colors.down
  dashedLine(pen, color, 0, y, layout.plotWidth, y)
  tag(
    pen,
    layout,
    color,
    colors.panel,
    layout.plotWidth,
    y,
    decimal(last.closeUsd, layout.decimals),
  )
}

function drawCrosshair(pen, layout, view, colors, { x, y }) {
  if (x > layout.plotWidth || y > layout.bottom) return
  const minuteMs = Math.floor(timeAt(view, x, layout.plotWidth) / MINUTE_MS) * MINUTE_MS
  const center = Math.round(xOf(view, minuteMs, layout.plotWidth) + view.minutePx / 2) + 0.5
  dashedLine(pen, colors.muted, center, 0, center, layout.bottom)
  dashedLine(pen, colors.muted, 0, y + 0.5, layout.plotWidth, y + 0.5)
  const inVolume = y > layout.volumeTop
  const text = inVolume
    ? size((layout.bottom - y) / (layout.volumeScale || 1))
    : decimal(layout.priceAt(y), layout.decimals)
  tag(pen, layout, colors.ink, colors.panel, layout.plotWidth, y, text)
  const label = clock(minuteMs)
  const labelX = Math.min(layout.plotWidth - 22, Math.max(22, center))
  pen.fillStyle = colors.ink
  pen.fillRect(labelX - 22, layout.bottom + 3, 44, AXIS_HEIGHT_PX - 6)
  pen.fillStyle = colors.panel
  pen.textAlign = 'center'
  pen.fillText(label, labelX, layout.bottom + AXIS_HEIGHT_PX / 2 + 1)
}

function tag(pen, layout, ground, ink, x, y, text) {
  pen.fillStyle = ground
  pen.fillRect(x + 1, y - 9, layout.width - x - 1, 18)
  pen.fillStyle = ink
  pen.textAlign = 'left'
  pen.fillText(text, x + 8, y + 1)
}

function dashedLine(pen, color, fromX, fromY, toX, toY) {
  pen.strokeStyle = color
  pen.lineWidth = 1
  pen.setLineDash([3, 3])
  pen.beginPath()
  pen.moveTo(fromX, fromY)
  pen.lineTo(toX, toY)
  pen.stroke()
  pen.setLineDash([])
}
