// Rules of grids, rings, parameters and pushed messages that no example shows whole.
import { describe, expect, test } from 'vitest'
import { historyGrid, rowOf, strided } from '../../src/projections/heat-history.ts'
import { METRICS } from '../../src/projections/metric-catalogue.ts'
import { readParameters } from '../../src/projections/parameters.ts'
import { createPast, pastOf, quantized } from '../../src/projections/past.ts'
import { pushMessages } from '../../src/projections/push.ts'
import { Track } from '../../src/projections/track.ts'

describe('grids of histories (api.md §12)', () => {
  test.each([
    [65_892.75, 20, 60_620, 71_160, 528],
    [100_750, 20, 92_680, 108_800, 807],
    [100_000, 20, 92_000, 108_000, 801],
    [1927.44, 1, 1773, 2082, 310],
    [50_000, 20, 46_000, 54_000, 401],
    // As the later version has it: a step that is not whole leaves no drift.
    [82.02, 0.1, 75.5, 88.6, 132],
  ])('around %d by %d', (srcUsd, stepUsd, lowUsd, highUsd, count) => {
    const { pricesUsd } = historyGrid(srcUsd, stepUsd)
    expect([pricesUsd[0], pricesUsd.at(-1), pricesUsd.length]).toEqual([lowUsd, highUsd, count])
  })

  test('strengths become bytes', () => {
    const values = [0, 0.0039, 0.004, 0.1, 0.3, 0.5, 0.6523, 0.7, 0.999, 1, 1.2, -0.3]
    expect([...quantized(values)]).toEqual([0, 0, 1, 25, 76, 127, 166, 178, 254, 255, 255, 0])
  })

  test('a row lies on the grid by its prices, 0 beside them', () => {
    const grid = { lowLevel: 3250, count: 7, stepUsd: 20, pricesUsd: [] }
    const long = Uint8Array.of(0, 25, 51, 76, 102)
    const frame = { lowLevel: 3250, stepUsd: 20, long, short: long }
    expect([...rowOf(frame, 'long', grid)]).toEqual([0, 25, 51, 76, 102, 0, 0])
    expect([...rowOf({ ...frame, lowLevel: 3251 }, 'long', grid)]).toEqual([
      0, 0, 25, 51, 76, 102, 0,
    ])
    for (const lowLevel of [1, 3244, 3258, 9_000]) {
      const row = rowOf({ ...frame, lowLevel }, 'long', grid)
      expect({ lowLevel, row: [...row] }).toEqual({ lowLevel, row: [0, 0, 0, 0, 0, 0, 0] })
    }
  })

  test('strides of the reference count from the oldest', () => {
    const ten = [0, 60, 120, 180, 240, 300, 360, 420, 480, 540]
    expect(strided(ten, 5, 1, true)).toEqual([300, 360, 420, 480, 540])
    expect(strided(ten, 5, 2, true)).toEqual([300, 420, 540])
    expect(strided(ten, 5, 3, true)).toEqual([300, 480])
    expect(strided(ten, 720, 4, true)).toEqual([0, 240, 480])
    expect(strided(ten, 720, 4, false)).toEqual([60, 300, 540])
  })
})

describe('parameters', () => {
  const declared = {
    count: { kind: 'whole', min: 5, max: 720, clamped: true, fallback: 720, description: '' },
    step: { kind: 'number', above: 0, fallback: undefined, description: '' },
    side: { kind: 'text', choices: ['long', 'short'], description: '' },
  } as const
  const read = (query: Record<string, string>) => readParameters(declared, query)

  test.each([
    ['50', 50],
    [' +50 ', 50],
    ['50.0', 50],
    ['1_0', 10],
    ['3', 5],
    ['-9', 5],
    ['99999999999999999999999', 720],
  ])('a whole number may be written %j', (count, value) => {
    expect(read({ count })).toMatchObject({ values: { count: value } })
  })

  test.each(['50.5', '1e1', '0x10', '', 'abc', '1__0', 'NaN'])('%j is no whole number', (count) => {
    expect(read({ count })).toMatchObject({
      refusal: { detail: [{ type: 'int_parsing', loc: ['query', 'count'], input: count }] },
    })
  })

  test.each(['0', '-1', 'nan', 'inf', '-inf', '1e999', 'x', ''])('a step is not %j', (step) => {
    expect(read({ step })).toHaveProperty('refusal')
  })

  test('what is not declared is passed over, and what is absent has its default', () => {
    expect(read({ other: 'x', side: '' })).toEqual({
      values: { count: 720, step: undefined, side: undefined },
    })
    expect(read({ side: 'both' })).toHaveProperty('refusal')
  })
})

describe('what is pushed', () => {
  test('all that an entry caused is one message, however small the steps it is read in', () => {
    const past = createPast()
    const { liquidations, zoneChanges } = pastOf(past, 'BTCUSDT')
    const order = { timeMs: 0, side: 'long', priceUsd: 1, sizeBase: 1 } as const
    for (let seq = 0; seq < 1_800; seq += 1) liquidations.add({ ...order, seq, recvTimeMs: seq })
    const zone = { id: 1, side: 'long', triggerUsd: 1, expected: 1 }
    for (let index = 0; index < 900; index += 1) {
      const fact = { change: 'created', minute: 0, zone } as never as object
      zoneChanges.add({ ...fact, seq: 700, recvTimeMs: 700 } as never)
    }
    const seen: number[] = []
    let eventCount = 0
    let from = 0
    while (from < 1_800) {
      const { messages, nextSeq } = pushMessages(past, from, 1_800)
      expect(nextSeq).toBeGreaterThan(from)
      for (const { seq, events } of messages) {
        seen.push(seq)
        eventCount += events.length
      }
      from = nextSeq
    }
    expect(seen).toEqual(Array.from({ length: 1_800 }, (_, seq) => seq))
    expect(eventCount).toBe(2_700)
  })

  test('a list that is full drops the oldest, and is found by sequence all the same', () => {
    const track = new Track<{ seq: number }>(100)
    for (let seq = 0; seq < 1_000; seq += 2) track.add({ seq })
    expect(track.before(501, 3).map(({ seq }) => seq)).toEqual([])
    expect(track.before(901, 3).map(({ seq }) => seq)).toEqual([896, 898, 900])
    expect(track.last(5_000)).toEqual({ seq: 998 })
  })
})

test('the catalogue names 49 metrics, each once, with a source', () => {
  expect(new Set(METRICS.map(({ name }) => name)).size).toBe(49)
  for (const { definition, source } of METRICS) expect(definition && source).not.toBe('')
})
