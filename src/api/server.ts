/** The HTTP server: every route of the API and the page, not listening yet. */
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { StateViews } from '../projections/views.ts'
import { describeFailure, type FailureReply, internalFailure, RequestError } from './failure.ts'
import { pageRoutes } from './routes/page.ts'
import { viewRoutes } from './routes/views.ts'

export interface ServerOptions {
  readonly views: StateViews
  /** Told of each failure that is a bug of ours; the client is told that there was one. */
  readonly failed: (error: unknown, path: string) => void
}

/** Every request is a GET: a body is never read. */
const BODY_BYTES_MAX = 1_024
const REQUEST_MS_MAX = 10_000

export function buildServer({ views, failed }: ServerOptions): FastifyInstance {
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
    // Units stand in the schemas for the documentation. With `strictNumbers` the text `Infinity`
    // would pass by `minimum` and `maximum`, since it is checked before it is made a number.
    ajv: { customOptions: { keywords: ['unit'], strictNumbers: false } },
  })
  app.setErrorHandler(answer)
  app.setNotFoundHandler((request) => {
    const [path = ''] = request.url.split('?')
    if (request.method === 'GET' || !app.hasRoute({ method: 'GET', url: path })) {
      throw new RequestError('PATH_UNKNOWN', 'There is nothing at this path', 'Not Found')
    }
    throw new RequestError('METHOD_UNKNOWN', 'Only GET is served here', 'Method Not Allowed')
  })
  app.register(viewRoutes, { views })
  app.register(pageRoutes)
  return app
}

function send(reply: FastifyReply, { httpStatus, body }: FailureReply): FastifyReply {
  if (httpStatus === 405) reply.header('allow', 'GET, HEAD')
  return reply.code(httpStatus).type('application/json; charset=utf-8').send(JSON.stringify(body))
}
