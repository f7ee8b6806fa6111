/** The only reader of clocks. Everybody else is given what they need. */
import { hrtime } from 'node:process'

/** How far our reading may be from the system's clock, which is adjusted and steps. Unit: ms. */
const DRIFT_MS_MAX = 20
let anchorMs = performance.timeOrigin

/** Wall time, µs since 1970: finer than `Date.now`, and with it within 20 ms. It may step. */
export function nowUs(): number {
  const elapsedMs = performance.now()
  const driftMs = Date.now() - (anchorMs + elapsedMs)
  if (Math.abs(driftMs) > DRIFT_MS_MAX) anchorMs += driftMs
  return Math.round((anchorMs + elapsedMs) * 1000)
}

/** Monotonic time, µs since an arbitrary start. It never steps. */
export const monoUs = (): number => Number(hrtime.bigint() / 1000n)

/** Waits as long as recorded time takes at `speed` times its pace; the first moment sets the start. */
export function paceOf(speed: number, signal: AbortSignal): (recvTimeUs: number) => Promise<void> {
  let start: { readonly recvUs: number; readonly monoUs: number } | undefined
  return async (recvTimeUs) => {
    start ??= { recvUs: recvTimeUs, monoUs: monoUs() }
    const waitUs = (recvTimeUs - start.recvUs) / speed - (monoUs() - start.monoUs)
    if (waitUs <= 1000 || signal.aborted) return
    await new Promise<void>((resolve) => {
      const done = () => {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = setTimer(waitUs / 1000, done)
      signal.addEventListener('abort', done)
    })
  }
}

/** Calls `task` once, `waitMs` from now; returns what cancels it. */
export function setTimer(waitMs: number, task: () => void): () => void {
  const timer = setTimeout(task, waitMs)
  return () => clearTimeout(timer)
}
