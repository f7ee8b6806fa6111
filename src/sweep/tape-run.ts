/** Settings on a tape: the engines behind a market, with their feedback loop closed, and nothing else. */
import type { HazardSums, RatedMinute } from '../engines/calibration/hazard.ts'
import { closeMapMinute, createMapRival } from '../engines/calibration/map-rival.ts'
import {
  closeGroup,
  createEngineGroup,
  liquidateGroup,
  showEngines,
} from '../engines/symbol/engine-group.ts'
import type {
  EngineLiquidation,
  EngineMinute,
  EngineOutcome,
  SymbolEngines,
} from '../engines/symbol/symbol-engines.ts'
import type { Settings } from '../pipeline/settings.ts'
import type { SymbolTape, TapeItem } from './tape.ts'

export interface RatedItem {
  readonly seq: number
  readonly minute: EngineMinute
  readonly outcome: EngineOutcome
  /** Of either model; nothing for the first minute of a map. */
  readonly rated: RatedMinute | undefined
}

export interface TapeObserver {
  /** After the engines had it. */
  liquidation?(item: Extract<TapeItem, { kind: 'liquidation' }>, engines: SymbolEngines): void
  minute?(item: RatedItem, engines: SymbolEngines): void
}

/** Settings of one group (`engine-group.ts`), each with whoever watches its engines. */
export interface TapeLane {
  readonly settings: Settings
  readonly observer: TapeObserver
}

/** Runs the minutes before `toMinute`. Returns the engines of each lane as the last of them left them. */
export function runTape(
  tape: SymbolTape,
  lanes: readonly [TapeLane, ...TapeLane[]],
  toMinute = Number.POSITIVE_INFINITY,
): readonly SymbolEngines[] {
  const [first, ...others] = lanes
  const group = createEngineGroup(tape, [first.settings, ...others.map((lane) => lane.settings)])
  const runs = group.engines.map((engines, place) => {
    const { settings, observer } = lanes[place] ?? first
    return { engines, observer, rater: new Rater(tape.symbol, settings) }
  })
  for (const item of tape.items) {
    if (item.kind === 'liquidation') {
      liquidateGroup(group, item.event)
      for (const { engines, observer, rater } of runs) {
        rater.count(item.event)
        observer.liquidation?.(item, engines)
      }
      continue
    }
    if (item.minute.close.closedMinute >= toMinute) break
    const { seq, minute } = item
    for (const [place, outcome] of closeGroup(group, minute).entries()) {
      const run = runs[place]
      if (run === undefined) continue
      const rated = run.rater.rate(minute, outcome)
      run.observer.minute?.({ seq, minute, outcome, rated }, run.engines)
    }
  }
  for (const engines of group.engines) showEngines(engines)
  return group.engines
}

export const COLUMNS = [
  'minuteCount',
  'rateCount',
  'eventCount',
  'rateSum',
  'logSum',
  'cappedUsd',
  'cappedLogSum',
] as const satisfies readonly (keyof HazardSums)[]

/** Above it an order counts no more in the score by notional. Unit: USD. */
const NOTIONAL_CAP_USD = 50_000

/** Rates of a model that tells none by itself: those of its map (`standard-profile.md` §4). */
class Rater {
  readonly #symbol: string
  readonly #deviationMax: number
  readonly #rival = createMapRival()
  readonly #open = { long: { count: 0, cappedUsd: 0 }, short: { count: 0, cappedUsd: 0 } }

  constructor(symbol: string, settings: Settings) {
    this.#symbol = symbol
    this.#deviationMax = settings.calibrator.distBandMid
  }

  count({ side, priceUsd, sizeBase, lastUsd, markUsd, origin }: EngineLiquidation): void {
    const srcUsd = lastUsd || markUsd
    const deviation = srcUsd > 0 ? Math.abs(priceUsd - srcUsd) / srcUsd : 0
    if (origin?.rawSymbol !== this.#symbol || deviation > this.#deviationMax) return
    if (!(priceUsd > 0 && sizeBase > 0)) return
    this.#open[side].count += 1
    this.#open[side].cappedUsd += Math.min(NOTIONAL_CAP_USD, priceUsd * sizeBase)
  }

  rate({ close }: EngineMinute, { map, rated }: EngineOutcome): RatedMinute | undefined {
    const { bar, closedMinute: minute } = close
    const { highUsd, lowUsd, closeUsd } = bar
    const { long, short } = this.#open
    const result =
      rated ??
      closeMapMinute(
        this.#rival,
        { minute, highUsd, lowUsd, closeUsd, map },
        { long: { ...long }, short: { ...short } },
      )
    for (const side of [long, short]) {
      side.count = 0
      side.cappedUsd = 0
    }
    return result
  }
}
