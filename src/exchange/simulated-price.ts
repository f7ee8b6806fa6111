/** The price of one simulated contract: the market's return, its own noise, and what forced orders do. */
import type { MarketMood } from './market-mood.ts'
import type { Random } from './random.ts'

/** Own noise of a contract, relative to the market's. */
const OWN_NOISE = 0.35
/** How far one forced order pushes price, and how fast: less than would feed itself for ever. */
const PUSH_FRACTION = 0.00003
const PUSH_SHARE_PER_STEP = 0.12
const PUSH_PER_STEP_MAX = 0.0004
/** Half of a push is given back, slowly. */
const RECOVERY_PER_STEP = 0.004

export interface PriceBar {
  high: number
  low: number
}

export class SimulatedPrice {
  value: number
  #push = 0
  #recovery = 0
  #bar: PriceBar
  readonly #beta: number
  readonly #random: Random

  constructor(startPrice: number, beta: number, random: Random) {
    this.value = startPrice
    this.#bar = { high: startPrice, low: startPrice }
    this.#beta = beta
    this.#random = random
  }

  step(mood: MarketMood): void {
    const push = clamp(this.#push * PUSH_SHARE_PER_STEP, PUSH_PER_STEP_MAX)
    this.#push -= push
    const recovery = this.#recovery * RECOVERY_PER_STEP
    this.#recovery -= recovery + push / 2
    const own = this.#random.normal() * mood.stepDeviation * OWN_NOISE
    this.value *= 1 + this.#beta * mood.stepReturn + own + push + recovery
    this.#bar.high = Math.max(this.#bar.high, this.value)
    this.#bar.low = Math.min(this.#bar.low, this.value)
  }

  /** A forced order goes through the market: that of a long is sold, and price falls with it. */
  pushBy(order: { readonly isLong: boolean }): void {
    this.#push += order.isLong ? -PUSH_FRACTION : PUSH_FRACTION
  }

  /** High and low since the last call. */
  takeBar(): PriceBar {
    const bar = this.#bar
    this.#bar = { high: this.value, low: this.value }
    return bar
  }
}

/** `value`, at most `limit` away from 0. */
export const clamp = (value: number, limit: number): number =>
  Math.max(-limit, Math.min(limit, value))
