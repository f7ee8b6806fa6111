/**
 * Whether a message went by lately. A recording may hold one message twice: sockets are doubled
 * while they are replaced, and liquidations have two witnesses. The venue said it once.
 */
export class RecentIds {
  readonly #known = new Set<number>()
  readonly #order: Float64Array
  #at = 0

  /** @param capacity How many ids are remembered. */
  constructor(capacity: number) {
    this.#order = new Float64Array(capacity).fill(Number.NaN)
  }

  /** Remembers `id`; true if it was there already. `NaN` never was. */
  has(id: number): boolean {
    if (Number.isNaN(id)) return false
    if (this.#known.has(id)) return true
    this.#known.delete(this.#order[this.#at] ?? Number.NaN)
    this.#order[this.#at] = id
    this.#at = (this.#at + 1) % this.#order.length
    this.#known.add(id)
    return false
  }
}

/** A 52-bit hash of bytes, for messages that carry no id. */
export function hashOfBytes(bytes: Uint8Array): number {
  let low = 0x811c9dc5
  let high = 0x9e3779b9
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high ^ byte, 0x85ebca6b) ^ (low >>> 13)
  }
  return (high >>> 12) * 2 ** 32 + (low >>> 0)
}
