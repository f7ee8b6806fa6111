/** State digests, one per symbol and minute: how a replay proves that it is the live run again. */
import { CanonicalWriter } from '../base/canonical.ts'
import type { Cause } from '../pipeline/events.ts'
import { runToDigest, type SymbolRun } from '../pipeline/symbol-run.ts'
import { digestOfBytes } from './checkpoint-store.ts'

/** Goes up whenever the same entries give another state: digests of two versions do not compare. */
export const STATE_VERSION = 3

export interface MinuteDigest {
  readonly symbol: string
  /** The minute that closed, counted from 1970. */
  readonly minute: number
  readonly digest: string
  /** The entry that closed it. */
  readonly seq: number
}

/** Makes digests. It owns one buffer, and is used again for each minute. */
export class Digester {
  readonly #writer = new CanonicalWriter()

  digestOf(run: SymbolRun, closedMinute: number, cause: Cause): MinuteDigest {
    const digest = digestOfBytes(this.#writer.encode(runToDigest(run)))
    return { symbol: run.symbol, minute: closedMinute, digest, seq: cause.seq }
  }
}
