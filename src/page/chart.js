/** The chart of minute bars on a canvas. */
import { listenToChart } from './chart-input.js'
import { layoutOf, plot } from './chart-plot.js'
import {
  fitAll,
  follow,
  keepUp,
  MINUTE_MS,
  pan,
  startWindow,
  timeAt,
  zoom,
} from './chart-window.js'

/**
 * @param {HTMLCanvasElement} canvas
 * @param {(bar: object | undefined, timeMs: number) => void} pointed Told of the minute under the
 *   pointer, or of the newest, with its bar, if it has one.
 */
export function createChart(canvas, pointed) {
  const pen = canvas.getContext('2d')
  const view = startWindow()
  let bars = []
  let decimals = 2
  let pointer
  let fitted = false
  let frame = 0
  let colors = colorsNow()

  const layout = () => layoutOf(canvas.clientWidth, canvas.clientHeight, bars, view, decimals)

  /** Draws with the next frame, once, however often it is asked for. */
  const draw = () => {
    if (frame !== 0) return
    frame = requestAnimationFrame(() => {
      frame = 0
      const ratio = window.devicePixelRatio
      const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio]
      if (canvas.width !== Math.round(width)) canvas.width = Math.round(width)
      if (canvas.height !== Math.round(height)) canvas.height = Math.round(height)
      pen.setTransform(ratio, 0, 0, ratio, 0, 0)
      plot(pen, layout(), view, colors, pointer)
    })
  }
  const tell = () => {
    const newest = bars.at(-1)
    if (newest === undefined) return
    if (pointer === undefined) {
      pointed(newest, newest.openTimeMs)
      return
    }
    const timeMs = timeAt(view, pointer.x, layout().plotWidth)
    const minuteMs = Math.floor(timeMs / MINUTE_MS) * MINUTE_MS
    pointed(
      bars.find((bar) => bar.openTimeMs === minuteMs),
      minuteMs,
    )
  }

  listenToChart(canvas, {
    pan: (px) => {
      pan(view, bars, px)
      draw()
    },
    zoom: (factor, x) => {
      zoom(view, bars, factor, x, layout().plotWidth)
      draw()
    },
    point: (at) => {
      pointer = at
      tell()
      draw()
    },
    newest: () => {
      follow(view, bars)
      draw()
    },
  })
  new ResizeObserver(draw).observe(canvas)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    colors = colorsNow()
    draw()
  })

  return {
    /** Shows these bars. `anew`: they are another symbol's, the window starts over. */
    show(newBars, newDecimals, anew) {
      bars = newBars
      decimals = newDecimals
      if ((anew || !fitted) && bars.length > 0) {
        fitAll(view, bars, layout().plotWidth)
        fitted = true
      } else keepUp(view, bars)
      tell()
      draw()
    },
  }
}

function colorsNow() {
  const style = getComputedStyle(document.documentElement)
  const names = ['ink', 'muted', 'line', 'grid', 'panel', 'up', 'down', 'hatch']
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]))
}
