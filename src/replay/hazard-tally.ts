/** The hazard score of a range, by symbol (`standard-profile.md` §4), of whichever model computed it. */
import { AUDIT_SETTINGS } from '../audits/audit-settings.ts'
import {
  addRated,
  createHazard,
  type HazardScore,
  type HazardSums,
  hazardScore,
  type RatedMinute,
} from '../engines/calibration/hazard.ts'
import { closeMapMinute, createMapRival, type MapRival } from '../engines/calibration/map-rival.ts'
import { positionSide } from '../engines/liquidation/liquidation-engines.ts'
import type { MinuteClose } from '../engines/minute-close.ts'
import type { EngineOutcome } from '../engines/symbol/symbol-engines.ts'
import type { ForceOrder } from '../model/messages.ts'
import type { PipelineListener } from '../pipeline/events.ts'
import type { Settings } from '../pipeline/settings.ts'

/** Sums by block of minutes, the stretches that intervals are drawn from. */
export type HazardBlocks = ReadonlyMap<number, HazardSums>

const BLOCK_MINUTES = AUDIT_SETTINGS.blockMinutes.default

interface Tally {
  readonly sums: HazardSums
  readonly blocks: Map<number, HazardSums>
  /** Of a model that tells no rates by itself. */
  readonly rival: MapRival
  readonly open: Record<'long' | 'short', { count: number; cappedUsd: number }>
}

/** Above it an order counts no more in the score by notional. Unit: USD. */
const NOTIONAL_CAP_USD = 50_000

export class HazardTally {
  readonly #fromSeq: number
  /** Farther from price an order is not of this contract, or not of this moment. */
  readonly #deviationMax: number
  readonly #tallies = new Map<string, Tally>()

  /** Minutes closed from `fromSeq` on are scored; those before teach a curve that has to learn. */
  constructor(fromSeq: number, settings: Settings) {
    this.#fromSeq = fromSeq
    this.#deviationMax = settings.calibrator.distBandMid
  }

  /** By symbol. */
  scores(): Readonly<Record<string, HazardScore>> {
    return Object.fromEntries(
      [...this.#tallies].map(([symbol, { sums }]) => [symbol, hazardScore(sums)]),
    )
  }

  /** By symbol. */
  blocks(): ReadonlyMap<string, HazardBlocks> {
    return new Map([...this.#tallies].map(([symbol, { blocks }]) => [symbol, blocks]))
  }

  readonly listener: PipelineListener = {
    liquidationTaken: ({ symbol, market }, order) => {
      const srcUsd = market.metrics.midUsd || market.mark.markUsd
      const deviation = srcUsd > 0 ? Math.abs(order.price - srcUsd) / srcUsd : 0
      if (order.symbol !== symbol || deviation > this.#deviationMax) return
      countOrder(this.#of(symbol), order)
    },
    minuteClosed: ({ symbol }, close, { seq }, outcome) => {
      if (outcome === undefined) return
      const tally = this.#of(symbol)
      const rated = outcome.rated ?? ratedByMap(tally, close, outcome)
      if (rated !== undefined && seq >= this.#fromSeq) addMinute(tally, rated)
      tally.open.long = { count: 0, cappedUsd: 0 }
      tally.open.short = { count: 0, cappedUsd: 0 }
    },
  }

  #of(symbol: string): Tally {
    let tally = this.#tallies.get(symbol)
    if (tally === undefined) {
      const none = { count: 0, cappedUsd: 0 }
      tally = {
        sums: createHazard(),
        blocks: new Map(),
        rival: createMapRival(),
        open: { long: { ...none }, short: { ...none } },
      }
      this.#tallies.set(symbol, tally)
    }
    return tally
  }
}

function addMinute({ sums, blocks }: Tally, rated: RatedMinute): void {
  addRated(sums, rated)
  if (!rated.scored) return
  const place = Math.floor(rated.minute / BLOCK_MINUTES)
  const block = blocks.get(place) ?? createHazard()
  addRated(block, rated)
  blocks.set(place, block)
}

function countOrder({ open }: Tally, { side, price, sizeBase }: ForceOrder): void {
  if (!(price > 0 && sizeBase > 0)) return
  const sums = open[positionSide(side)]
  sums.count += 1
  sums.cappedUsd += Math.min(NOTIONAL_CAP_USD, price * sizeBase)
}

const ratedByMap = (
  { rival, open }: Tally,
  { closedMinute, bar }: MinuteClose,
  { map }: EngineOutcome,
): RatedMinute | undefined =>
  closeMapMinute(
    rival,
    {
      minute: closedMinute,
      highUsd: bar.highUsd,
      lowUsd: bar.lowUsd,
      closeUsd: bar.closeUsd,
      map,
    },
    open,
  )
