import { describe, expect, test } from 'vitest'
import {
  addPrice,
  createMinuteBar,
  settleVola,
  startNextBar,
} from '../../src/engines/minute-bar.ts'
import {
  closeOpenInterest,
  createOpenInterest,
  type OpenInterestState,
  takeOpenInterest,
  takeRatio,
} from '../../src/engines/open-interest.ts'
import {
  addTakerTrade,
  createTakerFlow,
  lastTakerMinutes,
  previousTakerMinute,
  type TakerMinute,
  takerMinute,
} from '../../src/engines/taker-flow.ts'

describe('pipeline.md §6, taker aggression', () => {
  const M = 28_333_334
  const row = (minute: TakerMinute | undefined) =>
    minute && [minute.minute, minute.buyUsd, minute.sellUsd, minute.tradeCount]
  const flow = createTakerFlow()

  test('1: trades of one minute add up', () => {
    addTakerTrade(flow, M, 100_000 * 0.5, false)
    addTakerTrade(flow, M, 100_010 * 0.25, true)
    expect(row(flow.current)).toEqual([M, 50_000, 25_002.5, 2])
    expect(previousTakerMinute(flow)).toBeUndefined()
  })

  test('2: a trade of the next minute ends it', () => {
    addTakerTrade(flow, M + 1, 100_020, false)
    expect(row(flow.current)).toEqual([M + 1, 100_020, 0, 1])
    expect(row(previousTakerMinute(flow))).toEqual([M, 50_000, 25_002.5, 2])
  })

  test('3, 4: a step back ends the current minute too, and the newest of a name is found', () => {
    addTakerTrade(flow, M, 200_000, true)
    expect(row(flow.current)).toEqual([M, 0, 200_000, 1])
    expect(row(previousTakerMinute(flow))).toEqual([M + 1, 100_020, 0, 1])
    addTakerTrade(flow, M + 1, 100_020, false)
    expect(flow.history.map(({ minute }) => minute)).toEqual([M, M + 1, M])
    expect(row(takerMinute(flow, M))).toEqual([M, 0, 200_000, 1])
  })

  test('5: the last ten ended minutes are kept', () => {
    for (let index = 2; index <= 13; index += 1) {
      addTakerTrade(flow, M + index, 100_000 * 0.001 * index, false)
    }
    expect(previousTakerMinute(flow)?.minute).toBe(M + 12)
    expect(flow.history.map(({ minute }) => minute - M)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(lastTakerMinutes(flow).map(({ minute }) => minute - M)).toEqual([8, 9, 10, 11, 12])
  })

  test('the present minute is found before it has ended', () => {
    expect(takerMinute(flow, M + 13)?.tradeCount).toBe(1)
    expect(takerMinute(flow, M + 14)).toBeUndefined()
  })
})

describe('pipeline.md §5, open interest', () => {
  const state = createOpenInterest()
  const row = ({ totalUsd, changeUsd }: OpenInterestState) => [totalUsd, changeUsd]

  test('the table of the chapter', () => {
    takeOpenInterest(state, 80_000, 0)
    expect(row(state)).toEqual([0, 0])
    takeOpenInterest(state, 80_000, 100_000)
    expect(row(state)).toEqual([8_000_000_000, 0])
    takeOpenInterest(state, 80_001.5, 100_100)
    expect(row(state)).toEqual([8_008_150_150, 8_150_150])
    takeRatio(state, 'topAccount', 1.8105, 100_050)
    takeRatio(state, 'topPosition', undefined, 100_050)
    takeRatio(state, 'global', undefined, 100_050)
    expect(row(state)).toEqual([8_004_150_075, -4_000_075])
    takeOpenInterest(state, 79_990, 100_050)
    expect(row(state)).toEqual([8_002_999_500, -1_150_575])
    takeRatio(state, 'global', 0, 100_050)
    expect(row(state)).toEqual([8_002_999_500, 0])
    expect(state.ratios).toEqual([1.8105, 0, 0])
  })

  test('a ratio out of order ends the round of those before it', () => {
    const other = createOpenInterest()
    takeOpenInterest(other, 10, 100)
    takeRatio(other, 'topAccount', 1.5, 110)
    takeRatio(other, 'topPosition', 1.6, 120)
    expect(other.totalUsd).toBe(1000)
    takeRatio(other, 'topAccount', 1.7, 130)
    expect(row(other)).toEqual([1300, 300])
    expect(other.ratios).toEqual([1.5, 1.6, 0])
    takeRatio(other, 'global', 1.8, 140)
    expect(row(other)).toEqual([1400, 100])
    expect(other.ratios).toEqual([1.7, 1.6, 1.8])
  })

  test('a failed reply prices the quantity of before anew', () => {
    const other = createOpenInterest()
    takeOpenInterest(other, undefined, 100)
    expect(row(other)).toEqual([0, 0])
    takeOpenInterest(other, 10, 100)
    takeOpenInterest(other, undefined, 101)
    expect(row(other)).toEqual([1010, 10])
  })

  test('in base units the change is from close to close', () => {
    const other = createOpenInterest()
    expect(closeOpenInterest(other)).toBe(0)
    takeOpenInterest(other, 100, 0)
    expect(closeOpenInterest(other)).toBe(0)
    takeOpenInterest(other, 103, 0)
    takeOpenInterest(other, 98, 0)
    expect(closeOpenInterest(other)).toBe(-2)
    expect(closeOpenInterest(other)).toBe(0)
  })
})

describe('pipeline.md §10.5, minute bars', () => {
  test('a new minute opens at the last price, and keeps high and low until it has its own', () => {
    const bar = createMinuteBar()
    for (const priceUsd of [100, 90, 105, 101]) addPrice(bar, priceUsd)
    expect(bar).toMatchObject({ openUsd: 100, highUsd: 105, lowUsd: 90, closeUsd: 101 })
    startNextBar(bar)
    expect(bar).toMatchObject({ openUsd: 101, highUsd: 105, lowUsd: 90, tickCount: 1 })
    addPrice(bar, 102)
    expect(bar).toMatchObject({ openUsd: 101, highUsd: 102, lowUsd: 101, tickCount: 2 })
  })

  test('the deviation of a minute without a sample of its own is the old one', () => {
    const bar = createMinuteBar()
    addPrice(bar, 100_005)
    addPrice(bar, 100_002.5)
    settleVola(bar)
    startNextBar(bar)
    settleVola(bar)
    expect(bar.volaUsd).toBe(1.25)
  })

  test('a bar without a price stays at 0', () => {
    const bar = createMinuteBar()
    startNextBar(bar)
    expect(bar).toMatchObject({ openUsd: 0, highUsd: 0, lowUsd: 0, closeUsd: 0, tickCount: 0 })
  })
})
