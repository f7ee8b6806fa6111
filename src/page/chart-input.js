/** Mouse and touch on the chart, as what they ask for: pan, zoom, stretch, point, pick. */

const WHEEL_ZOOM = 0.0015
/** A press that moves less is a click. */
const CLICK_PX = 4

/**
 * @param {HTMLCanvasElement} canvas
 * @param {object} asks
 * @param {(px: number) => void} asks.pan To the past where positive.
 * @param {(factor: number, x: number) => void} asks.zoom
 * @param {(factor: number) => void} asks.stretch
 * @param {(at: {x: number, y: number} | undefined) => void} asks.point
 * @param {(at: {x: number, y: number}) => void} asks.pick
 * @param {(x: number) => boolean} asks.isAxis
 */
export function listenToChart(canvas, asks) {
  listenToPointers(canvas, asks)
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY)
      const factor = Math.exp(-event.deltaY * WHEEL_ZOOM)
      if (sideways) asks.pan(-event.deltaX)
      else if (event.shiftKey || asks.isAxis(event.offsetX)) asks.stretch(1 / factor)
      else asks.zoom(factor, event.offsetX)
    },
    { passive: false },
  )
}

function listenToPointers(canvas, asks) {
  /** Pointers that are down, by id: where they are, how far they came, whether on the price axis. */
  const down = new Map()
  canvas.addEventListener('pointerdown', (event) => {
    const [x, y] = [event.offsetX, event.offsetY]
    down.set(event.pointerId, { x, y, moved: 0, onAxis: asks.isAxis(x) })
    canvas.setPointerCapture(event.pointerId)
  })
  canvas.addEventListener('pointermove', (event) => {
    const at = { x: event.offsetX, y: event.offsetY }
    const before = down.get(event.pointerId)
    if (before !== undefined) {
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1]
      if (other !== undefined) pinch(asks, before, at, other)
      else if (before.onAxis) asks.stretch(Math.exp((at.y - before.y) / 120))
      else asks.pan(at.x - before.x)
      before.moved += Math.abs(at.x - before.x) + Math.abs(at.y - before.y)
      Object.assign(before, at)
    }
    asks.point(at)
  })
  const up = (event) => {
    const before = down.get(event.pointerId)
    down.delete(event.pointerId)
    const isClick = event.type === 'pointerup' && before !== undefined && before.moved < CLICK_PX
    if (isClick) asks.pick({ x: before.x, y: before.y })
    else if (event.pointerType !== 'mouse') asks.point(undefined)
  }
  canvas.addEventListener('pointerup', up)
  canvas.addEventListener('pointercancel', up)
  canvas.addEventListener('pointerleave', () => asks.point(undefined))
}

function pinch(asks, before, at, other) {
  const wide = Math.abs(before.x - other.x)
  if (wide > 10) asks.zoom(Math.abs(at.x - other.x) / wide, (at.x + other.x) / 2)
}
