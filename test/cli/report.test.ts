// Goal: a report can be made again by anyone, tells when it was altered, and is never half-written.
// Method: command lines on a small simulated recording.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runHere as run } from './in-process.ts'

const TIMEOUT_MS = 120_000

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'))
  await run(folder, 'simulate', '--recording', 'small', '--minutes', '3', '--seed', '3')
  const made = await run(folder, 'report', 'full')
  expect(made).toMatchObject({ exitCode: 0, stderr: '' })
}, TIMEOUT_MS)
afterAll(() => rm(folder, { recursive: true }))

const FULL = join('reports', 'small-full')

async function filesIn(path: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(path, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile())
  const texts = files.map(async ({ parentPath, name }) => {
    const file = join(parentPath, name)
    return [file.slice(path.length), await readFile(file, 'utf8')] as const
  })
  return new Map((await Promise.all(texts)).sort(([a], [b]) => (a < b ? -1 : 1)))
}

describe('a report', { timeout: TIMEOUT_MS }, () => {
  test('has the same bytes in another directory, and knows neither it nor the host', async () => {
    const elsewhere = join(folder, 'elsewhere')
    await mkdir(elsewhere)
    const recording = join(folder, 'recordings', 'small')
    const made = await run(elsewhere, 'report', 'full', '--recording', recording, '--out', 'there')
    expect(made.exitCode).toBe(0)
    const files = await filesIn(join(folder, FULL))
    expect(await filesIn(join(elsewhere, 'there'))).toEqual(files)
    expect([...files.keys()]).toEqual(expect.arrayContaining(['/full.md', '/full.json']))
    for (const text of files.values()) expect(text).not.toContain(folder)
    expect(files.get('/full.md')).toContain(
      '| made with | `moonreplay report full --recording small` |',
    )
  })

  test('is made again from the command in its head, and shows what was altered', async () => {
    const copy = join(folder, 'copy')
    await cp(join(folder, FULL), copy, { recursive: true })
    for (const name of ['full.md', 'full.json']) {
      expect(await run(folder, 'report', '--verify', join(copy, name))).toMatchObject({
        exitCode: 0,
        stderr: '',
      })
    }
    const twin = join(copy, 'full.json')
    const text = await readFile(twin, 'utf8')
    await writeFile(twin, text.replace(/"minuteCount": \d+/, '"minuteCount": 99'))
    const altered = await run(folder, 'report', '--verify', join(copy, 'full.md'), '--json')
    expect(altered.exitCode).toBe(1)
    expect(JSON.parse(altered.stdout)).toMatchObject({
      ok: false,
      differences: [{ file: 'full.json' }],
    })
  })

  test('of two sides is made again too', async () => {
    const sides = ['--compare=standard', '--compare=--profile reference --set audit.draws=50']
    expect((await run(folder, 'report', ...sides)).exitCode).toBe(0)
    const file = join('reports', 'small-compare', 'compare.json')
    expect(await run(folder, 'report', '--verify', file)).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test('fails for a gap that is longer than it may be', async () => {
    const made = await run(folder, 'report', 'hit-rate', '--json', '--max-gap-ms', '-1')
    expect(made.exitCode).toBe(1)
    expect(JSON.parse(made.stdout)).toMatchObject({ kind: 'hit-rate', longestGapMs: 0 })
  })
})

describe('a report that cannot be made', { timeout: TIMEOUT_MS }, () => {
  test('ends in one line and exit status 2, and leaves what stood there', async () => {
    await mkdir(join(folder, 'mine'))
    await writeFile(join(folder, 'mine', 'diary.txt'), 'keep me')
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['report', 'hitrate'], /USAGE: there is no report hitrate; nearest: hit-rate/],
      [['report', 'full', '--set', 'audit.draw=9'], /SETTING_INVALID: .*nearest: audit\.draws/],
      [['report', 'full', '--set', 'audit.headlineTolerance=0.003'], /SETTING_INVALID: .*one of/],
      [['report', 'full', '--to', 'seq:5'], /RANGE_EMPTY: .*too little data to audit/],
      [['report', 'full', '--out', 'mine'], /USAGE: --out mine holds something that is no report/],
      [['report', 'full', '--out', 'mine/diary.txt'], /USAGE: .*is not a folder/],
      [['report', '--compare', 'standard', 'other'], /USAGE: there is no flag other/],
      [['report', '--verify', 'mine/diary.txt'], /USAGE: .*is no report/],
    ]
    const before = await filesIn(join(folder, 'reports'))
    for (const [args, message] of cases) {
      const { exitCode, stdout, stderr } = await run(folder, ...args)
      expect(stderr).toMatch(message)
      expect({ exitCode, stdout, lines: stderr.trim().split('\n').length }).toEqual({
        exitCode: 2,
        stdout: '',
        lines: 1,
      })
    }
    expect(await filesIn(join(folder, 'reports'))).toEqual(before)
    expect(await readdir(join(folder, 'mine'))).toEqual(['diary.txt'])
  })
})
