/** Settings on a tape: the engines behind a market, with their feedback loop closed, and nothing else. */
import { assert } from '../base/assert.ts'
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

/** One setting, and whoever watches its engines: each is told after the engines had it. */
export interface TapeLane {
  readonly settings: Settings
  liquidation?(item: TapeLiquidation): void
  minute?(item: RatedItem, engines: SymbolEngines): void
  /** As the last minute left them. */
  ended?(engines: SymbolEngines): void
}

export type TapeLiquidation = Extract<TapeItem, { kind: 'liquidation' }>

/** Runs the minutes before `toMinute`. `lanes`: of one group (`engine-group.ts`). */
export function runTape(
  tape: SymbolTape,
  lanes: readonly TapeLane[],
  toMinute = Number.POSITIVE_INFINITY,
): void {
  const settings = lanes.map((lane) => lane.settings)
  const group = createEngineGroup(tape, settings)
  const raters = settings.map((own) => new Rater(tape.symbol, own))
  for (const item of tape.items) {
    if (item.kind === 'liquidation') {
      liquidateGroup(group, item.event)
      for (const rater of raters) rater.count(item.event)
      for (const lane of lanes) lane.liquidation?.(item)
      continue
    }
    if (item.minute.close.closedMinute >= toMinute) break
    const { seq, minute } = item
    const outcomes = closeGroup(group, minute)
    for (const [place, engines] of group.engines.entries()) {
      const outcome = outcomes[place]
      assert(outcome !== undefined, 'each of a group has an outcome')
      const rated = raters[place]?.rate(minute, outcome)
      lanes[place]?.minute?.({ seq, minute, outcome, rated }, engines)
    }
  }
  for (const [place, engines] of group.engines.entries()) {
    showEngines(engines)
    lanes[place]?.ended?.(engines)
  }
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
