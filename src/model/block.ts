/**
 * Entries of a journal, in the only two forms they have: one at a time when they are appended, and
 * in columns when they are read. Nothing on the hot path makes an object per entry.
 */

/** Where an entry came from. Interned: a block names each of its streams once. */
export interface StreamKey {
  readonly venue: string
  /** The venue's name of the contract, upper case; empty where an entry belongs to none. */
  readonly symbol: string
  readonly channel: string
}

/** What a REST reply said beside its body. It never changes a result, which is computed from bytes. */
export interface HttpFacts {
  readonly status: number
  /** Rate-limit and retry headers, lower-case names. */
  readonly headers: Readonly<Record<string, string>>
}

/** An entry on its way into a journal, which gives it the next sequence number. */
export interface EntryDraft {
  readonly stream: StreamKey
  /** When we had received it. Unit: µs since 1970. Clock: ours. */
  readonly recvTimeUs: number
  /** The same moment on a clock that never steps. Unit: µs. `NaN` where the source had none. */
  readonly monoTimeUs: number
  /** The exchange time of `pipeline.md` §1.3. Unit: ms since 1970. Clock: the venue's. `NaN`: none. */
  readonly venueTimeMs: number
  /** Which connection delivered it; 0 where the source did not say. */
  readonly connectionId: number
  /** The exact bytes that came. */
  readonly payload: Uint8Array
  readonly http?: HttpFacts | undefined
}

/** Consecutive entries in columns. Index `i` of each column is the entry `firstSeq + i`. */
export interface Block {
  readonly firstSeq: number
  readonly count: number
  readonly streams: readonly StreamKey[]
  /** Index into `streams`. */
  readonly streamIndexes: Uint16Array
  readonly recvTimesUs: Float64Array
  readonly monoTimesUs: Float64Array
  readonly venueTimesMs: Float64Array
  readonly connectionIds: Uint32Array
  /** Payload `i` is `bytes[offsets[i]..offsets[i + 1])`. One longer than `count`. */
  readonly offsets: Uint32Array
  readonly bytes: Uint8Array
  /** By index; only REST replies have one. */
  readonly http: ReadonlyMap<number, HttpFacts>
}

/** One entry of a block as a draft, payload as a view into the block. For cold paths and tests. */
export function entryAt(block: Block, index: number): EntryDraft & { readonly seq: number } {
  const stream = block.streams[block.streamIndexes[index] ?? -1]
  if (stream === undefined || index >= block.count) throw new RangeError(`no entry ${index}`)
  return {
    seq: block.firstSeq + index,
    stream,
    recvTimeUs: block.recvTimesUs[index] ?? Number.NaN,
    monoTimeUs: block.monoTimesUs[index] ?? Number.NaN,
    venueTimeMs: block.venueTimesMs[index] ?? Number.NaN,
    connectionId: block.connectionIds[index] ?? 0,
    payload: block.bytes.subarray(block.offsets[index] ?? 0, block.offsets[index + 1] ?? 0),
    http: block.http.get(index),
  }
}
