/**
 * One entry: decoded, timed, and given to the market of its symbol. In `exchange` time the minute
 * closes before an entry of a later one is handled; in `receive` time after (`product.md` §2).
 */
import type { Decoder } from '../decode/decoder.ts'
import { priceOfKey } from '../engines/book-levels.ts'
import type { LiquidationVerdict } from '../engines/liquidation-totals.ts'
import {
  type Market,
  onDepth,
  onForceOrder,
  onMark,
  onOpenInterest,
  onRatio,
  onSnapshot,
  onTrade,
} from '../engines/market.ts'
import type { RatioKind } from '../engines/open-interest.ts'
import { advance, minuteOfHourChanged } from './clock.ts'
import { compareHeld, holdTicker, nextTradeId } from './continuity.ts'
import type { StreamMessages } from './decoded-block.ts'
import type { Cause, PipelineListener } from './events.ts'
import { KIND, type Kind } from './route.ts'
import type { Settings } from './settings.ts'
import { closeOpenMinute, type SymbolRun, takeLiquidation } from './symbol-run.ts'

export class EntryHandler {
  /** The venue's clock minus ours, as the recorder last measured it. Unit: ms. */
  clockOffsetMs = 0
  /** Where the messages of the sockets come from: the decoder, or who holds what it gave before. */
  messages: StreamMessages
  readonly #decoder: Decoder
  readonly #listener: PipelineListener
  readonly #byReceipt: boolean
  readonly #dropDuplicates: boolean
  readonly #dropCoinMargined: boolean
  /** Messages of coin-margined contracts that were left out. */
  coinMarginedCount = 0

  constructor(settings: Settings, decoder: Decoder, listener: PipelineListener) {
    this.#decoder = decoder
    this.messages = decoder
    this.#listener = listener
    this.#byReceipt = settings.pipeline.clock === 'receive'
    this.#dropDuplicates = settings.pipeline.duplicates === 'drop'
    this.#dropCoinMargined = settings.pipeline.coinMargined === 'drop'
  }

  /** Returns false when the payload was not as documented; the decoder then says why. */
  handle(
    kind: Kind,
    run: SymbolRun | undefined,
    cause: Cause,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    if (run === undefined) return this.#handleWithoutRun(kind, cause, bytes, start, end)
    switch (kind) {
      case KIND.depth:
        return this.#depth(run, cause, bytes, start, end)
      case KIND.aggTrade:
        return this.#aggTrade(run, cause, bytes, start, end)
      case KIND.bookTicker:
        return this.#bookTicker(run, cause, bytes, start, end)
      case KIND.trade:
        if (!this.messages.readTrade(bytes, start, end)) return false
        this.#before(run, this.messages.trade.venueTimeMs, cause)
        return true
      case KIND.markPrice:
        if (!this.messages.readMarkPrice(bytes, start, end)) return false
        if (this.#isDropped()) return true
        this.#before(run, this.messages.markPrice.eventTimeMs, cause)
        onMark(run.market, this.messages.markPrice)
        this.#after(run, cause)
        return true
      case KIND.forceOrder:
        if (!this.messages.readForceOrder(bytes, start, end)) return false
        if (!this.#isDropped()) this.#tellRefusal(this.#forceOrder(run, cause), cause)
        return true
      default:
        return this.#reply(kind, run, cause, bytes, start, end)
    }
  }

  /** Under `contains` each symbol decides for itself whether a liquidation is its own. */
  forceOrderForAll(
    runs: Iterable<SymbolRun>,
    cause: Cause,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    if (!this.messages.readForceOrder(bytes, start, end)) return false
    if (this.#isDropped()) return true
    let refusal: LiquidationVerdict | undefined
    for (const run of runs) {
      const verdict = this.#forceOrder(run, cause)
      if (refusal !== 'accepted') refusal = verdict
    }
    this.#tellRefusal(refusal, cause)
    return true
  }

  #depth(run: SymbolRun, cause: Cause, bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.messages.readDepth(bytes, start, end)) return false
    if (this.#isDropped()) return true
    const diff = this.messages.depthUpdate
    const { market, tickerCheck } = run
    this.#before(run, diff.venueTimeMs, cause)
    if (tickerCheck.pendingCount > 0) {
      compareHeld(tickerCheck, bestOf(market), diff.firstUpdateId)
    }
    const { counts } = market.book
    const gapsBefore = counts.puGapCount + counts.uGapCount
    const frame = onDepth(market, diff, run.clock.nowMs)
    if (counts.puGapCount + counts.uGapCount > gapsBefore) this.#idGap(run, 'depth', 0, cause)
    if (frame !== undefined) this.#listener.frameEmitted?.(run, frame, cause)
    this.#after(run, cause)
    return true
  }

  #aggTrade(run: SymbolRun, cause: Cause, bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.messages.readAggTrade(bytes, start, end)) return false
    if (this.#isDropped()) return true
    const trade = this.messages.aggTrade
    this.#before(run, trade.venueTimeMs, cause)
    const missingCount = nextTradeId(run.tradeIds, trade.aggTradeId)
    if (missingCount > 0) this.#idGap(run, 'aggTrade', missingCount, cause)
    const isDuplicate = missingCount < 0
    if (!(isDuplicate && this.#dropDuplicates)) onTrade(run.market, trade, run.clock.nowMs)
    this.#after(run, cause)
    return true
  }

  #bookTicker(
    run: SymbolRun,
    cause: Cause,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    if (!this.messages.readBookTicker(bytes, start, end)) return false
    if (this.#isDropped()) return true
    this.#before(run, this.messages.bookTicker.venueTimeMs, cause)
    holdTicker(run.tickerCheck, this.messages.bookTicker)
    return true
  }

  #forceOrder(run: SymbolRun, cause: Cause): LiquidationVerdict {
    const order = this.messages.forceOrder
    this.#before(run, order.venueTimeMs, cause)
    const verdict = onForceOrder(run.market, order)
    if (verdict === 'accepted') {
      takeLiquidation(run, order)
      this.#listener.liquidationTaken?.(run, order, cause)
    }
    this.#after(run, cause)
    return verdict
  }

  /** Once for an order that nobody took. */
  #tellRefusal(verdict: LiquidationVerdict | undefined, cause: Cause): void {
    if (verdict === undefined || verdict === 'accepted') return
    this.#listener.liquidationRefused?.(this.messages.forceOrder, verdict, cause)
  }

  #reply(
    kind: Kind,
    run: SymbolRun,
    cause: Cause,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    if (this.#byReceipt) run.clock.nowMs = cause.recvTimeUs / 1000
    const decoder = this.#decoder
    switch (kind) {
      case KIND.depthSnapshot: {
        if (!decoder.readDepthSnapshot(bytes, start, end)) return false
        const { nowMs } = run.clock
        onSnapshot(run.market, decoder.depthSnapshot, Number.isNaN(nowMs) ? 0 : nowMs)
        return true
      }
      case KIND.openInterest:
        return this.#openInterest(run, cause, bytes, start, end)
      case KIND.topLongShortAccountRatio:
        return this.#ratio(run, 'topAccount', bytes, start, end)
      case KIND.topLongShortPositionRatio:
        return this.#ratio(run, 'topPosition', bytes, start, end)
      case KIND.globalLongShortAccountRatio:
        return this.#ratio(run, 'global', bytes, start, end)
      default:
        return true
    }
  }

  /** A reply that cannot be read is a failed poll, which the market hears of as well. */
  #openInterest(
    run: SymbolRun,
    cause: Cause,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    const isRead = this.#decoder.readOpenInterest(bytes, start, end)
    onOpenInterest(run.market, isRead ? this.#decoder.openInterest : undefined)
    if (isRead) this.#listener.openInterestTaken?.(run, cause)
    return isRead
  }

  #ratio(run: SymbolRun, kind: RatioKind, bytes: Uint8Array, start: number, end: number): boolean {
    const isRead = this.#decoder.readRatio(bytes, start, end)
    onRatio(run.market, kind, isRead ? this.#decoder.ratio : undefined)
    return isRead
  }

  /** A liquidation of a symbol without engines is named; nothing else of such a symbol is read. */
  #handleWithoutRun(
    kind: Kind,
    cause: Cause,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    if (kind !== KIND.forceOrder) return true
    if (!this.messages.readForceOrder(bytes, start, end)) return false
    // It has no engines to be kept from, and is counted with the others.
    this.#isDropped()
    this.#listener.liquidationRefused?.(this.messages.forceOrder, 'foreign', cause)
    return true
  }

  #isDropped(): boolean {
    if (!this.#dropCoinMargined || !this.messages.coinMargined) return false
    this.coinMarginedCount += 1
    return true
  }

  #before(run: SymbolRun, venueTimeMs: number, cause: Cause): void {
    if (this.#byReceipt) {
      run.clock.nowMs = cause.recvTimeUs / 1000
    } else if (advance(run.clock, venueTimeMs, cause.recvTimeUs, this.clockOffsetMs)) {
      closeOpenMinute(run, cause, this.#listener)
    }
  }

  #after(run: SymbolRun, cause: Cause): void {
    if (this.#byReceipt && minuteOfHourChanged(run.clock)) {
      closeOpenMinute(run, cause, this.#listener)
    }
  }

  #idGap(run: SymbolRun, channel: string, missingCount: number, cause: Cause): void {
    run.gapsInMinute += 1
    run.gapCount += 1
    const { symbol } = run
    this.#listener.gapFound?.({ symbol, channel, cause: 'ids', missingCount, durationMs: 0 }, cause)
  }
}

function bestOf({ book, metrics }: Market): {
  readonly synced: boolean
  readonly lastUpdateId: number
  readonly bidPrice: number
  readonly askPrice: number
} {
  const { bids, asks } = book.levels.live
  const synced = book.state === 'synced' && bids.count > 0 && asks.count > 0 && metrics.sampled
  return {
    synced,
    lastUpdateId: book.lastAppliedU,
    bidPrice: synced ? priceOfKey(book.levels.grid, bids.bestKey) : 0,
    askPrice: synced ? priceOfKey(book.levels.grid, asks.bestKey) : 0,
  }
}
