/** `/v1`: the views of the state as JSON. */
import type { FastifyPluginCallback } from 'fastify'
import { findSymbol, shortSymbol } from '../../projections/symbol-name.ts'
import {
  BarsView,
  BookView,
  RecordingView,
  type StateViews,
  StatusView,
} from '../../projections/views.ts'
import { FailureBody, RequestError } from '../failure.ts'

export interface ViewRoutesOptions {
  readonly views: StateViews
}

/** `minutes` at most: 12 hours, what the engines keep. */
const MINUTES_MAX = 720
const LEVELS_MAX = 1_000

const symbolQuery = {
  type: 'string',
  maxLength: 40,
  description: 'BTC or BTCUSDT, any case. Absent: BTC where there is one, else the first.',
} as const

const BarsQuery = {
  type: 'object',
  properties: {
    symbol: symbolQuery,
    minutes: {
      type: 'integer',
      minimum: 1,
      maximum: MINUTES_MAX,
      default: MINUTES_MAX,
      description: 'Newest minutes to show.',
      unit: 'minutes',
    },
  },
} as const

const BookQuery = {
  type: 'object',
  properties: {
    symbol: symbolQuery,
    levels: {
      type: 'integer',
      minimum: 1,
      maximum: LEVELS_MAX,
      default: 20,
      description: 'Best levels of each side to show.',
      unit: 'levels',
    },
  },
} as const

export const viewRoutes: FastifyPluginCallback<ViewRoutesOptions> = (app, { views }, done) => {
  app.get(
    '/v1/health',
    {
      schema: {
        response: { 200: StatusView, 503: StatusView },
      },
    },
    (_request, reply) => {
      const status = views.status()
      return reply.code(status.ready ? 200 : 503).send(status)
    },
  )
  // The page asks here: a browser writes each 503 to its console as an error, and being early is none.
  app.get('/v1/status', { schema: { response: { 200: StatusView } } }, () => views.status())
  app.get<{ Querystring: { symbol?: string; minutes: number } }>(
    '/v1/bars',
    {
      schema: {
        querystring: BarsQuery,
        response: { 200: BarsView, 404: FailureBody, 422: FailureBody },
      },
    },
    ({ query }) => views.bars(symbolOf(views, query.symbol), query.minutes),
  )
  app.get<{ Querystring: { symbol?: string; levels: number } }>(
    '/v1/book',
    {
      schema: {
        querystring: BookQuery,
        response: { 200: BookView, 404: FailureBody, 422: FailureBody },
      },
    },
    ({ query }) => views.book(symbolOf(views, query.symbol), query.levels),
  )
  app.get('/v1/summary', { schema: { response: { 200: RecordingView } } }, () => views.summary())
  done()
}

/** @throws {RequestError} `SYMBOL_UNKNOWN` with the list. */
function symbolOf(views: StateViews, name: string | undefined): string {
  const symbols = views.symbols()
  const symbol = findSymbol(symbols, name)
  if (symbol !== undefined) return symbol
  const known = symbols.map(shortSymbol).join(', ')
  if (known === '') throw new RequestError('SYMBOL_UNKNOWN', 'There is no symbol yet')
  throw new RequestError(
    'SYMBOL_UNKNOWN',
    `There is no symbol ${name}; there are ${known}`,
    `Invalid symbol '${name}'. Valid symbols: ${known}`,
  )
}
