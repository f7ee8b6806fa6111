import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linearScale, tickDecimals, timeLabel, timeScale } from '../../src/reports/axes.ts'

describe('a scale', () => {
  test('has round marks, whatever its ends', () => {
    const scale = linearScale([0, 87.3], [300, 0], { count: 5, rounded: true })
    expect(scale.ticks).toEqual([0, 20, 40, 60, 80, 100])
    expect(scale.at(0)).toBe(300)
    expect(scale.at(100)).toBe(0)
  })

  test('tells its marks apart with as few decimals as it can', () => {
    const decimals = ([0.4, 4, 40] as const).map((to) =>
      tickDecimals(linearScale([0, to], [0, 1], { count: 5, rounded: true })),
    )
    expect(decimals).toEqual([1, 0, 0])
  })

  // Goal: no picture without marks or with a black wall of them. Method: any ends.
  test('has some marks and not many, all inside of it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.boolean(),
        (from, span, rounded) => {
          const scale = linearScale([from, from + span], [0, 100], { count: 6, rounded })
          expect(scale.ticks.length).toBeGreaterThanOrEqual(1)
          expect(scale.ticks.length).toBeLessThanOrEqual(10)
          for (const tick of scale.ticks) {
            expect(scale.at(tick)).toBeGreaterThan(-0.01)
            expect(scale.at(tick)).toBeLessThan(100.01)
          }
        },
      ),
    )
  })
})

describe('time', () => {
  test('is marked at whole hours or days', () => {
    const start = Date.parse('2026-01-27T02:05:00Z') / 60_000
    const { ticks } = timeScale([start, start + 46 * 60], [0, 800], 10)
    expect(ticks.map(timeLabel)).toEqual([
      '06:00',
      '12:00',
      '18:00',
      '01-28',
      '06:00',
      '12:00',
      '18:00',
      '01-29',
    ])
  })

  test('of a few minutes is marked too', () => {
    expect(timeScale([1000, 1003], [0, 800], 10).ticks).toEqual([1000, 1001, 1002, 1003])
  })
})
