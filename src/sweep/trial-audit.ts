/** Hits, misses and skill of a trial: the audit of a report, reduced to the cell that verdicts are about. */
import { auditEvent, createAudit } from '../audits/audit.ts'
import { AUDIT_SETTINGS } from '../audits/audit-settings.ts'
import { type Audit, cellOf as columnOf } from '../audits/audit-state.ts'
import { matchEvents } from '../audits/matched-minutes.ts'
import { defaultsOf } from '../base/setting.ts'
import type { SymbolEngines } from '../engines/symbol/symbol-engines.ts'
import { LAYERS, zonesOf } from '../replay/audit-zones.ts'
import type { SymbolTape, TapeItem } from './tape.ts'
import type { RatedItem } from './tape-run.ts'

export const AUDIT_COLUMNS = [
  'admittedCount',
  'hitCount',
  'matchedCount',
  'matchedHits',
  'hitsOfMatched',
] as const

export class TrialAudit {
  readonly #tape: SymbolTape
  readonly #fromSeq: number
  #audit: Audit | undefined
  /** Of before the first minute, whose engines say what there is to audit. */
  #early: Extract<TapeItem, { kind: 'liquidation' }>[] = []

  constructor(tape: SymbolTape, fromSeq: number) {
    this.#tape = tape
    this.#fromSeq = fromSeq
  }

  takeLiquidation(item: Extract<TapeItem, { kind: 'liquidation' }>): void {
    if (this.#audit === undefined) {
      this.#early.push(item)
      return
    }
    const { seq, venueTimeS, event } = item
    const { side, priceUsd, sizeBase, lastUsd, markUsd, origin } = event
    auditEvent(this.#audit, {
      kind: 'liquidation',
      seq,
      timeS: venueTimeS,
      orderSymbol: origin?.rawSymbol ?? this.#tape.symbol,
      side,
      priceUsd,
      sizeBase,
      notionalUsd: priceUsd * sizeBase,
      srcUsd: lastUsd || markUsd,
      markUsd,
    })
  }

  takeMinute({ seq, minute, outcome }: RatedItem, engines: SymbolEngines): void {
    const audit = this.#started(engines)
    const { close, input } = minute
    const { openUsd, highUsd, lowUsd, closeUsd } = close.bar
    auditEvent(audit, {
      kind: 'minute',
      seq,
      minute: close.closedMinute,
      timeS: input.timeS,
      bar: { openUsd, highUsd, lowUsd, closeUsd },
      buyBase: close.volume.buyBase,
      sellBase: close.volume.sellBase,
      tradeCount: close.takers?.tradeCount ?? 0,
      oiChange: close.openInterest.change,
      zonesOf: (layer) => zonesOf(engines, outcome.map, layer),
      ...(outcome.rated === undefined ? {} : { rated: outcome.rated }),
    })
  }

  /** By cell: the sums of {@link AUDIT_COLUMNS}, and distances to the nearest zone. */
  cells(cellOf: (minute: number) => number, cellCount: number) {
    const sums = Array.from({ length: cellCount }, () => AUDIT_COLUMNS.map(() => 0))
    const misses = Array.from({ length: cellCount }, (): number[] => [])
    const audit = this.#audit
    if (audit === undefined) return { sums, misses }
    const column = columnOf(audit, 0, 0)
    const { tolerances, headlineTolerance } = audit.plan
    const matchedColumn = column * tolerances.length + headlineTolerance
    const matched = matchEvents(audit)
    for (const event of audit.events) {
      const cell = event.counted ? cellOf(event.minute) : -1
      const distance = event.distances[column] ?? Number.POSITIVE_INFINITY
      const isHit = distance <= audit.options.settings.headlineTolerance
      addTo(sums[cell], isHit, matched.get(event)?.[matchedColumn])
      if (distance < Number.POSITIVE_INFINITY) misses[cell]?.push(distance)
    }
    return { sums, misses }
  }

  #started({ model, liquidation }: SymbolEngines): Audit {
    if (this.#audit !== undefined) return this.#audit
    const all = defaultsOf(AUDIT_SETTINGS, model)
    // One age and one layer, those of verdicts. The other tolerances say how far zones are kept.
    const settings = { ...all, minAges: String(all.headlineMinAge) }
    this.#audit = createAudit({
      symbol: this.#tape.symbol,
      profile: model,
      settings,
      layers: LAYERS[model].filter(({ name }) => name === all.headlineLayer),
      disabledTiers: [],
      fromSeq: this.#fromSeq,
      stepUsd: liquidation.context.grid.stepUsd,
      compat: false,
    })
    for (const item of this.#early) this.takeLiquidation(item)
    this.#early = []
    return this.#audit
  }
}

/** `matchedHits`: nothing for an event without enough similar minutes. */
function addTo(sums: number[] | undefined, isHit: boolean, matchedHits: number | undefined): void {
  if (sums === undefined) return
  const isMatched = matchedHits !== undefined
  const adds = [1, Number(isHit), Number(isMatched), matchedHits ?? 0, Number(isMatched && isHit)]
  for (const [place, value] of adds.entries()) sums[place] = (sums[place] ?? 0) + value
}
