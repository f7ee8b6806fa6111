// Goal: `moonreplay sweep` says the same whatever the threads, reaches no network, ends cleanly on
// Ctrl-C and goes on from there; what it recommends can be replayed. Method: the real program in a
// child process that dies of any attempt to connect to a host.
import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeLine } from '../../src/sweep/trial-journal.ts'
import { temporaryFolder } from '../kit/journals.ts'
import { BASE, GRID, simulated } from './sweep-kit.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')
const TIMEOUT_MS = 240_000

/** Exit status of a child that tried to reach somebody. */
const CAUGHT = 77
const NO_NETWORK = `data:text/javascript,${encodeURIComponent(`
  import net from 'node:net'
  import dns from 'node:dns'
  import dgram from 'node:dgram'
  const caught = () => process.exit(${CAUGHT})
  const connect = net.Socket.prototype.connect
  net.Socket.prototype.connect = function (...args) {
    const target = Array.isArray(args[0]) ? args[0][0] : args[0]
    // The loader of the sources talks to itself through a path.
    return typeof target === 'object' && target?.path ? connect.apply(this, args) : caught()
  }
  net.Server.prototype.listen = caught
  dns.lookup = caught
  dgram.createSocket = caught
`)}`

let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  folder = await temporaryFolder()
  await simulated(join(folder.path, 'market'), ['BTCUSDT'])
}, TIMEOUT_MS)
afterAll(() => folder[Symbol.asyncDispose]())

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly stopMs: number
}

/** `stopWhen`: sends SIGINT once it says so. */
function run(args: readonly string[], stopWhen?: () => Promise<boolean>): Promise<Ended> {
  const flags = ['--import', TSX, '--import', NO_NETWORK]
  const child = spawn(process.execPath, [...flags, MAIN, ...args], { cwd: folder.path })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  let stoppedAt = 0
  const watch = setInterval(() => {
    void stopWhen?.().then((isTime) => {
      if (!isTime || stoppedAt > 0) return
      stoppedAt = performance.now()
      child.kill('SIGINT')
    })
  }, 20)
  return new Promise((resolve) => {
    child.on('close', (exitCode) => {
      clearInterval(watch)
      const stopMs = stoppedAt > 0 ? performance.now() - stoppedAt : 0
      resolve({ exitCode, stdout, stderr, stopMs })
    })
  })
}

const SET = Object.entries(BASE).flatMap(([name, value]) => ['--set', `${name}=${value}`])

const sweepArgs = (out: string, ...more: readonly string[]): readonly string[] => [
  'sweep',
  ...['--recording', './market', '--out', out, '--windows', '3'],
  ...SET,
  ...GRID.flatMap((axis) => ['--grid', axis]),
  ...more,
]

const trialsDone = async (out: string): Promise<number> => {
  const path = join(folder.path, out, 'trials.ndjson')
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.split('\n').filter((line) => decodeLine(line) !== undefined).length - 1
}

describe('moonreplay sweep', () => {
  test('prints one table for any number of threads, without a network', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const one = await run(sweepArgs('one', '--workers', '1', '--json'))
    const two = await run(sweepArgs('two', '--workers', '2', '--json'))
    expect(one.stderr).toBe('')
    expect(one.exitCode).toBe(0)
    expect(two.stdout).toBe(one.stdout)
    const table = JSON.parse(one.stdout) as { readonly rows: readonly unknown[] }
    expect(table.rows).toHaveLength(13)
    const [reportOne, reportTwo] = await Promise.all(
      ['one', 'two'].map((out) => readFile(join(folder.path, out, 'sweep.md'), 'utf8')),
    )
    expect(reportTwo).toBe(reportOne)
    expect((await readdir(join(folder.path, 'one', 'img'))).length).toBeGreaterThan(2)
  })

  test('dies of an attempt to connect, in this test', { timeout: TIMEOUT_MS }, async () => {
    const { exitCode } = await run(['capture', '--recording', 'x', '--ws-url', 'ws://127.0.0.1:9'])
    expect(exitCode).toBe(CAUGHT)
  })

  test('stops on Ctrl-C within two seconds, and ends in the same table after --resume', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const whole = await run(sweepArgs('whole', '--json'))
    const stopped = await run(
      sweepArgs('stopped', '--json', '--workers', '1'),
      async () => (await trialsDone('stopped')) >= 2,
    )
    expect(stopped.stderr).toMatch(/^INTERRUPTED: /)
    expect(stopped.exitCode).toBe(2)
    expect(stopped.stdout).toBe('')
    expect(stopped.stopMs).toBeLessThan(2_000)
    const resumed = await run(sweepArgs('stopped', '--json', '--resume'))
    expect(resumed.exitCode).toBe(0)
    expect(resumed.stdout).toBe(whole.stdout)
  })

  test('leaves the best settings for a replay, which then ends in the digest of its row', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const grid = ['--grid', 'calibrator.priorStrength=5,10', '--windows', '3']
    const swept = await run([
      'sweep',
      '--recording',
      './market',
      '--out',
      'best',
      '--json',
      ...grid,
      ...SET,
    ])
    const table = JSON.parse(swept.stdout) as {
      readonly rows: readonly { readonly digests: Readonly<Record<string, string>> }[]
    }
    const settings = join('best', 'best-settings.json')
    const replayed = await run([
      'replay',
      '--recording',
      './market',
      '--json',
      '--settings',
      settings,
    ])
    expect(replayed.stderr).toBe('')
    const manifest = JSON.parse(replayed.stdout) as {
      readonly digests: readonly { readonly digest: string }[]
    }
    expect(manifest.digests.at(-1)?.digest).toBe(table.rows[0]?.digests['BTCUSDT'])
  })

  test.each([
    [['--grid', 'calibrator.priorStrenght=1'], /SETTING_INVALID: .*calibrator\.priorStrength/],
    [['--grid', 'calibrator.priorStrength=0'], /SETTING_INVALID: .*0\.001/],
    [[], /USAGE: .*--grid NAME/],
    [['--random', '0'], /USAGE: --random/],
    [['--random', '3', '--from', 'seq:10', '--to', 'seq:5'], /RANGE_EMPTY/],
    [['--random', '3'], /RANGE_EMPTY: .*240/],
    [['--random', '3', '--resume', '--settings', 'none.json'], /FILE_UNREADABLE: none\.json/],
  ])('%j ends in one line and exit status 2', { timeout: TIMEOUT_MS }, async (args, message) => {
    const { exitCode, stdout, stderr } = await run(['sweep', '--recording', './market', ...args])
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(stdout).toBe('')
    expect(exitCode).toBe(2)
  })
})
