/** Entries whose payloads were decoded before: what a pipeline takes in the place of a block of bytes. */
import type { Decoder } from '../decode/decoder.ts'
import type { Block, StreamKey } from '../model/block.ts'

/** The messages of the socket channels, as a decoder gives them. */
export type StreamMessages = Pick<
  Decoder,
  | 'depthUpdate'
  | 'aggTrade'
  | 'trade'
  | 'bookTicker'
  | 'forceOrder'
  | 'markPrice'
  | 'coinMargined'
  | 'readDepth'
  | 'readAggTrade'
  | 'readTrade'
  | 'readBookTicker'
  | 'readForceOrder'
  | 'readMarkPrice'
>

export interface DecodedBlock {
  readonly firstSeq: number
  readonly count: number
  readonly streams: readonly StreamKey[]
  /** Index into `streams`. */
  readonly streamIndexes: Uint16Array
  readonly recvTimesUs: Float64Array
  /** Of the payloads as they came. */
  readonly payloadBytes: number
  /** Gives the message of the entry that was selected last, whatever bytes it is asked to read. */
  readonly messages: StreamMessages
  /** Goes to the message of an entry; false where the entry has bytes instead. */
  select(index: number): boolean
  /** By entry: `-1 - i` where it has the bytes `[offsets[i]..offsets[i + 1])`. */
  readonly rows: Int32Array
  readonly offsets: Uint32Array
  readonly bytes: Uint8Array
}

export const isDecoded = (block: Block | DecodedBlock): block is DecodedBlock => 'messages' in block

/** Bytes of the payloads of a block as they came. */
export const payloadBytesOf = (block: Block | DecodedBlock): number =>
  isDecoded(block) ? block.payloadBytes : block.bytes.length
