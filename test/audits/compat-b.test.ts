/** The worked examples of `audits.md` §7 about the reference's Markdown report. */
import { describe, expect, test } from 'vitest'
import { auditB, openInterestHealth, reactions, sweepStats } from '../../src/audits/compat-b.ts'
import { type CompatRecords, createCompatRecords } from '../../src/audits/compat-records.ts'
import type { CompatCell } from '../../src/audits/compat-view.ts'
import {
  inferenceSet,
  inferenceZones,
  leadStats,
  leadTimes,
} from '../../src/audits/compat-zones.ts'

/** B of the chapter: minute 1000. */
const B = 60_000

type Side = 'long' | 'short'

const projection = (side: Side, priceUsd: number, confidence: number) => ({
  side,
  priceUsd,
  confidence,
  sizeUsd: 0,
})

function synthetic(): CompatRecords {
  const records = createCompatRecords()
  const event = (t: number, side: Side, priceUsd: number) =>
    records.events.push({ timeS: B + t, side, priceUsd })
  event(30, 'long', 64_000)
  event(90, 'long', 63_950)
  event(330.5, 'short', 66_000)
  event(400, 'short', 66_500)
  event(1200, 'long', 60_000)
  const tape = (minute: number, side: Side, bucketUsd: number) =>
    records.tape.push({ timeS: minute * 60 + 30, side, bucketUsd, notionalUsd: 0 })
  tape(1000, 'long', 64_000)
  tape(1001, 'long', 63_960)
  tape(1005, 'short', 66_000)
  tape(1006, 'short', 66_500)
  tape(1020, 'long', 60_000)
  records.inference.push(
    {
      timeS: B + 0.1,
      minuteKey: 1000,
      entries: [projection('long', 63_900, 0.6), projection('short', 66_100, 0.4)],
    },
    { timeS: B + 240.2, minuteKey: 1004, entries: [projection('short', 66_300, 0.7)] },
    {
      timeS: B + 360.1,
      minuteKey: 1006,
      entries: [projection('short', 66_480, 0.2), projection('long', 0, 0.8)],
    },
  )
  const context = (minuteKey: number, oiDelta: number, buyWeight: number) =>
    records.contexts.push({ minuteKey, oiDelta, buyWeight })
  context(1000, -50_000, 0.1)
  context(1001, 0, 0.5)
  context(1005, 30_000, 0.8)
  context(1006, 20_000, 0.2)
  return records
}

const counts = (cells: readonly CompatCell[]) =>
  cells.map(({ hits, gaps, misses }) => `${hits},${gaps},${misses}`)

const everywhere = (cell: string, count = 16) => Array.from({ length: count }, () => cell)

describe('audits.md §7.1, the synthetic set', () => {
  const report = auditB(synthetic())

  test('inference grid', () => {
    expect(counts(report.inference)).toEqual([
      ...['1,3,1', '2,3,0', '2,3,0', '2,3,0'],
      ...['2,1,2', '3,1,1', '4,1,0', '4,1,0'],
      ...['2,1,2', '4,1,0', '4,1,0', '4,1,0'],
      ...['2,0,3', '4,0,1', '4,0,1', '4,0,1'],
    ])
  })

  test('tape and combined match events with themselves everywhere', () => {
    expect(counts(report.tape)).toEqual(everywhere('5,0,0'))
    expect(counts(report.combined)).toEqual(everywhere('5,0,0'))
  })

  test('filtered tape', () => {
    const filtered = ['1,3,1', '1,3,1', '1,3,1', '2,3,0']
    expect(counts(report.filteredTape)).toEqual([
      ...everywhere('0,5,0', 4),
      ...filtered,
      ...filtered,
      ...filtered,
    ])
  })

  test('headline lead times', () => {
    const inference = inferenceSet(inferenceZones(synthetic().inference))
    const leads = leadTimes(synthetic().events, inference, 5, 0.005)
    expect(leads.map((lead) => Number(lead.toFixed(6)))).toEqual([29.9, 89.9, 330.4, 159.8])
    const { p50S, p90S, p95S, notPositivePercent } = report.inferenceLead
    expect([p50S, p90S, p95S].map((lead) => Number(lead?.toFixed(6)))).toEqual([
      159.8, 330.4, 330.4,
    ])
    expect(notPositivePercent).toBe(0)
  })

  test('combined lead times', () => {
    const stats = leadStats([29.9, 89.9, 330.4, 159.8, 0])
    expect(stats.p50S).toBe(89.9)
    expect(stats.notPositivePercent).toBe(20)
  })

  test('signed miss', () => {
    const { long, short } = report.signedMiss
    expect(long.count).toBe(3)
    expect(long.usd?.mean).toBeCloseTo(-10 / 3, 12)
    expect([long.usd?.median, long.usd?.p25, long.usd?.p75]).toEqual([0, -10, 0])
    expect(long.percent?.mean).toBe(-0.005212405525149857)
    expect(short.count).toBe(2)
    expect(Object.values(short.usd ?? {})).toEqual([0, 0, 0, 0, 0, 0, 0])
  })

  test('inference gaps', () => {
    expect(report.inferenceGaps).toEqual({
      withInference: 4,
      without: 1,
      causes: [{ cause: 'no_context', count: 1 }],
      topCause: 'no_context',
    })
  })

  test('OI health', () => {
    expect(report.openInterest).toMatchObject({
      total: 4,
      valid: 3,
      validPercent: 75,
      positive: 2,
      negative: 1,
      gapMinutes: [4],
      longestGapMinutes: 4,
      significantGapCount: 1,
      medianDelta: 10_000,
    })
  })

  test('buckets by buy weight and open interest', () => {
    expect(report.byBuyWeight.map(({ count }) => count)).toEqual([2, 1, 1])
    expect(report.byOiDelta.map(({ count }) => count)).toEqual([1, 1, 2])
    expect(report.byBuyWeight[1]?.meanPercent).toBe(0.01563721657544957)
    // The reference prints N/A for it.
    expect(report.byBuyWeight[0]?.p50Percent).toBe(0)
  })

  test('reaction', () => {
    const bar = (minuteKey: number, highUsd: number, lowUsd: number) => ({
      minuteKey,
      highUsd,
      lowUsd,
    })
    const bars = [
      bar(1000, 65_010, 64_990),
      bar(1001, 64_100, 63_850),
      bar(1004, 66_000, 65_900),
      bar(1005, 66_290, 66_100),
      bar(1006, 66_600, 66_250),
    ]
    const { reaction, reactionQuarters } = reactions(
      inferenceZones(synthetic().inference.slice(0, 2)),
      bars,
    )
    const row = ({ total, touched, reacted, swept }: typeof reaction) => [
      total,
      touched,
      reacted,
      swept,
    ]
    expect(row(reaction)).toEqual([3, 3, 2, 2])
    expect(reactionQuarters.slice(0, 3).map(row)).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 0],
      [1, 1, 0, 1],
    ])
  })
})

describe('audits.md §7.2, edge cases', () => {
  test('lead-time percentiles', () => {
    const stats = (leads: readonly number[]) => {
      const { p50S, p90S, p95S } = leadStats(leads)
      return [p50S, p90S, p95S]
    }
    expect(stats([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])).toEqual([6, 10, 11])
    expect(stats([5])).toEqual([5, 5, 5])
    expect(stats([0, -1, 3])).toEqual([0, 3, 3])
    expect(leadStats([0, -1, 3]).notPositivePercent).toBeCloseTo(66.67, 2)
  })

  test('sweep records: the third one’s amount is not seen', () => {
    expect(
      sweepStats([
        { side: 'long', notionalUsd: 100, count: 2 },
        { side: 'short', notionalUsd: 300, count: 4 },
        { side: 'short' },
      ]),
    ).toEqual({
      total: 3,
      sideCount: { long: 1, short: 2 },
      meanUsd: 200,
      medianUsd: 200,
      p95Usd: 300,
      totalUsd: 400,
      meanCount: 3,
    })
  })

  test('no sweep records are an empty section', () => {
    expect(sweepStats([])).toEqual({ total: 0, sideCount: { long: 0, short: 0 } })
  })

  test('no contexts are no data', () => {
    expect(openInterestHealth([]).status).toBe('NO_DATA')
  })
})

describe('audits.md §7.4, a real 47-minute BTC recording', () => {
  const records = createCompatRecords()
  const offsetsUsd = [-998.26, 402.86, -403.41, -411.81, -401.17]
  const buckets = [65_460, 65_560, 66_140, 66_160, 66_180]
  const events: readonly (readonly [number, Side, number])[] = [
    [1772242551.082, 'short', 65466.3],
    [1772244395.639, 'long', 65559.0],
    [1772244490.564, 'short', 66143.2],
    [1772244505.255, 'short', 66159.9],
    [1772244508.56, 'short', 66172.0],
  ]
  for (const [index, [timeS, side, priceUsd]] of events.entries()) {
    records.events.push({ timeS, side, priceUsd, tier: 125, missUsd: offsetsUsd[index] ?? 0 })
    records.tape.push({ timeS, side, bucketUsd: buckets[index] ?? 0, notionalUsd: 0 })
  }
  const inferred = (minuteKey: number, timeS: number, long: string, short: string) => {
    const side = (name: Side, prices: string) =>
      prices.split(' ').map((price) => projection(name, Number(price), 0.5))
    const entries = [...side('long', long), ...side('short', short)]
    records.inference.push({ minuteKey, timeS, entries })
  }
  inferred(
    29537383,
    1772242980.0086794,
    '62320 62980 64300 64740 64960 65080',
    '69160 68500 67180 66760 66540 66400',
  )
  inferred(
    29537391,
    1772243460.0290227,
    '62380 63040 64360 64800 65020 65140',
    '69220 68560 67260 66820 66600 66460',
  )
  inferred(
    29537399,
    1772243940.141118,
    '62360 63020 64340 64780 65000 65120',
    '69200 68540 67240 66800 66580 66440',
  )
  inferred(
    29537400,
    1772244000.0082278,
    '62340 63000 64320 64760 64980 65100',
    '69180 68520 67220 66780 66560 66420',
  )
  const contextOf = (minuteKey: number, oiDelta: number) =>
    records.contexts.push({ minuteKey, oiDelta, buyWeight: 0.5 })
  contextOf(29537375, -1)
  contextOf(29537406, 1)
  contextOf(29537408, 1)
  const report = auditB(records)

  test('inference grid', () => {
    expect(counts(report.inference)).toEqual([
      ...everywhere('0,5,0', 12),
      ...['0,1,4', '0,1,4', '3,1,1', '4,1,0'],
    ])
  })

  test('tape, combined and filtered tape', () => {
    expect(counts(report.tape)).toEqual(everywhere('5,0,0'))
    expect(counts(report.combined)).toEqual(everywhere('5,0,0'))
    expect(counts(report.filteredTape)).toEqual(everywhere('0,5,0'))
  })

  test('lead times at 15 minutes and 1 %', () => {
    const inference = inferenceSet(inferenceZones(records.inference))
    expect(leadTimes(records.events, inference, 15, 0.01)).toEqual([
      935.6099772453308, 550.4228818416595, 565.1138820648193, 568.418881893158,
    ])
  })

  test('gap causes', () => {
    expect(report.inferenceGaps.causes).toEqual([
      { cause: 'oi_delta_negative', count: 1 },
      { cause: 'unknown', count: 4 },
    ])
  })

  test('offsets of 125x', () => {
    expect(report.offsets).toEqual([
      {
        tier: 125,
        count: 5,
        medianUsd: -403.41,
        madUsd: expect.closeTo(8.4, 9),
        p05Usd: -998.26,
        p95Usd: 402.86,
        longCount: 1,
        shortCount: 4,
        isSmall: true,
        isOutlier: false,
      },
    ])
  })

  test('signed miss', () => {
    const { long, short } = report.signedMiss
    expect(short.count).toBe(4)
    expect(short.usd?.mean).toBeCloseTo(0.35, 9)
    expect(short.percent?.mean).toBeCloseTo(0.000555, 6)
    expect(short.usd?.median).toBeCloseTo(1.55, 9)
    expect(short.usd?.p25).toBeCloseTo(-0.1, 9)
    expect(short.usd?.p75).toBeCloseTo(6.3, 9)
    expect(short.usd?.p95).toBeCloseTo(6.3, 9)
    expect(long.count).toBe(1)
    expect(long.usd?.mean).toBe(-1)
  })
})
