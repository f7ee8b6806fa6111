/** The other side of `block-thread.ts`: makes blocks of bytes, and bytes of blocks, as they come. */
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import type { Block } from '../model/block.ts'
import {
  type BadBlock,
  type BlockLevels,
  decodeBlock,
  encodeBlock,
  isBadBlock,
  type StoredBlock,
} from './block-codec.ts'
import { type CodecName, openCodec } from './codec.ts'

export interface BlockToEncode {
  readonly block: Block
  /** See {@link StoredBlock}. */
  readonly keyTimeUs: number
  readonly levels: BlockLevels
}

/** A block as it is stored, and what a reader will get of it. */
export interface EncodedBlock {
  readonly value: Uint8Array
  readonly result: StoredBlock | BadBlock
}

export type BlockRequest =
  | { readonly id: number; readonly values: readonly Uint8Array[] }
  | { readonly id: number; readonly toEncode: BlockToEncode }

export interface BlockReply {
  readonly id: number
  /** Nothing where it failed: whoever asked then fails by itself, with the whole error. */
  readonly results: readonly (StoredBlock | BadBlock | undefined)[]
  /** Of `toEncode`, whose result is the only one. */
  readonly value?: Uint8Array
}

/** First of all messages: blocks are welcome. */
const READY = 'ready'

const port = parentPort
assert(port !== null, 'a block worker is a thread')
const codec = await openCodec([workerData as CodecName])

port.on('message', (request: BlockRequest) => {
  const reply = 'toEncode' in request ? encoded(request) : decoded(request)
  port.postMessage(reply, [
    ...reply.results.flatMap(buffersOf),
    ...(reply.value === undefined ? [] : [reply.value.buffer as ArrayBuffer]),
  ])
})
port.postMessage(READY)

function decoded({ id, values }: Extract<BlockRequest, { values: unknown }>): BlockReply {
  return { id, results: values.map(resultOf) }
}

function encoded({ id, toEncode }: Extract<BlockRequest, { toEncode: unknown }>): BlockReply {
  try {
    const { block, keyTimeUs, levels } = toEncode
    const value = encodeBlock(block, keyTimeUs, codec, levels)
    return { id, results: [resultOf(value)], value }
  } catch {
    return { id, results: [] }
  }
}

function resultOf(value: Uint8Array): StoredBlock | BadBlock | undefined {
  try {
    const result = decodeBlock(value, codec)
    if (isBadBlock(result)) return result
    const { block, keyTimeUs } = result
    return { keyTimeUs, block: { ...block, bytes: ownBytes(block.bytes) } }
  } catch {
    return undefined
  }
}
/** Bytes with a buffer of their own, which can be given away. */
const ownBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)

function buffersOf(result: StoredBlock | BadBlock | undefined): ArrayBuffer[] {
  if (result === undefined || isBadBlock(result)) return []
  const { block } = result
  const columns = [
    block.streamIndexes,
    block.recvTimesUs,
    block.monoTimesUs,
    block.venueTimesMs,
    block.connectionIds,
    block.offsets,
    block.bytes,
  ]
  return columns.map(({ buffer }) => buffer as ArrayBuffer)
}
