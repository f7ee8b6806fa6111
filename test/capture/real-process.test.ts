// Goal: what a simulation cannot show, with real processes, sockets and disks: a daemon that is killed
// loses nothing that it had acknowledged, one that is stopped ends within two seconds, one that is
// flooded keeps every frame, and one whose disk is full says where its recording ends.
//
// What a release must pass: `DAEMON_KILLS=50 FRAMES_PER_SECOND=20000 FLOOD_SECONDS=60`.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { truncateSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openReader } from '../../src/journal/level-reader.ts'
import { readManifest } from '../../src/journal/recording-manifest.ts'
import { verifyRecording } from '../../src/journal/verify.ts'
import { entryAt } from '../../src/model/block.ts'
import { parseFact } from '../../src/model/facts.ts'
import { check } from '../../src/replay/check.ts'
import { openRecording } from '../../src/replay/recording.ts'

const KILLS = Number(process.env['DAEMON_KILLS'] ?? 2)
const RATE = Number(process.env['FRAMES_PER_SECOND'] ?? 2_000)
const FLOOD_SECONDS = Number(process.env['FLOOD_SECONDS'] ?? 3)
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const VENUE = fileURLToPath(new URL('../bench/paced-venue.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')

let folder = ''
const children = new Set<ChildProcess>()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moonreplay-real-'))
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

interface Process {
  readonly child: ChildProcess
  readonly said: { text: string }
}

function launch(args: readonly string[]): Process {
  const child = spawn(process.execPath, ['--import', TSX, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  const said = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said.text += chunk.toString()
    })
  }
  return { child, said }
}

/** Looks again and again until there is something. */
async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let wait = 0; wait < 3_000; wait += 1) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((wake) => setTimeout(wake, 10))
  }
  throw new Error('not so within half a minute')
}

async function startVenue(framesPerSecond: number): Promise<Process & { readonly port: number }> {
  const venue = launch([VENUE, String(framesPerSecond)])
  const port = await until(() => /^(\d+)\n/.exec(venue.said.text)?.[1])
  return { ...venue, port: Number(port) }
}

function startDaemon(recording: string, port: number): Process {
  return launch([
    MAIN,
    'capture',
    `--recording=${recording}`,
    '--symbols=BTCUSDT',
    `--ws-url=ws://127.0.0.1:${port}`,
    `--rest-url=http://127.0.0.1:${port}`,
    '--port=0',
    '--log-level=error',
  ])
}

const apiOf = ({ said }: Process): Promise<string> =>
  until(() => /API and page at (http:\S+)/.exec(said.text)?.[1])

/** Entries in the state, which hears of nothing that is not durable. */
async function acknowledgedBy(api: string): Promise<number> {
  const reply = await fetch(`${api}/v1/status`)
  const { doneEntryCount } = (await reply.json()) as { readonly doneEntryCount: number }
  return doneEntryCount
}

async function ended({ child }: Process): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  await once(child, 'exit')
  return child.exitCode
}

async function outagesIn(recording: string): Promise<number> {
  const reader = await openReader(recording)
  let count = 0
  try {
    for await (const block of reader.blocks()) {
      const at = block.streams.findIndex(({ channel }) => channel === 'gap')
      for (let index = 0; at >= 0 && index < block.count; index += 1) {
        if (block.streamIndexes[index] !== at) continue
        if (parseFact('gap', entryAt(block, index).payload)?.cause === 'outage') count += 1
      }
    }
  } finally {
    await reader.close()
  }
  return count
}

test(`a daemon that is killed ${KILLS} times under load loses nothing acknowledged`, {
  timeout: 60_000 + KILLS * 30_000,
}, async () => {
  const venue = await startVenue(RATE)
  const recording = join(folder, 'killed')
  let durable = 0
  for (let round = 0; round < KILLS; round += 1) {
    const daemon = startDaemon(recording, venue.port)
    const api = await apiOf(daemon)
    // Each round dies somewhere else: while it connects, and after more and more entries.
    const wanted = durable + (round % 5) * 700
    const seen = await until(async () => {
      const count = await acknowledgedBy(api)
      return count > wanted ? count : undefined
    })
    daemon.child.kill('SIGKILL')
    await ended(daemon)
    const reader = await openReader(recording)
    expect(reader.nextSeq, `round ${round}`).toBeGreaterThanOrEqual(seen)
    await reader.close()
    // What the next run shows beyond it is its own: one that wrote nothing has no outage behind it.
    durable = reader.nextSeq
  }
  const last = startDaemon(recording, venue.port)
  const api = await apiOf(last)
  await until(async () => ((await acknowledgedBy(api)) > durable + 100 ? true : undefined))
  const stopMs = performance.now()
  last.child.kill('SIGTERM')
  expect(await ended(last)).toBe(0)
  expect(performance.now() - stopMs).toBeLessThan(2_000)
  venue.child.kill('SIGTERM')
  expect((await readManifest(recording)).runs.map(({ state }) => state)).toEqual([
    ...Array.from({ length: KILLS }, () => 'CrashedRecovered'),
    'Ended',
  ])
  expect(
    (await verifyRecording(recording)).findings.filter(({ kind }) => kind === 'damage'),
  ).toEqual([])
  expect(await outagesIn(recording)).toBe(KILLS)
  const opened = await openRecording(recording)
  try {
    const { mismatches } = await check(opened, { nowUs: () => 0 })
    expect(mismatches).toBe(0)
  } finally {
    await opened.reader.close()
  }
})

test(`${RATE} frames a second for ${FLOOD_SECONDS} s are all in the recording`, {
  timeout: 120_000 + FLOOD_SECONDS * 4_000,
}, async () => {
  const venue = await startVenue(RATE)
  const recording = join(folder, 'flooded')
  const daemon = startDaemon(recording, venue.port)
  const api = await apiOf(daemon)
  const wanted = RATE * FLOOD_SECONDS
  await until(async () => ((await acknowledgedBy(api)) > 0 ? true : undefined))
  const startMs = performance.now()
  while (performance.now() - startMs < FLOOD_SECONDS * 1_000) {
    await new Promise((wake) => setTimeout(wake, 50))
  }
  const sent = Number(await (await fetch(`http://127.0.0.1:${venue.port}/bench/stop`)).text())
  const seconds = (performance.now() - startMs) / 1_000
  // What was sent arrives; the state hears of it when it is durable.
  const before = await until(async () => {
    const count = await acknowledgedBy(api)
    return count >= sent ? count : undefined
  })
  const metrics = await (await fetch(`${api}/metrics`)).text()
  expect(metrics).toContain(`moonreplay_capture_frames_total ${sent}\n`)
  expect(metrics).toMatch(/moonreplay_capture_missing_ids_total 0\n/)
  daemon.child.kill('SIGTERM')
  expect(await ended(daemon)).toBe(0)
  venue.child.kill('SIGTERM')
  const opened = await openRecording(recording)
  const frames = opened.contents.streams
    .filter(({ channel }) =>
      /^(bookTicker|trade|depth|aggTrade|markPrice|forceOrder|forceOrderAll)$/.test(channel),
    )
    .reduce((sum, { entryCount }) => sum + entryCount, 0)
  await opened.reader.close()
  process.stdout.write(
    `${sent} frames sent in ${seconds.toFixed(1)} s (${Math.round(sent / seconds)}/s), ${frames} recorded, ${before} entries at the end\n`,
  )
  expect(frames).toBe(sent)
  expect(sent).toBeGreaterThan(wanted * 0.5)
  expect(
    (await verifyRecording(recording)).findings.filter(({ kind }) => kind === 'damage'),
  ).toEqual([])
})

/** Needs the right to mount. */
function tryMount(): string | undefined {
  try {
    const base = execFileSync('mktemp', ['-d', join(tmpdir(), 'moonreplay-full-XXXXXX')])
      .toString()
      .trim()
    const image = `${base}.image`
    writeFileSync(image, '')
    truncateSync(image, 48 << 20)
    execFileSync('mkfs.ext4', ['-q', '-F', image])
    execFileSync('mount', ['-o', 'loop', image, base], { stdio: 'ignore' })
    return base
  } catch {
    // Not root, or a system without loop devices: the simulation has a full disk as well.
    return undefined
  }
}

const mounted = process.getuid?.() === 0 ? tryMount() : undefined
afterAll(async () => {
  if (mounted === undefined) return
  execFileSync('umount', [mounted])
  await rm(mounted, { recursive: true, force: true })
  await rm(`${mounted}.image`, { force: true })
})

describe.skipIf(mounted === undefined)(
  'a file system that is full (needs root to mount one)',
  () => {
    test('ends the capture with the last durable entry, and all up to it is there', {
      timeout: 180_000,
    }, async () => {
      const venue = await startVenue(Math.max(RATE, 4_000))
      const recording = join(mounted ?? '', 'recording')
      await mkdir(join(mounted ?? '', 'more'))
      const daemon = startDaemon(recording, venue.port)
      await apiOf(daemon)
      // Somebody else takes what is left.
      await until(async () =>
        (await acknowledgedBy(await apiOf(daemon))) > 500 ? true : undefined,
      )
      try {
        execFileSync(
          'dd',
          ['if=/dev/zero', `of=${join(mounted ?? '', 'more', 'filler')}`, 'bs=64k'],
          {
            stdio: 'ignore',
          },
        )
      } catch {
        // It ends when nothing is left.
      }
      expect(await ended(daemon)).toBe(2)
      venue.child.kill('SIGTERM')
      expect(daemon.said.text).toMatch(/JOURNAL_WRITE_FAILED/)
      const durable = Number(/the last durable entry is (\d+)/.exec(daemon.said.text)?.[1])
      expect(durable).toBeGreaterThan(500)
      const reader = await openReader(recording)
      expect(reader.nextSeq).toBeGreaterThan(durable)
      let count = 0
      for await (const block of reader.blocks({ toSeq: durable + 1 })) count += block.count
      expect(count).toBeGreaterThan(durable)
      await reader.close()
    })
  },
)
