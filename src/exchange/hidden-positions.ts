/**
 * The leveraged positions that nobody sees, and that make the simulated liquidations mean
 * something: opened at the extremes of minutes, liquidated when price comes to their trigger
 * (`standard-profile.md` §1 and §2 measured real ones to behave so). Engines that look for standing
 * positions have something true to find.
 */
import type { Random } from './random.ts'

/** Leverage of those who open, and how common it is. */
const TIERS: readonly { readonly leverage: number; readonly share: number }[] = [
  { leverage: 10, share: 0.08 },
  { leverage: 20, share: 0.15 },
  { leverage: 25, share: 0.15 },
  { leverage: 50, share: 0.25 },
  { leverage: 75, share: 0.12 },
  { leverage: 100, share: 0.15 },
  { leverage: 125, share: 0.1 },
]
/** Maintenance margin: a position is taken over before all of its margin is gone. */
export const MAINTENANCE_FRACTION = 0.004
/** Buckets of trigger price. Unit: fraction of the first price. */
const BUCKET_FRACTION = 0.0001
const BUCKETS = 1 << 13
const MASK = BUCKETS - 1
/** Positions opened on each side of a minute, for each percent of its range. */
const POSITIONS_PER_RANGE_PERCENT = 120
/** Positions are closed by their owners too. */
const HALF_LIFE_MINUTES = 720
/** Minutes of the same kind that went before the recording. */
const EARLIER_MINUTES = 90

export interface Liquidation {
  readonly isLong: boolean
  readonly triggerPrice: number
}

export class HiddenPositions {
  readonly #longs = new Float64Array(BUCKETS)
  readonly #shorts = new Float64Array(BUCKETS)
  readonly #stepUsd: number
  readonly #random: Random
  #price: number

  constructor(startPrice: number, random: Random) {
    this.#stepUsd = startPrice * BUCKET_FRACTION
    this.#random = random
    this.#price = startPrice
    for (let minute = 0; minute < EARLIER_MINUTES; minute += 1) {
      const middle = startPrice * (1 + 0.004 * random.normal())
      const half = startPrice * 0.0004 * random.unit()
      this.open(middle + half, middle - half, startPrice)
    }
  }

  /** Moves price to `price` and takes what it triggers, in the order in which it is reached. */
  moveTo(price: number): readonly Liquidation[] {
    const from = this.#bucketOf(this.#price)
    const to = this.#bucketOf(price)
    this.#price = price
    if (from === to) return NONE
    const liquidations: Liquidation[] = []
    const isLong = to < from
    const masses = isLong ? this.#longs : this.#shorts
    const step = isLong ? -1 : 1
    for (let bucket = from + step; bucket !== to + step; bucket += step) {
      const mass = masses[bucket & MASK] ?? 0
      masses[bucket & MASK] = 0
      for (let count = this.#random.count(mass); count > 0; count -= 1) {
        liquidations.push({ isLong, triggerPrice: (bucket + this.#random.unit()) * this.#stepUsd })
      }
    }
    return liquidations
  }

  /** Opens what a closed minute brought, and lets everything age by a minute. */
  open(high: number, low: number, close: number): void {
    this.#age()
    const rangePercent = (100 * (high - low)) / close
    for (const { leverage, share } of TIERS) {
      const mass = POSITIONS_PER_RANGE_PERCENT * rangePercent * share
      const distance = 1 / leverage - MAINTENANCE_FRACTION
      const half = Math.max(0.0005, 0.12 * distance)
      const [near, far] = [distance - half, distance + half]
      this.#spread(this.#longs, mass, high * (1 - far), high * (1 - near))
      this.#spread(this.#shorts, mass, low * (1 + near), low * (1 + far))
    }
  }

  /** Spreads `mass` evenly; what would be triggered already was never opened. */
  #spread(masses: Float64Array, mass: number, low: number, high: number): void {
    const [from, to] = [this.#bucketOf(low), this.#bucketOf(high)]
    const present = this.#bucketOf(this.#price)
    const each = mass / (to - from + 1)
    const isLong = masses === this.#longs
    for (let bucket = from; bucket <= to; bucket += 1) {
      if (isLong ? bucket >= present : bucket <= present) continue
      masses[bucket & MASK] = (masses[bucket & MASK] ?? 0) + each
    }
  }

  #age(): void {
    // Half of it is gone after `HALF_LIFE_MINUTES`, to first order: nobody measures it.
    const kept = 1 - Math.LN2 / HALF_LIFE_MINUTES
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      this.#longs[bucket] = (this.#longs[bucket] ?? 0) * kept
      this.#shorts[bucket] = (this.#shorts[bucket] ?? 0) * kept
    }
  }

  #bucketOf(price: number): number {
    return Math.floor(price / this.#stepUsd)
  }
}

const NONE: readonly Liquidation[] = []
