import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultsOf } from '../../src/base/setting.ts'
import { applyLevels, createBookLevels, loadLevels } from '../../src/engines/book-levels.ts'
import {
  approximateNotionalUsd,
  decodeFrame,
  encodeFrame,
  storedFrameOf,
} from '../../src/engines/frame-record.ts'
import {
  type BookFrame,
  createFrameAccumulator,
  FRAMES_SETTINGS,
  settleFrame,
  updateFrames,
} from '../../src/engines/frames.ts'
import { createMarket, type Market, onDepth, onSnapshot } from '../../src/engines/market.ts'
import { diff, snapshot } from './golden-input.ts'
import { REFERENCE } from './reference-run.ts'

const T0_S = 1_700_000_010

/** An accumulator with the whole book of each update. */
function accumulator(stepUsd = 20) {
  const settings = { ...defaultsOf(FRAMES_SETTINGS, 'reference'), stepUsd }
  const frames = createFrameAccumulator(settings, 'BTCUSDT')
  const levels = createBookLevels()
  const update = (bids: string, asks: string, srcUsd: number, timeS: number) => {
    settleFrame(frames, levels)
    loadLevels(levels, snapshot(0, bids, asks))
    return updateFrames(frames, srcUsd, timeS * 1000)
  }
  return update
}

/** `[index, value]` of what is not 0. */
const filled = (values: ArrayLike<number>): number[][] =>
  Array.from(values, (value, index) => [index, value]).filter(([, value]) => value !== 0)

function exampleA1(): BookFrame | undefined {
  const update = accumulator()
  update(
    '999.5:2 991:1 990:3 985:4 950:10 905:1 899.9:50',
    '1000.5:1 1010:2.5 1030:6 1070:2 1100:7 1100.1:9',
    1000,
    T0_S,
  )
  return update('999:1', '1001:1', 1000.2, T0_S + 30)
}

describe('orderbook.md §3 A1', () => {
  const frame = exampleA1()
  if (frame === undefined) throw new Error('the example gives a frame')

  test('counts the notional of each bucket', () => {
    expect(frame).toMatchObject({
      startTimeS: T0_S,
      srcUsd: 1000,
      stepUsd: 20,
      priceMinUsd: 900,
      priceMaxUsd: 1100,
      p50Usd: 4950,
      p90Usd: 8240,
      p95Usd: 8870,
      p99Usd: 9374,
      maxUsd: 9500,
      bid: { p50Usd: 4950, p95Usd: 8968.999999999998, maxUsd: 9500, totalUsd: 20305 },
      ask: { p50Usd: 4852.75, p95Usd: 7471.999999999999, maxUsd: 7700, totalUsd: 19545.5 },
    })
    expect(filled(frame.bidNotionalUsd)).toEqual([
      [0, 905],
      [3, 9500],
      [4, 3940],
      [5, 5960],
    ])
    expect(filled(frame.askNotionalUsd)).toEqual([
      [5, 3525.5],
      [7, 6180],
      [9, 2140],
      [10, 7700],
    ])
    expect(filled(frame.bidLevels)).toEqual([
      [3, 255],
      [5, 65],
    ])
    expect(filled(frame.askLevels)).toEqual([
      [7, 80],
      [10, 178],
    ])
  })

  test('§4: has the bytes of the reference', () => {
    const bytes = encodeFrame(storedFrameOf(frame))
    expect(Buffer.from(bytes.subarray(0, 76)).toString('hex')).toBe(
      [
        '00008042fc54d941',
        '0000000000408f40',
        '0000000000003440',
        '0000000000208c40',
        '0000000000309140',
        '0b000000',
        '000000000056b340',
        '000000000053c140',
        '0000000040d4d340',
        '000000006016d340',
      ].join(''),
    )
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      'd3441e477c6cd33796a067072824ac1dc0dd40d355b0a7ce791dfdeecb372d65',
    )
  })

  test('§4: comes back from its bytes, but for what they do not hold', () => {
    const stored = storedFrameOf(frame)
    const back = decodeFrame(encodeFrame(stored))
    expect(back).toEqual({ ...stored, p90Usd: 0, p99Usd: 0, maxUsd: 0 })
    const bidUsd = Array.from(back.bidLevels, (level) => approximateNotionalUsd(back, level))
    const askUsd = Array.from(back.askLevels, (level) => approximateNotionalUsd(back, level))
    expect(filled(bidUsd)).toEqual([
      [3, 8870],
      [5, 5949.21568627451],
    ])
    expect(filled(askUsd)).toEqual([
      [7, 6179.803921568628],
      [10, 7686.313725490196],
    ])
  })

  test('§4: bytes too few for a header are refused', () => {
    expect(() => decodeFrame(new Uint8Array(75))).toThrow('75')
  })
})

test('orderbook.md §3 A2: skipped slots give one frame, and time may go back', () => {
  const update = accumulator()
  const at = (secondsAfter: number) =>
    update('99:1', '101:1', 100, 1_700_000_000 + secondsAfter)?.startTimeS
  expect([10, 25, 130, 100, 131].map(at)).toEqual([
    undefined,
    undefined,
    1_700_000_010,
    undefined,
    1_700_000_100,
  ])
})

test('orderbook.md §3 A3: one filled bucket, and none, have no intensity', () => {
  const update = accumulator()
  update('100:1', '', 100, T0_S)
  const one = update('', '', 100, T0_S + 30)
  expect(one).toMatchObject({ p50Usd: 100, p95Usd: 100, bid: { totalUsd: 100 } })
  expect(one?.bidLevels).toEqual(new Uint8Array(3))
  const none = update('', '', 100, T0_S + 60)
  expect(none).toMatchObject({ p50Usd: 0, p95Usd: 1, p99Usd: 1, maxUsd: 1 })
  expect(none?.bidLevels).toEqual(new Uint8Array(3))
})

test('orderbook.md §3 A4: above 1000 buckets the top is cut', () => {
  const update = accumulator()
  update('95000:1', '114490:2 114480:3 115500:5', 105_000, T0_S)
  const frame = update('', '', 105_000, T0_S + 30)
  expect(frame).toMatchObject({
    priceMinUsd: 94_500,
    priceMaxUsd: 114_480,
    p50Usd: 333_710,
    p95Usd: 548_549,
  })
  expect(frame?.askNotionalUsd[999]).toBe(572_420)
  expect(filled(frame?.askLevels ?? [])).toEqual([[999, 255]])
  expect(filled(frame?.bidLevels ?? [])).toEqual([])
})

test('orderbook.md §3 A5: the first 30 seconds of 1970 are no slot', () => {
  const update = accumulator()
  update('99:1', '101:1', 100, 10)
  expect(update('99:1', '101:1', 100, 40)).toBeUndefined()
})

test('orderbook.md §8: a step that is not whole loses nothing', () => {
  const update = accumulator(0.1)
  const levels = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => `${((from + index) / 10).toFixed(1)}:1`).join(' ')
  update(levels(810, 8), levels(820, 5), 81.9, T0_S)
  const frame = update('', '', 81.9, T0_S + 30)
  expect(frame?.bidLevels.length).toBe(165)
  expect(frame?.priceMaxUsd).toBe(90.10000000000001)
  expect(frame?.bid.totalUsd).toBeCloseTo(650.8, 9)
  expect(frame?.ask.totalUsd).toBeCloseTo(411, 9)
})

test('a step of its own for each symbol, and one by the price for others', () => {
  const settings = defaultsOf(FRAMES_SETTINGS, 'standard')
  const stepOf = (symbol: string, priceUsd: number) => {
    const frames = createFrameAccumulator(settings, symbol)
    updateFrames(frames, priceUsd, T0_S * 1000)
    return frames.stepUsd
  }
  expect(stepOf('BTCUSDT', 68_000)).toBe(20)
  expect(stepOf('ETHUSDT', 2600)).toBe(1)
  expect(stepOf('SOLUSDT', 150)).toBe(0.1)
  expect(stepOf('BNBUSDT', 600)).toBe(0.2)
  expect(stepOf('DOGEUSDT', 0.1)).toBe(0.000_02)
})

// Goal: counting late is counting at once (§11). Method: each step changes the book and tells a
// second accumulator the whole new book, which it counts at every update. Sides run empty, ids
// break and snapshots come back; time jumps over slots.
test('a frame is the book as the last update of its slot left it', () => {
  const price = fc.integer({ min: 80, max: 120 })
  const size = fc.constantFrom(0, 0, 1, 2, 5)
  const levels = fc
    .array(fc.tuple(price, size), { maxLength: 6 })
    .map((list) => list.map((level) => level.join(':')).join(' '))
  const anyStep = fc.record({
    bids: levels,
    asks: levels,
    waitS: fc.constantFrom(0, 0, 1, 7, 31, 95),
    breaks: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
  })
  type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never

  const settings = { ...REFERENCE, frames: { ...REFERENCE.frames, stepUsd: 2 } }

  class Pair {
    readonly market = createMarket('BTCUSDT', settings)
    readonly eager = createFrameAccumulator(settings.frames, 'BTCUSDT')
    id = 1
    clockMs = T0_S * 1000

    take({ bids, asks, waitS, breaks }: Step): void {
      const { market, eager } = this
      this.clockMs += waitS * 1000
      const previous = breaks ? this.id + 5000 : this.id
      this.id = previous + 1
      const { midUsd } = market.metrics
      const { diffsApplied } = market.book.counts
      const frame = onDepth(market, diff([this.id, this.id, previous], bids, asks), this.clockMs)
      const isUpdate = isUpdated(market, diffsApplied)
      const srcUsd = midUsd > 0 ? midUsd : market.metrics.midUsd
      expect(frame).toEqual(isUpdate ? updateFrames(eager, srcUsd, this.clockMs) : undefined)
      if (isUpdate) settleFrame(eager, market.book.levels)
      if (market.book.snapshotWanted) {
        onSnapshot(market, snapshot(this.id, '99:3 98:1', '101:2 103:1'), this.clockMs)
      }
    }
  }

  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const pair = new Pair()
      for (const step of steps) pair.take(step)
    }),
    { numRuns: 60 },
  )
})

/** A diff was applied, and left both sides with levels. */
function isUpdated({ book }: Market, diffsAppliedBefore: number): boolean {
  if (book.counts.diffsApplied === diffsAppliedBefore) return false
  return book.levels.live.bids.count > 0 && book.levels.live.asks.count > 0
}

test('levels are applied in the order of the payload', () => {
  const levels = createBookLevels()
  applyLevels(levels, diff([1, 1, 0], '99:1 99:0 98:2'))
  expect(levels.live.bids.count).toBe(1)
})
