/** The terminal that the program runs in, for `dashboard`. */
import { RecorderError } from '../base/errors.ts'
import { setTimer } from '../runtime/clock.ts'
import type { Terminal } from '../terminal/dashboard.ts'

/** @throws {RecorderError} `USAGE` where standard output is no terminal. */
export function ownTerminal(): Terminal {
  const { stdin, stdout } = process
  if (!stdout.isTTY || !stdin.isTTY) {
    throw new RecorderError('USAGE', 'dashboard needs a terminal to draw on')
  }
  return {
    size: () => ({ columns: stdout.columns, rows: stdout.rows }),
    write: (text) => stdout.write(text),
    onKey: (listener) => {
      const take = (bytes: Buffer) => listener(bytes.toString())
      stdin.setRawMode(true)
      stdin.resume()
      stdin.on('data', take)
      return () => {
        stdin.off('data', take)
        stdin.setRawMode(false)
        stdin.pause()
      }
    },
    setTimer,
  }
}
