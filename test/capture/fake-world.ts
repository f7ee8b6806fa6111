/**
 * A venue, a network and a clock, simulated: what capture asks of the world and nothing of ours.
 * The venue follows `binance-today.md`: each stream stands on one route, and is accepted and silent
 * on the other.
 */
import {
  type HttpReply,
  RequestFailure,
  type SocketHandle,
  type SocketHandlers,
  type World,
} from '../../src/capture/world.ts'

const encoder = new TextEncoder()

/** By hand from `binance-today.md`, so that it is no echo of our table. */
const ROUTE_OF_KIND: readonly (readonly [RegExp, string])[] = [
  [/^[a-z0-9_]+@depth(@(0|100|500)ms)?$/, '/public'],
  [/^[a-z0-9_]+@bookTicker$/, '/public'],
  [/^[a-z0-9_]+@trade$/, '/public'],
  [/^[a-z0-9_]+@aggTrade$/, '/market'],
  [/^[a-z0-9_]+@markPrice(@1s)?$/, '/market'],
  [/^[a-z0-9_]+@forceOrder$/, '/market'],
  [/^!forceOrder@arr$/, '/market'],
]

export const speaksOn = (stream: string, route: string): boolean =>
  ROUTE_OF_KIND.some(([name, its]) => its === route && name.test(stream))

interface FakeSocket extends SocketHandle {
  readonly route: string
  readonly streams: readonly string[]
  readonly handlers: SocketHandlers
  open: boolean
  ended: boolean
  paused: boolean
  /** Bytes that wait while the client does not read. */
  readonly waiting: Uint8Array[]
}

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly task: () => void
}

export interface SentRequest {
  readonly path: string
  readonly url: string
  /** Unit: ms since the world began. */
  readonly atMs: number
}

/** The venue speaks this often, unless a test says otherwise. */
const BEAT_MS = 100

export const START_WALL_MS = Date.UTC(2026, 0, 5)

export class FakeWorld implements World {
  /** Since the world began. */
  timeMs = 0
  /** The wall clock minus the time since the world began. */
  wallBaseMs = START_WALL_MS
  /** The venue's clock minus ours. */
  venueOffsetMs = 120
  venueRate = 1
  refusing: boolean = false
  /** Streams that the venue accepts and never delivers. */
  readonly mute = new Set<string>()
  /** Whether a stream speaks at a beat. Asked once for each, in the order of subscription. */
  pace: (stream: string, beat: number) => boolean = () => true
  /** How much later than at the beat the frames of a socket come. */
  lagMs: (socketIndex: number) => number = () => 0
  /** Changes a payload before it is sent. */
  disguise: (payload: string, stream: string) => string = (payload) => payload
  readonly #beatMs: number
  readonly #ids = new Map<string, number>()
  readonly sockets: FakeSocket[] = []
  readonly requests: SentRequest[] = []
  /** Answers a request; `undefined` gives the usual answer. */
  answer: (path: string) => HttpReply | RequestFailure | undefined = () => undefined
  /** Every frame that the venue sent to anybody, by stream name: its number. */
  readonly sentCounts = new Map<string, number>()
  readonly #timers: Timer[] = []
  #order = 0
  #nextBeatMs: number
  readonly random: () => number

  constructor(random: () => number = () => 0.5, beatMs = BEAT_MS) {
    this.random = random
    this.#beatMs = beatMs
    this.#nextBeatMs = beatMs
  }

  readonly nowUs = (): number => (this.wallBaseMs + this.timeMs) * 1000
  readonly monoUs = (): number => this.timeMs * 1000

  readonly setTimer = (waitMs: number, task: () => void): (() => void) => {
    this.#order += 1
    const timer = { atMs: this.timeMs + waitMs, order: this.#order, task }
    this.#timers.push(timer)
    return () => {
      const index = this.#timers.indexOf(timer)
      if (index >= 0) this.#timers.splice(index, 1)
    }
  }

  readonly openSocket = (url: string, handlers: SocketHandlers): SocketHandle => {
    const { pathname, searchParams } = new URL(url)
    const socket: FakeSocket = {
      route: pathname.replace(/\/stream$/, ''),
      streams: (searchParams.get('streams') ?? '').split('/'),
      handlers,
      open: false,
      ended: false,
      paused: false,
      waiting: [],
      terminate: () => this.#end(socket, 0, ''),
      pause: () => {
        socket.paused = true
      },
      resume: () => {
        socket.paused = false
        for (const frame of socket.waiting.splice(0)) handlers.received(frame)
      },
    }
    this.sockets.push(socket)
    for (const stream of socket.streams) if (!this.#ids.has(stream)) this.#ids.set(stream, 0)
    const refused = this.refusing
    this.setTimer(20, () => {
      if (socket.ended) return
      if (refused) {
        this.#end(socket, 0, 'connect ECONNREFUSED 127.0.0.1:1')
      } else {
        socket.open = true
        handlers.opened()
      }
    })
    return socket
  }

  readonly request = (url: string, timeoutMs: number, signal: AbortSignal): Promise<HttpReply> => {
    const path = new URL(url).pathname
    this.requests.push({ path, url, atMs: this.timeMs })
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(new RequestFailure('', 'aborted', undefined))
      signal.addEventListener('abort', abort)
      this.setTimer(Math.min(30, timeoutMs), () => {
        signal.removeEventListener('abort', abort)
        const answer = this.answer(path) ?? this.#usualAnswer(path)
        if (answer instanceof RequestFailure) reject(answer)
        else resolve(answer)
      })
    })
  }

  get openSockets(): readonly FakeSocket[] {
    return this.sockets.filter(({ open, ended }) => open && !ended)
  }

  /** The venue, or the network, ends a connection. */
  cut(code = 1006): void {
    for (const socket of this.openSockets) this.#end(socket, code, 'cut')
  }

  /** Ends the connection that was opened as number `index`. */
  cutOne(index: number, code = 1006): void {
    const socket = this.sockets[index]
    if (socket !== undefined) this.#end(socket, code, 'cut')
  }

  /** Lets `lengthMs` pass; the venue speaks at each beat, and each timer runs at its time. */
  async pass(lengthMs: number): Promise<void> {
    const endMs = this.timeMs + lengthMs
    for (;;) {
      const timer = this.#nextTimer()
      const atMs = Math.min(this.#nextBeatMs, timer?.atMs ?? Number.POSITIVE_INFINITY)
      if (atMs > endMs) break
      this.timeMs = Math.max(this.timeMs, atMs)
      if (timer !== undefined && timer.atMs < this.#nextBeatMs) {
        this.#timers.splice(this.#timers.indexOf(timer), 1)
        timer.task()
      } else {
        this.#nextBeatMs += this.#beatMs
        this.#speak()
      }
      // Lets what waits for promises run.
      for (let turn = 0; turn < 8; turn += 1) await Promise.resolve()
    }
    this.timeMs = endMs
  }

  get venueTimeMs(): number {
    return START_WALL_MS + this.venueOffsetMs + this.timeMs * this.venueRate
  }

  #nextTimer(): Timer | undefined {
    let best: Timer | undefined
    for (const timer of this.#timers) {
      const before =
        best === undefined ||
        timer.atMs < best.atMs ||
        (timer.atMs === best.atMs && timer.order < best.order)
      if (before) best = timer
    }
    return best
  }

  #end(socket: FakeSocket, code: number, reason: string): void {
    if (socket.ended) return
    socket.ended = true
    socket.open = false
    this.setTimer(0, () => socket.handlers.closed(code, reason))
  }

  /** One frame of each stream, numbered, to each socket that stands on its route. */
  #speak(): void {
    const beat = Math.round(this.timeMs / this.#beatMs)
    const frames = new Map<string, Uint8Array>()
    // Numbers run on while nobody listens, as the venue's do.
    for (const [stream, before] of this.#ids) {
      if (!this.pace(stream, beat)) continue
      this.#ids.set(stream, before + 1)
      this.sentCounts.set(stream, before + 1)
      frames.set(stream, this.#frameOf(stream, before + 1))
    }
    for (const [index, socket] of this.sockets.entries()) {
      if (!socket.open || socket.ended) continue
      for (const stream of socket.streams) {
        const frame = frames.get(stream)
        const isHeard = speaksOn(stream, socket.route) && !this.mute.has(stream)
        if (frame !== undefined && isHeard) this.#send(socket, frame, this.lagMs(index))
      }
    }
  }

  #send(socket: FakeSocket, frame: Uint8Array, lagMs: number): void {
    if (lagMs === 0) this.#deliver(socket, frame)
    else this.setTimer(lagMs, () => this.#deliver(socket, frame))
  }

  #deliver(socket: FakeSocket, frame: Uint8Array): void {
    if (!socket.open || socket.ended) return
    if (socket.paused) socket.waiting.push(frame)
    else socket.handlers.received(frame)
  }

  #frameOf(stream: string, id: number): Uint8Array {
    const venueTimeMs = Math.round(this.venueTimeMs)
    const symbol = stream.split('@')[0]?.toUpperCase() ?? ''
    const payload = this.disguise(payloadOf(stream, symbol, id, venueTimeMs), stream)
    return encoder.encode(`{"stream":"${stream}","data":${payload}}`)
  }

  #usualAnswer(path: string): HttpReply {
    const time = Math.round(this.venueTimeMs)
    const body = path.endsWith('/time')
      ? `{"serverTime":${time}}`
      : path.includes('/futures/data/')
        ? `[{"symbol":"X","longShortRatio":"1.5","timestamp":${time}}]`
        : path.endsWith('/depth')
          ? `{"lastUpdateId":1,"E":${time},"T":${time},"bids":[],"asks":[]}`
          : `{"symbol":"X","openInterest":"5","time":${time}}`
    const headers = { 'x-mbx-used-weight-1m': '7', 'content-type': 'application/json' }
    return { status: 200, headers, body: encoder.encode(body) }
  }
}

/** In the shape of real payloads, by hand from `binance-today.md` and captured ones. */
function payloadOf(stream: string, symbol: string, id: number, timeMs: number): string {
  if (stream === '!forceOrder@arr') return forced(id % 2 === 0 ? 'BTCUSDT' : 'XRPUSDT', timeMs)
  if (stream.endsWith('@forceOrder')) return forced(symbol, timeMs)
  const times = `"E":${timeMs},"T":${timeMs},"s":"${symbol}"`
  if (stream.includes('@depth')) {
    // Ten updates of the book in each event.
    const u = id * 10
    return `{"e":"depthUpdate",${times},"U":${u - 9},"u":${u},"pu":${u - 10},"b":[["1.0","2.0"]],"a":[]}`
  }
  if (stream.includes('@markPrice')) {
    return `{"e":"markPriceUpdate","E":${timeMs},"s":"${symbol}","p":"1.0","i":"1.0","P":"1.0","r":"0.0001","T":${timeMs}}`
  }
  if (stream.endsWith('@bookTicker')) {
    return `{"e":"bookTicker","u":${id * 10},"s":"${symbol}","b":"1.0","B":"2","a":"1.1","A":"3","T":${timeMs},"E":${timeMs}}`
  }
  if (stream.endsWith('@trade')) {
    return `{"e":"trade",${times},"t":${id},"p":"1.0","q":"2","X":"MARKET","m":true}`
  }
  return `{"e":"aggTrade",${times},"a":${id},"p":"1.0","q":"2","nq":"2","f":${id},"l":${id},"m":true}`
}

const forced = (symbol: string, timeMs: number): string =>
  `{"e":"forceOrder","E":${timeMs},"o":{"s":"${symbol}","S":"SELL","o":"LIMIT","f":"IOC","q":"1","p":"2","ap":"2","X":"FILLED","l":"1","z":"1","T":${timeMs}}}`

export const silentLog = { info: () => {}, warn: () => {}, error: () => {} }
