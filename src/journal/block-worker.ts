/** The other side of `block-thread.ts`: checks and decompresses blocks as they come. */
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import { type BadBlock, decodeBlock, isBadBlock, type StoredBlock } from './block-codec.ts'
import { type CodecName, openCodec } from './codec.ts'

export interface BlockRequest {
  readonly id: number
  readonly values: readonly Uint8Array[]
}

export interface BlockReply {
  readonly id: number
  /** Nothing where decoding failed: whoever asked then fails by itself, with the whole error. */
  readonly results: readonly (StoredBlock | BadBlock | undefined)[]
}

/** First of all messages: blocks are welcome. */
const READY = 'ready'

const port = parentPort
assert(port !== null, 'a block worker is a thread')
const codec = await openCodec([workerData as CodecName])

port.on('message', ({ id, values }: BlockRequest) => {
  const reply: BlockReply = { id, results: values.map(resultOf) }
  port.postMessage(reply, reply.results.flatMap(buffersOf))
})
port.postMessage(READY)

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
