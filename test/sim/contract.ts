/**
 * One contract of the simulated venue: its book, its trades and its liquidations, as the venue knows
 * them. It is the perfect observer: what it says of an id or a minute is true.
 *
 * Payloads are by hand from `binance-today.md`. Prices are whole tenths, sizes whole thousandths.
 */
import type { Random } from '../../src/exchange/random.ts'

/** A message, before any network had it. `id` numbers it in its stream. */
export interface VenueMessage {
  readonly stream: string
  readonly id: number
  readonly payload: string
}

/** What takers did in a minute of exchange time, and how high the mid went. */
export interface TrueMinute {
  buyUnits: number
  sellUnits: number
  buyCount: number
  sellCount: number
}

/** Levels on each side at least and at most. */
const LEVELS = { min: 3, max: 24 } as const
const MINUTE_MS = 60_000
/** No trade is so near to a minute's edge, where the network may carry it over. */
const EDGE_MS = 1_600
/** Books remembered by id: some minutes of them. */
const BOOKS_MAX = 4_096

export class SimContract {
  readonly symbol: string
  readonly minutes = new Map<number, TrueMinute>()
  /** Hash of the book at each of the latest ids. */
  readonly bookHashes = new Map<number, number>()
  readonly #name: string
  readonly #random: Random
  readonly #bids = new Map<number, number>()
  readonly #asks = new Map<number, number>()
  #midPrice: number
  #bookHash = 0
  #updateId = 1_000
  #tradeId = 500
  #steps = 0

  constructor(symbol: string, midPrice: number, random: Random) {
    this.symbol = symbol
    this.#name = symbol.toLowerCase()
    this.#midPrice = midPrice
    this.#random = random
    for (let offset = 1; offset <= 8; offset += 1) {
      this.#set('b', midPrice - offset, 1_000 + offset)
      this.#set('a', midPrice + offset, 1_000 + offset)
    }
    this.bookHashes.set(this.#updateId, this.#bookHash)
  }

  get updateId(): number {
    return this.#updateId
  }

  /** The venue was restarted, and numbers on from somewhere else. */
  jumpIds(by: number): void {
    this.#tradeId += by
    this.#updateId += by
    this.#remember()
  }

  /** What happens in one step. `activity` from 0: a market that sleeps. */
  step(timeMs: number, activity: number): VenueMessage[] {
    const messages: VenueMessage[] = []
    const random = this.#random
    this.#steps += 1
    const inMinuteMs = timeMs % MINUTE_MS
    const mayTrade = inMinuteMs > EDGE_MS && inMinuteMs < MINUTE_MS - EDGE_MS
    const isTrading = mayTrade && random.chance(0.5 * activity)
    if (isTrading || random.chance(0.7 * activity)) this.#moveBook(messages, timeMs, isTrading)
    if (isTrading) this.#trade(messages, timeMs)
    return messages
  }

  mark(timeMs: number): VenueMessage {
    const price = priceText(this.#midPrice)
    const next = Math.ceil(timeMs / 28_800_000) * 28_800_000
    return {
      stream: `${this.#name}@markPrice@1s`,
      id: timeMs,
      payload: `{"e":"markPriceUpdate","E":${timeMs},"s":"${this.symbol}","p":"${price}","i":"${price}","P":"${price}","r":"0.00010000","T":${next}}`,
    }
  }

  /** A liquidation, in both streams that name it. */
  force(timeMs: number): VenueMessage[] {
    const payload = forcedPayload(this.symbol, this.#midPrice, timeMs, '')
    return [`${this.#name}@forceOrder`, '!forceOrder@arr'].map((stream) => ({
      stream,
      id: timeMs,
      payload,
    }))
  }

  snapshot(timeMs: number): string {
    const rows = (side: ReadonlyMap<number, number>, sign: number): string =>
      [...side]
        .sort((one, other) => sign * (one[0] - other[0]))
        .map(([price, size]) => `["${priceText(price)}","${sizeText(size)}"]`)
        .join(',')
    return `{"lastUpdateId":${this.#updateId},"E":${timeMs},"T":${timeMs},"bids":[${rows(this.#bids, -1)}],"asks":[${rows(this.#asks, 1)}]}`
  }

  openInterest(timeMs: number): string {
    return `{"symbol":"${this.symbol}","openInterest":"${1_000 + (this.#steps % 97)}.000","time":${timeMs}}`
  }

  #moveBook(messages: VenueMessage[], timeMs: number, touchesBest: boolean): void {
    const random = this.#random
    const changes: { readonly b: string[]; readonly a: string[] } = { b: [], a: [] }
    const change = (side: 'b' | 'a', price: number, size: number): void => {
      this.#set(side, price, size)
      changes[side].push(`["${priceText(price)}","${sizeText(size)}"]`)
    }
    const before = this.#bestText()
    if (random.chance(0.2)) this.#moveMid(random.below(7) - 3, change)
    const count = 1 + random.below(4)
    for (let index = 0; index < count; index += 1) {
      const side = random.chance(0.5) ? 'b' : 'a'
      const offset = 1 + random.below(LEVELS.max)
      const price = this.#midPrice + (side === 'b' ? -offset : offset)
      const levels = side === 'b' ? this.#bids : this.#asks
      const isRemoval = levels.size > LEVELS.min && random.chance(0.4)
      change(side, price, isRemoval ? 0 : 1 + random.below(50_000))
    }
    this.#fill(change)
    if (touchesBest) change('b', Math.max(...this.#bids.keys()), 1 + random.below(50_000))
    const previousId = this.#updateId
    this.#updateId += changes.b.length + changes.a.length
    this.#remember()
    const times = `"E":${timeMs},"T":${timeMs},"s":"${this.symbol}"`
    messages.push({
      stream: `${this.#name}@depth@100ms`,
      id: this.#updateId,
      payload: `{"e":"depthUpdate",${times},"U":${previousId + 1},"u":${this.#updateId},"pu":${previousId},"b":[${changes.b.join(',')}],"a":[${changes.a.join(',')}]}`,
    })
    const best = this.#bestText()
    if (best === before && !touchesBest) return
    messages.push({
      stream: `${this.#name}@bookTicker`,
      id: this.#updateId,
      payload: `{"e":"bookTicker","u":${this.#updateId},"s":"${this.symbol}",${best},"T":${timeMs},"E":${timeMs}}`,
    })
  }

  #moveMid(by: number, change: (side: 'b' | 'a', price: number, size: number) => void): void {
    this.#midPrice = Math.max(100, this.#midPrice + by)
    const mid = this.#midPrice
    const isOff = (price: number): boolean => Math.abs(price - mid) > LEVELS.max
    for (const price of [...this.#bids.keys()]) {
      if (price >= mid || isOff(price)) change('b', price, 0)
    }
    for (const price of [...this.#asks.keys()]) {
      if (price <= mid || isOff(price)) change('a', price, 0)
    }
  }

  #fill(change: (side: 'b' | 'a', price: number, size: number) => void): void {
    for (let offset = 1; this.#bids.size < LEVELS.min; offset += 1) {
      if (!this.#bids.has(this.#midPrice - offset)) change('b', this.#midPrice - offset, 700)
    }
    for (let offset = 1; this.#asks.size < LEVELS.min; offset += 1) {
      if (!this.#asks.has(this.#midPrice + offset)) change('a', this.#midPrice + offset, 700)
    }
  }

  #trade(messages: VenueMessage[], timeMs: number): void {
    const random = this.#random
    this.#tradeId += 1
    const id = this.#tradeId
    const sizeUnits = 1 + random.below(4_000)
    const isSale = random.chance(0.5)
    const price = priceText(this.#midPrice)
    const size = sizeText(sizeUnits)
    this.#count(timeMs, isSale, sizeUnits)
    const head = `"E":${timeMs},"T":${timeMs},"s":"${this.symbol}"`
    messages.push(
      {
        stream: `${this.#name}@trade`,
        id,
        payload: `{"e":"trade",${head},"t":${id},"p":"${price}","q":"${size}","X":"MARKET","m":${isSale}}`,
      },
      {
        stream: `${this.#name}@aggTrade`,
        id,
        payload: `{"e":"aggTrade","E":${timeMs},"s":"${this.symbol}","a":${id},"p":"${price}","q":"${size}","nq":"${size}","f":${id},"l":${id},"T":${timeMs},"m":${isSale}}`,
      },
    )
  }

  #count(timeMs: number, isSale: boolean, sizeUnits: number): void {
    const minute = Math.floor(timeMs / MINUTE_MS)
    let sums = this.minutes.get(minute)
    if (sums === undefined) {
      sums = { buyUnits: 0, sellUnits: 0, buyCount: 0, sellCount: 0 }
      this.minutes.set(minute, sums)
      // A day of them is kept; nobody asks for more.
      if (this.minutes.size > 1_440) this.minutes.delete([...this.minutes.keys()][0] ?? 0)
    }
    sums[isSale ? 'sellUnits' : 'buyUnits'] += sizeUnits
    sums[isSale ? 'sellCount' : 'buyCount'] += 1
  }

  #set(side: 'b' | 'a', price: number, size: number): void {
    const levels = side === 'b' ? this.#bids : this.#asks
    const before = levels.get(price) ?? 0
    if (before > 0) this.#bookHash = (this.#bookHash - levelHash(side, price, before)) | 0
    if (size > 0) this.#bookHash = (this.#bookHash + levelHash(side, price, size)) | 0
    if (size > 0) levels.set(price, size)
    else levels.delete(price)
  }

  #remember(): void {
    this.bookHashes.set(this.#updateId, this.#bookHash)
    if (this.bookHashes.size <= BOOKS_MAX) return
    for (const id of this.bookHashes.keys()) {
      this.bookHashes.delete(id)
      return
    }
  }

  #bestText(): string {
    const bid = Math.max(...this.#bids.keys())
    const ask = Math.min(...this.#asks.keys())
    const bidSize = sizeText(this.#bids.get(bid) ?? 0)
    const askSize = sizeText(this.#asks.get(ask) ?? 0)
    return `"b":"${priceText(bid)}","B":"${bidSize}","a":"${priceText(ask)}","A":"${askSize}"`
  }
}

/** Adds up to the hash of a book, in whatever order its levels come. */
export function levelHash(side: 'b' | 'a', price: number, size: number): number {
  const mixed = Math.imul(price * 2 + (side === 'b' ? 1 : 0), 0x9e3779b1)
  return Math.imul(mixed ^ (mixed >>> 15) ^ Math.imul(size, 0x85ebca6b), 0xc2b2ae35) | 0
}

export function forcedPayload(symbol: string, price: number, timeMs: number, more: string): string {
  const text = priceText(price)
  return `{"e":"forceOrder","E":${timeMs},"o":{"s":"${symbol}","S":"SELL","o":"LIMIT","f":"IOC","q":"0.014","p":"${text}","ap":"${text}","X":"FILLED","l":"0.014","z":"0.014","T":${timeMs}}${more}}`
}

function priceText(price: number): string {
  const whole = Math.floor(price / 10)
  return `${whole}.${price - whole * 10}0`
}

const sizeText = (size: number): string => {
  const whole = Math.floor(size / 1000)
  return `${whole}.${String(size - whole * 1000).padStart(3, '0')}`
}
