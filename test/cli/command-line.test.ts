// Goal: a user who errs gets one line that says what, where and what to do, and exit status 2; and
// nothing recorded is harmed. Method: the real program in a child process, in an empty folder.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')
const TIMEOUT_MS = 60_000

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'))
  const made = await run('simulate', '--recording', 'small', '--minutes', '3', '--seed', '3')
  expect(made.stderr).toBe('')
}, TIMEOUT_MS)
afterAll(() => rm(folder, { recursive: true }))

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', TSX, MAIN, ...args], { cwd: folder })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}

const line = (recv: number) =>
  `${JSON.stringify({ recv, ex: 'binance', sym: 'BTCUSDT', ch: 'trade', raw: '{}' })}\n`

describe('bad input', () => {
  test('ends in one line and exit status 2', { timeout: TIMEOUT_MS * 3 }, async () => {
    await writeFile(join(folder, 'bad.ndjson'), `${line(1)}nonsense\n`)
    const whole = gzipSync(Array.from({ length: 5000 }, (_, index) => line(index + 1)).join(''))
    await writeFile(join(folder, 'cut.gz'), whole.subarray(0, whole.length - 50))
    const blocker = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => blocker.once('listening', resolve))
    const { port } = blocker.address() as AddressInfo
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['import', 'bad.ndjson', '--recording', 'x'], /INPUT_MALFORMED: .*bad\.ndjson line 2/],
      [['import', 'cut.gz', '--recording', 'x'], /INPUT_MALFORMED: .*cut\.gz breaks off/],
      [['import', 'none.gz', '--recording', 'x'], /FILE_UNREADABLE: none\.gz/],
      [['import', 'bad.ndjson', '--recording', 'small'], /RECORDING_EXISTS: .*small/],
      [['replay', '--recording', 'nowhere'], /RECORDING_NOT_FOUND: .*nowhere.* small/],
      [['replay', '--from', 'seq:90', '--to', 'seq:50'], /RANGE_EMPTY: .*seq:90/],
      [['replay', '--set', 'book.gapTolerence=1'], /SETTING_INVALID: .*book\.gapTolerance/],
      [['replay', '--set', 'book.gapTolerance=-1'], /SETTING_INVALID: .*>= 0/],
      [['replay', '--check', '--profile', 'reference'], /USAGE: --check/],
      [['demo', '--port', String(port)], /PORT_IN_USE: .*/],
      [
        [
          'capture',
          '--recording',
          'c',
          '--port',
          '0',
          '--ws-url',
          'ws://127.0.0.1:1',
          '--rest-url',
          'http://127.0.0.1:1',
          '--log-level',
          'error',
        ],
        /VENUE_UNREACHABLE: /,
      ],
      [['fly'], /USAGE|Unknown/],
    ]
    for (const [args, expected] of cases) {
      const { exitCode, stderr } = await run(...args)
      expect.soft(stderr, args.join(' ')).toMatch(expected)
      expect.soft(exitCode, args.join(' ')).toBe(2)
    }
    blocker.close()
    const left = await readdir(join(folder, 'recordings'))
    expect(left.filter((name) => name !== 'c' && !name.startsWith('.'))).toEqual(['small'])
    const verified = await run('verify', '--recording', 'small', '--json')
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true })
  })
})

describe('commands', () => {
  test('a recording without digests fails a check', { timeout: TIMEOUT_MS }, async () => {
    const { exitCode, stdout } = await run('replay', '--recording', 'small', '--check', '--json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ digestsCompared: {}, ok: false })
  })

  test('the same seed gives the same digest', { timeout: TIMEOUT_MS }, async () => {
    await mkdir(join(folder, 'recordings'), { recursive: true })
    await run('simulate', '--recording', 'again', '--minutes', '3', '--seed', '3')
    const digests = await Promise.all(
      ['small', 'again'].map(async (name) => {
        const { stdout } = await run('verify', '--recording', name, '--json')
        return (JSON.parse(stdout) as { digest: string }).digest
      }),
    )
    expect(digests[0]).toBe(digests[1])
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/)
  })

  test('export gives the lines of an import back', { timeout: TIMEOUT_MS }, async () => {
    await writeFile(join(folder, 'in.ndjson'), line(1.125) + line(2))
    await run('import', 'in.ndjson', '--recording', 'lines')
    await run('export', '--recording', 'lines', '--out', 'out.ndjson')
    const { readFile } = await import('node:fs/promises')
    const text = (name: string) => readFile(join(folder, name), 'utf8')
    expect(await text('out.ndjson')).toBe(await text('in.ndjson'))
  })
})
