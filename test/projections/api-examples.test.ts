// Goal: the bodies of the reference's endpoints. Method: the state behind the examples of api.md is
// made by hand, and each body is compared with the example of its section, field by field.
import { describe, expect, test } from 'vitest'
import { bookFrameBytes, bookHistoryBytes } from '../../src/projections/book-binary.ts'
import {
  bookFrameBody,
  bookHistoryPieces,
  historyFrames,
  newestFrame,
} from '../../src/projections/book-bodies.ts'
import { heatStats, snapshotV1, snapshotV2 } from '../../src/projections/heat-bodies.ts'
import { type HistoryBody, heatHistory } from '../../src/projections/heat-history.ts'
import type { PackedFrame } from '../../src/projections/packed-frame.ts'
import type { ViewOf } from '../../src/projections/schema.ts'
import { zonesBody, zonesHeatmapBody, zonesSummaryBody } from '../../src/projections/zone-bodies.ts'
import { exampleFrames, exampleState, examplesOf, hasExamples, NOW_MS } from './examples.ts'

const NO_FILTER = {
  side: undefined,
  minLeverage: undefined,
  maxLeverage: undefined,
  minWeight: undefined,
}
const NO_BOUNDS = { step: undefined, priceMin: undefined, priceMax: undefined }
const FIVE = { minutes: 5, stride: 1 }

const frameOf = (): PackedFrame => {
  const frame = newestFrame(exampleState())
  if (frame === undefined) throw new RangeError('no frame')
  return frame
}

/** Percentiles that a frame of a file has lost: ours never do. */
const LOST = [
  'norm_p90',
  'norm_p99',
  'norm_max',
  'bid_p50',
  'bid_p95',
  'bid_max',
  'ask_p50',
  'ask_p95',
  'ask_max',
]

const without = (body: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)))

const parsed = (pieces: Iterable<string>): object => JSON.parse([...pieces].join('')) as object

const historyOf = (...asked: Parameters<typeof heatHistory>): ViewOf<typeof HistoryBody> =>
  JSON.parse(new TextDecoder().decode(heatHistory(...asked)))

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe.skipIf(!hasExamples)('the examples of api.md', () => {
  test('9.2: the V1 snapshot', () => {
    expect(snapshotV1(exampleState())).toEqual(examplesOf('9.2')[0])
  })

  test('9.3: minutes of V1, all and every second', () => {
    const [all, second] = examplesOf('9.3')
    expect(historyOf(exampleState(), 'v1', { minutes: 60, stride: 1 })).toEqual({
      ...all,
      _mode: 'embedded',
    })
    expect(historyOf(exampleState(), 'v1', { minutes: 60, stride: 2 })).toMatchObject(second ?? {})
  })

  test('9.4: the V2 snapshot, whole and filtered', () => {
    expect(snapshotV2(exampleState(), 0)).toEqual(examplesOf('9.4')[0])
    const filtered = snapshotV2(exampleState(), 50_000)
    expect(filtered?.long_levels.map(({ price }) => price)).toEqual([980, 960, 940])
    expect(filtered?.short_levels.map(({ price }) => price)).toEqual([1020, 1040])
    expect(filtered?.meta).toMatchObject({
      long_pools_count: 3,
      short_pools_count: 2,
      filtered_min_notional: 50_000,
    })
    expect(Object.keys(filtered?.meta ?? {}).at(-1)).toBe('filtered_min_notional')
  })

  test('9.5: minutes of V2', () => {
    const body = historyOf(exampleState(), 'v2', { minutes: 60, stride: 1 })
    expect(body).toMatchObject(examplesOf('9.5')[0] ?? {})
  })

  test('9.6: figures, three minutes of history', () => {
    expect(heatStats(exampleState())).toEqual({ ...examplesOf('9.6')[0], history_frames: 3 })
  })

  test('9.7: zones of shorts at 50x and above', () => {
    const query = { ...NO_FILTER, side: 'short', minLeverage: 50 }
    expect(zonesBody(exampleState(), 'BTC', query)).toEqual(examplesOf('9.7')[0])
  })

  test('9.8: zones in figures', () => {
    expect(zonesSummaryBody(exampleState(), 'BTC')).toEqual(examplesOf('9.8')[0])
  })

  test('9.9: zones as levels, from 20,000 USD on', () => {
    const query = { ...NO_FILTER, minNotional: 20_000 }
    expect(zonesHeatmapBody(exampleState(), 'BTC', query)).toEqual(examplesOf('9.9')[0])
  })

  test('9.10: the newest frame of the book, in both forms of the reference', () => {
    const [standalone = {}, , embedded = {}] = examplesOf('9.10')
    const body = bookFrameBody(exampleState(), 'BTC', frameOf(), NO_BOUNDS)
    expect(without(body, [...LOST, '_mode'])).toEqual(without(standalone, LOST))
    expect(body).toMatchObject(embedded)
  })

  test('9.10: the newest frame on a grid, with the quirks of the reference', () => {
    const query = { step: 40, priceMin: 960, priceMax: 1020 }
    const body = bookFrameBody(exampleState(), 'BTC', frameOf(), query)
    // The reference pairs the amounts of the first buckets with the prices of the grid: all 0 here.
    expect(without(body, [...LOST, '_mode'])).toEqual(without(examplesOf('9.10')[1] ?? {}, LOST))
  })

  test('9.10: the newest frame in bytes', () => {
    expect(hex(bookFrameBytes(frameOf()))).toBe(
      '01000000e0960ca29c0100003075000001000b000000000000208c40000000000030914000000000000034400000000000408f401e0023002300230023000000000000b600ff00000000000000000000000000000000',
    )
  })

  test('9.11: frames of the book, every second one and all', () => {
    const [standalone = {}, embedded = {}] = examplesOf('9.11')
    const shown = exampleState()
    const second = historyFrames(shown, { minutes: 5, stride: 2 })
    const body = parsed(bookHistoryPieces(shown, second, NO_BOUNDS))
    expect(without(body, ['_mode'])).toEqual(standalone)
    const all = parsed(bookHistoryPieces(shown, historyFrames(shown, FIVE), NO_BOUNDS))
    expect(all).toMatchObject(embedded)
    // Of frames that a file has kept, the percentiles after the first two fields are 0.
    const starts = second.map(({ startTimeS }) => startTimeS)
    const stored = exampleFrames({ p90Usd: 0, p99Usd: 0, maxUsd: 0 }).filter(({ startTimeS }) =>
      starts.includes(startTimeS),
    )
    expect(hex(bookHistoryBytes(stored, NO_BOUNDS, true))).toBe(
      '0100000020c20aa29c0100003075000003000b000000000000208c40000000000030914000000000000034400000000000408f401e00000023000000000000000000005f00ff0000000000000000dc00ff0000000000000000b600ff000000000000000000000000000000000000000000000000000000000000000000000000000020c20aa29c01000080ac0ba29c010000e0960ca29c010000',
    )
  })

  test('a snapshot older than two minutes says so, in whole seconds', () => {
    expect(snapshotV1(exampleState(NOW_MS + 110_250))).not.toHaveProperty('_warning')
    expect(snapshotV2(exampleState(NOW_MS + 120_500), 0)).toHaveProperty(
      '_warning',
      'Data is 130s old, viewer may be stopped',
    )
  })
})

describe.skipIf(!hasExamples)('quirks put right', () => {
  const shown = { ...exampleState(), asReference: false }

  test('Q3: amounts are money, the strongest bucket being worth what it holds', () => {
    const body = snapshotV2(shown, 0)
    expect(Math.max(...(body?.long_notional_usd ?? []))).toBe(376_600)
    expect(body?.long_size_btc[4]).toBeCloseTo(376_600 / 980, 5)
    const drawn = snapshotV1(shown)
    expect(drawn?.long_notional_usd[3]).toBe(376_600)
  })

  test('Q7: a stride counts from the newest frame', () => {
    const { t } = historyOf(shown, 'v1', { minutes: 60, stride: 2 })
    expect(t).toEqual([1_772_245_200_250, 1_772_245_320_250])
    const [newest] = historyOf(shown, 'v1', { minutes: 60, stride: 5 }).t
    expect(newest).toBe(1_772_245_320_250)
  })

  test('Q8, Q9: buckets that meet on a coarser grid add up', () => {
    const query = { step: 40, priceMin: 960, priceMax: 1000 }
    const body = bookFrameBody(shown, 'BTC', frameOf(), query)
    expect(body).toMatchObject({ step: 40, prices: [960, 1000], price_min: 960, price_max: 1000 })
    expect(body.bid_notional_usd).toEqual([34_196.57, 35_622.9])
    expect(body.bid_u8).toEqual([0, 255])
  })
})
