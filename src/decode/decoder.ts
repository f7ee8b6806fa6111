/**
 * Payload bytes to messages. Each socket channel and the REST book have a strict scanner; what it
 * refuses goes through `JSON.parse` by the rules of the chapters; what that refuses is a fault.
 * Nothing but the bytes is looked at, and no input makes it throw. Bytes that were given are not
 * changed afterwards: who has others gives another object.
 */
import type { RestChannel, SocketChannel } from '../model/channel.ts'
import {
  AggTrade,
  BookTicker,
  DepthSnapshot,
  DepthUpdate,
  ExchangeInfo,
  ForceOrder,
  LongShortRatio,
  MarkPrice,
  OpenInterest,
  ServerTime,
  Trade,
} from '../model/messages.ts'
import { Cursor } from './cursor.ts'
import { FieldReader, type Fields } from './field-reader.ts'
import { parseDepth, parseDepthSnapshot } from './parse-book.ts'
import {
  isCoinMargined,
  parseAggTrade,
  parseBookTicker,
  parseForceOrder,
  parseMarkPrice,
  parseTrade,
} from './parse-events.ts'
import { parseList, parseObject } from './parse-payload.ts'
import {
  parseExchangeInfo,
  parseOpenInterest,
  parseRatio,
  parseServerTime,
} from './parse-replies.ts'
import { scanForceOrder, scanMarkPrice } from './scan-marks.ts'
import { Scanner } from './scanner.ts'
import { TextInterner } from './text-interner.ts'

/** How the payloads of one channel were read. */
export interface DecodeCounts {
  /** By the scanner; of a channel without one, by `JSON.parse`. */
  fastCount: number
  /** Refused by the scanner, then read through `JSON.parse`. */
  slowCount: number
  faultCount: number
}

/** The three ratios are one kind of message. */
export type DecodedChannel =
  | SocketChannel
  | Exclude<RestChannel, `${string}Ratio`>
  | 'longShortRatio'

/** A `read…` fills the message of its kind and returns true, or returns false and sets `fault`. */
export class Decoder {
  readonly depthUpdate = new DepthUpdate()
  readonly aggTrade = new AggTrade()
  readonly trade = new Trade()
  readonly bookTicker = new BookTicker()
  readonly forceOrder = new ForceOrder()
  readonly markPrice = new MarkPrice()
  readonly depthSnapshot = new DepthSnapshot()
  readonly openInterest = new OpenInterest()
  readonly ratio = new LongShortRatio()
  readonly exchangeInfo = new ExchangeInfo()
  readonly serverTime = new ServerTime()
  /** Why the last read failed: the field, the expectation, what was found. */
  fault = ''
  /** The last payload is of a coin-margined contract, which streams of all markets carry too. */
  coinMargined = false
  readonly counts: Readonly<Record<DecodedChannel, DecodeCounts>> = {
    depth: noCounts(),
    aggTrade: noCounts(),
    trade: noCounts(),
    bookTicker: noCounts(),
    forceOrder: noCounts(),
    markPrice: noCounts(),
    depthSnapshot: noCounts(),
    openInterest: noCounts(),
    longShortRatio: noCounts(),
    exchangeInfo: noCounts(),
    serverTime: noCounts(),
  }
  readonly #cursor = new Cursor()
  /** Made for the first payload: a memory of its own is a millisecond, and many decoders see none. */
  #scanner: Scanner | undefined
  readonly #interner = new TextInterner()
  readonly #reader = new FieldReader()

  readDepth(bytes: Uint8Array, start: number, end: number): boolean {
    const { depthUpdate: message, counts } = this
    const scanner = this.#scanning()
    if (scanner.depth(bytes, start, end, message)) return this.#fast(counts.depth, scanner)
    const fields = this.#event('depthUpdate', bytes, start, end)
    if (fields !== undefined) parseDepth(this.#reader, fields, message)
    return this.#slow(counts.depth)
  }

  readAggTrade(bytes: Uint8Array, start: number, end: number): boolean {
    const { aggTrade: message, counts } = this
    const scanner = this.#scanning()
    if (scanner.aggTrade(bytes, start, end, message)) return this.#fast(counts.aggTrade, scanner)
    const fields = this.#event('aggTrade', bytes, start, end)
    if (fields !== undefined) parseAggTrade(this.#reader, fields, message)
    return this.#slow(counts.aggTrade)
  }

  readTrade(bytes: Uint8Array, start: number, end: number): boolean {
    const { trade: message, counts } = this
    const scanner = this.#scanning()
    if (scanner.trade(bytes, start, end, message)) return this.#fast(counts.trade, scanner)
    const fields = this.#event('trade', bytes, start, end)
    if (fields !== undefined) parseTrade(this.#reader, fields, message)
    return this.#slow(counts.trade)
  }

  readBookTicker(bytes: Uint8Array, start: number, end: number): boolean {
    const { bookTicker: message, counts } = this
    const scanner = this.#scanning()
    if (scanner.bookTicker(bytes, start, end, message)) {
      return this.#fast(counts.bookTicker, scanner)
    }
    const fields = this.#event('bookTicker', bytes, start, end)
    if (fields !== undefined) parseBookTicker(this.#reader, fields, message)
    return this.#slow(counts.bookTicker)
  }

  readForceOrder(bytes: Uint8Array, start: number, end: number): boolean {
    this.#cursor.open(bytes, start, end)
    const { forceOrder: message, counts } = this
    if (scanForceOrder(this.#cursor, message, this.#interner)) {
      return this.#fast(counts.forceOrder, this.#cursor)
    }
    const fields = this.#event('forceOrder', bytes, start, end)
    if (fields !== undefined) parseForceOrder(this.#reader, fields, message)
    return this.#slow(counts.forceOrder)
  }

  readMarkPrice(bytes: Uint8Array, start: number, end: number): boolean {
    this.#cursor.open(bytes, start, end)
    const { markPrice: message, counts } = this
    if (scanMarkPrice(this.#cursor, message)) return this.#fast(counts.markPrice, this.#cursor)
    const fields = this.#event('markPriceUpdate', bytes, start, end)
    if (fields !== undefined) parseMarkPrice(this.#reader, fields, message)
    return this.#slow(counts.markPrice)
  }

  readDepthSnapshot(bytes: Uint8Array, start: number, end: number): boolean {
    const { depthSnapshot: message, counts } = this
    const scanner = this.#scanning()
    if (scanner.depthSnapshot(bytes, start, end, message)) {
      return this.#fast(counts.depthSnapshot, scanner)
    }
    const fields = this.#object(bytes, start, end)
    if (fields !== undefined) parseDepthSnapshot(this.#reader, fields, message)
    return this.#slow(counts.depthSnapshot)
  }

  readOpenInterest(bytes: Uint8Array, start: number, end: number): boolean {
    const fields = this.#object(bytes, start, end)
    if (fields !== undefined) parseOpenInterest(this.#reader, fields, this.openInterest)
    return this.#only(this.counts.openInterest)
  }

  /** Any of the three long/short ratios. */
  readRatio(bytes: Uint8Array, start: number, end: number): boolean {
    this.#reader.begin()
    this.coinMargined = false
    const list = parseList(this.#reader, bytes, start, end)
    if (list !== undefined) parseRatio(this.#reader, list, this.ratio)
    return this.#only(this.counts.longShortRatio)
  }

  readExchangeInfo(bytes: Uint8Array, start: number, end: number): boolean {
    const fields = this.#object(bytes, start, end)
    if (fields !== undefined) parseExchangeInfo(this.#reader, fields, this.exchangeInfo)
    return this.#only(this.counts.exchangeInfo)
  }

  readServerTime(bytes: Uint8Array, start: number, end: number): boolean {
    const fields = this.#object(bytes, start, end)
    if (fields !== undefined) parseServerTime(this.#reader, fields, this.serverTime)
    return this.#only(this.counts.serverTime)
  }

  #scanning(): Scanner {
    this.#scanner ??= new Scanner()
    return this.#scanner
  }

  #fast(counts: DecodeCounts, { coinMargined }: Pick<Cursor, 'coinMargined'>): boolean {
    counts.fastCount += 1
    this.coinMargined = coinMargined
    return true
  }

  /** The object of a payload whose kind, if it says one, is `kind`. */
  #event(kind: string, bytes: Uint8Array, start: number, end: number): Fields | undefined {
    const fields = this.#object(bytes, start, end)
    if (fields !== undefined && (fields['e'] ?? kind) !== kind) {
      this.#reader.refuse('e', kind, fields['e'])
    }
    return fields
  }

  #object(bytes: Uint8Array, start: number, end: number): Fields | undefined {
    this.#reader.begin()
    const fields = parseObject(this.#reader, bytes, start, end)
    this.coinMargined = fields !== undefined && isCoinMargined(fields)
    return fields
  }

  #slow(counts: DecodeCounts): boolean {
    if (!this.#isRead(counts)) return false
    counts.slowCount += 1
    return true
  }

  /** As {@link #slow}, for a channel that has no faster way. */
  #only(counts: DecodeCounts): boolean {
    if (!this.#isRead(counts)) return false
    counts.fastCount += 1
    return true
  }

  #isRead(counts: DecodeCounts): boolean {
    this.fault = this.#reader.reason
    if (this.fault === '') return true
    counts.faultCount += 1
    return false
  }
}

const noCounts = (): DecodeCounts => ({ fastCount: 0, slowCount: 0, faultCount: 0 })
