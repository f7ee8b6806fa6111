import { describe, expect, test } from 'vitest'
import { RecorderError } from '../../../src/base/errors.ts'
import { isoTime } from '../../../src/engines/liquidation/iso-time.ts'
import { stressLadder } from '../../../src/engines/liquidation/leverage.ts'
import {
  createLiquidationEngines,
  positionSide,
} from '../../../src/engines/liquidation/liquidation-engines.ts'
import { differences } from '../compare.ts'
import { settingsOf } from './kit.ts'

describe('calibrator.md §1', () => {
  test('a ladder’s weights sum to 1, disabled tiers included', () => {
    const { tiers, weights } = stressLadder('BTC')
    expect(tiers).toEqual([5, 10, 20, 25, 50, 75, 100, 125, 150, 200, 250])
    const expected = [0.23402761525860052, 0.23402761525860052, 0.21062485373274048]
    expect(differences(expected, weights.slice(0, 3))).toEqual([])
    expect(stressLadder('ETH').tiers).toHaveLength(8)
    expect(stressLadder('SOL').tiers.at(-1)).toBe(75)
    expect(stressLadder('DOGE').tiers).toEqual([5, 10, 20, 50, 75, 100])
  })

  test.each([
    ['leverageWeights', '20;0.5'],
    ['disabledTiers', 'ten'],
  ])('a list in inference.%s that cannot be read is refused by name', (name, text) => {
    const settings = settingsOf('standard')
    const inference = { ...settings.inference, [name]: text }
    const make = () => createLiquidationEngines('BTC', 20, { ...settings, inference })
    expect(make).toThrow(RecorderError)
    expect(make).toThrow(name)
  })
})

test.each([
  ['BUY', 'short'],
  ['buy', 'short'],
  ['SELL', 'long'],
  ['', 'long'],
])('liquidation-tape.md §2.1: an order that says "%s" closes a %s', (orderSide, side) => {
  expect(positionSide(orderSide)).toBe(side)
})

// Goal: the same text as the platform's own calendar. Method: leap days, ends of months and years.
test('times are written in ISO, microseconds only where there are any', () => {
  expect(isoTime(1_772_438_426.056)).toBe('2026-03-02T08:00:26.056000')
  expect(isoTime(1_772_438_460)).toBe('2026-03-02T08:01:00')
  for (let day = 0; day < 60_000; day += 13) {
    const timeS = day * 86_400 + ((day * 7919) % 86_400)
    expect(isoTime(timeS)).toBe(new Date(timeS * 1000).toISOString().slice(0, 19))
  }
})
