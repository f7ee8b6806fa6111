/**
 * A block of the journal in columns: of the streams that have a decoder the messages, of all others,
 * and of what their decoder refused, the bytes.
 *
 * Its bytes are varints, columns of `number-column.ts` and payloads: first sequence, entry count,
 * payload bytes of the block; column of twice the index of the stream, one more for an entry that
 * stayed bytes; column of receive times in µs; count, column of lengths and bytes of these entries;
 * then for each stream that has messages its index plus one and its section; four bytes of 0.
 */
import { Decoder } from '../decode/decoder.ts'
import type { Block, StreamKey } from '../model/block.ts'
import { ByteReader, ByteWriter } from './byte-writer.ts'
import { ColumnMessages } from './column-messages.ts'
import { columnChannelOf } from './message-fields.ts'
import { packNumbers, unpackNumbers } from './number-column.ts'
import { Section } from './section.ts'
import { SectionWriter } from './section-writer.ts'

/** The last code of a column is read together with the three bytes behind it. */
const PADDING = new Uint8Array(3)

/** Turns blocks into columns. Streams are numbered in the order in which they come. */
export class ColumnBlockWriter {
  readonly streams: StreamKey[] = []
  readonly #indexes = new Map<string, number>()
  readonly #sections: (SectionWriter | undefined)[] = []
  readonly #decoder = new Decoder()
  readonly #writer = new ByteWriter()

  /** Good until the next call. */
  encode(block: Block): Uint8Array {
    const { count, offsets, bytes, recvTimesUs, streamIndexes } = block
    const writer = this.#writer
    const streams = block.streams.map((stream) => this.#indexOf(stream))
    const codes = new Float64Array(count)
    const kept: number[] = []
    for (let index = 0; index < count; index += 1) {
      const stream = streams[streamIndexes[index] ?? 0] ?? 0
      const start = offsets[index] ?? 0
      const end = offsets[index + 1] ?? 0
      const isRead = this.#sections[stream]?.add(this.#decoder, bytes, start, end) === true
      codes[index] = stream * 2 + (isRead ? 0 : 1)
      if (!isRead) kept.push(index)
    }
    writer.clear()
    writer.varint(block.firstSeq)
    writer.varint(count)
    writer.varint(bytes.length)
    packNumbers(writer, codes, count)
    packNumbers(writer, recvTimesUs, count)
    this.#keepBytes(block, kept)
    for (const [stream, section] of this.#sections.entries()) {
      if (section === undefined || section.rowCount === 0) continue
      writer.varint(stream + 1)
      section.writeTo(writer)
    }
    writer.varint(0)
    writer.raw(PADDING)
    return writer.bytes()
  }

  #keepBytes({ bytes, offsets }: Block, kept: readonly number[]): void {
    const writer = this.#writer
    const lengths = kept.map((index) => (offsets[index + 1] ?? 0) - (offsets[index] ?? 0))
    writer.varint(kept.length)
    packNumbers(writer, Float64Array.from(lengths), kept.length)
    for (const index of kept) writer.raw(bytes.subarray(offsets[index], offsets[index + 1]))
  }

  #indexOf(stream: StreamKey): number {
    const name = JSON.stringify([stream.venue, stream.symbol, stream.channel])
    const known = this.#indexes.get(name)
    if (known !== undefined) return known
    const channel = columnChannelOf(stream)
    this.#indexes.set(name, this.streams.length)
    this.#sections.push(channel === undefined ? undefined : new SectionWriter(channel))
    return this.streams.push(stream) - 1
  }
}

/** One block at a time, in memory that is used again for the next. */
export class ColumnBlock {
  firstSeq = 0
  count = 0
  /** Of the payloads as they came. */
  payloadBytes = 0
  readonly streams: readonly StreamKey[]
  streamIndexes = new Uint16Array(0)
  recvTimesUs = new Float64Array(0)
  /** By entry: its row among the messages of its stream, or `-1 - i` for the `i`-th that stayed bytes. */
  rows = new Int32Array(0)
  /** Payload `i` of those that stayed bytes is `bytes[offsets[i]..offsets[i + 1])`. */
  offsets = new Uint32Array(1)
  bytes: Uint8Array = new Uint8Array(0)
  readonly messages = new ColumnMessages()
  readonly #sections: readonly (Section | undefined)[]
  readonly #rowCounts: Int32Array
  #codes = new Float64Array(0)

  /** `streams`: those of the {@link ColumnBlockWriter}. */
  constructor(streams: readonly StreamKey[]) {
    this.streams = streams
    this.#rowCounts = new Int32Array(streams.length)
    this.#sections = streams.map((stream) => {
      const channel = columnChannelOf(stream)
      return channel === undefined ? undefined : new Section(channel)
    })
  }

  load(body: Uint8Array): void {
    const reader = new ByteReader(body)
    this.firstSeq = reader.varint()
    this.count = reader.varint()
    this.payloadBytes = reader.varint()
    this.#reserve(this.count)
    unpackNumbers(reader, this.count, this.#codes)
    unpackNumbers(reader, this.count, this.recvTimesUs)
    this.#numberRows()
    this.#loadBytes(reader)
    for (let place = reader.varint(); place > 0; place = reader.varint()) {
      this.#sections[place - 1]?.load(reader)
    }
  }

  /** Goes to the message of an entry; false where the entry stayed bytes. */
  select(index: number): boolean {
    const row = this.rows[index] ?? -1
    const section = this.#sections[this.streamIndexes[index] ?? 0]
    if (row < 0 || section === undefined) return false
    this.messages.select(section, row)
    return true
  }

  #numberRows(): void {
    this.#rowCounts.fill(0)
    let keptCount = 0
    for (let index = 0; index < this.count; index += 1) {
      const code = this.#codes[index] ?? 0
      const stream = code >>> 1
      this.streamIndexes[index] = stream
      if ((code & 1) === 1) {
        keptCount += 1
        this.rows[index] = -keptCount
      } else {
        const row = this.#rowCounts[stream] ?? 0
        this.rows[index] = row
        this.#rowCounts[stream] = row + 1
      }
    }
  }

  #loadBytes(reader: ByteReader): void {
    const count = reader.varint()
    if (this.offsets.length <= count) this.offsets = new Uint32Array(count * 2 + 1)
    const lengths = new Float64Array(count)
    unpackNumbers(reader, count, lengths)
    let end = 0
    for (let index = 0; index < count; index += 1) {
      end += lengths[index] ?? 0
      this.offsets[index + 1] = end
    }
    this.bytes = reader.raw(end)
  }

  #reserve(count: number): void {
    if (this.recvTimesUs.length >= count) return
    this.streamIndexes = new Uint16Array(count * 2)
    this.recvTimesUs = new Float64Array(count * 2)
    this.rows = new Int32Array(count * 2)
    this.#codes = new Float64Array(count * 2)
  }
}
