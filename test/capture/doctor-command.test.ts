// Goal: who runs the doctor where a capture would not work is told so by exit status 1, with a remedy
// that speaks of capture. Method: the real program, against a port of this machine that nobody listens on.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('a doctor that finds something ends in 1, and says to ask it again before capturing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  try {
    const at = `127.0.0.1:${await closedPort()}`
    const args = ['doctor', '--ws-url', `ws://${at}`, '--rest-url', `http://${at}`, '--json']
    const child = spawn(process.execPath, ['--import', TSX, MAIN, ...args], { cwd: folder })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    const exitCode = await new Promise((resolve) => child.on('close', resolve))
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ ok: false })
    expect(stderr).toMatch(/DOCTOR_FAILED: \d+ of \d+ checks failed; .*`moonreplay capture`/)
  } finally {
    await rm(folder, { recursive: true })
  }
})
