/**
 * The venue's side of a simulated book: one ring of sizes by tick, with everything up to `bidTick`
 * a bid and everything from `askTick` an ask, so that it cannot cross. It remembers which levels
 * changed since the last diff.
 */

import { powerOfTen } from '../base/numeric.ts'
import type { Contract } from './contract.ts'
import type { Random } from './random.ts'

/** Ticks of the ring; the window on both sides of the touch fits into it. */
const RING_TICKS = 1 << 15
const MASK = RING_TICKS - 1
/** Levels live at most this far from the touch: the ring's half, less room for one large move. */
const WINDOW_TICKS_MAX = 12_000

/** Share of ticks with an order, from the touch outwards: near, middle, and the thin rest. */
const NEAR_TICKS = 500
const NEAR_DENSITY = 0.5
const MIDDLE_TICKS = 8_000
const MIDDLE_DENSITY = 0.12
const FAR_DENSITY = 0.01
/** Levels that the middle should hold at least, so that a snapshot of 1 000 levels is full. */
const MIDDLE_LEVELS = 900
/** Share of the ticks behind a moving touch that are quoted at once. */
const REFILL_DENSITY = 0.4

export class SimulatedBook {
  bidTick: number
  askTick: number
  readonly #sizes = new Int32Array(RING_TICKS)
  readonly #contract: Contract
  readonly #random: Random
  readonly #windowTicks: number
  readonly #changedBids = new TickSet()
  readonly #changedAsks = new TickSet()

  constructor(contract: Contract, random: Random) {
    this.#contract = contract
    this.#random = random
    const startTicks = Math.floor(
      (contract.startPrice * powerOfTen(contract.priceDecimals)) / contract.tickUnits,
    )
    this.bidTick = startTicks
    this.askTick = startTicks + 1
    // A cheap contract has few ticks below it: the window must not reach zero.
    this.#windowTicks = Math.min(WINDOW_TICKS_MAX, Math.floor(startTicks / 4))
    this.#populate()
  }

  /** Size at a tick; 0 where nothing is quoted. */
  sizeAt(tick: number): number {
    return this.#sizes[tick & MASK] ?? 0
  }

  /** Moves the touch; what stood in between is taken, and quotes follow behind. */
  move(bidTick: number, askTick: number): void {
    const [fromBid, fromAsk] = [this.bidTick, this.askTick]
    for (let tick = fromAsk; tick < askTick; tick += 1) this.#drop(tick, this.#changedAsks)
    for (let tick = fromBid; tick > bidTick; tick -= 1) this.#drop(tick, this.#changedBids)
    this.bidTick = bidTick
    this.askTick = askTick
    this.#shiftWindow(fromBid)
    for (let tick = fromBid + 1; tick < bidTick; tick += 1) {
      if (this.#random.chance(REFILL_DENSITY)) this.#quote(tick, this.#changedBids)
    }
    for (let tick = fromAsk - 1; tick > askTick; tick -= 1) {
      if (this.#random.chance(REFILL_DENSITY)) this.#quote(tick, this.#changedAsks)
    }
    this.#quote(bidTick, this.#changedBids)
    this.#quote(askTick, this.#changedAsks)
  }

  /** Adds, changes and cancels `count` orders on each side, most of them near the touch. */
  churn(count: number): void {
    for (let index = 0; index < count; index += 1) {
      this.#touch(this.bidTick - this.#distance(), this.#changedBids)
      this.#touch(this.askTick + this.#distance(), this.#changedAsks)
    }
  }

  /** The ticks of a side that changed since the last call, ascending, valid until the next one. */
  takeChanges(side: 'bids' | 'asks'): Int32Array {
    return (side === 'bids' ? this.#changedBids : this.#changedAsks).take()
  }

  /** The best `count` ticks of a side, from the touch outwards. */
  bestTicks(side: 'bids' | 'asks', count: number): number[] {
    const ticks: number[] = []
    const step = side === 'bids' ? -1 : 1
    let tick = side === 'bids' ? this.bidTick : this.askTick
    for (let at = 0; at <= this.#windowTicks && ticks.length < count; at += 1) {
      if (this.sizeAt(tick) > 0) ticks.push(tick)
      tick += step
    }
    return ticks
  }

  #populate(): void {
    const middleTicks = Math.min(MIDDLE_TICKS, this.#windowTicks)
    const middleDensity = Math.max(MIDDLE_DENSITY, Math.min(0.6, MIDDLE_LEVELS / middleTicks))
    for (let distance = 0; distance < this.#windowTicks; distance += 1) {
      const density =
        distance < NEAR_TICKS ? NEAR_DENSITY : distance < middleTicks ? middleDensity : FAR_DENSITY
      for (const tick of [this.bidTick - distance, this.askTick + distance]) {
        if (distance === 0 || this.#random.chance(density)) this.#sizes[tick & MASK] = this.#size()
      }
    }
  }

  /** Levels that are now too far go; the far end of the other side is quoted thinly. */
  #shiftWindow(fromBid: number): void {
    const reach = this.#windowTicks
    for (let tick = fromBid; tick < this.bidTick; tick += 1) {
      this.#drop(tick - reach, this.#changedBids)
      if (this.#random.chance(FAR_DENSITY)) this.#quote(tick + reach, this.#changedAsks)
    }
    for (let tick = fromBid; tick > this.bidTick; tick -= 1) {
      this.#drop(tick + reach, this.#changedAsks)
      if (this.#random.chance(FAR_DENSITY)) this.#quote(tick - reach, this.#changedBids)
    }
  }

  #touch(tick: number, changed: TickSet): void {
    const standing = this.sizeAt(tick)
    const isTouch = tick === this.bidTick || tick === this.askTick
    if (standing > 0 && !isTouch && this.#random.chance(0.6)) this.#drop(tick, changed)
    else this.#quote(tick, changed)
  }

  #distance(): number {
    if (this.#random.chance(0.02)) return this.#random.below(this.#windowTicks - 1)
    return Math.min(this.#windowTicks - 1, Math.floor(14 * this.#random.heavy(0.02)))
  }

  #quote(tick: number, changed: TickSet): void {
    if (tick <= 0) return
    this.#sizes[tick & MASK] = this.#size()
    changed.add(tick)
  }

  #drop(tick: number, changed: TickSet): void {
    if (tick <= 0 || this.sizeAt(tick) === 0) return
    this.#sizes[tick & MASK] = 0
    changed.add(tick)
  }

  #size(): number {
    return 1 + Math.floor(this.#contract.orderSizeUnits * this.#random.heavy(0.02))
  }
}

/** A set of ticks that is emptied often: a list, and for each ring place when it was last added. */
class TickSet {
  #ticks = new Int32Array(1 << 10)
  #count = 0
  #generation = 1
  readonly #addedIn = new Int32Array(RING_TICKS)

  add(tick: number): void {
    if (this.#addedIn[tick & MASK] === this.#generation) return
    this.#addedIn[tick & MASK] = this.#generation
    if (this.#count === this.#ticks.length) {
      const grown = new Int32Array(this.#count * 2)
      grown.set(this.#ticks)
      this.#ticks = grown
    }
    this.#ticks[this.#count] = tick
    this.#count += 1
  }

  take(): Int32Array {
    const ticks = this.#ticks.subarray(0, this.#count)
    if (this.#count > 64) ticks.sort()
    else sortFew(ticks)
    this.#count = 0
    this.#generation += 1
    return ticks
  }
}

/** The library's sort costs more than a few dozen numbers are worth. */
function sortFew(ticks: Int32Array): void {
  for (let index = 1; index < ticks.length; index += 1) {
    const tick = ticks[index] ?? 0
    let at = index - 1
    while (at >= 0 && (ticks[at] ?? 0) > tick) {
      ticks[at + 1] = ticks[at] ?? 0
      at -= 1
    }
    ticks[at + 1] = tick
  }
}
