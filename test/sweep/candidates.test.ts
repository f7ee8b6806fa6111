// Goal: what a sweep tries is what was asked for, in an order that only the request decides.
// Method: axes as they are typed, and what becomes of them.
import { describe, expect, test } from 'vitest'
import { flatSettings, resolveSettings } from '../../src/pipeline/settings.ts'
import { defaultAxes, drawsFrom, parseAxis, productOf } from '../../src/sweep/candidates.ts'

describe('an axis', () => {
  test('holds the values that were listed, each once', () => {
    expect(parseAxis('calibrator.priorStrength=5, 20,5')).toEqual({
      name: 'calibrator.priorStrength',
      values: [5, 20],
    })
    expect(parseAxis('calibrator.disabledTierLearning=true,false')).toMatchObject({
      values: [true, false],
    })
  })

  test('parts lists of tiers by a semicolon', () => {
    expect(parseAxis('inference.tiers=10,20;50,100')).toMatchObject({ values: ['10,20', '50,100'] })
  })

  test.each([
    ['calibrator.priorStrenght=1', /nearest: calibrator\.priorStrength/],
    ['calibrator.priorStrength=-1', />= 0\.001/],
    ['calibrator.priorStrength=abc', /must be/],
    ['calibrator.priorStrength=80..5', /must go up/],
    ['calibrator.priorStrength', /NAME=V1,V2/],
    ['calibrator.priorStrength=', /NAME=V1,V2/],
    ['inference.entryMass=volume', /one of range, constant/],
  ])('%s is refused', (text, message) => {
    expect(() => parseAxis(text)).toThrow(message)
  })
})

describe('a grid', () => {
  test('is the product of its axes, the last turning fastest', () => {
    const axes = ['calibrator.priorStrength=5,20', 'inference.mmr=0.004,0.005'].map(parseAxis)
    expect(productOf(axes).map((row) => Object.values(row))).toEqual([
      [5, 0.004],
      [5, 0.005],
      [20, 0.004],
      [20, 0.005],
    ])
  })

  test('wants a number of draws for a range, and a name only once', () => {
    const range = parseAxis('calibrator.priorStrength=5..80')
    const list = parseAxis('calibrator.priorStrength=5,80')
    expect(() => productOf([range])).toThrow(/--random/)
    expect(() => productOf([list, list])).toThrow(/given twice/)
  })
})

describe('draws', () => {
  const axes = ['calibrator.priorStrength=1..100', 'calibrator.coldMinutes=200..300'].map(parseAxis)

  test('depend on the seed alone, differ, and stay in their ranges', () => {
    const rows = drawsFrom(axes, 200, 5)
    expect(drawsFrom(axes, 200, 5)).toEqual(rows)
    expect(drawsFrom(axes, 200, 6)).not.toEqual(rows)
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(200)
    for (const row of rows) {
      expect(row['calibrator.priorStrength']).toBeGreaterThanOrEqual(1)
      expect(row['calibrator.priorStrength']).toBeLessThanOrEqual(100)
      expect(Number.isInteger(row['calibrator.coldMinutes'])).toBe(true)
      expect(() => resolveSettings('standard', row)).not.toThrow()
    }
  })

  test('and combinations are refused when nobody could wait for them', () => {
    expect(() => drawsFrom(axes, 20_001, 5)).toThrow(/at most 20000/)
    const values = Array.from({ length: 200 }, (_, index) => index + 1).join(',')
    const many = [`calibrator.priorStrength=${values}`, `calibrator.coldMinutes=${values}`]
    expect(() => productOf(many.map(parseAxis))).toThrow(/40000 settings: draw from it/)
  })

  test('of a wide range are even by logarithm', () => {
    const low = drawsFrom(axes, 400, 5).filter(
      (row) => Number(row['calibrator.priorStrength']) < 10,
    )
    expect(low.length).toBeGreaterThan(160)
    expect(low.length).toBeLessThan(240)
  })

  test('are all there is when there is no more', () => {
    const few = [parseAxis('calibrator.priorStrength=5,20')]
    expect(drawsFrom(few, 10, 1)).toEqual(productOf(few))
  })
})

describe('without axes', () => {
  test('numbers of calibrator and entry model that are read are drawn around the base', () => {
    const base = flatSettings(resolveSettings('standard'))
    const read = new Set([
      'calibrator.priorStrength',
      'calibrator.coldMinutes',
      'inference.tiers',
      'stress.fade',
    ])
    expect(defaultAxes(base, read)).toMatchObject([
      { name: 'calibrator.priorStrength', from: 5, to: 80 },
    ])
  })
})
