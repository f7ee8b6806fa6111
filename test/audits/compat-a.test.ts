/** The worked examples of `audits.md` §7.3, the reference's console audit. */
import { describe, expect, test } from 'vitest'
import { auditA } from '../../src/audits/compat-a.ts'
import { createCompatRecords } from '../../src/audits/compat-records.ts'

const B = 60_000

describe('audits.md §7.3', () => {
  const records = createCompatRecords()
  const tape = (t: number, side: 'long' | 'short', bucketUsd: number) =>
    records.tape.push({ timeS: B + t, side, bucketUsd, notionalUsd: 1 })
  tape(30, 'long', 64_000)
  tape(330, 'short', 66_000)
  tape(-100, 'short', 66_000)
  tape(3000, 'short', 66_000)
  records.inference.push(
    {
      timeS: B + 0.1,
      minuteKey: 1000,
      entries: [{ side: 'long', priceUsd: 63_700, sizeUsd: 1000, confidence: 0.5 }],
    },
    {
      timeS: B + 240.2,
      minuteKey: 1004,
      entries: [{ side: 'short', priceUsd: 66_500, sizeUsd: 2000, confidence: 0.5 }],
    },
  )
  records.aggression.push(
    { tradeCount: 10, notionalUsd: 100, fallbackUsed: false },
    { tradeCount: 0, notionalUsd: 50, fallbackUsed: true },
    { tradeCount: 21, notionalUsd: 0.5, fallbackUsed: false },
  )
  const event = (isHit: boolean, tier: number, missUsd: number, side: 'long' | 'short') =>
    records.events.push({ timeS: B, side, priceUsd: 1, isHit, tier, missUsd })
  event(true, 100, -20, 'long')
  event(false, 100, 50, 'short')
  event(false, 125, 0, 'short')
  const report = auditA(records)

  test('hit rate: the event before the first projection is left out', () => {
    expect(report.hitRate).toEqual({
      hitCount: 1,
      missCount: 2,
      hitPercent: 33.33,
      medianMissPercent: 0.76,
    })
  })

  test('side coverage', () => {
    expect(report.coverage).toEqual({
      same: 2,
      wrong: 0,
      gap: 1,
      coveragePercent: 66.67,
      wrongSidePercent: 0,
    })
  })

  test('intake and inference activity', () => {
    expect(report.intake).toMatchObject({
      count: 4,
      rangeMinutes: 51.7,
      perHour: 4.65,
      status: 'LOW_VOLUME',
    })
    expect(report.inference).toMatchObject({ perHour: 29.99, sideUsd: { long: 1000, short: 2000 } })
  })

  test('aggression', () => {
    expect(report.aggression).toEqual({
      minuteCount: 3,
      meanTradeCount: 10.3,
      medianTradeCount: 10,
      meanNotionalUsd: 50.17,
      totalNotionalUsd: 150.5,
      fallbackPercent: 33.33,
      zeroTradeMinutes: 1,
      status: 'HIGH_FALLBACK',
    })
  })

  test('calibrator: a miss of zero counts as none', () => {
    expect(report.calibrator).toMatchObject({
      hitPercent: 33.33,
      tierMedianUsd: [{ tier: 100, medianUsd: 15 }],
      sideMedianUsd: { long: -20, short: 50 },
      status: 'INSUFFICIENT_SAMPLES',
    })
  })

  test('findings in their order', () => {
    expect(report.findings.map(({ rule }) => rule)).toEqual(['no_sweeps', 'fallback_rate'])
  })
})
