/** Worked examples of `calibrator.md` §18 about approach learning and whole windows. */
import { describe, expect, test } from 'vitest'
import { createCalibrator } from '../../../src/engines/calibration/calibrator-state.ts'
import { withMiddleFloor } from '../../../src/engines/calibration/weight-step.ts'
import { differences } from '../compare.ts'
import type { Example } from './kit.ts'
import { example, exampleOf, LADDER, settingsOf, T0, UNIFORM, W7, zones } from './kit.ts'

describe('calibrator.md C6: approach', () => {
  const run = example()
  const predicted = {
    predictedLongs: zones({ 66960: 0.9, 66900: 0.4, 66800: 0.7, 66740: 0.3 }),
    predictedShorts: zones({ 67040: 0.6, 67240: 1, 67300: 0.2 }),
  }
  // Objects put whole-number keys in ascending order; the chapter's zones are listed by strength.
  const longs = new Map([
    [66960, 0.9],
    [66900, 0.4],
    [66800, 0.7],
    [66740, 0.3],
  ])
  run.minute(T0, {
    ...predicted,
    predictedLongs: longs,
    srcUsd: 67500,
    closeUsd: 67560,
    buyBase: 10,
    sellBase: 10,
    depthBand: zones({
      66900: 2e5,
      66920: 1e5,
      66940: 3e5,
      66960: 4e5,
      66980: 1.5e5,
      67000: 2.5e5,
      67020: 2e5,
      67040: 3e5,
      67100: 1e5,
    }),
  })
  const first = run.last('approach_minute_summary')
  run.minute(T0 + 60, {
    ...predicted,
    predictedLongs: longs,
    oiChange: -500,
    depthBand: zones({
      66900: 1e5,
      66920: 1e5,
      66940: 1e5,
      66960: 2e5,
      66980: 1e5,
      67000: 2e5,
      67020: 2.5e5,
      67040: 3.5e5,
      67100: 1e5,
    }),
  })

  test('three zones teach, by stress and distance', () => {
    expect(first?.['approach_candidates']).toBe(0)
    const record = run.last('approach_minute_summary')
    expect(record).toMatchObject({
      approach_candidates: 4,
      approach_used: 3,
      approach_skipped: 4,
      skip_reasons: { not_in_top_k: 1, too_far_from_price: 3 },
      selected_zones: [
        {
          zone_price: 66960,
          zone_side: 'long',
          S: 0.4911,
          S_eff: 0.3644,
          stress_breakdown: { aggression: 0.7364, oi_fuel: 0.3935, depth_thinning: 0.3438 },
          depth_debug: {
            depth_prev: 1600000,
            depth_now: 1050000,
            n_buckets_prev: 7,
            n_buckets_now: 7,
          },
        },
        { zone_price: 66900, S: 0.5614, S_eff: 0.2662, depth_debug: { depth_now: 500000 } },
        { zone_price: 67040, zone_side: 'short', S: 0.3364, S_eff: 0.2496 },
      ],
      skipped_zones: [{ zone_price: 66800, S_eff: 0.0756, rank: 4 }],
    })
  })

  test('totals, credits, and what was reached', () => {
    const { window } = run.state
    const totals = [75, 100, 125].map((tier) => window.totals.get(tier))
    expect(
      differences([0.028152520616380433, 0.46553740523684384, 2.5062071202679364], totals),
    ).toEqual([])
    const credits = [100, 125].map((tier) => window.credits.get(tier))
    expect(differences([0.03414637958955927, 0.18382604425779084], credits)).toEqual([])
    const reached = [...window.origins].filter(([, { reached: is }]) => is).map(([key]) => key)
    expect(reached.sort((a, b) => a - b)).toEqual([6680, 6690, 6696, 6705])
    expect(window.origins.get(6696)?.srcUsd).toBe(67500)
  })
})

test('calibrator.md C7: equal stress keeps the order of the zones, longs first', () => {
  const run = example()
  run.minute(T0, {
    predictedLongs: new Map([
      [66980, 1],
      [66960, 1],
      [66940, 1],
    ]),
    predictedShorts: zones({ 67020: 1, 67040: 1 }),
    buyBase: 0,
    sellBase: 0,
  })
  expect(run.last('approach_minute_summary')).toMatchObject({
    selected_zones: [66980, 66960, 66940].map((price) => ({ zone_price: price, S_eff: 0 })),
    skipped_zones: [
      { zone_price: 67020, rank: 4 },
      { zone_price: 67040, rank: 5 },
    ],
  })
})

describe('calibrator.md C8: a full window', () => {
  const run = example({ windowMinutes: 3 })
  const fields = {
    predictedLongs: new Map([
      [66320, 0.8],
      [65540, 0.5],
      [66080, 0.3],
    ]),
    predictedShorts: new Map([
      [67680, 1],
      [68480, 0.6],
      [67940, 0.4],
    ]),
    oiChange: -500,
  }
  run.minute(T0, fields)
  for (let i = 0; i < 12; i += 1) {
    const markUsd = 67000 + 10 * (i % 3)
    run.liquidate(T0 + 2 + i, 'long', 66700 - 15 * i, 0.1 * (i + 1), { markUsd })
  }
  for (let i = 0; i < 4; i += 1) {
    run.liquidate(T0 + 20 + i, 'short', 67200 + 10 * i, 0.25, { markUsd: 67000 })
  }
  const { window } = run.state
  run.minute(T0 + 60, { ...fields, srcUsd: 67010 })
  const result = run.minute(T0 + 120, { ...fields, srcUsd: 67020 })

  test('what its events gave', () => {
    expect(run.state.volEwma).toBeCloseTo(0.00041570189786963664, 15)
    expect(window.missDistances).toEqual([
      19, 18, 18, 17, 16, 15, 14, 14, 13, 12, 12, 11, 24, 24, 23, 22,
    ])
    const { directionsUsd } = window
    const mean = directionsUsd.reduce((sum, value) => sum + value, 0) / directionsUsd.length
    expect(mean).toBeCloseTo(339.375, 9)
    const totals = [75, 100, 125].map((tier) => window.totals.get(tier))
    expect(
      differences([0.4911346457640952, 2.1963569882981857, 16.31229999886376], totals),
    ).toEqual([])
    const credits = [75, 100, 125].map((tier) => window.credits.get(tier))
    expect(
      differences([-0.02255302449008178, -0.03487640556871737, -0.07619826077354211], credits),
    ).toEqual([])
  })

  test('what it changes', () => {
    expect(result).toMatchObject({ hitRate: 0, calibrationCount: 1 })
    expect(
      differences(
        [
          0.0, 0.18002106648422525, 0.2700315997263377, 0.30003508134313, 0.14998456989721937,
          0.07995666536392286, 0.019971017185165026,
        ],
        result?.weights,
      ),
    ).toEqual([])
    expect(result?.buffer).toBeCloseTo(0.00196, 15)
    expect(run.state.tolerance).toBe(6)
    expect(run.state.long.bias).toBeCloseTo(0.0004259104477611949, 15)
    expect(run.state.short.bias).toBe(0)
  })

  test('its records', () => {
    const { timestamp: _, ...record } = run.last('calibration') ?? {}
    expect(differences(SAMPLE_CALIBRATION, record)).toEqual([])
    expect(run.last('ident_diag')).toEqual({
      type: 'ident_diag',
      minute_key: 29333335,
      n: 16,
      best_L_hist: { '125': 16 },
      gap_pct_p50: 0.00202,
      gap_pct_p95: 0.00202,
      resp_best_p50: 0.9158,
      resp_best_p95: 0.9158,
    })
  })

  test('the file it saves', () => {
    expect(result?.document).toMatchObject({
      schema_version: 2,
      weights: [0, 0.180021, 0.270032, 0.300035, 0.149985, 0.079957, 0.019971],
      tolerance: 6,
      long_offset_usd: 142.68,
      short_offset_usd: -227.68,
      bias_pct_long: 0.000426,
      calibration_count: 1,
      saved_at: '2025-10-09T08:55:00',
    })
  })
})

describe('calibrator.md C9: clamps and cap', () => {
  const newWeights = (learningRate: number, weights: readonly number[]) => {
    const run = example({ windowMinutes: 2, learningRate })
    run.minute(T0, { weights })
    run.liquidate(T0 + 1, 'long', 66330, 0.1, { markUsd: 67000 })
    return run.minute(T0 + 60, { weights })?.weights
  }

  test('(a) the ratio is clamped before anchoring', () => {
    const expected = [
      0.09967404127840879, 0.19934808255681757, 0.199348082556804, 0.19934780507741512,
      0.0996363779284841, 0.09955407802645354, 0.10309153257561687,
    ]
    expect(differences(expected, newWeights(10, [0.1, 0.2, 0.2, 0.2, 0.1, 0.1, 0.1]))).toEqual([])
  })

  test('(b) the cap is no hard limit, and the floor lifts the middle', () => {
    const expected = [
      0.0, 0.12500000000000006, 0.12499999999999996, 0.49285356713276157, 0.17140300950640314,
      0.042849266478134425, 0.04289415688270096,
    ]
    expect(differences(expected, newWeights(0.1, [0, 0.05, 0.05, 0.6, 0.2, 0.05, 0.05]))).toEqual(
      [],
    )
  })
})

test('calibrator.md C10: the default weights trip the entropy stop', () => {
  const run = example({ windowMinutes: 1 })
  for (let index = 0; index < 4; index += 1) run.minute(T0 + 60 * index)
  expect(run.ofType('safety_trip')).toEqual([
    {
      type: 'safety_trip',
      timestamp: '2025-10-09T08:55:00',
      minute_key: 29333335,
      cycle: 2,
      reason: 'entropy_collapse: H=1.588 < 1.6 for 3 cycles',
      entropy: 1.5882,
      max_weight: 0.3,
      min_weight: 0,
      buffer: 0.002,
      tolerance: 5,
      consecutive_low_entropy: 3,
      consecutive_max_weight_cap: 0,
      consecutive_buffer_at_bounds: 0,
      consecutive_tolerance_at_bounds: 0,
    },
  ])
  expect(run.last('calibration')?.['safety']).toMatchObject({
    calibration_enabled: false,
    consecutive_low_entropy: 3,
  })
})

test('a threshold relative to the enabled tiers does not trip on the default weights', () => {
  const run = example({ windowMinutes: 1, safetyEntropyBasis: 'enabledTiers' })
  for (let index = 0; index < 10; index += 1) run.minute(T0 + 60 * index)
  expect([run.state.enabled, run.ofType('safety_trip').length]).toEqual([true, 0])
})

test('calibrator.md C11: a tolerance at its bound trips in the sixth cycle', () => {
  const run = example({ windowMinutes: 1, hitBucketTolerance: 2 })
  for (let index = 0; index < 6; index += 1) run.minute(T0 + 60 * index, { weights: UNIFORM })
  expect(run.ofType('safety_trip').map((record) => [record['cycle'], record['reason']])).toEqual([
    [5, 'bounds_pinned: tolerance_at_bounds=6'],
  ])
})

test('calibrator.md C12: the buffer walks to its bound and trips', () => {
  const run = example()
  let fed: { weights: readonly number[]; buffer: number } = { weights: UNIFORM, buffer: 0.002 }
  const buffers: number[] = []
  const tolerances: number[] = []
  for (let minute = 0; minute < 15 * 74; minute += 1) {
    const timeS = T0 + 60 * minute
    const predictedLongs = zones({ 66000: 1 })
    const result = run.minute(timeS, { ...fed, predictedLongs, closeUsd: 67000 })
    if (minute % 15 === 3) twelveLongs(run, timeS)
    if (result === undefined) continue
    fed = result
    buffers.push(result.buffer)
    tolerances.push(run.state.tolerance)
  }
  expect(buffers[0]).toBeCloseTo(0.00196, 15)
  expect(buffers[1]).toBeCloseTo(0.0019207999999999999, 15)
  expect(buffers.indexOf(0.0005) + 1).toBe(69)
  expect(tolerances.slice(0, 3)).toEqual([6, 7, 8])
  expect(tolerances.slice(9)).toEqual(tolerances.slice(9).map(() => 22))
  const trips = run.ofType('safety_trip').map((record) => [record['cycle'], record['reason']])
  expect(trips).toEqual([[73, 'bounds_pinned: buffer_at_bounds=6']])
})

test('calibrator.md C13: the bias converges to half of the miss', () => {
  const run = example({ windowMinutes: 1, enableBufferTuning: false })
  const biases: number[] = []
  const offsetsUsd: number[] = []
  run.minute(T0, { weights: UNIFORM })
  for (let index = 1; index <= 60; index += 1) {
    twelveLongs(run, T0 + 60 * (index - 1))
    run.minute(T0 + 60 * index, { weights: UNIFORM })
    biases.push(run.state.long.bias)
    offsetsUsd.push(run.state.long.offsetUsd)
  }
  const at = [1, 2, 3, 10, 30, 60].map((count) => biases[count - 1] ?? 0)
  const expected = [0.0004, 0.00072, 0.000976, 0.00178525, 0.00199752, 0.0019999969]
  for (const [index, value] of expected.entries()) expect(at[index]).toBeCloseTo(value, 8)
  for (const [index, value] of [134, 254.6, 335].entries()) {
    expect(offsetsUsd[index]).toBeCloseTo(value, 6)
  }
})

test.each([
  [
    [0.05, 0.05, 0.05, 0.25, 0.25, 0.2, 0.15],
    [
      0.08333333333333333, 0.08333333333333333, 0.08333333333333333, 0.2205882352941176,
      0.2205882352941176, 0.17647058823529413, 0.1323529411764706,
    ],
  ],
  [
    [0, 0, 0, 0.3, 0.3, 0.2, 0.2],
    [1 / 12, 1 / 12, 1 / 12, 0.225, 0.225, 0.15, 0.15],
  ],
  [
    [0, 0.05, 0.05, 0.35, 0.35, 0.1, 0.1],
    [0, 0.125, 0.125, 0.29166666666666663, 0.29166666666666663, 0.08333333333333333, 1 / 12],
  ],
])('calibrator.md C14: the floor under the middle, of %j', (weights, expected) => {
  const settings = settingsOf('reference')
  expect(differences(expected, withMiddleFloor(LADDER, weights, settings))).toEqual([])
})

test('calibrator.md C14: a ladder without high tiers has no floor', () => {
  const weights = [0.01, 0.01, 0.98]
  expect(withMiddleFloor([5, 10, 20], weights, settingsOf('reference'))).toBe(weights)
})

test.each([
  [2, 2],
  [3, 3],
  [4, 4],
  [5, 6],
  [6, 7],
  [7, 8],
  [8, 9],
  [9, 10],
  [10, 12],
  [15, 18],
  [20, 24],
  [35, 42],
  [42, 50],
])('calibrator.md C19: a tolerance of %d rises to %d', (tolerance, expected) => {
  const run = example({ windowMinutes: 1, hitBucketTolerance: tolerance })
  const predictedLongs = zones({ 60000: 1 })
  run.minute(T0, { predictedLongs })
  run.state.tolerance = tolerance
  twelveLongs(run, T0)
  run.minute(T0 + 60, { predictedLongs })
  expect(run.state.tolerance).toBe(expected)
})

test('calibrator.md C20: a missing mark price is said after 1440 minutes', () => {
  const run = example()
  for (let minute = 0; minute < 1440 + 60; minute += 1) {
    run.minute(T0 + 60 * minute, { weights: UNIFORM })
    if (minute % 15 === 0) {
      run.liquidate(T0 + 60 * minute + 1, 'long', 66400, 1, { markUsd: 67000 })
    }
  }
  expect(run.ofType('mark_stream_missing')).toEqual([
    {
      type: 'mark_stream_missing',
      timestamp: '2025-10-10T08:52:00',
      minute_key: 29334772,
      minutes_no_mark: 1440,
      action: 'continue_using_mid',
      src_source_counts: { mark: 0, mid: 0, last: 0, fallback: 1 },
    },
  ])
})

test('an event at mark price is counted as such when the quirk is switched off', () => {
  const run = exampleOf(createCalibrator('BTC', 20, settingsOf('standard', { model: 'reference' })))
  run.minute(T0)
  run.liquidate(T0 + 1, 'long', 66400, 1, { markUsd: 67000 })
  expect(run.state.window.sources).toEqual({ mark: 1, mid: 0, last: 0, fallback: 0 })
})

/** 268 USD, 0.4 % of the price, above the level of 125x. */
function twelveLongs(run: Example, timeS: number): void {
  for (let index = 0; index < 12; index += 1) {
    run.liquidate(timeS + 1 + index, 'long', 66592.64, 0.1, { markUsd: 67000 })
  }
}

const WEIGHTS_ROUNDED = Object.fromEntries(LADDER.map((tier, index) => [tier, W7[index]]))

const SAMPLE_CALIBRATION = {
  type: 'calibration',
  minute_key: 29333335,
  symbol: 'BTC',
  calibration_count: 0,
  total_events: 16,
  hits: 0,
  misses: 16,
  hit_rate: 0,
  avg_hit_strength: 0,
  avg_miss_distance: 17,
  leverage_soft_stats: {
    '10': { total_resp: 0, hits_soft: -0 },
    '20': { total_resp: 0, hits_soft: -0 },
    '25': { total_resp: 0, hits_soft: -0 },
    '50': { total_resp: 0.0002, hits_soft: -0 },
    '75': { total_resp: 0.4911, hits_soft: -0.0226 },
    '100': { total_resp: 2.1964, hits_soft: -0.0349 },
    '125': { total_resp: 16.3123, hits_soft: -0.0762 },
  },
  attributed_leverage_counts: { '125': 16 },
  src_band_counts: { NEAR: 16, MID: 0, FAR: 0 },
  implied_band_counts: { IMPLIED_NEAR: 0, IMPLIED_MID: 16, IMPLIED_FAR: 0 },
  approach_events: 0,
  zones_judged: 3,
  zones_unreached: 3,
  window_high: 67230,
  window_low: 66535,
  old_weights: WEIGHTS_ROUNDED,
  new_weights: WEIGHTS_ROUNDED,
  old_buffer: 0.002,
  new_buffer: 0.00196,
  old_tolerance: 5,
  new_tolerance: 6,
  old_long_offset: 0,
  new_long_offset: 142.68,
  old_short_offset: 0,
  new_short_offset: -227.68,
  old_bias_pct_long: 0,
  new_bias_pct_long: 0.000426,
  old_bias_pct_short: 0,
  new_bias_pct_short: 0,
  bias_update_info: {
    long_samples: 12,
    short_samples: 4,
    long_agg_miss_pct: 0.004259104477611949,
    short_agg_miss_pct: null,
    long_updated: true,
    short_updated: false,
  },
  ladder: LADDER,
  src_price: 67020,
  top_long_zones: [
    [66320, 0.8],
    [65540, 0.5],
    [66080, 0.3],
  ],
  top_short_zones: [
    [67680, 1],
    [68480, 0.6],
    [67940, 0.4],
  ],
  safety: {
    calibration_enabled: true,
    entropy: 1.5881,
    max_weight: 0.3,
    min_weight: 0,
    buffer_at_min: false,
    buffer_at_max: false,
    tolerance_at_min: false,
    tolerance_at_max: false,
    consecutive_low_entropy: 0,
    consecutive_max_weight_cap: 0,
    consecutive_buffer_at_bounds: 0,
    consecutive_tolerance_at_bounds: 0,
    src_source_counts: { mark: 0, mid: 0, last: 0, fallback: 16 },
    minutes_no_mark: 0,
    offset_clamped_long: false,
    offset_clamped_short: false,
    max_offset_pct: 0.005,
    max_offset_usd: 2000,
    max_event_price_deviation: 0.15,
  },
}
