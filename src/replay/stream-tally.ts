/** Entries of each stream, counted while blocks go by. */
import type { Block } from '../model/block.ts'
import type { Mark, StreamName } from '../projections/past.ts'

/** Entries before `seq` that were counted elsewhere. */
export interface StreamCounts {
  readonly seq: number
  readonly firstRecvMs: number
  readonly lastRecvMs: number
  readonly streams: readonly (StreamName & { readonly entryCount: number })[]
}

export class StreamTally {
  /** Shared with all other tallies of the recording: a stream has one index. */
  readonly #streams: StreamName[]
  readonly #counts: number[]
  readonly #lastRecvsMs: number[]
  #firstRecvMs: number
  #lastRecvMs: number
  #seq: number

  /** Goes on from `mark`, or from the first entry. */
  constructor(streams: StreamName[], mark?: Mark) {
    this.#streams = streams
    this.#counts = [...(mark?.entryCounts ?? [])]
    this.#lastRecvsMs = [...(mark?.lastRecvsMs ?? [])]
    this.#firstRecvMs = mark?.firstRecvMs ?? 0
    this.#lastRecvMs = mark?.lastRecvMs ?? 0
    this.#seq = mark?.seq ?? 0
  }

  /** The first sequence that is not counted. */
  get seq(): number {
    return this.#seq
  }

  get lastRecvMs(): number {
    return this.#lastRecvMs
  }

  /** Only before the first block. When a stream spoke last is not known: as early as can be. */
  startAt({ seq, firstRecvMs, lastRecvMs, streams }: StreamCounts): void {
    this.#seq = seq
    this.#firstRecvMs = firstRecvMs
    this.#lastRecvMs = lastRecvMs
    for (const { entryCount, ...stream } of streams) {
      const place = this.#placeOf(stream)
      this.#counts[place] = entryCount
      this.#lastRecvsMs[place] = firstRecvMs
    }
  }

  add(block: Block, from: number, to: number): void {
    if (from >= to) return
    const places = block.streams.map((stream) => this.#placeOf(stream))
    for (let index = from; index < to; index += 1) {
      const place = places[block.streamIndexes[index] ?? 0] ?? 0
      this.#counts[place] = (this.#counts[place] ?? 0) + 1
      this.#lastRecvsMs[place] = (block.recvTimesUs[index] ?? 0) / 1000
    }
    if (this.#firstRecvMs === 0) this.#firstRecvMs = (block.recvTimesUs[from] ?? 0) / 1000
    this.#lastRecvMs = (block.recvTimesUs[to - 1] ?? 0) / 1000
    this.#seq = block.firstSeq + to
  }

  mark(faultCount: number): Mark {
    return {
      seq: this.#seq,
      firstRecvMs: this.#firstRecvMs,
      lastRecvMs: this.#lastRecvMs,
      faultCount,
      entryCounts: Float64Array.from(this.#counts, (value) => value ?? 0),
      lastRecvsMs: Float64Array.from(this.#lastRecvsMs, (value) => value ?? 0),
    }
  }

  #placeOf({ venue, symbol, channel }: StreamName): number {
    const known = this.#streams.findIndex(
      (one) => one.channel === channel && one.symbol === symbol && one.venue === venue,
    )
    if (known >= 0) return known
    return this.#streams.push({ venue, symbol, channel }) - 1
  }
}
