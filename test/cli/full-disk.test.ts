// Goal: a disk that runs full while a report, a replay or a sweep is written ends the command with the
// place and the remedy, leaves nothing half-written that looks whole, and what a sweep had tried is
// gone on with. Method: a file system of a few blocks in memory, which only root may mount; it grows
// for the sweep to go on.
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../kit/journals.ts'
import { BASE, GRID, simulated } from '../sweep/sweep-kit.ts'
import { type Ended, runHere } from './in-process.ts'

const TIMEOUT_MS = 240_000

function tryMount(): string | undefined {
  if (process.getuid?.() !== 0) return undefined
  const path = mkdtempSync(join(tmpdir(), 'moonreplay-small-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', path], { stdio: 'ignore' })
    return path
  } catch {
    // Not allowed here, as in most containers.
    return undefined
  }
}

const disk = tryMount()
const small = disk ?? ''
const resize = (kilobytes: number): Buffer =>
  execFileSync('mount', ['-o', `remount,size=${kilobytes}k`, small])

describe.skipIf(disk === undefined)('a disk that is full (needs root to mount one)', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>

  beforeAll(async () => {
    folder = await temporaryFolder()
    await simulated(join(folder.path, 'market'), ['BTCUSDT'])
  }, TIMEOUT_MS)
  beforeEach(async () => {
    for (const name of await readdir(small)) await rm(join(small, name), { recursive: true })
    resize(16)
  })
  afterAll(async () => {
    execFileSync('umount', [small])
    await rm(small, { recursive: true })
    await folder[Symbol.asyncDispose]()
  })

  const run = (...words: readonly string[]): Promise<Ended> =>
    runHere(folder.path, ...words, '--recording', './market')

  const failure = (path: string) => ({
    exitCode: 2,
    stderr: expect.stringMatching(
      new RegExp(`JOURNAL_WRITE_FAILED: ${path}.*no space left.*Free disk space`),
    ),
  })

  test('leaves no report', { timeout: TIMEOUT_MS }, async () => {
    const out = join(small, 'report')
    expect(await run('report', 'full', '--out', out)).toMatchObject(failure(out))
    expect(await readdir(small)).toEqual([])
  })

  test('leaves no artefacts of a replay', { timeout: TIMEOUT_MS }, async () => {
    const out = join(small, 'replay')
    expect(await run('replay', '--artefacts', '--out', out)).toMatchObject(failure(out))
    expect(await readdir(small)).toEqual([])
  })

  test('keeps what a sweep has tried, to go on with', { timeout: TIMEOUT_MS }, async () => {
    const words = (out: string): readonly string[] => [
      ...['sweep', '--out', out, '--windows', '1', '--workers', '1', '--json'],
      ...Object.entries(BASE).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
      ...GRID.flatMap((axis) => ['--grid', axis]),
    ]
    const whole = await run(...words(join(folder.path, 'whole')))
    expect(whole.exitCode).toBe(0)
    const out = join(small, 'sweep')
    resize(4)
    expect(await run(...words(out))).toMatchObject(failure(out))
    expect(await readdir(out)).toEqual(['trials.ndjson'])
    // Room for all trials now, and not for table and pictures: the manifest comes last.
    resize(16)
    expect(await run(...words(out), '--resume')).toMatchObject(failure(out))
    expect(await readdir(out)).not.toContain('manifest.json')
    resize(4096)
    const resumed = await run(...words(out), '--resume')
    expect(resumed).toMatchObject({ exitCode: 0, stdout: whole.stdout })
  })
})
