/**
 * The push stream: Server-Sent Events, one for each entry that made something happen. A client is
 * read to at its own pace out of the past that is kept, so nothing waits for it in memory; one that
 * leaves what was sent unread for too long is cut off.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { parameterSchema, readParameters } from '../../projections/parameters.ts'
import { pushMessages } from '../../projections/push.ts'
import type { StateSource } from '../../projections/state-source.ts'
import { findSymbol } from '../../projections/symbol-name.ts'
import type { Answers } from '../answers.ts'
import { type Query, symbolList } from '../endpoint.ts'
import { FailureBody, RequestError } from '../failure.ts'
import { SPEED_MAX } from '../playhead.ts'
import { SYMBOL_PARAMETER } from './state.ts'

const CLIENTS_MAX = 100
/** Something is sent at least so often: a dead connection shows itself. */
const KEEP_ALIVE_MS = 15_000

const PARAMETERS = {
  from: { kind: 'text', description: 'Where to begin, as `at` takes it. Absent: now.' },
  speed: {
    kind: 'number',
    above: 0,
    max: SPEED_MAX,
    fallback: undefined,
    description: 'Pace of what is past. Absent: as fast as it is read.',
    unit: 'factor',
  },
  pulse: {
    kind: 'whole',
    min: 100,
    max: 60_000,
    fallback: undefined,
    description: 'In the present, also tell that the state went on, at most each so long.',
    unit: 'ms',
  },
} as const

export interface StreamOptions {
  readonly source: StateSource
  readonly answers: Answers
  readonly clients: Set<Client>
  /** How long what was sent may stay unread. Unit: ms. */
  readonly unreadMsMax: number
}

export function streamRoutes(app: FastifyInstance, options: StreamOptions): void {
  const { source, answers, clients, unreadMsMax } = options
  const schema = {
    summary: 'Push: Server-Sent Events; `id` is the sequence of the entry',
    querystring: {
      type: 'object',
      properties: {
        symbol: SYMBOL_PARAMETER,
        from: { ...parameterSchema(PARAMETERS.from), description: PARAMETERS.from.description },
        speed: { ...parameterSchema(PARAMETERS.speed), description: PARAMETERS.speed.description },
        pulse: { ...parameterSchema(PARAMETERS.pulse), description: PARAMETERS.pulse.description },
      },
    },
    response: {
      200: {
        description:
          'event: entry {seq, recvTimeMs, events}; event: boundary {seq, kind}; event: pulse {seq}.',
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
      404: FailureBody,
      422: FailureBody,
    },
  }
  // The answer to a HEAD would never end.
  app.get('/v1/stream', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const query = request.query as Query
    const read = readParameters(PARAMETERS, query)
    if ('refusal' in read) {
      throw new RequestError('PARAMETER_INVALID', read.refusal.message, read.refusal.detail)
    }
    if (clients.size >= CLIENTS_MAX) throw new RequestError('TOO_MUCH', 'Too many streams are open')
    const last = lastSeq(request.headers['last-event-id'])
    const { from, speed, pulse } = read.values
    const name = query['symbol']
    const findPlace = async (): Promise<Place> => ({
      symbol: name === undefined ? undefined : namedSymbol(source, name),
      fromSeq: last ?? (from === undefined ? source.current().seq : await answers.locate(from)),
    })
    // A browser that comes back while the server still replays would give up at a 404.
    const place = source.status().ready ? await findPlace() : undefined
    reply.hijack()
    const options = { findPlace, place, speed, unreadMsMax, pulseMs: pulse }
    const client = new Client(source, reply.raw, options)
    clients.add(client)
    reply.raw.once('close', () => {
      clients.delete(client)
      client.stop()
    })
    client.start()
  })
}

/** What is read, and from where on. */
interface Place {
  readonly fromSeq: number
  /** The venue's name; absent for all. */
  readonly symbol: string | undefined
}

interface ClientOptions {
  /** Known as soon as the state stands. */
  readonly findPlace: () => Promise<Place>
  readonly place: Place | undefined
  readonly speed: number | undefined
  readonly unreadMsMax: number
  readonly pulseMs: number | undefined
}

/** One connection. */
export class Client {
  readonly #source: StateSource
  readonly #response: ServerResponse
  readonly #options: ClientOptions
  #seq = 0
  #symbol: string | undefined
  #lastRecvMs: number | undefined
  #isPastOver: boolean = false
  #isStopped: boolean = false
  /** Up to where a pulse has told of, and what keeps the next from coming too soon. */
  #pulsedSeq = -1
  #pulseRest: NodeJS.Timeout | undefined
  #wake: () => void = () => undefined

  constructor(source: StateSource, response: ServerResponse, options: ClientOptions) {
    this.#source = source
    this.#response = response
    this.#options = options
  }

  start(): void {
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    this.#response.flushHeaders()
    const unsubscribe = this.#source.subscribe(() => this.#wake())
    this.#run()
      .catch((error: unknown) => this.#response.destroy(error instanceof Error ? error : undefined))
      .finally(unsubscribe)
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#pulseRest)
    this.#wake()
  }

  async #run(): Promise<void> {
    await this.#begin()
    while (!this.#isStopped) {
      const endSeq = this.#source.current().seq
      if (this.#seq < endSeq) await this.#send(endSeq)
      else if (this.#isPulseDue()) await this.#pulse()
      else await this.#rest()
    }
    this.#response.end()
  }

  async #begin(): Promise<void> {
    const { findPlace, place } = this.#options
    while (!this.#isStopped && !this.#source.status().ready) await this.#idle()
    if (this.#isStopped) return
    // What is wrong with it the client is told when it comes again.
    const { fromSeq, symbol } = place ?? (await findPlace())
    this.#seq = fromSeq
    this.#symbol = symbol
  }

  async #send(endSeq: number): Promise<void> {
    const { past } = this.#source.current()
    const { messages, nextSeq } = pushMessages(past, this.#seq, endSeq, this.#symbol)
    for (const message of messages) {
      if (!this.#isPastOver) await this.#pace(message.recvTimeMs)
      if (this.#isStopped) return
      const text = `id: ${message.seq}\nevent: entry\ndata: ${JSON.stringify(message)}\n\n`
      if (!this.#response.write(text)) await this.#drained()
    }
    this.#seq = nextSeq
  }

  /** At the end of what there is: says so once, then waits for more. */
  async #rest(): Promise<void> {
    if (!this.#isPastOver) {
      this.#isPastOver = true
      const kind = this.#source.status().mode === 'live' ? 'live' : 'end'
      const data = JSON.stringify({ seq: this.#seq, kind })
      this.#response.write(`event: boundary\ndata: ${data}\n\n`)
    }
    await this.#idle()
  }

  #isPulseDue(): boolean {
    const isAsked = this.#options.pulseMs !== undefined && this.#isPastOver
    return isAsked && this.#pulseRest === undefined && this.#pulsedSeq !== this.#seq
  }

  /** Has no `id`: it is of the present, and nothing that could be missed. */
  async #pulse(): Promise<void> {
    this.#pulsedSeq = this.#seq
    this.#pulseRest = setTimeout(() => {
      this.#pulseRest = undefined
      this.#wake()
    }, this.#options.pulseMs)
    const data = JSON.stringify({ seq: this.#seq })
    if (!this.#response.write(`event: pulse\ndata: ${data}\n\n`)) await this.#drained()
  }

  /** Until something happens; a connection that is dead shows itself meanwhile. */
  async #idle(): Promise<void> {
    const wasWoken = await this.#wait(KEEP_ALIVE_MS)
    if (!wasWoken && !this.#response.write(': still here\n\n')) await this.#drained()
  }

  async #pace(recvTimeMs: number): Promise<void> {
    const { speed } = this.#options
    const passedMs = recvTimeMs - (this.#lastRecvMs ?? recvTimeMs)
    this.#lastRecvMs = recvTimeMs
    if (speed === undefined) return
    let leftMs = passedMs / speed
    // Entries that come meanwhile wake it early.
    while (leftMs > 1 && !this.#isStopped) {
      const step = Math.min(leftMs, 50)
      await new Promise((resolve) => setTimeout(resolve, step))
      leftMs -= step
    }
  }

  /** Cuts the connection when nothing is read. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#response.off('drain', done)
        this.#response.off('close', done)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#isStopped = true
        this.#response.destroy()
        done()
      }, this.#options.unreadMsMax)
      this.#response.once('drain', done)
      this.#response.once('close', done)
    })
  }

  /** Whether something happened before the time was over. */
  #wait(waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#wake = () => undefined
        resolve(false)
      }, waitMs)
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = () => undefined
        resolve(true)
      }
    })
  }
}

/** The entry after the last one that the client has. */
function lastSeq(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header
  if (text === undefined || text === '') return undefined
  if (!/^\d{1,15}$/.test(text)) {
    throw new RequestError('PARAMETER_INVALID', 'Last-Event-ID must be the sequence of an entry')
  }
  return Number(text) + 1
}

function namedSymbol(source: StateSource, name: string): string {
  const state = source.current()
  const symbol = findSymbol([...state.symbols.keys()], name)
  if (symbol !== undefined) return symbol
  const known = symbolList(state)
  throw new RequestError(
    'SYMBOL_UNKNOWN',
    `There is no symbol ${name.slice(0, 40)}; there are ${known}`,
    `Invalid symbol '${name.slice(0, 40)}'. Valid symbols: ${known}`,
  )
}
