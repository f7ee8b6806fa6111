/** Liquidations that no engine was given, by reason and by the symbol that they are of. */
import type { PipelineListener } from '../pipeline/events.ts'

export interface Refused {
  readonly count: number
  /** The first of them. */
  readonly seqs: readonly number[]
}

/** By reason (`foreign`, `insane`), then by symbol. */
export type Refusals = Readonly<Record<string, Readonly<Record<string, Refused>>>>

const SEQS_MAX = 100

export class RefusalTally {
  readonly #byReason = new Map<string, Map<string, { count: number; seqs: number[] }>>()

  readonly listener: PipelineListener = {
    liquidationRefused: ({ symbol }, reason, { seq }) => {
      const bySymbol = this.#byReason.get(reason) ?? new Map<string, never>()
      this.#byReason.set(reason, bySymbol)
      const refused = bySymbol.get(symbol) ?? { count: 0, seqs: [] }
      bySymbol.set(symbol, refused)
      refused.count += 1
      if (refused.seqs.length < SEQS_MAX) refused.seqs.push(seq)
    },
  }

  refusals(): Refusals {
    return Object.fromEntries(
      [...this.#byReason].map(([reason, bySymbol]) => [reason, Object.fromEntries(bySymbol)]),
    )
  }
}
