import { describe, expect, test } from 'vitest'
import { fixed, percent, signed } from '../../src/audits/number-text.ts'
import { figure, seconds, share } from '../../src/reports/figures.ts'
import { table } from '../../src/reports/markdown.ts'

describe('numbers', () => {
  test('are grouped in thousands, with a minus sign as wide as a digit', () => {
    expect(fixed(-1_234_567.891, 2)).toBe('−1,234,567.89')
    expect(fixed(0.123456, 4)).toBe('0.1235')
  })

  test('that round to nothing have no sign', () => {
    expect(fixed(-0.0001, 2)).toBe('0.00')
    expect(signed(0.0001, 2)).toBe('0.00')
    expect(signed(0.01, 2)).toBe('+0.01')
  })

  test('are percent of 1', () => {
    expect(percent(0.0025, 2)).toBe('0.25 %')
  })

  test('of time are in the unit that a person would say', () => {
    expect([16.13, 1770, 51_840].map(seconds)).toEqual(['16.1 s', '29.5 min', '14.4 h'])
  })
})

describe('a figure', () => {
  const sure = { sampleCount: 100, insufficient: false, overGap: false }

  test('shows its interval', () => {
    expect(figure({ ...sure, value: 0.71, interval: { low: 0.6, high: 0.8 } }, share)).toBe(
      '71.0 [60.0,\u00a080.0]',
    )
  })

  test('says when its sample is small, and when a gap touches it', () => {
    expect(figure({ ...sure, insufficient: true, overGap: true, value: 0.5 }, share)).toBe('50.0†‡')
  })

  test('says when it has no interval for want of blocks', () => {
    expect(figure({ ...sure, fewBlocks: true, value: 0.5 }, share)).toBe('50.0§')
  })

  test('that cannot be said is a dash, not 0', () => {
    expect(figure(sure, share)).toBe('–')
  })
})

test('a bar in a cell does not end the cell', () => {
  expect(table(['<a', 'b'], [['|x|', '1']])).toBe('| a | b |\n| :-- | --: |\n| \\|x\\| | 1 |')
})
