/**
 * A block as the bytes of one LevelDB value.
 *
 *     u8 format (1) | u8 codec | u32 crc32 | u32 header length | header | payloads, joined
 *
 * Header and payloads are compressed, each on its own: numbers and text have other statistics, and
 * together they took 0.4 % of the payload bytes more. The header is
 *
 *     msgpack [keyTimeUs, firstSeq, count, streams, recv, mono, lag, stream, connection,
 *       length, http]
 *
 * Numbers are little-endian. The CRC runs over format, codec and everything after it: LevelDB finds
 * flipped bytes neither in its log nor in its tables. `streams` is `[venue, symbol, channel]` each;
 * the six columns are those of `column.ts`; `http` is `[index, status, [[header, value], …]]` of
 * those that have one. `mono` is relative to `recv`, `lag` is receive time minus exchange time in whole ms: both
 * then vary little. A format that was ever written is read for ever.
 */
import { crc32 } from 'node:zlib'
import { Packr } from 'msgpackr'
import type { Block, HttpFacts, StreamKey } from '../model/block.ts'
import type { Codec } from './codec.ts'
import { packColumn, packRelative, unpackColumn, unpackRelative } from './column.ts'
import type { Room } from './room.ts'

const BLOCK_FORMAT = 1

const HEAD_BYTES = 10
/** Where the bytes begin that the checksum covers beside format and codec. */
const CHECKED_FROM = 6
const packr = new Packr({ useRecords: false, moreTypes: false })

/** Why bytes are not a block, in a few words. */
export interface BadBlock {
  readonly problem: string
}

export interface StoredBlock {
  /** The time in the block's key, see `keys.ts`. Unit: µs since 1970. */
  readonly keyTimeUs: number
  readonly block: Block
}

/** How hard to compress, see {@link Codec}. */
export interface BlockLevels {
  readonly header: number
  readonly payloads: number
}

export function encodeBlock(
  block: Block,
  keyTimeUs: number,
  codec: Codec,
  levels: BlockLevels,
): Uint8Array {
  const header = codec.compress(packr.pack(headerOf(block, keyTimeUs)), levels.header)
  const payloads = codec.compress(block.bytes, levels.payloads)
  const value = new Uint8Array(HEAD_BYTES + header.length + payloads.length)
  const view = new DataView(value.buffer)
  value[0] = BLOCK_FORMAT
  value[1] = codec.id
  view.setUint32(6, header.length, true)
  value.set(header, HEAD_BYTES)
  value.set(payloads, HEAD_BYTES + header.length)
  view.setUint32(2, checksumOf(value), true)
  return value
}

/**
 * Payloads of the result are views into what was decompressed, which lies in `room` where given.
 * @throws {RecorderError} `FORMAT_UNKNOWN` for a codec that this machine does not have.
 */
export function decodeBlock(value: Uint8Array, codec: Codec, room?: Room): StoredBlock | BadBlock {
  if (value.length <= HEAD_BYTES) return { problem: 'too short to be a block' }
  const view = new DataView(value.buffer, value.byteOffset, value.length)
  if (view.getUint32(2, true) !== checksumOf(value)) return { problem: 'its checksum differs' }
  if (value[0] !== BLOCK_FORMAT) return { problem: `unknown block format ${value[0]}` }
  const codecId = value[1] ?? 0
  const headerEnd = HEAD_BYTES + view.getUint32(6, true)
  const header: unknown = packr.unpack(
    codec.decompress(codecId, value.subarray(HEAD_BYTES, headerEnd)),
  )
  if (!isHeader(header)) return { problem: 'its header is not of this format' }
  const block = blockOf(header, codec.decompress(codecId, value.subarray(headerEnd), room))
  return block === undefined
    ? { problem: 'its columns do not fit its bytes' }
    : { keyTimeUs: header[0], block }
}

export const isBadBlock = (result: StoredBlock | BadBlock): result is BadBlock =>
  'problem' in result

/** The checksum that the bytes of a block have: the one that should stand in them. */
export function checksumOf(value: Uint8Array): number {
  return crc32(value.subarray(CHECKED_FROM), crc32(value.subarray(0, 2)))
}

type HttpRow = readonly [
  index: number,
  status: number,
  headers: readonly (readonly [name: string, value: string])[],
]

type Header = readonly [
  keyTimeUs: number,
  firstSeq: number,
  count: number,
  streams: readonly (readonly [venue: string, symbol: string, channel: string])[],
  recv: Uint8Array,
  mono: Uint8Array,
  lag: Uint8Array,
  stream: Uint8Array,
  connection: Uint8Array,
  length: Uint8Array,
  http: readonly HttpRow[],
]

/** What passed its checksum was written by us: only the outline is checked. */
const isHeader = (value: unknown): value is Header =>
  Array.isArray(value) && value.length === 11 && Number.isSafeInteger(value[2])

function headerOf(block: Block, keyTimeUs: number): Header {
  const { count, recvTimesUs, offsets } = block
  const lengths = new Uint32Array(count)
  for (let index = 0; index < count; index += 1) {
    lengths[index] = (offsets[index + 1] ?? 0) - (offsets[index] ?? 0)
  }
  return [
    keyTimeUs,
    block.firstSeq,
    count,
    block.streams.map(({ venue, symbol, channel }) => [venue, symbol, channel] as const),
    packColumn(recvTimesUs, count, 'delta'),
    packRelative(block.monoTimesUs, recvTimesUs, 'delta'),
    packRelative(block.venueTimesMs, wholeMs(recvTimesUs), 'plain'),
    packColumn(block.streamIndexes, count, 'plain'),
    packColumn(block.connectionIds, count, 'plain'),
    packColumn(lengths, count, 'plain'),
    [...block.http].map(([index, { status, headers }]): HttpRow => {
      return [index, status, Object.entries(headers)]
    }),
  ]
}

function blockOf(header: Header, bytes: Uint8Array): Block | undefined {
  const [, firstSeq, count, streams, recv, mono, lag, stream, connection, length, http] = header
  const recvTimesUs = new Float64Array(count)
  const streamIndexes = new Uint16Array(count)
  const connectionIds = new Uint32Array(count)
  const offsets = new Uint32Array(count + 1)
  const lengths = offsets.subarray(1)
  const columnsFit =
    unpackColumn(recv, count, recvTimesUs) &&
    unpackColumn(stream, count, streamIndexes) &&
    unpackColumn(connection, count, connectionIds) &&
    unpackColumn(length, count, lengths)
  const monoTimesUs = unpackRelative(mono, recvTimesUs)
  const venueTimesMs = unpackRelative(lag, wholeMs(recvTimesUs))
  for (let index = 1; index <= count; index += 1) {
    offsets[index] = (offsets[index] ?? 0) + (offsets[index - 1] ?? 0)
  }
  if (!columnsFit || monoTimesUs === undefined || venueTimesMs === undefined) return undefined
  if (offsets[count] !== bytes.length) return undefined
  return {
    firstSeq,
    count,
    streams: streams.map(([venue, symbol, channel]): StreamKey => ({ venue, symbol, channel })),
    streamIndexes,
    recvTimesUs,
    monoTimesUs,
    venueTimesMs,
    connectionIds,
    offsets,
    bytes,
    http: new Map(
      http.map(([index, status, headers]): [number, HttpFacts] => {
        return [index, { status, headers: Object.fromEntries(headers) }]
      }),
    ),
  }
}

function wholeMs(timesUs: Float64Array): Float64Array {
  const wholes = new Float64Array(timesUs.length)
  for (let index = 0; index < timesUs.length; index += 1) {
    wholes[index] = Math.floor((timesUs[index] ?? 0) / 1000)
  }
  return wholes
}
