/**
 * `node --import tsx test/bench/api.ts [MINUTES] [SECONDS]`: how fast the API answers while capture runs
 * at 5,000 frames a second behind it, and whether all of these were recorded; then how soon a random
 * moment of the day is served. Daemon, venue and this client are a process each.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { monoUs, nowUs, setTimer } from '../../src/runtime/clock.ts'
import { measureLoad } from './http-load.ts'

const FRAMES_PER_SECOND = 5_000
const MOMENTS = 30
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const VENUE = fileURLToPath(new URL('./paced-venue.ts', import.meta.url))
/** What comes over sockets. */
const CHANNELS = /^(depth|bookTicker|trade|aggTrade|markPrice|forceOrder)/

const [minutesText = '1440', secondsText = '8'] = process.argv.slice(2)
const say = (text: string): boolean => process.stdout.write(`${text}\n`)
const pause = (waitMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, waitMs))

const folder = await mkdtemp(join(tmpdir(), 'bench-'))
const processes: ChildProcess[] = []
try {
  await bench()
} finally {
  for (const one of processes) one.kill()
  await Promise.all(processes.map((one) => one.exitCode ?? once(one, 'exit')))
  await rm(folder, { recursive: true })
}

async function bench(): Promise<void> {
  const path = join(folder, 'day')
  const minutes = Number(minutesText)
  const endMs = Math.floor(nowUs() / 60e6) * 60_000 - 60_000
  const startMs = endMs - minutes * 60_000
  const earlierCount = await recordDay(path, startMs, minutes)
  say(`a recording of ${minutes} minutes is made`)
  const venue = start([VENUE, String(FRAMES_PER_SECOND)])
  const venuePort = Number(await firstLine(venue))
  const port = 40_000 + (process.pid % 20_000)
  const api = `http://127.0.0.1:${port}`
  start(
    [
      ...[MAIN, 'capture', '--recording', path, '--symbols', 'BTCUSDT', '--log-level', 'error'],
      ...['--ws-url', `ws://127.0.0.1:${venuePort}`, '--rest-url', `http://127.0.0.1:${venuePort}`],
      ...['--port', String(port)],
    ],
    'ignore',
  )
  await untilReady(api)
  const before = await healthOf(api)
  await measure(port, '/v2/liq_heatmap', 16)
  await measure(port, '/v2/liq_heatmap_history', 4)
  await measureMoments(api, startMs, endMs)
  const sentCount = Number(await textOf(`http://127.0.0.1:${venuePort}/bench/stop`))
  await pause(2_000)
  const after = await healthOf(api)
  say(
    `sent ${sentCount} frames, recorded ${after.frameCount - earlierCount}, new gaps ${after.gapCount - before.gapCount}`,
  )
}

async function measure(port: number, path: string, connectionCount: number): Promise<void> {
  const load = { connectionCount, seconds: Number(secondsText) }
  const report = await measureLoad(port, path, load)
  const { client, requestsPerSecond, waitMsMedian, waitMsP99, bodyBytes, failureCount } = report
  say(
    `${path}: ${Math.round(requestsPerSecond)} requests/s of ${bodyBytes} bytes on ${connectionCount} connections of ${client}, median ${waitMsMedian.toFixed(1)} ms, p99 ${waitMsP99.toFixed(1)} ms, ${failureCount} not 200`,
  )
}

/** Moments all over the recording, in no order; each twice. */
async function measureMoments(api: string, startMs: number, endMs: number): Promise<void> {
  const cold: number[] = []
  const warm: number[] = []
  for (let index = 0; index < MOMENTS; index += 1) {
    const share = (((index * 17) % MOMENTS) + 0.37) / MOMENTS
    const atMs = Math.round(startMs + (endMs - startMs) * share)
    cold.push(await waitOf(`${api}/v2/liq_heatmap?at=${atMs}`))
    warm.push(await waitOf(`${api}/v2/liq_heatmap?at=${atMs}`))
    // Another body of the state that is there.
    warm.push(await waitOf(`${api}/v1/bars?at=${atMs}`))
  }
  say(`a moment, cold: ${spread(cold)}; warm: ${spread(warm)}`)
}

async function waitOf(url: string): Promise<number> {
  const startUs = monoUs()
  await textOf(url)
  return (monoUs() - startUs) / 1000
}

function spread(waitsMs: readonly number[]): string {
  const sorted = waitsMs.toSorted((a, b) => a - b)
  const [median = Number.NaN, last = Number.NaN] = [sorted[sorted.length >> 1], sorted.at(-1)]
  return `median ${median.toFixed(1)} ms, worst of ${sorted.length} ${last.toFixed(1)} ms`
}

/** How many frames of sockets it holds. */
async function recordDay(path: string, startTimeMs: number, minutes: number): Promise<number> {
  const journal = await LevelJournal.create(path, { nowUs, setTimer })
  let frameCount = 0
  for (const drafts of simulateMarket({ seed: 7, symbols: ['BTCUSDT'], startTimeMs, minutes })) {
    for (const draft of drafts) {
      if (CHANNELS.test(draft.stream.channel) && draft.stream.channel !== 'depthSnapshot') {
        frameCount += 1
      }
      journal.append(draft)
    }
    await journal.flush()
  }
  await journal.close()
  return frameCount
}

function start(args: readonly string[], output: 'ignore' | 'pipe' = 'pipe'): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    stdio: ['ignore', output, 'inherit'],
  })
  processes.push(child)
  return child
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('has no output')
  const [bytes] = (await once(stdout, 'data')) as [Buffer]
  return bytes.toString().trim()
}

interface Health {
  readonly gapCount: number
  readonly frameCount: number
}

async function healthOf(api: string): Promise<Health> {
  const body = JSON.parse(await textOf(`${api}/v1/health`)) as {
    readonly gapCount: number
    readonly streams: readonly { readonly channel: string; readonly entryCount: number }[]
  }
  const counted = body.streams.filter(
    ({ channel }) => CHANNELS.test(channel) && channel !== 'depthSnapshot',
  )
  return {
    gapCount: body.gapCount,
    frameCount: counted.reduce((sum, { entryCount }) => sum + entryCount, 0),
  }
}

async function untilReady(api: string): Promise<void> {
  for (let count = 0; count < 600; count += 1) {
    const text = await textOf(`${api}/v1/status`).catch(() => '')
    if (text.includes('"ready":true')) return
    await pause(500)
  }
  throw new Error('the capture is not ready')
}

async function textOf(url: string): Promise<string> {
  return await (await fetch(url)).text()
}
