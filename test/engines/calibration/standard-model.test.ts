/** The standard model of `standard-profile.md`. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CanonicalWriter, decodeCanonical } from '../../../src/base/canonical.ts'
import { defaultsOf } from '../../../src/base/setting.ts'
import { hazardScore } from '../../../src/engines/calibration/hazard.ts'
import { countFromMarket } from '../../../src/engines/calibration/standard-feedback.ts'
import {
  meanNotionalUsd,
  orderPriceUsd,
  standardHeatMap,
  weightShares,
} from '../../../src/engines/calibration/standard-map.ts'
import { closeStandardMinute } from '../../../src/engines/calibration/standard-model.ts'
import {
  standardDigest,
  standardFromPlain,
  standardToPlain,
} from '../../../src/engines/calibration/standard-plain.ts'
import {
  countLiquidation,
  type StandardMinute,
  type StandardPositions,
} from '../../../src/engines/calibration/standard-positions.ts'
import {
  createStandardZones,
  STANDARD_ZONES_SETTINGS,
  trackStandardZones,
} from '../../../src/engines/calibration/standard-zones.ts'
import { massToRows } from '../../../src/engines/calibration/standing-mass.ts'
import { createMarket } from '../../../src/engines/market.ts'
import { STANDARD } from '../reference-run.ts'
import { madeUpSteps } from './made-up.ts'
import { type ClosedStep, runStandard, standardModel } from './standard-run.ts'

const bar = (minute: number, fields: Partial<StandardMinute> = {}): StandardMinute => ({
  minute,
  highUsd: 100_100,
  lowUsd: 99_900,
  closeUsd: 100_000,
  tradedBase: 0,
  oiChangeBase: 0,
  ...fields,
})

/** Mass of one side, by tier. */
function massOf(mass: StandardPositions['long']): readonly number[] {
  const { rows, levelCount, tierCount } = massToRows(mass)
  const sums = Array.from({ length: tierCount }, () => 0)
  for (let index = 0; index < levelCount * tierCount; index += 1) {
    sums[index % tierCount] = (sums[index % tierCount] ?? 0) + (rows[index] ?? 0)
  }
  return sums
}

describe('standard-profile.md §2: entries', () => {
  const model = standardModel()
  closeStandardMinute(model, bar(1000))

  test('each tier gets the range in percent, spread around its trigger', () => {
    // 100x: δ = 0.006, ω = 0.00072; of longs from 100 100: 99 427.3 to 99 571.5.
    const place = model.positions.ladder.indexOf(100)
    expect(massOf(model.positions.long)[place]).toBeCloseTo(0.2, 12)
    const { rows, firstLevel, levelCount, tierCount } = massToRows(model.positions.long)
    const levels = Array.from({ length: levelCount }, (_, row) => row).filter(
      (row) => (rows[row * tierCount + place] ?? 0) > 0,
    )
    expect((firstLevel + (levels[0] ?? 0)) * 20).toBe(99_420)
    expect((firstLevel + (levels.at(-1) ?? 0)) * 20).toBe(99_580)
  })

  test('what would stand beyond the close is dropped', () => {
    // 150x: δ = 0.0026667, ω = 0.0005: of longs from the high 99 783.0 to 99 883.1, all below it.
    expect(massOf(model.positions.long).at(-1)).toBeCloseTo(0.2, 12)
    const fallen = standardModel()
    closeStandardMinute(fallen, bar(1000, { closeUsd: 99_800, lowUsd: 99_800 }))
    const kept = (99_800 - 100_100 * (1 - 1 / 150 + 0.004 - 0.0005)) / (2 * 0.0005 * 100_100)
    const amount = (100 * 300) / 99_800
    expect(massOf(fallen.positions.long).at(-1)).toBeCloseTo(amount * kept, 9)
  })

  test('age halves the mass in a half-life', () => {
    const aged = standardModel({ halfLifeMinutes: 60 })
    closeStandardMinute(aged, bar(1000))
    const before = massOf(aged.positions.long)
    closeStandardMinute(aged, bar(1060, { highUsd: 100_000, lowUsd: 100_000 }))
    for (const [tier, mass] of massOf(aged.positions.long).entries()) {
      expect(mass).toBeCloseTo((before[tier] ?? 0) / 2, 12)
    }
  })

  test('a tier whose margin eats its distance, or that is disabled, has no mass', () => {
    const some = standardModel({ tiers: '50,100,250' }, { disabledTiers: '50' })
    closeStandardMinute(some, bar(1000))
    expect(massOf(some.positions.long).map((mass) => mass > 0)).toEqual([false, true, false])
    expect([...some.rates.weights].map((weight) => weight > 0)).toEqual([true, false, true, false])
  })
})

describe('standard-profile.md §3: learning', () => {
  test('the rate of a minute is its swept mass by the weights of before, and the background', () => {
    const model = standardModel({}, { coldMinutes: 0 })
    closeStandardMinute(model, bar(1000))
    const total = massOf(model.positions.long).reduce((sum, mass) => sum + mass, 0)
    const rated = closeStandardMinute(model, bar(1001, { lowUsd: 80_000 }))
    const aged = 2 ** (-1 / 720)
    // One unwarm minute is no evidence but of the background: 2 sides without an event.
    const background = (20 * 0.05) / (20 + 2)
    const untouched = 20 / (20 + 0)
    expect(rated.long.rate).toBeCloseTo((total * aged * untouched) / 8 + background, 9)
    expect(rated.short.rate).toBeCloseTo(background, 12)
  })

  test('swept mass that produced nothing lowers the weight of its tier', () => {
    const model = standardModel({}, { coldMinutes: 0 })
    closeStandardMinute(model, bar(1000))
    closeStandardMinute(model, bar(1001, { lowUsd: 80_000 }))
    for (const weight of model.rates.weights.subarray(1)) expect(weight).toBeLessThan(1 / 8)
  })

  test('the first minutes and those after a hole neither teach nor are scored', () => {
    const model = standardModel({}, { coldMinutes: 10 })
    const rated = runStandard(model, madeUpSteps(1, 40, { holeAt: 25 }))
    const left = rated.flatMap(({ scored }, index) => (scored ? [] : [index]))
    expect(left).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 25, 26, 27, 28, 29])
    expect(hazardScore(model.hazard).minutes).toBe(25)
  })

  test('an order too far from the price is refused and counted', () => {
    const model = standardModel()
    const order = { side: 'long', sizeBase: 1, srcUsd: 67_000 } as const
    expect(countLiquidation(model.positions, { ...order, priceUsd: 65_400 })).toBe(true)
    expect(countLiquidation(model.positions, { ...order, priceUsd: 65_000 })).toBe(false)
    expect(countLiquidation(model.positions, { ...order, priceUsd: 0 })).toBe(false)
    expect([model.positions.open.long.count, model.positions.insaneCount]).toEqual([1, 2])
  })
})

test('an order is measured from the mid, or before there is a book from the mark price', () => {
  const market = createMarket('BTCUSDT', STANDARD)
  const model = standardModel()
  const event = { timeS: 0, side: 'long', priceUsd: 66_700, sizeBase: 1 } as const
  market.mark.markUsd = 69_000
  expect(countFromMarket(model, event, market)).toBe(false)
  market.metrics.midUsd = 67_000
  expect(countFromMarket(model, event, market)).toBe(true)
})

describe('the map', () => {
  const model = standardModel({}, { coldMinutes: 0 })
  runStandard(model, madeUpSteps(2, 600))
  const map = standardHeatMap(model)

  test('holds expected liquidations in USD, by price of the trigger', () => {
    const { values } = map.long
    const expected = massOf(model.positions.long).reduce(
      (sum, mass, tier) => sum + mass * (model.rates.weights[tier + 1] ?? 0),
      0,
    )
    const total = values.reduce((sum, value) => sum + value, 0)
    expect(total / meanNotionalUsd(model.positions)).toBeCloseTo(expected, 3)
    expect([...map.long.pricesUsd]).toEqual([...map.long.pricesUsd].sort((a, b) => a - b))
  })

  test('orders lie beyond their triggers by the margin', () => {
    expect(orderPriceUsd(model.positions, 'long', 100_000)).toBe(99_600)
    expect(orderPriceUsd(model.positions, 'short', 100_000)).toBe(100_400)
  })
})

describe('zones', () => {
  const settings = defaultsOf(STANDARD_ZONES_SETTINGS, 'standard')

  const run = () => {
    const model = standardModel()
    const zones = createStandardZones()
    return (minute: StandardMinute) => {
      closeStandardMinute(model, minute)
      return trackStandardZones(zones, model, minute, { ...settings, expectedMin: 0.001 })
    }
  }
  const changes = (facts: ReturnType<ReturnType<typeof run>>) =>
    new Set(facts.map(({ change, zone }) => `${zone.side} ${change}`))

  test('are created by an entry, and swept when price removes them', () => {
    const close = run()
    expect(changes(close(bar(1000)))).toEqual(new Set(['long created', 'short created']))
    expect(changes(close(bar(1001, { lowUsd: 80_000 })))).toContain('long swept')
  })

  test('expire when they have aged below the floor', () => {
    const close = run()
    close(bar(1000))
    const quiet = { highUsd: 100_000, lowUsd: 100_000 }
    const facts = close(bar(1000 + 720 * 20, quiet))
    expect(changes(facts)).toEqual(new Set(['long expired', 'short expired']))
  })

  test('each that was created is active, or swept, merged or expired', () => {
    const model = standardModel({}, { coldMinutes: 0 })
    const zones = createStandardZones()
    for (const step of madeUpSteps(5, 1500)) {
      for (const event of step.liquidations) countLiquidation(model.positions, event)
      closeStandardMinute(model, step.bar)
      trackStandardZones(zones, model, step.bar, settings)
      for (const zone of zones.zones) {
        expect(zone.fromLevel).toBeLessThanOrEqual(zone.toLevel)
        expect(zone.expected).toBeGreaterThan(0)
      }
    }
    const { created, swept, merged, expired, reinforced } = zones.counts
    expect(created).toBe(swept + merged + expired + zones.zones.length)
    expect(Math.min(created, swept, merged, expired, reinforced)).toBeGreaterThan(0)
  })
})

const steps: fc.Arbitrary<readonly ClosedStep[]> = fc
  .record({
    seed: fc.nat(1_000_000),
    count: fc.integer({ min: 1, max: 120 }),
    priceUsd: fc.constantFrom(0.5, 3, 150, 2_500, 67_000),
  })
  .map(({ seed, count, priceUsd }) => madeUpSteps(seed, count, { priceUsd, holeAt: 40 }))

// Goal: whatever the market does, no rate, weight or mass is NaN, infinite or negative, and shares
// of the tiers sum to 1. Method: seeded markets at prices of cents to tens of thousands, on steps
// from a fine one to one that is higher than the distance of most triggers.
test('no NaN, no infinity, and shares that sum to 1', () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(0.0002, 0.003, 0.04), (market, stepFraction) => {
      const stepUsd = stepFraction * (market[0]?.bar.closeUsd ?? 1)
      const model = standardModel({}, { coldMinutes: 0 }, stepUsd)
      for (const { long, short } of runStandard(model, market)) {
        expect(long.rate).toBeGreaterThan(0)
        expect(short.rate).toBeGreaterThan(0)
        expect(Number.isFinite(long.rate + short.rate)).toBe(true)
      }
      const sum = weightShares(model).reduce((total, share) => total + share, 0)
      expect(sum).toBeCloseTo(1, 12)
      const isSound = (value: number) => Number.isFinite(value) && value >= 0
      expect(model.rates.weights.every(isSound)).toBe(true)
      expect(
        model.positions.long.cells.every(isSound) && model.positions.short.cells.every(isSound),
      ).toBe(true)
    }),
    { numRuns: 50 },
  )
})

// Goal: a model that went through its plain bytes goes on as if nothing had happened. Method: cut a
// seeded market at any minute, go on with the original and with the copy, compare digests.
test('going on from a checkpoint or a clone changes nothing', () => {
  fc.assert(
    fc.property(steps, fc.double({ min: 0, max: 1, noNaN: true }), (market, share) => {
      const cut = Math.floor(share * market.length)
      const model = standardModel({}, { coldMinutes: 20 })
      runStandard(model, market.slice(0, cut))
      const bytes = new CanonicalWriter().encode(standardToPlain(model)).slice()
      const copies = [
        standardFromPlain(decodeCanonical(bytes), model.settings),
        structuredClone(model),
      ]
      runStandard(model, market.slice(cut))
      for (const copy of copies) {
        runStandard(copy, market.slice(cut))
        expect(standardDigest(copy)).toEqual(standardDigest(model))
      }
    }),
    { numRuns: 30 },
  )
})
