/** The whole recording as a track: what was recorded, its gaps, the time in sight, the moment shown. */
import { hatch } from './chart-axes.js'
import { clock, day, moment as momentText } from './format.js'
import { openCanvas } from './open-canvas.js'

const TRACK_TOP_PX = 14
const TRACK_HEIGHT_PX = 14
/** A gap is never thinner than this, however long the recording. */
const GAP_PX_MIN = 3
/** Room at both ends, so that the cursor is whole there. */
const END_PX = 6

/**
 * @param {HTMLCanvasElement} canvas
 * @param {object} given
 * @param {ReturnType<import('./moment.js').createMoment>} given.moment
 * @param {HTMLElement} given.hint Shows the time under the pointer.
 */
export function createScrubber(canvas, { moment, hint }) {
  const surface = openCanvas(canvas, () => draw())
  let shown = { gaps: [], cascades: [], colors: undefined, sight: undefined }
  const timeOf = (x) => {
    const { fromMs, toMs } = moment.extent()
    const wide = Math.max(1, canvas.clientWidth - 2 * END_PX)
    const share = Math.min(1, Math.max(0, (x - END_PX) / wide))
    return fromMs + share * (toMs - fromMs)
  }
  listen(canvas, moment, hint, timeOf)
  const draw = () => {
    if (shown.colors === undefined) return
    paint(surface, moment, shown)
    const atMs = moment.shownMs()
    canvas.setAttribute('aria-valuemin', String(Math.round(moment.extent().fromMs)))
    canvas.setAttribute('aria-valuemax', String(Math.round(moment.extent().toMs)))
    canvas.setAttribute('aria-valuenow', String(Math.round(atMs)))
    canvas.setAttribute('aria-valuetext', momentText(atMs))
  }
  return {
    /** @param {Partial<typeof shown>} change */
    show(change) {
      shown = { ...shown, ...change }
      draw()
    },
  }
}

function listen(canvas, moment, hint, timeOf) {
  let isDown = false
  canvas.addEventListener('pointerdown', (event) => {
    isDown = true
    canvas.setPointerCapture(event.pointerId)
    moment.moveTo(timeOf(event.offsetX))
  })
  canvas.addEventListener('pointermove', (event) => {
    if (isDown) moment.moveTo(timeOf(event.offsetX))
    hint.hidden = false
    hint.textContent = `${day(timeOf(event.offsetX))} ${clock(timeOf(event.offsetX))}`
    const half = hint.offsetWidth / 2
    const x = Math.min(canvas.clientWidth - half, Math.max(half, event.offsetX))
    hint.style.setProperty('--x', `${x}px`)
  })
  const up = () => {
    isDown = false
    hint.hidden = true
  }
  for (const type of ['pointerup', 'pointercancel']) canvas.addEventListener(type, up)
  canvas.addEventListener('pointerleave', () => {
    if (!isDown) hint.hidden = true
  })
}

function paint(surface, moment, { gaps, cascades, colors, sight }) {
  const { width, height } = surface.size()
  const { fromMs, toMs } = moment.extent()
  const pen = surface.pen()
  pen.clearRect(0, 0, width, height)
  if (!(toMs > fromMs)) return
  const track = {
    left: END_PX,
    width: width - 2 * END_PX,
    bottom: TRACK_TOP_PX + TRACK_HEIGHT_PX,
    xOf: (timeMs) => END_PX + ((timeMs - fromMs) / (toMs - fromMs)) * (width - 2 * END_PX),
  }
  const atX = track.xOf(moment.shownMs())
  pen.fillStyle = colors.grid
  pen.fillRect(track.left, TRACK_TOP_PX, track.width, TRACK_HEIGHT_PX)
  pen.fillStyle = colors.line
  pen.fillRect(track.left, TRACK_TOP_PX, atX - track.left, TRACK_HEIGHT_PX)
  if (sight !== undefined) {
    const [x, wide] = boxOf(track, sight, 4)
    pen.fillStyle = colors.muted
    pen.globalAlpha = 0.35
    pen.fillRect(x, TRACK_TOP_PX, wide, TRACK_HEIGHT_PX)
    pen.globalAlpha = 1
  }
  pen.fillStyle = colors.short
  for (const cascade of cascades) {
    const tall = 3 + 7 * cascade.share
    pen.fillRect(Math.round(track.xOf(cascade.timeMs)) - 1, TRACK_TOP_PX - tall, 2, tall)
  }
  paintGaps(pen, gaps, track, colors)
  paintCursor(pen, atX, track.bottom, colors)
}

/** Left edge and width of a span, inside the track. */
function boxOf(track, span, least) {
  const left = Math.max(track.left, track.xOf(span.fromMs))
  const right = Math.min(track.left + track.width, track.xOf(span.toMs))
  const wide = Math.max(least, right - left)
  return [Math.min(left, track.left + track.width - wide), wide]
}

function paintGaps(pen, gaps, track, colors) {
  if (gaps.length === 0) return
  pen.save()
  pen.beginPath()
  for (const gap of gaps) {
    const [x, wide] = boxOf(track, gap, GAP_PX_MIN)
    pen.rect(x, TRACK_TOP_PX, wide, TRACK_HEIGHT_PX)
  }
  pen.clip()
  pen.fillStyle = colors.panel
  pen.fillRect(track.left, TRACK_TOP_PX, track.width, TRACK_HEIGHT_PX)
  hatch(pen, track.left + track.width, track.bottom, colors.muted)
  pen.restore()
}

function paintCursor(pen, x, bottom, colors) {
  pen.fillStyle = colors.ink
  pen.fillRect(x - 1, TRACK_TOP_PX - 4, 2, bottom - TRACK_TOP_PX + 8)
  pen.beginPath()
  pen.arc(x, TRACK_TOP_PX - 5, 4, 0, 2 * Math.PI)
  pen.fill()
}
