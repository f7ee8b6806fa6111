import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { roundHalfEven } from '../../src/base/numeric.ts'
import {
  applyLevels,
  createBookLevels,
  loadLevels,
  showLive,
} from '../../src/engines/book-levels.ts'
import { depthBand } from '../../src/engines/depth-band.ts'
import { createMarket, type Market, onDepth, onSnapshot } from '../../src/engines/market.ts'
import { closeMinute } from '../../src/engines/minute-close.ts'
import { differences } from './compare.ts'
import { diff, snapshot } from './golden-input.ts'
import { REFERENCE } from './reference-run.ts'

type Level = readonly [price: number, size: number]

/** What `pipeline.md` §4.1 says, with whole books and nothing put off. */
class PlainMetrics {
  readonly live = { bids: new Map<number, number>(), asks: new Map<number, number>() }
  shown = { bids: new Map<number, number>(), asks: new Map<number, number>() }
  prevBooks = new Map<number, number>()
  values = { midUsd: 0, bidDepthBase: 0, askDepthBase: 0, imbalance: 0 }
  totals = { voidsBase: 0, reinforcesBase: 0 }

  apply(bids: readonly Level[], asks: readonly Level[]): void {
    for (const [side, list] of [
      [this.live.bids, bids],
      [this.live.asks, asks],
    ] as const) {
      for (const [price, size] of list) {
        if (size === 0) side.delete(price)
        else side.set(price, size)
      }
    }
  }

  sample(synced: boolean): void {
    if (synced) this.shown = { bids: new Map(this.live.bids), asks: new Map(this.live.asks) }
    const { bids, asks } = this.shown
    if (bids.size === 0 || asks.size === 0) return
    const mid = (Math.max(...bids.keys()) + Math.min(...asks.keys())) / 2
    this.values.midUsd = mid
    this.values.bidDepthBase = sum(bids, (price) => price >= mid - 0.01 * mid)
    this.values.askDepthBase = sum(asks, (price) => price <= mid + 0.01 * mid)
    const total = this.values.bidDepthBase + this.values.askDepthBase
    if (total > 0) {
      this.values.imbalance = (this.values.bidDepthBase - this.values.askDepthBase) / total
    }
    const books = new Map<number, number>()
    for (const [price, size] of [...bids, ...asks]) {
      const level = Math.trunc(price / 50) * 50
      books.set(level, (books.get(level) ?? 0) + size)
    }
    if (this.prevBooks.size > 0) this.compare(books)
    this.prevBooks = books
  }

  compare(books: ReadonlyMap<number, number>): void {
    this.totals = { voidsBase: 0, reinforcesBase: 0 }
    for (const [level, size] of books) {
      const change = size - (this.prevBooks.get(level) ?? 0)
      if (change < 0) this.totals.voidsBase -= change
      else this.totals.reinforcesBase += change
    }
  }
}

const sum = (side: ReadonlyMap<number, number>, isInBand: (price: number) => boolean): number =>
  [...side].reduce((total, [price, size]) => total + (isInBand(price) ? size : 0), 0)

const text = (levels: readonly Level[]): string => levels.map((level) => level.join(':')).join(' ')

// Goal: what is computed late, from what the last message changed, is what the reference computes
// from whole books with each message. Method: both side by side, over books that cross, run empty,
// get wide and thin, are replaced by a resync, and gain decimals. The close of a minute comes
// anywhere, also right after a snapshot.
describe('figures of the book', () => {
  const price = fc.oneof(
    fc.integer({ min: 9_990, max: 10_010 }),
    fc.integer({ min: 9_900, max: 10_100 }),
    fc.constantFrom(9_000, 9_949.5, 9_950, 10_050.25, 12_000, 49, 30_000),
  )
  const levels = fc.array(fc.tuple(price, fc.constantFrom(0, 0, 0, 1, 2.5, 0.125)), {
    maxLength: 7,
  })
  const event = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('diff' as const),
        bids: levels,
        asks: levels,
        breaks: fc.integer({ min: 0, max: 12 }).map((dice) => dice === 0),
        clears: fc.integer({ min: 0, max: 12 }).map((dice) => dice === 0),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('close' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('snapshot' as const), asks: fc.boolean() }),
    },
  )
  type Event = typeof event extends fc.Arbitrary<infer E> ? E : never

  class Pair {
    readonly market: Market = createMarket('BTCUSDT', REFERENCE)
    readonly plain = new PlainMetrics()
    id = 1

    take(step: Event): void {
      if (step.kind === 'diff') this.#diff(step)
      else if (step.kind === 'snapshot') this.#snapshot(step)
      else this.#close()
    }

    #diff(step: Extract<Event, { kind: 'diff' }>): void {
      const previous = step.breaks ? this.id + 5000 : this.id
      this.id = previous + 1
      const gone = step.clears ? [...this.plain.live.asks.keys()].map((at) => [at, 0] as const) : []
      const asks = [...step.asks, ...gone]
      const { counts } = this.market.book
      const [applied, resyncs] = [counts.diffsApplied, counts.resyncs]
      onDepth(this.market, diff([this.id, this.id, previous], text(step.bids), text(asks)), 0)
      if (counts.resyncs > resyncs) {
        this.plain.live.bids.clear()
        this.plain.live.asks.clear()
      }
      if (counts.diffsApplied > applied) this.plain.apply(step.bids, asks)
      this.plain.sample(this.market.book.state === 'synced')
    }

    /** The newest there can be: what is buffered is older, and dropped. It may lack a side. */
    #snapshot({ asks }: Extract<Event, { kind: 'snapshot' }>): void {
      if (!this.market.book.snapshotWanted) return
      const askLevels: readonly Level[] = asks
        ? [
            [10_001, 1],
            [10_060, 3],
          ]
        : []
      onSnapshot(this.market, snapshot(this.id, '9999:1 9950:2', text(askLevels)), 0)
      this.plain.apply(
        [
          [9_999, 1],
          [9_950, 2],
        ],
        askLevels,
      )
    }

    #close(): void {
      const { book } = closeMinute(this.market, 1, 2, 60_000)
      const ours = Object.fromEntries(
        Object.keys({ ...this.plain.values, ...this.plain.totals }).map((name) => [
          name,
          book[name as keyof typeof book],
        ]),
      )
      expect(differences({ ...this.plain.values, ...this.plain.totals }, ours)).toEqual([])
      this.plain.totals = { voidsBase: 0, reinforcesBase: 0 }
    }
  }

  test('are those that whole books give with each message', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 50 }), (events) => {
        const pair = new Pair()
        for (const step of events) pair.take(step)
        pair.take({ kind: 'close' })
      }),
      { numRuns: 400 },
    )
  })
})

test('a book too wide for the band keeps the imbalance of the message before', () => {
  const market = createMarket('BTCUSDT', REFERENCE)
  onDepth(market, diff([1, 1, 0]), 0)
  const bids = '10000:1 9990:3 9000:1 8900:1 8800:1 8700:1'
  onSnapshot(market, snapshot(1, bids, '10010:1 11000:1 11100:1 11200:1 11300:1'), 0)
  onDepth(market, diff([2, 2, 1], '9900:3'), 0)
  onDepth(market, diff([3, 3, 2], '10000:0 9990:0'), 0)
  onDepth(market, diff([4, 4, 3], '9900:0', '10010:0'), 0)
  const { book } = closeMinute(market, 1, 2, 0)
  expect(book).toMatchObject({ bidDepthBase: 0, askDepthBase: 0, imbalance: 0.5, midUsd: 10_000 })
})

describe('pipeline.md §8, depth band', () => {
  const bandOf = (bids: string, asks: string, srcUsd: number) => {
    const levels = createBookLevels()
    loadLevels(levels, snapshot(1, bids, asks))
    showLive(levels)
    return Object.fromEntries(depthBand(levels, srcUsd, 20))
  }

  test('its bounds are included, ties go to the even bucket', () => {
    const bids = '98000:1 97999.9:1 99970:2'
    const asks = '102000:1 102000.1:1 100010:0.5 100030:1'
    expect(bandOf(bids, asks, 100_000)).toEqual({
      98000: 98_000,
      99960: 199_940,
      102000: 102_000,
      100000: 50_005,
      100040: 100_030,
    })
  })

  test('both sides are added up', () => {
    expect(bandOf('99980:3 99993:1 99991:1 99984:1', '100020:2 100015:1', 100_004.125)).toEqual({
      99980: 399_924,
      100000: 199_984,
      100020: 300_055,
    })
  })

  test('without a price there is none', () => {
    expect(bandOf('99:1', '101:1', 0)).toEqual({})
  })

  // Goal: the last bit of each sum, and the order of the buckets. Method: random diffs into our
  // book and into two insertion-ordered maps, which are summed as the chapter says.
  test('sums follow the order in which levels entered the book', () => {
    const level = fc.tuple(
      fc.integer({ min: 999_000, max: 1_001_000 }).map((ticks) => (ticks / 10).toFixed(1)),
      fc.integer({ min: -300, max: 900 }).map((units) => (Math.max(0, units) / 1000).toFixed(3)),
    )
    const side = fc.array(level, { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(fc.array(fc.tuple(side, side), { minLength: 1, maxLength: 6 }), (diffs) => {
        const levels = createBookLevels()
        const maps = [new Map<number, number>(), new Map<number, number>()] as const
        for (const sides of diffs) {
          const [bids, asks] = sides.map((rows) => rows.map((row) => row.join(':')).join(' '))
          applyLevels(levels, diff([1, 1, 0], bids, asks))
          for (const [index, map] of maps.entries()) putRows(map, sides[index] ?? [])
        }
        showLive(levels)
        expect([...depthBand(levels, 100_000, 20)]).toEqual([...plainBand(maps)])
      }),
      { numRuns: 100 },
    )
  })
})

function putRows(map: Map<number, number>, rows: readonly (readonly [string, string])[]): void {
  for (const [price, size] of rows) {
    if (Number(size) === 0) map.delete(Number(price))
    else map.set(Number(price), Number(size))
  }
}

function plainBand(sides: readonly ReadonlyMap<number, number>[]): Map<number, number> {
  const band = new Map<number, number>()
  for (const [price, size] of sides.flatMap((side) => [...side])) {
    const bucketUsd = roundHalfEven(price / 20) * 20
    band.set(bucketUsd, (band.get(bucketUsd) ?? 0) + price * size)
  }
  return band
}
