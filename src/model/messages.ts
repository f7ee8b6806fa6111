/**
 * Decoded messages. Each decoder fills one object that it owns and uses again for the next
 * message: whoever wants to keep a value copies it.
 *
 * Prices and quantities of a book are whole units of `10 ** -decimals`, exact below 2^53, so that
 * price levels are integer keys. `units / 10 ** decimals` is the same double as `Number(text)`.
 */

export class DepthUpdate {
  eventTimeMs = 0
  /** `T`: when the matching engine made it. `NaN`: a REST book that does not say. */
  venueTimeMs = 0
  firstUpdateId = 0
  lastUpdateId = 0
  /** `pu`: the last id of the event before; 0 where the venue sent none. */
  prevUpdateId = 0
  priceDecimals = 0
  sizeDecimals = 0
  bidCount = 0
  askCount = 0
  /**
   * Bids, then asks, in the order of the payload. Longer than `bidCount + askCount`. A decoder puts
   * other arrays here when it likes: they may lie in the memory of its scanner.
   */
  priceUnits = new Float64Array(256)
  /** Absolute quantity of each level; 0 removes it. */
  sizeUnits = new Float64Array(256)

  /** Takes over all of `other`. */
  copyFrom(other: DepthUpdate): void {
    this.eventTimeMs = other.eventTimeMs
    this.venueTimeMs = other.venueTimeMs
    this.firstUpdateId = other.firstUpdateId
    this.lastUpdateId = other.lastUpdateId
    this.prevUpdateId = other.prevUpdateId
    this.priceDecimals = other.priceDecimals
    this.sizeDecimals = other.sizeDecimals
    this.bidCount = other.bidCount
    this.askCount = other.askCount
    const levelCount = other.bidCount + other.askCount
    this.reserve(levelCount)
    for (let index = 0; index < levelCount; index += 1) {
      this.priceUnits[index] = other.priceUnits[index] ?? 0
      this.sizeUnits[index] = other.sizeUnits[index] ?? 0
    }
  }

  /** Makes room for `count` levels, keeping those that are there. */
  reserve(count: number): void {
    if (count <= this.priceUnits.length) return
    const length = Math.max(count, this.priceUnits.length * 2)
    const grow = (from: Float64Array) => {
      const grown = new Float64Array(length)
      grown.set(from)
      return grown
    }
    this.priceUnits = grow(this.priceUnits)
    this.sizeUnits = grow(this.sizeUnits)
  }
}

/** A REST book: `lastUpdateId` is the only id; `firstUpdateId` and `prevUpdateId` are 0. */
export class DepthSnapshot extends DepthUpdate {}

export class AggTrade {
  eventTimeMs = 0
  venueTimeMs = 0
  aggTradeId = 0
  firstTradeId = 0
  lastTradeId = 0
  price = 0
  sizeBase = 0
  /** `m`: the buyer was the maker, so the taker sold. */
  buyerIsMaker = false
}

export class Trade {
  eventTimeMs = 0
  venueTimeMs = 0
  tradeId = 0
  price = 0
  sizeBase = 0
  buyerIsMaker = false
}

export class BookTicker {
  eventTimeMs = 0
  venueTimeMs = 0
  updateId = 0
  bidPrice = 0
  bidSizeBase = 0
  askPrice = 0
  askSizeBase = 0
}

export class ForceOrder {
  eventTimeMs = 0
  /** `o.T`. */
  venueTimeMs = 0
  symbol = ''
  /** `S`, the side of the forced order, as sent: `SELL` closes a long. */
  side = ''
  /** `p`: limit price of the order. Numbers and texts that the order lacks are 0 and empty. */
  price = 0
  /** `ap`: average fill price. */
  averagePrice = 0
  /** `q`: original quantity. */
  sizeBase = 0
  /** `z`: filled quantity. */
  filledBase = 0
  /** `X`. */
  status = ''
}

export class MarkPrice {
  /** `E`: also the exchange time, since `T` is the next funding. */
  eventTimeMs = 0
  markPrice = 0
  indexPrice = 0
  /** `NaN` where the payload has no `r`. */
  fundingFraction = 0
  nextFundingTimeMs = 0
}

export class OpenInterest {
  /** `time`. */
  venueTimeMs = 0
  openInterestBase = 0
}

export class LongShortRatio {
  /** Start of the period it is about: a label, not a clock. `NaN`: not said. */
  venueTimeMs = 0
  ratio = 0
  longFraction = 0
  shortFraction = 0
  /** The venue answered with an empty list. */
  empty = false
}

/** What the venue says of one contract. */
export interface Instrument {
  readonly symbol: string
  /** As sent: `TRADING`, `SETTLING`, … */
  readonly status: string
  /** As sent: `PERPETUAL`, `CURRENT_QUARTER`, … */
  readonly contractType: string
  /** Decimals of a price and of a quantity as texts. */
  readonly priceDecimals: number
  readonly sizeDecimals: number
  /** Smallest step of the price. Unit: quote. `NaN`: not said. */
  readonly tickSize: number
  /** Smallest step of the quantity. Unit: base. `NaN`: not said. */
  readonly stepSizeBase: number
}

export class ExchangeInfo {
  /** `NaN`: not said. */
  serverTimeMs = Number.NaN
  instruments: readonly Instrument[] = []
}

export class ServerTime {
  /** When the venue answered. Unit: ms since 1970. Clock: the venue's. */
  serverTimeMs = 0
}

/** A message that was not as documented. It is counted and shown, and stops nothing. */
export interface Fault {
  readonly seq: number
  readonly channel: string
  readonly symbol: string
  /** The field, the expectation and what was found. */
  readonly reason: string
}
