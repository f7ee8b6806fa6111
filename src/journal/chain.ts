/**
 * The digest chain over the entries as they were appended: neither the size of blocks nor codec nor
 * sealing changes it.
 *
 * `link 0` is 32 zero bytes; `link k+1 = SHA-256(link k ‖ entries of group k)`, a group being 4,096
 * consecutive sequences. The digest of a recording is `SHA-256(last link ‖ entries after it)`.
 *
 * Bytes of an entry, little-endian: f64 seq, f64 receive time, f64 monotonic time, f64 exchange
 * time, u32 connection, then venue, symbol and channel as u16 length and UTF-8, u32 length and JSON
 * `[status, [[header, value], …]]` with headers in order of name (length 0: no HTTP), u32 payload
 * length, payload. `NaN` is one bit pattern.
 */
import { createHash, type Hash } from 'node:crypto'
import { assert } from '../base/assert.ts'
import type { Block, HttpFacts } from '../model/block.ts'

/** Entries of one link. */
export const GROUP_COUNT = 4096

export interface ChainLink {
  /** Entries that the link covers: all before this sequence. A multiple of {@link GROUP_COUNT}. */
  readonly seq: number
  readonly link: Uint8Array
}

export const FIRST_LINK: ChainLink = { seq: 0, link: new Uint8Array(32) }

/** The last group boundary at or before `seq`. */
export const groupStart = (seq: number): number => seq - (seq % GROUP_COUNT)

const BUFFER_BYTES = 1 << 16
const FIXED_BYTES = 36
const CANONICAL_NAN = 0x7ff8_0000
const encoder = new TextEncoder()
const NO_HTTP = new Uint8Array(4)

export class Chain {
  #hash: Hash
  #nextSeq: number
  #links: ChainLink[] = []
  readonly #buffer = Buffer.alloc(BUFFER_BYTES)
  readonly #view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, BUFFER_BYTES)
  #length = 0

  /** Goes on after a full link. */
  constructor(after: ChainLink = FIRST_LINK) {
    this.#nextSeq = after.seq
    this.#hash = createHash('sha256').update(after.link)
  }

  /** A chain that goes on from here on its own. Its links are not taken along. */
  clone(): Chain {
    this.#drain()
    const copy = new Chain()
    copy.#hash = this.#hash.copy()
    copy.#nextSeq = this.#nextSeq
    return copy
  }

  /** One past the last entry that was added. */
  get nextSeq(): number {
    return this.#nextSeq
  }

  /** Adds the entries of `block` from the next sequence on, up to `toSeq`. */
  add(block: Block, toSeq = Number.POSITIVE_INFINITY): void {
    const streams = block.streams.map(({ venue, symbol, channel }) =>
      Buffer.concat([venue, symbol, channel].map(sizedText)),
    )
    assert(block.firstSeq <= this.#nextSeq, 'a chain has no holes')
    const end = Math.min(block.count, toSeq - block.firstSeq)
    for (let index = this.#nextSeq - block.firstSeq; index < end; index += 1) {
      this.#putFixed(block, index)
      this.#put(streams[block.streamIndexes[index] ?? -1] ?? NO_HTTP)
      const http = block.http.get(index)
      this.#put(http === undefined ? NO_HTTP : httpBytes(http))
      this.#putPayload(block, index)
      this.#nextSeq += 1
      if (this.#nextSeq % GROUP_COUNT === 0) this.#closeGroup()
    }
  }

  /** Links that were completed since the last call. */
  takeLinks(): readonly ChainLink[] {
    const links = this.#links
    this.#links = []
    return links
  }

  /** SHA-256 over all entries so far, in hex. More may be added after it. */
  digest(): string {
    this.#drain()
    return this.#hash.copy().digest('hex')
  }

  #closeGroup(): void {
    this.#drain()
    const link = this.#hash.digest()
    this.#links.push({ seq: this.#nextSeq, link })
    this.#hash = createHash('sha256').update(link)
  }

  #putFixed(block: Block, index: number): void {
    if (this.#length + FIXED_BYTES > BUFFER_BYTES) this.#drain()
    const at = this.#length
    this.#putFloat(at, this.#nextSeq)
    this.#putFloat(at + 8, block.recvTimesUs[index] ?? 0)
    this.#putFloat(at + 16, block.monoTimesUs[index] ?? 0)
    this.#putFloat(at + 24, block.venueTimesMs[index] ?? 0)
    this.#view.setUint32(at + 32, block.connectionIds[index] ?? 0, true)
    this.#length = at + FIXED_BYTES
  }

  #putFloat(at: number, value: number): void {
    if (!Number.isNaN(value)) {
      this.#view.setFloat64(at, value, true)
      return
    }
    this.#view.setUint32(at, 0, true)
    this.#view.setUint32(at + 4, CANONICAL_NAN, true)
  }

  #putPayload({ bytes, offsets }: Block, index: number): void {
    const from = offsets[index] ?? 0
    const to = offsets[index + 1] ?? 0
    if (this.#length + 4 > BUFFER_BYTES) this.#drain()
    this.#view.setUint32(this.#length, to - from, true)
    this.#length += 4
    this.#put(bytes.subarray(from, to))
  }

  #put(bytes: Uint8Array): void {
    if (this.#length + bytes.length > BUFFER_BYTES) this.#drain()
    if (bytes.length > BUFFER_BYTES) {
      this.#hash.update(bytes)
      return
    }
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** One call for many entries: a call of `update` costs as much as hashing a kilobyte. */
  #drain(): void {
    if (this.#length === 0) return
    this.#hash.update(this.#buffer.subarray(0, this.#length))
    this.#length = 0
  }
}

function sizedText(text: string): Uint8Array {
  const bytes = encoder.encode(text)
  const sized = Buffer.alloc(2 + bytes.length)
  sized.writeUInt16LE(bytes.length)
  sized.set(bytes, 2)
  return sized
}

function httpBytes({ status, headers }: HttpFacts): Uint8Array {
  const rows = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1))
  const bytes = encoder.encode(JSON.stringify([status, rows]))
  const sized = Buffer.alloc(4 + bytes.length)
  sized.writeUInt32LE(bytes.length)
  sized.set(bytes, 4)
  return sized
}
