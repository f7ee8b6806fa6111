/** Entries become the columns of a block, without an object per entry. */
import { assert } from '../base/assert.ts'
import type { Block, EntryDraft, HttpFacts, StreamKey } from '../model/block.ts'
import { newRoom, type Room } from './room.ts'

/** Payload bytes at which a block is full; the last payload may lead beyond. */
export const BLOCK_BYTES = 1 << 18
/** Entries of one block at most, so that each may have a stream of its own. */
const COUNT_MAX = 65_535

export class BlockBuilder {
  readonly #streamIndexes = new Map<StreamKey, number>()
  readonly #byName = new Map<string, number>()
  #streams: StreamKey[] = []
  #http = new Map<number, HttpFacts>()
  #firstSeq: number
  #count = 0
  #byteCount = 0
  #streamColumn = new Uint16Array(1024)
  #recvTimesUs = new Float64Array(1024)
  #monoTimesUs = new Float64Array(1024)
  #venueTimesMs = new Float64Array(1024)
  #connectionIds = new Uint32Array(1024)
  #offsets = new Uint32Array(1025)
  #bytes = new Uint8Array(1 << 18)

  /** `firstSeq`: the sequence of the first entry that will be appended. */
  constructor(firstSeq: number) {
    this.#firstSeq = firstSeq
  }

  get count(): number {
    return this.#count
  }

  /** Payload bytes of the entries so far. */
  get byteCount(): number {
    return this.#byteCount
  }

  /** Whether the block should be taken before another entry is appended. */
  get isFull(): boolean {
    return this.#byteCount >= BLOCK_BYTES || this.#count >= COUNT_MAX
  }

  get nextSeq(): number {
    return this.#firstSeq + this.#count
  }

  /** Copies the entry. */
  append(draft: EntryDraft): void {
    this.#push(
      draft.stream,
      draft.recvTimeUs,
      draft.monoTimeUs,
      draft.venueTimeMs,
      draft.connectionId,
      draft.payload,
      draft.http,
    )
  }

  /** Copies entry `index` of a block. */
  appendFrom(block: Block, index: number): void {
    const stream = block.streams[block.streamIndexes[index] ?? -1]
    assert(stream !== undefined && index < block.count, `a block has an entry ${index}`)
    this.#push(
      stream,
      block.recvTimesUs[index] ?? 0,
      block.monoTimesUs[index] ?? 0,
      block.venueTimesMs[index] ?? 0,
      block.connectionIds[index] ?? 0,
      block.bytes.subarray(block.offsets[index] ?? 0, block.offsets[index + 1] ?? 0),
      block.http.get(index),
    )
  }

  /** The block of what was appended, its payloads in `room`; the next entry begins another one. */
  take(room: Room = newRoom): Block {
    const count = this.#count
    const bytes = room(this.#byteCount)
    bytes.set(this.#bytes.subarray(0, this.#byteCount))
    const block: Block = {
      firstSeq: this.#firstSeq,
      count,
      streams: this.#streams,
      streamIndexes: this.#streamColumn.slice(0, count),
      recvTimesUs: this.#recvTimesUs.slice(0, count),
      monoTimesUs: this.#monoTimesUs.slice(0, count),
      venueTimesMs: this.#venueTimesMs.slice(0, count),
      connectionIds: this.#connectionIds.slice(0, count),
      offsets: this.#offsets.slice(0, count + 1),
      bytes,
      http: this.#http,
    }
    this.#firstSeq += count
    this.#count = 0
    this.#byteCount = 0
    this.#streams = []
    this.#http = new Map()
    this.#streamIndexes.clear()
    this.#byName.clear()
    return block
  }

  #push(
    stream: StreamKey,
    recvTimeUs: number,
    monoTimeUs: number,
    venueTimeMs: number,
    connectionId: number,
    payload: Uint8Array,
    http: HttpFacts | undefined,
  ): void {
    const index = this.#count
    if (index === this.#recvTimesUs.length) this.#growColumns()
    const end = this.#byteCount + payload.length
    if (end > this.#bytes.length) this.#growBytes(end)
    this.#bytes.set(payload, this.#byteCount)
    this.#byteCount = end
    this.#offsets[index + 1] = end
    this.#streamColumn[index] = this.#indexOf(stream)
    this.#recvTimesUs[index] = recvTimeUs
    this.#monoTimesUs[index] = monoTimeUs
    this.#venueTimesMs[index] = venueTimeMs
    this.#connectionIds[index] = connectionId
    if (http !== undefined) this.#http.set(index, http)
    this.#count = index + 1
  }

  /** By identity first, since callers intern their keys; by name for those who do not. */
  #indexOf(stream: StreamKey): number {
    const known = this.#streamIndexes.get(stream)
    if (known !== undefined) return known
    const name = JSON.stringify([stream.venue, stream.symbol, stream.channel])
    let index = this.#byName.get(name)
    if (index === undefined) {
      index = this.#streams.length
      this.#streams.push({ venue: stream.venue, symbol: stream.symbol, channel: stream.channel })
      this.#byName.set(name, index)
    }
    this.#streamIndexes.set(stream, index)
    return index
  }

  #growColumns(): void {
    const length = this.#recvTimesUs.length * 2
    this.#streamColumn = grown(this.#streamColumn, new Uint16Array(length))
    this.#recvTimesUs = grown(this.#recvTimesUs, new Float64Array(length))
    this.#monoTimesUs = grown(this.#monoTimesUs, new Float64Array(length))
    this.#venueTimesMs = grown(this.#venueTimesMs, new Float64Array(length))
    this.#connectionIds = grown(this.#connectionIds, new Uint32Array(length))
    this.#offsets = grown(this.#offsets, new Uint32Array(length + 1))
  }

  #growBytes(byteCount: number): void {
    this.#bytes = grown(this.#bytes, new Uint8Array(Math.max(byteCount, this.#bytes.length * 2)))
  }
}

function grown<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
