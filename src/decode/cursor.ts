/**
 * The strict reader that the scanners of what comes seldom share; what comes most is scanned in
 * WebAssembly, by the same rules (`scanner.as`). It goes once over the bytes of a payload of known
 * shape, makes no object, and gives up at the first byte that is not as expected: the payload then
 * goes to `JSON.parse` (`performance.md` §4).
 *
 * A scanner is a straight list of steps. A step that fails sets `at` to -1, all later ones do
 * nothing, and {@link Cursor.close} says whether every step held. What was read is in `value`.
 */
import type { TextInterner } from './text-interner.ts'

/** A constant piece of a payload, at least four bytes long, as the words that it is compared by. */
export interface Literal {
  readonly length: number
  /** Little-endian words from the start; the last one holds the last four bytes. */
  readonly words: Int32Array
}

export function literal(text: string): Literal {
  const { length } = text
  const word = (at: number) =>
    text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24)
  const wordCount = Math.ceil(length / 4)
  return {
    length,
    words: Int32Array.from({ length: wordCount }, (_, index) =>
      word(Math.min(index * 4, length - 4)),
    ),
  }
}

// Not exported: from the cell of an export each byte's test would read them again, at half the speed.
const QUOTE = 0x22
const COMMA = 0x2c
const DOT = 0x2e
const ZERO = 0x30
const COLON = 0x3a
const LETTER_F = 0x66
const LETTER_T = 0x74
const BRACE_CLOSE = 0x7d
const MINUS = 0x2d
const BACKSLASH = 0x5c
/** Powers of ten that are exact doubles. */
const DIVISORS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
/** No two-letter key: `extras` then takes every key of two letters. */
const NO_KEY = -1

const STREAM = literal('{"stream":"')
const DATA = literal('","data":')
const TRUE = literal('true')
const FALSE = literal('false')

/** One letter pair as {@link Cursor.extras} compares it. */
export const letterPair = (key: string): number => key.charCodeAt(0) | (key.charCodeAt(1) << 8)

const ST = letterPair('st')

export class Cursor {
  /** The next byte; -1 once a step has failed. */
  at = 0
  /** What the last number step read. */
  value = 0
  /** The payload says `"st":2`: a coin-margined contract (`binance-today.md`). */
  coinMargined = false
  /** One past the last byte of the payload. */
  end = 0
  /** Over all bytes that the payload is a part of; made anew only when these change. */
  view: DataView = new DataView(new ArrayBuffer(0))
  #bytes: Uint8Array = new Uint8Array(0)
  #braceCount = 1

  /** Begins at `start`, past the wrapper of a combined stream if there is one. */
  open(bytes: Uint8Array, start: number, end: number): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    this.at = start
    this.end = end
    this.coinMargined = false
    this.#braceCount = 1
    // With a brace at the end no run of digits or letters leaves the payload.
    if (end - start < 2 || this.view.getUint8(end - 1) !== BRACE_CLOSE) {
      this.at = -1
    } else if (this.has(STREAM)) {
      this.#braceCount = 2
      this.text()
      this.at -= 1
      this.skip(DATA)
    }
  }

  /** Passes `expected`. */
  skip(expected: Literal): void {
    if (!this.has(expected)) this.at = -1
  }

  /** Passes `expected` if it stands here. */
  has(expected: Literal): boolean {
    const { at, view } = this
    const { words, length } = expected
    if (at < 0 || at + length > this.end) return false
    const last = words.length - 1
    for (let index = 0; index < last; index += 1) {
      if (view.getInt32(at + index * 4, true) !== words[index]) return false
    }
    if (view.getInt32(at + length - 4, true) !== words[last]) return false
    this.at = at + length
    return true
  }

  /** Reads a whole number of JSON below 2^53. */
  whole(): void {
    const first = this.at
    if (first < 0) return
    this.value = 0
    const at = this.#digits(first)
    // JSON has no leading zeros.
    const isWhole = at > first && (at === first + 1 || this.view.getUint8(first) !== ZERO)
    this.at = isWhole && this.value <= Number.MAX_SAFE_INTEGER ? at : -1
  }

  /**
   * Reads a plain decimal and the quote behind it. Mantissa and power of ten are exact, so their
   * quotient is the double nearest to the text, as `Number` gives it.
   */
  decimal(): void {
    const first = this.at
    if (first < 0) return
    const { view } = this
    this.value = 0
    this.at = -1
    let at = this.#digits(first)
    if (at === first) return
    let divisor: number | undefined = 1
    if (view.getUint8(at) === DOT) {
      const point = at
      at = this.#digits(point + 1)
      if (at === point + 1) return
      divisor = DIVISORS[at - point - 1]
    }
    if (view.getUint8(at) !== QUOTE || divisor === undefined) return
    if (this.value > Number.MAX_SAFE_INTEGER) return
    this.value /= divisor
    this.at = at + 1
  }

  /** As {@link decimal}, with a sign allowed. */
  signedDecimal(): void {
    if (this.at < 0) return
    const isNegative = this.view.getUint8(this.at) === MINUS
    if (isNegative) this.at += 1
    this.decimal()
    if (isNegative) this.value = -this.value
  }

  /** Reads `true` or `false`. */
  boolean(): boolean {
    if (this.has(TRUE)) return true
    this.skip(FALSE)
    return false
  }

  /** Passes the rest of a string of printable ASCII without escapes, and the quote behind it. */
  text(): void {
    if (this.at < 0) return
    const { view } = this
    let { at } = this
    let code = view.getUint8(at)
    // A brace ends the payload, or is a reason to look twice.
    while (code !== QUOTE) {
      if (code < 0x20 || code > 0x7e || code === BACKSLASH || code === BRACE_CLOSE) {
        this.at = -1
        return
      }
      at += 1
      code = view.getUint8(at)
    }
    this.at = at + 1
  }

  /** As {@link text}, and gives the string. */
  internedText(interner: TextInterner): string {
    const from = this.at
    this.text()
    return this.at < 0 ? '' : interner.textOf(this.#bytes, from, this.at - 1)
  }

  /**
   * Passes fields that the venue added: `,"key":value`, the value a string, a plain number or a
   * boolean. Keys of one letter, and `reserved`, are fields that the scanner knows: it stops there.
   */
  extras(reserved = NO_KEY): void {
    while (this.at >= 0 && this.#atExtra(reserved)) this.#extra()
  }

  /** Passes the end, with that of the wrapper. True when every step held and nothing is left. */
  close(): boolean {
    const { at, end } = this
    if (at < 0) return false
    return at + this.#braceCount === end && this.view.getUint8(at) === BRACE_CLOSE
  }

  /** Puts the digits from `first` on behind those of `value`; returns where they end. */
  #digits(first: number): number {
    const { view, end } = this
    let { value } = this
    let at = first
    // Ids and times have 10 to 13 digits: four at a time, then the rest.
    while (at + 4 <= end) {
      const four = fourDigits(view.getInt32(at, true))
      if (four < 0) break
      value = value * 10_000 + four
      at += 4
    }
    let digit = view.getUint8(at) - ZERO
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit
      at += 1
      digit = view.getUint8(at) - ZERO
    }
    this.value = value
    return at
  }

  #atExtra(reserved: number): boolean {
    const { at, view } = this
    if (at + 8 > this.end) return false
    if (view.getUint8(at) !== COMMA || view.getUint8(at + 1) !== QUOTE) return false
    // `,"":` and `,"x":` are no additions.
    if (view.getUint8(at + 2) === QUOTE || view.getUint8(at + 3) === QUOTE) return false
    return !(view.getUint8(at + 4) === QUOTE && view.getInt16(at + 2, true) === reserved)
  }

  #extra(): void {
    const { at, view } = this
    const isMargin = view.getInt16(at + 2, true) === ST && view.getUint8(at + 4) === QUOTE
    this.at = at + 2
    this.text()
    if (this.at < 0 || view.getUint8(this.at) !== COLON) {
      this.at = -1
      return
    }
    this.at += 1
    const valueAt = this.at
    const code = view.getUint8(valueAt)
    if (code === QUOTE) {
      this.at += 1
      this.text()
    } else if (code === LETTER_T || code === LETTER_F) {
      this.boolean()
    } else {
      this.#plainNumber()
    }
    if (!isMargin) return
    if (this.at !== valueAt + 1) this.at = -1
    this.coinMargined = code === ZERO + 2
  }

  #plainNumber(): void {
    if (this.view.getUint8(this.at) === MINUS) this.at += 1
    this.whole()
    if (this.at < 0 || this.view.getUint8(this.at) !== DOT) return
    const first = this.at + 1
    const at = this.#digits(first)
    this.at = at > first ? at : -1
  }
}

/** The value of four digits in a little-endian word; -1 if not all four are digits. */
function fourDigits(word: number): number {
  if ((word & 0xf0f0f0f0) !== 0x30303030) return -1
  // Only digits up to 9 stay below 0x40 when 6 is added.
  if (((word + 0x06060606) & 0xf0f0f0f0) !== 0x30303030) return -1
  const digits = word & 0x0f0f0f0f
  const pairs = (digits * 10 + (digits >>> 8)) & 0x00ff00ff
  return (pairs & 0xff) * 100 + (pairs >>> 16)
}
