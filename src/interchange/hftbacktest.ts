/**
 * The format of the HftBacktest collector: `<receive time ns> <raw JSON>` a line. Frames carry the
 * combined-stream wrapper; a REST depth snapshot is bare and does not say its symbol.
 */
import type { StreamKey } from '../model/block.ts'
import type { ParsedLine, VenueTimeOf } from './ndjson.ts'

/** What the head of a raw frame says: our channel name and the contract. */
export type FrameHeadOf = (
  payload: Uint8Array,
) => { readonly channel: string; readonly symbol: string } | undefined

const SNAPSHOT_START = '{"lastUpdateId":'
const encoder = new TextEncoder()

export const HFTBACKTEST_LINE = /^\d{19} [[{]/

export class HftBacktestReader {
  readonly #headOf: FrameHeadOf
  readonly #venueTimeOf: VenueTimeOf
  readonly #streams = new Map<string, StreamKey>()
  readonly #symbols = new Set<string>()

  constructor(headOf: FrameHeadOf, venueTimeOf: VenueTimeOf) {
    this.#headOf = headOf
    this.#venueTimeOf = venueTimeOf
  }

  parse(text: string): ParsedLine {
    if (!HFTBACKTEST_LINE.test(text)) return { reason: '19 digits, a space and JSON expected' }
    const payload = encoder.encode(text.slice(20))
    const head = text.startsWith(SNAPSHOT_START, 20) ? this.#snapshotHead() : this.#headOf(payload)
    if (head === undefined) return { reason: 'no event kind and symbol found' }
    this.#symbols.add(head.symbol)
    return {
      draft: {
        stream: this.#stream(head.symbol, head.channel),
        // Whole microseconds; the nanoseconds below them are not kept.
        recvTimeUs: Number(text.slice(0, 16)),
        monoTimeUs: Number.NaN,
        venueTimeMs: this.#venueTimeOf(head.channel, payload),
        connectionId: 0,
        payload,
      },
    }
  }

  /** A bare snapshot belongs to the one symbol of the file; with several, nothing tells which. */
  #snapshotHead(): { readonly channel: string; readonly symbol: string } | undefined {
    const [symbol] = this.#symbols
    if (symbol === undefined || this.#symbols.size > 1) return undefined
    return { channel: 'depthSnapshot', symbol }
  }

  #stream(symbol: string, channel: string): StreamKey {
    const name = `${symbol}/${channel}`
    let stream = this.#streams.get(name)
    if (stream === undefined) {
      stream = { venue: 'binance', symbol, channel }
      this.#streams.set(name, stream)
    }
    return stream
  }
}
