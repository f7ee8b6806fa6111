/** Minutes in which far more was liquidated than usual, found in the background. */
import { ask, has } from './api.js'

const PATH = '/v1/minutes'
const WINDOW_MINUTES = 720
const MINUTE_MS = 60_000
/** A week: beyond it nothing is looked through on its own. */
const WINDOWS_MAX = 14
/** Liquidations of a minute at least, and as a share of the busiest minute. */
const COUNT_MIN = 5
const SHARE_MIN = 0.25
/** One cascade lasts up to this long. */
const APART_MS = 10 * MINUTE_MS

/**
 * Looks through the recording from its end and tells what it has found after each window.
 * @param {string} symbol
 * @param {{fromMs: number, toMs: number}} extent
 * @param {boolean} hasPast Without it only the newest window can be looked through.
 * @param {(cascades: readonly {timeMs: number, share: number}[]) => boolean} found False: enough.
 */
export async function findCascades(symbol, extent, hasPast, found) {
  if (!has(PATH)) return
  const counts = []
  for (const toMs of windowEnds(extent, hasPast)) {
    // The newest window ends wherever the recording does.
    const at = toMs === extent.toMs ? undefined : Math.floor(toMs / 1_000) * 1_000
    const { minutes } = await ask(PATH, { symbol, minutes: WINDOW_MINUTES, at })
    counts.push(...minutes.map(countOf).filter(({ count }) => count >= COUNT_MIN))
    if (!found(cascadesOf(counts))) return
  }
}

function windowEnds({ fromMs, toMs }, hasPast) {
  const windowMs = WINDOW_MINUTES * MINUTE_MS
  const needed = Math.ceil((toMs - fromMs) / windowMs)
  const length = hasPast ? Math.min(WINDOWS_MAX, needed) : 1
  return Array.from({ length }, (_, index) => toMs - index * windowMs)
}

const countOf = ({ openTimeMs, observedLong, observedShort }) => ({
  timeMs: openTimeMs,
  count: (observedLong ?? 0) + (observedShort ?? 0),
})

/** The strongest minutes, none within ten minutes of a stronger one. */
function cascadesOf(counts) {
  const sorted = [...counts].sort((one, other) => other.count - one.count)
  const busiest = sorted[0]?.count ?? 1
  const cascades = []
  for (const { timeMs, count } of sorted) {
    const share = count / busiest
    const isNear = cascades.some((cascade) => Math.abs(cascade.timeMs - timeMs) < APART_MS)
    if (share >= SHARE_MIN && !isNear) cascades.push({ timeMs, share })
  }
  return cascades
}
