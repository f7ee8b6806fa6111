import { describe, expect, test } from 'vitest'
import type { LiquidationContext } from '../../../src/engines/liquidation/context.ts'
import { levelOf } from '../../../src/engines/liquidation/level-grid.ts'
import type { Side } from '../../../src/engines/liquidation/leverage.ts'
import {
  activeZones,
  loadZones,
  zoneSummary,
  zonesFile,
} from '../../../src/engines/liquidation/zone-views.ts'
import {
  createOrReinforce,
  createZones,
  decayZones,
  mergeZones,
  sweepZones,
  type Zones,
} from '../../../src/engines/liquidation/zones.ts'
import { differences } from '../compare.ts'
import { contextOf, recorder } from './kit.ts'

const T = 1_771_300_000

interface Signal {
  readonly price: number
  readonly side: Side
  readonly weight: number
  readonly source?: string
  readonly tier?: number
  readonly confidence?: number
}

function signal(zones: Zones, context: LiquidationContext, timeS: number, given: Signal) {
  const { price, side, weight, source = 'tape', tier, confidence = 1 } = given
  const level = levelOf(context.grid, price)
  const body = { side, weight, source, confidence, ...(tier === undefined ? {} : { tier }) }
  return createOrReinforce(zones, context, level, body, timeS)
}

/** The signals of example 1. */
const SIGNALS: readonly Signal[] = [
  { price: 97_800, side: 'long', weight: 3.6, source: 'inference', tier: 50, confidence: 0.6 },
  { price: 97_800, side: 'long', weight: 3.6, source: 'inference', tier: 10 },
  { price: 97_806, side: 'long', weight: 0.25 },
  { price: 98_820, side: 'long', weight: 0.02 },
  { price: 102_200, side: 'short', weight: 2.4, source: 'inference', tier: 50, confidence: 0.4 },
  { price: 102_240, side: 'short', weight: 2, source: 'inference', tier: 50 },
  { price: 102_280, side: 'short', weight: 12 },
  { price: 102_281, side: 'short', weight: 0.5 },
  { price: 102_340, side: 'short', weight: 1, source: 'foo', tier: 33 },
]

function example1(context: LiquidationContext) {
  const zones = createZones()
  const results = SIGNALS.map((given) => signal(zones, context, T + 0.5, given))
  return { zones, results }
}

const weights = (zones: Zones) =>
  [...zones.map.values()].map((zone) => [zone.priceUsd, zone.weight])

describe('zones.md §13', () => {
  test('example 1: signals create and reinforce; the cap holds for reinforcement only', () => {
    const { emit, of } = recorder()
    const { zones, results } = example1(contextOf({ emit }))
    expect(results.slice(0, 3)).toEqual(['created', 'skipped', 'reinforced'])
    const expected = [
      [97_800, 1.8030000000000002],
      [98_820, 0.02],
      [102_200, 0.768],
      [102_240, 1.6],
      [102_280, 5],
      [102_340, 0.5],
    ]
    expect(differences(expected, weights(zones))).toEqual([])
    expect([...(zones.map.values().next().value?.contributions ?? [])]).toEqual([
      [50, 1.7280000000000002],
    ])
    expect(of('liq_zones').find((row) => row['type'] === 'zone_reinforced')).toEqual({
      type: 'zone_reinforced',
      ts: 1_771_300_000.5,
      side: 'long',
      price: 97_800,
      weight: 1.803,
      source: 'combined',
      count: 1,
      weight_before: 1.728,
    })
    expect(
      of('liq_zones')
        .filter((row) => row['price'] === 102_280)
        .map((row) => row['weight']),
    ).toEqual([12, 5])
  })

  test('example 2: fading, merging, sweeping, expiring', () => {
    const { emit, of } = recorder()
    const context = contextOf({ emit })
    const { zones } = example1(context)
    decayZones(zones, context, 100_000, T + 20)
    expect(of('liq_zones').at(-1)).toEqual({
      type: 'zone_expired',
      ts: 1_771_300_020,
      side: 'long',
      price: 98_820,
      weight: 0.0199,
      source: 'tape',
      final_weight: 0.0199,
      lifespan_min: 0.3,
      age_since_reinforce_min: 0.3,
    })
    const faded = [
      [97_800, 1.7939850000000002],
      [102_200, 0.7641600000000001],
      [102_240, 1.592],
      [102_280, 4.975],
      [102_340, 0.4975],
    ]
    expect(differences(faded, weights(zones))).toEqual([])
    expect(mergeZones(zones, context)).toBe(2)
    const merged = activeZones(zones)
    expect(merged.map((zone) => [zone.price, zone.weight, zone.source])).toEqual([
      [102_280, 5, 'combined'],
      [97_800, 1.794, 'combined'],
      [102_340, 0.4975, 'foo'],
    ])
    expect(merged[0]).toMatchObject({
      created_at: 1_771_300_000_500,
      reinforcement_count: 1,
      tier_contributions: { 50: 2.368 },
    })
    expect(zoneSummary(zones)).toEqual({
      active_zones_long: 1,
      active_zones_short: 2,
      total_weight_long: 1.79,
      total_weight_short: 5.5,
      zones_created_total: 6,
      zones_reinforced_total: 2,
      zones_swept_total: 0,
      zones_expired_total: 1,
      zones_merged_total: 2,
    })
    expect(activeZones(zones, { minLeverage: 60 })).toEqual([])
    const fifty = activeZones(zones, { side: 'short', minLeverage: 50, maxLeverage: 50 })
    expect(fifty.map((zone) => zone.price)).toEqual([102_280])

    sweepZones(zones, context, { highUsd: 102_280, lowUsd: 97_800 }, T + 80)
    const swept = of('liq_zones').slice(-2)
    expect(swept[0]).toEqual({
      type: 'zone_swept',
      ts: 1_771_300_080,
      side: 'long',
      price: 97_800,
      weight: 1.794,
      source: 'combined',
      final_weight: 1.794,
      lifespan_min: 1.3,
      reinforcement_count: 1,
    })
    expect(swept[1]).toMatchObject({ side: 'short', price: 102_280, weight: 5, lifespan_min: 1.3 })

    const heavy = {
      price: 95_000,
      side: 'long',
      weight: 5,
      source: 'inference',
      tier: 100,
    } as const
    signal(zones, context, T + 80, heavy)
    decayZones(zones, context, 100_000, T + 80 + 14_400)
    expect(of('liq_zones').at(-1)).toMatchObject({ price: 102_340, age_since_reinforce_min: 241.3 })
    expect(weights(zones).map(([price]) => price)).toEqual([95_000])
    decayZones(zones, context, 100_000, T + 81 + 14_400)
    expect(of('liq_zones').at(-1)).toMatchObject({
      price: 95_000,
      final_weight: 4.9501,
      lifespan_min: 240,
    })
    expect(zones.map.size).toBe(0)
  })

  test('example 3: a merged bucket is created anew by the next signal', () => {
    const context = contextOf()
    const zones = createZones()
    const minute = (timeS: number) => {
      decayZones(zones, context, 65_000, timeS)
      for (const [price, weight] of [
        [64_300, 1],
        [64_320, 0.8],
        [64_340, 0.6],
      ] as const) {
        signal(zones, context, timeS, {
          price,
          side: 'long',
          weight,
          source: 'inference',
          tier: 100,
        })
      }
      mergeZones(zones, context)
      return weights(zones)
    }
    const expected = [
      [
        [64_300, 1.8],
        [64_340, 0.6],
      ],
      [
        [64_300, 2.891],
        [64_340, 0.7769999999999999],
      ],
      [
        [64_300, 3.9765449999999998],
        [64_340, 0.9531149999999999],
      ],
    ]
    expect(differences(expected, [minute(T), minute(T + 60), minute(T + 120)])).toEqual([])
    expect([zones.createdCount, zones.reinforcedCount, zones.mergedCount]).toEqual([5, 4, 3])
    const first = zones.map.values().next().value
    expect(first?.reinforcementCount).toBe(2)
    expect(first?.contributions.get(100)).toBeCloseTo(5.4, 12)
  })

  const file = {
    symbol: 'BTC',
    saved_at: T,
    zone_count: 5,
    zones: [
      { price: 95_000, side: 'long', weight: 1.5, last_reinforced_at: T - 14_400 },
      { price: 94_000, side: 'long', weight: 4, last_reinforced_at: T - 14_401 },
      { price: 105_005, side: 'short', weight: 1 },
      { price: 104_990, side: 'short', weight: 0.3, last_reinforced_at: T - 60 },
      { price: 105_000, side: 'short', weight: 0.9, last_reinforced_at: T - 30 },
    ],
  }

  test('example 4: a file is read by bucket, without what is too old', () => {
    const zones = createZones()
    expect(loadZones(zones, contextOf(), file, T)).toBeUndefined()
    expect(weights(zones)).toEqual([
      [95_000, 1.5],
      [105_000, 0.9],
    ])
    expect(zoneSummary(zones)).toMatchObject({ zones_created_total: 0, zones_expired_total: 0 })
    const eth = createZones()
    expect(loadZones(eth, contextOf({ symbol: 'ETH' }), file, T)).toMatch(/of BTC, not of ETH/)
    expect(zonesFile(eth, 'ETH', T)).toEqual({
      symbol: 'ETH',
      saved_at: T,
      zone_count: 0,
      zones: [],
    })
  })

  test('example 6: a bound on leverage passes over zones that know none', () => {
    const context = contextOf()
    const zones = createZones()
    for (const given of SIGNALS.slice(0, 3)) signal(zones, context, T + 0.5, given)
    signal(zones, context, T + 0.5, { price: 96_000, side: 'long', weight: 0.9 })
    const short = { price: 102_200, side: 'short', source: 'inference' } as const
    signal(zones, context, T + 0.5, { ...short, weight: 2.4, tier: 50, confidence: 0.4 })
    signal(zones, context, T + 0.5, { ...short, weight: 1, tier: 100, confidence: 0.5 })
    const prices = (filter: Parameters<typeof activeZones>[1]) =>
      activeZones(zones, filter).map((zone) => zone.price)
    expect(prices({ side: 'long' })).toEqual([97_800, 96_000])
    expect(prices({ minLeverage: 75 })).toEqual([102_200])
    expect(activeZones(zones, { side: 'short' })[0]).toMatchObject({
      weight: 0.918,
      reinforcement_count: 1,
      tier_contributions: { 50: 0.768, 100: 0.5 },
    })
    expect(zoneSummary(zones)).toMatchObject({ total_weight_long: 2.7, total_weight_short: 0.92 })
  })
})

describe('zones.md §5.4', () => {
  test('of two neighbours equally heavy the lower one stays', () => {
    const context = contextOf()
    const zones = createZones()
    for (const price of [64_320, 64_300])
      signal(zones, context, T, { price, side: 'long', weight: 1 })
    expect(mergeZones(zones, context)).toBe(1)
    expect(weights(zones)).toEqual([[64_300, 2]])
  })
})

describe('zones.md §7, §8', () => {
  test('a file is read back as it was written', () => {
    const context = contextOf()
    const { zones } = example1(context)
    const again = createZones()
    expect(loadZones(again, context, zonesFile(zones, 'BTC', T + 60), T + 60)).toBeUndefined()
    expect([...again.map]).toEqual([...zones.map])
  })

  test('a malformed entry ends the reading and keeps what stood before it', () => {
    const zones = createZones()
    const broken = {
      symbol: 'BTC',
      zones: [{ price: 95_000, side: 'long', weight: 1, last_reinforced_at: T }, { side: 'long' }],
    }
    expect(loadZones(zones, contextOf(), broken, T)).toMatch(/entry 1/)
    expect(zones.map.size).toBe(1)
  })

  test('from weight 1 a zone lives for 598 minutes near the price', () => {
    const context = contextOf()
    const zones = createZones()
    signal(zones, context, T, { price: 100_000, side: 'long', weight: 1 })
    let minutes = 0
    while (zones.map.size > 0 && minutes < 1000) {
      minutes += 1
      decayZones(zones, context, 100_000, T + minutes * 60)
    }
    expect(minutes).toBe(598)
  })
})
