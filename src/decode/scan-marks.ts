/**
 * Scanners of forced orders and mark prices. No captured frame of either was at hand: the shapes
 * are those of `pipeline.md` §1.1 with the additions of `binance-today.md`.
 */
import type { ForceOrder, MarkPrice } from '../model/messages.ts'
import { type Cursor, letterPair, literal } from './cursor.ts'
import type { TextInterner } from './text-interner.ts'

const ORDER = {
  head: literal('{"e":"forceOrder","E":'),
  symbol: literal(',"o":{"s":"'),
  side: literal(',"S":"'),
  type: literal(',"o":"'),
  timeInForce: literal(',"f":"'),
  size: literal(',"q":"'),
  price: literal(',"p":"'),
  average: literal(',"ap":"'),
  status: literal(',"X":"'),
  lastFilled: literal(',"l":"'),
  filled: literal(',"z":"'),
  matched: literal(',"T":'),
}
const BRACE_CLOSE = 0x7d
const AP = letterPair('ap')

export function scanForceOrder(
  cursor: Cursor,
  message: ForceOrder,
  interner: TextInterner,
): boolean {
  cursor.skip(ORDER.head)
  cursor.whole()
  message.eventTimeMs = cursor.value
  cursor.skip(ORDER.symbol)
  message.symbol = cursor.internedText(interner)
  cursor.extras(AP)
  cursor.skip(ORDER.side)
  message.side = cursor.internedText(interner)
  cursor.skip(ORDER.type)
  cursor.text()
  cursor.skip(ORDER.timeInForce)
  cursor.text()
  cursor.skip(ORDER.size)
  cursor.decimal()
  message.sizeBase = cursor.value
  cursor.skip(ORDER.price)
  cursor.decimal()
  message.price = cursor.value
  cursor.skip(ORDER.average)
  cursor.decimal()
  message.averagePrice = cursor.value
  cursor.skip(ORDER.status)
  message.status = cursor.internedText(interner)
  cursor.skip(ORDER.lastFilled)
  cursor.decimal()
  cursor.skip(ORDER.filled)
  cursor.decimal()
  message.filledBase = cursor.value
  cursor.skip(ORDER.matched)
  cursor.whole()
  message.venueTimeMs = cursor.value
  cursor.extras(AP)
  if (cursor.at < 0 || cursor.view.getUint8(cursor.at) !== BRACE_CLOSE) return false
  cursor.at += 1
  cursor.extras()
  return cursor.close()
}

const MARK = {
  head: literal('{"e":"markPriceUpdate","E":'),
  symbol: literal(',"s":"'),
  price: literal(',"p":"'),
  index: literal(',"i":"'),
  settle: literal(',"P":"'),
  funding: literal(',"r":"'),
  nextFunding: literal(',"T":'),
}

export function scanMarkPrice(cursor: Cursor, message: MarkPrice): boolean {
  cursor.skip(MARK.head)
  cursor.whole()
  message.eventTimeMs = cursor.value
  cursor.skip(MARK.symbol)
  cursor.text()
  cursor.extras()
  cursor.skip(MARK.price)
  cursor.decimal()
  message.markPrice = cursor.value
  cursor.extras()
  // The venue has sent index and settlement price in either order.
  const settleFirst = cursor.has(MARK.settle)
  if (settleFirst) cursor.decimal()
  cursor.skip(MARK.index)
  cursor.decimal()
  message.indexPrice = cursor.value
  if (!settleFirst) {
    cursor.skip(MARK.settle)
    cursor.decimal()
  }
  cursor.skip(MARK.funding)
  cursor.signedDecimal()
  message.fundingFraction = cursor.value
  cursor.skip(MARK.nextFunding)
  cursor.whole()
  message.nextFundingTimeMs = cursor.value
  cursor.extras()
  return cursor.close()
}
