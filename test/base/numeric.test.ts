import { describe, expect, test } from 'vitest'
import {
  decimalsOf,
  pairwiseSum,
  percentileSorted,
  roundDecimal,
  roundHalfEven,
} from '../../src/base/numeric.ts'

describe('orderbook.md §1: numeric conventions', () => {
  test.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [49.5, 50],
    [47.4999999999999, 47],
  ])('rhe(%d) is %d', (value, rounded) => {
    expect(roundHalfEven(value) + 0).toBe(rounded)
  })

  test.each([
    [2.675, 2, 2.67],
    [0.125, 2, 0.12],
    [0.375, 2, 0.38],
    [1.005, 2, 1],
    [4.9995, 2, 5],
    [1e21, 2, 1e21],
  ])('pyround(%d, %d) is %d', (value, digits, rounded) => {
    expect(roundDecimal(value, digits)).toBe(rounded)
  })

  test('percentiles interpolate', () => {
    expect(percentileSorted([1, 2, 3, 4], 50)).toBe(2.5)
    expect(percentileSorted([1, 2, 3, 4], 100)).toBe(4)
    expect(percentileSorted([7], 95)).toBe(7)
  })

  test('a pairwise sum adds every value once, whatever their number', () => {
    for (const count of [0, 1, 7, 8, 9, 127, 128, 129, 1000]) {
      const values = Array.from({ length: count }, (_, index) => index + 1)
      expect(pairwiseSum(values)).toBe((count * (count + 1)) / 2)
    }
  })

  test('a pairwise sum is not left to right: the reference’s library rounds elsewhere', () => {
    const values = Array.from({ length: 300 }, (_, index) => 1 / (index + 1))
    const plain = values.reduce((sum, value) => sum + value, 0)
    expect(pairwiseSum(values)).not.toBe(plain)
    expect(pairwiseSum(values)).toBeCloseTo(plain, 12)
  })

  test.each([
    [20, 1],
    [0.1, 1],
    [0.05, 2],
    [1e-7, 7],
  ])('decimals of step %d: %d', (step, decimals) => {
    expect(decimalsOf(step)).toBe(decimals)
  })
})
