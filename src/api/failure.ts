/** What a request can do wrong, and how every failure is answered: `{code, message, remedy, detail}`. */
import { RecorderError } from '../base/errors.ts'
import { object, text } from '../projections/schema.ts'

const KINDS = {
  PARAMETER_INVALID: {
    httpStatus: 422,
    remedy: 'Give a value in the range that the message names.',
  },
  SYMBOL_UNKNOWN: {
    httpStatus: 404,
    remedy: 'Ask for a symbol of the list, as BTC or BTCUSDT.',
  },
  MOMENT_UNKNOWN: {
    httpStatus: 404,
    remedy: 'Ask for a moment in the range that the message names.',
  },
  NOT_THERE_YET: {
    httpStatus: 404,
    remedy: 'Wait for the first minute to close, or ask for a later moment.',
  },
  TOKEN_WRONG: {
    httpStatus: 401,
    remedy: 'Send the header `Authorization: Bearer TOKEN`, or `?token=TOKEN`.',
  },
  TOO_MUCH: { httpStatus: 429, remedy: 'Ask again in a moment, and less often.' },
  PATH_UNKNOWN: { httpStatus: 404, remedy: 'See the README for the paths that are served.' },
  METHOD_UNKNOWN: { httpStatus: 405, remedy: 'Use GET: nothing is ever written through the API.' },
  REQUEST_INVALID: { httpStatus: 400, remedy: 'Send a plain GET request without a body.' },
  INTERNAL: { httpStatus: 500, remedy: 'Report this with the log of the server: it is a bug.' },
} as const

export type RequestCode = keyof typeof KINDS

/** A sentence; of a parameter, what the reference tells of it. */
export type FailureDetail = string | readonly object[]

/** A request that cannot be answered as asked. */
export class RequestError extends Error {
  readonly code: RequestCode
  /** The reference's text, where it has one (`api.md` §2, §11). */
  readonly detail: FailureDetail

  constructor(code: RequestCode, message: string, detail: FailureDetail = message) {
    super(message)
    this.name = 'RequestError'
    this.code = code
    this.detail = detail
  }
}

/** The schema of {@link FailureReply}'s body. */
export const FailureBody = {
  ...object('Why a request was not answered.', {
    code: text('Name of the failure.'),
    message: text('What is wrong.'),
    remedy: text('What to do.'),
  }),
  properties: {
    code: text('Name of the failure.'),
    message: text('What is wrong.'),
    remedy: text('What to do.'),
    detail: {
      type: ['string', 'array'],
      description: 'The same in the words of the reference, for older clients.',
    },
  },
  required: ['code', 'message', 'remedy', 'detail'],
}

export interface FailureReply {
  readonly httpStatus: number
  readonly body: {
    readonly code: string
    readonly message: string
    readonly remedy: string
    readonly detail: FailureDetail
  }
}

/** The answer to a failure; `undefined` for one that only a bug of ours explains. */
export function describeFailure(error: unknown): FailureReply | undefined {
  if (error instanceof RequestError) return reply(error.code, error.message, error.detail)
  if (error instanceof RecorderError) {
    const { message, code, kind } = error
    return {
      httpStatus: kind.httpStatus,
      body: { code, message, remedy: kind.remedy, detail: message },
    }
  }
  if (!(error instanceof Error)) return undefined
  if ('statusCode' in error && error.statusCode === 429) {
    return reply('TOO_MUCH', error.message, error.message)
  }
  const isOfRequest =
    'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500
  return isOfRequest ? reply('REQUEST_INVALID', error.message, error.message) : undefined
}

/** Says no more than that it was us: what a bug has to say is for the log. */
export const internalFailure = (): FailureReply =>
  reply('INTERNAL', 'The server failed to answer', 'Internal Server Error')

function reply(code: RequestCode, message: string, detail: FailureDetail): FailureReply {
  const { httpStatus, remedy } = KINDS[code]
  return { httpStatus, body: { code, message, remedy, detail } }
}
