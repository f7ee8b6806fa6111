// Goal: of each metric of the catalogue there is a value, or it is said why not, and values of one minute
// agree. Method: a simulated market as it is served.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { heatStats, snapshotV2 } from '../../src/projections/heat-bodies.ts'
import { metricsBody } from '../../src/projections/metric-values.ts'
import { createPast } from '../../src/projections/past.ts'
import type { StateAt } from '../../src/projections/state-at.ts'
import { raisedAlarms } from '../../src/projections/stream-health.ts'
import {
  type MarketFolder,
  recordMarket,
  type Served,
  serveMarket,
} from '../api/recorded-market.ts'

let market: MarketFolder
let served: Served
beforeAll(async () => {
  market = await recordMarket()
  served = await serveMarket(market)
})
afterAll(async () => {
  await served.close()
  await market[Symbol.asyncDispose]()
})

const shownAt = (state: StateAt, symbol: string) => {
  const at = state.symbols.get(symbol)
  if (at === undefined) throw new RangeError(symbol)
  return { state, at, asReference: false }
}

test('each metric has a number, values or items, or says why it has none', () => {
  const { metrics } = metricsBody(shownAt(served.keeper.current(), 'BTCUSDT'), 'BTC')
  expect(metrics).toHaveLength(49)
  for (const { name, value, values, items, absent } of metrics) {
    const isThere = value !== null || values !== undefined || items !== undefined
    expect(isThere, name).toBe(absent === '')
  }
})

test('liquidations by level and in their order add up to those of the minute, at each minute', async () => {
  const { minutes } = served.keeper.past.symbols.get('BTCUSDT') ?? {}
  const seqs = minutes?.before(Number.POSITIVE_INFINITY).map(({ seq }) => seq + 1) ?? []
  const counts: number[] = []
  for (const seq of seqs) {
    const { metrics } = await served.keeper.withState(seq, (state) =>
      metricsBody(shownAt(state, 'BTCUSDT'), 'BTC'),
    )
    const of = (name: string) => metrics.find((metric) => metric.name === name)
    for (const side of ['longs', 'shorts']) {
      const total = of(`perp_liquidations_${side}Total`)?.value ?? Number.NaN
      const ordered = of(`perp_liquidations_ordered${side === 'longs' ? 'Longs' : 'Shorts'}`)
      const sum = (items: readonly number[]) => items.reduce((one, other) => one + other, 0)
      expect(sum(ordered?.items ?? [])).toBeCloseTo(total, 9)
      expect(sum(Object.values(of(`perp_liquidations_${side}`)?.values ?? {}))).toBeCloseTo(
        total,
        9,
      )
      counts.push(ordered?.items?.length ?? 0)
    }
  }
  expect(counts.filter((count) => count > 0).length).toBeGreaterThan(3)
})

test('under the standard model inference has the minute and the price of the map', () => {
  const shown = shownAt(served.keeper.current(), 'BTCUSDT')
  for (const stats of [heatStats(shown), snapshotV2(shown, 0)?.stats]) {
    expect(stats?.inference.current_minute).toBe(stats?.current_minute)
    expect(stats?.inference.current_price).toBe(stats?.current_price)
    expect(stats?.current_price).toBeGreaterThan(0)
  }
})

test('a start of the recorder forgets the alarms of the run before, and only they', () => {
  const past = createPast()
  const alarm = (seq: number, channel: string, event: 'raised' | 'cleared') =>
    past.alarms.add({
      ...{ seq, recvTimeMs: 0, event, kind: 'silence', level: 'dead', symbol: 'BTCUSDT', channel },
      ...{ subject: channel, reason: 'silent', sinceTimeMs: 0 },
    })
  alarm(5, 'depth', 'raised')
  past.starts.add({ seq: 9 })
  alarm(12, 'trade', 'raised')
  alarm(15, 'trade', 'cleared')
  const raisedAt = (seq: number) =>
    raisedAlarms({ ...served.keeper.current(), past, seq }).map(({ channel }) => channel)
  expect([raisedAt(9), raisedAt(10), raisedAt(13), raisedAt(16)]).toEqual([
    ['depth'],
    [],
    ['trade'],
    [],
  ])
})
