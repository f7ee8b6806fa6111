/** The tolerant way to the small socket messages, by the rules of `pipeline.md` §1.3 and §4. */
import type { AggTrade, BookTicker, ForceOrder, MarkPrice, Trade } from '../model/messages.ts'
import { type FieldReader, type Fields, isFields } from './field-reader.ts'

export function parseAggTrade(reader: FieldReader, fields: Fields, message: AggTrade): void {
  message.eventTimeMs = reader.whole(fields, 'E')
  message.venueTimeMs = reader.whole(fields, 'T')
  message.aggTradeId = reader.whole(fields, 'a')
  message.firstTradeId = reader.whole(fields, 'f')
  message.lastTradeId = reader.whole(fields, 'l')
  message.price = reader.decimal(fields, 'p')
  message.sizeBase = reader.decimal(fields, 'q')
  message.buyerIsMaker = reader.boolean(fields, 'm', false)
}

export function parseTrade(reader: FieldReader, fields: Fields, message: Trade): void {
  message.eventTimeMs = reader.whole(fields, 'E')
  message.venueTimeMs = reader.whole(fields, 'T')
  message.tradeId = reader.whole(fields, 't')
  message.price = reader.decimal(fields, 'p')
  message.sizeBase = reader.decimal(fields, 'q')
  message.buyerIsMaker = reader.boolean(fields, 'm', false)
}

export function parseBookTicker(reader: FieldReader, fields: Fields, message: BookTicker): void {
  message.eventTimeMs = reader.whole(fields, 'E')
  message.venueTimeMs = reader.whole(fields, 'T')
  message.updateId = reader.whole(fields, 'u')
  message.bidPrice = reader.decimal(fields, 'b')
  message.bidSizeBase = reader.decimal(fields, 'B')
  message.askPrice = reader.decimal(fields, 'a')
  message.askSizeBase = reader.decimal(fields, 'A')
}

export function parseForceOrder(reader: FieldReader, fields: Fields, message: ForceOrder): void {
  message.eventTimeMs = reader.whole(fields, 'E')
  const order = fields['o']
  if (!isFields(order)) {
    reader.refuse('o', 'an order', order)
    return
  }
  reader.path = 'o.'
  message.venueTimeMs = reader.whole(order, 'T')
  message.symbol = reader.text(order, 's')
  message.side = reader.text(order, 'S', '')
  // Missing numbers are 0 (`pipeline.md` §4.3).
  message.price = reader.decimal(order, 'p', 0)
  message.averagePrice = reader.decimal(order, 'ap', 0)
  message.sizeBase = reader.decimal(order, 'q', 0)
  message.filledBase = reader.decimal(order, 'z', 0)
  message.status = reader.text(order, 'X', '')
}

export function parseMarkPrice(reader: FieldReader, fields: Fields, message: MarkPrice): void {
  message.eventTimeMs = reader.whole(fields, 'E')
  message.markPrice = reader.decimal(fields, 'p')
  message.indexPrice = reader.decimal(fields, 'i', 0)
  message.fundingFraction = reader.signedDecimal(fields, 'r', Number.NaN)
  message.nextFundingTimeMs = reader.whole(fields, 'T', 0)
}

/** `st` of the message, else of its order: 2 is a coin-margined contract (`binance-today.md`). */
export function isCoinMargined(fields: Fields): boolean {
  const { st, o: order } = fields
  return (st === undefined && isFields(order) ? order['st'] : st) === 2
}
