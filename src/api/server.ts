/** The API over the views of a state: live or replayed makes no difference here. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type FastifyInstance, fastify } from 'fastify'
import { findSymbol, shortSymbol } from '../projections/symbol-name.ts'
import {
  BarsView,
  BookView,
  RecordingView,
  type StateViews,
  StatusView,
} from '../projections/views.ts'

export interface ServerOptions {
  readonly views: StateViews
}

interface SymbolQuery {
  readonly symbol?: string
}

const PAGE: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['/', ['index.html', 'text/html; charset=utf-8']],
  ['/app.js', ['app.js', 'text/javascript; charset=utf-8']],
  ['/style.css', ['style.css', 'text/css; charset=utf-8']],
])

const symbolField = {
  type: 'string',
  maxLength: 40,
  description: 'BTC or BTCUSDT, any case; absent: BTC, else the first there is.',
} as const
const wholeField = (description: string, byDefault: number, maximum: number) =>
  ({ type: 'integer', minimum: 1, maximum, default: byDefault, description }) as const

/** A server that does not listen yet. */
export function buildServer({ views }: ServerOptions): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true })
  app.setErrorHandler((error: Error & { statusCode?: number; validation?: unknown }, _, reply) => {
    const isInput = error.validation !== undefined || (error.statusCode ?? 500) < 500
    const status = error.validation === undefined ? (error.statusCode ?? 500) : 422
    return reply.status(status).send({
      code: isInput ? 'PARAM_INVALID' : 'INTERNAL',
      message: error.message,
      remedy: 'Check the parameters.',
      detail: error.message,
    })
  })
  app.setNotFoundHandler((request, reply) =>
    reply.status(404).send({
      code: 'NOT_FOUND',
      message: `there is no ${request.method} ${request.url.split('?')[0]}`,
      remedy: 'The page at / shows what there is.',
      detail: 'Not Found',
    }),
  )
  addStateRoutes(app, views)
  addPage(app)
  return app
}

function addStateRoutes(app: FastifyInstance, views: StateViews): void {
  app.get(
    '/v1/health',
    { schema: { response: { '2xx': StatusView, 503: StatusView } } },
    (_, reply) => {
      const status = views.status()
      return reply.status(status.ready ? 200 : 503).send(status)
    },
  )
  app.get('/v1/summary', { schema: { response: { 200: RecordingView } } }, () => views.summary())
  const minutes = wholeField('Newest minutes to give.', 180, 720)
  app.get<{ Querystring: SymbolQuery & { minutes: number } }>(
    '/v1/bars',
    {
      schema: {
        querystring: { type: 'object', properties: { symbol: symbolField, minutes } },
        response: { 200: BarsView },
      },
    },
    (request, reply) => {
      const symbol = findSymbol(views.symbols(), request.query.symbol)
      if (symbol === undefined) return unknownSymbol(reply, views)
      return views.bars(symbol, request.query.minutes)
    },
  )
  const levels = wholeField('Levels of each side.', 20, 1000)
  app.get<{ Querystring: SymbolQuery & { levels: number } }>(
    '/v1/book',
    {
      schema: {
        querystring: { type: 'object', properties: { symbol: symbolField, levels } },
        response: { 200: BookView },
      },
    },
    (request, reply) => {
      const symbol = findSymbol(views.symbols(), request.query.symbol)
      if (symbol === undefined) return unknownSymbol(reply, views)
      return views.book(symbol, request.query.levels)
    },
  )
}

function unknownSymbol(
  reply: { status(code: number): { send(body: object): unknown } },
  views: StateViews,
): unknown {
  const known = views.symbols().map(shortSymbol)
  const message = `no such symbol; there are ${known.join(', ') || 'none yet'}`
  return reply.status(404).send({
    code: 'SYMBOL_UNKNOWN',
    message,
    remedy: 'Take one of those.',
    detail: message,
  })
}

/** Nothing of a request reaches the file system: each file has its own fixed path. */
function addPage(app: FastifyInstance): void {
  const folder = fileURLToPath(new URL('../page/', import.meta.url))
  for (const [path, [name, type]] of PAGE) {
    app.get(path, async (_, reply) => reply.type(type).send(await readFile(`${folder}${name}`)))
  }
}
