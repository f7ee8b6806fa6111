import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultsOf } from '../../src/base/setting.ts'
import { type BookSides, priceOfKey, showLive, sizeBaseOf } from '../../src/engines/book-levels.ts'
import { restoreBook, saveBook } from '../../src/engines/book-plain.ts'
import { bookReportOf } from '../../src/engines/book-report.ts'
import { waitingDiffs } from '../../src/engines/diff-ring.ts'
import { createLevelBuffer } from '../../src/engines/level-buffer.ts'
import {
  BOOK_SETTINGS,
  carryOut,
  createOrderBook,
  type DiffVerdict,
  judgeDiff,
  type OrderBook,
  snapshotFailed,
  takeSnapshot,
} from '../../src/engines/order-book.ts'
import { collectLevels, NO_KEY } from '../../src/engines/price-ladder.ts'
import type { DepthUpdate } from '../../src/model/messages.ts'
import { diff, snapshot } from './golden-input.ts'

const START_MS = 1_700_000_000_000

const reference = (gapTolerance: number): OrderBook =>
  createOrderBook({ ...defaultsOf(BOOK_SETTINGS, 'reference'), gapTolerance })

const standard = (): OrderBook => createOrderBook(defaultsOf(BOOK_SETTINGS, 'standard'))

function take(book: OrderBook, message: DepthUpdate, clockMs = START_MS): DiffVerdict {
  const verdict = judgeDiff(book, message)
  carryOut(book, message, verdict, clockMs)
  if (book.state === 'synced') showLive(book.levels)
  return verdict
}

/** Levels as `price:size`, the best first. */
function levelsOf(book: OrderBook, side: keyof BookSides, sides = book.levels.live): string {
  const buffer = createLevelBuffer()
  collectLevels(sides[side], NO_KEY, buffer)
  return Array.from({ length: buffer.count }, (_, index) => {
    const priceUsd = priceOfKey(book.levels.grid, buffer.keys[index] ?? 0)
    return `${priceUsd}:${sizeBaseOf(book.levels.grid, buffer.sizes[index] ?? 0)}`
  }).join(' ')
}

describe('orderbook.md §2 R1, first sync with a tolerance of 1000', () => {
  const book = reference(1000)
  const at = (seconds: number) => START_MS + seconds * 1000

  test('buffers until the snapshot', () => {
    expect(take(book, diff([90, 100, 80], '99:1', '101:9'))).toBe('buffer')
    expect(book).toMatchObject({ state: 'syncing', snapshotWanted: true })
    take(book, diff([101, 120, 100], '99.5:2', '101:0'))
    take(book, diff([121, 140, 120], '98:4', '102:3'))
    expect(book.waiting.count).toBe(3)
  })

  test('joins the snapshot by the rule of spot', () => {
    const bids = '99:1.5 98.5:0 98:2'
    takeSnapshot(book, snapshot(110, bids, '101:5 101.5:7'), at(1))
    expect(book).toMatchObject({
      state: 'synced',
      lastAppliedU: 140,
      firstDiffU: 101,
      firstDiffLastU: 120,
      counts: { diffsDiscarded: 1, diffsApplied: 2, diffsInCurrentSync: 2, lastUpdateClockMs: 0 },
    })
    expect(levelsOf(book, 'bids')).toBe('99.5:2 99:1.5 98:4')
    expect(levelsOf(book, 'asks')).toBe('101.5:7 102:3')
    expect(bookReportOf(book, at(1))).toMatchObject({ bestBidUsd: 99.5, bestAskUsd: 101.5 })
  })

  test('applies the next diff, also with a finer price', () => {
    expect(take(book, diff([141, 150, 140], '99:0', '101.2:1'), at(1.1))).toBe('apply')
    expect(levelsOf(book, 'bids')).toBe('99.5:2 98:4')
    expect(levelsOf(book, 'asks')).toBe('101.2:1 101.5:7 102:3')
  })

  test('tolerates a gap of 5, an older diff, and a gap of exactly 1000', () => {
    expect(take(book, diff([160, 170, 155], '97:1'), at(1.2))).toBe('apply')
    expect(book.counts).toMatchObject({ puGapCount: 1, lastGapPu: 155, lastGapExpected: 150 })
    expect(book.counts.lastUpdateClockMs / 1000).toBe(1700000001.2)
    expect(take(book, diff([141, 150, 140], '99:8'), at(1.3))).toBe('apply')
    expect(book).toMatchObject({ lastAppliedU: 150, counts: { puGapCount: 2 } })
    expect(take(book, diff([1200, 1250, 1150]), at(6.3))).toBe('apply')
    expect(book).toMatchObject({ lastAppliedU: 1250, counts: { puGapCount: 3 } })
  })

  test('syncs anew after a gap of 1001', () => {
    expect(take(book, diff([2300, 2350, 2251], '95:1'), at(11.3))).toBe('resync')
    expect(bookReportOf(book, at(11.3))).toMatchObject({
      state: 'syncing',
      bidCount: 0,
      askCount: 0,
      lastAppliedU: 0,
      bufferedCount: 1,
      firstDiffU: 101,
      firstDiffLastU: 120,
      counts: { resyncs: 1, puGapCount: 4, syncDurationSMax: 10.3, diffsApplied: 6 },
    })
    expect(levelsOf(book, 'bids', book.levels.shown)).toBe('99.5:2 99:8 98:4 97:1')
  })

  test('asks again after a failed request', () => {
    snapshotFailed(book)
    expect(book).toMatchObject({ state: 'unsynced', snapshotWanted: false })
    expect(book.waiting.count).toBe(1)
    expect(take(book, diff([2351, 2400, 2350], '95.5:1'), at(12))).toBe('buffer')
    expect(book).toMatchObject({ state: 'syncing', snapshotWanted: true })
    takeSnapshot(book, snapshot(2355, '95:3', '96:4'), at(12))
    expect(book).toMatchObject({
      lastAppliedU: 2400,
      counts: { diffsDiscarded: 2, diffsApplied: 7 },
    })
    expect(levelsOf(book, 'bids')).toBe('95.5:1 95:3')
    expect(levelsOf(book, 'asks')).toBe('96:4')
  })
})

test('orderbook.md §2 R2: strict, by the rule of spot, refuses a diff that bridges', () => {
  const book = reference(0)
  take(book, diff([40, 44, 39], '99:1'))
  takeSnapshot(book, snapshot(50, '99:1', '101:1'), START_MS)
  expect(take(book, diff([45, 60, 44]))).toBe('resync')
  expect(book.counts).toMatchObject({ puGapCount: 1, lastGapPu: 44, lastGapExpected: 50 })
})

test('orderbook.md §2 R3: without pu, the first id counts', () => {
  const book = reference(10)
  take(book, diff([40, 60, 0]))
  takeSnapshot(book, snapshot(60), START_MS)
  expect(take(book, diff([71, 80, 0]))).toBe('apply')
  expect(book.counts).toMatchObject({
    lastGapType: 'u_gap',
    lastGapPu: 71,
    lastGapExpected: 61,
    uGapCount: 1,
  })
  expect(take(book, diff([92, 99, 0]))).toBe('resync')
  expect(book.counts.uGapCount).toBe(2)
})

test('by the rule of spot, a snapshot that nobody asked for is not taken', () => {
  const book = reference(1000)
  takeSnapshot(book, snapshot(50, '99:1', '101:1'), START_MS)
  expect(book.state).toBe('unsynced')
})

describe('the rules of futures (orderbook.md RQ1–RQ6)', () => {
  test('the first diff may reach over the snapshot, or follow it', () => {
    for (const first of [diff([45, 60, 44]), diff([55, 60, 50]), diff([45, 50, 44])]) {
      const book = standard()
      takeSnapshot(book, snapshot(50, '99:1', '101:1'), START_MS)
      expect(take(book, first)).toBe('apply')
      expect(take(book, diff([61, 70, first.lastUpdateId]))).toBe('apply')
    }
  })

  test('a first diff from before the snapshot is dropped, a later one waits for another', () => {
    const book = standard()
    takeSnapshot(book, snapshot(50, '99:1', '101:1'), START_MS)
    expect(take(book, diff([30, 49, 29], '98:1'))).toBe('drop')
    expect(book.counts.diffsDiscarded).toBe(1)
    expect(take(book, diff([58, 60, 55], '98:1'))).toBe('resync')
  })

  test('a buffered diff that does not bridge keeps the book out until a later snapshot', () => {
    const book = standard()
    take(book, diff([58, 60, 55], '98:1'))
    take(book, diff([61, 70, 60], '97:1'))
    takeSnapshot(book, snapshot(50, '99:1', '101:1'), START_MS)
    expect(book).toMatchObject({ state: 'syncing', counts: { joinsFailed: 1 } })
    takeSnapshot(book, snapshot(65, '98:1', '101:1'), START_MS)
    expect(book).toMatchObject({ state: 'synced', lastAppliedU: 70 })
    expect(levelsOf(book, 'bids')).toBe('98:1 97:1')
  })

  test('a buffered diff that ends at the snapshot is applied to it', () => {
    const book = standard()
    take(book, diff([45, 50, 44], '98:1'))
    takeSnapshot(book, snapshot(50, '99:1', '101:1'), START_MS)
    expect(book).toMatchObject({ unbridged: false, counts: { diffsApplied: 1, diffsDiscarded: 0 } })
  })

  test('a break in the chain of buffered diffs asks for a snapshot after it', () => {
    const book = standard()
    take(book, diff([41, 52, 40], '98:1'))
    take(book, diff([61, 70, 60], '97:1'))
    takeSnapshot(book, snapshot(50, '99:1', '101:1'), START_MS)
    expect(book.state).toBe('syncing')
    expect(waitingDiffs(book.waiting).map((kept) => kept.lastUpdateId)).toEqual([70])
  })

  test('a diff of the past is dropped and counted, and changes nothing', () => {
    const book = standard()
    takeSnapshot(book, snapshot(50, '99:1', '101:1'), START_MS)
    take(book, diff([45, 60, 44], '98:1'))
    expect(take(book, diff([45, 60, 44], '98:7'))).toBe('drop')
    expect(book.counts.diffsDuplicate).toBe(1)
    expect(levelsOf(book, 'bids')).toBe('99:1 98:1')
  })

  test('any gap syncs anew', () => {
    const book = standard()
    takeSnapshot(book, snapshot(50, '99:1', '101:1'), START_MS)
    take(book, diff([45, 60, 44]))
    expect(take(book, diff([63, 70, 62]))).toBe('resync')
  })
})

describe('a snapshot that arrives in sync', () => {
  const synced = () => {
    const book = standard()
    takeSnapshot(book, snapshot(50, '99:1 98:2', '101:1'), START_MS)
    take(book, diff([45, 60, 44], '98:3'))
    take(book, diff([61, 70, 60], '97:1', '101:4'))
    take(book, diff([71, 80, 70], '99:0', '102:5'))
    return book
  }

  test('is compared with the book as it was at its id, which it leaves alone', () => {
    const book = synced()
    const before = levelsOf(book, 'bids')
    takeSnapshot(book, snapshot(70, '99:1 98:3 97:1', '101:4'), START_MS)
    expect(book.audit).toMatchObject({ snapshotsCompared: 1, levelsDiffering: 0 })
    expect(levelsOf(book, 'bids')).toEqual(before)
  })

  test('counts each level that differs, in the range that it covers', () => {
    const book = synced()
    takeSnapshot(book, snapshot(70, '99:1 98:2.5', '101:4 103:1'), START_MS)
    expect(book.audit).toMatchObject({ lastLevelsCompared: 4, lastLevelsDiffering: 2 })
  })

  test('tells levels that were beyond the snapshot the book was made of from wrong ones', () => {
    const book = synced()
    // 99 is known to be gone by id 80, and 98 to be 3; below 98 and above 101 nothing is known
    // but what diffs named: 97 and 102.
    takeSnapshot(book, snapshot(80, '99:7 98:3 97:2 96:1', '101:4 102:5 103:1'), START_MS)
    expect(book.audit).toMatchObject({ lastLevelsDiffering: 4, lastLevelsUnseen: 2 })
    const again = restoreBook(saveBook(book), book.settings)
    expect(again.audit).toEqual(book.audit)
    takeSnapshot(again, snapshot(80, '99:7 98:3 97:2 96:1', '101:4 102:5 103:1'), START_MS)
    expect(again.audit).toMatchObject({ levelsDiffering: 8, levelsUnseen: 4 })
  })

  test('leaves out what the diff around its id touched', () => {
    const book = synced()
    takeSnapshot(book, snapshot(65, '99:1 98:3 97:9', '101:1'), START_MS)
    expect(book.audit).toMatchObject({ lastLevelsCompared: 2, lastLevelsDiffering: 0 })
  })

  test('is not compared with what the log says of the book before a resync', () => {
    const book = synced()
    take(book, diff([200, 210, 190]))
    takeSnapshot(book, snapshot(205, '90:1', '91:1'), START_MS)
    takeSnapshot(book, snapshot(70, '90:1', '91:1'), START_MS)
    expect(book.audit).toMatchObject({ snapshotsCompared: 0, snapshotsNotCompared: 1 })
  })

  test('is only counted when it is ahead of the book, or too old', () => {
    const book = synced()
    takeSnapshot(book, snapshot(90, '99:1', '101:1'), START_MS)
    takeSnapshot(book, snapshot(40, '99:1', '101:1'), START_MS)
    expect(book.audit).toMatchObject({ snapshotsCompared: 0, snapshotsNotCompared: 2 })
  })
})

// Goal: decimals are a way of writing. Method: the same levels written with any number of zeros
// behind them, in another order of precision from message to message.
test('a book does not depend on how many decimals its messages have', () => {
  const level = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 50 }))
  const message = fc.record({
    levels: fc.array(level, { maxLength: 8 }),
    priceZeros: fc.integer({ min: 0, max: 4 }),
    sizeZeros: fc.integer({ min: 0, max: 4 }),
  })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), (messages) => {
      const book = reference(0)
      take(book, diff([1, 1, 0]))
      takeSnapshot(book, snapshot(1), START_MS)
      const model = new Map<number, number>()
      for (const [index, { levels, priceZeros, sizeZeros }] of messages.entries()) {
        const next = diff([index + 2, index + 2, index + 1])
        next.bidCount = levels.length
        next.priceDecimals = 2 + priceZeros
        next.sizeDecimals = 1 + sizeZeros
        for (const [place, [price, size]] of levels.entries()) {
          next.priceUnits[place] = price * 5 * 10 ** priceZeros
          next.sizeUnits[place] = size * 10 ** sizeZeros
          if (size === 0) model.delete((price * 5) / 100)
          else model.set((price * 5) / 100, size / 10)
        }
        take(book, next)
      }
      const expected = [...model].sort(([a], [b]) => b - a)
      expect(levelsOf(book, 'bids')).toBe(expected.map((level) => level.join(':')).join(' '))
    }),
  )
})

// Goal: out of sync nothing is applied, and a joined book is never behind its snapshot. Method:
// random chains of diffs with holes, repeats and snapshots, under both rules.
describe('any chain of events', () => {
  const anyEvent = fc.oneof(
    { weight: 6, arbitrary: fc.record({ skip: fc.constantFrom(0, 0, 0, 0, 1, 40, -30) }) },
    { weight: 1, arbitrary: fc.record({ snapshotBack: fc.integer({ min: -5, max: 60 }) }) },
  )
  const anySettings = fc.record({
    joinRule: fc.constantFrom('spot' as const, 'futures' as const),
    gapTolerance: fc.constantFrom(0, 20),
  })
  type Event = typeof anyEvent extends fc.Arbitrary<infer E> ? E : never

  function step(book: OrderBook, id: number, event: Event): number {
    const wasSynced = book.state === 'synced'
    if ('snapshotBack' in event) {
      takeSnapshot(book, snapshot(id - event.snapshotBack, '9:1', '11:1'), START_MS)
      if (!wasSynced && book.state === 'synced') {
        expect(book.lastAppliedU).toBeGreaterThanOrEqual(id - event.snapshotBack)
      }
      return id
    }
    const previous = id + event.skip
    const verdict = take(book, diff([previous + 1, previous + 10, previous], '9.5:1'))
    if (!wasSynced) expect(verdict).toBe('buffer')
    if (book.state !== 'synced') expect(levelsOf(book, 'bids')).toBe('')
    return previous + 10
  }

  test('applies diffs only in sync, and joins at the id of the snapshot or later', () => {
    fc.assert(
      fc.property(anySettings, fc.array(anyEvent, { maxLength: 60 }), (settings, events) => {
        const book = createOrderBook({ ...defaultsOf(BOOK_SETTINGS, 'standard'), ...settings })
        let id = 100
        for (const event of events) id = step(book, id, event)
      }),
    )
  })
})
