import { describe, expect, test } from 'vitest'
import type { LiquidationContext } from '../../../src/engines/liquidation/context.ts'
import { levelOf, priceOfLevel } from '../../../src/engines/liquidation/level-grid.ts'
import type { Side } from '../../../src/engines/liquidation/leverage.ts'
import {
  addTapeEvent,
  createTape,
  decayTape,
  learnOffset,
  offsetDistribution,
  sampleCount,
  sweepTape,
  type Tape,
  tapeStats,
} from '../../../src/engines/liquidation/tape.ts'
import { createZones } from '../../../src/engines/liquidation/zones.ts'
import { differences } from '../compare.ts'
import { contextOf, recorder, settingsOf } from './kit.ts'

const T = 1_771_300_000

const EVENTS = [
  [1.5, 'long', 95_413.7, 0.25],
  [2, 'long', 95_407.1, 1.5],
  [3, 'short', 95_610, 0.01],
  [4, 'short', 95_630, 2],
  [5, 'long', 95_430, 0.4],
  [6, 'long', 95_450, 0.001],
] as const

function tapeOfExample(context: LiquidationContext): Tape {
  const tape = createTape()
  for (const [second, side, priceUsd, sizeBase] of EVENTS) {
    const event = { timeS: T + second, side, priceUsd, sizeBase, notionalUsd: priceUsd * sizeBase }
    addTapeEvent(tape, createZones(), context, event, undefined)
  }
  return tape
}

const buckets = (tape: Tape, context: LiquidationContext, side: Side) =>
  [...tape[side].values()].map(({ level, notionalUsd, count }) => [
    priceOfLevel(context.grid, level),
    notionalUsd,
    count,
  ])

describe('liquidation-tape.md §13', () => {
  test('example 1: events accumulate in the nearest bucket of their side', () => {
    const { emit, of } = recorder()
    const context = contextOf({ emit })
    const tape = tapeOfExample(context)
    const long = [
      [95_420, 23_853.425, 1],
      [95_400, 143_110.65000000002, 1],
      [95_440, 38_267.45, 2],
    ]
    expect(differences(long, buckets(tape, context, 'long'))).toEqual([])
    const short = [
      [95_600, 956.1, 1],
      [95_640, 191_260, 1],
    ]
    expect(differences(short, buckets(tape, context, 'short'))).toEqual([])
    const stats = tapeStats(tape, context)
    expect(stats.total_long_notional).toBeCloseTo(205_231.525, 8)
    expect([stats.total_events, stats.events_in_window]).toEqual([6, 6])
    expect(of('liq_tape')[0]).toEqual({
      type: 'forceOrder',
      ts: 1_771_300_001.5,
      symbol: 'BTC',
      side: 'long',
      price: 95_413.7,
      qty: 0.25,
      notional: 23_853.425,
      bucket: 95_420,
      entry_est: null,
    })
  })

  test('example 2: a minute fades each bucket', () => {
    const context = contextOf()
    const tape = tapeOfExample(context)
    decayTape(tape, context)
    const both = [...buckets(tape, context, 'long'), ...buckets(tape, context, 'short')]
    const expected = [23_734.157875, 142_395.09675000003, 38_076.11275, 951.3195, 190_303.7]
    expect(
      differences(
        expected,
        both.map(([, usd]) => usd),
      ),
    ).toEqual([])
  })

  test('example 3: a sweep takes what the range touched, shorts first', () => {
    const { emit, of } = recorder()
    const context = contextOf({ emit })
    const tape = tapeOfExample(context)
    decayTape(tape, context)
    const range = { highUsd: 95_620, lowUsd: 95_420 }
    const swept = sweepTape(tape, createZones(), context, range, 29_521_667, T + 20.25)
    expect(differences({ count: 3, notionalUsd: 62_761.590125 }, swept)).toEqual([])
    expect(buckets(tape, context, 'long').map(([price]) => price)).toEqual([95_400])
    expect(buckets(tape, context, 'short').map(([price]) => price)).toEqual([95_640])
    const records = of('liq_sweeps')
    expect(records[0]).toEqual({
      type: 'sweep',
      ts: 1_771_300_020.25,
      minute_key: 29_521_667,
      side: 'short',
      bucket: 95_600,
      total_notional_usd: 951.32,
      trade_count: 1,
      peak_notional_usd: 951.32,
      layer: 'tape',
      reason: 'high>=95600',
      trigger_high: 95_620,
    })
    expect(
      records.slice(1).map((row) => [row['bucket'], row['peak_notional_usd'], row['reason']]),
    ).toEqual([
      [95_420, 23_734.16, 'low<=95420'],
      [95_440, 19_038.06, 'low<=95440'],
    ])
  })

  test('example 4: buckets are the nearest, ties to the even one, without drift on a step of 0.1', () => {
    const bucket = (stepUsd: number, priceUsd: number) => {
      const { grid } = contextOf({ stepUsd })
      return priceOfLevel(grid, levelOf(grid, priceUsd))
    }
    expect(
      [95_409.999, 95_410.001, 95_410, 95_430, 95_450, 95_470].map((p) => bucket(20, p)),
    ).toEqual([95_400, 95_420, 95_400, 95_440, 95_440, 95_480])
    // The reference has 142.20000000000002 for the first (quirk 11); the later version rounds it.
    expect([142.25, 142.35, 75.25, 75.15, 75.35].map((p) => bucket(0.1, p))).toEqual([
      142.2, 142.3, 75.2, 75.2, 75.3,
    ])
  })

  test.each([
    [97_800, 50],
    [102_220, 50],
    [99_799, 125],
    [99_000, 125],
    [60_000, 5],
  ])(
    'example 5: a liquidation at %d of an entry at 100000 looks like %dx',
    (liquidationUsd, tier) => {
      const tape = createTape()
      learnOffset(tape, contextOf(), liquidationUsd, 100_000)
      expect([...tape.samples.keys()]).toEqual([tier])
    },
  )

  test.each([
    [37.5, 25],
    [62.5, 50],
    [87.5, 75],
    [112.5, 100],
    [15, 10],
    [7.5, 5],
    [22.5, 20],
  ])('example 5: %dx lies between two tiers and goes to the lower, %dx', (leverage, tier) => {
    // An entry of 1 without a buffer leaves 1/offset as exact as a double can hold it.
    const settings = settingsOf('reference')
    const tapeSettings = { ...settings.tape, learningBuffer: 0 }
    const context = contextOf({ settings: { ...settings, tape: tapeSettings } })
    const tape = createTape()
    learnOffset(tape, context, leverage - 1, leverage)
    expect([...tape.samples.keys()]).toEqual([tier])
  })

  test('example 6: a tier without samples answers with all of them', () => {
    const context = contextOf()
    const tape = createTape()
    for (let i = 0; i < 30; i += 1) learnOffset(tape, context, 97_800 - i, 100_000)
    for (let i = 0; i < 31; i += 1) learnOffset(tape, context, 101_200 + i, 100_000)
    const of = (tier?: number) => offsetDistribution(tape, context, tier)
    const all = { mean: 0.004716393442622951, std: 0.017145421702407893, count: 61 }
    expect(differences({ mean: 0.022145, std: 8.655441448399202e-5, count: 30 }, of(50))).toEqual(
      [],
    )
    expect(differences({ mean: -0.01215, std: 8.944271909999152e-5, count: 31 }, of(100))).toEqual(
      [],
    )
    for (const tier of [10, 20, 25, 75, 125, undefined]) {
      expect(differences(all, of(tier))).toEqual([])
    }
    const standard = contextOf({ settings: settingsOf('standard') })
    expect(offsetDistribution(tape, standard, 10).count).toBe(0)
    expect(sampleCount(tape, standard, 10)).toBe(0)
    expect(sampleCount(tape, standard)).toBe(61)
  })
})

test('a level of any step is the double nearest to its decimal price', () => {
  for (const [stepUsd, decimals] of [
    [20, 0],
    [1, 0],
    [0.1, 1],
    [0.0005, 4],
  ] as const) {
    const { grid } = contextOf({ stepUsd })
    for (let level = 0; level < 300_000; level += 37) {
      const priceUsd = Number((level * stepUsd).toFixed(decimals))
      expect(priceOfLevel(grid, level)).toBe(priceUsd)
      expect(levelOf(grid, priceUsd)).toBe(level)
    }
  }
})

describe('liquidation-tape.md §8', () => {
  test('a distance of exactly the buffer is not learned', () => {
    const tape = createTape()
    learnOffset(tape, contextOf(), 99_800, 100_000)
    expect(tape.samples.size).toBe(0)
  })

  test('less than 100.5 USD disappears at the next minute', () => {
    const context = contextOf()
    const tape = createTape()
    const event = {
      timeS: T,
      side: 'long',
      priceUsd: 100.4,
      sizeBase: 1,
      notionalUsd: 100.4,
    } as const
    addTapeEvent(tape, createZones(), context, event, undefined)
    decayTape(tape, context)
    expect(tape.long.size).toBe(0)
  })

  test('a tier keeps its newest 500 samples', () => {
    const context = contextOf()
    const tape = createTape()
    for (let i = 0; i < 600; i += 1) learnOffset(tape, context, 97_800 - i * 0.01, 100_000)
    expect(sampleCount(tape, context, 50)).toBe(500)
    expect(tape.samples.get(50)?.[0]).toBeCloseTo((100_000 - (97_800 - 1)) / 100_000, 12)
  })
})
