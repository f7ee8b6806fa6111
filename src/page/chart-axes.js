/** The frame of the chart: grid, labels, gaps, last price, crosshair. */
import { AXIS_HEIGHT_PX } from './chart-layout.js'
import { MINUTE_MS, timeAt, xOf } from './chart-window.js'
import { clock, day, decimal } from './format.js'

export const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif'
/** Distances between time labels, in minutes. */
const TIME_STEPS = [1, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440]

export function drawPriceAxis(pen, layout, colors) {
  const { lowUsd, highUsd, plotWidth } = layout
  const step = niceStep((highUsd - lowUsd) / Math.max(2, layout.bottom / 52))
  const decimals = Math.max(0, Math.min(8, -Math.floor(Math.log10(step) + 1e-9)))
  pen.textAlign = 'left'
  for (let index = Math.ceil(lowUsd / step); index * step < highUsd; index += 1) {
    const y = Math.round(layout.yOf(index * step))
    pen.fillStyle = colors.grid
    pen.fillRect(0, y, plotWidth, 1)
    pen.fillStyle = colors.muted
    const isClear = y > 22 && y < layout.bottom - 8
    if (isClear) pen.fillText(decimal(index * step, decimals), plotWidth + 8, y + 0.5)
  }
  pen.fillStyle = colors.muted
  pen.fillText('USD', plotWidth + 8, 10)
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
export function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 5].find((candidate) => candidate * power >= least) ?? 10
  return factor * power
}

/** Vertical lines at round times; `tell` is told where each stands. */
export function drawTimeGrid(pen, { plotWidth, bottom }, view, colors, tell) {
  const minutes = TIME_STEPS.find((step) => step * view.minutePx >= 76) ?? 1440
  const stepMs = minutes * MINUTE_MS
  const firstMs = Math.ceil(timeAt(view, 0, plotWidth) / stepMs) * stepMs
  for (let timeMs = firstMs; timeMs < view.rightMs; timeMs += stepMs) {
    const x = Math.round(xOf(view, timeMs, plotWidth))
    pen.fillStyle = colors.grid
    pen.fillRect(x, 0, 1, bottom)
    tell?.(x, timeMs)
  }
}

export function drawTimeAxis(pen, layout, view, colors) {
  const { plotWidth, bottom, height } = layout
  pen.textAlign = 'center'
  drawTimeGrid(pen, layout, view, colors, (x, timeMs) => {
    pen.fillStyle = colors.muted
    const label = timeMs % (1440 * MINUTE_MS) === 0 ? day(timeMs) : clock(timeMs)
    if (x > 18 && x < plotWidth - 16) pen.fillText(label, x, (bottom + height) / 2 + 1)
  })
  pen.textAlign = 'left'
  pen.fillStyle = colors.muted
  pen.fillText('UTC', plotWidth + 8, (bottom + height) / 2 + 1)
}

export function drawFrame(pen, { plotWidth, bottom, width, height }, colors) {
  pen.fillStyle = colors.line
  pen.fillRect(0, bottom, width, 1)
  pen.fillRect(plotWidth, 0, 1, height)
}

/** Spans without data, hatched in one go. @param {readonly {fromMs: number, toMs: number}[]} gaps */
export function drawGaps(pen, { plotWidth, bottom, toMs }, view, colors, gaps) {
  const [fromMs, untilMs] = [timeAt(view, 0, plotWidth), Math.min(view.rightMs, toMs)]
  const inSight = gaps.filter((gap) => gap.toMs > fromMs && gap.fromMs < untilMs)
  if (inSight.length === 0) return
  pen.save()
  pen.beginPath()
  for (const gap of inSight) {
    const x = Math.floor(xOf(view, Math.max(gap.fromMs, fromMs), plotWidth))
    const right = Math.ceil(xOf(view, Math.min(gap.toMs, untilMs), plotWidth))
    pen.rect(x, 0, Math.max(2, right - x), bottom)
  }
  pen.clip()
  hatch(pen, plotWidth, bottom, colors.hatch)
  pen.restore()
}

export function hatch(pen, width, height, color) {
  pen.strokeStyle = color
  pen.lineWidth = 1
  pen.beginPath()
  for (let x = -height; x < width; x += 7) {
    pen.moveTo(x, height)
    pen.lineTo(x + height, 0)
  }
  pen.stroke()
}

export function drawLast(pen, layout, colors, priceUsd) {
  const y = Math.round(layout.yOf(priceUsd)) + 0.5
  if (!(priceUsd > 0) || y < 9 || y > layout.bottom) return
  dashedLine(pen, colors.accent, 0, y, layout.plotWidth, y)
  tag(pen, layout, colors.accent, colors.panel, y, decimal(priceUsd, layout.decimals))
}

export function drawCrosshair(pen, layout, view, colors, { x, y }) {
  if (x > layout.plotWidth || y > layout.bottom) return
  const minuteMs = Math.floor(timeAt(view, x, layout.plotWidth) / MINUTE_MS) * MINUTE_MS
  const center = Math.round(xOf(view, minuteMs, layout.plotWidth) + view.minutePx / 2) + 0.5
  dashedLine(pen, colors.muted, center, 0, center, layout.bottom)
  dashedLine(pen, colors.muted, 0, y + 0.5, layout.plotWidth, y + 0.5)
  tag(pen, layout, colors.ink, colors.panel, y, decimal(layout.priceAt(y), layout.decimals))
  const labelX = Math.min(layout.plotWidth - 22, Math.max(22, center))
  pen.fillStyle = colors.ink
  pen.fillRect(labelX - 22, layout.bottom + 3, 44, AXIS_HEIGHT_PX - 6)
  pen.fillStyle = colors.panel
  pen.textAlign = 'center'
  pen.fillText(clock(minuteMs), labelX, layout.bottom + AXIS_HEIGHT_PX / 2 + 1)
}

function tag(pen, { width, plotWidth }, ground, ink, y, text) {
  pen.fillStyle = ground
  pen.fillRect(plotWidth + 1, y - 9, width - plotWidth - 1, 18)
  pen.fillStyle = ink
  pen.textAlign = 'left'
  pen.fillText(text, plotWidth + 8, y + 1)
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
