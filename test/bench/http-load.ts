/**
 * Asks one path over and over on some connections, as fast as answers come: with `wrk` where it is
 * installed, which takes little of the machine, else from this process.
 */
import { execFile } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { monoUs } from '../../src/runtime/clock.ts'

export interface LoadReport {
  readonly client: 'wrk' | 'node'
  readonly requestsPerSecond: number
  readonly waitMsMedian: number
  readonly waitMsP99: number
  readonly bodyBytes: number
  /** Answers that were not 200. */
  readonly failureCount: number
}

interface Tally {
  readonly waitsMs: number[]
  bodyBytes: number
  failureCount: number
  isOver: boolean
}

const HEAD_END = '\r\n\r\n'

interface Load {
  readonly connectionCount: number
  readonly seconds: number
}

const run = promisify(execFile)

export async function measureLoad(port: number, path: string, load: Load): Promise<LoadReport> {
  const hasWrk = await run('wrk', ['-v']).then(
    () => true,
    // It prints its version and ends with 1; what is not there has no status.
    (error: { readonly code?: unknown }) => error.code === 1,
  )
  return hasWrk ? await loadOfWrk(port, path, load) : await loadOfOurs(port, path, load)
}

async function loadOfWrk(
  port: number,
  path: string,
  { connectionCount, seconds }: Load,
): Promise<LoadReport> {
  const url = `http://127.0.0.1:${port}${path}`
  const options = ['-t1', `-c${connectionCount}`, `-d${seconds}s`, '--latency', url]
  const { stdout } = await run('wrk', options)
  const waitMs = (share: number): number => {
    const [, value, unit = ''] = new RegExp(`${share}%\\s+([\\d.]+)(us|ms|s)`).exec(stdout) ?? []
    return Number(value) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN)
  }
  const body = await (await fetch(url)).arrayBuffer()
  return {
    client: 'wrk',
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    waitMsMedian: waitMs(50),
    waitMsP99: waitMs(99),
    bodyBytes: body.byteLength,
    failureCount: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0),
  }
}

async function loadOfOurs(
  port: number,
  path: string,
  { connectionCount, seconds }: Load,
): Promise<LoadReport> {
  const tally: Tally = { waitsMs: [], bodyBytes: 0, failureCount: 0, isOver: false }
  const startUs = monoUs()
  const timer = setTimeout(() => {
    tally.isOver = true
  }, seconds * 1000)
  await Promise.all(Array.from({ length: connectionCount }, () => askOnAndOn(port, path, tally)))
  clearTimeout(timer)
  const passedS = (monoUs() - startUs) / 1e6
  const waitsMs = tally.waitsMs.sort((a, b) => a - b)
  return {
    client: 'node',
    requestsPerSecond: waitsMs.length / passedS,
    waitMsMedian: waitsMs[waitsMs.length >> 1] ?? Number.NaN,
    waitMsP99: waitsMs[Math.floor(waitsMs.length * 0.99)] ?? Number.NaN,
    bodyBytes: tally.bodyBytes,
    failureCount: tally.failureCount,
  }
}

function askOnAndOn(port: number, path: string, tally: Tally): Promise<void> {
  const asked = `GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1')
    const reader = new AnswerReader(tally)
    let startUs = 0
    const ask = (): void => {
      startUs = monoUs()
      if (tally.isOver) socket.end()
      else socket.write(asked)
    }
    socket.on('connect', ask)
    socket.on('data', (bytes) => {
      if (!reader.take(bytes)) return
      tally.waitsMs.push((monoUs() - startUs) / 1000)
      ask()
    })
    socket.on('close', () => resolve())
    socket.on('error', reject)
  })
}

/** Tells where an answer ends. */
class AnswerReader {
  readonly #tally: Tally
  #head = ''
  /** Of the body in hand; negative while its head is read. */
  #leftBytes = -1

  constructor(tally: Tally) {
    this.#tally = tally
  }

  /** Whether the answer is whole. */
  take(bytes: Buffer): boolean {
    const bodyBytes = this.#leftBytes < 0 ? this.#takeHead(bytes) : bytes.length
    this.#leftBytes -= bodyBytes
    if (this.#leftBytes !== 0) return false
    this.#leftBytes = -1
    return true
  }

  /** How much of the body is among these bytes already. */
  #takeHead(bytes: Buffer): number {
    const headEnd = bytes.indexOf(HEAD_END)
    this.#head += bytes.toString('latin1', 0, headEnd < 0 ? bytes.length : headEnd)
    if (headEnd < 0) return 0
    if (!this.#head.startsWith('HTTP/1.1 200')) this.#tally.failureCount += 1
    this.#leftBytes = Number(/content-length: (\d+)/i.exec(this.#head)?.[1] ?? 0)
    this.#tally.bodyBytes = this.#leftBytes
    this.#head = ''
    return bytes.length - headEnd - HEAD_END.length
  }
}
