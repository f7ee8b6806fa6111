/**
 * A column of numbers as bytes that compress well.
 *
 * `u8 kind`, then by kind (width = low four bits):
 * - width 8: the values as float64, little-endian: whatever does not fit the others, bit for bit;
 * - width 0, 1, 2, 4: `f64 base`, then one code per value in so many byte planes (all low bytes,
 *   then all second bytes, …). Flag 0x20: codes are zigzag differences to the value before, the
 *   first to `base`; else differences to `base`, the least value. Flag 0x10: code 0 is `NaN`, other
 *   codes are one more.
 *
 * Planes instead of whole integers, since the high bytes are nearly constant and the low ones are
 * nearly random: zstd packs them far better apart.
 */
const RAW = 8
const WIDTH_MASK = 0x0f
const HAS_NAN = 0x10
const IS_DELTA = 0x20
const HEAD_BYTES = 9
const CODE_MAX = 0x7fff_ffff

/** Used again by every call: packing is synchronous. */
let codes = new Uint32Array(4096)

export type ColumnOrder = 'delta' | 'plain'
export type Column = Float64Array | Uint32Array | Uint16Array

/** Bytes of the first `count` values. They are the caller's. */
export function packColumn(
  values: ArrayLike<number>,
  count: number,
  order: ColumnOrder,
): Uint8Array {
  reserveCodes(count)
  const base = baseOf(values, count, order)
  const shift = containsNan(values, count) ? 1 : 0
  const codeMax =
    order === 'delta'
      ? codeDeltas(values, count, base, shift)
      : codeOffsets(values, count, base, shift)
  if (codeMax > CODE_MAX) return rawColumn(values, count)
  const width = widthOf(codeMax)
  const bytes = new Uint8Array(HEAD_BYTES + width * count)
  bytes[0] = width | (shift === 1 ? HAS_NAN : 0) | (order === 'delta' ? IS_DELTA : 0)
  new DataView(bytes.buffer).setFloat64(1, base, true)
  for (let plane = 0; plane < width; plane += 1) {
    const at = HEAD_BYTES + plane * count
    const bits = plane * 8
    for (let index = 0; index < count; index += 1) bytes[at + index] = (codes[index] ?? 0) >>> bits
  }
  return bytes
}

/** Fills `into` with the values of a column; false where the bytes are not one of `count` values. */
export function unpackColumn(bytes: Uint8Array, count: number, into: Column): boolean {
  const kind = bytes[0] ?? 0
  const width = kind & WIDTH_MASK
  if (width === RAW) return unpackRaw(bytes, count, into)
  if (width > 4 || width === 3 || bytes.length !== HEAD_BYTES + width * count) return false
  reserveCodes(count)
  joinPlanes(bytes, count, width)
  const base = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(1, true)
  const shift = (kind & HAS_NAN) === 0 ? 0 : 1
  if ((kind & IS_DELTA) === 0) addOffsets(base, shift, count, into)
  else addDeltas(base, shift, count, into)
  return true
}

/**
 * A column of `reference - value`, or of the values themselves (then of width 8) where a difference
 * would not give them back bit for bit.
 */
export function packRelative(
  values: Float64Array,
  reference: Float64Array,
  order: ColumnOrder,
): Uint8Array {
  const count = values.length
  const relative = new Float64Array(count)
  for (let index = 0; index < count; index += 1) {
    const value = values[index] ?? 0
    if (!Number.isNaN(value) && !isWhole(value)) return rawColumn(values, count)
    relative[index] = (reference[index] ?? 0) - value
  }
  const packed = packColumn(relative, count, order)
  return packed[0] === RAW ? rawColumn(values, count) : packed
}

export function unpackRelative(
  bytes: Uint8Array,
  reference: Float64Array,
): Float64Array | undefined {
  const values = new Float64Array(reference.length)
  if (!unpackColumn(bytes, values.length, values)) return undefined
  if (bytes[0] === RAW) return values
  for (let index = 0; index < values.length; index += 1) {
    values[index] = (reference[index] ?? 0) - (values[index] ?? 0)
  }
  return values
}

/** The first number of a `delta` column, the least of a `plain` one; 0 where there is none. */
function baseOf(values: ArrayLike<number>, count: number, order: ColumnOrder): number {
  let base = Number.NaN
  for (let index = 0; index < count; index += 1) {
    const value = values[index] ?? 0
    if (Number.isNaN(base) || (order === 'plain' && value < base)) base = value
    if (order === 'delta' && !Number.isNaN(base)) break
  }
  return Number.isNaN(base) ? 0 : base
}

function containsNan(values: ArrayLike<number>, count: number): boolean {
  for (let index = 0; index < count; index += 1) {
    if (Number.isNaN(values[index])) return true
  }
  return false
}

/** Fills `codes` with zigzag differences; returns the largest, infinite where one does not fit. */
function codeDeltas(values: ArrayLike<number>, count: number, base: number, shift: number): number {
  let before = base
  let codeMax = 0
  for (let index = 0; index < count; index += 1) {
    const value = values[index] ?? 0
    if (Number.isNaN(value)) {
      codes[index] = 0
      continue
    }
    const delta = value - before
    if (!fits(value, delta)) return Number.POSITIVE_INFINITY
    const code = (delta >= 0 ? delta * 2 : -delta * 2 - 1) + shift
    if (code > codeMax) codeMax = code
    codes[index] = code
    before = value
  }
  return codeMax
}

/** As {@link codeDeltas}, with differences to `base`. */
function codeOffsets(
  values: ArrayLike<number>,
  count: number,
  base: number,
  shift: number,
): number {
  let codeMax = 0
  for (let index = 0; index < count; index += 1) {
    const value = values[index] ?? 0
    if (Number.isNaN(value)) {
      codes[index] = 0
      continue
    }
    const code = value - base + shift
    if (!fits(value, value - base)) return Number.POSITIVE_INFINITY
    if (code > codeMax) codeMax = code
    codes[index] = code
  }
  return codeMax
}

function addDeltas(base: number, shift: number, count: number, into: Column): void {
  let before = base
  for (let index = 0; index < count; index += 1) {
    const code = (codes[index] ?? 0) - shift
    if (code < 0) {
      into[index] = Number.NaN
    } else {
      before += (code >>> 1) ^ -(code & 1)
      into[index] = before
    }
  }
}

function addOffsets(base: number, shift: number, count: number, into: Column): void {
  for (let index = 0; index < count; index += 1) {
    const code = (codes[index] ?? 0) - shift
    into[index] = code < 0 ? Number.NaN : base + code
  }
}

/** Fills `codes` from byte planes. */
function joinPlanes(bytes: Uint8Array, count: number, width: number): void {
  codes.fill(0, 0, count)
  for (let plane = 0; plane < width; plane += 1) {
    const at = HEAD_BYTES + plane * count
    const bits = plane * 8
    for (let index = 0; index < count; index += 1) {
      codes[index] = (codes[index] ?? 0) | ((bytes[at + index] ?? 0) << bits)
    }
  }
}

function reserveCodes(count: number): void {
  if (codes.length < count) codes = new Uint32Array(count * 2)
}

function widthOf(codeMax: number): number {
  if (codeMax === 0) return 0
  if (codeMax < 0x100) return 1
  return codeMax < 0x1_0000 ? 2 : 4
}

/** Differences of safe integers are exact, and adding them up again gives the same integers. */
const fits = (value: number, delta: number): boolean =>
  isWhole(value) && delta < 0x3fff_ffff && delta > -0x3fff_ffff

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && !Object.is(value, -0)

function rawColumn(values: ArrayLike<number>, count: number): Uint8Array {
  const bytes = new Uint8Array(1 + 8 * count)
  bytes[0] = RAW
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < count; index += 1)
    view.setFloat64(1 + 8 * index, values[index] ?? 0, true)
  return bytes
}

function unpackRaw(bytes: Uint8Array, count: number, into: Column): boolean {
  if (bytes.length !== 1 + 8 * count) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  for (let index = 0; index < count; index += 1) into[index] = view.getFloat64(1 + 8 * index, true)
  return true
}
