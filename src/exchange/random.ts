/**
 * A seeded stream of numbers for the simulated market. Only 32-bit integer steps, so that one seed
 * gives one market on every platform and Node release.
 */
export class Random {
  #x: number
  #y: number
  #z: number
  #count = 1

  /** Streams of one seed with different labels have nothing in common. */
  constructor(seed: number, label: string) {
    const hash = hashOf(label)
    this.#x = Math.floor(seed) | 0
    this.#y = Math.floor(seed / 2 ** 32) ^ hash
    this.#z = Math.imul(hash, 0x9e3779b1)
    // The first outputs of neighbouring seeds still resemble each other.
    for (let round = 0; round < 16; round += 1) this.#next()
  }

  /** From 0 up to, not including, 1. */
  unit(): number {
    return (this.#next() >>> 0) / 2 ** 32
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit)
  }

  /** From `low` up to `high`. */
  between(low: number, high: number): number {
    return low + this.unit() * (high - low)
  }

  chance(probability: number): boolean {
    return this.unit() < probability
  }

  /** Nearly normal: mean 0, deviation 1, never beyond 3.5. A sum of uniforms needs no logarithm. */
  normal(): number {
    return (this.unit() + this.unit() + this.unit() + this.unit() - 2) * Math.sqrt(3)
  }

  /** A whole number whose mean is `mean`. */
  count(mean: number): number {
    return Math.floor(mean + this.unit())
  }

  /** Median 1, long tail, at most `1 / tail`: the shape of sizes and distances in a book. */
  heavy(tail: number): number {
    const unit = this.unit()
    return unit / (1 + tail - unit)
  }

  #next(): number {
    const output = (this.#x + this.#y + this.#count) | 0
    this.#count = (this.#count + 1) | 0
    this.#x = this.#y ^ (this.#y >>> 9)
    this.#y = (this.#z + (this.#z << 3)) | 0
    this.#z = (((this.#z << 21) | (this.#z >>> 11)) + output) | 0
    return output
  }
}

/** A 32-bit hash of an ASCII label. */
export function hashOf(label: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < label.length; index += 1) {
    hash = Math.imul(hash ^ label.charCodeAt(index), 0x01000193)
  }
  return hash ^ (hash >>> 15)
}
