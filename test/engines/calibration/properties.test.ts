/** What holds for the reference's calibrator whatever the market does. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CanonicalWriter, decodeCanonical } from '../../../src/base/canonical.ts'
import {
  calibratorDigest,
  calibratorFromPlain,
  calibratorToPlain,
} from '../../../src/engines/calibration/calibrator-row.ts'
import type { CalibratorSettings } from '../../../src/engines/calibration/calibrator-settings.ts'
import {
  type Calibrator,
  createCalibrator,
} from '../../../src/engines/calibration/calibrator-state.ts'
import { unionInHashOrder } from '../../../src/engines/calibration/hash-order.ts'
import { exampleOf, settingsOf, T0 } from './kit.ts'
import { seeded } from './seeded.ts'

const HASH_CASES: readonly [number[], number[], number[]][] = [
  [
    [67140, 67420],
    [67980, 67180, 67140],
    [67180, 67140, 67980, 67420],
  ],
  [[67300, 67500, 66480, 66460, 67200], [], [67200, 66480, 67300, 66460, 67500]],
  [[], [67600, 67560, 66460, 66240, 67140, 66760], [66240, 67600, 67140, 67560, 66460, 66760]],
  [
    [66360, 66220, 67360, 67760, 67620, 66100, 67520, 67000, 67140, 67660, 67880, 67560],
    [67660, 66400, 67580, 66020, 67340, 66160, 66140, 66080, 66480],
    [
      67520, 67140, 67660, 67340, 66140, 67360, 66400, 66080, 67620, 66020, 67880, 67560, 66220,
      67760, 66160, 66360, 66480, 66100, 67000, 67580,
    ],
  ],
  [
    [
      66600, 67520, 66060, 67180, 66820, 67120, 67500, 66500, 67320, 66580, 67620, 66740, 67260,
      66000, 67680, 66200, 67160, 66700, 67040, 67400, 67700, 66640, 66800, 67800, 67300, 66720,
      67940, 66160, 66260, 67020,
    ],
    [
      66260, 66740, 66980, 66160, 66040, 67740, 66000, 66540, 66520, 66120, 67200, 66960, 67000,
      67060, 66180, 67440, 67600, 66500, 66680, 66860, 66220, 66780, 66840, 66020, 67040,
    ],
    [
      67200, 66820, 66180, 66060, 66700, 66960, 67600, 66580, 66200, 66840, 67740, 66720, 67620,
      66980, 66600, 67500, 66860, 66220, 67120, 66740, 67000, 67260, 67520, 66500, 67400, 66120,
      67020, 66000, 66640, 66260, 67160, 67800, 66520, 66780, 67680, 67040, 67300, 67940, 66020,
      66040, 67180, 66540, 66800, 66160, 67440, 67700, 67060, 67320, 66680,
    ],
  ],
]

const PUT_RIGHT: Partial<CalibratorSettings> = { model: 'reference', disabledTiers: '10' }
const START_WEIGHTS = [0.05, 0.15, 0.25, 0.3, 0.15, 0.08, 0.02]

/** Minutes and liquidations, some foreign, some at the edge; weights and buffer fed back. */
function runMarket(state: Calibrator, seed: number, from: number, to: number, weights: Feed): void {
  const run = exampleOf(state)
  for (let minute = from; minute < to; minute += 1) {
    const random = seeded(seed * 10_007 + minute)
    const srcUsd = 67_000 + 400 * Math.sin(minute / 7) + 50 * random()
    const level = (share: number) => Math.round((srcUsd * share) / 20) * 20
    const result = run.minute(T0 + 60 * minute, {
      srcUsd,
      closeUsd: srcUsd * (1 + (random() - 0.5) * 0.002),
      weights: weights.weights,
      buffer: weights.buffer,
      predictedLongs: new Map(
        Array.from({ length: 12 }, () => [level(1 - 0.03 * random()), random()]),
      ),
      predictedShorts: new Map(
        Array.from({ length: 12 }, () => [level(1 + 0.03 * random()), random()]),
      ),
      depthBand: new Map(
        Array.from({ length: 40 }, (_, index) => [level(1) + 20 * index - 400, 1e6 * random()]),
      ),
      oiChange: (random() - 0.5) * 2_000,
    })
    if (result !== undefined)
      Object.assign(weights, { weights: result.weights, buffer: result.buffer })
    for (let index = 0; index < 3 * random(); index += 1) {
      const foreign = random() < 0.05
      run.liquidate(
        T0 + 60 * minute + index,
        random() < 0.5 ? 'long' : 'short',
        foreign ? 0.02 : srcUsd * (0.98 + 0.04 * random()),
        random(),
        { midUsd: srcUsd },
      )
    }
  }
}

interface Feed {
  weights: readonly number[]
  buffer: number
}

const feed = (): Feed => ({ weights: START_WEIGHTS, buffer: 0.002 })

// Goal: weights stay shares, and nothing becomes NaN or infinite. Method: seeded markets with
// foreign prices and weights fed back, under both profiles' quirks, four calibrations long.
describe.each([
  ['reference', {}],
  ['standard', PUT_RIGHT],
] as const)('under the settings of %s', (profile, overrides) => {
  test('weights sum to 1, and no figure is NaN', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        const state = createCalibrator('BTC', 20, settingsOf(profile, overrides))
        const fed = feed()
        runMarket(state, seed, 0, 61, fed)
        const sum = fed.weights.reduce((total, weight) => total + weight, 0)
        expect(sum).toBeCloseTo(1, 12)
        expect(fed.weights.every((weight) => weight >= 0 && weight <= 1)).toBe(true)
        const { buffer, volEwma, long, short, tolerance } = state
        for (const value of [buffer, volEwma, tolerance, long.bias, short.bias, long.offsetUsd]) {
          expect(Number.isFinite(value)).toBe(true)
        }
      }),
      { numRuns: 30 },
    )
  })
})

test('disabled tiers have weight 0 once a window has taught, where they do not learn', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), (seed) => {
      const state = createCalibrator('BTC', 20, settingsOf('standard', PUT_RIGHT))
      const fed = feed()
      runMarket(state, seed, 0, 31, fed)
      expect(fed.weights[0]).toBe(0)
      expect(state.window.totals.get(10) ?? 0).toBe(0)
    }),
    { numRuns: 30 },
  )
})

// Goal: a calibrator that went through its plain bytes goes on as if nothing had happened. Method:
// cut a seeded market at any minute, go on with the original and the copies, compare digests.
test('going on from a checkpoint or a clone changes nothing', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(60), (seed, cut) => {
      const settings = settingsOf('reference')
      const state = createCalibrator('BTC', 20, settings)
      const fed = feed()
      runMarket(state, seed, 0, cut, fed)
      const bytes = new CanonicalWriter().encode(calibratorToPlain(state)).slice()
      const copies = [
        calibratorFromPlain(decodeCanonical(bytes), settings),
        structuredClone(state),
      ].map((copy) => ({ copy, copyFed: { ...fed } }))
      runMarket(state, seed, cut, 61, fed)
      for (const { copy, copyFed } of copies) {
        runMarket(copy, seed, cut, 61, copyFed)
        expect(calibratorDigest(copy)).toEqual(calibratorDigest(state))
      }
    }),
    { numRuns: 20 },
  )
})

test('two symbols interleaved are the same as two apart', () => {
  const settings = settingsOf('reference')
  const apart = [1, 2].map((seed) => {
    const state = createCalibrator('BTC', 20, settings)
    runMarket(state, seed, 0, 40, feed())
    return calibratorDigest(state)
  })
  const states = [1, 2].map((seed) => ({
    seed,
    state: createCalibrator('BTC', 20, settings),
    fed: feed(),
  }))
  for (let minute = 0; minute < 40; minute += 1) {
    for (const { state, seed, fed } of states) runMarket(state, seed, minute, minute + 1, fed)
  }
  expect(states.map(({ state }) => calibratorDigest(state))).toEqual(apart)
})

describe('the order of a hash set', () => {
  // Taken from the reference's language: list(set(a) | set(b)) of these prices.
  test.each(HASH_CASES)('of %j and %j', (first, second, expected) => {
    expect(unionInHashOrder(first, second)).toEqual(expected)
  })

  // Goal: nothing is lost or doubled. Method: any two lists of prices.
  test('holds each price of both once', () => {
    const prices = fc.uniqueArray(fc.integer({ min: 3000, max: 4000 }).map((index) => index * 20))
    fc.assert(
      fc.property(prices, prices, (first, second) => {
        const union = unionInHashOrder(first, second)
        expect([...union].sort((a, b) => a - b)).toEqual(
          [...new Set([...first, ...second])].sort((a, b) => a - b),
        )
      }),
    )
  })
})
