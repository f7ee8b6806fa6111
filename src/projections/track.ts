/**
 * What has happened, in the order of the journal: a list that only grows at its end and is read up
 * to any sequence, so that one list serves the present and every moment of the past.
 */

export interface Sequenced {
  /** The entry that it comes from. */
  readonly seq: number
}

export class Track<T extends Sequenced> {
  readonly #countMax: number
  #items: T[] = []

  /** Keeps at least the newest `countMax`. */
  constructor(countMax: number) {
    this.#countMax = countMax
  }

  add(item: T): void {
    this.#items.push(item)
    // Cut by a quarter at a time, so that the cut costs nothing per item.
    if (this.#items.length > this.#countMax * 1.25) this.#items = this.#items.slice(-this.#countMax)
  }

  /** Those whose entries come before `seq`, at most the newest `countMax`, the oldest first. */
  before(seq: number, countMax = Number.POSITIVE_INFINITY): readonly T[] {
    const end = this.countBefore(seq)
    return this.#items.slice(Math.max(0, end - countMax), end)
  }

  /**
   * Those of entries from `fromSeq` up to `toSeq`: the first `countMax`, and what else the entry of
   * the last one brought.
   */
  between(fromSeq: number, toSeq: number, countMax: number): readonly T[] {
    const start = this.countBefore(fromSeq)
    const end = this.countBefore(toSeq)
    if (end - start <= countMax) return this.#items.slice(start, end)
    const lastSeq = this.#items[start + countMax - 1]?.seq ?? 0
    return this.#items.slice(start, this.countBefore(lastSeq + 1))
  }

  last(seq: number): T | undefined {
    return this.#items[this.countBefore(seq) - 1]
  }

  countBefore(seq: number): number {
    const items = this.#items
    // The newest state is asked for most.
    if ((items.at(-1)?.seq ?? -1) < seq) return items.length
    let low = 0
    let high = items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((items[middle]?.seq ?? 0) < seq) low = middle + 1
      else high = middle
    }
    return low
  }
}
