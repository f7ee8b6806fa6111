/**
 * The scanner of what comes most: the depth stream, trades, best prices and the REST book. It is a
 * WebAssembly module, made out of `scanner.as`.
 */
import type { AggTrade, BookTicker, DepthSnapshot, DepthUpdate, Trade } from '../model/messages.ts'
import { SCANNER_BASE64 } from './scanner-module.ts'

/** What `scanner.as` exports: places in its memory, and functions. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly BYTES: Place
  readonly BYTES_MAX: Place
  readonly FOUND: Place
  readonly UNITS: Place
  readonly LEVELS_MAX: Place
  readonly scanDepth: Scan
  readonly scanDepthSnapshot: Scan
  readonly scanAggTrade: Scan
  readonly scanTrade: Scan
  readonly scanBookTicker: Scan
}

/** Payload from `start` up to `end` of the bytes in memory; 0 if it is not of the known shape. */
type Scan = (start: number, end: number) => number

interface Place {
  readonly value: number
}

/** The types of Node have none of it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

const MODULE = new WebAssembly.Module(Buffer.from(SCANNER_BASE64, 'base64'))
const FOUND_COUNT = 10

/**
 * Each has a memory of its own, which never grows: 4.3 MiB of addresses, of which it takes what is
 * written to. Bytes that are given again are in it already, so nobody may have changed them.
 */
export class Scanner {
  /** The payload that was read last says `"st":2`: a coin-margined contract. */
  coinMargined = false
  readonly #scan: Exports
  readonly #memory: Uint8Array
  readonly #found: Float64Array
  readonly #diffPrices: Float64Array<ArrayBuffer>
  readonly #diffSizes: Float64Array<ArrayBuffer>
  readonly #bookPrices: Float64Array<ArrayBuffer>
  readonly #bookSizes: Float64Array<ArrayBuffer>
  #bytes: Uint8Array | undefined

  constructor() {
    const scan = new WebAssembly.Instance(MODULE).exports as Exports
    const { buffer } = scan.memory
    const unitsOf = (index: number) => {
      const count = scan.LEVELS_MAX.value
      return new Float64Array(buffer, scan.UNITS.value + index * count * 8, count)
    }
    this.#scan = scan
    this.#memory = new Uint8Array(buffer, scan.BYTES.value, scan.BYTES_MAX.value)
    this.#found = new Float64Array(buffer, scan.FOUND.value, FOUND_COUNT)
    this.#diffPrices = unitsOf(0)
    this.#diffSizes = unitsOf(1)
    this.#bookPrices = unitsOf(2)
    this.#bookSizes = unitsOf(3)
  }

  /** Fills `message`, whose levels then lie in the memory of the scanner, or returns false. */
  depth(bytes: Uint8Array, start: number, end: number, message: DepthUpdate): boolean {
    const at = this.#place(bytes, start, end)
    if (at < 0 || this.#scan.scanDepth(at, at + end - start) === 0) return false
    const found = this.#found
    message.firstUpdateId = found[2] ?? 0
    message.prevUpdateId = found[4] ?? 0
    this.coinMargined = found[9] === 1
    message.priceUnits = this.#diffPrices
    message.sizeUnits = this.#diffSizes
    this.#take(message)
    return true
  }

  /** As {@link depth}, for a REST book. */
  depthSnapshot(bytes: Uint8Array, start: number, end: number, message: DepthSnapshot): boolean {
    const at = this.#place(bytes, start, end)
    if (at < 0 || this.#scan.scanDepthSnapshot(at, at + end - start) === 0) return false
    this.coinMargined = false
    message.priceUnits = this.#bookPrices
    message.sizeUnits = this.#bookSizes
    this.#take(message)
    return true
  }

  aggTrade(bytes: Uint8Array, start: number, end: number, message: AggTrade): boolean {
    const at = this.#place(bytes, start, end)
    if (at < 0 || this.#scan.scanAggTrade(at, at + end - start) === 0) return false
    const found = this.#found
    message.eventTimeMs = found[0] ?? 0
    message.venueTimeMs = found[1] ?? 0
    message.aggTradeId = found[2] ?? 0
    message.firstTradeId = found[3] ?? 0
    message.lastTradeId = found[4] ?? 0
    message.price = found[5] ?? 0
    message.sizeBase = found[6] ?? 0
    message.buyerIsMaker = found[7] === 1
    this.coinMargined = found[9] === 1
    return true
  }

  trade(bytes: Uint8Array, start: number, end: number, message: Trade): boolean {
    const at = this.#place(bytes, start, end)
    if (at < 0 || this.#scan.scanTrade(at, at + end - start) === 0) return false
    const found = this.#found
    message.eventTimeMs = found[0] ?? 0
    message.venueTimeMs = found[1] ?? 0
    message.tradeId = found[2] ?? 0
    message.price = found[5] ?? 0
    message.sizeBase = found[6] ?? 0
    message.buyerIsMaker = found[7] === 1
    this.coinMargined = found[9] === 1
    return true
  }

  bookTicker(bytes: Uint8Array, start: number, end: number, message: BookTicker): boolean {
    const at = this.#place(bytes, start, end)
    if (at < 0 || this.#scan.scanBookTicker(at, at + end - start) === 0) return false
    const found = this.#found
    message.eventTimeMs = found[0] ?? 0
    message.venueTimeMs = found[1] ?? 0
    message.updateId = found[2] ?? 0
    message.bidPrice = found[3] ?? 0
    message.bidSizeBase = found[4] ?? 0
    message.askPrice = found[5] ?? 0
    message.askSizeBase = found[6] ?? 0
    this.coinMargined = found[9] === 1
    return true
  }

  /** Where in the memory the payload begins; -1 if it is too long for it. */
  #place(bytes: Uint8Array, start: number, end: number): number {
    // Behind the bytes lie others, which were there before.
    if (end > bytes.length) return -1
    if (bytes === this.#bytes) return start
    if (bytes.length <= this.#memory.length) {
      this.#memory.set(bytes)
      this.#bytes = bytes
      return start
    }
    if (end - start > this.#memory.length) return -1
    this.#memory.set(bytes.subarray(start, end))
    this.#bytes = undefined
    return 0
  }

  #take(message: DepthUpdate): void {
    const found = this.#found
    message.eventTimeMs = found[0] ?? 0
    message.venueTimeMs = found[1] ?? 0
    message.lastUpdateId = found[3] ?? 0
    message.priceDecimals = found[5] ?? 0
    message.sizeDecimals = found[6] ?? 0
    message.bidCount = found[7] ?? 0
    message.askCount = found[8] ?? 0
  }
}
