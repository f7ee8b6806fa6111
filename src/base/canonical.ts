/**
 * Plain data as bytes, and back: the one form in which state is digested and written down.
 *
 * The same data gives the same bytes on every platform and Node release: numbers are their eight
 * IEEE-754 bytes, little-endian; `-0` is written as it is; maps and objects keep the order in
 * which they were filled, since engines iterate in it.
 */
import { assert } from './assert.ts'

export type Plain =
  | undefined
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Float64Array
  | readonly Plain[]
  | ReadonlyMap<Plain, Plain>
  | { readonly [key: string]: Plain }

const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  number: 4,
  string: 5,
  bytes: 6,
  floats: 7,
  array: 8,
  map: 9,
  object: 10,
} as const

const text = { encoder: new TextEncoder(), decoder: new TextDecoder('utf-8', { fatal: true }) }

/** Up to here a loop copies faster than a call. */
const SHORT_BYTES = 48
/** Texts whose bytes a writer keeps. */
const TEXTS_MAX = 1_000
const IS_LITTLE_ENDIAN = new Uint8Array(new Float64Array([1]).buffer)[7] === 0x3f

/** Writes plain data into one buffer that grows and is used again. */
export class CanonicalWriter {
  #bytes = new Uint8Array(1 << 16)
  #view = new DataView(this.#bytes.buffer)
  #length = 0
  readonly #texts = new Map<string, Uint8Array>()

  /** The bytes of `value`: a view that the next call overwrites. */
  encode(value: Plain): Uint8Array {
    this.#length = 0
    this.#put(value)
    return this.#bytes.subarray(0, this.#length)
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }

  #tag(tag: number, count = 0): void {
    this.#reserve(5)
    this.#bytes[this.#length] = tag
    this.#view.setUint32(this.#length + 1, count, true)
    this.#length += 5
  }

  #float(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    if (bytes.length > SHORT_BYTES) {
      this.#bytes.set(bytes, this.#length)
    } else {
      for (let index = 0; index < bytes.length; index += 1) {
        this.#bytes[this.#length + index] = bytes[index] ?? 0
      }
    }
    this.#length += bytes.length
  }

  #put(value: Plain): void {
    if (typeof value === 'number') {
      this.#tag(TAG.number)
      this.#float(value)
    } else if (typeof value === 'string') {
      this.#string(value)
    } else if (typeof value === 'boolean') {
      this.#tag(value ? TAG.true : TAG.false)
    } else if (value === undefined || value === null) {
      this.#tag(value === null ? TAG.null : TAG.undefined)
    } else if (value instanceof Float64Array) {
      this.#floats(value)
    } else if (value instanceof Uint8Array) {
      this.#tag(TAG.bytes, value.length)
      this.#raw(value)
    } else {
      this.#putMany(value)
    }
  }

  #putMany(
    value: readonly Plain[] | ReadonlyMap<Plain, Plain> | { readonly [key: string]: Plain },
  ): void {
    if (Array.isArray(value)) {
      this.#tag(TAG.array, value.length)
      for (const item of value) this.#put(item)
      return
    }
    if (value instanceof Map) {
      this.#tag(TAG.map, value.size)
      for (const [key, item] of value) {
        this.#put(key)
        this.#put(item)
      }
      return
    }
    this.#putFields(value as { readonly [key: string]: Plain })
  }

  /** The fields of a plain object, whose prototype has none. Their number is known at the end. */
  #putFields(object: { readonly [key: string]: Plain }): void {
    this.#tag(TAG.object)
    const countAt = this.#length - 4
    let count = 0
    for (const key in object) {
      count += 1
      this.#string(key)
      this.#put(object[key])
    }
    this.#view.setUint32(countAt, count, true)
  }

  #string(value: string): void {
    let bytes = this.#texts.get(value)
    if (bytes === undefined) {
      bytes = text.encoder.encode(value)
      // Names of fields come again with every value; texts of a state hardly do.
      if (this.#texts.size < TEXTS_MAX) this.#texts.set(value, bytes)
    }
    this.#tag(TAG.string, bytes.length)
    this.#raw(bytes)
  }

  #floats(values: Float64Array): void {
    this.#tag(TAG.floats, values.length)
    if (IS_LITTLE_ENDIAN) {
      this.#raw(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    } else {
      for (const value of values) this.#float(value)
    }
  }
}

/** Reads what {@link CanonicalWriter} wrote. The bytes must have been checked before. */
export function decodeCanonical(bytes: Uint8Array): Plain {
  const reader = new Reader(bytes)
  const value = reader.take()
  assert(reader.atEnd, 'canonical bytes hold one value')
  return value
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  take(): Plain {
    const tag = this.#view.getUint8(this.#at)
    const count = this.#view.getUint32(this.#at + 1, true)
    this.#at += 5
    switch (tag) {
      case TAG.undefined:
        return undefined
      case TAG.null:
        return null
      case TAG.false:
        return false
      case TAG.true:
        return true
      case TAG.number:
        return this.#float()
      case TAG.string:
        return text.decoder.decode(this.#raw(count))
      case TAG.bytes:
        return this.#raw(count).slice()
      case TAG.floats:
        return Float64Array.from({ length: count }, () => this.#float())
      default:
        return this.#takeMany(tag, count)
    }
  }

  #takeMany(tag: number, count: number): Plain {
    if (tag === TAG.array) return Array.from({ length: count }, () => this.take())
    if (tag === TAG.map) {
      const map = new Map<Plain, Plain>()
      for (let index = 0; index < count; index += 1) map.set(this.take(), this.take())
      return map
    }
    assert(tag === TAG.object, `a canonical tag is known, was ${tag}`)
    const object: Record<string, Plain> = {}
    for (let index = 0; index < count; index += 1) object[String(this.take())] = this.take()
    return object
  }

  #float(): number {
    const value = this.#view.getFloat64(this.#at, true)
    this.#at += 8
    return value
  }

  #raw(count: number): Uint8Array {
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }
}
