/**
 * Everything that came, and everything the recorder knows, into the journal: before anything else
 * sees it. Of a frame only its stream and its exchange time are read.
 */
import { RecorderError } from '../base/errors.ts'
import { headOf, replyOf, venueTimeOf } from '../decode/venue-time.ts'
import type { JournalWriter } from '../journal/journal.ts'
import type { EntryDraft, StreamKey } from '../model/block.ts'
import { type FactChannel, WITNESS_CHANNEL } from '../model/channel.ts'
import { encodeFact, type FactOf, factStream } from '../model/facts.ts'
import { follow } from './id-trail.ts'
import { isCoinMargined, isRepeated, takeNamed } from './liquidation-witness.ts'
import type { PlannedPoll } from './plan.ts'
import { type Drift, SchemaWatch } from './schema-watch.ts'
import { takePause } from './stream-pace.ts'
import { type HeardStream, type StreamTable, streamOf } from './stream-table.ts'
import type { Venue } from './venue.ts'
import type { HttpReply, World } from './world.ts'

/** Frames that are no event of a market: what the venue says about the socket, and the rest. */
const REPLY_CHANNEL = 'reply'
const UNKNOWN_CHANNEL = 'unknown'
const KEYS_MAX = 10_000

export interface RecorderOptions {
  readonly writer: JournalWriter
  readonly world: Pick<World, 'nowUs' | 'monoUs'>
  readonly venue: Venue
  readonly symbols: readonly string[]
  /** The first depth frame of a symbol after frames of it may have been missed. */
  readonly onJoin: (symbol: string) => void
  /** How much waits to become durable has changed. */
  readonly onPending: (pendingBytes: number) => void
  /** A kind of message that is not as documented was seen for the first time. */
  readonly onDrift: (drift: Drift) => void
  /** The journal refused an entry. Called once; nothing is recorded after it. */
  readonly onFailure: (error: RecorderError) => void
}

export class Recorder {
  readonly #options: RecorderOptions
  readonly #symbols: ReadonlySet<string>
  readonly #keys = new Map<string, StreamKey>()
  /** One draft for all entries: the journal copies what it needs. */
  readonly #draft: { -readonly [K in keyof EntryDraft]: EntryDraft[K] }
  readonly schema: SchemaWatch
  #failure: RecorderError | undefined
  #appendedBytes = 0
  #durableBytes = 0
  entryCount = 0
  unknownCount = 0
  gapCount = 0
  /** Liquidations of coin-margined contracts, which the pipeline leaves out. */
  coinMarginedCount = 0
  /** Liquidations that came before over another connection or stream. */
  witnessCount = 0

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#symbols = new Set(options.symbols)
    this.schema = new SchemaWatch(options.venue.fields, options.onDrift)
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

  /** Records a frame. Returns its stream; nothing where it is of none that was asked for. */
  frame(
    table: StreamTable,
    connectionId: number,
    frame: Uint8Array,
    recvTimeUs: number,
    monoTimeUs: number,
  ): HeardStream | undefined {
    const stream = streamOf(table, frame)
    if (stream === undefined) {
      this.#strange(connectionId, frame, recvTimeUs, monoTimeUs)
      return undefined
    }
    const { channel, symbol } = stream.planned
    const isSilent = !Number.isNaN(stream.silentSinceWallUs)
    if (isSilent) this.#spokeAgain(stream, recvTimeUs)
    else if (stream.frameCount > 0) takePause(stream.pace, monoTimeUs - stream.lastMonoUs)
    stream.frameCount += 1
    stream.lastMonoUs = monoTimeUs
    stream.lastWallUs = recvTimeUs
    const draft = this.#draft
    draft.venueTimeMs = venueTimeOf(channel, frame)
    stream.lastVenueTimeMs = draft.venueTimeMs
    draft.connectionId = connectionId
    draft.stream = channel === 'forceOrder' ? this.#liquidationKey(stream, frame) : stream.key
    draft.recvTimeUs = recvTimeUs
    draft.monoTimeUs = monoTimeUs
    draft.payload = frame
    draft.http = undefined
    this.#append()
    this.schema.check(channel, symbol, frame, true, recvTimeUs / 1000)
    const { trail, interrupted } = stream
    if (trail !== undefined) {
      const cause = interrupted !== '' ? interrupted : isSilent ? 'silence' : 'ids'
      follow(trail, frame, connectionId, recvTimeUs, monoTimeUs, cause)
    }
    if (interrupted !== '') {
      stream.interrupted = ''
      if (channel === 'depth') this.#options.onJoin(symbol)
    }
    return stream
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
    const { venueTimeMs } = draft
    if (reply.status === 200) {
      this.schema.check(channel, symbol, reply.body, false, recvTimeUs / 1000)
    }
    return venueTimeMs
  }

  /** Records what the recorder knows. */
  fact<C extends FactChannel>(channel: C, fact: FactOf<C>, symbol = '', connectionId = 0): void {
    const { world } = this.#options
    const { venue } = factStream(channel)
    if (channel === 'gap') this.gapCount += 1
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
    const { writer, onPending, onFailure } = this.#options
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
    onPending(this.pendingBytes)
  }

  /** Others may write into the same journal: what is durable never counts below what we wrote. */
  #onDurable(bytes: number): void {
    this.#durableBytes = Math.min(this.#durableBytes + bytes, this.#appendedBytes)
    this.#options.onPending(this.pendingBytes)
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
    if (head === undefined && noEvent === REPLY_CHANNEL) return
    const reason = head === undefined ? 'no event of a market' : 'an event that was not asked for'
    const symbol = head?.symbol ?? ''
    this.schema.takeStrange(head?.channel ?? noEvent, symbol, reason, frame, recvTimeUs / 1000)
  }

  /** A liquidation counts once: as the first who brings it names it, the others are witnesses. */
  #liquidationKey(stream: HeardStream, frame: Uint8Array): StreamKey {
    const { venue, channel } = stream.key
    const { connectionId, venueTimeMs } = this.#draft
    const ofAllMarkets = stream.planned.symbol === ''
    const symbol = ofAllMarkets ? (headOf(frame)?.symbol ?? '') : stream.planned.symbol
    const isCaptured = this.#symbols.has(symbol)
    const isOld = isRepeated(stream, symbol, venueTimeMs, connectionId)
    if (ofAllMarkets && isCaptured && !isOld) takeNamed(stream, symbol)
    if (isCoinMargined(frame) && !isOld) this.coinMarginedCount += 1
    const isWitness = isOld || (ofAllMarkets && isCaptured)
    if (isWitness) this.witnessCount += 1
    return this.#key(venue, symbol, isWitness ? WITNESS_CHANNEL : channel)
  }

  #spokeAgain(stream: HeardStream, recvTimeUs: number): void {
    const { symbol, channel, name } = stream.planned
    const toTimeMs = recvTimeUs / 1000
    // The wall clock may have stepped back meanwhile; a length of time is never negative.
    const fromTimeMs = Math.min(stream.silentSinceWallUs / 1000, toTimeMs)
    stream.silentSinceWallUs = Number.NaN
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
      // Names come from outside: one that makes them up must not fill memory.
      if (this.#keys.size < KEYS_MAX) this.#keys.set(name, key)
    }
    return key
  }
}
