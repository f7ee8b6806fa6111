import { describe, expect, test } from 'vitest'
import { hazardScore } from '../../../src/engines/calibration/hazard.ts'
import { caseIsHere } from '../golden-input.ts'
import { closedSteps, runStandard, standardModel } from './standard-run.ts'

const NAME = 'real-jan27'

describe.runIf(caseIsHere(NAME))('standard-profile.md §4 on real-jan27', () => {
  const steps = caseIsHere(NAME) ? closedSteps(NAME) : []

  test('the score is what the chapter expects', () => {
    const model = standardModel()
    runStandard(model, steps)
    const score = hazardScore(model.hazard)
    console.log(score, steps.length, [...model.rates.weights])
    for (const [s, i] of [
      [5, {}],
      [10, {}],
      [13.2, {}],
      [20, { bucketGrid: 'price' as const }],
      [20, { entryMass: 'constant' as const }],
      [20, { entryMass: 'tradedNotional' as const }],
      [20, { entryMass: 'oiRise' as const }],
    ] as const) {
      const m = standardModel(i, {}, s)
      runStandard(m, steps)
      console.log(s, i, m.stepUsd, hazardScore(m.hazard))
    }
    expect(score.events).toBe(1638)
    expect(Math.abs((score.gain ?? 0) - 1.74)).toBeLessThanOrEqual(0.03)
    expect(Math.abs((score.predictedOverObserved ?? 0) - 0.88)).toBeLessThanOrEqual(0.03)
  })
})
