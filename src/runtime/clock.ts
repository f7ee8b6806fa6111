/** The only reader of clocks. Everybody else is given what they need. */
import { hrtime } from 'node:process'

/** Wall time, µs since 1970. It may step. */
export const nowUs = (): number => Math.round((performance.timeOrigin + performance.now()) * 1000)

/** Monotonic time, µs since an arbitrary start. It never steps. */
export const monoUs = (): number => Number(hrtime.bigint() / 1000n)

/** Calls `task` once, `waitMs` from now; returns what cancels it. */
export function setTimer(waitMs: number, task: () => void): () => void {
  const timer = setTimeout(task, waitMs)
  return () => clearTimeout(timer)
}
