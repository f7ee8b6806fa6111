/** One contract of the simulated market: its price, book, trades, positions and what they send. */

import { powerOfTen } from '../base/numeric.ts'
import type { StreamKey } from '../model/block.ts'
import type { ArrivalQueue } from './arrival-queue.ts'
import type { Contract } from './contract.ts'
import { HiddenPositions, type Liquidation, MAINTENANCE_FRACTION } from './hidden-positions.ts'
import { type MarketMood, STEP_MS, STEPS_PER_MINUTE } from './market-mood.ts'
import type { PayloadWriter } from './payload-writer.ts'
import { hashOf, Random } from './random.ts'
import { SimulatedBook } from './simulated-book.ts'
import { type ForcedOrder, SimulatedPayloads } from './simulated-payloads.ts'
import { clamp, SimulatedPrice } from './simulated-price.ts'

const STEPS_PER_SECOND = 1_000 / STEP_MS
/** Forced orders without a known cause, each minute. */
const STRAY_LIQUIDATIONS_PER_MINUTE = 0.04
const DEPTH_LOSSES_PER_MINUTE = 1 / 40
const TRADE_HOLES_PER_MINUTE = 1 / 90
const FUNDING_PERIOD_MS = 8 * 3_600_000
const SNAPSHOT_LEVELS = 1_000

export interface SnapshotReply {
  readonly payload: Uint8Array
  readonly eventTimeMs: number
  readonly venueTimeMs: number
}

export class SimulatedContract {
  readonly contract: Contract
  /** Open interest. Unit: base. */
  openInterestBase: number
  readonly #random: Random
  readonly #queue: ArrivalQueue
  readonly #book: SimulatedBook
  readonly #positions: HiddenPositions
  readonly #payloads: SimulatedPayloads
  readonly #streams: Readonly<
    Record<'depth' | 'aggTrade' | 'bookTicker' | 'forceOrder' | 'markPrice', StreamKey>
  >
  readonly #unitsPerTick: number
  readonly #price: SimulatedPrice
  #lastUpdateId: number
  #lastAggTradeId: number
  #lastTradeId: number
  #lossStepsLeft = 0
  #lossEnded = false
  #tradesToLose = 0
  #forced: ForcedOrder | undefined

  constructor(contract: Contract, seed: number, queue: ArrivalQueue, writer: PayloadWriter) {
    const { symbol } = contract
    this.contract = contract
    this.openInterestBase = contract.openInterestBase
    this.#random = new Random(seed, symbol)
    this.#queue = queue
    this.#book = new SimulatedBook(contract, new Random(seed, `${symbol} book`))
    this.#positions = new HiddenPositions(
      contract.startPrice,
      new Random(seed, `${symbol} positions`),
    )
    this.#payloads = new SimulatedPayloads(contract, writer)
    const stream = (channel: string): StreamKey => ({ venue: 'binance', symbol, channel })
    this.#streams = {
      depth: stream('depth'),
      aggTrade: stream('aggTrade'),
      bookTicker: stream('bookTicker'),
      forceOrder: stream('forceOrder'),
      markPrice: stream('markPrice'),
    }
    this.#price = new SimulatedPrice(contract.startPrice, contract.beta, this.#random)
    this.#unitsPerTick = contract.tickUnits / powerOfTen(contract.priceDecimals)
    // Ids as high as real ones, so that nobody takes them for 32-bit numbers.
    const offset = hashOf(symbol) >>> 0
    this.#lastUpdateId = 4_100_000_000_000 + offset
    this.#lastAggTradeId = 2_900_000_000 + (offset >>> 8)
    this.#lastTradeId = 6_500_000_000 + (offset >>> 4)
  }

  /** Everything of the 100 ms that end at `endTimeMs`. */
  step(mood: MarketMood, stepIndex: number, endTimeMs: number): void {
    const fromBid = this.#book.bidTick
    this.#price.step(mood)
    const liquidations = this.#liquidations()
    this.#moveBook(mood)
    this.#trade(mood, fromBid, liquidations, endTimeMs)
    this.#sendDepth(endTimeMs)
    if (stepIndex % STEPS_PER_SECOND === 0) this.#everySecond(endTimeMs)
    if (stepIndex % STEPS_PER_MINUTE === STEPS_PER_MINUTE - 1) this.#closeMinute()
  }

  /** A REST book of this moment: the state after the last diff, and its id. */
  snapshot(timeMs: number): SnapshotReply {
    const venueTimeMs = timeMs - 1
    const eventTimeMs = timeMs + 2 + this.#random.below(4)
    const payload = this.#payloads.snapshot(
      this.#book,
      this.#lastUpdateId,
      eventTimeMs,
      venueTimeMs,
      SNAPSHOT_LEVELS,
    )
    return { payload, eventTimeMs, venueTimeMs }
  }

  /** True once after depth diffs were lost: a recorder now asks for a snapshot. */
  takeLossEnd(): boolean {
    const ended = this.#lossEnded
    this.#lossEnded = false
    return ended
  }

  #liquidations(): readonly Liquidation[] {
    const due = this.#positions.moveTo(this.#price.value)
    const stray = this.#random.chance(STRAY_LIQUIDATIONS_PER_MINUTE / STEPS_PER_MINUTE)
    const all = stray
      ? [...due, { isLong: this.#random.chance(0.5), triggerPrice: this.#price.value }]
      : due
    for (const order of all) this.#price.pushBy(order)
    return all
  }

  #moveBook(mood: MarketMood): void {
    const bidTick = Math.floor(this.#price.value / this.#unitsPerTick)
    const isWide = this.#random.chance(0.05 * mood.activity)
    this.#book.move(bidTick, bidTick + 1 + (isWide ? this.#random.below(4) : 0))
    this.#book.churn(3 + this.#random.below(6))
  }

  #trade(
    mood: MarketMood,
    fromBid: number,
    liquidations: readonly Liquidation[],
    endTimeMs: number,
  ): void {
    const random = this.#random
    const usualMove = (this.#price.value * mood.stepDeviation) / this.#unitsPerTick
    const move = this.#book.bidTick - fromBid
    const pull = clamp(move / (3 * usualMove + 1), 1)
    let count = random.count(0.45 * mood.activity + 0.3 * Math.abs(pull))
    if (random.chance(0.03)) count += 3 + random.below(12)
    const forcedCount = Math.min(8, liquidations.length)
    const total = count + forcedCount
    for (let index = 0; index < total; index += 1) {
      const bid = fromBid + Math.round((move * (index + 1)) / total)
      const forced = index < count ? undefined : liquidations[index - count]
      const takerSells = forced?.isLong ?? !random.chance(0.5 + 0.4 * pull)
      const sizeUnits = this.#sizeUnits()
      const timeMs = endTimeMs - STEP_MS + Math.floor(((index + random.unit()) * STEP_MS) / total)
      this.#sendTrade(takerSells ? bid : bid + 1, sizeUnits, takerSells, timeMs)
      if (forced !== undefined) this.#force(forced, bid, sizeUnits, timeMs)
    }
  }

  /** Only the latest forced order of a second is ever shown (`binance-today.md`). */
  #force(liquidation: Liquidation, bidTick: number, sizeUnits: number, timeMs: number): void {
    const { contract } = this
    const margin = MAINTENANCE_FRACTION * this.#random.between(0.96, 1.06)
    const orderPrice = liquidation.triggerPrice * (liquidation.isLong ? 1 - margin : 1 + margin)
    const slip = this.#random.below(3)
    const averageTick = liquidation.isLong ? bidTick - slip : bidTick + 1 + slip
    this.#forced = {
      side: liquidation.isLong ? 'SELL' : 'BUY',
      sizeUnits,
      orderPriceUnits: Math.round(orderPrice / this.#unitsPerTick) * contract.tickUnits,
      averagePriceUnits: averageTick * contract.tickUnits,
      venueTimeMs: timeMs,
    }
    this.openInterestBase -= sizeUnits / powerOfTen(contract.sizeDecimals)
  }

  #sendTrade(tick: number, sizeUnits: number, buyerIsMaker: boolean, venueTimeMs: number): void {
    const random = this.#random
    const firstTradeId = this.#lastTradeId + 1
    this.#lastTradeId = firstTradeId + (random.chance(0.3) ? random.below(5) : 0)
    this.#lastAggTradeId += 1
    if (this.#tradesToLose === 0 && random.chance(TRADE_HOLES_PER_MINUTE / 400)) {
      this.#tradesToLose = 1 + random.below(5)
    }
    if (this.#tradesToLose > 0) {
      this.#tradesToLose -= 1
      return
    }
    const eventTimeMs = venueTimeMs + 4 + random.below(12)
    const payload = this.#payloads.aggTrade(
      {
        aggTradeId: this.#lastAggTradeId,
        firstTradeId,
        lastTradeId: this.#lastTradeId,
        tick,
        sizeUnits,
        buyerIsMaker,
      },
      eventTimeMs,
      venueTimeMs,
    )
    this.#queue.send('market', this.#streams.aggTrade, eventTimeMs, venueTimeMs, payload)
  }

  #sendDepth(endTimeMs: number): void {
    const random = this.#random
    const previous = this.#lastUpdateId
    const first = previous + 1 + random.below(39)
    this.#lastUpdateId = first + 40 + random.below(100)
    const venueTimeMs = endTimeMs - 1 - random.below(5)
    const eventTimeMs = venueTimeMs + 2 + random.below(6)
    const ids = { first, last: this.#lastUpdateId, previous }
    const payload = this.#payloads.depth(this.#book, ids, eventTimeMs, venueTimeMs)
    if (this.#loses(venueTimeMs)) return
    this.#queue.send('public', this.#streams.depth, eventTimeMs, venueTimeMs, payload)
  }

  /** Now and then a few diffs in a row never arrive; no fact says so, their ids do. */
  #loses(venueTimeMs: number): boolean {
    if (this.#queue.isSilent(venueTimeMs)) this.#lossStepsLeft = 0
    if (this.#lossStepsLeft === 0) {
      if (!this.#random.chance(DEPTH_LOSSES_PER_MINUTE / STEPS_PER_MINUTE)) return false
      this.#lossStepsLeft = 4 + this.#random.below(30)
    }
    this.#lossStepsLeft -= 1
    if (this.#lossStepsLeft > 0) return true
    this.#lossEnded = true
    return false
  }

  #everySecond(endTimeMs: number): void {
    const random = this.#random
    const queue = this.#queue
    const tickerTimeMs = endTimeMs + random.below(3)
    const ticker = this.#payloads.bookTicker(
      this.#book,
      this.#lastUpdateId,
      tickerTimeMs + 1,
      tickerTimeMs,
    )
    if (this.#lossStepsLeft === 0) {
      queue.send('public', this.#streams.bookTicker, tickerTimeMs + 1, tickerTimeMs, ticker)
    }
    const eventTimeMs = endTimeMs + random.below(6)
    const index = this.#price.value * (1 - 0.00004 + 0.00002 * random.normal())
    const mark = this.#price.value * (1 + 0.00001 * random.normal())
    const funding = 0.0001 + 0.0000004 * random.normal()
    const nextFundingTimeMs = (Math.floor(endTimeMs / FUNDING_PERIOD_MS) + 1) * FUNDING_PERIOD_MS
    const payload = this.#payloads.markPrice(
      { mark, index, settle: (mark + index) / 2 },
      funding,
      eventTimeMs,
      nextFundingTimeMs,
    )
    queue.send('market', this.#streams.markPrice, eventTimeMs, eventTimeMs, payload)
    this.#sendForced(endTimeMs)
  }

  #sendForced(endTimeMs: number): void {
    const forced = this.#forced
    if (forced === undefined) return
    this.#forced = undefined
    const eventTimeMs = endTimeMs + this.#random.below(8)
    const payload = this.#payloads.forceOrder(forced, eventTimeMs)
    this.#queue.send('market', this.#streams.forceOrder, eventTimeMs, forced.venueTimeMs, payload)
  }

  #closeMinute(): void {
    const { high, low } = this.#price.takeBar()
    this.#positions.open(high, low, this.#price.value)
    const growth = 1 + 0.0004 * this.#random.normal()
    const pull = 0.001 * (this.contract.openInterestBase - this.openInterestBase)
    this.openInterestBase = this.openInterestBase * growth + pull
  }

  #sizeUnits(): number {
    return 1 + Math.floor(this.contract.orderSizeUnits * this.#random.heavy(0.03))
  }
}
