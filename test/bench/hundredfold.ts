/**
 * `npm run bench:hundredfold -- RECORDING [MINUTES [PORT]]`: a recording is played back at 100 times its
 * pace as a virtual exchange, and captured over real sockets for so long (15). Says whether memory
 * stayed flat, whether every digest is reproduced, and whether the coverage of what was captured misses
 * just what the recording itself misses. Exit status 1 where not.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fieldName, numberAfter } from '../../src/base/field-number.ts'
import { openReader } from '../../src/journal/level-reader.ts'
import type { Block } from '../../src/model/block.ts'

const SPEED = 100
const SAMPLE_MS = 10_000
/** Of the second half against the first, once everything is loaded. */
const GROWTH_MB_MAX = 64
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const run = promisify(execFile)

const [recording = 'demo', minutes = '15', portText = '8898'] = process.argv.slice(2)
const port = Number(portText)
const captured = resolve('recordings', `hundredfold-${process.pid}`)
const say = (text: string): boolean => process.stdout.write(`${text}\n`)

function start(name: string, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  child.once('exit', (code, signal) => say(`${name} ended: ${code ?? signal}`))
  return child
}

/** What /proc says of a process. Unit: MB. */
async function residentMB({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** Ids of the trades and diffs of a recording, by stream. */
async function idsOf(path: string): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const ids = new Map<string, Set<number>>()
  const reader = await openReader(path)
  try {
    for await (const block of reader.blocks()) takeIds(ids, block)
  } finally {
    await reader.close()
  }
  return ids
}

const ID_NAMES: Readonly<Record<string, Uint8Array>> = {
  aggTrade: fieldName('a'),
  depth: fieldName('u'),
}

function takeIds(ids: Map<string, Set<number>>, block: Block): void {
  for (let index = 0; index < block.count; index += 1) {
    const { symbol, channel } = block.streams[block.streamIndexes[index] ?? 0] ?? {}
    const name = ID_NAMES[channel ?? '']
    if (name === undefined) continue
    const key = `${symbol}/${channel}`
    const known = ids.get(key) ?? new Set<number>()
    ids.set(key, known)
    known.add(
      numberAfter(block.bytes.subarray(block.offsets[index], block.offsets[index + 1]), name),
    )
  }
}

/** Ids that one recording has between the first and last of the other, which lacks them. */
function lackedBy(other: ReadonlySet<number>, ids: ReadonlySet<number>): number {
  const [first, last] = [least(other), greatest(other)]
  let count = 0
  for (const id of ids) if (id > first && id < last && !other.has(id)) count += 1
  return count
}

const least = (ids: ReadonlySet<number>): number => {
  let found = Number.POSITIVE_INFINITY
  for (const id of ids) found = Math.min(found, id)
  return found
}
const greatest = (ids: ReadonlySet<number>): number => {
  let found = Number.NEGATIVE_INFINITY
  for (const id of ids) found = Math.max(found, id)
  return found
}

interface Row {
  readonly symbol: string
  readonly channel: string
  readonly expectedCount: number | null
  readonly missingCount: number | null
  readonly reconnectCount: number
}

/** What the recording itself lacks of dense ids, between the first and last that was captured. */
function ownHoles(captured_: ReadonlySet<number>, source: ReadonlySet<number>): number {
  const [first, last] = [least(captured_), greatest(captured_)]
  let present = 0
  for (const id of source) if (id >= first && id <= last) present += 1
  return last - first + 1 - present
}

const failures: string[] = []
const hold = (isTrue: boolean, what: string): void => {
  say(`${isTrue ? 'ok  ' : 'FAIL'} ${what}`)
  if (!isTrue) failures.push(what)
}

const venue = start('playback', [
  'playback',
  `--recording=${recording}`,
  `--port=${port}`,
  `--speed=${SPEED}`,
])
// The recording is opened before the port is.
for (let wait = 0; wait < 600; wait += 1) {
  const isUp = await fetch(`http://127.0.0.1:${port}/fapi/v1/time`).then(
    () => true,
    () => false,
  )
  if (isUp) break
  await new Promise((wake) => setTimeout(wake, 100))
}
const daemon = start('capture', [
  'capture',
  `--recording=${captured}`,
  '--symbols=BTCUSDT',
  `--ws-url=ws://127.0.0.1:${port}`,
  `--rest-url=http://127.0.0.1:${port}`,
  `--port=${port + 1}`,
  '--log-level=error',
])
const memoryMB: number[] = []
const sampleCount = Math.round((Number(minutes) * 60_000) / SAMPLE_MS)
for (let sample = 0; sample < sampleCount && daemon.exitCode === null; sample += 1) {
  await new Promise((wake) => setTimeout(wake, SAMPLE_MS))
  if (daemon.exitCode === null) memoryMB.push(await residentMB(daemon))
}
await end(daemon)
await end(venue)
say(`resident MB every ${SAMPLE_MS / 1000} s: ${memoryMB.join(' ')}`)
const half = memoryMB.length >> 1
const settled = Math.max(...memoryMB.slice(half >> 1, half))
const later = Math.max(...memoryMB.slice(half))
hold(later - settled <= GROWTH_MB_MAX, `memory: at most ${settled} MB, later ${later} MB`)

const cli = (...args: readonly string[]) =>
  run(process.execPath, ['--import', 'tsx', MAIN, ...args], { maxBuffer: 1 << 28 })
const checked = JSON.parse(
  await cli('replay', `--recording=${captured}`, '--check', '--json').then(
    ({ stdout }) => stdout,
    (error: { readonly stdout: string }) => error.stdout,
  ),
)
hold(checked.ok === true, `digests: ${JSON.stringify(checked)}`)

const inspected = JSON.parse(
  (await cli('inspect', `--recording=${captured}`, '--coverage', '--json')).stdout,
)
const rows: readonly Row[] = inspected.coverage
const source = await idsOf(resolve('recordings', recording))
const ours = await idsOf(captured)
for (const [stream, ids] of ours) {
  const played = source.get(stream) ?? new Set<number>()
  const dropped = lackedBy(ids, played)
  const own = rows.filter(({ symbol, channel }) => `${symbol}/${channel}` === stream)
  const missing = own.reduce((sum, row) => sum + (row.missingCount ?? 0), 0)
  const expected = own.reduce((sum, row) => sum + (row.expectedCount ?? 0), 0)
  const what = `${stream}: ${ids.size} captured, ${dropped} of those played were not; coverage says ${missing} of ${expected} missing`
  if (stream.endsWith('/aggTrade')) hold(missing === ownHoles(ids, played) + dropped, what)
  else hold(dropped === 0, what)
}
say(`gaps ${inspected.gapCount}, entries ${inspected.entryCount}, faults ${inspected.faultCount}`)
await rm(join(captured), { recursive: true })
if (failures.length > 0) process.exitCode = 1
