/** A stock client's book: the venue's own rules, written apart from ours. */
export class StockBook {
  breakCount = 0
  joinCount = 0
  crossedCount = 0
  diffsApplied = 0
  auditMismatches = 0
  tickersCompared = 0
  tickerMismatches = 0
  readonly #bids = new Map<number, number>()
  readonly #asks = new Map<number, number>()
  #buffer: DepthBody[] | undefined = []
  #lastUpdateId = 0

  get wantsSnapshot(): boolean {
    return this.#buffer !== undefined
  }

  // biome-ignore lint/suspicious/noExplicitAny: bodies of three kinds, straight from JSON.
  take(channel: string, body: any): void {
    if (channel === 'depth') this.#depth(body)
    else if (channel === 'depthSnapshot') this.#snapshot(body)
    else if (this.#buffer === undefined && body.u === this.#lastUpdateId) this.#ticker(body)
  }

  #depth(diff: DepthBody): void {
    if (this.#buffer !== undefined) {
      this.#buffer.push(diff)
      return
    }
    if (diff.pu !== this.#lastUpdateId) {
      this.breakCount += 1
      this.#buffer = [diff]
      return
    }
    this.#apply(diff)
    this.diffsApplied += 1
    if (this.diffsApplied % 50 > 0) return
    if (this.#best('bids') >= this.#best('asks')) this.crossedCount += 1
  }

  #snapshot(body: { lastUpdateId: number; bids: string[][]; asks: string[][] }): void {
    if (this.#buffer === undefined) {
      if (body.lastUpdateId === this.#lastUpdateId) this.#audit(body)
      return
    }
    const survivors = this.#buffer.filter(({ u }) => u >= body.lastUpdateId)
    const [first] = survivors
    if (first !== undefined && first.U > body.lastUpdateId && first.pu !== body.lastUpdateId) return
    this.#bids.clear()
    this.#asks.clear()
    for (const [price, size] of body.bids) this.#bids.set(Number(price), Number(size))
    for (const [price, size] of body.asks) this.#asks.set(Number(price), Number(size))
    this.#lastUpdateId = body.lastUpdateId
    for (const diff of survivors) this.#apply(diff)
    this.#buffer = undefined
    this.joinCount += 1
  }

  #audit(body: { bids: string[][]; asks: string[][] }): void {
    for (const [price, size] of body.bids) {
      const known = this.#bids.get(Number(price))
      if (known !== undefined && known !== Number(size)) this.auditMismatches += 1
    }
    if (Number(body.bids[0]?.[0]) !== this.#best('bids')) this.auditMismatches += 1
    if (Number(body.asks[0]?.[0]) !== this.#best('asks')) this.auditMismatches += 1
  }

  #ticker(body: { b: string; B: string; a: string; A: string }): void {
    this.tickersCompared += 1
    if (this.tickersCompared % 10 > 0) return
    const isSame =
      this.#bids.get(Number(body.b)) === Number(body.B) &&
      this.#asks.get(Number(body.a)) === Number(body.A) &&
      this.#best('bids') === Number(body.b) &&
      this.#best('asks') === Number(body.a)
    if (!isSame) this.tickerMismatches += 1
  }

  #apply(diff: DepthBody): void {
    for (const [levels, side] of [
      [diff.b, this.#bids],
      [diff.a, this.#asks],
    ] as const) {
      for (const [price, size] of levels) {
        if (Number(size) === 0) side.delete(Number(price))
        else side.set(Number(price), Number(size))
      }
    }
    this.#lastUpdateId = diff.u
  }

  #best(side: 'bids' | 'asks'): number {
    let best = side === 'bids' ? 0 : Number.POSITIVE_INFINITY
    for (const price of (side === 'bids' ? this.#bids : this.#asks).keys()) {
      best = side === 'bids' ? Math.max(best, price) : Math.min(best, price)
    }
    return best
  }
}

interface DepthBody {
  readonly U: number
  readonly u: number
  readonly pu: number
  readonly b: readonly string[][]
  readonly a: readonly string[][]
}
