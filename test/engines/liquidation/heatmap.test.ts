import { describe, expect, test } from 'vitest'
import { roundDecimal } from '../../../src/base/numeric.ts'
import type { LiquidationContext } from '../../../src/engines/liquidation/context.ts'
import {
  createHeatMap,
  type HeatSide,
  heatMapOf,
  type PoolRange,
  type Pools,
  poolsOf,
  strengthsByPrice,
} from '../../../src/engines/liquidation/heat-map.ts'
import {
  createHeatmap,
  ladderOf,
  learnFromTape,
  setLadderWeights,
} from '../../../src/engines/liquidation/heatmap.ts'
import { levelOf } from '../../../src/engines/liquidation/level-grid.ts'
import type { Side } from '../../../src/engines/liquidation/leverage.ts'
import {
  createLiquidationEngines,
  currentHeatMap,
  currentPools,
  type LiquidationEngines,
  onForceOrder,
  onMinute,
} from '../../../src/engines/liquidation/liquidation-engines.ts'
import type { MinuteInput } from '../../../src/engines/liquidation/minute-input.ts'
import { activeZones, zonesFile } from '../../../src/engines/liquidation/zone-views.ts'
import { differences } from '../compare.ts'
import { contextOf, REFERENCE, recorder, settingsOf } from './kit.ts'

const K = 29_521_667

/** A minute of the scenarios: key relative to {@link K}, then what it names. */
const minute = (at: number, given: Partial<MinuteInput>): MinuteInput => {
  const bar = { openUsd: 100_000, highUsd: 100_050, lowUsd: 99_950, closeUsd: 100_000 }
  const takers = { takerBuyUsd: 6e6, takerSellUsd: 4e6, openInterest: 10_002_000_000 }
  const aggression = {
    takerMinute: K + at - 1,
    tradeCount: 1,
    isFallback: false,
    lastMinutes: [],
    buyBase: 0,
    sellBase: 0,
  }
  const volume = { buyBase: 0, sellBase: 0, aggression }
  const moment = { minuteKey: K + at, timeS: 60 * (K + at) + 0.25, srcUsd: 100_000 }
  return { ...bar, ...takers, ...volume, ...moment, ...given }
}

function liquidate(engines: LiquidationEngines): void {
  for (const [second, side, priceUsd, sizeBase] of [
    [10, 'long', 98_781.3, 1.25],
    [12, 'short', 100_410, 0.8],
    [14, 'short', 101_030, 2],
  ] as const) {
    const timeS = 60 * (K + 1) + second
    onForceOrder(engines, { timeS, side, priceUsd, sizeBase, notionalUsd: priceUsd * sizeBase })
  }
}

function scenarioA(emit?: Parameters<typeof createLiquidationEngines>[3]): LiquidationEngines {
  const engines = createLiquidationEngines('BTC', 20, REFERENCE, emit)
  onMinute(engines, minute(0, { openInterest: 10_000_000_000 }))
  onMinute(engines, minute(1, {}))
  liquidate(engines)
  return engines
}

const SECOND = minute(2, {
  srcUsd: 100_300,
  highUsd: 100_900,
  lowUsd: 98_790,
  openInterest: 10_001_000_000,
  takerBuyUsd: 2e6,
  takerSellUsd: 8e6,
})

interface PoolsBody {
  readonly long_levels: readonly PoolBody[]
  readonly short_levels: readonly PoolBody[]
  readonly meta: { readonly [name: string]: number }
}
interface PoolBody {
  readonly price: number
  readonly price_low: number
  readonly price_high: number
  readonly notional_usd: number
  readonly intensity: number
  readonly bucket_count: number
}

const levels = (pools: readonly PoolBody[]) =>
  pools.map((pool) => [
    pool.price,
    pool.price_low,
    pool.price_high,
    pool.notional_usd,
    pool.intensity,
    pool.bucket_count,
  ])

const single = (price: number, usd: number, intensity: number) => [
  price,
  price,
  price,
  usd,
  intensity,
  1,
]

describe('heatmap.md §17', () => {
  test('example 1: tape and projections are weighed into one map and its pools', () => {
    const engines = scenarioA()
    const map = currentHeatMap(engines)
    const long = [
      [94_800, 0.6],
      [95_800, 0.9],
      [97_800, 1],
      [98_460, 0.5],
      [98_780, 0.1846872596153846],
      [98_800, 0.26666666666666666],
      [99_000, 0.06666666666666667],
    ]
    const short = [
      [100_400, 0.12014871794871794],
      [101_000, 0.044444444444444446],
      [101_040, 0.30222649572649574],
      [101_200, 0.17777777777777778],
      [101_540, 0.3333333333333333],
      [102_200, 0.6666666666666666],
      [104_200, 0.6],
      [105_200, 0.4],
    ]
    expect(map.maxValue).toBeCloseTo(234_000, 8)
    expect(differences(long, [...strengthsByPrice(map, 'long')])).toEqual([])
    expect(differences(short, [...strengthsByPrice(map, 'short')])).toEqual([])

    const range = { centerUsd: 100_000, rangeFraction: 0.1 }
    const body = currentPools(engines, { ...range, minNotionalUsd: 1000 }, 0) as PoolsBody
    const longLevels = [
      [98_642.48, 98_460, 99_000, 238_216.82, 1, 4],
      single(97_800, 234_000, 0.9911),
      single(95_800, 210_600, 0.9402),
      single(94_800, 140_400, 0.7677),
    ]
    const shortLevels = [
      [101_265.39, 101_000, 101_540, 200_721, 0.9179, 4],
      single(102_200, 156_000, 0.8092),
      single(104_200, 140_400, 0.7677),
      single(105_200, 93_600, 0.6268),
      single(100_400, 28_114.8, 0.3435),
    ]
    expect(differences(longLevels, levels(body.long_levels))).toEqual([])
    expect(differences(shortLevels, levels(body.short_levels))).toEqual([])
    expect(body.meta).toMatchObject({ raw_long_buckets: 7, raw_short_buckets: 8 })

    const all = currentPools(engines, { ...range, minNotionalUsd: 0 }, 0) as PoolsBody
    expect(levels(all.long_levels)).toEqual(levels(body.long_levels))
    expect(all.meta['min_notional_usd']).toBe(10_000)
  })

  test('example 1: the entry of a liquidation is that of the nearest projection', () => {
    const { emit, of } = recorder()
    scenarioA(emit)
    expect(of('liq_tape').map((row) => row['entry_est'])).toEqual([100_000, null, 100_000])
  })

  test('example 2: the next minute sweeps, shrinks and merges', () => {
    const { emit, of } = recorder()
    const engines = scenarioA(emit)
    onMinute(engines, SECOND)
    const sweeps = of('liq_sweeps').map((row) => [
      row['layer'],
      row['bucket'],
      row['total_notional_usd'],
    ])
    expect(sweeps).toEqual([
      ['tape', 100_400, 79_926.36],
      ['projection', 98_800, 95_520],
      ['projection', 99_000, 23_880],
    ])
    const body = currentPools(engines, { centerUsd: 100_300, minNotionalUsd: 1000 }, 0) as PoolsBody
    const long = [
      single(97_800, 116_415, 0.9285),
      single(95_800, 104_773.5, 0.8808),
      [98_595.96, 98_460, 98_780, 101_208.23, 0.8657, 2],
      single(94_800, 69_849, 0.7192),
    ]
    const short = [
      [101_206.67, 101_000, 101_540, 135_042.4, 1, 4],
      single(102_200, 77_610, 0.7581),
      single(104_200, 69_849, 0.7192),
      single(105_200, 46_566, 0.5872),
    ]
    expect(differences(long, levels(body.long_levels))).toEqual([])
    expect(differences(short, levels(body.short_levels))).toEqual([])
    expect(of('liq_cycles').at(-1)).toEqual({
      type: 'cycle_summary',
      ts: 1_771_300_140.25,
      minute_key: 29_521_669,
      src_price: 100_300,
      high: 100_900,
      low: 98_790,
      total_force_orders: 3,
      total_inferences: 12,
      zone_merges: 1,
      active_zones_long: 5,
      active_zones_short: 6,
      total_weight_long: 2.7,
      total_weight_short: 2.09,
      zones_created_total: 15,
      zones_swept_total: 3,
      zones_expired_total: 0,
      tape_long_buckets: 1,
      tape_short_buckets: 1,
      tape_total_events: 3,
      proj_long_buckets: 4,
      proj_short_buckets: 6,
    })
    const samples = [...engines.state.heatmap.tape.samples].map(([tier, ring]) => [
      tier,
      ring.length,
    ])
    expect(samples.sort(([a = 0], [b = 0]) => a - b)).toEqual([
      [100, 1],
      [125, 1],
    ])
  })

  test.each([
    {
      values: { 97000: 5000, 97500: 4000, 98000: 6000, 98520: 20_000, 99020: 99.99, 99020.02: 150 },
      minNotionalUsd: 10_000,
      pools: [
        [98_520, 20_000, 1, 1],
        [97_533.33, 15_000, 3, 0.866],
      ],
    },
    {
      values: { 97000: 5000, 98000: 9999.99, 99000: 10_000 },
      minNotionalUsd: 10_000,
      pools: [[99_000, 10_000, 1, 1]],
    },
    {
      values: { 97000: 5000, 98000: 9999.99, 99000: 10_000 },
      minNotionalUsd: 0,
      pools: [
        [99_000, 10_000, 1, 1],
        [98_000, 9999.99, 1, 1],
        [97_000, 5000, 1, roundDecimal(Math.SQRT1_2, 4)],
      ],
    },
    {
      values: { 97000: 20_000, 98000: 20_000, 99000: 30_000 },
      minNotionalUsd: 10_000,
      pools: [
        [99_000, 30_000, 1, 1],
        [97_000, 20_000, 1, 0.8165],
        [98_000, 20_000, 1, 0.8165],
      ],
    },
  ])('example 3: $values cluster into pools of at least $minNotionalUsd', (given) => {
    const context = contextOf()
    const pools = poolsAround(context, { long: given.values }, given.minNotionalUsd)
    const ours = pools.long.map((pool) => [
      pool.priceUsd,
      pool.notionalUsd,
      pool.bucketCount,
      pool.intensity,
    ])
    expect(differences(given.pools, ours)).toEqual([])
  })

  test('example 3: both edges of the range are inside it', () => {
    const context = contextOf()
    const long = { 89980: 1e6, 90000: 1e6, 100000: 1e6, 100020: 1e6 }
    const short = { 99980: 1e6, 100000: 1e6, 110000: 1e6, 110020: 1e6 }
    const pools = poolsAround(context, { long, short }, 0)
    expect(pools.long.map((pool) => pool.priceUsd)).toEqual([90_000, 100_000])
    expect(pools.short.map((pool) => pool.priceUsd)).toEqual([100_000, 110_000])
    expect([pools.longBucketCount, pools.shortBucketCount]).toEqual([2, 2])
  })

  test.each([
    {
      samples: [
        [50, 30],
        [100, 31],
      ],
      weights: [
        [10, 0.03333333333333333],
        [20, 0.17733333333333332],
        [25, 0.24933333333333335],
        [50, 0.25639344262295083],
        [75, 0.15333333333333332],
        [100, 0.08093989071038252],
        [125, 0.04933333333333333],
      ],
    },
    {
      samples: [
        [50, 20],
        [100, 20],
        [75, 4],
        [20, 6],
        [5, 3],
      ],
      weights: [
        [10, 0.05020127871181625],
        [20, 0.1454889888704712],
        [25, 0.2599100165758939],
        [50, 0.25195358749704],
        [75, 0.14563106796116504],
        [100, 0.08107980108927303],
        [125, 0.06573525929434051],
      ],
    },
  ])('example 4: samples $samples move the weights', ({ samples, weights }) => {
    const context = contextOf()
    const heatmap = createHeatmap(context)
    for (const [tier = 0, count = 0] of samples) {
      heatmap.tape.samples.set(tier, Array(count).fill(0.01))
    }
    learnFromTape(heatmap, context)
    expect(differences(weights, ladderOf(heatmap))).toEqual([])
  })

  test('example 4: learning is tried at the first minute and each 60 after it', () => {
    const engines = createLiquidationEngines('BTC', 20, REFERENCE)
    const attempts = Array.from({ length: 125 }, (_, at) => {
      onMinute(engines, minute(at, {}))
      return engines.state.heatmap.lastLearningMinute - K
    })
    expect([...new Set(attempts)]).toEqual([0, 60, 120])
  })

  test('example 5: the snapshots of scenario B', () => {
    const engines = createLiquidationEngines('BTC', 20, REFERENCE)
    const bar = { openUsd: 99_990, highUsd: 100_050, lowUsd: 99_950, closeUsd: 100_010 }
    const b = { ...bar, srcUsd: 100_000 }
    onMinute(engines, minute(0, { ...b, openInterest: 10_000_000_000 }))
    onMinute(engines, minute(1, { ...b, openInterest: 10_002_000_000 }))
    liquidate(engines)
    const last = { openUsd: 100_000, highUsd: 100_390, lowUsd: 99_950, closeUsd: 100_300 }
    const { snapshotV2: v2, snapshotV1: v1 } = onMinute(
      engines,
      minute(2, { ...last, srcUsd: 100_160, openInterest: 10_004_000_000 }),
      { snapshots: true },
    )
    if (v1 === undefined || v2 === undefined) throw new Error('snapshots were asked for')
    expect([v2.price_min, v2.price_max, v2.prices.length]).toEqual([90_140, 110_180, 1003])
    const body = v2 as typeof v2 & PoolsBody
    const long = [
      [98_274.68, 97_800, 99_160, 898_855.73, 1, 9],
      [95_880.2, 95_800, 95_960, 420_147, 0.6837, 2],
      [94_880.2, 94_800, 94_960, 280_098, 0.5582, 2],
    ]
    expect(differences(long, levels(body.long_levels))).toEqual([])
    expect(
      body.short_levels.map((pool) => [pool.price, pool.notional_usd, pool.intensity]),
    ).toEqual([
      [101_815.47, 640_937.4, 0.8444],
      [104_280.2, 280_098, 0.5582],
      [105_280.2, 186_732, 0.4558],
      [100_400, 27_974.23, 0.1764],
    ])
    const at = (prices: readonly number[], values: readonly number[], price: number) =>
      values[prices.indexOf(price)]
    const v2At = (values: readonly number[]) =>
      [97_960, 97_800, 98_780].map((price) => at(v2.prices, values, price))
    expect(differences([1, 0.995, 0.18376382331730767], v2At(v2.long_intensity))).toEqual([])
    expect(v2At(v2.long_notional_usd)).toEqual([1, 0.99, 0.18])
    expect(v2At(v2.long_size_btc)).toEqual([1e-5, 1e-5, 2e-6])

    expect([v1.src, v1.price_min, v1.price_max, v1.prices.length]).toEqual([
      100_300, 92_280, 108_320, 803,
    ])
    expect(v1.norm).toEqual({ method: 'p50_p95', p50: 0.066667, p95: 0.24 })
    const graded = {
      94780: 0.3042,
      94800: 0.9931,
      94820: 0.3042,
      94960: 1,
      95760: 0.132,
      95780: 0.6487,
      98780: 0.3456,
      98800: 0.4397,
      98960: 0.269,
    }
    for (const [price, strength] of Object.entries(graded)) {
      expect(at(v1.prices, v1.long_intensity, Number(price))).toBe(strength)
    }
    const shortAt = [101_040, 101_540, 104_200, 105_200].map((p) =>
      at(v1.prices, v1.short_intensity, p),
    )
    expect(shortAt).toEqual([0.3349, 0.3808, 0.9931, 0.5338])
    expect(v1.top_long_zones.map((zone) => [zone.price, zone.strength, zone.age_min])).toEqual([
      [98_274.68, 1, 0],
      [97_800, 0.95, 1],
      [95_800, 0.9013, 1],
      [98_612, 0.8673, 1],
      [94_800, 0.7359, 1],
    ])
    expect(v1.top_short_zones.map((zone) => [zone.price, zone.strength, zone.age_min])).toEqual([
      [101_815.47, 0.8444, 0],
      [102_200, 0.7757, 1],
      [104_200, 0.7359, 1],
      [101_388, 0.7081, 1],
      [105_200, 0.6009, 1],
    ])
  })
})

describe('zones.md §13', () => {
  test('example 5: zones of the assembled engine', () => {
    const { emit, of } = recorder()
    const engines = scenarioA(emit)
    const created = of('liq_zones').map((row) => [row['price'], row['weight']])
    expect(created).toEqual([
      [94_800, 0.5184],
      [95_800, 0.972],
      [97_800, 1.728],
      [98_460, 0.972],
      [98_800, 0.576],
      [99_000, 0.144],
      [105_200, 0.2304],
      [104_200, 0.432],
      [102_200, 0.768],
      [101_540, 0.432],
      [101_200, 0.256],
      [101_000, 0.064],
      [98_780, 1.2348],
      [100_400, 0.8033],
      [101_040, 2.0206],
    ])
    onMinute(engines, SECOND)
    const swept = of('liq_zones').slice(created.length)
    expect(swept.map((row) => [row['type'], row['price'], row['weight']])).toEqual([
      ['zone_swept', 98_800, 0.576],
      ['zone_swept', 99_000, 0.144],
      ['zone_swept', 100_400, 0.8033],
    ])
    const { zones } = engines.state.heatmap
    const file = zonesFile(zones, 'BTC', 0).zones.map((zone) => [
      zone.price,
      zone.weight,
      zone.source,
    ])
    const expected = [
      [94_800, 0.257904, 'inference'],
      [95_800, 0.48357, 'inference'],
      [97_800, 0.8596800000000001, 'inference'],
      [98_460, 0.48357, 'inference'],
      [105_200, 0.11462399999999999, 'inference'],
      [104_200, 0.21492000000000003, 'inference'],
      [102_200, 0.38208000000000003, 'inference'],
      [101_540, 0.21492000000000003, 'inference'],
      [101_200, 0.12736, 'inference'],
      [98_780, 0.6142962093750001, 'tape'],
      [101_040, 1.0370885, 'combined'],
    ]
    expect(differences(expected, file)).toEqual([])
    const merged = activeZones(zones).find((zone) => zone.price === 101_040)
    expect(merged?.tier_contributions).toEqual({ 125: 0.064 })
  })
})

describe('heatmap.md §5.4', () => {
  test('the weights of a ladder are taken by position, and those of another length are not', () => {
    const context = contextOf()
    const heatmap = createHeatmap(context)
    const weights = [0, 1, 1, 1, 1, 1, 3]
    expect(setLadderWeights(heatmap, context, [1, 2], 0.003)).toBe(false)
    expect(heatmap.bufferFraction).toBe(0.002)
    expect(setLadderWeights(heatmap, context, weights, 0.003)).toBe(true)
    expect(ladderOf(heatmap).map(([, weight]) => weight)).toEqual(
      weights.map((weight) => weight / 8),
    )
  })

  test.each([
    ['reference', 0.002],
    ['standard', 0.003],
  ] as const)('the tuned buffer under %s gives projections a buffer of %d', (profile, buffer) => {
    const context = contextOf({ settings: settingsOf(profile) })
    const heatmap = createHeatmap(context)
    setLadderWeights(heatmap, context, [0, 1, 1, 1, 1, 1, 1], 0.003)
    expect(heatmap.inference.bufferFraction).toBe(buffer)
  })

  test('persisted weights are taken at the first minute only', () => {
    const engines = createLiquidationEngines('BTC', 20, REFERENCE)
    const persisted = (bufferFraction: number) => ({
      persisted: { weights: [0, 1, 1, 1, 1, 1, 1], bufferFraction },
    })
    onMinute(engines, minute(0, {}), persisted(0.003))
    expect(onMinute(engines, minute(1, {}), persisted(0.004)).bufferFraction).toBe(0.003)
  })
})

test('heatmap.md §5.3: a tier needs more than five samples, and three tiers must have them', () => {
  const context = contextOf({ settings: settingsOf('standard') })
  const learnt = (counts: Readonly<Record<number, number>>) => {
    const heatmap = createHeatmap(context)
    for (const [tier, count] of Object.entries(counts)) {
      heatmap.tape.samples.set(Number(tier), Array(count).fill(0.01))
    }
    const before = ladderOf(heatmap)
    learnFromTape(heatmap, context)
    return differences(before, ladderOf(heatmap)).length > 0
  }
  expect(learnt({ 50: 30, 75: 30, 100: 5 })).toBe(false)
  expect(learnt({ 50: 30, 75: 30, 100: 6 })).toBe(true)
  expect(learnt({ 50: 20, 75: 20, 100: 9 })).toBe(false)
})

test('in standard the disabled tier gains nothing from the tape', () => {
  const context = contextOf({ settings: settingsOf('standard') })
  const heatmap = createHeatmap(context)
  for (const tier of [50, 75, 100]) heatmap.tape.samples.set(tier, Array(30).fill(0.01))
  learnFromTape(heatmap, context)
  expect(new Map(ladderOf(heatmap)).get(10)).toBe(0)
})

test('heatmap.md §11: without any price there are no pools', () => {
  const engines = createLiquidationEngines('BTC', 20, REFERENCE)
  expect(currentPools(engines, {}, 0)).toEqual({ error: 'no_price_data' })
})

type Values = Readonly<Record<number, number>>

function poolsAround(
  context: LiquidationContext,
  values: Partial<Record<Side, Values>>,
  minNotionalUsd: number,
): Pools {
  const map = createHeatMap(sideOf(context, values.long ?? {}), sideOf(context, values.short ?? {}))
  const range: PoolRange = { centerUsd: 100_000, rangeFraction: 0.1, minNotionalUsd }
  return poolsOf(map, range, context)
}

function sideOf(context: LiquidationContext, values: Values): HeatSide {
  const prices = Object.keys(values).map(Number)
  return {
    levels: Float64Array.from(prices, (price) => levelOf(context.grid, price)),
    pricesUsd: Float64Array.from(prices),
    values: Float64Array.from(Object.values(values)),
  }
}

test('a map without anything has no strengths', () => {
  const context = contextOf()
  const { tape, inference } = createHeatmap(context)
  const map = heatMapOf(tape, inference, context)
  expect([map.maxValue, strengthsByPrice(map, 'long').size]).toEqual([1, 0])
})
