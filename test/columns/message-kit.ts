/** Blocks of single payloads, and what decoder and columns say of them. */
import { expect } from 'vitest'
import { ColumnBlock, ColumnBlockWriter } from '../../src/columns/column-block.ts'
import { Decoder } from '../../src/decode/decoder.ts'
import type { Block, StreamKey } from '../../src/model/block.ts'
import { DepthUpdate } from '../../src/model/messages.ts'
import { CHANNELS, type ReadName } from './channels.ts'

export interface Payload {
  readonly channel: string
  readonly bytes: Uint8Array
}

/** What was made of an entry: the message, or nothing where its bytes are still wanted. */
export interface Made {
  readonly message: Readonly<Record<string, unknown>> | undefined
  readonly coinMargined: boolean
}

export function blockOf(payloads: readonly Payload[], firstSeq = 0): Block {
  const names = [...new Set(payloads.map(({ channel }) => channel))]
  const streams = names.map(
    (channel): StreamKey => ({ venue: 'binance', symbol: 'ETHUSDT', channel }),
  )
  const count = payloads.length
  const offsets = new Uint32Array(count + 1)
  for (const [index, { bytes }] of payloads.entries()) {
    offsets[index + 1] = (offsets[index] ?? 0) + bytes.length
  }
  return {
    firstSeq,
    count,
    streams,
    streamIndexes: Uint16Array.from(payloads, ({ channel }) => names.indexOf(channel)),
    recvTimesUs: Float64Array.from({ length: count }, (_, index) => 1.7e15 + index * 311.5),
    monoTimesUs: new Float64Array(count),
    venueTimesMs: new Float64Array(count),
    connectionIds: new Uint32Array(count),
    offsets,
    bytes: Buffer.concat(payloads.map(({ bytes }) => bytes)),
    http: new Map(),
  }
}

/** Through columns and back; fails where the entries themselves are not the same. */
export function throughColumns(blocks: readonly Block[]): readonly (readonly Made[])[] {
  const writer = new ColumnBlockWriter()
  const bodies = blocks.map((block) => writer.encode(block).slice())
  const back = new ColumnBlock(writer.streams)
  return blocks.map((block, place) => {
    back.load(bodies[place] ?? new Uint8Array(0))
    checkEntries(block, back)
    return Array.from({ length: block.count }, (_, index): Made => {
      const read = readOf(block, index)
      if (!back.select(index) || read === undefined)
        return { message: undefined, coinMargined: false }
      const { messages } = back
      messages[read.name]()
      return { message: plain(messages[read.message]), coinMargined: messages.coinMargined }
    })
  })
}

/** As the decoder reads it. */
export function decoded(block: Block): readonly Made[] {
  const decoder = new Decoder()
  return Array.from({ length: block.count }, (_, index): Made => {
    const read = readOf(block, index)
    const range = [block.offsets[index] ?? 0, block.offsets[index + 1] ?? 0] as const
    const isRead = read !== undefined && decoder[read.name](block.bytes, ...range)
    if (!isRead) return { message: undefined, coinMargined: false }
    return { message: plain(decoder[read.message]), coinMargined: decoder.coinMargined }
  })
}

function checkEntries(block: Block, back: ColumnBlock): void {
  expect(back.firstSeq).toBe(block.firstSeq)
  expect(back.count).toBe(block.count)
  expect(back.payloadBytes).toBe(block.bytes.length)
  expect(back.recvTimesUs.subarray(0, back.count)).toEqual(block.recvTimesUs)
  const indexes = Array.from({ length: block.count }, (_, index) => index)
  expect(indexes.map((index) => back.streams[back.streamIndexes[index] ?? 0])).toEqual(
    indexes.map((index) => block.streams[block.streamIndexes[index] ?? 0]),
  )
  for (const index of indexes) {
    const place = -1 - (back.rows[index] ?? 0)
    if (place < 0) continue
    const kept = back.bytes.subarray(back.offsets[place], back.offsets[place + 1])
    const came = block.bytes.subarray(block.offsets[index], block.offsets[index + 1])
    if (Buffer.compare(kept, came) !== 0) expect(kept).toEqual(came)
  }
}

function readOf(block: Block, index: number): ReadName | undefined {
  return CHANNELS[block.streams[block.streamIndexes[index] ?? 0]?.channel ?? '']
}

function plain(message: object): Record<string, unknown> {
  if (!(message instanceof DepthUpdate)) return { ...message }
  const count = message.bidCount + message.askCount
  return {
    ...message,
    priceUnits: [...message.priceUnits.subarray(0, count)],
    sizeUnits: [...message.sizeUnits.subarray(0, count)],
  }
}
