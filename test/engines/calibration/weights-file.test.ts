/** Worked examples of `calibrator.md` §18 about the weights file, and the file of the standard model. */
import { describe, expect, test } from 'vitest'
import { loadStandard, standardDocument } from '../../../src/engines/calibration/standard-file.ts'
import { loadWeights, migratedWeights } from '../../../src/engines/calibration/weights-file.ts'
import { differences } from '../compare.ts'
import { example, LADDER, T0, W7 } from './kit.ts'
import { madeUpSteps } from './made-up.ts'
import { runStandard, standardModel } from './standard-run.ts'

const BTC_LADDER = [5, 10, 20, 25, 50, 75, 100, 125, 150, 200, 250]
const BTC_WEIGHTS = [1, 1, 0.9, 0.7, 0.35, 0.14, 0.08, 0.05, 0.03, 0.015, 0.008].map(
  (weight) => weight / 4.273,
)

describe('calibrator.md C15: migration', () => {
  test('from seven tiers to eleven', () => {
    const last = 0.018867924528301886
    const expected = [
      0,
      0,
      0.16981132075471697,
      0.25471698113207547,
      0.2830188679245283,
      0.14150943396226415,
      0.07547169811320754,
      last,
      last,
      last,
      last,
    ]
    expect(differences(expected, migratedWeights(LADDER, W7, BTC_LADDER))).toEqual([])
  })

  test('from eleven to seven', () => {
    const expected = [
      0.3105590062111801, 0.27950310559006214, 0.21739130434782608, 0.10869565217391304,
      0.04347826086956522, 0.02484472049689441, 0.015527950310559008,
    ]
    expect(differences(expected, migratedWeights(BTC_LADDER, BTC_WEIGHTS, LADDER))).toEqual([])
  })

  test('one tier becomes an even spread; what cannot be carried over is refused', () => {
    expect(differences([1 / 3, 1 / 3, 1 / 3], migratedWeights([20], [0.7], [5, 20, 100]))).toEqual(
      [],
    )
    expect(migratedWeights([10, 20], [0, 0], [5, 20])).toBeUndefined()
    expect(migratedWeights([10, 20], [1], [5, 20])).toBeUndefined()
    expect(migratedWeights([0, 20], [1, 1], [5, 20])).toBeUndefined()
    expect(migratedWeights([], [], [5, 20])).toBeUndefined()
  })
})

describe('calibrator.md C16: load', () => {
  const sample = {
    schema_version: 2,
    symbol: 'BTC',
    ladder: LADDER,
    weights: [0.050012, 0.150037, 0.250062, 0.300074, 0.149928, 0.079919, 0.019968],
    buffer: 0.00204,
    tolerance: 6,
    long_offset_usd: 162.14,
    short_offset_usd: 0,
    bias_pct_long: 0.000309,
    bias_pct_short: 0,
    calibration_count: 1,
  }
  const loaded = (fields: object | string) => {
    const { state } = example()
    const text = typeof fields === 'string' ? fields : JSON.stringify({ ...sample, ...fields })
    const refusal = loadWeights(state, text)
    return { state, refusal }
  }

  test('a whole file is taken, but for its tolerance', () => {
    const { state, refusal } = loaded({})
    expect(refusal).toBeUndefined()
    expect(state).toMatchObject({
      weights: sample.weights,
      buffer: 0.00204,
      tolerance: 4,
      calibrationCount: 1,
      long: { offsetUsd: 162.14, bias: 0.000309 },
      short: { offsetUsd: 0, bias: 0 },
    })
  })

  test.each([[{ symbol: 'ETH' }], ['{bad'], ['[]']])('%j changes nothing', (fields) => {
    const { state, refusal } = loaded(fields)
    expect(refusal).toBeDefined()
    expect(state).toEqual(example().state)
  })

  test.each([[{ weights: [1] }], [{ ladder: [] }]])(
    '%j gives all but the weights, and its own tolerance',
    (fields) => {
      const { state, refusal } = loaded(fields)
      expect(refusal).toBeDefined()
      expect(state).toMatchObject({
        weights: [],
        buffer: 0.00204,
        tolerance: 6,
        calibrationCount: 1,
        long: { offsetUsd: 162.14, bias: 0.000309 },
      })
    },
  )

  test('there are no range checks', () => {
    const { state } = loaded({
      ladder: [10, 20],
      weights: [5, -1],
      buffer: 0.5,
      bias_pct_long: 0.4,
    })
    expect(state).toMatchObject({ weights: [5, -1], buffer: 0.5, long: { bias: 0.4 } })
  })
})

describe('the weights file of the standard model (standard-profile.md §3)', () => {
  const learned = standardModel({}, { coldMinutes: 0 })
  runStandard(learned, madeUpSteps(3, 600))
  const document = standardDocument(learned, T0)
  const text = JSON.stringify(document)

  test('goes on where the run before stopped learning', () => {
    const next = standardModel()
    loadStandard(next, text)
    expect(next.rates).toEqual(learned.rates)
  })

  test.each([
    [{ schema_version: 2 }, 'its schema is 2, wanted 3'],
    [{ symbol: 'ETH' }, 'it is of symbol "ETH", wanted BTC'],
    [{ ladder: [10, 20] }, 'its ladder is 10, 20, wanted 10, 20, 25, 50, 75, 100, 125, 150'],
    [{ explained: [1] }, 'explained must be 9 numbers of at least 0'],
    [{ weights: [1, 1, 1, 1, 1, 1, 1, -1] }, 'weights must be 9 numbers of at least 0'],
  ])('is refused by name with %j', (fields, reason) => {
    const changed = JSON.stringify({ ...document, ...fields })
    expect(() => loadStandard(standardModel(), changed)).toThrow(reason)
  })
})
