/** The program itself in a process of its own, as a user starts it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')

export interface Program {
  readonly address: string
  kill(signal: NodeJS.Signals): Promise<void>
}

export interface Programs {
  /** Resolves when the program says, as `said` tells, where it answers. */
  start(args: readonly string[], said: RegExp): Promise<Program>
  killAll(): Promise<void>
}

export const SAID = {
  api: /at (http:\S+)/,
  playback: /at ws:\/\/(\S+)/,
} as const

/** Records BTCUSDT and ETHUSDT as a `playback` at `venue` serves them. */
export const captureArgs = (path: string, venue: Program): readonly string[] => [
  ...['capture', '--recording', path, '--port', '0'],
  ...['--symbols', 'BTCUSDT,ETHUSDT', '--log-level', 'error'],
  ...['--ws-url', `ws://${venue.address}`, '--rest-url', `http://${venue.address}`],
]

export function createPrograms(): Programs {
  const children: ChildProcess[] = []
  const kill = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
  return {
    start(args, said) {
      const child = spawn(process.execPath, ['--import', TSX, MAIN, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      children.push(child)
      return new Promise((resolve, reject) => {
        let text = ''
        child.once('exit', () => reject(new Error(`the program ended: ${text}`)))
        for (const output of [child.stdout, child.stderr]) {
          output.on('data', (bytes: Buffer) => {
            text += bytes.toString()
            const address = said.exec(text)?.[1]
            if (address !== undefined) resolve({ address, kill: (signal) => kill(child, signal) })
          })
        }
      })
    },
    killAll: async () => {
      await Promise.all(children.map((child) => kill(child, 'SIGKILL')))
    },
  }
}
