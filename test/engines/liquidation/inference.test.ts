import { describe, expect, test } from 'vitest'
import type { LiquidationContext } from '../../../src/engines/liquidation/context.ts'
import {
  closeHeatmapMinute,
  createHeatmap,
  type Heatmap,
} from '../../../src/engines/liquidation/heatmap.ts'
import {
  createInference,
  type Inference,
  inferenceStats,
  inferMinute,
  setInferenceWeights,
} from '../../../src/engines/liquidation/inference.ts'
import { priceOfLevel } from '../../../src/engines/liquidation/level-grid.ts'
import type { Side } from '../../../src/engines/liquidation/leverage.ts'
import { createZones } from '../../../src/engines/liquidation/zones.ts'
import { differences } from '../compare.ts'
import { contextOf, recorder, settingsOf } from './kit.ts'

const K = 29_521_667

interface Minute {
  readonly at: number
  readonly src?: number
  readonly oi: number
  readonly buy?: number
  readonly sell?: number
  readonly high?: number
  readonly low?: number
}

const input = ({
  at,
  src = 100_000,
  oi,
  buy = 6e6,
  sell = 4e6,
  high = 100_050,
  low = 99_950,
}: Minute) => ({
  minuteKey: K + at,
  srcUsd: src,
  openInterest: oi,
  takerBuyUsd: buy,
  takerSellUsd: sell,
  highUsd: high,
  lowUsd: low,
  timeS: 60 * (K + at) + 0.25,
})

/** The minutes of examples 1 to 3. */
const MINUTES: readonly Minute[] = [
  { at: 0, oi: 10_000_000_000 },
  { at: 1, oi: 10_002_000_000 },
  { at: 2, src: 100_010, oi: 10_002_400_000 },
  { at: 3, src: 100_020, oi: 10_004_400_000, buy: 9.7e6, sell: 0.3e6 },
  { at: 4, src: 100_020, oi: 10_003_400_000 },
  { at: 5, src: 100_020, oi: 9_003_400_000 },
  { at: 6, src: 100_020, oi: 9_003_400_000, buy: 0, sell: 0, high: 101_300, low: 98_680 },
]

function heatmapAfter(context: LiquidationContext, minuteCount: number): Heatmap {
  const heatmap = createHeatmap(context)
  for (const minute of MINUTES.slice(0, minuteCount)) {
    closeHeatmapMinute(heatmap, context, input(minute))
  }
  return heatmap
}

const sizes = (inference: Inference, context: LiquidationContext, side: Side) =>
  new Map(
    [...inference[side].values()].map((p) => [priceOfLevel(context.grid, p.level), p.sizeUsd]),
  )

const sum = (inference: Inference, side: Side) =>
  [...inference[side].values()].reduce((total, { sizeUsd }) => total + sizeUsd, 0)

describe('entry-inference.md §13', () => {
  test('example 1: a rise of open interest is projected on both sides', () => {
    const { emit, of } = recorder()
    const context = contextOf({ emit })
    const { inference } = heatmapAfter(context, 2)
    const long = [
      [94_800, 216_000],
      [95_800, 324_000],
      [97_800, 360_000],
      [98_460, 180_000],
      [98_800, 96_000],
      [99_000, 24_000],
    ]
    const short = [
      [105_200, 144_000],
      [104_200, 216_000],
      [102_200, 240_000],
      [101_540, 120_000],
      [101_200, 64_000],
      [101_000, 16_000],
    ]
    expect(differences(long, [...sizes(inference, context, 'long')])).toEqual([])
    expect(differences(short, [...sizes(inference, context, 'short')])).toEqual([])
    expect(of('liq_debug').at(-1)).toMatchObject({
      long_open_usd: 1_200_000,
      short_open_usd: 800_000,
      total_long_buckets: 6,
      total_short_buckets: 6,
    })
  })

  test('example 2: a rise below the threshold only fades', () => {
    const context = contextOf()
    const { inference } = heatmapAfter(context, 3)
    expect(sizes(inference, context, 'long').get(94_800)).toBeCloseTo(214_920, 8)
    expect(sizes(inference, context, 'short').get(101_000)).toBeCloseTo(15_920, 8)
    expect(inference.entryCount).toBe(12)
  })

  test('example 3: the share of buyers is clamped, and a fall shrinks all', () => {
    const { emit, of } = recorder()
    const context = contextOf({ emit })
    const after3 = sizes(heatmapAfter(context, 4).inference, context, 'long')
    const added = [94_820, 95_820, 97_820, 98_480, 98_820, 99_020].map((price) => after3.get(price))
    const expected = [324_000, 486_000.00000000006, 540_000, 270_000, 144_000, 36_000]
    expect(differences(expected, added)).toEqual([])

    const { inference: after4 } = heatmapAfter(context, 5)
    const at4 = sizes(after4, context, 'long')
    const ours = [at4.get(94_800), at4.get(94_820), sizes(after4, context, 'short').get(101_020)]
    expect(differences([159_046.8479915202, 240_973.9875127197, 2974.9875001570326], ours)).toEqual(
      [],
    )

    const { inference: after5 } = heatmapAfter(context, 6)
    const at5 = [
      sizes(after5, context, 'long').get(94_800),
      sizes(after5, context, 'short').get(101_020),
    ]
    expect(differences([79_125.80687578129, 1480.0562813281238], at5)).toEqual([])

    of('liq_sweeps').length = 0
    const { inference } = heatmapAfter(context, 7)
    const swept = of('liq_sweeps').map((row) => [row['bucket'], row['total_notional_usd']])
    expect(swept).toEqual([
      [101_200, 23_327.46],
      [101_000, 5831.87],
      [101_220, 5890.62],
      [101_020, 1472.66],
      [98_800, 34_991.19],
      [99_000, 8747.8],
      [98_820, 53_015.62],
      [99_020, 13_253.9],
    ])
    expect(of('liq_sweeps')[0]).toMatchObject({ trade_count: 1, peak_notional_usd: 64_000 })
    expect(of('liq_debug').at(-1)).toMatchObject({
      swept_long: 4,
      swept_short: 4,
      swept_long_notional: 110_008.51,
      swept_short_notional: 36_522.61,
      total_long_buckets: 8,
      total_short_buckets: 8,
      buy_pct: 0.5,
    })
    const stats = inferenceStats(inference, context)
    expect([stats.total_inferred_long_usd, stats.total_inferred_short_usd]).toEqual([3e6, 1e6])
    expect(stats.inferences_in_window).toBe(24)
  })

  test('example 4: what the disabled tier would have had is projected nowhere', () => {
    const context = contextOf()
    const inference = createInference(context)
    setInferenceWeights(inference, [
      [10, 0.050012],
      [20, 0.150037],
      [25, 0.250062],
      [50, 0.300074],
      [75, 0.149928],
      [100, 0.079919],
      [125, 0.019968],
    ])
    const zones = createZones()
    inferMinute(inference, zones, context, input({ at: 0, oi: 1e9 }))
    // Buyers take 0.9 of all at most, so this opens exactly 1,000,000 USD of longs.
    const rise = 1e6 / 0.9
    inferMinute(inference, zones, context, input({ at: 1, oi: 1e9 + rise, buy: 1, sell: 0 }))
    const ours = [sum(inference, 'long'), sizes(inference, context, 'long').get(94_800)]
    expect(differences([949_987.9999999998, 150_036.99999999997], ours)).toEqual([])
  })

  test('example 5: open interest of 0 looks like a fall, and then like a start', () => {
    const context = contextOf()
    const inference = createInference(context)
    const zones = createZones()
    const minutes: readonly [oi: number, buy: number, sell: number][] = [
      [0, 6e6, 4e6],
      [6.5e9, 6e6, 4e6],
      [6.502e9, 0, 0],
      [0, 6e6, 4e6],
      [6.5e9, 6e6, 4e6],
      [6.5004e9, 6e6, 4e6],
      [6.500725e9, 6e6, 4e6],
    ]
    const sums = minutes.map(([oi, buy, sell], at) => {
      const minute = { at, src: 65_000, oi, buy, sell, high: 65_010, low: 64_990 }
      const { entries } = inferMinute(inference, zones, context, input(minute))
      return [entries.length, sum(inference, 'long'), sum(inference, 'short')]
    })
    const expected = [
      [0, 0, 0],
      [0, 0, 0],
      [12, 1_000_000, 1_000_000],
      [0, 497_500, 497_500],
      [0, 495_012.5, 495_012.5],
      [12, 732_537.4375, 652_537.4375],
      [0, 728_874.7503125, 649_274.7503125],
    ]
    expect(differences(expected, sums)).toEqual([])
  })

  test('example 6: standing alone, heavy swept zones make new ones a step further', () => {
    const { emit, of } = recorder()
    const context = contextOf({ emit })
    const inference = createInference(context)
    const zones = createZones()
    inferMinute(inference, zones, context, input({ at: 0, oi: 1e10 }))
    inferMinute(inference, zones, context, input({ at: 1, oi: 10_002_000_000 }))
    inferMinute(
      inference,
      zones,
      context,
      input({ at: 2, src: 98_000, oi: 10_002_000_000, low: 97_790 }),
    )
    const swept = of('liq_zones').filter((row) => row['type'] === 'zone_swept')
    expect(swept.map((row) => [row['price'], row['weight']])).toEqual([
      [97_800, 1.7194],
      [98_460, 0.9671],
      [98_800, 0.5731],
      [99_000, 0.1433],
    ])
    const made = [...zones.map.values()].filter((zone) => zone.source === 'sweep')
    const expected = [
      [97_780, 0.257904],
      [98_440, 0.145071],
      [98_780, 0.08596799999999999],
    ]
    expect(
      differences(
        expected,
        made.map((zone) => [zone.priceUsd, zone.weight]),
      ),
    ).toEqual([])
  })

  test('example 7: liquidation buckets at 65743.25', () => {
    const context = contextOf()
    const inference = createInference(context)
    const zones = createZones()
    const minute = { src: 65_743.25, high: 65_750, low: 65_740 }
    inferMinute(inference, zones, context, input({ at: 0, oi: 1e9, ...minute }))
    inferMinute(inference, zones, context, input({ at: 1, oi: 1.01e9, ...minute }))
    expect([...sizes(inference, context, 'long').keys()]).toEqual([
      62_320, 62_980, 64_300, 64_740, 64_960, 65_080,
    ])
    expect([...sizes(inference, context, 'short').keys()]).toEqual([
      69_160, 68_500, 67_180, 66_760, 66_540, 66_400,
    ])
  })
})

test('entry-inference.md §5.1: a rise of exactly the threshold is projected', () => {
  const settings = settingsOf('reference')
  // A threshold that a double holds exactly.
  const inferenceSettings = { ...settings.inference, minOiChangePct: 0.25 }
  const context = contextOf({ settings: { ...settings, inference: inferenceSettings } })
  const entriesAfter = (oi: number) => {
    const inference = createInference(context)
    const zones = createZones()
    inferMinute(inference, zones, context, input({ at: 0, oi: 3e9 }))
    return inferMinute(inference, zones, context, input({ at: 1, oi })).entries.length
  }
  expect([entriesAfter(4e9), entriesAfter(4e9 - 1)]).toEqual([12, 0])
})

test('entry-inference.md §12: in base units a rise is worth its quantity at the price', () => {
  const settings = settingsOf('reference')
  const context = contextOf({ settings: { ...settings, pipeline: { openInterestUnit: 'base' } } })
  const inference = createInference(context)
  const zones = createZones()
  inferMinute(inference, zones, context, input({ at: 0, oi: 100_000 }))
  inferMinute(inference, zones, context, input({ at: 1, oi: 100_020 }))
  expect(sum(inference, 'long') + sum(inference, 'short')).toBeCloseTo(2_000_000, 6)
  const next = input({ at: 2, src: 100_300, oi: 100_010 })
  expect(inferMinute(inference, zones, context, next).deltaUsd).toBeCloseTo(-1_003_000, 6)
})
