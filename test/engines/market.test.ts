import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CanonicalWriter, decodeCanonical } from '../../src/base/canonical.ts'
import { depthBand } from '../../src/engines/depth-band.ts'
import {
  createMarket,
  type Market,
  onDepth,
  onForceOrder,
  onMark,
  onSnapshot,
  onTrade,
} from '../../src/engines/market.ts'
import { marketDigest, marketFromPlain, marketToPlain } from '../../src/engines/market-plain.ts'
import type { MarketSettings } from '../../src/engines/market-settings.ts'
import { closeMinute } from '../../src/engines/minute-close.ts'
import { lastMinutes } from '../../src/engines/minute-history.ts'
import { lastTakerMinutes, takerMinute } from '../../src/engines/taker-flow.ts'
import { AggTrade, ForceOrder, MarkPrice } from '../../src/model/messages.ts'
import { caseIsHere, diff, type InputLine, inputLines, snapshot } from './golden-input.ts'
import { handle, REFERENCE, STANDARD } from './reference-run.ts'

/** `pipeline.md` §18. */
const T0_MS = 1_700_000_040_000
const M = 28_333_334

const trade = (price: number, sizeBase: number, buyerIsMaker: boolean): AggTrade =>
  Object.assign(new AggTrade(), { price, sizeBase, buyerIsMaker })

const order = (side: string, price: number, sizeBase: number, symbol = 'BTCUSDT'): ForceOrder =>
  Object.assign(new ForceOrder(), { side, price, sizeBase, symbol })

const mark = (markPrice: number, fundingFraction = 0.0001): MarkPrice =>
  Object.assign(new MarkPrice(), { markPrice, fundingFraction })

describe('pipeline.md §18 P1: sync, mids, frame, gap, resync, rollover', () => {
  const market = createMarket('BTCUSDT', REFERENCE)
  const at = (seconds: number) => T0_MS + seconds * 1000
  const depth = (
    seconds: number,
    ids: readonly [number, number, number],
    bids: string,
    asks = '',
  ) => onDepth(market, diff(ids, bids, asks), at(seconds))
  /** The bar and figures of a copy, since asking settles them. */
  const closed = () => closeMinute(copyOf(market), M, M + 1, at(0))

  test('t 1: a snapshot changes nothing that is seen', () => {
    depth(1, [1001, 1010, 1000], '100000:1', '100010:1')
    onSnapshot(market, snapshot(1000, '99990:1.5 98900:2', '100010:1 101100:3'), at(1))
    expect(market.midBar.tickCount).toBe(0)
    expect(market.metrics.midUsd).toBe(0)
  })

  test('t 1.1: the first mid', () => {
    depth(1.1, [1011, 1020, 1010], '99995:2')
    expect(market.frames.srcUsd).toBe(100_005)
    const { bar, book } = closed()
    expect(bar).toMatchObject({ openUsd: 100_005, highUsd: 100_005, lowUsd: 100_005 })
    expect(book).toMatchObject({ bidDepthBase: 4.5, askDepthBase: 1, voidsBase: 0 })
    expect(book.imbalance).toBeCloseTo(3.5 / 5.5, 12)
  })

  test('t 1.2: what a message adds', () => {
    depth(1.2, [1021, 1030, 1020], '99995:0 99985:4', '100005:0.5')
    expect(market.frames.srcUsd).toBe(100_005)
    const { bar, book } = closed()
    expect(bar).toMatchObject({ highUsd: 100_005, lowUsd: 100_002.5, volaUsd: 1.25 })
    expect(book).toMatchObject({
      midUsd: 100_002.5,
      bidDepthBase: 6.5,
      askDepthBase: 1.5,
      imbalance: 0.625,
      voidsBase: 0,
      reinforcesBase: 2.5,
    })
  })

  test('t 31: the frame of the slot before, with the mid of the message before', () => {
    onTrade(market, trade(100_005, 0.5, false), at(5))
    onTrade(market, trade(99_990, 0.25, true), at(6))
    const frame = depth(31, [1031, 1040, 1030], '99992:1')
    expect(frame).toMatchObject({
      startTimeS: 1_700_000_040,
      srcUsd: 100_005,
      priceMinUsd: 90_000,
      priceMaxUsd: 109_980,
      p50Usd: 249_985,
      p95Usd: 380_612,
    })
    const bucket = (priceUsd: number) => (priceUsd - 90_000) / 20
    expect(frame?.bidNotionalUsd[bucket(98_900)]).toBe(197_800)
    expect(frame?.bidNotionalUsd[bucket(99_980)]).toBe(399_940)
    expect(frame?.bidNotionalUsd[bucket(100_000)]).toBe(249_985)
    expect(frame?.askNotionalUsd[bucket(100_000)]).toBe(150_012.5)
    expect(frame?.askNotionalUsd[bucket(101_100)]).toBe(303_300)
    expect(closed().bar.volaUsd).toBe(1.178511301977579)
  })

  test('t 40, 41: out of sync the stale mid is sampled again', () => {
    depth(40, [6041, 6050, 6040], '99993:1')
    expect(market.book.counts.resyncs).toBe(1)
    expect(closed().bar).toMatchObject({ tickCount: 4, volaUsd: 1.0825317547305484 })
    depth(41, [6051, 6060, 6050], '99991:1')
    expect(closed().bar).toMatchObject({ tickCount: 5, volaUsd: 1 })
    expect(closed().book.stale).toBe(true)
  })

  test('t 42: the book jumps', () => {
    onSnapshot(market, snapshot(6045, '99980:3', '100020:2'), at(41))
    depth(42, [6061, 6070, 6060], '', '100015:1')
    const { bar, book } = closed()
    expect(bar.volaUsd).toBe(0.9860132971832694)
    expect(book).toMatchObject({
      midUsd: 100_004,
      voidsBase: 1.5,
      reinforcesBase: 0.5,
      stale: false,
    })
  })

  test('t 60.2: the rollover', () => {
    depth(60.2, [6071, 6080, 6070], '99984:1')
    const close = closeMinute(market, M, M + 1, at(60.2))
    expect(close).toMatchObject({
      minuteKey: 28_333_335,
      live: true,
      ohlc4Usd: 100_004.125,
      bar: { highUsd: 100_005, lowUsd: 100_002.5, closeUsd: 100_004 },
      volume: { buyBase: 0.5, sellBase: 0.25 },
      openInterest: { total: 0 },
      takers: undefined,
    })
    expect(Object.fromEntries(depthBand(market.book.levels, 100_004.125, 20))).toEqual({
      99980: 399_924,
      100000: 199_984,
      100020: 300_055,
    })
    expect(market.midBar).toMatchObject({ openUsd: 100_004, tickCount: 1, highUsd: 100_005 })
    expect(takerMinute(market.takers, M)).toMatchObject({
      buyUsd: 50_002.5,
      sellUsd: 24_997.5,
      tradeCount: 2,
    })
    expect(lastTakerMinutes(market.takers)).toEqual([])
  })
})

describe('pipeline.md §18 P2: taker flow lags', () => {
  const run = (settings: MarketSettings) => {
    const market = createMarket('BTCUSDT', settings)
    const at = (seconds: number) => T0_MS + seconds * 1000
    let id = 1000
    const depth = (seconds: number, bids: string, asks = '') => {
      onDepth(market, diff([id + 1, id + 10, id], bids, asks), at(seconds))
      id += 10
    }
    depth(1, '100000:1', '100010:1')
    onSnapshot(market, snapshot(1000, '99990:1.5 99980:2', '100010:1 100020:3'), at(1))
    depth(1.1, '99995:2')
    depth(2, '99999:1')
    onTrade(market, trade(100_010, 0.5, false), at(3))
    onTrade(market, trade(99_999, 0.25, true), at(3))
    depth(20, '', '100010:0')
    onForceOrder(market, order('SELL', 98_000, 0.3))
    onForceOrder(market, order('BUY', 101_000, 0.2))
    onForceOrder(market, order('', 99_000, 0.1))
    const verdicts = [
      onForceOrder(market, order('BUY', 4200, 5, 'BTCDOMUSDT')),
      onForceOrder(market, order('BUY', 2000, 5, 'ETHUSDT')),
    ]
    depth(60.05, '100015:1')
    const first = closeMinute(market, M, M + 1, at(60.05))
    onTrade(market, trade(100_015, 1, false), at(61))
    depth(100, '', '100018:2')
    depth(120.01, '', '100017:2')
    const second = closeMinute(market, M + 1, M + 2, at(120.01))
    const band = Object.fromEntries(depthBand(market.book.levels, second.ohlc4Usd, 20))
    onTrade(market, trade(100_000, 2, true), at(150))
    onTrade(market, trade(100_001, 3, false), at(180.01))
    const third = closeMinute(market, M + 2, M + 3, at(180.01))
    return { market, verdicts, first, second, third, band }
  }

  test('as the reference: the last minute that a trade ended', () => {
    const { verdicts, first, second, third, band } = run(REFERENCE)
    expect(verdicts).toEqual(['accepted', 'foreign'])
    expect(first.liquidations).toMatchObject({ buyBase: 5.2, sellBase: 0.4, buyCount: 2 })
    expect(first.bar).toMatchObject({ openUsd: 100_005, highUsd: 100_017.5, lowUsd: 100_005 })
    expect(first).toMatchObject({ ohlc4Usd: 100_011.25, takers: undefined })
    expect(second.ohlc4Usd).toBe(100_016.75)
    expect(second.takers).toMatchObject({ minute: M, buyUsd: 50_005, sellUsd: 24_999.75 })
    expect(second.volume).toMatchObject({ buyBase: 1, sellBase: 0 })
    expect(band).toEqual({ 99980: 199_960, 100000: 549_974, 100020: 800_145 })
    expect(third.ohlc4Usd).toBe(100_016.375)
    expect(third.takers).toMatchObject({ minute: M + 2, buyUsd: 0, sellUsd: 200_000 })
    expect(third.volume).toMatchObject({ buyBase: 3, sellBase: 2 })
  })

  test('as standard: the minute that closes, and our symbol alone', () => {
    const { market, verdicts, first, second } = run(STANDARD)
    expect(verdicts).toEqual(['foreign', 'foreign'])
    expect(market.liquidations.lookalikeCount).toBe(1)
    expect(first.liquidations).toMatchObject({ buyBase: 0.2, sellBase: 0.4 })
    expect(first.takers).toMatchObject({ minute: M, buyUsd: 50_005, sellUsd: 24_999.75 })
    expect(second.takers).toMatchObject({ minute: M + 1, buyUsd: 100_015, sellUsd: 0 })
  })
})

describe('minute bars without a book', () => {
  const closeWith = (settings: MarketSettings, feed: (market: Market) => void) => {
    const market = createMarket('BTCUSDT', settings)
    feed(market)
    return closeMinute(market, M, M + 1, T0_MS)
  }

  test('are of the mark price, or else of trades', () => {
    const both = closeWith(STANDARD, (market) => {
      onTrade(market, trade(99, 1, false), T0_MS)
      onMark(market, mark(100))
      onMark(market, mark(102))
    })
    expect(both).toMatchObject({ live: true, barSource: 'mark', bar: { closeUsd: 102 } })
    const trades = closeWith(STANDARD, (market) => onTrade(market, trade(99, 1, false), T0_MS))
    expect(trades).toMatchObject({ live: true, barSource: 'trade', bar: { closeUsd: 99 } })
  })

  test('are none for the reference', () => {
    const close = closeWith(REFERENCE, (market) => onMark(market, mark(100)))
    expect(close).toMatchObject({ live: false, barSource: 'mid', fundingFraction: 0.0001 })
  })
})

test('an order without a price or size is refused and counted', () => {
  const market = createMarket('BTCUSDT', STANDARD)
  expect(onForceOrder(market, order('SELL', 0, 1))).toBe('insane')
  expect(onForceOrder(market, order('SELL', 100, 0))).toBe('insane')
  expect(market.liquidations).toMatchObject({ insaneCount: 2, sellCount: 0 })
  expect(onForceOrder(createMarket('BTCUSDT', REFERENCE), order('SELL', 0, 1))).toBe('accepted')
})

test('a mark price without a funding rate leaves the last one', () => {
  const market = createMarket('BTCUSDT', STANDARD)
  onMark(market, mark(100, 0.0002))
  onMark(market, mark(101, Number.NaN))
  expect(market.mark).toMatchObject({ markUsd: 101, fundingFraction: 0.0002 })
})

test('the last 720 minutes are kept, the oldest first', () => {
  const market = createMarket('BTCUSDT', STANDARD)
  for (let minute = 0; minute < 725; minute += 1) closeMinute(market, minute, minute + 1, 0)
  const rows = lastMinutes(market.history, 1000)
  expect([rows.length, rows[0]?.minute, rows.at(-1)?.minute]).toEqual([720, 5, 724])
  expect(lastMinutes(market.history, 2).map(({ minute }) => minute)).toEqual([723, 724])
})

// Goal: going on from a checkpoint is going on. Method: a golden case, cut at many places (also in
// the midst of a resync, and between a snapshot and the next diff); what was written down and read
// back must end in the same digest as the run that was never cut.
describe('checkpoints', () => {
  test.skipIf(!caseIsHere('seed1-90m')).each([
    ['reference', REFERENCE],
    ['standard', STANDARD],
  ])(
    'going on from one changes nothing under %s',
    (_, settings) => {
      const lines = twoStretches()
      const cuts = new Set([3, 6, 7, 700, 1499, 1501, 1502, 2301, 2302, 2303, 2304, 2500, 3999])
      const whole = createMarket('BTCUSDT', settings)
      let resumed = createMarket('BTCUSDT', settings)
      let minute = Math.floor((lines[0]?.recv ?? 0) / 60_000)
      for (const [index, line] of lines.entries()) {
        if (cuts.has(index)) resumed = copyOf(resumed)
        const next = Math.floor(line.recv / 60_000)
        const frames = [whole, resumed].map((market) => handle(market, line))
        expect(frames[1]).toEqual(frames[0])
        if (next === minute) continue
        const closes = [whole, resumed].map((market) =>
          closeMinute(market, minute, next, line.recv),
        )
        expect(closes[1]).toEqual(closes[0])
        expect(digestOf(resumed)).toBe(digestOf(whole))
        minute = next
      }
      expect(whole.book.counts.resyncs).toBeGreaterThan(0)
      expect(whole.frameCount).toBeGreaterThan(0)
    },
    60_000,
  )

  test('a book that has not been bridged yet is still to be', () => {
    const market = createMarket('BTCUSDT', STANDARD)
    onSnapshot(market, snapshot(50, '99:1', '101:1'), T0_MS)
    const resumed = copyOf(market)
    onDepth(resumed, diff([45, 60, 44], '98:1'), T0_MS)
    expect(resumed.book.counts).toMatchObject({ diffsApplied: 1, resyncs: 0 })
  })

  test('a digest tells one level apart', () => {
    const digests = ['99:1', '99:1.001', '98.9:1'].map((bids) => {
      const market = createMarket('BTCUSDT', STANDARD)
      onSnapshot(market, snapshot(5, bids, '101:1'), T0_MS)
      return digestOf(market)
    })
    expect(new Set(digests).size).toBe(3)
  })
})

/** The hole between them is a gap; the snapshots are entries 5 and 2302. */
function twoStretches(): readonly InputLine[] {
  const lines: InputLine[] = []
  for (const input of inputLines('seed1-90m')) {
    if (input.line < 1500 || input.line >= 22_600) lines.push(input)
    if (lines.length === 4000) break
  }
  return lines
}

const writer = new CanonicalWriter()

function copyOf(market: Market): Market {
  const plain = decodeCanonical(writer.encode(marketToPlain(market)).slice())
  return marketFromPlain(market.symbol, market.settings, plain)
}

const digestOf = (market: Market): string =>
  createHash('sha256')
    .update(writer.encode(marketDigest(market)))
    .digest('hex')
