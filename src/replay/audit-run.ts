/**
 * Feeds the audits of a replay, one for each symbol, from what its pipeline tells. The listener must
 * be told everything from the start of the replay on, whatever range is reported.
 */
import type { AuditSettings } from '../audits/audit-settings.ts'
import type { Audit } from '../audits/audit-state.ts'
import type { Cause, Gap, PipelineListener } from '../pipeline/events.ts'
import type { Settings } from '../pipeline/settings.ts'
import type { SymbolRun } from '../pipeline/symbol-run.ts'
import { SymbolAudit } from './symbol-audit.ts'

export interface AuditRunOptions {
  readonly settings: Settings
  readonly audit: AuditSettings
  /** Figures begin here; what comes before only warms up. */
  readonly fromSeq: number
}

export class AuditRun {
  readonly #options: AuditRunOptions
  readonly #bySymbol = new Map<string, SymbolAudit>()
  /** What concerns every symbol, also those that appear later. */
  readonly #common: ((one: SymbolAudit) => void)[] = []
  #faultCount = 0

  constructor(options: AuditRunOptions) {
    this.#options = options
  }

  /** Messages of the range that could not be read, of any symbol. */
  get faultCount(): number {
    return this.#faultCount
  }

  /** By symbol, in the order in which they appeared. */
  audits(): ReadonlyMap<string, Audit> {
    const audits = [...this.#bySymbol].flatMap(([symbol, { audit }]) =>
      audit === undefined ? [] : [[symbol, audit] as const],
    )
    return new Map(audits)
  }

  readonly listener: PipelineListener = {
    recordEmitted: (run, log, record, { seq }) => this.#of(run).takeRecord(log, record, seq),
    liquidationTaken: (run, order, cause) => this.#of(run).takeLiquidation(run, order, cause),
    liquidationRefused: (order, reason, { seq }) => {
      const copy = { ...order }
      // Orders of quite other contracts are no matter of a symbol; those with its name in theirs are
      // what the reference takes for its own.
      this.#tellAll((one) => {
        if (copy.symbol.includes(one.baseAsset)) one.takeRefusal(copy, reason, seq)
      })
    },
    openInterestTaken: (run) => this.#of(run).takeOpenInterest(),
    minuteClosed: (run, close, cause, outcome) =>
      this.#of(run).takeMinute(run, close, cause, outcome),
    gapFound: (gap, cause) => this.#takeGap({ ...gap }, { ...cause }),
    faultFound: ({ seq }) => {
      if (seq >= this.#options.fromSeq) this.#faultCount += 1
    },
  }

  #of({ symbol, market }: SymbolRun): SymbolAudit {
    let one = this.#bySymbol.get(symbol)
    if (one === undefined) {
      one = new SymbolAudit(symbol, market.liquidations.baseAsset, this.#options)
      for (const tell of this.#common) tell(one)
      this.#bySymbol.set(symbol, one)
    }
    return one
  }

  #tellAll(tell: (one: SymbolAudit) => void): void {
    this.#common.push(tell)
    for (const one of this.#bySymbol.values()) tell(one)
  }

  /** A gap without a symbol is of the whole recorder. */
  #takeGap(gap: Gap, cause: Cause): void {
    this.#tellAll((one) => {
      if (gap.symbol === '' || gap.symbol === one.symbol) one.takeGap(gap, cause)
    })
  }
}
