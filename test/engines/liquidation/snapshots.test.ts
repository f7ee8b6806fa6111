import { describe, expect, test } from 'vitest'
import { createHeatMap, type HeatMap } from '../../../src/engines/liquidation/heat-map.ts'
import { createHeatmap } from '../../../src/engines/liquidation/heatmap.ts'
import { levelOf } from '../../../src/engines/liquidation/level-grid.ts'
import {
  createLiquidationEngines,
  onForceOrder,
  onMinute,
} from '../../../src/engines/liquidation/liquidation-engines.ts'
import { snapshotV1, snapshotV2 } from '../../../src/engines/liquidation/snapshots.ts'
import { createZoneTracker } from '../../../src/engines/liquidation/zone-tracker.ts'
import { contextOf, REFERENCE, recorder } from './kit.ts'

const context = contextOf()

const side = (pairs: readonly (readonly [number, number])[], stepUsd = 20) => ({
  levels: Float64Array.from(pairs, ([price]) => levelOf(contextOf({ stepUsd }).grid, price)),
  pricesUsd: Float64Array.from(pairs, ([price]) => price),
  values: Float64Array.from(pairs, ([, value]) => value),
})

/** The heatmap of the chapter's examples; its largest strength is 1. */
const MAP: HeatMap = createHeatMap(
  side([
    [98_000, 0.14548693586698336],
    [99_000, 0.04899049881235154],
  ]),
  side([
    [101_000, 0.09996041171813143],
    [101_040, 1],
  ]),
)

const at = (prices: readonly number[], values: readonly number[], price: number) =>
  values[prices.indexOf(price)]

describe('pipeline.md §11', () => {
  test('§11.1: amounts of the V2 document are strengths by another name', () => {
    const body = snapshotV2(createHeatmap(context), MAP, context, 100_005, 0)
    const { prices } = body
    expect([prices.length, prices[0], prices.at(-1)]).toEqual([1001, 90_000, 110_000])
    const long = (values: readonly number[]) => [98_000, 99_000].map((p) => at(prices, values, p))
    const short = (values: readonly number[]) =>
      [101_000, 101_040].map((p) => at(prices, values, p))
    expect(long(body.long_notional_usd)).toEqual([0.15, 0.05])
    expect(short(body.short_notional_usd)).toEqual([0.1, 1])
    expect(long(body.long_size_btc)).toEqual([1e-6, 0])
    expect(short(body.short_size_btc)).toEqual([1e-6, 1e-5])
  })

  test('§11.2: strengths of the V1 document are smoothed and spread', () => {
    const body = snapshotV1(createZoneTracker(), MAP, context, 100_005, 0, 0)
    const { prices } = body
    expect([prices.length, prices[0], prices.at(-1)]).toEqual([801, 92_000, 108_000])
    expect(body.norm).toEqual({ method: 'p50_p95', p50: 0.019992, p95: 0.409996 })
    const around = [101_000, 101_020, 101_040, 101_060, 101_080]
    expect(around.map((price) => at(prices, body.short_intensity, price))).toEqual([
      0.3077, 0.5128, 1, 0.4616, 0.2051,
    ])
    expect(body.long_intensity.every((strength) => strength === 0)).toBe(true)
  })

  test('§11.2: nothing to show is spread between 0 and 1', () => {
    const empty = createHeatMap(side([]), side([]))
    const body = snapshotV1(createZoneTracker(), empty, context, 100_005, 0, 0)
    expect(body.norm).toEqual({ method: 'p50_p95', p50: 0, p95: 1 })
  })

  test('§11.3, P2: the plot feed of the first rollover', () => {
    const { emit, of } = recorder()
    const engines = createLiquidationEngines('BTC', 20, REFERENCE, emit)
    const timeS = 1_700_000_080
    for (const [positionSide, priceUsd, sizeBase] of [
      ['long', 98_000, 0.3],
      ['short', 101_000, 0.2],
      ['long', 99_000, 0.1],
      ['short', 4200, 5],
    ] as const) {
      const notionalUsd = priceUsd * sizeBase
      onForceOrder(engines, { timeS, side: positionSide, priceUsd, sizeBase, notionalUsd })
    }
    onMinute(engines, {
      timeS: 1_700_000_100.05,
      minuteKey: 28_333_335,
      openUsd: 100_005,
      highUsd: 100_017.5,
      lowUsd: 100_005,
      closeUsd: 100_017.5,
      srcUsd: 100_011.25,
      buyBase: 0.5,
      sellBase: 0.25,
      takerBuyUsd: 50_005.625,
      takerSellUsd: 25_002.8125,
      openInterest: 0,
      aggression: {
        takerMinute: 28_333_334,
        tradeCount: 0,
        isFallback: true,
        lastMinutes: [],
        buyBase: 0.5,
        sellBase: 0.25,
      },
    })
    expect(of('plot_feed')).toEqual([
      {
        ts: 1_700_000_100.05,
        minute: 28_333_335,
        o: 100_005,
        h: 100_017.5,
        l: 100_005,
        c: 100_017.5,
        long_zones: [
          [98_000, 1, 0],
          [99_000, 0.5803, 0],
        ],
        short_zones: [[101_000, 0.8289, 0]],
      },
    ])
  })
})

test('heatmap.md quirk 6: on a step of 0.1 every level of the map is found on the grid', () => {
  const solContext = contextOf({ symbol: 'SOL', stepUsd: 0.1 })
  const prices = Array.from({ length: 201 }, (_, i) => Number((140 + i * 0.1).toFixed(1)))
  const filled = side(
    prices.map((price) => [price, 1] as const),
    0.1,
  )
  const body = snapshotV2(
    createHeatmap(solContext),
    createHeatMap(filled, side([])),
    solContext,
    150,
    0,
  )
  expect(body.prices.length).toBe(301)
  expect(body.long_intensity.filter((strength) => strength === 1)).toHaveLength(prices.length)
  for (const price of prices) expect(body.prices).toContain(price)
})
