/**
 * The venue's clock minus ours, from its server time. A single reply does not tell a clock that is
 * wrong from one that runs at another rate (a recording played back at sixty times its speed), so
 * an offset counts only where two measurements agree.
 */
import type { ClockOffsetFact } from '../model/facts.ts'

export interface ClockWatch {
  last: ClockOffsetFact | undefined
  /** The last two measurements disagreed. */
  unsteady: boolean
}

/** Beyond this a round trip says too little. */
const RTT_MS_MAX = 2_000
/** How far two offsets may differ beyond what their round trips explain. */
const DRIFT_MS_MAX = 500

export const startClockWatch = (): ClockWatch => ({ last: undefined, unsteady: false })

/** Takes one measurement; times of sending and receipt are ours. Returns the offset if it counts. */
export function measureClock(
  watch: ClockWatch,
  sentMs: number,
  receivedMs: number,
  serverTimeMs: number,
): ClockOffsetFact | undefined {
  const rttMs = receivedMs - sentMs
  if (!Number.isFinite(serverTimeMs) || rttMs < 0 || rttMs > RTT_MS_MAX) return undefined
  // Whole microseconds: what is finer than that no clock of ours tells.
  const offsetMs = Math.round((serverTimeMs - (sentMs + receivedMs) / 2) * 1000) / 1000
  const fact: ClockOffsetFact = { offsetMs, rttMs: Math.round(rttMs * 1000) / 1000 }
  const { last } = watch
  watch.last = fact
  if (last === undefined) return undefined
  const explainedMs = (last.rttMs + fact.rttMs) / 2 + DRIFT_MS_MAX
  watch.unsteady = Math.abs(last.offsetMs - fact.offsetMs) > explainedMs
  return watch.unsteady ? undefined : fact
}
