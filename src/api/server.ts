/** The HTTP server: every route of the API and the page, not listening yet. */
import swagger from '@fastify/swagger'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { StateSource } from '../projections/state-source.ts'
import { type AccessOptions, guard } from './access.ts'
import { Answers } from './answers.ts'
import type { Endpoint } from './endpoint.ts'
import { BOOK_ENDPOINTS } from './endpoints/book.ts'
import { HEAT_ENDPOINTS } from './endpoints/heat.ts'
import { OWN_ENDPOINTS } from './endpoints/own.ts'
import { ZONE_ENDPOINTS } from './endpoints/zones.ts'
import { describeFailure, type FailureReply, internalFailure, RequestError } from './failure.ts'
import { Playhead } from './playhead.ts'
import { RequestCounts } from './request-counts.ts'
import { docsRoutes } from './routes/docs.ts'
import { healthRoutes } from './routes/health.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { pageRoutes } from './routes/page.ts'
import { replayRoutes } from './routes/replay.ts'
import { stateRoutes } from './routes/state.ts'
import { type Client, streamRoutes } from './routes/stream.ts'

export interface ServerOptions {
  readonly source: StateSource
  /** A clock that never steps, for the playhead. Unit: ms. */
  readonly monoMs: () => number
  /** Told of each failure that is a bug of ours; the client is told that there was one. */
  readonly failed: (error: unknown, path: string) => void
  readonly access?: AccessOptions | undefined
  /** How long a push stream may stay unread before it is cut. Unit: ms. */
  readonly unreadMsMax?: number | undefined
}

const UNREAD_MS_MAX = 10_000
/** No request has a body that is read. */
const BODY_BYTES_MAX = 1_024
const REQUEST_MS_MAX = 10_000

export const ENDPOINTS: readonly Endpoint[] = [
  ...HEAT_ENDPOINTS,
  ...ZONE_ENDPOINTS,
  ...BOOK_ENDPOINTS,
  ...OWN_ENDPOINTS,
]

export function buildServer(options: ServerOptions): FastifyInstance {
  const { source, monoMs, failed, access = {}, unreadMsMax = UNREAD_MS_MAX } = options
  const answer = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const failure = describeFailure(error)
    if (failure === undefined) failed(error, request.url)
    return send(reply, failure ?? internalFailure())
  }
  const app = Fastify({
    // A path that cannot be decoded is refused before there is a route.
    frameworkErrors: answer,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    // A browser keeps its connections open; a shutdown does not wait for them.
    forceCloseConnections: true,
    // Of a parameter that is given twice the last one counts (`api.md` §2).
    routerOptions: {
      querystringParser: (query) => Object.fromEntries(new URLSearchParams(query)),
    },
  })
  // Parameters are read by their own declarations, which know the reference's texts, and bodies are
  // made whole: schemas of routes are there for the documentation.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (body) => JSON.stringify(body))
  app.setErrorHandler(answer)
  app.setNotFoundHandler((request, reply) => notFound(app, request, reply))
  const counts = new RequestCounts()
  counts.watch(app)
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'moonreplay',
        version: '3.0.0',
        description:
          'Liquidation heatmaps, zones, order book and health of a recording, at any moment of it.',
      },
    },
  })
  guard(app, access)
  const playhead = new Playhead(source, monoMs)
  const answers = new Answers(source, playhead)
  const clients = new Set<Client>()
  // Plugins that document and limit have to be there before the routes.
  app.register((routes, _options, done) => {
    healthRoutes(routes, source)
    stateRoutes(routes, answers, ENDPOINTS)
    streamRoutes(routes, { source, answers, clients, unreadMsMax })
    replayRoutes(routes, { source, answers, playhead })
    const { cache } = answers
    metricsRoutes(routes, { source, counts, cache, monoMs, streamCount: () => clients.size })
    docsRoutes(routes)
    done()
  })
  app.register(pageRoutes)
  app.addHook('preClose', (done) => {
    for (const client of clients) client.stop()
    done()
  })
  return app
}

function notFound(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): unknown {
  const [path = '', search] = request.url.split('?')
  const isKnown = (url: string): boolean => app.hasRoute({ method: 'GET', url })
  if (request.method !== 'GET' && isKnown(path)) {
    throw new RequestError('METHOD_UNKNOWN', 'Only GET is served here', 'Method Not Allowed')
  }
  const bare = path.replace(/\/+$/, '')
  // A path of two slashes at its start would lead to another host.
  if (bare !== path && /^\/[^/\\]/.test(bare) && isKnown(bare)) {
    return reply.redirect(search === undefined ? bare : `${bare}?${search}`, 307)
  }
  throw new RequestError('PATH_UNKNOWN', 'There is nothing at this path', 'Not Found')
}

function send(reply: FastifyReply, { httpStatus, body }: FailureReply): FastifyReply {
  if (httpStatus === 405) reply.header('allow', 'GET, HEAD')
  if (httpStatus === 401) reply.header('www-authenticate', 'Bearer')
  return reply.code(httpStatus).type('application/json; charset=utf-8').send(JSON.stringify(body))
}
