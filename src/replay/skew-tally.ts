/**
 * Least, median and greatest of whole milliseconds. A table of counts is open only as long as it is
 * added to: of a year of hours the three figures are kept.
 */

/** `null` where there is none. Unit: ms. */
export interface Skew {
  readonly min: number | null
  readonly median: number | null
  readonly max: number | null
}

interface Closed {
  readonly min: number
  readonly median: number
  readonly max: number
  readonly entryCount: number
}

export class SkewTally {
  readonly #counts = new Map<number, number>()
  #entryCount = 0
  readonly #closed: Closed[] = []

  add(ms: number): void {
    this.#counts.set(ms, (this.#counts.get(ms) ?? 0) + 1)
    this.#entryCount += 1
  }

  /** Forgets the table. More may be added, to a new one. */
  close(): void {
    if (this.#entryCount === 0) return
    this.#closed.push(closedOf(this.#counts, this.#entryCount))
    this.#counts.clear()
    this.#entryCount = 0
  }

  merge(other: SkewTally): void {
    other.close()
    this.#closed.push(...other.#closed)
  }

  /** Of several tables, the median is that of the largest. */
  skew(): Skew {
    this.close()
    const [first, ...more] = this.#closed
    if (first === undefined) return { min: null, median: null, max: null }
    let { min, max } = first
    let largest = first
    for (const closed of more) {
      min = Math.min(min, closed.min)
      max = Math.max(max, closed.max)
      if (closed.entryCount > largest.entryCount) largest = closed
    }
    return { min, median: largest.median, max }
  }
}

function closedOf(counts: ReadonlyMap<number, number>, entryCount: number): Closed {
  const sorted = [...counts].sort(([a], [b]) => a - b)
  let seen = 0
  const median = sorted.find(([, count]) => {
    seen += count
    return seen * 2 >= entryCount
  })
  const [min = Number.NaN] = sorted[0] ?? []
  const [max = Number.NaN] = sorted.at(-1) ?? []
  return { min, median: median?.[0] ?? Number.NaN, max, entryCount }
}
