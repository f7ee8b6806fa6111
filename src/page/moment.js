/** Which moment is shown: the newest, a past one, or one that runs. */

const TICK_MS = 50
const SPEEDS = [1, 10, 60, 300, 1800]
const SPEED_FIRST = 60
const MINUTE_MS = 60_000

/** @param {() => void} changed */
export function createMoment(changed) {
  let extent = { fromMs: 0, toMs: 0 }
  /** Undefined: the newest there is, whatever that becomes. @type {number | undefined} */
  let atMs
  let speed = SPEED_FIRST
  let lastTick = 0
  let timer = 0
  /** The server can be asked for the past. */
  let hasPast = false

  const stop = () => {
    clearInterval(timer)
    timer = 0
  }
  const moveTo = (timeMs) => {
    if (!hasPast) return
    atMs = timeMs >= extent.toMs ? undefined : Math.max(extent.fromMs, timeMs)
    if (atMs === undefined) stop()
    changed()
  }
  const tick = () => {
    const now = performance.now()
    const elapsedMs = Math.min(1_000, now - lastTick)
    lastTick = now
    moveTo((atMs ?? extent.toMs) + elapsedMs * speed)
  }
  return {
    speeds: SPEEDS,
    speed: () => speed,
    setSpeed(newSpeed) {
      speed = newSpeed
      changed()
    },
    setExtent(newExtent) {
      extent = newExtent
    },
    extent: () => extent,
    /** The moment shown. */
    shownMs: () => atMs ?? extent.toMs,
    /** What the API is asked for: undefined for the newest. A whole second, so that answers can be kept. */
    askedMs: () => (atMs === undefined ? undefined : wholeSecond(atMs, extent.fromMs)),
    hasPast: () => hasPast,
    openPast() {
      hasPast = true
    },
    isNewest: () => atMs === undefined,
    isPlaying: () => timer !== 0,
    moveTo,
    step: (minutes) => {
      const shown = atMs ?? extent.toMs
      const whole = minutes < 0 ? Math.ceil(shown / MINUTE_MS) : Math.floor(shown / MINUTE_MS)
      moveTo((whole + minutes) * MINUTE_MS)
    },
    /** From the end it starts over. */
    toggle() {
      if (!hasPast) return
      if (timer !== 0) stop()
      else {
        if (atMs === undefined) atMs = extent.fromMs
        lastTick = performance.now()
        timer = setInterval(tick, TICK_MS)
      }
      changed()
    },
  }
}

const wholeSecond = (timeMs, fromMs) =>
  Math.max(Math.ceil(fromMs), Math.floor(timeMs / 1_000) * 1_000)
