/**
 * Keys of a segment's LevelDB, and the small values that stand beside the blocks.
 *
 * Key, 17 bytes: `u8 keyspace | u64 time, µs | u64 sequence`, big-endian, so that LevelDB's order is
 * that of the journal. The time of a block is the receive time of its first entry, never less than
 * that of the block before: sequence orders a journal, and a clock that steps back changes nothing.
 *
 * - `j` a block, see `block-codec.ts`
 * - `i` of the same block: `u32 crc32 | u8 format | u32 entries | u32 payload bytes | f64 last
 *   receive time | f64 least and greatest exchange time of its socket entries | f64 greatest
 *   exchange time of any socket entry up to its end`; `NaN`: none yet
 * - `l` a link of the digest chain, time 0: `u32 crc32 | 32 bytes`
 *
 * The checksums of `i` and `l` run over key and value.
 */
import { crc32 } from 'node:zlib'
import type { Block } from '../model/block.ts'
import { SOCKET_CHANNELS } from '../model/channel.ts'
import type { ChainLink } from './chain.ts'

export const KEYSPACE = { index: 0x69, block: 0x6a, link: 0x6c } as const
export type Keyspace = (typeof KEYSPACE)[keyof typeof KEYSPACE]

export interface KeyParts {
  readonly timeUs: number
  readonly seq: number
}

/** What is known of a block without reading it. */
export interface BlockFacts extends KeyParts {
  readonly count: number
  readonly payloadBytes: number
  readonly lastRecvTimeUs: number
  readonly venueTimeMsMin: number
  readonly venueTimeMsMax: number
  /** Over all socket entries from the start of the recording to the end of the block. */
  readonly venueTimeMsMaxRunning: number
}

export interface Row {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export const KEY_BYTES = 17
const INDEX_FORMAT = 1
const INDEX_BYTES = 45
const LINK_BYTES = 36

export function encodeKey(space: Keyspace, { timeUs, seq }: KeyParts): Uint8Array {
  const key = new Uint8Array(KEY_BYTES)
  const view = new DataView(key.buffer)
  key[0] = space
  view.setBigUint64(1, BigInt(timeUs))
  view.setBigUint64(9, BigInt(seq))
  return key
}

/** Nothing where the bytes are no key of ours. */
export function decodeKey(key: Uint8Array): KeyParts | undefined {
  if (key.length !== KEY_BYTES) return undefined
  const view = new DataView(key.buffer, key.byteOffset)
  return { timeUs: Number(view.getBigUint64(1)), seq: Number(view.getBigUint64(9)) }
}

/** The key after the last of a keyspace. */
export const keyspaceEnd = (space: Keyspace): Uint8Array => Uint8Array.of(space + 1)
export const keyspaceStart = (space: Keyspace): Uint8Array => Uint8Array.of(space)

export function indexRow(facts: BlockFacts): Row {
  const value = new Uint8Array(INDEX_BYTES)
  const view = new DataView(value.buffer)
  view.setUint8(4, INDEX_FORMAT)
  view.setUint32(5, facts.count, true)
  view.setUint32(9, facts.payloadBytes, true)
  view.setFloat64(13, facts.lastRecvTimeUs, true)
  view.setFloat64(21, facts.venueTimeMsMin, true)
  view.setFloat64(29, facts.venueTimeMsMax, true)
  view.setFloat64(37, facts.venueTimeMsMaxRunning, true)
  return sealedRow(encodeKey(KEYSPACE.index, facts), value)
}

/** Nothing where the row fails its checksum. */
export function readIndexRow({ key, value }: Row): BlockFacts | undefined {
  const parts = decodeKey(key)
  if (parts === undefined || value.length !== INDEX_BYTES || !isWhole(key, value)) return undefined
  const view = new DataView(value.buffer, value.byteOffset)
  return {
    ...parts,
    count: view.getUint32(5, true),
    payloadBytes: view.getUint32(9, true),
    lastRecvTimeUs: view.getFloat64(13, true),
    venueTimeMsMin: view.getFloat64(21, true),
    venueTimeMsMax: view.getFloat64(29, true),
    venueTimeMsMaxRunning: view.getFloat64(37, true),
  }
}

export function linkRow({ seq, link }: ChainLink): Row {
  const value = new Uint8Array(LINK_BYTES)
  value.set(link, 4)
  return sealedRow(encodeKey(KEYSPACE.link, { timeUs: 0, seq }), value)
}

/** Nothing where the row fails its checksum. */
export function readLinkRow({ key, value }: Row): ChainLink | undefined {
  const parts = decodeKey(key)
  if (parts === undefined || value.length !== LINK_BYTES || !isWhole(key, value)) return undefined
  return { seq: parts.seq, link: value.slice(4) }
}

/** The facts of `block`, which follows what `before` tells of. */
export function factsOf(
  block: Block,
  before: Pick<BlockFacts, 'timeUs' | 'venueTimeMsMaxRunning'>,
): BlockFacts {
  const isSocket = block.streams.map(({ channel }) => SOCKET_NAMES.has(channel))
  let min = Number.NaN
  let max = Number.NaN
  for (let index = 0; index < block.count; index += 1) {
    const timeMs = block.venueTimesMs[index] ?? Number.NaN
    if (Number.isNaN(timeMs) || isSocket[block.streamIndexes[index] ?? -1] !== true) continue
    if (!(timeMs >= min)) min = timeMs
    if (!(timeMs <= max)) max = timeMs
  }
  return {
    timeUs: Math.max(before.timeUs, Math.floor(block.recvTimesUs[0] ?? 0)),
    seq: block.firstSeq,
    count: block.count,
    payloadBytes: block.bytes.length,
    lastRecvTimeUs: block.recvTimesUs[block.count - 1] ?? Number.NaN,
    venueTimeMsMin: min,
    venueTimeMsMax: max,
    venueTimeMsMaxRunning: greater(before.venueTimeMsMaxRunning, max),
  }
}

/** The greater of two numbers; the other where one is `NaN`. */
export function greater(a: number, b: number): number {
  if (Number.isNaN(a)) return b
  return Number.isNaN(b) ? a : Math.max(a, b)
}

/** The lesser of two numbers; the other where one is `NaN`. */
export function lesser(a: number, b: number): number {
  return -greater(-a, -b)
}

const SOCKET_NAMES: ReadonlySet<string> = new Set(SOCKET_CHANNELS)

function sealedRow(key: Uint8Array, value: Uint8Array): Row {
  new DataView(value.buffer).setUint32(0, crc32(value.subarray(4), crc32(key)), true)
  return { key, value }
}

function isWhole(key: Uint8Array, value: Uint8Array): boolean {
  const view = new DataView(value.buffer, value.byteOffset)
  return view.getUint32(0, true) === crc32(value.subarray(4), crc32(key))
}
