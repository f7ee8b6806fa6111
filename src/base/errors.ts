/**
 * What the world did wrong: a lock, a flag, a torn file. Each code is listed once, with the exit
 * status of a command that ends in it, the HTTP status of a reply, and what the user can do.
 */
interface ErrorKind {
  readonly exitCode: 1 | 2
  readonly httpStatus: number
  readonly remedy: string
}

const KINDS = {
  USAGE: { exitCode: 2, httpStatus: 422, remedy: 'Run the command with --help.' },
  SETTING_INVALID: {
    exitCode: 2,
    httpStatus: 422,
    remedy: 'Run `moonreplay settings` for names, units and ranges.',
  },
  RECORDING_NOT_FOUND: {
    exitCode: 2,
    httpStatus: 404,
    remedy: 'Run `moonreplay list` to see the recordings, or give a path.',
  },
  RECORDING_EXISTS: {
    exitCode: 2,
    httpStatus: 409,
    remedy: 'Choose another --recording, or pass --append to add to this one.',
  },
  RECORDING_LOCKED: {
    exitCode: 2,
    httpStatus: 409,
    remedy: 'Stop the process that writes it, or choose another --recording.',
  },
  JOURNAL_DAMAGED: {
    exitCode: 2,
    httpStatus: 500,
    remedy: 'Run `moonreplay verify` to see all damage; replay --skip-damage goes past it.',
  },
  JOURNAL_WRITE_FAILED: {
    exitCode: 2,
    httpStatus: 500,
    remedy: 'Free disk space or mend the disk, then start again: what was durable is kept.',
  },
  FORMAT_UNKNOWN: {
    exitCode: 2,
    httpStatus: 500,
    remedy: 'Use the version of moonreplay that wrote it, or a newer one.',
  },
  INPUT_MALFORMED: {
    exitCode: 2,
    httpStatus: 422,
    remedy: 'Mend the named line, or pass --skip-bad to leave such lines out and count them.',
  },
  INTERRUPTED: {
    exitCode: 2,
    httpStatus: 500,
    remedy: 'Run it again: nothing half-written is left.',
  },
  NOTHING_FOUND: {
    exitCode: 2,
    httpStatus: 404,
    remedy: 'Choose one of those that the message names.',
  },
  WEIGHTS_MISMATCH: {
    exitCode: 2,
    httpStatus: 422,
    remedy: 'Give a weights file of this symbol, model and ladder, or leave out --weights.',
  },
  FILE_UNREADABLE: { exitCode: 2, httpStatus: 404, remedy: 'Check the path and its permissions.' },
  RANGE_EMPTY: {
    exitCode: 2,
    httpStatus: 404,
    remedy: 'Give a --from before --to, inside the range that `moonreplay list` prints.',
  },
  PORT_IN_USE: {
    exitCode: 2,
    httpStatus: 500,
    remedy: 'Choose another --port, or stop what listens there.',
  },
  VENUE_UNREACHABLE: {
    exitCode: 2,
    httpStatus: 500,
    remedy: 'Check --ws-url and --rest-url, the network, and that the venue serves this region.',
  },
  DOCTOR_FAILED: {
    exitCode: 1,
    httpStatus: 500,
    remedy:
      'Mend what the checks name, then run `moonreplay doctor` again before `moonreplay capture`.',
  },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof KINDS

/** A failure that a user can understand and act on. */
export class RecorderError extends Error {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'RecorderError'
    this.code = code
    this.details = options.details ?? {}
  }

  get kind(): ErrorKind {
    return KINDS[this.code]
  }
}
