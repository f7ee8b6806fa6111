/** Flags that say who may ask a server, and how often. */
import type { Options } from 'yargs'
import type { AccessOptions } from '../api/access.ts'

export const accessOptions = {
  cors: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'Origin whose pages may ask, or *; may be repeated',
  },
  'rate-limit': {
    type: 'number',
    default: 0,
    describe: 'Requests a minute of one address; 0 for no limit',
  },
  token: { type: 'string', requiresArg: true, describe: 'What each request has to know' },
} as const satisfies Record<string, Options>

export interface AccessArgv {
  readonly cors?: readonly string[] | undefined
  readonly 'rate-limit': number
  readonly token?: string | undefined
}

export const accessOf = (argv: AccessArgv): AccessOptions => ({
  corsOrigins: argv.cors,
  requestsPerMinuteMax: argv['rate-limit'],
  token: argv.token,
})
