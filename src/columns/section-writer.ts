/** The decoded messages of one stream of a block on their way into columns. */
import type { Decoder } from '../decode/decoder.ts'
import type { SocketChannel } from '../model/channel.ts'
import type { ByteWriter } from './byte-writer.ts'
import { CHANNEL_FIELDS, type MessageValue } from './message-fields.ts'
import { packNumbers } from './number-column.ts'

const encoder = new TextEncoder()
/** Texts that their bytes give back. */
const PLAIN_TEXT = /^[\x20-\x7e]*$/

/** Numbers that come one after the other. */
class GrowingNumbers {
  values = new Float64Array(256)
  count = 0

  add(value: number): void {
    if (this.count === this.values.length) this.#grow(this.count + 1)
    this.values[this.count] = value
    this.count += 1
  }

  addAll(values: Float64Array, count: number): void {
    if (this.count + count > this.values.length) this.#grow(this.count + count)
    for (let index = 0; index < count; index += 1) {
      this.values[this.count + index] = values[index] ?? 0
    }
    this.count += count
  }

  writeTo(writer: ByteWriter): void {
    packNumbers(writer, this.values, this.count)
    this.count = 0
  }

  #grow(count: number): void {
    const grown = new Float64Array(Math.max(count, this.values.length * 2))
    grown.set(this.values)
    this.values = grown
  }
}

export class SectionWriter {
  readonly channel: SocketChannel
  rowCount = 0
  readonly #columns: readonly GrowingNumbers[]
  readonly #coinMargined = new GrowingNumbers()
  readonly #prices = new GrowingNumbers()
  readonly #sizes = new GrowingNumbers()
  readonly #texts = new Map<string, number>()

  constructor(channel: SocketChannel) {
    this.channel = channel
    this.#columns = CHANNEL_FIELDS[channel].fields.map(() => new GrowingNumbers())
  }

  /** Takes the payload as its decoder reads it; false where it stays bytes. */
  add(decoder: Decoder, bytes: Uint8Array, start: number, end: number): boolean {
    const { fields, read, message } = CHANNEL_FIELDS[this.channel]
    if (!read(decoder, bytes, start, end)) return false
    const values = message(decoder)
    if (!fields.every((name) => isKept(values[name]))) return false
    for (const [index, name] of fields.entries()) {
      this.#columns[index]?.add(this.#numberOf(values[name]))
    }
    this.#coinMargined.add(Number(decoder.coinMargined))
    if (this.channel === 'depth') {
      const { priceUnits, sizeUnits, bidCount, askCount } = decoder.depthUpdate
      this.#prices.addAll(priceUnits, bidCount + askCount)
      this.#sizes.addAll(sizeUnits, bidCount + askCount)
    }
    this.rowCount += 1
    return true
  }

  /** Writes what was taken, and begins anew. */
  writeTo(writer: ByteWriter): void {
    writer.varint(this.rowCount)
    for (const column of this.#columns) column.writeTo(writer)
    this.#coinMargined.writeTo(writer)
    if (this.channel === 'depth') {
      writer.varint(this.#prices.count)
      this.#prices.writeTo(writer)
      this.#sizes.writeTo(writer)
    }
    if (this.channel === 'forceOrder') {
      writer.varint(this.#texts.size)
      for (const text of this.#texts.keys()) {
        const bytes = encoder.encode(text)
        writer.varint(bytes.length)
        writer.raw(bytes)
      }
    }
    this.#texts.clear()
    this.rowCount = 0
  }

  #numberOf(value: MessageValue | undefined): number {
    if (typeof value !== 'string') return Number(value)
    const known = this.#texts.get(value)
    if (known !== undefined) return known
    this.#texts.set(value, this.#texts.size)
    return this.#texts.size - 1
  }
}

const isKept = (value: MessageValue | undefined): boolean =>
  typeof value !== 'string' || PLAIN_TEXT.test(value)
