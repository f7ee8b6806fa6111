/** The venue's REST endpoints over a recording (`binance-today.md`): paths, weights, errors, replies. */
import type { VenueState } from './venue-state.ts'

export interface RestReply {
  readonly status: number
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** The state has no answer yet, but may have one in a moment. */
export type RestAnswer = RestReply | 'later'

interface Endpoint {
  weight(query: URLSearchParams): number
  answer(state: VenueState, query: URLSearchParams, timeMs: number): RestAnswer
}

const WEIGHT_PER_MINUTE_MAX = 2_400
const MINUTE_MS = 60_000
const DEPTH_LIMIT_DEFAULT = 500
/** Weight of a depth request by its limit, which can be nothing else. */
const DEPTH_WEIGHTS: ReadonlyMap<number, number> = new Map([
  [5, 2],
  [10, 2],
  [20, 2],
  [50, 2],
  [100, 5],
  [500, 10],
  [1_000, 20],
])
const RATIO_PERIODS = ['5m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d']

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/fapi/v1/ping': { weight: () => 1, answer: () => ok('{}') },
  '/fapi/v1/time': {
    weight: () => 1,
    answer: (_state, _query, timeMs) => ok(`{"serverTime":${timeMs}}`),
  },
  '/fapi/v1/exchangeInfo': {
    weight: () => 1,
    answer: (state, _query, timeMs) => ok(state.exchangeInfo(timeMs)),
  },
  '/fapi/v1/depth': {
    weight: (query) => DEPTH_WEIGHTS.get(limitOf(query)) ?? 1,
    answer: depth,
  },
  '/fapi/v1/openInterest': {
    weight: () => 1,
    answer: (state, query) =>
      ofSymbol(state, query, (symbol) => {
        const body = state.replyOf('openInterest', symbol)
        return body === undefined ? 'later' : ok(body)
      }),
  },
  '/futures/data/topLongShortAccountRatio': ratio('topLongShortAccountRatio'),
  '/futures/data/topLongShortPositionRatio': ratio('topLongShortPositionRatio'),
  '/futures/data/globalLongShortAccountRatio': ratio('globalLongShortAccountRatio'),
}

/** What the venue says when it cannot answer. */
const UNAVAILABLE: RestReply = refused(
  503,
  -1001,
  'Internal error; unable to process your request. Please try again.',
)

/** One pool of request weight for all clients: they share an address. */
export class RestApi {
  readonly #state: VenueState
  #minute = -1
  #weightUsed = 0

  constructor(state: VenueState) {
    this.#state = state
  }

  /**
   * Counts a request and returns its refusal, if the pool of this minute is used up.
   * @param wallTimeMs The minute of the limit is the client's, not that of the recording.
   */
  charge(target: URL, wallTimeMs: number): RestReply | undefined {
    const minute = Math.floor(wallTimeMs / MINUTE_MS)
    if (minute !== this.#minute) this.#weightUsed = 0
    this.#minute = minute
    this.#weightUsed += ENDPOINTS[target.pathname]?.weight(target.searchParams) ?? 1
    if (this.#weightUsed <= WEIGHT_PER_MINUTE_MAX) return undefined
    const reply = refused(
      429,
      -1003,
      `Too many requests; current limit of IP(127.0.0.1) is ${WEIGHT_PER_MINUTE_MAX} requests per minute. Please use the websocket for live updates to avoid polling the API.`,
    )
    const waitMs = MINUTE_MS - (wallTimeMs % MINUTE_MS)
    return { ...reply, headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) } }
  }

  /** The headers that every reply carries. */
  rateHeaders(): Readonly<Record<string, string>> {
    return { 'X-MBX-USED-WEIGHT-1M': String(this.#weightUsed) }
  }

  answer(method: string, target: URL, virtualTimeMs: number): RestAnswer {
    const endpoint = ENDPOINTS[target.pathname]
    if (endpoint === undefined || method !== 'GET') {
      return refused(404, -5000, `Path ${target.pathname}, Method ${method} is invalid`)
    }
    return endpoint.answer(this.#state, target.searchParams, Math.floor(virtualTimeMs))
  }

  /** The answer when waiting has brought none: a book of what was heard so far, or a refusal. */
  lastAnswer(target: URL, virtualTimeMs: number): RestReply {
    const { pathname, searchParams } = target
    if (pathname !== '/fapi/v1/depth') return UNAVAILABLE
    const symbol = searchParams.get('symbol') ?? ''
    const book = this.#state.bookOf(symbol)
    if (book === undefined || book.isEmpty) {
      const ahead = this.#state.replyOf('depthSnapshot', symbol)
      return ahead === undefined ? UNAVAILABLE : ok(ahead)
    }
    return ok(depthBody(book, limitOf(searchParams), Math.floor(virtualTimeMs)))
  }
}

function depth(state: VenueState, query: URLSearchParams, timeMs: number): RestAnswer {
  const limit = limitOf(query)
  if (!DEPTH_WEIGHTS.has(limit)) return refused(400, -4021, `${limit} is not valid depth limit.`)
  return ofSymbol(state, query, (symbol) => {
    const book = state.bookOf(symbol)
    return book?.synced === true ? ok(depthBody(book, limit, timeMs)) : 'later'
  })
}

type Book = NonNullable<ReturnType<VenueState['bookOf']>>

function depthBody(book: Book, limit: number, timeMs: number): string {
  const bids = JSON.stringify(book.best('bids', limit))
  const asks = JSON.stringify(book.best('asks', limit))
  return `{"lastUpdateId":${book.lastUpdateId},"E":${timeMs},"T":${book.venueTimeMs},"bids":${bids},"asks":${asks}}`
}

/** A ratio endpoint answers with what was recorded last, whatever period was asked for then. */
function ratio(channel: string): Endpoint {
  return {
    weight: () => 0,
    answer: (state, query) =>
      ofSymbol(state, query, (symbol) => {
        if (!RATIO_PERIODS.includes(query.get('period') ?? '')) {
          return refused(400, -1130, "Data sent for parameter 'period' is not valid.")
        }
        return ok(state.replyOf(channel, symbol) ?? '[]')
      }),
  }
}

function ofSymbol(
  state: VenueState,
  query: URLSearchParams,
  answer: (symbol: string) => RestAnswer,
): RestAnswer {
  const symbol = query.get('symbol') ?? ''
  if (symbol === '') {
    return refused(
      400,
      -1102,
      "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
    )
  }
  return state.knows(symbol) ? answer(symbol) : refused(400, -1121, 'Invalid symbol.')
}

function limitOf(query: URLSearchParams): number {
  const text = query.get('limit')
  return text === null ? DEPTH_LIMIT_DEFAULT : Number(text)
}

function ok(body: string | Uint8Array): RestReply {
  return { status: 200, body }
}

function refused(status: number, code: number, msg: string): RestReply {
  return { status, body: JSON.stringify({ code, msg }) }
}
