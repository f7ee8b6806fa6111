/** Scanners of trades and of the best prices (`pipeline.md` §1.1; `nq` and `st` of `binance-today.md`). */
import type { AggTrade, BookTicker, Trade } from '../model/messages.ts'
import { type Cursor, literal } from './cursor.ts'

const AGG = {
  head: literal('{"e":"aggTrade","E":'),
  id: literal(',"a":'),
  symbol: literal(',"s":"'),
  price: literal(',"p":"'),
  size: literal(',"q":"'),
  first: literal(',"f":'),
  last: literal(',"l":'),
  matched: literal(',"T":'),
  maker: literal(',"m":'),
}

export function scanAggTrade(cursor: Cursor, message: AggTrade): boolean {
  cursor.skip(AGG.head)
  cursor.whole()
  message.eventTimeMs = cursor.value
  cursor.skip(AGG.id)
  cursor.whole()
  message.aggTradeId = cursor.value
  cursor.skip(AGG.symbol)
  cursor.text()
  cursor.extras()
  cursor.skip(AGG.price)
  cursor.decimal()
  message.price = cursor.value
  cursor.skip(AGG.size)
  cursor.decimal()
  message.sizeBase = cursor.value
  cursor.extras()
  cursor.skip(AGG.first)
  cursor.whole()
  message.firstTradeId = cursor.value
  cursor.skip(AGG.last)
  cursor.whole()
  message.lastTradeId = cursor.value
  cursor.skip(AGG.matched)
  cursor.whole()
  message.venueTimeMs = cursor.value
  cursor.skip(AGG.maker)
  message.buyerIsMaker = cursor.boolean()
  cursor.extras()
  return cursor.close()
}

const TRADE = {
  head: literal('{"e":"trade","E":'),
  matched: literal(',"T":'),
  symbol: literal(',"s":"'),
  id: literal(',"t":'),
  price: literal(',"p":"'),
  size: literal(',"q":"'),
  type: literal(',"X":"'),
  maker: literal(',"m":'),
}

export function scanTrade(cursor: Cursor, message: Trade): boolean {
  cursor.skip(TRADE.head)
  cursor.whole()
  message.eventTimeMs = cursor.value
  cursor.skip(TRADE.matched)
  cursor.whole()
  message.venueTimeMs = cursor.value
  cursor.skip(TRADE.symbol)
  cursor.text()
  cursor.extras()
  cursor.skip(TRADE.id)
  cursor.whole()
  message.tradeId = cursor.value
  cursor.skip(TRADE.price)
  cursor.decimal()
  message.price = cursor.value
  cursor.skip(TRADE.size)
  cursor.decimal()
  message.sizeBase = cursor.value
  cursor.extras()
  if (cursor.has(TRADE.type)) cursor.text()
  cursor.skip(TRADE.maker)
  message.buyerIsMaker = cursor.boolean()
  cursor.extras()
  return cursor.close()
}

const TICKER = {
  head: literal('{"e":"bookTicker","u":'),
  symbol: literal(',"s":"'),
  bid: literal(',"b":"'),
  bidSize: literal(',"B":"'),
  ask: literal(',"a":"'),
  askSize: literal(',"A":"'),
  matched: literal(',"T":'),
  pushed: literal(',"E":'),
}

export function scanBookTicker(cursor: Cursor, message: BookTicker): boolean {
  cursor.skip(TICKER.head)
  cursor.whole()
  message.updateId = cursor.value
  cursor.skip(TICKER.symbol)
  cursor.text()
  cursor.extras()
  cursor.skip(TICKER.bid)
  cursor.decimal()
  message.bidPrice = cursor.value
  cursor.skip(TICKER.bidSize)
  cursor.decimal()
  message.bidSizeBase = cursor.value
  cursor.skip(TICKER.ask)
  cursor.decimal()
  message.askPrice = cursor.value
  cursor.skip(TICKER.askSize)
  cursor.decimal()
  message.askSizeBase = cursor.value
  cursor.skip(TICKER.matched)
  cursor.whole()
  message.venueTimeMs = cursor.value
  cursor.skip(TICKER.pushed)
  cursor.whole()
  message.eventTimeMs = cursor.value
  cursor.extras()
  return cursor.close()
}
