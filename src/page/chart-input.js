/** Mouse, touch and keys on the chart, as what they ask for: pan, zoom, point, newest. */

const WHEEL_ZOOM = 0.0015
const KEY_PAN_PX = 80
const KEY_ZOOM = 1.25

/**
 * @param {HTMLCanvasElement} canvas
 * @param {object} asks
 * @param {(px: number) => void} asks.pan To the past where positive.
 * @param {(factor: number, x: number) => void} asks.zoom
 * @param {(at: {x: number, y: number} | undefined) => void} asks.point
 * @param {() => void} asks.newest
 */
export function listenToChart(canvas, asks) {
  listenToPointers(canvas, asks)
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey
      if (sideways) asks.pan(-(event.deltaX || event.deltaY))
      else asks.zoom(Math.exp(-event.deltaY * WHEEL_ZOOM), event.offsetX)
    },
    { passive: false },
  )
  const byKey = {
    ArrowLeft: () => asks.pan(KEY_PAN_PX),
    ArrowRight: () => asks.pan(-KEY_PAN_PX),
    '+': () => asks.zoom(KEY_ZOOM, canvas.clientWidth / 2),
    '=': () => asks.zoom(KEY_ZOOM, canvas.clientWidth / 2),
    '-': () => asks.zoom(1 / KEY_ZOOM, canvas.clientWidth / 2),
    End: asks.newest,
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const ask = byKey[event.key]
    if (ask === undefined) return
    event.preventDefault()
    ask()
  })
}

function listenToPointers(canvas, asks) {
  /** Pointers that are down, by id. */
  const down = new Map()
  canvas.addEventListener('pointerdown', (event) => {
    down.set(event.pointerId, { x: event.offsetX, y: event.offsetY })
    canvas.setPointerCapture(event.pointerId)
  })
  canvas.addEventListener('pointermove', (event) => {
    const at = { x: event.offsetX, y: event.offsetY }
    const before = down.get(event.pointerId)
    if (before !== undefined) {
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1]
      if (other === undefined) asks.pan(at.x - before.x)
      else pinch(asks, before, at, other)
      down.set(event.pointerId, at)
    }
    asks.point(at)
  })
  const up = (event) => {
    down.delete(event.pointerId)
    if (event.pointerType !== 'mouse') asks.point(undefined)
  }
  canvas.addEventListener('pointerup', up)
  canvas.addEventListener('pointercancel', up)
  canvas.addEventListener('pointerleave', () => asks.point(undefined))
}

function pinch(asks, before, at, other) {
  const wide = Math.abs(before.x - other.x)
  if (wide > 10) asks.zoom(Math.abs(at.x - other.x) / wide, (at.x + other.x) / 2)
}
