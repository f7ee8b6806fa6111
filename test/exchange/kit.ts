/** A clock that is moved by hand, recordings in memory, and a client of the virtual exchange. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { type Playback, type PlaybackOptions, startPlayback } from '../../src/exchange/playback.ts'
import type { PlaybackClock } from '../../src/exchange/recording-player.ts'
import { MemoryJournal } from '../../src/journal/memory-journal.ts'
import type { EntryDraft } from '../../src/model/block.ts'

export const START_MS = Date.UTC(2026, 0, 5)

/** Time that passes when a test says so. */
export class ManualClock implements PlaybackClock {
  #nowMs = 0
  #timers: { readonly dueMs: number; readonly task: () => void }[] = []

  nowMs(): number {
    return this.#nowMs
  }

  setTimer(waitMs: number, task: () => void): () => void {
    const timer = { dueMs: this.#nowMs + waitMs, task }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Lets `ms` pass, running what comes due in its order; reads of blocks get their turn. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    for (;;) {
      await settled()
      const next = this.#timers.toSorted((a, b) => a.dueMs - b.dueMs)[0]
      if (next === undefined || next.dueMs > untilMs) break
      this.#timers = this.#timers.filter((other) => other !== next)
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.task()
    }
    this.#nowMs = untilMs
    await settled()
  }

  /** Lets `ms` pass at one stroke: what comes due meanwhile runs late. */
  async jump(ms: number): Promise<void> {
    this.#nowMs += ms
    await this.advance(0)
  }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** One entry; times in ms after {@link START_MS}. */
export function entry(
  channel: string,
  atMs: number,
  body: unknown,
  options: { readonly symbol?: string; readonly stream?: string; readonly status?: number } = {},
): EntryDraft {
  const { symbol = 'BTCUSDT', stream, status } = options
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const payload = stream === undefined ? text : `{"stream":"${stream}","data":${text}}`
  return {
    stream: { venue: 'binance', symbol, channel },
    recvTimeUs: (START_MS + atMs) * 1000,
    monoTimeUs: Number.NaN,
    venueTimeMs: Number.NaN,
    connectionId: 0,
    payload: new TextEncoder().encode(payload),
    http: status === undefined ? undefined : { status, headers: {} },
  }
}

export async function recordingOf(entries: Iterable<EntryDraft>): Promise<MemoryJournal> {
  const journal = new MemoryJournal()
  for (const draft of entries) journal.append(draft)
  await journal.flush()
  return journal
}

/** A virtual exchange over `entries` that ends with the test. */
export async function exchangeOver(
  entries: Iterable<EntryDraft>,
  options: Partial<PlaybackOptions> & { readonly clock: PlaybackClock },
): Promise<Playback & AsyncDisposable> {
  const playback = await startPlayback({
    reader: await recordingOf(entries),
    host: '127.0.0.1',
    port: 0,
    speed: 1,
    loop: false,
    strictRoutes: false,
    ...options,
  })
  return { ...playback, [Symbol.asyncDispose]: () => playback.close() }
}

const isControl = (frame: string): boolean => /^\{"(result|error)"/.test(frame)

/** A socket that keeps what it receives. */
export class TestClient {
  readonly frames: string[] = []
  readonly socket: WebSocket
  #requestId = 0
  readonly #replies = new Map<unknown, unknown>()
  #waiting: { readonly until: () => boolean; readonly resolve: () => void }[] = []

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      const frame = String(data)
      this.frames.push(frame)
      if (isControl(frame)) {
        const reply = JSON.parse(frame)
        this.#replies.set(reply.id, reply)
      }
      this.#waiting = this.#waiting.filter(({ until, resolve }) => {
        if (!until()) return true
        resolve()
        return false
      })
    })
    socket.on('error', () => undefined)
  }

  static async connect(port: number, path: string): Promise<TestClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
    const client = new TestClient(socket)
    await once(socket, 'open')
    return client
  }

  /** Market messages, without acknowledgements. */
  get messages(): string[] {
    return this.frames.filter((frame) => !isControl(frame))
  }

  when(until: () => boolean): Promise<void> {
    if (until()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ until, resolve }))
  }

  /** Sends a control message and waits for its reply: whatever was sent before has then arrived. */
  async ask(method: string, params?: unknown): Promise<unknown> {
    this.#requestId += 1
    const id = this.#requestId
    this.socket.send(JSON.stringify({ method, params, id }))
    await this.when(() => this.#replies.has(id))
    return this.#replies.get(id)
  }
}
