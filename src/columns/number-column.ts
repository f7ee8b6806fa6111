/**
 * Numbers of one kind as bytes, given back bit for bit. What a column is follows from its first byte:
 *
 * - `same` 0: one float64, which all of them are
 * - `raw` 1: float64 each
 * - `delta` 2, `plain` 3: u8 decimals, f64 base, then codes of 1 to 4 bytes, little-endian: first the
 *   lengths of all, less one, four to a byte, then the codes. A code is twice the whole units of
 *   `10 ** -decimals` above the number before, the first above the base (of `plain`: all above 0),
 *   of a negative one twice its size less one.
 *
 * Lengths stand apart, since reading took 1.6 times as long when they were hidden in the codes, as those
 * of varints are: no processor guesses the length of the next size of a book.
 */
import type { ByteReader, ByteWriter } from './byte-writer.ts'

const KIND = { same: 0, raw: 1, delta: 2, plain: 3 } as const

/** Prices and sizes of a venue have fewer. */
const DECIMALS_MAX = 12
const POWERS_OF_TEN = Array.from({ length: DECIMALS_MAX + 1 }, (_, exponent) =>
  Number(`1e${exponent}`),
)
/** Differences of two of them are exact. */
const UNITS_MAX = 2 ** 52
/** What a code of four bytes says at most. */
const STEP_MAX = 2 ** 31 - 1

/** Used again by every call: packing is synchronous. */
let codes = new Uint32Array(4096)

/** Writes the first `count` of `values`. */
export function packNumbers(writer: ByteWriter, values: Float64Array, count: number): void {
  const first = values[0] ?? 0
  if (isSame(values, count, first)) {
    writer.byte(KIND.same)
    writer.float(first)
    return
  }
  const decimals = decimalsOf(values, count)
  if (decimals !== undefined && packCodes(writer, values, count, decimals)) return
  writer.byte(KIND.raw)
  for (let index = 0; index < count; index += 1) writer.float(values[index] ?? 0)
}

/** Reads `count` numbers into `into`, which has room for them. */
export function unpackNumbers(reader: ByteReader, count: number, into: Float64Array): void {
  const kind = reader.byte()
  if (kind === KIND.same) {
    into.fill(reader.float(), 0, count)
  } else if (kind === KIND.raw) {
    for (let index = 0; index < count; index += 1) into[index] = reader.float()
  } else {
    const decimals = reader.byte()
    readCodes(reader, count, kind === KIND.delta, into)
    if (decimals === 0) return
    const scale = POWERS_OF_TEN[decimals] ?? 1
    for (let index = 0; index < count; index += 1) into[index] = (into[index] ?? 0) / scale
  }
}

/** Writes nothing and returns false where a step is too large. */
function packCodes(
  writer: ByteWriter,
  values: Float64Array,
  count: number,
  decimals: number,
): boolean {
  const scale = POWERS_OF_TEN[decimals] ?? 1
  const base = unitsOf(values[0] ?? 0, scale)
  const deltaBytes = fillCodes(values, count, scale, base, true)
  const plainBytes = fillCodes(values, count, scale, 0, false)
  const isDelta = deltaBytes < plainBytes
  if (isDelta) fillCodes(values, count, scale, base, true)
  if (Math.min(deltaBytes, plainBytes) === Number.POSITIVE_INFINITY) return false
  writer.byte(isDelta ? KIND.delta : KIND.plain)
  writer.byte(decimals)
  writer.float(isDelta ? base : 0)
  for (let first = 0; first < count; first += 4) {
    let lengths = 0
    for (let index = first; index < Math.min(first + 4, count); index += 1) {
      lengths |= (lengthOf(codes[index] ?? 0) - 1) << ((index - first) * 2)
    }
    writer.byte(lengths)
  }
  for (let index = 0; index < count; index += 1) {
    const code = codes[index] ?? 0
    for (let shift = 0; shift < lengthOf(code) * 8; shift += 8) writer.byte((code >>> shift) & 0xff)
  }
  return true
}

/** Returns the bytes of all codes; infinite where one is too large. */
function fillCodes(
  values: Float64Array,
  count: number,
  scale: number,
  base: number,
  isDelta: boolean,
): number {
  if (codes.length < count) codes = new Uint32Array(count * 2)
  let before = base
  let bytes = 0
  for (let index = 0; index < count; index += 1) {
    const units = unitsOf(values[index] ?? 0, scale)
    const step = units - before
    if (Math.abs(step) > STEP_MAX) return Number.POSITIVE_INFINITY
    const code = step < 0 ? -2 * step - 1 : 2 * step
    codes[index] = code
    bytes += lengthOf(code)
    if (isDelta) before = units
  }
  return bytes
}

function readCodes(reader: ByteReader, count: number, isDelta: boolean, into: Float64Array): void {
  const { bytes, view } = reader
  let before = reader.float()
  let lengthAt = reader.at
  let at = lengthAt + Math.ceil(count / 4)
  let lengths = 0
  for (let index = 0; index < count; index += 1) {
    if ((index & 3) === 0) {
      lengths = bytes[lengthAt] ?? 0
      lengthAt += 1
    }
    const more = lengths & 3
    lengths >>= 2
    // Four bytes are read, and those of the next codes cut off.
    const code = view.getInt32(at, true) & (-1 >>> (24 - more * 8))
    at += more + 1
    const units = before + ((code >>> 1) ^ -(code & 1))
    into[index] = units
    if (isDelta) before = units
  }
  reader.at = at
}

const lengthOf = (code: number): number =>
  code < 0x100 ? 1 : code < 0x1_0000 ? 2 : code < 0x100_0000 ? 3 : 4

function isSame(values: Float64Array, count: number, first: number): boolean {
  for (let index = 1; index < count; index += 1) {
    if (!Object.is(values[index], first)) return false
  }
  return true
}

/** The fewest decimals at which all values are whole units; nothing where there are none. */
function decimalsOf(values: Float64Array, count: number): number | undefined {
  let decimals = 0
  for (let index = 0; index < count; index += 1) {
    const value = values[index] ?? 0
    while (!isWhole(value, POWERS_OF_TEN[decimals] ?? 1)) {
      decimals += 1
      if (decimals > DECIMALS_MAX) return undefined
    }
  }
  // More decimals can make a value before too large, or its quotient another one.
  const scale = POWERS_OF_TEN[decimals] ?? 1
  for (let index = 0; index < count; index += 1) {
    if (!isWhole(values[index] ?? 0, scale)) return undefined
  }
  return decimals
}

const unitsOf = (value: number, scale: number): number => Math.round(value * scale)

function isWhole(value: number, scale: number): boolean {
  const units = unitsOf(value, scale)
  // A code knows no negative zero.
  const fits = units < UNITS_MAX && units > -UNITS_MAX && !Object.is(units, -0)
  return fits && Object.is(units / scale, value)
}
