/**
 * The scanner of what comes most, in AssemblyScript: the depth stream, trades, best prices and the
 * REST book (`pipeline.md` §1; `nq` and `st` of `binance-today.md`). `npm run wasm` compiles it into
 * `scanner-module.ts`; `scanner.ts` calls it.
 *
 * It is as strict as `cursor.ts`. A step takes where it begins and returns where it ends, or -1; the
 * payload ends with a brace, which no step passes, so that none leaves the payload. Bytes behind it
 * are read with those before them, and count for nothing.
 *
 * The digits of a number are moved to the right end of a register, a point left out, zeros put
 * before them, and become a number in three multiplications. Of a level one bit for each byte says
 * whether it is a digit; since the decimals are known, these bits say where its parts lie. What is
 * longer than that goes byte by byte, by the same rules.
 */

/** The caller puts its bytes here, at most so many. */
export const BYTES: i32 = 1 << 16
export const BYTES_MAX: i32 = 1 << 20
/** What was found, as f64, in the order in which `scanner.ts` takes it. */
export const FOUND: i32 = 0
/**
 * Whole units as f64, bids before asks: prices of a depth update, its sizes, prices of a REST book,
 * its sizes, each so many. A level is at least `["1","1"],`: more cannot come.
 */
export const UNITS: i32 = BYTES + BYTES_MAX + 64
export const LEVELS_MAX: i32 = BYTES_MAX / 10
const SIZES_BEHIND = 8 * LEVELS_MAX

// Of every kind.
const EVENT_TIME = FOUND
const VENUE_TIME = FOUND + 8
const FIRST_ID = FOUND + 16
const LAST_ID = FOUND + 24
const PREVIOUS_ID = FOUND + 32
const PRICE_DECIMALS = FOUND + 40
const SIZE_DECIMALS = FOUND + 48
const BID_COUNT = FOUND + 56
const ASK_COUNT = FOUND + 64
const COIN_MARGINED = FOUND + 72
/** For a number that nobody asks for. */
const NOWHERE = FOUND + 80
// Of a trade; its other ids where a depth update has its own.
const TRADE_ID = FIRST_ID
const FIRST_TRADE = LAST_ID
const LAST_TRADE = PREVIOUS_ID
const PRICE = FOUND + 40
const SIZE = FOUND + 48
const BUYER_IS_MAKER = FOUND + 56
// Of the best prices.
const UPDATE_ID = FIRST_ID
const BID = FOUND + 24
const BID_SIZE = FOUND + 32
const ASK = FOUND + 40
const ASK_SIZE = FOUND + 48
/** Powers of ten, as f64. */
const POWERS: i32 = 1 << 14
/** By decimals, then by digits before the point: which byte of a number goes to which lane. */
const LANES: i32 = 1 << 15

const QUOTE: u32 = 0x22
const COMMA: u32 = 0x2c
const MINUS: u32 = 0x2d
const DOT: u32 = 0x2e
const ZERO: u32 = 0x30
const COLON: u32 = 0x3a
const BRACKET_OPEN: u32 = 0x5b
const BACKSLASH: u32 = 0x5c
const BRACKET_CLOSE: u32 = 0x5d
const LETTER_F: u32 = 0x66
const LETTER_T: u32 = 0x74
const BRACE_CLOSE: u32 = 0x7d
const NO_KEY: u32 = 0xffffffff

/** Digits of a number that a register holds beside its point. */
const DIGITS_MAX: i32 = 15
/** Powers of ten are exact as f64 up to here. */
const POWER_MAX: i32 = 22
/** Digits and a point of a number that may stay below 2^53. */
const LONG_MAX: i32 = 17
const SAFE_MAX: f64 = 9007199254740991

/** Up to eight characters as the word that they are read as. */
function word(text: string): u64 {
  let result: u64 = 0
  for (let index = 0; index < text.length; index += 1) {
    result |= <u64>text.charCodeAt(index) << (index * 8)
  }
  return result
}

const STREAM_1 = word('{"stream')
const STREAM_2 = word('":"')
const DATA_1 = word('","data"')
const DIFF_1 = word('{"e":"de')
const DIFF_2 = word('pthUpdat')
const DIFF_3 = word('e","E":')
const MATCHED = word(',"T":')
const SYMBOL = word(',"s":"')
const FIRST = word(',"U":')
const LAST = word(',"u":')
const PREVIOUS = word(',"pu":')
const DIFF_BIDS = word(',"b":[')
const DIFF_ASKS = word(',"a":[')
const BOOK_1 = word('{"lastUp')
const BOOK_2 = word('dateId":')
const PUSHED = word(',"E":')
const BOOK_BIDS = word(',"bids":')
const BOOK_ASKS = word(',"asks":')
const AGG_1 = word('{"e":"ag')
const AGG_2 = word('gTrade",')
const TRADE_1 = word('{"e":"tr')
const TRADE_2 = word('ade","E"')
const TICKER_1 = word('{"e":"bo')
const TICKER_2 = word('okTicker')
const TICKER_3 = word('","u":')
const EVENT = word('"E":')
const AGG_ID = word(',"a":')
const FIRST_OF_TRADE = word(',"f":')
const LAST_OF_TRADE = word(',"l":')
const ID_OF_TRADE = word(',"t":')
const PRICE_OF_TRADE = word(',"p":"')
const SIZE_OF_TRADE = word(',"q":"')
const TYPE_OF_TRADE = word(',"X":"')
const MAKER = word(',"m":')
const BID_OF = word(',"b":"')
const BID_SIZE_OF = word(',"B":"')
const ASK_OF = word(',"a":"')
const ASK_SIZE_OF = word(',"A":"')
const TRUE = word('true')
const FALSE = word('false')
const PU = <u32>word('pu')
const ST = <u32>word('st')
const BETWEEN = <u32>word('","')
const OPEN_LEVEL = <u32>word('["')
const NEXT_LEVEL = word('"],["')
const LAST_LEVEL = <u32>word('"]]')

fillLanes()
fillPowers()

/** Reads the depth update from byte `start` up to `stop`. */
export function scanDepth(start: i32, stop: i32): bool {
  store<f64>(COIN_MARGINED, 0)
  units = UNITS
  const end = BYTES + stop
  let at = open(BYTES + start, end)
  at = skip(at, DIFF_1, 8)
  at = skip(at, DIFF_2, 8)
  at = skip(at, DIFF_3, 7)
  at = whole(at, EVENT_TIME)
  at = skip(at, MATCHED, 5)
  at = whole(at, VENUE_TIME)
  at = skip(at, SYMBOL, 6)
  at = passText(at)
  at = extras(at, NO_KEY)
  at = skip(at, FIRST, 5)
  at = whole(at, FIRST_ID)
  at = skip(at, LAST, 5)
  at = whole(at, LAST_ID)
  at = skip(at, PREVIOUS, 6)
  at = whole(at, PREVIOUS_ID)
  at = extras(at, PU)
  at = skip(at, DIFF_BIDS, 6)
  at = scanBids(at, end)
  at = skip(at, DIFF_ASKS, 6)
  at = scanAsks(at, end)
  at = extras(at, PU)
  return isEnd(at, end)
}

/** Reads the REST book from byte `start` up to `stop`. */
export function scanDepthSnapshot(start: i32, stop: i32): bool {
  units = UNITS + 2 * SIZES_BEHIND
  const end = BYTES + stop
  let at = open(BYTES + start, end)
  at = skip(at, BOOK_1, 8)
  at = skip(at, BOOK_2, 8)
  at = whole(at, LAST_ID)
  at = skip(at, PUSHED, 5)
  at = whole(at, EVENT_TIME)
  at = skip(at, MATCHED, 5)
  at = whole(at, VENUE_TIME)
  at = skip(at, BOOK_BIDS, 8)
  at = scanBids(skipByte(at, BRACKET_OPEN), end)
  at = skip(at, BOOK_ASKS, 8)
  at = scanAsks(skipByte(at, BRACKET_OPEN), end)
  return isEnd(at, end)
}

/** Reads the aggregated trade from byte `start` up to `stop`. */
export function scanAggTrade(start: i32, stop: i32): bool {
  store<f64>(COIN_MARGINED, 0)
  const end = BYTES + stop
  let at = open(BYTES + start, end)
  at = skip(at, AGG_1, 8)
  at = skip(at, AGG_2, 8)
  at = skip(at, EVENT, 4)
  at = whole(at, EVENT_TIME)
  at = skip(at, AGG_ID, 5)
  at = whole(at, TRADE_ID)
  at = skip(at, SYMBOL, 6)
  at = passText(at)
  at = extras(at, NO_KEY)
  at = skip(at, PRICE_OF_TRADE, 6)
  at = decimal(at, PRICE)
  at = skip(at, SIZE_OF_TRADE, 6)
  at = decimal(at, SIZE)
  at = extras(at, NO_KEY)
  at = skip(at, FIRST_OF_TRADE, 5)
  at = whole(at, FIRST_TRADE)
  at = skip(at, LAST_OF_TRADE, 5)
  at = whole(at, LAST_TRADE)
  at = skip(at, MATCHED, 5)
  at = whole(at, VENUE_TIME)
  at = skip(at, MAKER, 5)
  at = boolean(at, BUYER_IS_MAKER)
  at = extras(at, NO_KEY)
  return isEnd(at, end)
}

/** Reads the single trade from byte `start` up to `stop`. */
export function scanTrade(start: i32, stop: i32): bool {
  store<f64>(COIN_MARGINED, 0)
  const end = BYTES + stop
  let at = open(BYTES + start, end)
  at = skip(at, TRADE_1, 8)
  at = skip(at, TRADE_2, 8)
  at = skipByte(at, COLON)
  at = whole(at, EVENT_TIME)
  at = skip(at, MATCHED, 5)
  at = whole(at, VENUE_TIME)
  at = skip(at, SYMBOL, 6)
  at = passText(at)
  at = extras(at, NO_KEY)
  at = skip(at, ID_OF_TRADE, 5)
  at = whole(at, TRADE_ID)
  at = skip(at, PRICE_OF_TRADE, 6)
  at = decimal(at, PRICE)
  at = skip(at, SIZE_OF_TRADE, 6)
  at = decimal(at, SIZE)
  at = extras(at, NO_KEY)
  const type = skip(at, TYPE_OF_TRADE, 6)
  if (type >= 0) at = passText(type)
  at = skip(at, MAKER, 5)
  at = boolean(at, BUYER_IS_MAKER)
  at = extras(at, NO_KEY)
  return isEnd(at, end)
}

/** Reads the best prices from byte `start` up to `stop`. */
export function scanBookTicker(start: i32, stop: i32): bool {
  store<f64>(COIN_MARGINED, 0)
  const end = BYTES + stop
  let at = open(BYTES + start, end)
  at = skip(at, TICKER_1, 8)
  at = skip(at, TICKER_2, 8)
  at = skip(at, TICKER_3, 6)
  at = whole(at, UPDATE_ID)
  at = skip(at, SYMBOL, 6)
  at = passText(at)
  at = extras(at, NO_KEY)
  at = skip(at, BID_OF, 6)
  at = decimal(at, BID)
  at = skip(at, BID_SIZE_OF, 6)
  at = decimal(at, BID_SIZE)
  at = skip(at, ASK_OF, 6)
  at = decimal(at, ASK)
  at = skip(at, ASK_SIZE_OF, 6)
  at = decimal(at, ASK_SIZE)
  at = skip(at, MATCHED, 5)
  at = whole(at, VENUE_TIME)
  at = skip(at, PUSHED, 5)
  at = whole(at, EVENT_TIME)
  at = extras(at, NO_KEY)
  return isEnd(at, end)
}

/** Braces at the end of the payload. */
let braceCount: i32 = 1

/** Begins a payload, past the wrapper of a combined stream if there is one. */
function open(start: i32, end: i32): i32 {
  braceCount = 1
  if (end - start < 2 || load<u8>(end - 1) != BRACE_CLOSE) return -1
  let at = skip(skip(start, STREAM_1, 8), STREAM_2, 3)
  if (at < 0) return start
  braceCount = 2
  at = passText(at)
  return at < 0 ? -1 : skipByte(skip(at - 1, DATA_1, 8), COLON)
}

function isEnd(at: i32, end: i32): bool {
  return at >= 0 && at + braceCount == end && load<u8>(at) == BRACE_CLOSE
}

/** Passes the `length` characters of `expected`. */
// @ts-ignore: decorator
@inline
function skip(at: i32, expected: u64, length: i32): i32 {
  if (at < 0) return -1
  const isThere = (load<u64>(at) ^ expected) << (64 - length * 8) == 0
  return isThere ? at + length : -1
}

// @ts-ignore: decorator
@inline
function skipByte(at: i32, expected: u32): i32 {
  return at >= 0 && load<u8>(at) == expected ? at + 1 : -1
}

/** Reads a whole number of JSON below 2^53. */
function whole(at: i32, into: i32): i32 {
  if (at < 0) return -1
  const digits = i32(ctz(otherBytes(at)))
  if (digits > DIGITS_MAX) return longWhole(at, into)
  // JSON has no leading zeros.
  if (digits == 0 || (digits > 1 && load<u8>(at) == ZERO)) return -1
  const value = rightAligned(at, LANES + (digits << 4))
  store<f64>(into, f64x2.extract_lane(unitsOf(value, value), 0))
  return at + digits
}

function longWhole(first: i32, into: i32): i32 {
  const at = behindDigits(first)
  const value = valueOf(first, at)
  store<f64>(into, value)
  return load<u8>(first) != ZERO && value <= SAFE_MAX ? at : -1
}

/**
 * Reads a plain decimal and the quote behind it. Mantissa and power of ten are exact, so their
 * quotient is the double nearest to the text, as `Number` gives it.
 */
function decimal(at: i32, into: i32): i32 {
  if (at < 0) return -1
  const others = otherBytes(at)
  const digits = i32(ctz(others))
  if (digits > DIGITS_MAX) return longDecimal(at, into)
  let decimals: i32 = 0
  let end = at + digits
  if (load<u8>(end) == DOT) {
    decimals = i32(ctz(others >> (digits + 1)))
    if (digits + decimals > DIGITS_MAX) return longDecimal(at, into)
    if (decimals == 0) return -1
    end += decimals + 1
  }
  if (digits == 0 || load<u8>(end) != QUOTE) return -1
  const lanes = rightAligned(at, LANES + (decimals << 8) + (digits << 4))
  const mantissa = f64x2.extract_lane(unitsOf(lanes, lanes), 0)
  store<f64>(into, mantissa / load<f64>(POWERS + (decimals << 3)))
  return end + 1
}

function longDecimal(first: i32, into: i32): i32 {
  let end = behindDigits(first)
  if (end == first) return -1
  let decimals: i32 = 0
  if (load<u8>(end) == DOT) {
    const fraction = end + 1
    end = behindDigits(fraction)
    decimals = end - fraction
    if (decimals == 0 || decimals > POWER_MAX) return -1
  }
  const mantissa = valueOf(first, end)
  if (load<u8>(end) != QUOTE || mantissa > SAFE_MAX) return -1
  store<f64>(into, mantissa / load<f64>(POWERS + (decimals << 3)))
  return end + 1
}

function boolean(at: i32, into: i32): i32 {
  const isTrue = skip(at, TRUE, 4)
  store<f64>(into, f64(isTrue >= 0))
  return isTrue >= 0 ? isTrue : skip(at, FALSE, 5)
}

/** Passes the rest of a string of printable ASCII without escapes, and the quote behind it. */
function passText(from: i32): i32 {
  if (from < 0) return -1
  let at = from
  let code: u32 = load<u8>(at)
  // A brace ends the payload, or is a reason to look twice.
  while (code != QUOTE) {
    if (code < 0x20 || code > 0x7e || code == BACKSLASH || code == BRACE_CLOSE) return -1
    at += 1
    code = load<u8>(at)
  }
  return at + 1
}

/** Passes fields that the venue added, as `Cursor.extras` does. */
function extras(from: i32, reserved: u32): i32 {
  let at = from
  while (at >= 0 && isExtra(at, reserved)) at = passExtra(at)
  return at
}

function isExtra(at: i32, reserved: u32): bool {
  if (load<u8>(at) != COMMA || load<u8>(at + 1) != QUOTE) return false
  if (load<u8>(at + 2) == QUOTE || load<u8>(at + 3) == QUOTE) return false
  return !(load<u8>(at + 4) == QUOTE && load<u16>(at + 2) == reserved)
}

function passExtra(at: i32): i32 {
  const isMargin = load<u16>(at + 2) == ST && load<u8>(at + 4) == QUOTE
  const valueAt = skipByte(passText(at + 2), COLON)
  if (valueAt < 0) return -1
  const code: u32 = load<u8>(valueAt)
  let end: i32
  if (code == QUOTE) end = passText(valueAt + 1)
  else if (code == LETTER_T) end = skip(valueAt, TRUE, 4)
  else if (code == LETTER_F) end = skip(valueAt, FALSE, 5)
  else end = plainNumber(valueAt)
  if (!isMargin) return end
  store<f64>(COIN_MARGINED, f64(code == ZERO + 2))
  return end == valueAt + 1 ? end : -1
}

function plainNumber(first: i32): i32 {
  const at = whole(load<u8>(first) == MINUS ? first + 1 : first, NOWHERE)
  if (at < 0 || load<u8>(at) != DOT) return at
  const end = behindDigits(at + 1)
  return end > at + 1 ? end : -1
}

/** The first level of the message says how many decimals all of them have. -1: there was none yet. */
let priceDecimals: i32 = -1
let sizeDecimals: i32 = -1
/** Where the units of this message go. */
let units: i32 = UNITS
/** Levels read so far, of both sides. */
let levelCount: i32 = 0

function scanBids(from: i32, end: i32): i32 {
  priceDecimals = -1
  levelCount = 0
  const at = scanLevels(from, end)
  store<f64>(BID_COUNT, f64(levelCount))
  return at
}

function scanAsks(from: i32, end: i32): i32 {
  const bidCount = levelCount
  const at = scanLevels(from, end)
  store<f64>(ASK_COUNT, f64(levelCount - bidCount))
  store<f64>(PRICE_DECIMALS, priceDecimals < 0 ? 0 : f64(priceDecimals))
  store<f64>(SIZE_DECIMALS, priceDecimals < 0 ? 0 : f64(sizeDecimals))
  return at
}

/** Reads levels, and passes the bracket behind the last. */
function scanLevels(from: i32, end: i32): i32 {
  if (from < 0) return -1
  if (load<u8>(from) == BRACKET_CLOSE) return from + 1
  if (priceDecimals < 0) setDecimals(from, end)
  const areShort = priceDecimals < DIGITS_MAX && sizeDecimals < DIGITS_MAX
  let at = from
  while (at >= 0) {
    if (areShort) at = shortLevels(at)
    // A negative place is where the list ended.
    if (at < 0) return -at
    at = longLevel(at)
    levelCount += 1
    if (at < 0) return -1
    if (load<u8>(at) == BRACKET_CLOSE) return at + 1
    at = skipByte(at, COMMA)
  }
  return -1
}

/** Reads short levels; returns where the first other one begins, or the negative end of the list. */
function shortLevels(from: i32): i32 {
  if (load<u16>(from) != OPEN_LEVEL) return from
  // What stands behind the digits before the point: point and decimals. Without decimals, nothing.
  const priceTail = priceDecimals + i32(priceDecimals > 0)
  const sizeTail = sizeDecimals + i32(sizeDecimals > 0)
  const pricePoint = priceDecimals > 0 ? DOT : QUOTE
  const sizePoint = sizeDecimals > 0 ? DOT : QUOTE
  // The bits of the decimals behind a point.
  const priceFraction: u32 = ((1 << priceDecimals) - 1) << 1
  const sizeFraction: u32 = ((1 << sizeDecimals) - 1) << 1
  const priceLanes = LANES + (priceDecimals << 8)
  const sizeLanes = LANES + (sizeDecimals << 8)
  const priceWholeMax = DIGITS_MAX - priceDecimals
  const sizeWholeMax = DIGITS_MAX - sizeDecimals
  let place = units + (levelCount << 3)
  // At the first digit of a level.
  let at = from + 2
  while (true) {
    const others = otherBytes(at) | (otherBytes(at + 16) << 16)
    const priceWhole = i32(ctz(others))
    const behindPrice = others >> priceWhole
    const behindBetween = behindPrice >> (priceTail + 3)
    const sizeWhole = i32(ctz(behindBetween))
    const behindSize = behindBetween >> sizeWhole
    const quote = priceWhole + priceTail
    const size = quote + 3
    const sizeEnd = size + sizeWhole
    const end = sizeEnd + sizeTail
    // Negative: digits are missing, too many, or not all among the 32 bytes.
    const room =
      (priceWhole - 1) |
      (sizeWhole - 1) |
      (priceWholeMax - priceWhole) |
      (sizeWholeMax - sizeWhole) |
      (31 - end)
    const wrong =
      (behindPrice & priceFraction) |
      (behindSize & sizeFraction) |
      (load<u8>(at + priceWhole) ^ pricePoint) |
      (load<u8>(at + sizeEnd) ^ sizePoint) |
      ((load<u32>(at + quote) & 0xffffff) ^ BETWEEN)
    if (room < 0 || wrong != 0) break
    const both = unitsOf(
      rightAligned(at, priceLanes + (priceWhole << 4)),
      rightAligned(at + size, sizeLanes + (sizeWhole << 4)),
    )
    v128.store_lane<u64>(place, both, 0)
    v128.store_lane<u64>(place, both, 1, SIZES_BEHIND)
    const tail = load<u64>(at + end) & 0xffffffffff
    if (tail != NEXT_LEVEL) {
      if ((<u32>tail & 0xffffff) != LAST_LEVEL) break
      levelCount = ((place - units) >> 3) + 1
      return -(at + end + 3)
    }
    place += 8
    at += end + 5
  }
  levelCount = (place - units) >> 3
  return at - 2
}

/** A bit for each of the 16 bytes from `at` on that is no digit. */
// @ts-ignore: decorator
@inline
function otherBytes(at: i32): u32 {
  const values = i8x16.sub(v128.load(at), i8x16.splat(0x30))
  return i8x16.bitmask(i8x16.ge_u(values, i8x16.splat(10)))
}

/** The digits of a number as 16 lanes, by the `lanes` that stand there. */
// @ts-ignore: decorator
@inline
function rightAligned(at: i32, lanes: i32): v128 {
  return i8x16.swizzle(i8x16.sub(v128.load(at), i8x16.splat(0x30)), v128.load(lanes))
}

/** The values of twice 16 digits: pairs, fours and eights of digits become one number each. */
// @ts-ignore: decorator
@inline
function unitsOf(price: v128, size: v128): v128 {
  const eights = i32x4.dot_i16x8_s(
    i16x8.narrow_i32x4_s(foursOf(price), foursOf(size)),
    i16x8(10000, 1, 10000, 1, 10000, 1, 10000, 1),
  )
  const upper = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(eights, eights, 0, 2, 0, 2))
  const lower = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(eights, eights, 1, 3, 1, 3))
  return f64x2.add(f64x2.mul(upper, f64x2.splat(100000000)), lower)
}

// @ts-ignore: decorator
@inline
function foursOf(digits: v128): v128 {
  // Two digits are a word `a + 256 b`; times `10 * 256 + 1`, its upper byte is `10 a + b`.
  const pairs = i16x8.shr_u(i16x8.mul(digits, i16x8.splat(2561)), 8)
  return i32x4.dot_i16x8_s(pairs, i16x8(100, 1, 100, 1, 100, 1, 100, 1))
}

function fillLanes(): void {
  const own = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  for (let decimals = 0; decimals < DIGITS_MAX; decimals += 1) {
    // Behind the point it is the byte after it: the comparison gives -1 where it holds.
    const isBehind = i8x16.ge_u(own, i8x16.splat(<i8>(16 - decimals)))
    for (let digits = 0; digits + decimals <= DIGITS_MAX; digits += 1) {
      // Lanes before the first digit become those of bytes that are not there, which gives 0.
      const shift = i8x16.splat(<i8>(digits + decimals - 16))
      v128.store(LANES + (decimals << 8) + (digits << 4), i8x16.add(i8x16.sub(own, isBehind), shift))
    }
  }
}

function fillPowers(): void {
  let power: f64 = 1
  for (let exponent = 0; exponent <= POWER_MAX; exponent += 1) {
    store<f64>(POWERS + (exponent << 3), power)
    power *= 10
  }
}

/** Reads `["price","size"]` byte by byte. */
function longLevel(from: i32): i32 {
  if (load<u16>(from) != OPEN_LEVEL) return -1
  const place = units + (levelCount << 3)
  const quote = longUnits(from + 2, priceDecimals, place)
  if (quote < 0 || (load<u32>(quote) & 0xffffff) != BETWEEN) return -1
  const end = longUnits(quote + 3, sizeDecimals, place + SIZES_BEHIND)
  return end < 0 ? -1 : skipByte(skipByte(end, QUOTE), BRACKET_CLOSE)
}

/** Reads a decimal with so many `decimals` as whole units. */
function longUnits(first: i32, decimals: i32, into: i32): i32 {
  let at = behindDigits(first)
  if (at == first) return -1
  if (decimals > 0) {
    if (load<u8>(at) != DOT) return -1
    const fraction = at + 1
    at = behindDigits(fraction)
    if (at != fraction + decimals) return -1
  }
  if (at - first > LONG_MAX) return -1
  const value = valueOf(first, at)
  store<f64>(into, value)
  return value <= SAFE_MAX ? at : -1
}

/** The value of digits, a point among them left out. Below 2^53 every step is exact. */
function valueOf(first: i32, end: i32): f64 {
  let value: f64 = 0
  for (let at = first; at < end; at += 1) {
    const code: u32 = load<u8>(at)
    if (code != DOT) value = value * 10 + f64(code - ZERO)
  }
  return value
}

function behindDigits(first: i32): i32 {
  let at = first
  while (<u32>load<u8>(at) - ZERO <= 9) at += 1
  return at
}

/** Takes the decimals of the level that begins at `at` for those of the message. */
function setDecimals(at: i32, end: i32): void {
  const priceEnd = quoteFrom(at + 2, end)
  priceDecimals = decimalsOf(at + 2, priceEnd)
  sizeDecimals = decimalsOf(priceEnd + 3, quoteFrom(priceEnd + 3, end))
}

function quoteFrom(from: i32, end: i32): i32 {
  let at = from
  while (at < end && load<u8>(at) != QUOTE) at += 1
  return at
}

function decimalsOf(from: i32, quote: i32): i32 {
  for (let at = from; at < quote; at += 1) {
    if (load<u8>(at) == DOT) return quote - at - 1
  }
  return 0
}
