/** Answers requests to endpoints: from a body that was made already, or from the state. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Shown, StateAt, SymbolAt } from '../projections/state-at.ts'
import type { Located, StateSource } from '../projections/state-source.ts'
import { findSymbol, shortSymbol } from '../projections/symbol-name.ts'
import { BodyCache, type KeptBody } from './body-cache.ts'
import {
  type Endpoint,
  isBytes,
  isJson,
  isPieces,
  type Prepared,
  type Query,
  symbolList,
} from './endpoint.ts'
import { RequestError } from './failure.ts'
import type { Playhead } from './playhead.ts'
import { type Headers, stateHeaders } from './state-facts.ts'

/** Bodies that are kept. Unit: bytes. */
const CACHE_BYTES = 128 << 20
/** Requests that may wait for a state of the past. */
const WAITING_MAX = 64
const MOMENT_LENGTH_MAX = 64
const NAME_LENGTH_MAX = 40

export class Answers {
  readonly cache = new BodyCache(CACHE_BYTES)
  readonly #source: StateSource
  readonly #playhead: Playhead
  readonly #making = new Map<string, Promise<KeptBody>>()
  /** Headers of the newest state, by symbol; they change with each entry. */
  readonly #headers = new Map<string, { readonly seq: number; readonly headers: Headers }>()

  constructor(source: StateSource, playhead: Playhead) {
    this.#source = source
    this.#playhead = playhead
  }

  /** @throws {RequestError} for whatever is wrong with the request */
  answer(endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): unknown {
    const query = request.query as Query
    const prepared = endpoint.prepare(query)
    const asReference = compatOf(query)
    const moment = momentOf(query)
    const wanted = { endpoint, prepared, asReference, name: query['symbol'] }
    const body = moment === undefined ? this.#present(wanted) : this.#ofPast(wanted, moment)
    if (!(body instanceof Promise)) return this.#send(request, reply, body)
    return body.then((made) => this.#send(request, reply, made))
  }

  /** @throws {RequestError} `MOMENT_UNKNOWN` with the range there is */
  async locate(moment: string): Promise<number> {
    const text = moment === 'replay' ? await this.#playhead.moment() : moment
    const located: Located = await this.#source.locate(text)
    if ('seq' in located) return located.seq
    const { fromMs, toMs, endSeq } = located
    const range =
      toMs > 0
        ? `there is ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}, seq:0 to seq:${endSeq}`
        : 'no past can be asked for yet'
    throw new RequestError('MOMENT_UNKNOWN', `${text} is outside the recording: ${range}`)
  }

  #present(wanted: Wanted): KeptBody | Promise<KeptBody> {
    const state = this.#source.current()
    const { endpoint, prepared } = wanted
    const at = symbolOf(state, wanted)
    const version = prepared.versionOf(state, at && shownOf(state, at, wanted))
    const key = keyOf(wanted, at, version)
    if (endpoint.isVolatile === true) return this.#make(wanted, state, at, version)
    const making = this.#making.get(key)
    if (making !== undefined) return making
    const kept = this.cache.find(key)
    if (kept !== undefined) {
      // The body is that of some entries ago, and what is said of the state is not.
      const headers = { ...kept.headers, ...this.#headersNow(state, at, version) }
      return { ...kept, headers, recvMs: state.recvMs }
    }
    return this.#kept(key, this.#make(wanted, state, at, version))
  }

  /** Those who ask for a body that is being made wait for the same one. */
  #kept(key: string, body: KeptBody | Promise<KeptBody>): KeptBody | Promise<KeptBody> {
    if (!(body instanceof Promise)) {
      this.cache.keep(key, body)
      return body
    }
    const making = body
      .then((made) => {
        this.cache.keep(key, made)
        return made
      })
      .finally(() => this.#making.delete(key))
    this.#making.set(key, making)
    return making
  }

  async #ofPast(wanted: Wanted, moment: string): Promise<KeptBody> {
    const seq = await this.locate(moment)
    const known = symbolOf(this.#source.current(), wanted)
    const key = keyOf(wanted, known, `past${seq}`)
    const kept = this.cache.find(key)
    if (kept !== undefined) return kept
    if (this.#source.waitingCount() >= WAITING_MAX) {
      throw new RequestError('TOO_MUCH', 'Too many wait for a moment of the past')
    }
    const making = this.#making.get(key)
    if (making !== undefined) return await making
    // What is made in pieces is out of the state before its first piece: the next may have it.
    const { body } = await this.#source.withState(seq, (state) => {
      const at = symbolOf(state, wanted)
      const version = wanted.prepared.versionOf(state, at && shownOf(state, at, wanted))
      return { body: this.#make(wanted, state, at, version) }
    })
    return await (wanted.endpoint.isVolatile === true ? body : this.#kept(key, body))
  }

  #make(
    wanted: Wanted,
    state: StateAt,
    at: SymbolAt | undefined,
    version: string,
  ): KeptBody | Promise<KeptBody> {
    const { prepared, asReference } = wanted
    const isNewest = state.seq === this.#source.current().seq
    const answer = prepared.answer({
      state,
      // Bodies of the whole recording do not look at it.
      at: at as SymbolAt,
      asReference,
      name: at === undefined ? '' : shortSymbol(at.symbol),
      source: this.#source,
      nowMs: isNewest ? this.#source.nowMs() : state.recvMs,
    })
    const { recvMs } = state
    const headers =
      wanted.endpoint.isVolatile === true ? NOT_KEPT : stateHeaders(state, at, version)
    if (isBytes(answer)) {
      const bytes = bufferOf(answer.bytes)
      const contentType = 'application/octet-stream'
      return { bytes, contentType, recvMs, headers: { ...headers, ...answer.headers } }
    }
    const contentType = 'application/json; charset=utf-8'
    if (isJson(answer)) return { bytes: bufferOf(answer.json), contentType, headers, recvMs }
    if (isPieces(answer)) {
      return joined(answer.pieces).then((bytes) => ({ bytes, contentType, headers, recvMs }))
    }
    return { bytes: Buffer.from(JSON.stringify(answer)), contentType, headers, recvMs }
  }

  #headersNow(state: StateAt, at: SymbolAt | undefined, version: string): Headers {
    const key = `${at?.symbol}/${version}`
    const known = this.#headers.get(key)
    if (known?.seq === state.seq) return known.headers
    const headers = stateHeaders(state, at, version)
    if (this.#headers.size > 100) this.#headers.clear()
    this.#headers.set(key, { seq: state.seq, headers })
    return headers
  }

  #send(
    request: FastifyRequest,
    reply: FastifyReply,
    { bytes, contentType, headers, recvMs }: KeptBody,
  ): FastifyReply {
    reply.headers(headers)
    reply.header('x-staleness-ms', String(Math.max(0, Math.trunc(this.#source.nowMs() - recvMs))))
    const known = request.headers['if-none-match']
    if (known !== undefined && known === headers['etag']) return reply.code(304).send()
    return reply.type(contentType).send(bytes)
  }
}

/** The same bytes, not a copy. */
const bufferOf = ({ buffer, byteOffset, length }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, length)

/** Lets others have their turn between pieces. */
async function joined(pieces: Iterable<string>): Promise<Buffer> {
  const made: Buffer[] = []
  for (const piece of pieces) {
    made.push(Buffer.from(piece))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return Buffer.concat(made)
}

/** What is judged by a clock is another with each answer. */
const NOT_KEPT: Headers = { 'cache-control': 'no-store' }

interface Wanted {
  readonly endpoint: Endpoint
  readonly prepared: Prepared
  readonly asReference: boolean
  readonly name: string | undefined
}

const shownOf = (state: StateAt, at: SymbolAt, { asReference }: Wanted): Shown => ({
  state,
  at,
  asReference,
})

const keyOf = (
  { endpoint, prepared, asReference }: Wanted,
  at: SymbolAt | undefined,
  version: string,
): string => `${endpoint.path} ${at?.symbol} ${version} ${asReference} ${prepared.key}`

/** @throws {RequestError} `SYMBOL_UNKNOWN` with the list */
function symbolOf(state: StateAt, { endpoint, name }: Wanted): SymbolAt | undefined {
  if (!endpoint.isOfSymbol) return undefined
  const symbol = findSymbol([...state.symbols.keys()], name?.slice(0, NAME_LENGTH_MAX))
  const at = symbol === undefined ? undefined : state.symbols.get(symbol)
  if (at !== undefined) return at
  const known = symbolList(state)
  if (known === '') throw new RequestError('SYMBOL_UNKNOWN', 'There is no symbol yet')
  const shown = name?.slice(0, NAME_LENGTH_MAX)
  throw new RequestError(
    'SYMBOL_UNKNOWN',
    `There is no symbol ${shown}; there are ${known}`,
    `Invalid symbol '${shown}'. Valid symbols: ${known}`,
  )
}

function compatOf({ compat }: Query): boolean {
  if (compat === undefined || compat === '' || compat === 'standard') return false
  if (compat === 'reference') return true
  throw refused('compat', 'Input should be reference or standard', compat)
}

/** `at`, or its alias. */
export function momentOf(query: Query): string | undefined {
  const name = query['at'] === undefined ? 'at_ms' : 'at'
  const moment = query[name]
  if (moment === undefined) return undefined
  if (moment === '' || moment.length > MOMENT_LENGTH_MAX) {
    throw refused(name, 'Input should be a moment', moment)
  }
  return moment
}

const refused = (name: string, msg: string, input: string): RequestError =>
  new RequestError('PARAMETER_INVALID', `${name}: ${msg}`, [
    { type: 'value_error', loc: ['query', name], msg, input: input.slice(0, 100) },
  ])
