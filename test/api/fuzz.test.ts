// Goal: no request, however odd, is answered with 5xx or left hanging. Method: 2,000 random ones, the
// same each time; `npm run fuzz` sends as many as one likes.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'
import { type MarketFolder, recordMarket, type Served, serveMarket } from './recorded-market.ts'

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

test('2,000 random requests: no 5xx, none without an answer, none that hangs', async () => {
  const report = await fuzz({ served, count: 2_000, seed: Number(process.env['SEED'] ?? 11) })
  expect(report.failures).toEqual([])
  expect(report.requestCount).toBe(2_000)
  // All kinds of answers were met: the requests were neither all good nor all bad.
  for (const status of ['200', '404', '405', '422']) {
    expect(report.byStatus[status], status).toBeGreaterThan(20)
  }
  // A second on a machine that does nothing else; tests run beside each other.
  expect(report.slowest).toMatchObject({ waitMs: expect.any(Number) })
  expect(report.slowest.waitMs).toBeLessThan(5_000)
})
