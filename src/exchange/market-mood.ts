/**
 * What all contracts of the simulated market share: regimes that come and go, and jumps. Each step
 * is 100 ms and gives one return that every contract follows with its own beta.
 */
import type { Random } from './random.ts'

/** Steps of the simulation: the venue pushes depth diffs each 100 ms. */
export const STEP_MS = 100
export const STEPS_PER_MINUTE = 60_000 / STEP_MS

interface Regime {
  /** Standard deviation of a minute's return. Unit: fraction. */
  readonly deviation: number
  /** Mean of a minute's return, up or down. Unit: fraction. */
  readonly drift: number
  /** Trades, relative to a usual minute. */
  readonly activity: number
  /** It is chosen when a draw from 0 to 1 lies below this, and below that of no earlier one. */
  readonly upTo: number
}

/** Calm, trend, volatile: deviations as in real BTCUSDT minutes of quiet, busy and wild hours. */
const CALM: Regime = { deviation: 0.00025, drift: 0, activity: 0.6, upTo: 0.45 }
const REGIMES: readonly Regime[] = [
  CALM,
  { deviation: 0.00045, drift: 0.00014, activity: 1, upTo: 0.8 },
  { deviation: 0.001, drift: 0, activity: 2.2, upTo: 1 },
]
const REGIME_MINUTES = { low: 6, high: 40 } as const
const MINUTES_PER_JUMP = 45
const JUMP_FRACTION = { low: 0.002, high: 0.008 } as const
const JUMP_STEPS = { low: 15, high: 80 } as const
/** Trades come thick while the market jumps. */
const JUMP_ACTIVITY = 4
/** Pull towards the first price, so that a simulated year stays on its price grid. */
const PULL_PER_MINUTE = 0.0002

export class MarketMood {
  /** This step's return, before any contract's own noise. Unit: fraction. */
  stepReturn = 0
  /** Standard deviation of a step's return in this regime. */
  stepDeviation = 0
  activity = 1
  /** Where the market stands, relative to its start. */
  #level = 1
  #regime: Regime
  #drift = 0
  #regimeStepsLeft = 0
  #jumpStepsLeft = 0
  #jumpReturn = 0
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
    this.#regime = this.#chooseRegime()
  }

  step(): void {
    const random = this.#random
    if (this.#regimeStepsLeft <= 0) this.#regime = this.#chooseRegime()
    this.#regimeStepsLeft -= 1
    if (this.#jumpStepsLeft === 0 && random.chance(1 / (MINUTES_PER_JUMP * STEPS_PER_MINUTE))) {
      this.#startJump()
    }
    this.stepDeviation = this.#regime.deviation / Math.sqrt(STEPS_PER_MINUTE)
    const pull = PULL_PER_MINUTE * (1 - this.#level)
    this.stepReturn = random.normal() * this.stepDeviation + (this.#drift + pull) / STEPS_PER_MINUTE
    this.activity = this.#regime.activity
    if (this.#jumpStepsLeft > 0) {
      this.#jumpStepsLeft -= 1
      this.stepReturn += this.#jumpReturn
      this.activity = JUMP_ACTIVITY
    }
    this.#level *= 1 + this.stepReturn
  }

  #chooseRegime(): Regime {
    const random = this.#random
    const minutes = random.between(REGIME_MINUTES.low, REGIME_MINUTES.high)
    this.#regimeStepsLeft = Math.round(minutes * STEPS_PER_MINUTE)
    const place = random.unit()
    const chosen = REGIMES.find(({ upTo }) => place < upTo) ?? CALM
    this.#drift = random.chance(0.5) ? chosen.drift : -chosen.drift
    return chosen
  }

  #startJump(): void {
    const random = this.#random
    this.#jumpStepsLeft = Math.round(random.between(JUMP_STEPS.low, JUMP_STEPS.high))
    const size = random.between(JUMP_FRACTION.low, JUMP_FRACTION.high)
    this.#jumpReturn = (random.chance(0.5) ? size : -size) / this.#jumpStepsLeft
  }
}
