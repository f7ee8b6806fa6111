/**
 * Messages out of columns, by the contract of a decoder: a `read…` fills the one message of its kind
 * and returns true. Which message it is says {@link ColumnMessages.select}; there are no bytes.
 */
import {
  AggTrade,
  BookTicker,
  DepthUpdate,
  ForceOrder,
  MarkPrice,
  Trade,
} from '../model/messages.ts'
import { Section } from './section.ts'

export class ColumnMessages {
  readonly depthUpdate = new DepthUpdate()
  readonly aggTrade = new AggTrade()
  readonly trade = new Trade()
  readonly bookTicker = new BookTicker()
  readonly forceOrder = new ForceOrder()
  readonly markPrice = new MarkPrice()
  #section = new Section('depth')
  #row = 0

  get coinMargined(): boolean {
    return this.#section.coinMargined[this.#row] === 1
  }

  select(section: Section, row: number): void {
    this.#section = section
    this.#row = row
  }

  // The numbers below are places in the lists of `message-fields.ts`.

  readDepth(): boolean {
    const section = this.#section
    const row = this.#row
    const message = this.depthUpdate
    message.eventTimeMs = section.valueOf(0, row)
    message.venueTimeMs = section.valueOf(1, row)
    message.firstUpdateId = section.valueOf(2, row)
    message.lastUpdateId = section.valueOf(3, row)
    message.prevUpdateId = section.valueOf(4, row)
    message.priceDecimals = section.valueOf(5, row)
    message.sizeDecimals = section.valueOf(6, row)
    message.bidCount = section.valueOf(7, row)
    message.askCount = section.valueOf(8, row)
    const count = message.bidCount + message.askCount
    message.reserve(count)
    const { prices, sizes, levelStarts } = section
    const { priceUnits, sizeUnits } = message
    const start = levelStarts[row] ?? 0
    for (let index = 0; index < count; index += 1) {
      priceUnits[index] = prices[start + index] ?? 0
      sizeUnits[index] = sizes[start + index] ?? 0
    }
    return true
  }

  readAggTrade(): boolean {
    const section = this.#section
    const row = this.#row
    const message = this.aggTrade
    message.eventTimeMs = section.valueOf(0, row)
    message.venueTimeMs = section.valueOf(1, row)
    message.aggTradeId = section.valueOf(2, row)
    message.firstTradeId = section.valueOf(3, row)
    message.lastTradeId = section.valueOf(4, row)
    message.price = section.valueOf(5, row)
    message.sizeBase = section.valueOf(6, row)
    message.buyerIsMaker = section.valueOf(7, row) === 1
    return true
  }

  readTrade(): boolean {
    const section = this.#section
    const row = this.#row
    const message = this.trade
    message.eventTimeMs = section.valueOf(0, row)
    message.venueTimeMs = section.valueOf(1, row)
    message.tradeId = section.valueOf(2, row)
    message.price = section.valueOf(3, row)
    message.sizeBase = section.valueOf(4, row)
    message.buyerIsMaker = section.valueOf(5, row) === 1
    return true
  }

  readBookTicker(): boolean {
    const section = this.#section
    const row = this.#row
    const message = this.bookTicker
    message.eventTimeMs = section.valueOf(0, row)
    message.venueTimeMs = section.valueOf(1, row)
    message.updateId = section.valueOf(2, row)
    message.bidPrice = section.valueOf(3, row)
    message.bidSizeBase = section.valueOf(4, row)
    message.askPrice = section.valueOf(5, row)
    message.askSizeBase = section.valueOf(6, row)
    return true
  }

  readForceOrder(): boolean {
    const section = this.#section
    const row = this.#row
    const message = this.forceOrder
    message.eventTimeMs = section.valueOf(0, row)
    message.venueTimeMs = section.valueOf(1, row)
    message.symbol = section.textOf(2, row)
    message.side = section.textOf(3, row)
    message.price = section.valueOf(4, row)
    message.averagePrice = section.valueOf(5, row)
    message.sizeBase = section.valueOf(6, row)
    message.filledBase = section.valueOf(7, row)
    message.status = section.textOf(8, row)
    return true
  }

  readMarkPrice(): boolean {
    const section = this.#section
    const row = this.#row
    const message = this.markPrice
    message.eventTimeMs = section.valueOf(0, row)
    message.markPrice = section.valueOf(1, row)
    message.indexPrice = section.valueOf(2, row)
    message.fundingFraction = section.valueOf(3, row)
    message.nextFundingTimeMs = section.valueOf(4, row)
    return true
  }
}
