// Goal: over a capture the terminal shows the present as live, a moment that was moved to as replayed, and
// comes back. Method: a real server over a market that is being recorded.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer } from '../../src/api/listen.ts'
import type { DashboardView } from '../../src/projections/dashboard-view.ts'
import { HttpSource } from '../../src/terminal/client.ts'
import { failures, type MarketFolder, recordMarket, serverOf } from '../api/recorded-market.ts'

const LOOKED_AT_BATCH = 20
const views: DashboardView[] = []
const said: string[] = []
let market: MarketFolder
beforeAll(async () => {
  market = await recordMarket(async (_app, keeper, batch) => {
    if (batch !== LOOKED_AT_BATCH) return
    const server = await startServer({ host: '127.0.0.1', port: 0, app: serverOf(keeper) })
    const source = new HttpSource(`${server.url}/`, undefined)
    views.push(await source.view(undefined))
    said.push(await source.control('step', 1))
    views.push(await source.view('BTC'))
    said.push(await source.control('newest', 0))
    views.push(await source.view('eth'))
    await server.close()
  })
})
afterAll(async () => {
  await market[Symbol.asyncDispose]()
  expect(failures).toEqual([])
})

test('a moment of the past is not said to be live, and the newest is again', () => {
  expect(views.map(({ mode }) => mode)).toEqual(['live', 'replay', 'live'])
  const [first, moved, last] = views.map(({ seq }) => seq)
  expect(moved).toBeLessThan(first ?? 0)
  expect(last).toBe(first)
  expect(said).toEqual(['paused', 'the newest'])
})
