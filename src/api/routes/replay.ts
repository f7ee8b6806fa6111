/** Control of the playhead: the only path that takes a POST, and it changes no state but its own. */
import type { FastifyInstance } from 'fastify'
import { parameterSchema, readParameters } from '../../projections/parameters.ts'
import type { StateSource } from '../../projections/state-source.ts'
import type { Answers } from '../answers.ts'
import type { Query } from '../endpoint.ts'
import { FailureBody, RequestError } from '../failure.ts'
import { ACTIONS, type Playhead, PlayheadBody, SPEED_MAX } from '../playhead.ts'

const MINUTES_MAX = 1_000_000

const PARAMETERS = {
  action: { kind: 'text', choices: ACTIONS, description: 'What to do.' },
  to: { kind: 'text', description: 'seek: the moment, as `at` takes it.' },
  by: {
    kind: 'number',
    min: -MINUTES_MAX,
    max: MINUTES_MAX,
    fallback: 1,
    description: 'step: how far, backwards below 0.',
    unit: 'min',
  },
  speed: {
    kind: 'number',
    above: 0,
    max: SPEED_MAX,
    fallback: undefined,
    description: 'play, speed: seconds of the recording for each second.',
    unit: 'factor',
  },
} as const

export function replayRoutes(
  app: FastifyInstance,
  {
    source,
    answers,
    playhead,
  }: { readonly source: StateSource; readonly answers: Answers; readonly playhead: Playhead },
): void {
  const response = { 200: PlayheadBody, 404: FailureBody, 422: FailureBody }
  app.get('/v1/replay', { schema: { summary: 'The playhead', response } }, (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return playhead.body()
  })
  const properties = Object.fromEntries(
    Object.entries(PARAMETERS).map(([name, parameter]) => [
      name,
      { ...parameterSchema(parameter), description: parameter.description },
    ]),
  )
  const schema = {
    summary: 'Play, pause, seek, step, or set the speed',
    querystring: { type: 'object', properties, required: ['action'] },
    response,
  }
  app.post('/v1/replay', { schema }, async (request) => {
    const read = readParameters(PARAMETERS, request.query as Query)
    if ('refusal' in read) {
      throw new RequestError('PARAMETER_INVALID', read.refusal.message, read.refusal.detail)
    }
    const { action, to, by, speed } = read.values
    if (action === undefined) {
      throw new RequestError('PARAMETER_INVALID', `action: give one of ${ACTIONS.join(', ')}`)
    }
    const toMs = to === undefined ? undefined : await timeOf(source, await answers.locate(to))
    await playhead.act(action, { toMs, by, speed })
    return await playhead.body()
  })
}

/** The engine clock of the state at `seq`. */
const timeOf = (source: StateSource, seq: number): Promise<number> =>
  source.withState(seq, (state) => {
    let latestMs = 0
    for (const { engineClockMs } of state.symbols.values()) {
      if (engineClockMs > latestMs) latestMs = engineClockMs
    }
    return latestMs
  })
