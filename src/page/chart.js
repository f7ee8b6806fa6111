/** The chart: heatmap, bars, marks and zones on one canvas, with panes of the same time below. */
import { listenToChart } from './chart-input.js'
import { axisWidthPx, layoutOf } from './chart-layout.js'
import { paintChart, whatIsAt } from './chart-paint.js'
import {
  fitAll,
  keepUp,
  MINUTE_MS,
  pan,
  setWidth,
  startWindow,
  stretch,
  timeAt,
  zoom,
} from './chart-window.js'
import { readColors } from './colors.js'
import { createTiles } from './heat-tiles.js'
import { openCanvas } from './open-canvas.js'

const KEY_PAN_PX = 80
const KEY_ZOOM = 1.25

/**
 * @param {HTMLCanvasElement} canvas
 * @param {object} given
 * @param {ReturnType<import('./history.js').createHistory>} given.history
 * @param {{draw: Function}} given.panes
 * @param {(at: object) => void} given.pointed Told what is under the pointer, or that nothing is.
 */
export function createChart(canvas, { history, panes, pointed }) {
  const view = startWindow()
  const tiles = createTiles()
  const surface = openCanvas(canvas, () => {
    setWidth(view, plotWidth())
    keepUp(view, chart.extent)
    draw()
  })
  const chart = {
    view,
    decimals: 2,
    extent: { fromMs: 0, toMs: 0, endMs: 0 },
    /** What the moment shown adds. */
    moment: { zones: [], priceUsd: 0, gaps: [] },
    look: { layer: 'v1', sides: 'both', marks: true, zones: true },
    pointer: undefined,
    chosen: undefined,
    fitted: false,
    colors: readColors(),
  }
  let frame = 0

  const layout = () => {
    const { width, height } = surface.size()
    const fromMs = timeAt(view, 0, width) - MINUTE_MS
    const chunks = history.within('bars', fromMs, Math.min(view.rightMs, chart.extent.toMs))
    return { ...layoutOf(width, height, chunks, view, { ...chart, ...chart.extent }), fromMs }
  }
  /** Draws with the next frame, once, however often it is asked for. */
  const draw = () => {
    if (frame !== 0) return
    frame = requestAnimationFrame(() => {
      frame = 0
      const place = layout()
      paintChart(surface.pen(), place, chart, { history, tiles })
      panes.draw(place, chart)
      pointed(whatIsAt(place, chart, history))
    })
  }
  const change = (parts) => {
    Object.assign(chart, parts)
    draw()
  }
  const pick = (key) => change({ chosen: key === chart.chosen ? undefined : key })
  const plotWidth = () => surface.size().width - axisWidthPx(chart.decimals)
  const moves = movesOf(chart, plotWidth, draw)

  listenToChart(canvas, {
    ...moves,
    isAxis: (x) => x > plotWidth(),
    point: (pointer) => change({ pointer }),
    pick: (pointer) => {
      chart.pointer = pointer
      const { zone } = whatIsAt(layout(), chart, history)
      pick(zone?.key)
    },
  })

  return {
    draw,
    keys: keysOf(moves, plotWidth),
    pointAt: (x) => change({ pointer: x === undefined ? undefined : { x, y: -1 } }),
    setColors: () => change({ colors: readColors() }),
    setLook: (look) => change({ look: { ...look } }),
    /** @param {boolean} anew Another symbol: the window starts over. */
    setExtent(extent, anew) {
      setWidth(view, plotWidth())
      if (anew || !chart.fitted) fitAll(view, extent, plotWidth())
      else keepUp(view, extent)
      change({ extent, fitted: true })
    },
    setMoment: (moment, decimals = chart.decimals) =>
      change({ moment: { ...chart.moment, ...moment }, decimals }),
    chosen: () => chart.chosen,
    /** Keeps a zone in sight of the reader; the same again lets go of it. */
    choose: pick,
    /** The time in sight. */
    sight: () => ({ fromMs: timeAt(view, 0, plotWidth()), toMs: view.rightMs }),
  }
}

/** What moves the window. */
function movesOf(chart, plotWidth, draw) {
  const { view } = chart
  const moving =
    (move) =>
    (...given) => {
      move(...given)
      draw()
    }
  return {
    pan: moving((px) => pan(view, chart.extent, px)),
    zoom: moving((factor, x) => zoom(view, chart.extent, factor, x, plotWidth())),
    stretch: moving((factor) => stretch(view, factor)),
    fit: moving(() => fitAll(view, chart.extent, plotWidth())),
  }
}

const keysOf = ({ pan: move, zoom: scale, stretch: widen, fit }, plotWidth) => ({
  ArrowLeft: () => move(KEY_PAN_PX),
  ArrowRight: () => move(-KEY_PAN_PX),
  '+': () => scale(KEY_ZOOM, plotWidth() / 2),
  '=': () => scale(KEY_ZOOM, plotWidth() / 2),
  '-': () => scale(1 / KEY_ZOOM, plotWidth() / 2),
  '[': () => widen(1 / KEY_ZOOM),
  ']': () => widen(KEY_ZOOM),
  0: fit,
})
