/** Runs the program as `npm start` does, in a folder of its own, and finds its address. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')

export interface DemoServer {
  readonly url: string
  close(): Promise<void>
}

/** Resolves as soon as it listens, which is before the state stands. */
export async function startDemo(): Promise<DemoServer> {
  const folder = await mkdtemp(join(tmpdir(), 'moonreplay-page-'))
  const program = spawn(process.execPath, ['--import', TSX, MAIN, '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const url = await addressOf(program)
  return {
    url,
    async close() {
      const ended = new Promise((resolve) => program.once('exit', resolve))
      program.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}

function addressOf(program: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    program.once('exit', () => reject(new Error(`the program ended: ${said}`)))
    program.once('error', reject)
    program.stderr?.on('data', (chunk) => {
      said += String(chunk)
      const address = /listening at (http:\S+)/.exec(said)?.[1]
      if (address !== undefined) resolve(address)
    })
  })
}
