/** Who may ask, and how often: token, rate limit, origins of browsers. */
import { timingSafeEqual } from 'node:crypto'
import cors from '@fastify/cors'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RequestError } from './failure.ts'

export interface AccessOptions {
  /** Origins of pages that may ask, `*` for all; none without it. */
  readonly corsOrigins?: readonly string[] | undefined
  /** Requests a minute of one address; 0 and absent for no limit. */
  readonly requestsPerMinuteMax?: number | undefined
  /** What each request has to know. */
  readonly token?: string | undefined
}

const MINUTE_MS = 60_000

export function guard(app: FastifyInstance, options: AccessOptions): void {
  const { corsOrigins = [], requestsPerMinuteMax = 0, token } = options
  if (corsOrigins.length > 0) {
    app.register(cors, {
      origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
      methods: ['GET', 'HEAD', 'POST'],
      exposedHeaders: [
        'etag',
        'x-as-of',
        'x-sequence',
        'x-staleness-ms',
        'x-gap-count',
        'x-coverage',
      ],
    })
  }
  if (requestsPerMinuteMax > 0) {
    app.register(rateLimit, { max: requestsPerMinuteMax, timeWindow: MINUTE_MS })
  }
  if (token !== undefined && token !== '') {
    app.addHook('onRequest', (request, _reply, done) => {
      done(
        isOfPage(request) || knows(request, token)
          ? undefined
          : new RequestError('TOKEN_WRONG', 'The token is missing or wrong', 'Unauthorized'),
      )
    })
  }
}

/** The files of the page hold nothing of the state, and a browser sends no header for them. */
const isOfPage = ({ routeOptions }: FastifyRequest): boolean => {
  const { url } = routeOptions
  return url === '/' || (url !== undefined && /\.(js|css|svg)$/.test(url))
}

function knows(request: FastifyRequest, token: string): boolean {
  const header = request.headers.authorization ?? ''
  // A browser cannot send a header with a push stream.
  const { token: inQuery = '' } = request.query as { readonly token?: string }
  const given = header.startsWith('Bearer ') ? header.slice('Bearer '.length) : inQuery
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}
