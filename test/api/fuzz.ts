/**
 * Random requests against a served recording over real connections: every endpoint, every parameter,
 * values well and badly chosen. `npm run fuzz -- COUNT SEED`.
 */
import { Agent, request } from 'node:http'
import { pathToFileURL } from 'node:url'
import { startServer } from '../../src/api/listen.ts'
import { buildServer, ENDPOINTS } from '../../src/api/server.ts'
import { recordMarket, type Served, serveMarket } from './recorded-market.ts'

export interface FuzzReport {
  readonly requestCount: number
  readonly byStatus: Readonly<Record<string, number>>
  /** Requests answered with 5xx, or not at all: method, path and what came. */
  readonly failures: readonly string[]
  readonly slowest: { readonly waitMs: number; readonly what: string }
  /** Of the process after each quarter of the requests. Unit: MB. */
  readonly memoryMb: readonly number[]
}

export interface FuzzOptions {
  readonly served: Served
  readonly count: number
  readonly seed: number
  readonly onProgress?: (doneCount: number) => void
}

const CONNECTIONS = 4
const GIVE_UP_MS = 15_000

export async function fuzz({ served, count, seed, onProgress }: FuzzOptions): Promise<FuzzReport> {
  const failures: string[] = []
  const app = buildServer({
    source: served.keeper,
    monoMs: () => performance.now(),
    failed: (error, path) => failures.push(`${path}: ${error instanceof Error ? error.stack : ''}`),
  })
  const server = await startServer({ app, host: '127.0.0.1', port: 0 })
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const random = generator(seed)
  const byStatus: Record<string, number> = {}
  const slowest = { waitMs: 0, what: '' }
  const endSeq = served.keeper.current().seq
  let doneCount = 0
  const memoryMb: number[] = []
  const one = async (): Promise<void> => {
    const { method, path } = madeRequest(random, endSeq)
    const startMs = performance.now()
    const status = await send(agent, server.port, method, path)
    const waitMs = performance.now() - startMs
    byStatus[status] = (byStatus[status] ?? 0) + 1
    if (!/^[1-4]/.test(status)) failures.push(`${method} ${path}: ${status}`)
    if (waitMs > slowest.waitMs) Object.assign(slowest, { waitMs, what: `${method} ${path}` })
    doneCount += 1
    if (doneCount % Math.ceil(count / 4) === 0 || doneCount === count) memoryMb.push(residentMb())
    onProgress?.(doneCount)
  }
  let begunCount = 0
  const worker = async (): Promise<void> => {
    while (begunCount < count) {
      begunCount += 1
      await one()
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  agent.destroy()
  await server.close()
  return { requestCount: doneCount, byStatus, failures, slowest, memoryMb }
}

function residentMb(): number {
  globalThis.gc?.()
  return Math.round(process.memoryUsage.rss() / 1e6)
}

/** The status of the answer; of a stream that never ends, once it has begun. */
function send(agent: Agent, port: number, method: string, path: string): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ agent, host: '127.0.0.1', port, method, path }, (reply) => {
      const status = String(reply.statusCode)
      if (reply.headers['content-type']?.startsWith('text/event-stream') === true) {
        reply.destroy()
        resolve(status)
        return
      }
      reply.resume()
      reply.on('end', () => resolve(status))
      reply.on('error', (error) => resolve(`cut: ${error.message}`))
    })
    asked.setTimeout(GIVE_UP_MS, () => asked.destroy(new Error('no answer')))
    asked.on('error', (error) => resolve(error.message))
    asked.end()
  })
}

type Random = () => number

const OTHER_PATHS = [
  '/v1/health',
  '/v1/status',
  '/v1/replay',
  '/v1/stream',
  '/metrics',
  '/docs/json',
  '/v1/nothing',
]
const PATHS = [...ENDPOINTS.flatMap(({ path, aliases = [] }) => [path, ...aliases]), ...OTHER_PATHS]
const NAMES = [
  ...new Set(ENDPOINTS.flatMap(({ parameters }) => Object.keys(parameters))),
  ...['symbol', 'at', 'at_ms', 'compat', 'from', 'speed', 'action', 'to', 'by', 'token'],
]
const METHODS = ['GET', 'GET', 'GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'OPTIONS']

/** What has broken servers before. */
const VALUES = [
  ...['', ' ', '0', '-0', '1', '-1', '+5', '5.0', '5.5', '1_0', '1__0', '0x10', '1e1', '1e308'],
  ...['1e999', '-1e999', '1e-300', '5e-324', 'nan', 'NaN', 'inf', '-inf', 'Infinity', 'null'],
  ...['9007199254740993', '-99999999999999999999', '20', '50', '0.1', '66000', '64000', '3400'],
  ...['BTC', 'ethusdt', 'DOGE', 'USDT', 'bin', 'json', 'long', 'short', 'LONG', 'reference'],
  ...['play', 'pause', 'seek', 'step', 'true', '[]', '{}', '__proto__', 'constructor', '../../etc'],
  ...['\u0000', '\uD83D\uDE00', 'é', '%', '%zz', '<script>', "' or 1=1", 'a'.repeat(5_000)],
]

function madeRequest(random: Random, endSeq: number): { method: string; path: string } {
  const path = pick(random, PATHS)
  const count = Math.floor(random() * 5)
  const query = Array.from({ length: count }, () => {
    const name = pick(random, NAMES)
    const value = name.startsWith('at') ? madeMoment(random, endSeq) : madeValue(random)
    // Now and then as it is, which a URL may not hold.
    return `${name}=${random() < 0.05 ? value.replaceAll(/[^!-~]/g, '') : encodeURIComponent(value)}`
  })
  return { method: pick(random, METHODS), path: count === 0 ? path : `${path}?${query.join('&')}` }
}

function madeValue(random: Random): string {
  if (random() < 0.7) return wellFormed(pick(random, VALUES))
  return String((random() - 0.5) * 10 ** Math.floor(random() * 12))
}

const wellFormed = (value: string): string => value.toWellFormed()

const START_MS = Date.UTC(2026, 0, 5)

function madeMoment(random: Random, endSeq: number): string {
  const kind = Math.floor(random() * 6)
  if (kind === 0) return `seq:${Math.floor(random() * endSeq * 1.1)}`
  if (kind === 1) return new Date(START_MS + random() * 500_000).toISOString()
  if (kind === 2) return String(START_MS + random() * 420_000)
  if (kind === 3) return `-${Math.floor(random() * 500)}s`
  if (kind === 4) return 'replay'
  return madeValue(random)
}

const pick = <T>(random: Random, items: readonly T[]): T =>
  items[Math.floor(random() * items.length)] as T

/** Numbers from 0 to 1, always the same for a seed. */
function generator(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

async function main(): Promise<void> {
  const [countText = '100000', seedText = '1'] = process.argv.slice(2)
  await using market = await recordMarket()
  const served = await serveMarket(market)
  const count = Number(countText)
  const report = await fuzz({
    served,
    count,
    seed: Number(seedText),
    onProgress: (doneCount) => {
      if (doneCount % 5_000 === 0) process.stderr.write(`${doneCount} of ${count}\n`)
    },
  })
  await served.close()
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  const isSlow = report.slowest.waitMs > 1_000
  if (report.failures.length > 0 || isSlow) process.exitCode = 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
