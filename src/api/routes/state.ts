/** The routes of all endpoints that show a state, by both their names. */
import type { FastifyInstance } from 'fastify'
import { type Parameter, parameterSchema } from '../../projections/parameters.ts'
import type { Answers } from '../answers.ts'
import type { Endpoint } from '../endpoint.ts'
import { FailureBody } from '../failure.ts'

const MOMENT =
  'ISO 8601, epoch ms, seq:N, -2h before the end, or `replay` for the playhead. Absent: the newest state.'

const COMMON = {
  at: { type: 'string', maxLength: 64, description: `Moment to show: ${MOMENT}` },
  at_ms: { type: 'string', maxLength: 64, description: 'Another name of `at`.' },
  compat: {
    type: 'string',
    enum: ['standard', 'reference'],
    description: 'Whose numbers: ours, or those of the reference with its quirks.',
  },
} as const

export const SYMBOL_PARAMETER = {
  type: 'string',
  maxLength: 40,
  description: 'BTC or BTCUSDT, any case. Absent: BTC where there is one, else the first.',
} as const

export function stateRoutes(
  app: FastifyInstance,
  answers: Answers,
  endpoints: readonly Endpoint[],
): void {
  for (const endpoint of endpoints) {
    for (const url of [endpoint.path, ...(endpoint.aliases ?? [])]) {
      app.get(url, { schema: schemaOf(endpoint, url) }, (request, reply) =>
        answers.answer(endpoint, request, reply),
      )
    }
  }
}

function schemaOf(endpoint: Endpoint, url: string) {
  const { summary, parameters, body, isOfSymbol, isBinary, path } = endpoint
  const json = { 'application/json': { schema: body } }
  const bytes = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
  return {
    summary: url === path ? summary : `${summary} (another name of ${path})`,
    querystring: {
      type: 'object',
      properties: {
        ...(isOfSymbol ? { symbol: SYMBOL_PARAMETER } : {}),
        ...documented(parameters),
        ...COMMON,
      },
    },
    response: {
      200: {
        description: body.description,
        content: isBinary === true ? { ...json, ...bytes } : json,
      },
      404: FailureBody,
      422: FailureBody,
    },
  }
}

const documented = (parameters: Readonly<Record<string, Parameter>>) =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [
      name,
      { ...parameterSchema(parameter), description: parameter.description },
    ]),
  )
