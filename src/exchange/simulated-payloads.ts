/**
 * The bytes of one contract's simulated messages, in the key order of real ones (`pipeline.md` §1)
 * and, over a socket, in the wrapper of a combined stream.
 */

import { powerOfTen } from '../base/numeric.ts'
import type { Contract } from './contract.ts'
import { encodeText, type PayloadWriter } from './payload-writer.ts'
import type { SimulatedBook } from './simulated-book.ts'

/** Room for one payload. Unit: bytes. A level takes at most 32. */
const SMALL_BYTES = 512
const LEVEL_BYTES = 32

const COMMA = encodeText(',')
const TRUE_END = encodeText('true}}')
const FALSE_END = encodeText('false}}')
const LEVEL = { start: encodeText('["'), middle: encodeText('","'), end: encodeText('"]') }
const BIDS_TO_ASKS = encodeText('],"a":[')
const LEVELS_END = encodeText(']}}')
const END = encodeText('}}')
const FORCE_END = encodeText('}}}')

/** Prices of the index stand at 8 decimals, those of a mark price too. */
const MARK_DECIMALS = 8

export interface DepthIds {
  readonly first: number
  readonly last: number
  readonly previous: number
}

export interface ForcedOrder {
  readonly side: 'BUY' | 'SELL'
  readonly sizeUnits: number
  readonly orderPriceUnits: number
  readonly averagePriceUnits: number
  readonly venueTimeMs: number
}

export class SimulatedPayloads {
  readonly #writer: PayloadWriter
  readonly #contract: Contract
  readonly #text: ReturnType<typeof textsOf>

  constructor(contract: Contract, writer: PayloadWriter) {
    this.#contract = contract
    this.#writer = writer
    this.#text = textsOf(contract.symbol)
  }

  depth(book: SimulatedBook, ids: DepthIds, eventTimeMs: number, venueTimeMs: number): Uint8Array {
    const text = this.#text
    const bids = book.takeChanges('bids')
    const asks = book.takeChanges('asks')
    const writer = this.#writer
    writer.begin(SMALL_BYTES + LEVEL_BYTES * (bids.length + asks.length))
    writer.text(text.depth)
    writer.integer(eventTimeMs)
    writer.text(text.matched)
    writer.integer(venueTimeMs)
    writer.text(text.depthFirst)
    writer.integer(ids.first)
    writer.text(text.depthLast)
    writer.integer(ids.last)
    writer.text(text.depthPrevious)
    writer.integer(ids.previous)
    writer.text(text.depthBids)
    // A tick that changed sides since the last diff is gone from the side that it left.
    for (let index = 0; index < bids.length; index += 1) {
      const tick = bids[index] ?? 0
      this.#level(index, tick, tick <= book.bidTick ? book.sizeAt(tick) : 0)
    }
    writer.text(BIDS_TO_ASKS)
    for (let index = 0; index < asks.length; index += 1) {
      const tick = asks[index] ?? 0
      this.#level(index, tick, tick >= book.askTick ? book.sizeAt(tick) : 0)
    }
    writer.text(LEVELS_END)
    return writer.end()
  }

  snapshot(
    book: SimulatedBook,
    lastUpdateId: number,
    eventTimeMs: number,
    venueTimeMs: number,
    levelCount: number,
  ): Uint8Array {
    const writer = this.#writer
    writer.begin(SMALL_BYTES + 2 * LEVEL_BYTES * levelCount)
    writer.text(encodeText('{"lastUpdateId":'))
    writer.integer(lastUpdateId)
    writer.text(encodeText(',"E":'))
    writer.integer(eventTimeMs)
    writer.text(encodeText(',"T":'))
    writer.integer(venueTimeMs)
    for (const side of ['bids', 'asks'] as const) {
      writer.text(encodeText(`,"${side}":[`))
      for (const [index, tick] of book.bestTicks(side, levelCount).entries()) {
        this.#level(index, tick, book.sizeAt(tick))
      }
      writer.text(encodeText(']'))
    }
    writer.text(encodeText('}'))
    return writer.end()
  }

  aggTrade(
    trade: {
      readonly aggTradeId: number
      readonly firstTradeId: number
      readonly lastTradeId: number
      readonly tick: number
      readonly sizeUnits: number
      readonly buyerIsMaker: boolean
    },
    eventTimeMs: number,
    venueTimeMs: number,
  ): Uint8Array {
    const contract = this.#contract
    const text = this.#text
    const writer = this.#writer
    writer.begin(SMALL_BYTES)
    writer.text(text.trade)
    writer.integer(eventTimeMs)
    writer.text(text.tradeId)
    writer.integer(trade.aggTradeId)
    writer.text(text.tradePrice)
    writer.decimal(trade.tick * contract.tickUnits, contract.priceDecimals)
    writer.text(text.tradeSize)
    writer.decimal(trade.sizeUnits, contract.sizeDecimals)
    writer.text(text.tradeFirst)
    writer.integer(trade.firstTradeId)
    writer.text(text.tradeLast)
    writer.integer(trade.lastTradeId)
    writer.text(text.matched)
    writer.integer(venueTimeMs)
    writer.text(text.tradeMaker)
    writer.text(trade.buyerIsMaker ? TRUE_END : FALSE_END)
    return writer.end()
  }

  bookTicker(
    book: SimulatedBook,
    updateId: number,
    eventTimeMs: number,
    venueTimeMs: number,
  ): Uint8Array {
    const text = this.#text
    const writer = this.#writer
    writer.begin(SMALL_BYTES)
    writer.text(text.ticker)
    writer.integer(updateId)
    writer.text(text.tickerBid)
    this.#price(book.bidTick)
    writer.text(text.tickerBidSize)
    this.#size(book.sizeAt(book.bidTick))
    writer.text(text.tickerAsk)
    this.#price(book.askTick)
    writer.text(text.tickerAskSize)
    this.#size(book.sizeAt(book.askTick))
    writer.text(text.tickerMatched)
    writer.integer(venueTimeMs)
    writer.text(text.tickerPushed)
    writer.integer(eventTimeMs)
    writer.text(END)
    return writer.end()
  }

  markPrice(
    prices: { readonly mark: number; readonly index: number; readonly settle: number },
    fundingFraction: number,
    eventTimeMs: number,
    nextFundingTimeMs: number,
  ): Uint8Array {
    const text = this.#text
    const writer = this.#writer
    writer.begin(SMALL_BYTES)
    writer.text(text.mark)
    writer.integer(eventTimeMs)
    writer.text(text.markPrice)
    this.#fixed(prices.mark)
    writer.text(text.markIndex)
    this.#fixed(prices.index)
    writer.text(text.markSettle)
    this.#fixed(prices.settle)
    writer.text(text.markFunding)
    this.#fixed(fundingFraction)
    writer.text(text.markNext)
    writer.integer(nextFundingTimeMs)
    writer.text(END)
    return writer.end()
  }

  forceOrder(order: ForcedOrder, eventTimeMs: number): Uint8Array {
    const contract = this.#contract
    const text = this.#text
    const writer = this.#writer
    writer.begin(SMALL_BYTES)
    writer.text(text.force)
    writer.integer(eventTimeMs)
    writer.text(order.side === 'SELL' ? text.forceSell : text.forceBuy)
    this.#size(order.sizeUnits)
    writer.text(text.forcePrice)
    writer.decimal(order.orderPriceUnits, contract.priceDecimals)
    writer.text(text.forceAverage)
    writer.decimal(order.averagePriceUnits, contract.priceDecimals)
    writer.text(text.forceLast)
    this.#size(order.sizeUnits)
    writer.text(text.forceFilled)
    this.#size(order.sizeUnits)
    writer.text(text.forceMatched)
    writer.integer(order.venueTimeMs)
    writer.text(FORCE_END)
    return writer.end()
  }

  #level(index: number, tick: number, sizeUnits: number): void {
    const writer = this.#writer
    if (index > 0) writer.text(COMMA)
    writer.text(LEVEL.start)
    this.#price(tick)
    writer.text(LEVEL.middle)
    this.#size(sizeUnits)
    writer.text(LEVEL.end)
  }

  #price(tick: number): void {
    this.#writer.decimal(tick * this.#contract.tickUnits, this.#contract.priceDecimals)
  }

  #size(units: number): void {
    this.#writer.decimal(units, this.#contract.sizeDecimals)
  }

  #fixed(value: number): void {
    this.#writer.decimal(Math.round(value * powerOfTen(MARK_DECIMALS)), MARK_DECIMALS)
  }
}

/** The constant parts between the values, encoded once for each contract. */
function textsOf(symbol: string) {
  const name = symbol.toLowerCase()
  const force = (side: string) =>
    encodeText(`,"o":{"s":"${symbol}","S":"${side}","o":"LIMIT","f":"IOC","q":"`)
  const plain = {
    matched: ',"T":',
    depthFirst: `,"s":"${symbol}","U":`,
    depthLast: ',"u":',
    depthPrevious: ',"pu":',
    depthBids: ',"b":[',
    tradeId: ',"a":',
    tradePrice: `,"s":"${symbol}","p":"`,
    tradeSize: '","q":"',
    tradeFirst: '","f":',
    tradeLast: ',"l":',
    tradeMaker: ',"m":',
    tickerBid: `,"s":"${symbol}","b":"`,
    tickerBidSize: '","B":"',
    tickerAsk: '","a":"',
    tickerAskSize: '","A":"',
    tickerMatched: '","T":',
    tickerPushed: ',"E":',
    markPrice: `,"s":"${symbol}","p":"`,
    markIndex: '","i":"',
    markSettle: '","P":"',
    markFunding: '","r":"',
    markNext: '","T":',
    forcePrice: '","p":"',
    forceAverage: '","ap":"',
    forceLast: '","X":"FILLED","l":"',
    forceFilled: '","z":"',
    forceMatched: '","T":',
  } as const
  return {
    ...(Object.fromEntries(
      Object.entries(plain).map(([key, value]) => [key, encodeText(value)]),
    ) as Record<keyof typeof plain, Uint8Array>),
    depth: encodeText(`{"stream":"${name}@depth@100ms","data":{"e":"depthUpdate","E":`),
    trade: encodeText(`{"stream":"${name}@aggTrade","data":{"e":"aggTrade","E":`),
    ticker: encodeText(`{"stream":"${name}@bookTicker","data":{"e":"bookTicker","u":`),
    mark: encodeText(`{"stream":"${name}@markPrice@1s","data":{"e":"markPriceUpdate","E":`),
    // One witness for all contracts: the stream of all markets.
    force: encodeText('{"stream":"!forceOrder@arr","data":{"e":"forceOrder","E":'),
    forceSell: force('SELL'),
    forceBuy: force('BUY'),
  }
}
