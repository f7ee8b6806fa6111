// Goal: `moonreplay sweep` says the same whatever the threads, reaches no network, ends cleanly on
// Ctrl-C and goes on from there; what it recommends can be replayed. Method: command lines, and where
// signals or the network matter, the real program in a child process that dies of any attempt to
// connect to a host.
import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeLine } from '../../src/sweep/trial-journal.ts'
import { runHere } from '../cli/in-process.ts'
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
/** The table of a sweep that nothing broke off. */
let whole = ''

beforeAll(async () => {
  folder = await temporaryFolder()
  await simulated(join(folder.path, 'market'), ['BTCUSDT'])
  const made = await runHere(folder.path, ...sweepArgs('whole', '--workers', '1', '--json'))
  expect(made).toMatchObject({ exitCode: 0, stderr: '' })
  whole = made.stdout
}, TIMEOUT_MS)
afterAll(() => folder[Symbol.asyncDispose]())

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly stopMs: number
}

/** `stopWhen`: sends `signal` once it says so. */
function run(
  args: readonly string[],
  stopWhen?: () => Promise<boolean>,
  signal: NodeJS.Signals = 'SIGINT',
): Promise<Ended> {
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
      child.kill(signal)
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

/** Enough trials that a signal comes in the middle of them. */
const longArgs = (out: string, ...more: readonly string[]): readonly string[] =>
  sweepArgs(
    out,
    ...['--grid', 'zones.floorFraction=0.05..0.4', '--random', '80'],
    ...['--workers', '1', '--json'],
    ...more,
  )

/** What it prints when nothing stops it. */
async function tableOf(args: readonly string[]): Promise<string> {
  const { exitCode, stdout } = await runHere(folder.path, ...args)
  expect(exitCode).toBe(0)
  return stdout
}

let long: Promise<string> | undefined
/** The table of the sweep that signals break off, made once. */
const unbroken = (): Promise<string> => {
  long ??= tableOf(longArgs('long'))
  return long
}

const trialsDone = async (out: string): Promise<number> => {
  const path = join(folder.path, out, 'trials.ndjson')
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.split('\n').filter((line) => decodeLine(line) !== undefined).length - 1
}

describe('moonreplay sweep', () => {
  test('prints one table for any number of threads, without a network', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const two = await run(sweepArgs('two', '--workers', '2', '--json'))
    expect(two).toMatchObject({ exitCode: 0, stderr: '' })
    expect(two.stdout).toBe(whole)
    const table = JSON.parse(whole) as { readonly rows: readonly unknown[] }
    expect(table.rows).toHaveLength(13)
    const [reportOne, reportTwo] = await Promise.all(
      ['whole', 'two'].map((out) => readFile(join(folder.path, out, 'sweep.md'), 'utf8')),
    )
    expect(reportTwo).toBe(reportOne)
    expect((await readdir(join(folder.path, 'whole', 'img'))).length).toBeGreaterThan(2)
  })

  test('dies of an attempt to connect, in this test', { timeout: TIMEOUT_MS }, async () => {
    const { exitCode } = await run(['capture', '--recording', 'x', '--ws-url', 'ws://127.0.0.1:9'])
    expect(exitCode).toBe(CAUGHT)
  })

  test('stops on Ctrl-C within two seconds, and ends in the same table after --resume', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const stopped = await run(longArgs('stopped'), async () => (await trialsDone('stopped')) >= 2)
    expect(stopped.stderr).toMatch(/^INTERRUPTED: /)
    expect(stopped.exitCode).toBe(2)
    expect(stopped.stdout).toBe('')
    expect(stopped.stopMs).toBeLessThan(2_000)
    expect(await tableOf(longArgs('stopped', '--resume'))).toBe(await unbroken())
  })

  test('that is killed ends in the same table after --resume', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const killed = await run(
      longArgs('killed'),
      async () => (await trialsDone('killed')) >= 2,
      'SIGKILL',
    )
    expect(killed).toMatchObject({ exitCode: null, stdout: '' })
    expect(await readdir(join(folder.path, 'killed'))).toEqual(['trials.ndjson'])
    expect(await tableOf(longArgs('killed', '--resume'))).toBe(await unbroken())
  })

  test('leaves the best settings for a replay, which then ends in the digest of its row', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const grid = ['--grid', 'calibrator.priorStrength=5,10', '--windows', '3']
    const where = ['--recording', './market', '--json']
    const swept = await runHere(
      folder.path,
      'sweep',
      ...where,
      ...['--out', 'best', '--workers', '1'],
      ...grid,
      ...SET,
    )
    const table = JSON.parse(swept.stdout) as {
      readonly rows: readonly { readonly digests: Readonly<Record<string, string>> }[]
    }
    const settings = join('best', 'best-settings.json')
    const replayed = await runHere(folder.path, 'replay', ...where, '--settings', settings)
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
    const { exitCode, stdout, stderr } = await runHere(
      folder.path,
      'sweep',
      ...['--recording', './market', '--workers', '1'],
      ...args,
    )
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(stdout).toBe('')
    expect(exitCode).toBe(2)
  })
})
