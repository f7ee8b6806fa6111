/**
 * The venue's book of one contract, rebuilt from a recording so that REST requests are answered as
 * of the moment. Prices and sizes keep their text: what goes out is what came in.
 */

/** A depth event or a snapshot as its JSON has it. */
export interface DepthBody {
  readonly U?: number
  readonly u?: number
  readonly pu?: number
  readonly T?: number
  readonly lastUpdateId?: number
  readonly b?: readonly PriceLevel[]
  readonly a?: readonly PriceLevel[]
  readonly bids?: readonly PriceLevel[]
  readonly asks?: readonly PriceLevel[]
}
type PriceLevel = readonly [price: string, size: string]
type Side = Map<string, string>

/** Diffs that are kept to be joined to a snapshot that comes after them: 20 s at 100 ms. */
const RECENT_DIFFS_MAX = 200

export class VenueBook {
  lastUpdateId = 0
  /** Matching time of the last event. Unit: ms. */
  venueTimeMs = 0
  /** A snapshot was joined and no diff is missing since. */
  synced: boolean = false
  #bids: Side = new Map()
  #asks: Side = new Map()
  #recent: DepthBody[] = []

  takeDiff(diff: DepthBody): void {
    if ((diff.u ?? 0) <= this.lastUpdateId) return
    if (this.lastUpdateId > 0 && !follows(diff, this.lastUpdateId) && !this.#bridges(diff)) {
      this.#forget()
    }
    this.#recent.push(diff)
    if (this.#recent.length > RECENT_DIFFS_MAX) this.#recent.shift()
    this.#apply(diff)
  }

  takeSnapshot(snapshot: DepthBody): void {
    const { lastUpdateId = 0, bids = [], asks = [] } = snapshot
    const later = this.#recent.filter(({ u = 0 }) => u > lastUpdateId)
    if (!chains(later, lastUpdateId)) return
    const isCurrent = later.length > 0 || lastUpdateId >= this.lastUpdateId
    if (!isCurrent) return
    this.#bids = this.#merged(bids, this.#bids, -1)
    this.#asks = this.#merged(asks, this.#asks, 1)
    this.lastUpdateId = lastUpdateId
    this.venueTimeMs = snapshot.T ?? this.venueTimeMs
    this.synced = true
    this.#recent = later
    for (const diff of later) this.#apply(diff)
  }

  /** The best `limit` levels of a side, best first. */
  best(side: 'bids' | 'asks', limit: number): readonly PriceLevel[] {
    const sign = side === 'bids' ? -1 : 1
    return [...(side === 'bids' ? this.#bids : this.#asks)]
      .sort(([a], [b]) => sign * (Number(a) - Number(b)))
      .slice(0, limit)
  }

  get isEmpty(): boolean {
    return this.#bids.size === 0 || this.#asks.size === 0
  }

  /** The first diff after a snapshot may begin before it. */
  #bridges({ U: firstId = 0, u: lastId = 0 }: DepthBody): boolean {
    return this.#recent.length === 0 && firstId <= this.lastUpdateId && this.lastUpdateId <= lastId
  }

  /** Diffs are missing: no level can be trusted until it is heard of again. */
  #forget(): void {
    this.synced = false
    this.#recent = []
    this.#bids.clear()
    this.#asks.clear()
  }

  #apply(diff: DepthBody): void {
    for (const [price, size] of diff.b ?? []) put(this.#bids, price, size)
    for (const [price, size] of diff.a ?? []) put(this.#asks, price, size)
    this.lastUpdateId = diff.u ?? this.lastUpdateId
    this.venueTimeMs = diff.T ?? this.venueTimeMs
  }

  /** The levels of a snapshot, and beyond its last one those that diffs have kept current. */
  #merged(levels: readonly PriceLevel[], known: Side, sign: 1 | -1): Side {
    const merged: Side = new Map()
    for (const [price, size] of levels) put(merged, price, size)
    const worst = Number(levels.at(-1)?.[0] ?? Number.NaN)
    if (!this.synced) return merged
    for (const [price, size] of known) {
      if (sign * (Number(price) - worst) > 0) merged.set(price, size)
    }
    return merged
  }
}

/** Whether diffs continue a snapshot and each other without a hole. */
function chains(diffs: readonly DepthBody[], lastUpdateId: number): boolean {
  return diffs.every((diff, index) => {
    if (index === 0 && (diff.U ?? 0) <= lastUpdateId + 1) return true
    return follows(diff, index === 0 ? lastUpdateId : (diffs[index - 1]?.u ?? 0))
  })
}

function follows({ U: firstId = 0, pu: previousId = 0 }: DepthBody, lastUpdateId: number): boolean {
  return previousId > 0 ? previousId === lastUpdateId : firstId <= lastUpdateId + 1
}

function put(side: Side, price: string, size: string): void {
  if (Number(size) === 0) side.delete(price)
  else side.set(price, size)
}
