/**
 * Everything that came, and everything the recorder knows, into the journal: before anything else
 * sees it. Of a frame only its stream and its exchange time are read.
 */
import { RecorderError } from '../base/errors.ts'
import { headOf, replyOf, venueTimeOf } from '../decode/venue-time.ts'
import type { JournalWriter } from '../journal/journal.ts'
import type { EntryDraft, StreamKey } from '../model/block.ts'
import type { FactChannel } from '../model/channel.ts'
import { encodeFact, type FactOf, factStream } from '../model/facts.ts'
import type { PlannedPoll } from './plan.ts'
import { type HeardStream, type StreamTable, streamOf } from './stream-table.ts'
import type { Venue } from './venue.ts'
import type { HttpReply, World } from './world.ts'

/**
 * Liquidations that were also asked for by their symbol: from the stream of all markets, or from a
 * connection that is being replaced. They are on record as a second witness, under a name of their
 * own, so that nothing counts a liquidation twice.
 */
export const WITNESS_CHANNEL = 'forceOrderAll'

/** Frames that are no event of a market: what the venue says about the socket, and the rest. */
const REPLY_CHANNEL = 'reply'
const UNKNOWN_CHANNEL = 'unknown'

export interface RecorderOptions {
  readonly writer: JournalWriter
  readonly world: Pick<World, 'nowUs' | 'monoUs'>
  readonly venue: Venue
  readonly symbols: readonly string[]
  readonly pendingBytesMax: number
  /** The first depth frame of a symbol after frames of it may have been missed. */
  readonly onJoin: (symbol: string) => void
  /** More than `pendingBytesMax` waits to become durable. */
  readonly onPressure: () => void
  /** The journal refused an entry. Called once; nothing is recorded after it. */
  readonly onFailure: (error: RecorderError) => void
}

export class Recorder {
  readonly #options: RecorderOptions
  readonly #symbols: ReadonlySet<string>
  readonly #keys = new Map<string, StreamKey>()
  /** One draft for all entries: the journal copies what it needs. */
  readonly #draft: { -readonly [K in keyof EntryDraft]: EntryDraft[K] }
  #failure: RecorderError | undefined
  #appendedBytes = 0
  #durableBytes = 0
  entryCount = 0
  unknownCount = 0

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#symbols = new Set(options.symbols)
    this.#draft = {
      stream: factStream('start'),
      recvTimeUs: 0,
      monoTimeUs: 0,
      venueTimeMs: Number.NaN,
      connectionId: 0,
      payload: new Uint8Array(),
      http: undefined,
    }
    options.writer.onDurable((block) => this.#onDurable(block.offsets[block.count] ?? 0))
  }

  /** Payload bytes that were appended and are not durable yet. */
  get pendingBytes(): number {
    return Math.max(0, this.#appendedBytes - this.#durableBytes)
  }

  /** Records a frame. `secondary`: the connection is being replaced by one that delivers. */
  frame(
    table: StreamTable,
    connectionId: number,
    secondary: boolean,
    frame: Uint8Array,
    recvTimeUs: number,
    monoTimeUs: number,
  ): void {
    const stream = streamOf(table, frame)
    if (stream === undefined) {
      this.#strange(connectionId, frame, recvTimeUs, monoTimeUs)
      return
    }
    if (stream.silent) this.#spokeAgain(stream, recvTimeUs)
    stream.frameCount += 1
    stream.lastMonoUs = monoTimeUs
    stream.lastWallUs = recvTimeUs
    const draft = this.#draft
    draft.venueTimeMs = venueTimeOf(stream.planned.channel, frame)
    draft.connectionId = connectionId
    draft.stream =
      stream.planned.channel === 'forceOrder'
        ? this.#liquidationKey(stream, frame, secondary)
        : stream.key
    draft.recvTimeUs = recvTimeUs
    draft.monoTimeUs = monoTimeUs
    draft.payload = frame
    draft.http = undefined
    this.#append()
    if (stream.interrupted) {
      stream.interrupted = false
      if (stream.planned.channel === 'depth') this.#options.onJoin(stream.planned.symbol)
    }
  }

  /** Records a reply, whatever its status. Returns its exchange time. */
  reply(
    { channel, symbol }: PlannedPoll,
    reply: HttpReply,
    recvTimeUs: number,
    monoTimeUs: number,
  ): number {
    const { venue } = this.#options
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(reply.headers)) {
      if (venue.rateHeaders.some((start) => name.startsWith(start))) headers[name] = value
    }
    const draft = this.#draft
    draft.stream = this.#key(venue.name, symbol, channel)
    draft.recvTimeUs = recvTimeUs
    draft.monoTimeUs = monoTimeUs
    draft.venueTimeMs = venueTimeOf(channel, reply.body)
    draft.connectionId = 0
    draft.payload = reply.body
    draft.http = { status: reply.status, headers }
    this.#append()
    return draft.venueTimeMs
  }

  /** Records what the recorder knows. */
  fact<C extends FactChannel>(channel: C, fact: FactOf<C>, symbol = '', connectionId = 0): void {
    const { world } = this.#options
    const { venue } = factStream(channel)
    const draft = this.#draft
    draft.stream = this.#key(venue, symbol, channel)
    draft.recvTimeUs = world.nowUs()
    draft.monoTimeUs = world.monoUs()
    draft.venueTimeMs = Number.NaN
    draft.connectionId = connectionId
    draft.payload = encodeFact(channel, fact)
    draft.http = undefined
    this.#append()
  }

  #append(): void {
    if (this.#failure !== undefined) return
    const { writer, pendingBytesMax, onPressure, onFailure } = this.#options
    try {
      writer.append(this.#draft)
    } catch (error) {
      if (!(error instanceof RecorderError)) throw error
      this.#failure = error
      onFailure(error)
      return
    }
    this.entryCount += 1
    this.#appendedBytes += this.#draft.payload.length
    if (this.#appendedBytes - this.#durableBytes > pendingBytesMax) onPressure()
  }

  /** Others may write into the same journal: what is durable never counts below what we wrote. */
  #onDurable(bytes: number): void {
    this.#durableBytes = Math.min(this.#durableBytes + bytes, this.#appendedBytes)
  }

  /** An answer, an error, or something new: kept under what its head says. */
  #strange(connectionId: number, frame: Uint8Array, recvTimeUs: number, monoTimeUs: number): void {
    const { venue } = this.#options
    const head = headOf(frame)
    this.unknownCount += 1
    const draft = this.#draft
    const noEvent = replyOf(frame) === undefined ? UNKNOWN_CHANNEL : REPLY_CHANNEL
    draft.stream = this.#key(venue.name, head?.symbol ?? '', head?.channel ?? noEvent)
    draft.recvTimeUs = recvTimeUs
    draft.monoTimeUs = monoTimeUs
    draft.venueTimeMs = head === undefined ? Number.NaN : venueTimeOf(head.channel, frame)
    draft.connectionId = connectionId
    draft.payload = frame
    draft.http = undefined
    this.#append()
  }

  #liquidationKey(stream: HeardStream, frame: Uint8Array, secondary: boolean): StreamKey {
    const { venue, channel } = stream.key
    const { connectionId, venueTimeMs } = this.#draft
    // A new connection may begin with the event that the old one ended with.
    const isRepeated =
      stream.lastVenueTimeMs === venueTimeMs && stream.lastConnectionId !== connectionId
    if (!secondary) {
      stream.lastVenueTimeMs = venueTimeMs
      stream.lastConnectionId = connectionId
    }
    const ofAllMarkets = stream.planned.symbol === ''
    const symbol = ofAllMarkets ? (headOf(frame)?.symbol ?? '') : stream.planned.symbol
    const isWitness = secondary || isRepeated || (ofAllMarkets && this.#symbols.has(symbol))
    return this.#key(venue, symbol, isWitness ? WITNESS_CHANNEL : channel)
  }

  #spokeAgain(stream: HeardStream, recvTimeUs: number): void {
    const { symbol, channel, name } = stream.planned
    stream.silent = false
    const toTimeMs = recvTimeUs / 1000
    const fromTimeMs = stream.lastWallUs > 0 ? stream.lastWallUs / 1000 : toTimeMs
    const streams = [name]
    const missingCount = 0
    this.fact(
      'gap',
      { cause: 'silence', symbol, channel, fromTimeMs, toTimeMs, missingCount, streams },
      symbol,
    )
  }

  /** Each key is one object, which the journal interns by identity. */
  #key(venue: string, symbol: string, channel: string): StreamKey {
    const name = `${venue}/${symbol}/${channel}`
    let key = this.#keys.get(name)
    if (key === undefined) {
      key = { venue, symbol, channel }
      this.#keys.set(name, key)
    }
    return key
  }
}
