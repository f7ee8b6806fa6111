/** The score of `standard-profile.md` §4 on real liquidations, beside its rivals. */
import { describe, expect, test } from 'vitest'
import { gainInterval } from '../../../src/engines/calibration/bootstrap.ts'
import type { PositionSide } from '../../../src/engines/calibration/calibrator-state.ts'
import {
  addRated,
  createHazard,
  hazardScore,
  type RatedMinute,
} from '../../../src/engines/calibration/hazard.ts'
import {
  createPathRival,
  learnPath,
  rateOfPath,
} from '../../../src/engines/calibration/path-rival.ts'
import { closeRivalMinute, createRivals } from '../../../src/engines/calibration/rivals.ts'
import type { HeatMap } from '../../../src/engines/liquidation/heat-map.ts'
import { caseIsHere } from '../golden-input.ts'
import { seeded } from './seeded.ts'
import { closedSteps, runStandard, standardModel } from './standard-run.ts'
import { runWhole, type WholeRun } from './whole-run.ts'

const NAME = 'real-jan27'

describe('standard-profile.md §4 on real-jan27', () => {
  if (!caseIsHere(NAME)) {
    test.skip(`skipped: ../shared/golden/${NAME} is not there`)
    return
  }
  const steps = closedSteps(NAME)
  const model = standardModel()
  const rated = runStandard(model, steps)
  const score = hazardScore(model.hazard)
  const gain = score.gain ?? Number.NaN

  test('the score is what the chapter expects', () => {
    expect(score.events).toBe(1638)
    expect(Math.abs(gain - 1.74)).toBeLessThanOrEqual(0.03)
    expect(Math.abs((score.predictedOverObserved ?? 0) - 0.88)).toBeLessThanOrEqual(0.03)
  })

  test('it beats the adverse move, constant mass and the mass of the wrong hours', () => {
    const rivals = createRivals(standardModel())
    for (const [index, { bar }] of steps.entries()) {
      const minute = rated[index]
      if (minute !== undefined) closeRivalMinute(rivals, bar, minute)
    }
    for (const [name, sums] of Object.entries(rivals.sums)) {
      expect(hazardScore(sums).events, name).toBe(score.events)
      expect(gain, name).toBeGreaterThan(hazardScore(sums).gain ?? Number.NaN)
    }
  })

  test('it beats the maps of the reference, scored by the mass in the band that price crossed', () => {
    const maps = scoreOfMaps(runWhole(NAME, undefined), rated)
    expect(gain).toBeGreaterThan(maps.gain ?? Number.NaN)
  }, 60_000)

  test('its interval holds the score, and lies above 0', () => {
    const interval = gainInterval(rated, { random: seeded(7), draws: 200 })
    expect(interval?.low).toBeGreaterThan(0)
    expect(interval?.low).toBeLessThan(gain)
    expect(interval?.high).toBeGreaterThan(gain)
  })
})

function scoreOfMaps({ maps }: WholeRun, rated: readonly RatedMinute[]) {
  const rival = createPathRival('mapMass')
  const sums = createHazard()
  for (const [index, minute] of rated.entries()) {
    const before = maps[index - 1]
    const bar = maps[index]?.bar
    if (before === undefined || bar === undefined) continue
    const { closeUsd } = before.bar
    const mass = {
      long: massBetween(before.map, 'long', bar.lowUsd, closeUsd),
      short: massBetween(before.map, 'short', closeUsd, bar.highUsd),
    }
    const rateOf = (side: PositionSide) => rateOfPath(rival, mass[side])
    addRated(sums, {
      ...minute,
      long: { ...minute.long, rate: rateOf('long') },
      short: { ...minute.short, rate: rateOf('short') },
    })
    learnPath(rival, mass.long, minute.long.count)
    learnPath(rival, mass.short, minute.short.count)
  }
  return hazardScore(sums)
}

function massBetween(map: HeatMap, side: PositionSide, lowUsd: number, highUsd: number): number {
  const { pricesUsd, values } = map[side]
  let mass = 0
  for (const [index, priceUsd] of pricesUsd.entries()) {
    if (priceUsd >= lowUsd && priceUsd <= highUsd) mass += values[index] ?? 0
  }
  return mass
}
