/** The messages of one stream of a block, read back from columns. Used again for the next block. */
import type { SocketChannel } from '../model/channel.ts'
import type { ByteReader } from './byte-writer.ts'
import { CHANNEL_FIELDS } from './message-fields.ts'
import { unpackNumbers } from './number-column.ts'

const decoder = new TextDecoder()

export class Section {
  readonly channel: SocketChannel
  /** One for each field of the channel. */
  readonly columns: Float64Array[]
  coinMargined: Float64Array = new Float64Array(0)
  /** Levels of all depth messages, and where those of a message begin. */
  prices: Float64Array = new Float64Array(0)
  sizes: Float64Array = new Float64Array(0)
  levelStarts = new Uint32Array(0)
  readonly texts: string[] = []

  constructor(channel: SocketChannel) {
    this.channel = channel
    this.columns = CHANNEL_FIELDS[channel].fields.map(() => new Float64Array(0))
  }

  load(reader: ByteReader): void {
    const rowCount = reader.varint()
    for (const [index, column] of this.columns.entries()) {
      this.columns[index] = loaded(reader, rowCount, column)
    }
    this.coinMargined = loaded(reader, rowCount, this.coinMargined)
    if (this.channel === 'depth') this.#loadLevels(reader, rowCount)
    if (this.channel === 'forceOrder') this.#loadTexts(reader)
  }

  /** The value of a field by its place among them. With `?.` each number would become an object. */
  valueOf(field: number, row: number): number {
    const column = this.columns[field]
    return column === undefined ? Number.NaN : (column[row] ?? Number.NaN)
  }

  textOf(field: number, row: number): string {
    return this.texts[this.valueOf(field, row)] ?? ''
  }

  #loadLevels(reader: ByteReader, rowCount: number): void {
    const levelCount = reader.varint()
    this.prices = loaded(reader, levelCount, this.prices)
    this.sizes = loaded(reader, levelCount, this.sizes)
    if (this.levelStarts.length < rowCount) this.levelStarts = new Uint32Array(rowCount * 2)
    let start = 0
    for (let row = 0; row < rowCount; row += 1) {
      this.levelStarts[row] = start
      start += this.valueOf(BID_COUNT, row) + this.valueOf(ASK_COUNT, row)
    }
  }

  #loadTexts(reader: ByteReader): void {
    const count = reader.varint()
    this.texts.length = 0
    for (let index = 0; index < count; index += 1) {
      this.texts.push(decoder.decode(reader.raw(reader.varint())))
    }
  }
}

const { fields: depthFields } = CHANNEL_FIELDS.depth
const BID_COUNT = depthFields.indexOf('bidCount')
const ASK_COUNT = depthFields.indexOf('askCount')

/** Reads into `column`, or into a longer one where it is too short. */
function loaded(reader: ByteReader, count: number, column: Float64Array): Float64Array {
  const into = column.length < count ? new Float64Array(count * 2) : column
  unpackNumbers(reader, count, into)
  return into
}
