/**
 * What the recorded venue would answer to a REST request now: the book of each contract, and the
 * last recorded reply of each other kind, byte for byte.
 */
import { type Block, entryAt } from '../model/block.ts'
import { RECORDER_VENUE } from '../model/channel.ts'
import { exchangeInfoBody, type ListedContract, smallestStep } from './exchange-info.ts'
import { innerOf } from './frames.ts'
import { type DepthBody, VenueBook } from './venue-book.ts'

const MARKET_CHANNELS: readonly string[] = ['depth', 'aggTrade', 'markPrice']
/** Replies that are given again as they were recorded. */
const REPLY_CHANNELS: readonly string[] = [
  'openInterest',
  'topLongShortAccountRatio',
  'topLongShortPositionRatio',
  'globalLongShortAccountRatio',
  'exchangeInfo',
]

const text = new TextDecoder()

export class VenueState {
  /** Recorded payloads of depth that were not JSON. */
  unreadableCount = 0
  readonly #symbols = new Set<string>()
  readonly #books = new Map<string, VenueBook>()
  /** By channel and symbol. */
  readonly #replies = new Map<string, Uint8Array>()

  constructor(symbols: readonly string[]) {
    for (const symbol of symbols) this.#symbols.add(symbol)
  }

  /**
   * Learns what a block that is about to be played is about. What nobody has answered yet is
   * answered from the first reply ahead: clients ask before they subscribe, while time stands still.
   */
  announce(block: Block): void {
    for (const [index, { venue, symbol, channel }] of block.streams.entries()) {
      if (venue === RECORDER_VENUE) continue
      if (MARKET_CHANNELS.includes(channel)) this.#symbols.add(symbol)
      const isReply = channel === 'depthSnapshot' || REPLY_CHANNELS.includes(channel)
      if (!isReply || this.replyOf(channel, symbol) !== undefined) continue
      const firstIndex = block.streamIndexes.subarray(0, block.count).indexOf(index)
      if (firstIndex >= 0) this.#keepReply(block, firstIndex)
    }
  }

  take(block: Block, index: number): void {
    const stream = block.streams[block.streamIndexes[index] ?? 0]
    if (stream === undefined) return
    if (stream.channel === 'depth' || stream.channel === 'depthSnapshot') {
      const body = this.#depthBody(block, index)
      if (body === undefined) return
      if (stream.channel === 'depth') this.#bookOf(stream.symbol).takeDiff(body)
      else this.#bookOf(stream.symbol).takeSnapshot(body)
    } else if (REPLY_CHANNELS.includes(stream.channel)) {
      this.#keepReply(block, index)
    }
  }

  knows(symbol: string): boolean {
    return this.#symbols.has(symbol)
  }

  bookOf(symbol: string): VenueBook | undefined {
    return this.#books.get(symbol)
  }

  replyOf(channel: string, symbol: string): Uint8Array | undefined {
    return this.#replies.get(`${channel} ${symbol}`)
  }

  /** The recorded description of contracts, else one made from the decimals of their books. */
  exchangeInfo(timeMs: number): Uint8Array | string {
    const recorded = this.replyOf('exchangeInfo', '')
    if (recorded !== undefined) return recorded
    return exchangeInfoBody(
      [...this.#symbols].map((symbol) => this.#listing(symbol)),
      timeMs,
    )
  }

  /** Forgets everything but the contracts: another pass begins. */
  restart(): void {
    this.#books.clear()
    this.#replies.clear()
  }

  #keepReply(block: Block, index: number): void {
    const { stream, payload, http } = entryAt(block, index)
    // The block may be gone when somebody asks.
    if (http === undefined || http.status === 200) {
      this.#replies.set(`${stream.channel} ${stream.symbol}`, payload.slice())
    }
  }

  #depthBody(block: Block, index: number): DepthBody | undefined {
    try {
      const body: unknown = JSON.parse(text.decode(innerOf(entryAt(block, index).payload)))
      if (typeof body === 'object' && body !== null) return body
    } catch {
      // Malformed in the recording: clients get it as it is, the book goes without.
    }
    this.unreadableCount += 1
    return undefined
  }

  #bookOf(symbol: string): VenueBook {
    const known = this.#books.get(symbol)
    if (known !== undefined) return known
    const book = new VenueBook()
    this.#books.set(symbol, book)
    return book
  }

  #listing(symbol: string): ListedContract {
    const levels = this.#books.get(symbol)?.best('bids', 100) ?? []
    const priceDecimals = Math.max(2, ...levels.map(([price]) => decimalsOf(price)))
    const sizeDecimals = Math.max(0, ...levels.map(([, size]) => decimalsOf(size)))
    return {
      symbol,
      priceDecimals,
      sizeDecimals: levels.length === 0 ? 3 : sizeDecimals,
      tickSize: smallestStep(priceDecimals),
      stepSize: smallestStep(levels.length === 0 ? 3 : sizeDecimals),
    }
  }
}

function decimalsOf(value: string): number {
  const dot = value.indexOf('.')
  return dot < 0 ? 0 : value.length - dot - 1
}
