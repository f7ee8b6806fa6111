/** Whether answers are meant: the only path that says 503. */
import type { FastifyInstance } from 'fastify'
import { HealthBody, healthBody } from '../../projections/health.ts'
import type { StateSource } from '../../projections/state-source.ts'
import { findSymbol } from '../../projections/symbol-name.ts'
import { StatusView } from '../../projections/views.ts'

export function healthRoutes(app: FastifyInstance, source: StateSource): void {
  const response = { 200: HealthBody, 503: HealthBody }
  for (const url of ['/v1/health', '/health']) {
    app.get(url, { schema: { summary: 'Health', response } }, (_request, reply) => {
      const body = healthNow(source)
      return reply
        .header('cache-control', 'no-store')
        .code(body.ok ? 200 : 503)
        .send(body)
    })
  }
  // The page asks here: a browser writes each 503 to its console as an error, and being early is none.
  const schema = { summary: 'How far the state is; always 200', response: { 200: StatusView } }
  app.get('/v1/status', { schema }, (_request, reply) =>
    reply.header('cache-control', 'no-store').send(source.status()),
  )
}

export function healthNow(source: StateSource): HealthBody {
  const state = source.current()
  const symbol = findSymbol([...state.symbols.keys()], undefined)
  const at = symbol === undefined ? undefined : state.symbols.get(symbol)
  return healthBody(state, at, source.status(), source.nowMs())
}
