/** Scanners of what carries price levels: the depth stream and the REST book (`pipeline.md` §1). */
import type { DepthSnapshot, DepthUpdate } from '../model/messages.ts'
import { type Cursor, letterPair, literal } from './cursor.ts'

// Not imported: what another module exports is read from its cell at every byte, which costs half.
const QUOTE = 0x22
const COMMA = 0x2c
const ZERO = 0x30
const DOT_DIGIT = 0x2e - ZERO
const BRACKET_OPEN = 0x5b
const BRACKET_CLOSE = 0x5d

const DIFF = {
  head: literal('{"e":"depthUpdate","E":'),
  matched: literal(',"T":'),
  symbol: literal(',"s":"'),
  first: literal(',"U":'),
  last: literal(',"u":'),
  previous: literal(',"pu":'),
  bids: literal(',"b":['),
  asks: literal(',"a":['),
}
const PU = letterPair('pu')

export function scanDepth(cursor: Cursor, message: DepthUpdate): boolean {
  cursor.skip(DIFF.head)
  cursor.whole()
  message.eventTimeMs = cursor.value
  cursor.skip(DIFF.matched)
  cursor.whole()
  message.venueTimeMs = cursor.value
  cursor.skip(DIFF.symbol)
  cursor.text()
  cursor.extras()
  cursor.skip(DIFF.first)
  cursor.whole()
  message.firstUpdateId = cursor.value
  cursor.skip(DIFF.last)
  cursor.whole()
  message.lastUpdateId = cursor.value
  cursor.skip(DIFF.previous)
  cursor.whole()
  message.prevUpdateId = cursor.value
  cursor.extras(PU)
  scanSides(cursor, message, DIFF.bids, DIFF.asks)
  cursor.extras(PU)
  return cursor.close()
}

const BOOK = {
  head: literal('{"lastUpdateId":'),
  pushed: literal(',"E":'),
  matched: literal(',"T":'),
  bids: literal(',"bids":['),
  asks: literal(',"asks":['),
}

export function scanDepthSnapshot(cursor: Cursor, message: DepthSnapshot): boolean {
  cursor.skip(BOOK.head)
  cursor.whole()
  message.lastUpdateId = cursor.value
  cursor.skip(BOOK.pushed)
  cursor.whole()
  message.eventTimeMs = cursor.value
  cursor.skip(BOOK.matched)
  cursor.whole()
  message.venueTimeMs = cursor.value
  scanSides(cursor, message, BOOK.bids, BOOK.asks)
  return cursor.close()
}

type Sides = typeof DIFF | typeof BOOK

function scanSides(
  cursor: Cursor,
  message: DepthUpdate,
  bids: Sides['bids'],
  asks: Sides['asks'],
): void {
  // The first level of the message says how many decimals all of them have.
  message.priceDecimals = -1
  message.sizeDecimals = -1
  cursor.skip(bids)
  message.bidCount = scanLevels(cursor, message, 0)
  cursor.skip(asks)
  message.askCount = scanLevels(cursor, message, message.bidCount)
  if (message.priceDecimals < 0) {
    message.priceDecimals = 0
    message.sizeDecimals = 0
  }
}

/** Reads levels up to the bracket behind the last into places from `first` on; returns how many. */
function scanLevels(cursor: Cursor, message: DepthUpdate, first: number): number {
  const { at, view } = cursor
  if (at < 0) return 0
  if (view.getUint8(at) === BRACKET_CLOSE) {
    cursor.at = at + 1
    return 0
  }
  if (message.priceDecimals < 0) setDecimals(view, at, cursor.end, message)
  let place = first
  let levelAt = at
  while (levelAt >= 0) {
    if (place >= message.priceUnits.length) message.reserve(place + 1)
    const behind = scanLevel(view, levelAt, message, place)
    place += 1
    const next = behind < 0 ? 0 : view.getUint8(behind)
    if (next === BRACKET_CLOSE) {
      cursor.at = behind + 1
      return place - first
    }
    levelAt = next === COMMA ? behind + 1 : -1
  }
  cursor.at = -1
  return 0
}

/** Reads `["price","size"]`; returns where it ends, -1 if it is something else. */
function scanLevel(view: DataView, start: number, message: DepthUpdate, place: number): number {
  // Byte by byte: at the last byte of a buffer there are no two to read.
  if (view.getUint8(start) !== BRACKET_OPEN || view.getUint8(start + 1) !== QUOTE) return -1
  let at = scanUnits(view, start + 2, message.priceDecimals, message.priceUnits, place)
  if (at < 0 || view.getUint8(at) !== COMMA || view.getUint8(at + 1) !== QUOTE) return -1
  at = scanUnits(view, at + 2, message.sizeDecimals, message.sizeUnits, place)
  return at < 0 || view.getUint8(at) !== BRACKET_CLOSE ? -1 : at + 1
}

/** Reads a decimal with so many `decimals`, and the quote behind it, as whole units. */
function scanUnits(
  view: DataView,
  first: number,
  decimals: number,
  into: Float64Array,
  place: number,
): number {
  let at = first
  let units = 0
  let digit = view.getUint8(at) - ZERO
  // Unsigned, a byte below '0' is large too: one comparison instead of two.
  while (digit >>> 0 <= 9) {
    units = (units * 10 + digit) | 0
    at += 1
    digit = view.getUint8(at) - ZERO
  }
  if (at === first) return -1
  if (decimals > 0) {
    if (digit !== DOT_DIGIT) return -1
    const fractionEnd = at + 1 + decimals
    at += 1
    digit = view.getUint8(at) - ZERO
    while (digit >>> 0 <= 9) {
      units = (units * 10 + digit) | 0
      at += 1
      digit = view.getUint8(at) - ZERO
    }
    if (at !== fractionEnd) return -1
  }
  if (digit !== QUOTE_DIGIT) return -1
  if (at - first > SHORT_MAX) return longUnits(view, first, at, into, place)
  into[place] = units
  return at + 1
}

const QUOTE_DIGIT = QUOTE - ZERO
/** Digits that surely fit into 32 bits. */
const SHORT_MAX = 9
/** Digits and a point of a mantissa that may stay below 2^53. */
const LONG_MAX = 17

/** As the fast loop, for more digits than 32 bits hold. Below 2^53 every step is exact. */
function longUnits(
  view: DataView,
  first: number,
  end: number,
  into: Float64Array,
  place: number,
): number {
  if (end - first > LONG_MAX) return -1
  let units = 0
  for (let at = first; at < end; at += 1) {
    const digit = view.getUint8(at) - ZERO
    if (digit !== DOT_DIGIT) units = units * 10 + digit
  }
  into[place] = units
  return units <= Number.MAX_SAFE_INTEGER ? end + 1 : -1
}

/** Takes the decimals of the level that begins at `at` for those of the message. */
function setDecimals(view: DataView, at: number, end: number, message: DepthUpdate): void {
  const priceEnd = quoteFrom(view, at + 2, end)
  message.priceDecimals = decimalsOf(view, at + 2, priceEnd)
  message.sizeDecimals = decimalsOf(view, priceEnd + 3, quoteFrom(view, priceEnd + 3, end))
}

function quoteFrom(view: DataView, from: number, end: number): number {
  let at = from
  while (at < end && view.getUint8(at) !== QUOTE) at += 1
  return at
}

function decimalsOf(view: DataView, from: number, quote: number): number {
  for (let at = from; at < quote; at += 1) {
    if (view.getUint8(at) - ZERO === DOT_DIGIT) return quote - at - 1
  }
  return 0
}
