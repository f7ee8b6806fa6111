/** Worked examples of `calibrator.md` §18 about single events and minutes. */
import { describe, expect, test } from 'vitest'
import { roundHalfEven } from '../../../src/base/numeric.ts'
import {
  attribute,
  impliedUsd,
  volatilityScale,
} from '../../../src/engines/calibration/attribution.ts'
import { createCalibrator } from '../../../src/engines/calibration/calibrator-state.ts'
import { entropyOf, normalised } from '../../../src/engines/calibration/weight-step.ts'
import { zoneKey } from '../../../src/engines/calibration/zone-key.ts'
import { differences } from '../compare.ts'
import { example, LADDER, settingsOf, T0, W7, zones } from './kit.ts'

const share = (map: ReadonlyMap<number, number>) =>
  [10, 20, 50, 75, 100, 125].map((L) => map.get(L))

test('calibrator.md L3: entropies', () => {
  const sample = [0.050012, 0.150037, 0.250062, 0.300074, 0.149928, 0.079919, 0.019968]
  const btc = [1, 1, 0.9, 0.7, 0.35, 0.14, 0.08, 0.05, 0.03, 0.015, 0.008]
  const enabled = [1, 0.9, 0.7, 0.35, 0.14, 0.08, 0.05, 0.03, 0.015, 0.008]
  const found = [
    entropyOf(W7),
    entropyOf(sample),
    entropyOf(normalised(sample.slice(1))),
    entropyOf(normalised(btc)),
    entropyOf(normalised(enabled)),
  ]
  const expected = [
    1.588242304136049, 1.7068015107111492, 1.5876526183627595, 1.8140887278120088,
    1.6580119745977073,
  ]
  expect(differences(expected, found)).toEqual([])
})

test('calibrator.md C1: implied levels', () => {
  const levels = [
    [5, 53332, 80668],
    [10, 60099, 73901],
    [20, 63482.5, 70517.5],
    [25, 64159.2, 69840.8],
    [50, 65512.6, 68487.4],
    [75, 65963.73333333334, 68036.26666666668],
    [100, 66189.3, 67810.7],
    [125, 66324.64, 67675.36],
    [150, 66414.86666666667, 67585.13333333333],
    [200, 66527.65, 67472.35],
    [250, 66595.31999999999, 67404.68000000001],
  ]
  const found = levels.map(([tier = 0]) => [
    tier,
    impliedUsd(tier, 'long', 67000, 0.002, 0.01),
    impliedUsd(tier, 'short', 67000, 0.002, 0.01),
  ])
  expect(differences(levels, found)).toEqual([])
})

describe('calibrator.md C2: a sequence of events', () => {
  const run = example()
  const { state } = run
  const zoneFields = {
    predictedLongs: zones({ 66320: 0.8, 65540: 0.5 }),
    predictedShorts: zones({ 67680: 1, 68480: 0.6 }),
  }

  test('the minute: depth and four zones too far', () => {
    run.minute(T0 + 0.05, {
      ...zoneFields,
      highUsd: 67050,
      lowUsd: 66950,
      closeUsd: 67010,
      buyBase: 60,
      sellBase: 40,
      oiChange: 250,
      depthBand: zones({ 66320: 1e6, 66300: 5e5, 67680: 2e6 }),
    })
    expect(run.last('depth_band_stats')).toMatchObject({
      n_buckets: 3,
      notional_total: 3500000,
      notional_p50: 1000000,
      notional_p95: 2000000,
      bounds: [65660, 68340],
    })
    expect(run.last('approach_minute_summary')).toMatchObject({
      approach_candidates: 0,
      approach_skipped: 4,
      skip_reasons: { too_far_from_price: 4 },
    })
  })

  test('(a) a hit near the level of 125x', () => {
    run.liquidate(T0 + 5.5, 'long', 66400, 0.5, { markUsd: 67000, midUsd: 67001 })
    const { window } = state
    const expected = [
      1.963479280406221e-34, 3.7118102738345907e-16, 3.431795793436245e-5, 0.009384173538794031,
      0.15517913507894784, 0.8354023734226449,
    ]
    expect(differences(expected, share(window.totals))).toEqual([])
    expect(window.credits.get(125)).toBeCloseTo(0.2047814563431936, 12)
    expect(window.credits.get(100)).toBeCloseTo(0.0030453322561621826, 12)
    expect(window.notionalUsd.get(125)).toBeCloseTo(27735.358797631812, 8)
    expect(window.sideMisses.long.fraction).toEqual([expect.closeTo(0.0011247761194029939, 12)])
    expect(window.directionsUsd).toEqual([80])
    expect(state.volEwma).toBe(0.0015)
    expect(run.last('event')).toEqual(SAMPLE_EVENT)
  })

  test('(b) a miss of nine buckets, at the mid', () => {
    run.liquidate(T0 + 7.25, 'short', 67500, 0.2, { midUsd: 66990 })
    const { window } = state
    expect(state.volEwma).toBeCloseTo(0.0013649253731343285, 15)
    expect(volatilityScale(state)).toBeCloseTo(0.909950248756219, 12)
    expect(run.last('event')).toMatchObject({
      src_source: 'mid',
      is_hit: false,
      miss_distance_buckets: 9,
      miss_usd: -165.26,
      miss_pct: -0.002467,
    })
    expect(window.directionsUsd.at(-1)).toBeCloseTo(180, 9)
    const totals = [75, 100, 125].map((tier) => window.totals.get(tier))
    const expected = [0.015570709261379788, 0.2902192550900496, 1.6941627334365756]
    expect(differences(expected, totals)).toEqual([])
    expect(window.credits.get(125)).toBeCloseTo(0.23376341618008445, 12)
  })

  test('(c) an insane price is rejected, and counted all the same', () => {
    run.liquidate(T0 + 8, 'long', 0.05, 1000, { markUsd: 69264 })
    expect(run.last('event_rejected')).toEqual({
      type: 'event_rejected',
      timestamp: '2025-10-09T08:53:08',
      reason: 'price_insane',
      detail: 'price_deviation=100.0%>max=15%',
      event_price: 0.05,
      src_price: 69264,
      dist_pct: 1,
      side: 'long',
      notional: 50,
    })
    expect(run.last('event')).toMatchObject({
      src_band: 'FAR',
      miss_distance_buckets: 3277,
      attributed_leverage: 10,
      nearest_implied_raw: 62129.81,
      miss_usd: -62129.76,
      tier_disabled: true,
      vol_scale: 1.6,
    })
    expect(state.window.identShares.at(-1)).toBeCloseTo(0.9999999999962033, 12)
  })

  test('(d) the same on the short side goes to 125x', () => {
    run.liquidate(T0 + 9, 'short', 0.05, 1000, { markUsd: 69264 })
    expect(run.last('event')).toMatchObject({
      attributed_leverage: 125,
      miss_usd: -69962.13,
      miss_distance_buckets: 3384,
    })
    expect(state.window.identShares.at(-1)).toBeCloseTo(0.7084680882720994, 12)
    expect(state.volEwma).toBeCloseTo(0.004160672400425103, 15)
    expect(state.window).toMatchObject({
      totalEvents: 4,
      hits: 1,
      misses: 3,
      totalMissDistance: 6670,
      missDistances: [9],
      highUsd: 67500,
      lowUsd: 66400,
      sources: { mark: 0, mid: 1, last: 0, fallback: 3 },
      bands: { NEAR: 2, MID: 0, FAR: 2 },
    })
  })

  test('(e) without any price of the moment, the snapshot’s is used', () => {
    run.liquidate(T0 + 61, 'long', 60100, 0.01)
    expect(run.last('event')).toMatchObject({
      event_src_price: 67000,
      src_source: 'fallback_ohlc4',
      src_band: 'FAR',
      attributed_leverage: 10,
      miss_usd: 1,
      nearest_implied_dist_pct: 0.000015,
      implied_band: 'IMPLIED_NEAR',
      tier_disabled: true,
      vol_ewma: 0.007013,
      miss_distance_buckets: 272,
    })
  })
})

describe('calibrator.md C3: underflow', () => {
  const run = example()
  run.minute(T0)
  run.state.volEwma = 0.0005
  run.state.lastSrcUsd = 69264
  run.liquidate(T0 + 1, 'short', 0.05, 1, { markUsd: 69264 })

  test('is shared evenly and named 10x', () => {
    expect(run.state.volEwma).toBeCloseTo(0.00045, 15)
    expect(run.last('event')).toMatchObject({
      vol_scale: 0.7,
      tau_pct: 0.00084,
      attributed_leverage: 10,
      nearest_implied_raw: 76398.19,
      miss_usd: -76398.14,
      tier_disabled: true,
      miss_distance_buckets: Number.POSITIVE_INFINITY,
    })
    expect(run.state.window.identShares).toEqual([1 / 7])
    expect(run.state.window.identTiers).toEqual([125])
  })

  test('is attributed to nothing when the quirk is switched off', () => {
    const clean = example({ underflow: 'nothing' })
    clean.minute(T0)
    clean.state.volEwma = 0.0005
    clean.state.lastSrcUsd = 69264
    clean.liquidate(T0 + 1, 'short', 0.05, 1, { markUsd: 69264 })
    expect(clean.last('event')).toMatchObject({
      attributed_leverage: null,
      miss_usd: null,
      tier_disabled: false,
      top_3_by_responsibility: [],
    })
    expect(clean.state.window.attributed.size).toBe(0)
  })
})

test('calibrator.md C4: volatility', () => {
  const run = example()
  run.minute(T0)
  const found = [67000, 67010, 66500, 66500, 69000].map((markUsd, index) => {
    run.liquidate(T0 + index, 'long', markUsd * 0.99, 1, { markUsd })
    return [run.state.volEwma, 0.0012 * volatilityScale(run.state)]
  })
  const expected = [
    [0.0015, 0.0012],
    [0.0013649253731343285, 0.0010919402985074627],
    [0.001989513271576753, 0.0015916106172614022],
    [0.0017905619444190776, 0.0014324495555352618],
    [0.005370904246217771, 0.0019199999999999998],
  ]
  for (const [index, [vol = 0, tau = 0]] of expected.entries()) {
    expect(found[index]?.[0]).toBeCloseTo(vol, 17)
    expect(found[index]?.[1]).toBeCloseTo(tau, 17)
  }
})

describe('calibrator.md C5: responsibilities are constant on the near side of all levels', () => {
  const sharesAt = (ladder: readonly number[], volEwma: number, priceUsd: number) => {
    const state = createCalibrator('BTC', 20, settingsOf('reference'))
    state.volEwma = volEwma
    const point = { priceUsd, side: 'long', srcUsd: 67000, buffer: 0.002 } as const
    return attribute(state, ladder, point).shares.slice(-3)
  }

  test.each([
    [0.00105, [0.001502472091, 0.08268583622, 0.9158111956]],
    [0.0015, [0.009384173539, 0.1551791351, 0.8354023734]],
    [0.0024, [0.04284330805, 0.2474037663, 0.7084680883]],
  ])('seven tiers at a volatility of %d', (volEwma, expected) => {
    for (const priceUsd of [66400, 66900, 67000]) {
      for (const [index, found] of sharesAt(LADDER, volEwma, priceUsd).entries()) {
        expect(found).toBeCloseTo(expected[index] ?? 0, 9)
      }
    }
  })

  test('eleven tiers', () => {
    const ladder = [5, ...LADDER, 150, 200, 250]
    const found = sharesAt(ladder, 0.0015, 67000)
    const expected = [0.0671530721, 0.2730766294, 0.6336008083]
    for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 9)
  })
})

test('calibrator.md C17: events that are not counted', () => {
  const run = example()
  run.minute(T0 + 60)
  run.liquidate(T0 + 30, 'long', 66400, 1)
  expect([run.state.window.totalEvents, run.state.eventTimesS.length]).toEqual([0, 1])
  run.liquidate(T0 + 119.9, 'long', 66400, 1)
  run.liquidate(T0 + 600, 'long', 66400, 1)
  run.liquidate(T0 + 601, 'long', 0, 1)
  expect(run.state.window.totalEvents).toBe(2)
})

test('calibrator.md C17: with an empty ladder an event counts as a miss and no more', () => {
  const run = example()
  run.minute(T0, { ladder: [], weights: [] })
  run.liquidate(T0 + 1, 'long', 66400, 1, { markUsd: 67000 })
  const { window, lastSrcUsd } = run.state
  expect(window).toMatchObject({ totalEvents: 1, misses: 1, bands: { NEAR: 1 } })
  expect([window.attributed.size, lastSrcUsd, run.ofType('event').length]).toEqual([0, 67000, 0])
})

test('calibrator.md C18: buckets', () => {
  const bucket = (priceUsd: number, stepUsd: number) => roundHalfEven(priceUsd / stepUsd) * stepUsd
  expect([50, 70, 66390, 66410, 66430].map((price) => bucket(price, 20))).toEqual([
    40, 80, 66400, 66400, 66440,
  ])
  expect(bucket(2.5, 1)).toBe(2)
  expect(zoneKey(66430, 20, 'short')).toBe(3322 * 2 + 1)
})

const SAMPLE_EVENT = {
  type: 'event',
  timestamp: '2025-10-09T08:53:05.500000',
  symbol: 'BTC',
  side: 'long',
  event_price: 66400,
  event_src_price: 67000,
  src_source: 'markPrice',
  snapshot_src: 67000,
  dist_pct_event: 0.008955,
  nearest_implied_dist_pct: 0.001125,
  src_band: 'NEAR',
  implied_band: 'IMPLIED_NEAR',
  updates_calibration: true,
  event_qty: 0.5,
  event_notional: 33200,
  is_hit: true,
  hit_strength: 0.8,
  miss_distance_buckets: null,
  top_3_by_responsibility: [
    { leverage: 125, responsibility: 0.8354, distance_usd: 75.36 },
    { leverage: 100, responsibility: 0.1552, distance_usd: 210.7 },
    { leverage: 75, responsibility: 0.0094, distance_usd: 436.27 },
  ],
  attributed_leverage: 125,
  nearest_implied_leverage_raw: 125,
  nearest_implied_raw: 66324.64,
  nearest_implied_corrected: 66324.64,
  miss_pct: 0.001125,
  miss_usd: 75.36,
  bias_pct_long: 0,
  bias_pct_short: 0,
  bias_pct_applied: 0,
  ladder: [10, 20, 25, 50, 75, 100, 125],
  implied_levels_raw: {
    '10': 60099,
    '20': 63482.5,
    '25': 64159.2,
    '50': 65512.6,
    '75': 65963.73,
    '100': 66189.3,
    '125': 66324.64,
  },
  implied_levels_corrected: {
    '10': 60099,
    '20': 63482.5,
    '25': 64159.2,
    '50': 65512.6,
    '75': 65963.73,
    '100': 66189.3,
    '125': 66324.64,
  },
  top_predicted_zones: [
    [66320, 0.8],
    [65540, 0.5],
  ],
  current_weights: {
    '10': 0,
    '20': 0.18,
    '25': 0.27,
    '50': 0.3,
    '75': 0.15,
    '100': 0.08,
    '125': 0.02,
  },
  current_buffer: 0.002,
  hit_bucket_tolerance: 5,
  tau_pct: 0.0012,
  delta_pct: 0.0008,
  vol_scale: 1,
  vol_ewma: 0.0015,
  price_insane: false,
  price_insane_reason: null,
  offset_used_usd: 0,
  offset_used_pct: 0,
  tier_disabled: false,
}
