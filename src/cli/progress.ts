/** A progress bar on standard error: only on a terminal, and only for work of over two seconds. */
import { nowUs } from '../runtime/clock.ts'

const QUIET_US = 2_000_000
const REDRAW_US = 100_000
const WIDTH = 28

export interface Progress {
  /** `done` of `total` units; redraws at most ten times a second. */
  update(done: number, total: number): void
  /** Takes the bar off the screen. */
  end(): void
}

export function startProgress(label: string, unit: string): Progress {
  const startUs = nowUs()
  const enabled = process.stderr.isTTY === true
  let drawnUs = 0
  return {
    update(done, total) {
      const now = nowUs()
      if (!enabled || now - startUs < QUIET_US || now - drawnUs < REDRAW_US) return
      drawnUs = now
      process.stderr.write(`\r\u001b[2K${bar(label, unit, done, total, (now - startUs) / 1e6)}`)
    },
    end() {
      if (drawnUs > 0) process.stderr.write('\r\u001b[2K')
    },
  }
}

function bar(label: string, unit: string, done: number, total: number, seconds: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0
  const filled = Math.round(share * WIDTH)
  const rate = done / seconds
  const left = rate > 0 ? Math.max(0, (total - done) / rate) : 0
  const cells = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`
  const percent = `${(share * 100).toFixed(0).padStart(3)} %`
  return `${label} ${cells} ${percent}  ${Math.round(rate).toLocaleString('en-US')} ${unit}/s  ${left.toFixed(0)} s left`
}
