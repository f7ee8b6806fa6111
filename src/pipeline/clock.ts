/**
 * The engine clock of one symbol (`product.md` §2), in both forms that the setting
 * `pipeline.clock` names. It is part of the state: the same entries give the same clock.
 */

/** How far an exchange time may run ahead of corrected receive time before it is not believed. */
const AHEAD_MS_MAX = 5_000
const MINUTE_MS = 60_000

export interface EngineClock {
  /** Present value. Unit: ms since 1970. `NaN` before the first entry that sets it. */
  nowMs: number
  /** The minute that is open, counted from 1970. `NaN` before the first entry. */
  openMinute: number
  /** Exchange times that were too far ahead of receive time to be believed. */
  disbelievedCount: number
}

export const startClock = (nowMs = Number.NaN): EngineClock => ({
  nowMs,
  openMinute: minuteOf(nowMs),
  disbelievedCount: 0,
})

export const minuteOf = (timeMs: number): number => Math.floor(timeMs / MINUTE_MS)

/**
 * Moves the clock to the exchange time of a socket entry. Returns whether the entry is in a later
 * minute than the open one, which the caller then closes before it handles the entry.
 */
export function advance(
  clock: EngineClock,
  venueTimeMs: number,
  recvTimeUs: number,
  clockOffsetMs: number,
): boolean {
  const expectedMs = recvTimeUs / 1000 + clockOffsetMs
  let timeMs = venueTimeMs
  if (timeMs > expectedMs + AHEAD_MS_MAX) {
    clock.disbelievedCount += 1
    timeMs = expectedMs
  }
  // Also taken by the first entry, before which `nowMs` is not a number.
  if (!(timeMs <= clock.nowMs)) {
    clock.nowMs = timeMs
    if (Number.isNaN(clock.openMinute)) clock.openMinute = minuteOf(timeMs)
    return minuteOf(timeMs) > clock.openMinute
  }
  return false
}

/**
 * The reference's test for a new minute: the minute of the hour differs from that of the last
 * rollover, so that a hole of exact hours is not seen (`pipeline.md` P-Q12).
 */
export const minuteOfHourChanged = (clock: EngineClock): boolean =>
  minuteOf(clock.nowMs) % 60 !== clock.openMinute % 60
