/** Small charts of the same time as the large one, below it. */
import { drawGaps, drawTimeGrid, FONT, niceStep } from './chart-axes.js'
import { indexFrom } from './chart-layout.js'
import { xOf } from './chart-window.js'
import { openCanvas } from './open-canvas.js'
import { PANE_KINDS } from './pane-kinds.js'

/**
 * @param {HTMLElement} root
 * @param {object} given
 * @param {ReturnType<import('./history.js').createHistory>} given.history
 * @param {(kind: string) => boolean} given.isServed Whether the server has the rows of a kind.
 * @param {(x: number | undefined) => void} given.point
 * @param {() => void} given.resized
 */
export function createPanes(root, { history, isServed, point, resized }) {
  const panes = PANE_KINDS.map((kind) => {
    const made = makePane(kind)
    const { canvas } = made
    canvas.addEventListener('pointermove', (event) => point(event.offsetX))
    canvas.addEventListener('pointerleave', () => point(undefined))
    root.append(made.figure)
    return { kind, ...made, surface: openCanvas(canvas, resized) }
  })
  return {
    setSymbol(symbol) {
      for (const { kind, canvas, missing, unit } of panes) {
        const served = isServed(kind.rows)
        canvas.hidden = !served
        missing.hidden = served
        unit.textContent = kind.unit(symbol)
      }
    },
    draw(layout, chart) {
      if (chart.extent.endMs === 0) return
      for (const pane of panes) {
        if (isServed(pane.kind.rows)) drawPane(pane, layout, chart, history)
      }
    },
  }
}

function makePane(kind) {
  const figure = document.createElement('figure')
  const caption = document.createElement('figcaption')
  const title = document.createElement('b')
  const unit = document.createElement('span')
  const readout = document.createElement('span')
  const canvas = document.createElement('canvas')
  const missing = document.createElement('p')
  figure.className = 'pane'
  figure.id = `pane-${kind.id}`
  title.textContent = kind.title
  unit.className = 'muted'
  readout.className = 'pane-readout'
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', kind.title)
  missing.className = 'quiet'
  missing.textContent = 'This server does not give these figures.'
  missing.hidden = true
  caption.append(title, unit, readout)
  figure.append(caption, canvas, missing)
  return { figure, unit, readout, canvas, missing }
}

function drawPane({ kind, surface, readout }, place, chart, history) {
  const { width, height } = surface.size()
  const { view, colors, moment, pointer } = chart
  const pen = surface.pen()
  const layout = { width, height, plotWidth: place.plotWidth, bottom: height, toMs: place.toMs }
  pen.clearRect(0, 0, width, height)
  pen.font = FONT
  pen.textBaseline = 'middle'
  const rows = rowsInSight(kind, place, view, history)
  drawTimeGrid(pen, layout, view, colors)
  const shown = kind.series.map((series) => ({ series, values: rows.map(series.value) }))
  const range = rangeOf(kind, shown)
  if (range === undefined) {
    pen.textAlign = 'left'
    pen.fillStyle = colors.muted
    pen.fillText(history.isBusy() ? 'loading' : 'none in this time', 12, height / 2)
  } else {
    const yOf = (value) =>
      height - 4 - ((value - range.low) / (range.high - range.low)) * (height - 8)
    drawAxis(pen, layout, colors, { range, yOf, label: kind.label })
    pen.save()
    pen.beginPath()
    pen.rect(0, 0, layout.plotWidth, height)
    pen.clip()
    drawGaps(pen, layout, view, colors, moment.gaps)
    for (const { series, values } of shown) {
      const isBars = kind.shape === 'mirror' && series.as !== 'line'
      const mark = isBars ? drawColumns : drawLine
      mark(pen, { rows, values, view, layout, yOf }, colors[series.color], series.dash ?? [])
    }
    pen.restore()
  }
  pen.fillStyle = colors.line
  pen.fillRect(layout.plotWidth, 0, 1, height)
  if (pointer !== undefined && pointer.x <= layout.plotWidth) {
    pen.fillStyle = colors.muted
    pen.fillRect(Math.round(pointer.x), 0, 1, height)
  }
  tellPane(readout, kind, pointedRow(rows, place, chart))
}

function rowsInSight(kind, place, view, history) {
  const untilMs = Math.min(view.rightMs, place.toMs)
  if (kind.rows === 'bars') return place.bars
  const rows = []
  for (const { data } of history.within(kind.rows, place.fromMs, untilMs)) {
    for (let index = indexFrom(data.rows, place.fromMs); index < data.rows.length; index += 1) {
      if (data.rows[index].openTimeMs >= untilMs) break
      rows.push(data.rows[index])
    }
  }
  return rows
}

function rangeOf({ shape }, shown) {
  const range = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }
  for (const { values } of shown) widen(range, values)
  const isMirror = shape === 'mirror'
  if (isMirror) widen(range, [0])
  const { low, high } = range
  if (!(high >= low) || (isMirror && high === low)) return undefined
  const room = high === low ? Math.abs(high) * 0.01 || 1 : 0
  return { low: low - room, high: high + room }
}

function widen(range, values) {
  for (const value of values) {
    // What is not known is undefined or null.
    if (!Number.isFinite(value)) continue
    if (value < range.low) range.low = value
    if (value > range.high) range.high = value
  }
}

function drawAxis(pen, { plotWidth, bottom }, colors, { range, yOf, label }) {
  const step = niceStep((range.high - range.low) / Math.max(1.5, bottom / 30))
  pen.textAlign = 'left'
  for (let index = Math.ceil(range.low / step); index * step <= range.high; index += 1) {
    const y = Math.round(yOf(index * step))
    pen.fillStyle = colors.grid
    pen.fillRect(0, y, plotWidth, 1)
    pen.fillStyle = colors.muted
    if (y > 6 && y < bottom - 6) pen.fillText(label(index * step), plotWidth + 8, y + 0.5)
  }
}

function drawColumns(pen, { rows, values, view, layout, yOf }, color) {
  const width = Math.max(1, Math.round(view.minutePx * 0.7))
  const zero = Math.round(yOf(0))
  pen.fillStyle = color
  for (const [index, value] of values.entries()) {
    if (!value) continue
    const x = Math.round(xOf(view, rows[index].openTimeMs, layout.plotWidth))
    const y = Math.round(yOf(value))
    pen.fillRect(x, Math.min(y, zero), width, Math.max(1, Math.abs(zero - y)))
  }
}

function drawLine(pen, { rows, values, view, layout, yOf }, color, dash) {
  pen.strokeStyle = color
  pen.lineWidth = 1.4
  pen.setLineDash(dash)
  pen.beginPath()
  let lastMs = Number.NEGATIVE_INFINITY
  for (const [index, value] of values.entries()) {
    if (value === undefined || value === null) continue
    const timeMs = rows[index].openTimeMs
    const x = xOf(view, timeMs, layout.plotWidth) + view.minutePx / 2
    if (timeMs - lastMs > 600_000) pen.moveTo(x, yOf(value))
    else pen.lineTo(x, yOf(value))
    lastMs = timeMs
  }
  pen.stroke()
  pen.setLineDash([])
}

function pointedRow(rows, place, { pointer, view }) {
  if (pointer === undefined || pointer.x > place.plotWidth) return rows.at(-1)
  const timeMs = view.rightMs - ((place.plotWidth - pointer.x) / view.minutePx) * 60_000
  const minuteMs = Math.floor(timeMs / 60_000) * 60_000
  const row = rows[indexFrom(rows, minuteMs)]
  return row?.openTimeMs === minuteMs ? row : undefined
}

/** Of which row each readout speaks: while panning it is mostly the same. */
const told = new WeakMap()

function tellPane(readout, kind, row) {
  if (told.get(readout) === row && row !== undefined) return
  told.set(readout, row)
  if (row === undefined) {
    readout.textContent = 'none'
    return
  }
  const parts = kind.read(row).map(([name, value]) => {
    const strong = document.createElement('b')
    strong.textContent = value
    return name === '' ? [strong] : [` ${name}\u00a0`, strong]
  })
  readout.replaceChildren(...parts.flat())
}
