import { describe, expect, test } from 'vitest'
import type { LiquidationContext } from '../../../src/engines/liquidation/context.ts'
import { priceOfLevel } from '../../../src/engines/liquidation/level-grid.ts'
import type { Side } from '../../../src/engines/liquidation/leverage.ts'
import {
  createStress,
  type Stress,
  setStressWeights,
  stressStats,
  topStressLevels,
  updateStress,
} from '../../../src/engines/liquidation/stress.ts'
import { differences } from '../compare.ts'
import { contextOf, REFERENCE, recorder } from './kit.ts'

const [FIRST, SECOND, THIRD] = [
  [100_000, 100_100, 99_900, 100_050, 120, 80],
  [100_050, 100_120, 100_000, 100_100, 60, 160],
  [100_100, 100_740, 98_900, 99_000, 1, 1],
] as const

function engineAfter(context: LiquidationContext, ...bars: readonly (readonly number[])[]): Stress {
  const stress = createStress(context)
  for (const [open = 0, high = 0, low = 0, close = 0, buy = 0, sell = 0] of bars) {
    const bar = { openUsd: open, highUsd: high, lowUsd: low, closeUsd: close }
    updateStress(stress, context, { ...bar, buyBase: buy, sellBase: sell }, 1_771_300_180)
  }
  return stress
}

const levels = (stress: Stress, context: LiquidationContext, side: Side) =>
  [...stress[side].values()].map((zone) => [priceOfLevel(context.grid, zone.level), zone.strength])

describe('stress-engine.md §13', () => {
  test('example 1: the first minute puts each tier strong enough on both sides', () => {
    const context = contextOf()
    const stress = engineAfter(context, FIRST)
    const strengths = [
      0.23402761525860052, 0.23402761525860052, 0.21062485373274048, 0.16381933068102036,
      0.08190966534051018, 0.03276386613620408, 0.018722209220688044, 0.011701380762930027,
    ]
    const long = [79_620, 89_720, 94_780, 95_780, 97_800, 98_480, 98_820, 99_020]
    const short = [120_400, 110_300, 105_260, 104_240, 102_220, 101_540, 101_220, 101_020]
    const pairs = (prices: readonly number[]) => prices.map((price, i) => [price, strengths[i]])
    expect(differences(pairs(long), levels(stress, context, 'long'))).toEqual([])
    expect(differences(pairs(short), levels(stress, context, 'short'))).toEqual([])
  })

  test('example 2: the second minute fades what stood and adds by the ratios to the average', () => {
    const context = contextOf()
    const stress = engineAfter(context, FIRST, SECOND)
    const long = new Map(levels(stress, context, 'long') as [number, number][])
    const short = new Map(levels(stress, context, 'short') as [number, number][])
    expect([long.size, short.size]).toEqual([15, 16])
    expect(long.get(79_620)).toBeCloseTo(0.2270067868008425, 15)
    expect(long.get(99_020)).toBeCloseTo(0.011350339340042126, 15)
    expect(long.get(79_660)).toBeCloseTo(0.15601841017240034, 15)
    expect(long.get(98_860)).toBeCloseTo(0.012481472813792029, 15)
    expect(short.get(120_480)).toBeCloseTo(0.3120368203448007, 15)
    expect(short.get(101_060)).toBeCloseTo(0.015601841017240036, 15)
  })

  test('example 3: a quiet third minute adds nothing and sweeps what it touches', () => {
    const { emit, of } = recorder()
    const context = contextOf({ emit })
    const stress = engineAfter(context, FIRST, SECOND, THIRD)
    expect(of('v1/liq_sweeps')).toEqual([
      {
        type: 'sweep',
        ts: 1_771_300_180,
        side: 'long',
        price: 99_020,
        strength: 0.011,
        age_min: 2,
        trigger_low: 98_900,
        minute_key: 3,
      },
    ])
    expect([stress.long.size, stress.short.size]).toEqual([14, 16])
    const top = [
      [79_620, 0.2201965831968172],
      [89_720, 0.2201965831968172],
      [94_780, 0.1981769248771355],
      [95_780, 0.15413760823777203],
      [79_660, 0.15133785786722834],
    ]
    expect(differences(top, topStressLevels(stress, context, 'long'))).toEqual([])
    const topShort = [
      [120_480, 0.3026757157344567],
      [110_360, 0.3026757157344567],
      [105_320, 0.272408144161011],
    ]
    expect(differences(topShort, topStressLevels(stress, context, 'short', 3))).toEqual([])
  })

  test('example 4: with a step too coarse buckets fall on the wrong side, and either side opens both', () => {
    const context = contextOf({ symbol: 'SOL' })
    const stress = engineAfter(
      context,
      [150, 151, 149, 150, 100, 100],
      [150, 151, 149, 150, 5, 100],
    )
    const expected = {
      long: [
        [120, 0.25792689957338866],
        [140, 0.25792689957338866],
        [160, 0.036896114377954564],
      ],
      short: [
        [180, 0.47699757869249393],
        [160, 0.47699757869249393],
        [140, 0.5157384987893462],
      ],
    }
    const ours = { long: levels(stress, context, 'long'), short: levels(stress, context, 'short') }
    expect(differences(expected, ours)).toEqual([])
    const contributions = (side: Side, level: number) => [
      ...(stress[side].get(level)?.contributions ?? []),
    ]
    expect(
      differences(
        [
          [20, 0.020754064337599444],
          [25, 0.016142050040355124],
        ],
        contributions('long', 8),
      ),
    ).toEqual([])
    expect(
      differences(
        [
          [20, 0.2179176755447942],
          [25, 0.1694915254237288],
          [50, 0.0847457627118644],
          [75, 0.043583535108958835],
        ],
        contributions('short', 7),
      ),
    ).toEqual([])
  })

  test('example 5: logarithmic ratios on a step of 0.1', () => {
    const stressSettings = { ...REFERENCE.stress, logScale: true }
    const settings = { ...REFERENCE, stress: stressSettings }
    const context = contextOf({ symbol: 'SOL', stepUsd: 0.1, settings })
    const stress = engineAfter(context, [150, 151, 149, 150, 100, 100])
    const strengths = [
      0.1678322471089456, 0.1678322471089456, 0.15104902239805104, 0.11748257297626191,
      0.058741286488130956, 0.030209804479610206,
    ]
    const pairs = (prices: readonly number[]) => prices.map((price, i) => [price, strengths[i]])
    const long = pairs([119.4, 134.6, 142.2, 143.7, 146.7, 147.7])
    const short = pairs([180.5, 165.4, 157.8, 156.3, 153.3, 152.3])
    expect(differences(long, levels(stress, context, 'long'))).toEqual([])
    expect(differences(short, levels(stress, context, 'short'))).toEqual([])
  })

  test('example 6: no volume gives no zones, and a close of 0 only counts', () => {
    const context = contextOf()
    const stress = engineAfter(context, [100, 100, 100, 100, 0, 0])
    expect([stress.currentMinute, stress.buyWindow.length, stress.long.size]).toEqual([1, 1, 0])
    const bar = { openUsd: 0, highUsd: 0, lowUsd: 0, closeUsd: 0, buyBase: 5, sellBase: 5 }
    updateStress(stress, context, bar, 0)
    const stats = stressStats(stress)
    expect([stats.current_minute, stats.buy_vol_window_len, stats.avg_buy_vol]).toEqual([2, 1, 0])
  })

  test('example 7: weights are taken after the first update, if there is one for each tier', () => {
    const context = contextOf({ symbol: 'ETH' })
    expect(setStressWeights(createStress(context), [2, 1, 1, 1, 1, 1, 1, 0])).toBe(false)
    const stress = engineAfter(context, FIRST)
    expect(setStressWeights(stress, [1, 1, 1, 1, 1, 1, 1], 0.003)).toBe(false)
    expect(stress.bufferFraction).toBe(0.002)
    expect(setStressWeights(stress, [2, 1, 1, 1, 1, 1, 1, 0], 0.003)).toBe(true)
    expect(stress.weights).toEqual([0.25, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0])
    expect(stress.bufferFraction).toBe(0.003)
    expect(setStressWeights(stress, [0, 0, 0, 0, 0, 0, 0, 0])).toBe(true)
    expect(stress.weights).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  })

  test('example 8: buckets at 65743.25 are rounded toward the price', () => {
    const context = contextOf()
    const stress = engineAfter(context, [65_743.25, 65_743.25, 65_743.25, 65_743.25, 1, 1])
    const long = levels(stress, context, 'long').map(([price]) => price)
    const short = levels(stress, context, 'short').map(([price]) => price)
    expect(long).toEqual(expect.arrayContaining([52_340, 62_300, 64_300, 64_960]))
    expect(short).toEqual(expect.arrayContaining([79_140, 69_180, 67_200, 66_520]))
  })
})

test('weights in the stats are texts of four decimals', () => {
  const stress = engineAfter(contextOf(), FIRST)
  expect(stressStats(stress).leverage_weights.slice(0, 3)).toEqual(['0.2340', '0.2340', '0.2106'])
})
