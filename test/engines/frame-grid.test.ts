import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  compactRecords,
  newerFrames,
  recordsToLoad,
  selectFrames,
} from '../../src/engines/frame-buffer.ts'
import { frameReply, historyReply, resample, unifiedGrid } from '../../src/engines/frame-grid.ts'
import type { StoredFrame } from '../../src/engines/frame-record.ts'
import {
  decodeLiquidationFrame,
  encodeLiquidationFrame,
  historyPricesUsd,
  liquidationFrameOf,
  onPrices,
  selectLiquidationFrames,
} from '../../src/engines/liq-record.ts'

const counting = (from: number, count: number) =>
  Uint8Array.from({ length: count }, (_, i) => from + i)

/** The frame of `orderbook.md` §6: bounds of A1, intensities that count. */
const frame = (over: Partial<StoredFrame> = {}): StoredFrame => ({
  startTimeS: 1_700_000_010,
  srcUsd: 1000,
  stepUsd: 20,
  priceMinUsd: 900,
  priceMaxUsd: 1100,
  bidLevels: counting(0, 11),
  askLevels: counting(100, 11),
  p50Usd: 4950,
  p90Usd: 8240,
  p95Usd: 8870,
  p99Usd: 9374,
  maxUsd: 9500,
  totalBidUsd: 0,
  totalAskUsd: 0,
  ...over,
})

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('orderbook.md §6, grids', () => {
  test('a unified grid snaps its bounds to the step', () => {
    expect(unifiedGrid([], 20).pricesUsd).toEqual([])
    expect(unifiedGrid([frame()], 20, { minUsd: 910, maxUsd: 990 }).pricesUsd).toEqual([
      920, 940, 960, 980, 1000,
    ])
    expect(unifiedGrid([frame()], 40).pricesUsd).toEqual([880, 920, 960, 1000, 1040, 1080, 1120])
  })

  test('a frame on another grid: the later bucket stands, missing ones are 0', () => {
    const coarse = resample(frame(), unifiedGrid([frame()], 40))
    expect([...coarse.bids]).toEqual([0, 1, 4, 5, 8, 9, 10])
    const fine = resample(frame(), unifiedGrid([frame()], 10, { minUsd: 950, maxUsd: 1000 }))
    expect([...fine.bids]).toEqual([0, 3, 0, 4, 0, 5])
  })
})

describe('orderbook.md §6, binary replies', () => {
  test('one frame', () => {
    expect(hex(frameReply(frame()))).toBe(
      [
        '01000000108fe5cf8b010000307500000100' + '0b00',
        '0000000000208c40' + '0000000000309140' + '0000000000003440' + '0000000000408f40',
        '04000800080009000900' + '0000',
        '000102030405060708090a' + '6465666768696a6b6c6d6e',
      ].join(''),
    )
  })

  test('two frames: medians, the greatest maximum, times at the end', () => {
    const first = frame({ p90Usd: 8000, p99Usd: 9000 })
    const second = frame({
      startTimeS: 1_700_000_040,
      srcUsd: 1021,
      priceMinUsd: 920,
      priceMaxUsd: 1120,
      p50Usd: 5950,
      p90Usd: 9000,
      p95Usd: 9870,
      p99Usd: 10_000,
      maxUsd: 7e7,
    })
    const bytes = historyReply([first, second], unifiedGrid([first, second], 20))
    const view = new DataView(bytes.buffer)
    expect(bytes.length).toBe(128)
    expect([52, 54, 56, 58, 60].map((at) => view.getUint16(at, true))).toEqual([5, 8, 9, 9, 65_535])
    expect(view.getUint16(18, true)).toBe(12)
    expect(view.getFloat64(44, true)).toBe(1021)
    expect(hex(bytes.subarray(112))).toBe('108fe5cf8b0100004004e6cf8b010000')
    expect(historyReply([], unifiedGrid([], 20)).length).toBe(0)
  })
})

describe('orderbook.md §5, the buffer of frames', () => {
  test('the 100th added frame compacts a file of 1500', () => {
    const stored = Array.from({ length: 1500 }, (_, index) => 30 * index)
    const added = Array.from({ length: 100 }, (_, index) => 30 * (1500 + index))
    expect(compactRecords(added.slice(0, 99), stored).length).toBe(1599)
    const kept = compactRecords(added, stored)
    expect([kept.length, kept[0]]).toEqual([1440, 4800])
  })

  test('at start the last 1440 whole records are read', () => {
    expect(recordsToLoad(1500 * 4096 + 17)).toEqual({ startByte: 60 * 4096, count: 1440 })
    expect(recordsToLoad(3 * 4096)).toEqual({ startByte: 0, count: 3 })
  })

  test('windows are counted in frames, strides from the oldest', () => {
    const times = Array.from({ length: 10 }, (_, index) => 10 + 30 * index)
    expect(selectFrames(times, 2)).toEqual([190, 220, 250, 280])
    expect(selectFrames(times, 2, 3)).toEqual([190, 280])
    expect(selectFrames(times, 0).length).toBe(10)
  })

  test('BQ2: a reader stops at the first record that is not newer', () => {
    const stored = [360, 390, 420].map((startTimeS) => ({ startTimeS }))
    expect(newerFrames(stored, 390)).toEqual([{ startTimeS: 420 }])
    expect(newerFrames([...stored, { startTimeS: 0 }], 390)).toEqual([])
  })
})

describe('orderbook.md §7, records of liquidation heatmaps', () => {
  const exampleB1 = {
    timeS: 1_700_000_045.25,
    srcUsd: 1010.5,
    priceMinUsd: 980,
    priceMaxUsd: 1040,
    pricesUsd: [980, 1000, 1020, 1040],
    longIntensities: [0, 0.5, 1, 1.2],
    shortIntensities: [0.003, 0.004, -0.2, 0.9999],
  }
  const b1 = liquidationFrameOf(exampleB1, 0)
  if (b1 === undefined) throw new Error('the example gives a frame')

  test('B1 has the bytes of the reference', () => {
    const bytes = encodeLiquidationFrame(b1)
    expect(hex(bytes.subarray(0, 48))).toBe(
      '0000504bfc54d941' +
        '0000000000948f40' +
        '0000000000a08e40' +
        '0000000000409040' +
        '0000000000003440' +
        '04000000' +
        '007fffff',
    )
    expect(hex(bytes.subarray(1044, 1048))).toBe('000100fe')
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      '8cf6cf720b6133124b3a07d6f54c19c93b6ea64e359c19e978fe1368db876249',
    )
    expect(decodeLiquidationFrame(bytes)).toEqual(b1)
  })

  test('one frame a minute, never backwards', () => {
    for (const timeS of [1_700_000_050, 1_699_999_900, 0]) {
      expect(liquidationFrameOf({ ...exampleB1, timeS }, b1.timeS)).toBeUndefined()
    }
  })

  test('LQ2: a count above 1000 reads bytes of the shorts as longs', () => {
    const longs = new Uint8Array(1051)
    const shorts = new Uint8Array(1051)
    longs[1020] = 255
    shorts[3] = 127
    shorts[1030] = 255
    const back = decodeLiquidationFrame(encodeLiquidationFrame({ ...b1, longs, shorts }))
    const places = (bytes: Uint8Array | undefined) =>
      [...(bytes ?? [])].flatMap((value, index) => (value === 0 ? [] : [[index, value]]))
    expect(places(back?.longs)).toEqual([[1003, 127]])
    expect(places(back?.shorts)).toEqual([[3, 127]])
  })

  test('a record without a time, a count or a header is none', () => {
    expect(decodeLiquidationFrame(new Uint8Array(43))).toBeUndefined()
    expect(decodeLiquidationFrame(new Uint8Array(4096))).toBeUndefined()
  })

  test('a history maps prices that are equal, and selects by count', () => {
    const pricesUsd = historyPricesUsd(1010.5, 20)
    expect([pricesUsd.length, pricesUsd[0], pricesUsd.at(-1)]).toEqual([10, 920, 1100])
    const { longs, shorts } = onPrices(b1, pricesUsd)
    expect([...longs]).toEqual([0, 0, 0, 0, 127, 255, 255, 0, 0, 0])
    expect([...shorts]).toEqual([0, 0, 0, 0, 1, 0, 254, 0, 0, 0])
    const kept = [225.25, 285.25, 345.25, 405.25, 465.25]
    expect(selectLiquidationFrames(kept, 3, 2)).toEqual([345.25, 465.25])
    expect(selectLiquidationFrames(kept, 10, 2)).toEqual([225.25, 345.25, 465.25])
    expect(selectLiquidationFrames(kept, 0)).toEqual([])
  })
})
