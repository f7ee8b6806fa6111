/**
 * What goes over the socket between the writer of a recording and its readers.
 *
 * The reader sends one line of JSON, {@link BlockRequest}. The writer answers with frames: `u32
 * length of what follows | u8 kind | body`, little-endian. A row is its 17-byte key and its value,
 * as it lies in LevelDB: whoever reads it checks it as if it came from disk.
 */
import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KEY_BYTES, type Row } from './keys.ts'

export const FRAME_KIND = {
  /** JSON, {@link Hello}. The first frame. */
  hello: 0,
  row: 1,
  /** What was asked for is not hot any more: it stands in a sealed segment. */
  moved: 2,
  end: 3,
} as const

export interface BlockRequest {
  /** `blocks`: block rows from the one that holds `fromSeq` on. `index`: index rows, likewise. */
  readonly want: 'blocks' | 'index'
  readonly fromSeq: number
  /** Goes on with each block as it becomes durable. */
  readonly follow: boolean
}

export interface Hello {
  /** First sequence that is not sealed. */
  readonly firstSeq: number
  /** One past the last durable sequence. */
  readonly durableSeq: number
}

export interface Frame {
  readonly kind: number
  readonly body: Uint8Array
}

const HEAD_BYTES = 5
/** Longer than any block: what is not a frame must not make a reader wait for gigabytes. */
const FRAME_BYTES_MAX = 1 << 28

/** Where the writer of a recording listens. Systems allow about 100 characters. */
export async function socketPath(recording: string): Promise<string> {
  const hash = createHash('sha256')
    .update(await realpath(recording))
    .digest('hex')
  return join(tmpdir(), `moonreplay-${hash.slice(0, 24)}.sock`)
}

export function encodeFrame(kind: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const bytes = new Uint8Array(HEAD_BYTES + length)
  new DataView(bytes.buffer).setUint32(0, 1 + length, true)
  bytes[4] = kind
  let at = HEAD_BYTES
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** The row of a frame. */
export const rowOf = (body: Uint8Array): Row => ({
  key: body.subarray(0, KEY_BYTES),
  value: body.subarray(KEY_BYTES),
})

/** Cuts what arrives into frames. */
export class FrameReader {
  #bytes: Uint8Array = new Uint8Array()

  /** Frames that are complete; nothing when what arrived is none. */
  push(chunk: Uint8Array): readonly Frame[] | undefined {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
    const frames: Frame[] = []
    let at = 0
    while (this.#bytes.length - at >= HEAD_BYTES) {
      const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at)
      const length = view.getUint32(0, true)
      if (length === 0 || length > FRAME_BYTES_MAX) return undefined
      if (this.#bytes.length - at < 4 + length) break
      const body = this.#bytes.subarray(at + HEAD_BYTES, at + 4 + length)
      frames.push({ kind: view.getUint8(4), body })
      at += 4 + length
    }
    this.#bytes = this.#bytes.subarray(at)
    return frames
  }
}
