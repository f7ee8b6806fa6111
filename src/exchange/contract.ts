/** What the simulated venue trades: the grid of prices and sizes of a contract, and where it starts. */
import { powerOfTen } from '../base/numeric.ts'
import { hashOf } from './random.ts'

export interface Contract {
  readonly symbol: string
  /** Decimals that the venue prints. */
  readonly priceDecimals: number
  readonly sizeDecimals: number
  /** Smallest step of the price. Unit: `10 ** -priceDecimals` quote. */
  readonly tickUnits: number
  readonly startPrice: number
  /** Median size of an order. Unit: `10 ** -sizeDecimals` base. */
  readonly orderSizeUnits: number
  /** Contracts open at the start. Unit: base. */
  readonly openInterestBase: number
  /** How much further than the market as a whole it moves. */
  readonly beta: number
}

/** Median notional of a resting order or a trade, as in quiet minutes of real recordings. */
const ORDER_NOTIONAL_USD = 6_000
const OPEN_INTEREST_USD = 400_000_000

const KNOWN: Readonly<Record<string, Contract>> = {
  BTCUSDT: {
    symbol: 'BTCUSDT',
    priceDecimals: 2,
    sizeDecimals: 3,
    tickUnits: 10,
    startPrice: 91_000,
    orderSizeUnits: 70,
    openInterestBase: 82_000,
    beta: 1,
  },
  ETHUSDT: {
    symbol: 'ETHUSDT',
    priceDecimals: 2,
    sizeDecimals: 3,
    tickUnits: 1,
    startPrice: 3_150,
    orderSizeUnits: 1_900,
    openInterestBase: 1_900_000,
    beta: 1.2,
  },
  SOLUSDT: {
    symbol: 'SOLUSDT',
    priceDecimals: 4,
    sizeDecimals: 2,
    tickUnits: 100,
    startPrice: 137,
    orderSizeUnits: 4_000,
    openInterestBase: 9_000_000,
    beta: 1.4,
  },
}

/** Contracts that are not simulated and still appear on the liquidation stream of all markets. */
export const FOREIGN_CONTRACTS: readonly Contract[] = [
  contractAt('BTCDOMUSDT', 4_720, 1, 3),
  contractAt('1000PEPEUSDT', 0.0107, 7, 0),
  contractAt('PUMPBTCUSDT', 0.0236, 5, 0),
  contractAt('XRPUSDT', 2.1, 4, 1),
]

/** The contract of a symbol; one that is not known gets a price of its own that never changes. */
export function contractOf(symbol: string): Contract {
  const known = KNOWN[symbol]
  if (known !== undefined) return known
  const hash = hashOf(symbol) >>> 0
  const price = (200 + (hash % 1_800)) / powerOfTen((hash >>> 16) % 4)
  return price >= 100 ? contractAt(symbol, price, 2, 3) : contractAt(symbol, price, 4, 1)
}

function contractAt(
  symbol: string,
  startPrice: number,
  priceDecimals: number,
  sizeDecimals: number,
): Contract {
  const sizeUnits = Math.round((ORDER_NOTIONAL_USD / startPrice) * powerOfTen(sizeDecimals))
  return {
    symbol,
    priceDecimals,
    sizeDecimals,
    tickUnits: 1,
    startPrice,
    orderSizeUnits: Math.max(2, sizeUnits),
    openInterestBase: Math.round(OPEN_INTEREST_USD / startPrice),
    beta: 1.3,
  }
}
