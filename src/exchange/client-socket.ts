/** One client of the virtual exchange: its subscriptions, its control messages and the venue's limits. */
import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { encodeText } from './payload-writer.ts'
import type { PlaybackClock } from './recording-player.ts'
import type { Listener, StreamHub } from './stream-hub.ts'
import type { StreamRoute } from './stream-names.ts'

/** Limits of `binance-today.md`. The burst is more generous than the venue's, which nobody knows. */
const MESSAGES_PER_SECOND_MAX = 10
const MESSAGE_BURST_MAX = 20
const STREAMS_MAX = 1_024
const PING_EVERY_MS = 180_000
const PONG_WITHIN_MS = 600_000
/** A client this far behind is dropped, as the venue drops slow readers. */
const UNSENT_BYTES_MAX = 16 << 20

const POLICY_VIOLATION = 1008

export interface ClientOptions {
  /** What the socket writes to. */
  readonly transport: Duplex
  readonly route: StreamRoute | 'any'
  readonly combined: boolean
  readonly streams: readonly string[]
  readonly hub: StreamHub
  readonly clock: PlaybackClock
  /** The client wants something: the recording may start. */
  readonly onSubscribe: () => void
  readonly onClose: (client: ClientSocket) => void
}

interface Request {
  readonly method?: unknown
  readonly params?: unknown
  readonly id?: unknown
}

export class ClientSocket implements Listener {
  readonly route: StreamRoute | 'any'
  combined: boolean
  readonly #socket: WebSocket
  readonly #options: ClientOptions
  readonly #streams = new Set<string>()
  /** Messages that the client may still send at once; grows with time. */
  #allowance = MESSAGE_BURST_MAX
  #allowanceTimeMs: number
  #lastPongMs: number
  #cancelPing: () => void = () => {}

  constructor(socket: WebSocket, options: ClientOptions) {
    this.#socket = socket
    this.#options = options
    this.route = options.route
    this.combined = options.combined
    this.#allowanceTimeMs = options.clock.nowMs()
    this.#lastPongMs = this.#allowanceTimeMs
    socket.on('message', (data) => this.#receive(data))
    socket.on('ping', () => this.#count())
    socket.on('pong', () => {
      this.#lastPongMs = options.clock.nowMs()
    })
    socket.on('close', () => this.#closed())
    // What follows is a close, and that is handled.
    socket.on('error', () => undefined)
    this.#pingLater()
    this.#subscribe(options.streams.slice(0, STREAMS_MAX))
  }

  deliver(frame: Uint8Array): void {
    if (this.#socket.bufferedAmount > UNSENT_BYTES_MAX) {
      this.#socket.terminate()
      return
    }
    this.#gather()
    this.#socket.send(frame, { binary: false })
  }

  /** Cuts the connection without a word, as a network does. */
  disconnect(): void {
    this.#socket.terminate()
  }

  /** All frames of one turn leave in one write: a write a frame costs more than all else. */
  #gather(): void {
    const { transport } = this.#options
    if (transport.writableCorked > 0) return
    transport.cork()
    queueMicrotask(() => transport.uncork())
  }

  #receive(data: RawData): void {
    if (!this.#count()) return
    let request: Request
    try {
      const value: unknown = JSON.parse(String(data))
      request = typeof value === 'object' && value !== null ? value : {}
    } catch {
      this.#reply({ error: { code: 3, msg: 'Invalid JSON: expected value at line 1 column 1' } })
      return
    }
    this.#answer(request)
  }

  #answer({ method, params, id = null }: Request): void {
    switch (method) {
      case 'SUBSCRIBE':
      case 'UNSUBSCRIBE': {
        const names = Array.isArray(params) ? params.map(String) : undefined
        if (names === undefined) {
          this.#refuse('Invalid request: params must be a list of streams', id)
        } else if (method === 'UNSUBSCRIBE') {
          this.#unsubscribe(names)
          this.#reply({ result: null, id })
        } else if (this.#streams.size + names.length > STREAMS_MAX) {
          this.#refuse(`Invalid request: more than ${STREAMS_MAX} streams`, id)
        } else {
          // The acknowledgement comes before the first message.
          this.#reply({ result: null, id })
          this.#subscribe(names)
        }
        return
      }
      case 'LIST_SUBSCRIPTIONS':
        this.#reply({ result: [...this.#streams], id })
        return
      case 'SET_PROPERTY':
        this.#setProperty(params, id)
        return
      case 'GET_PROPERTY':
        this.#reply({ result: this.combined, id })
        return
      default:
        this.#refuse(
          `Invalid request: unknown variant \`${String(method)}\`, expected one of \`SUBSCRIBE\`, \`UNSUBSCRIBE\`, \`LIST_SUBSCRIPTIONS\`, \`SET_PROPERTY\`, \`GET_PROPERTY\``,
          id,
        )
    }
  }

  #setProperty(params: unknown, id: unknown): void {
    const [name, value] = Array.isArray(params) ? params : []
    if (name !== 'combined' || typeof value !== 'boolean') {
      this.#reply({ error: { code: 1, msg: 'Invalid value type: expected Boolean' }, id })
      return
    }
    this.combined = value
    this.#reply({ result: null, id })
  }

  #subscribe(names: readonly string[]): void {
    for (const name of names) {
      this.#streams.add(name)
      this.#options.hub.listen(name, this)
    }
    if (names.length > 0) this.#options.onSubscribe()
  }

  #unsubscribe(names: readonly string[]): void {
    for (const name of names) {
      this.#streams.delete(name)
      this.#options.hub.leave(name, this)
    }
  }

  #refuse(msg: string, id: unknown): void {
    this.#reply({ error: { code: 2, msg }, id })
  }

  #reply(message: unknown): void {
    this.deliver(encodeText(JSON.stringify(message)))
  }

  /** Counts a message of the client; one too many ends the connection. */
  #count(): boolean {
    const nowMs = this.#options.clock.nowMs()
    const grown = ((nowMs - this.#allowanceTimeMs) / 1000) * MESSAGES_PER_SECOND_MAX
    this.#allowance = Math.min(MESSAGE_BURST_MAX, this.#allowance + grown) - 1
    this.#allowanceTimeMs = nowMs
    if (this.#allowance >= 0) return true
    this.#socket.close(POLICY_VIOLATION, 'Too many requests')
    return false
  }

  #pingLater(): void {
    this.#cancelPing = this.#options.clock.setTimer(PING_EVERY_MS, () => {
      if (this.#options.clock.nowMs() - this.#lastPongMs > PONG_WITHIN_MS + PING_EVERY_MS) {
        this.#socket.terminate()
        return
      }
      this.#socket.ping(String(Math.floor(this.#options.clock.nowMs())))
      this.#pingLater()
    })
  }

  #closed(): void {
    this.#cancelPing()
    this.#unsubscribe([...this.#streams])
    this.#options.onClose(this)
  }
}
