import { describe, expect, test } from 'vitest'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { entry, exchangeOver, ManualClock, START_MS, TestClient } from './kit.ts'

const market = (minutes = 2) =>
  [
    ...simulateMarket({ seed: 5, symbols: ['BTCUSDT', 'ETHUSDT'], startTimeMs: START_MS, minutes }),
  ].flat()

const client =
  (port: number) =>
  async (path: string, method = 'GET') => {
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, { method })
    const text = await reply.text()
    return {
      status: reply.status,
      text,
      // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape, straight from JSON.
      body: JSON.parse(text) as any,
      weight: Number(reply.headers.get('x-mbx-used-weight-1m')),
      retryAfter: reply.headers.get('retry-after'),
    }
  }

/** A virtual exchange over two minutes of market, one minute in. */
async function oneMinuteIn() {
  const clock = new ManualClock()
  const exchange = await exchangeOver(market(), { clock })
  await TestClient.connect(exchange.port, '/public/ws/btcusdt@depth')
  await clock.jump(60_000)
  return { clock, exchange, get: client(exchange.port) }
}

describe('a reply', () => {
  test('is of the virtual moment', async () => {
    const { exchange, get } = await oneMinuteIn()
    await using _ = exchange
    expect((await get('/fapi/v1/time')).body).toEqual({ serverTime: START_MS + 60_000 })
    expect((await get('/fapi/v1/ping')).body).toEqual({})
    const interest = (await get('/fapi/v1/openInterest?symbol=ETHUSDT')).body
    expect(interest.symbol).toBe('ETHUSDT')
    expect(START_MS + 60_000 - interest.time).toBeGreaterThanOrEqual(0)
    expect(START_MS + 60_000 - interest.time).toBeLessThan(14_000)
    const depth = (await get('/fapi/v1/depth?symbol=BTCUSDT&limit=1000')).body
    expect(START_MS + 60_000 - depth.T).toBeLessThan(400)
    expect(depth.bids.length).toBeGreaterThan(900)
    expect(Number(depth.bids[0][0])).toBeLessThan(Number(depth.asks[0][0]))
  })

  test('has as many levels as asked for, best first', async () => {
    const { exchange, get } = await oneMinuteIn()
    await using _ = exchange
    const { bids, asks } = (await get('/fapi/v1/depth?symbol=BTCUSDT&limit=5')).body
    expect([bids.length, asks.length]).toEqual([5, 5])
    const prices = (levels: readonly string[][]) => levels.map(([price]) => Number(price))
    expect(prices(bids)).toEqual(prices(bids).toSorted((a, b) => b - a))
    expect(prices(asks)).toEqual(prices(asks).toSorted((a, b) => a - b))
    expect((await get('/fapi/v1/depth?symbol=BTCUSDT')).body.bids).toHaveLength(500)
  })

  test('repeats the recorded bytes of ratios and contracts', async () => {
    const { exchange, get } = await oneMinuteIn()
    await using _ = exchange
    const recorded = (channel: string) =>
      market()
        .filter(({ stream }) => stream.channel === channel && stream.symbol !== 'ETHUSDT')
        .map(({ payload }) => new TextDecoder().decode(payload))
    const path = '/futures/data/topLongShortAccountRatio?symbol=BTCUSDT&period=5m&limit=1'
    expect(recorded('topLongShortAccountRatio')).toContain((await get(path)).text)
    expect(recorded('exchangeInfo')).toContain((await get('/fapi/v1/exchangeInfo')).text)
  })

  test('comes before the first subscription too, while time stands still', async () => {
    await using exchange = await exchangeOver(market(), { clock: new ManualClock() })
    const get = client(exchange.port)
    expect((await get('/fapi/v1/time')).body).toEqual({ serverTime: START_MS })
    expect((await get('/fapi/v1/depth?symbol=BTCUSDT&limit=1000')).body.bids).toHaveLength(1_000)
    expect((await get('/fapi/v1/exchangeInfo')).body.symbols).toHaveLength(2)
    expect(exchange.status().state).toBe('waiting')
  })

  test('describes contracts from their books where no description was recorded', async () => {
    const clock = new ManualClock()
    const book = { lastUpdateId: 7, bids: [['0.1234', '5']], asks: [['0.1235', '17']] }
    const entries = [entry('depthSnapshot', 0, book, { symbol: 'DOGEUSDT', status: 200 })]
    const diff = { e: 'depthUpdate', U: 8, u: 8, pu: 7, b: [], a: [] }
    entries.push(entry('depth', 10, diff, { symbol: 'DOGEUSDT' }))
    await using exchange = await exchangeOver(entries, { clock })
    await TestClient.connect(exchange.port, '/public/ws/dogeusdt@depth')
    await clock.advance(1_000)
    const { symbols } = (await client(exchange.port)('/fapi/v1/exchangeInfo')).body
    expect(symbols).toMatchObject([
      { symbol: 'DOGEUSDT', baseAsset: 'DOGE', pricePrecision: 4, quantityPrecision: 0 },
    ])
  })

  test('waits for a book that is about to be joined, and then is whole', async () => {
    const clock = new ManualClock()
    await using exchange = await exchangeOver(market(), { clock })
    await TestClient.connect(exchange.port, '/public/ws/btcusdt@depth')
    await clock.advance(200)
    let isAnswered = false
    const reply = client(exchange.port)('/fapi/v1/depth?symbol=BTCUSDT&limit=1000').then((got) => {
      isAnswered = true
      return got
    })
    while (!isAnswered) await clock.advance(50)
    expect((await reply).body.bids).toHaveLength(1_000)
  })
})

describe('a refusal', () => {
  test('has the venue’s body and status', async () => {
    const { exchange, get } = await oneMinuteIn()
    await using _ = exchange
    expect(await get('/fapi/v1/depth?symbol=NOPEUSDT')).toMatchObject({
      status: 400,
      text: '{"code":-1121,"msg":"Invalid symbol."}',
    })
    expect(await get('/fapi/v1/depth')).toMatchObject({ status: 400, body: { code: -1102 } })
    expect(await get('/fapi/v1/depth?symbol=BTCUSDT&limit=7')).toMatchObject({
      status: 400,
      body: { code: -4021 },
    })
    const minutely = '/futures/data/topLongShortAccountRatio?symbol=BTCUSDT&period=1m'
    expect(await get(minutely)).toMatchObject({ status: 400, body: { code: -1130 } })
    for (const path of ['/fapi/v1/account', '/api/v3/depth', '/', '//', '/%zz']) {
      expect(await get(path)).toMatchObject({ status: 404, body: { code: -5000 } })
    }
    expect((await get('/fapi/v1/time', 'POST')).status).toBe(404)
  })

  test('comes when the weight of a minute is used up, until the next minute', async () => {
    const { clock, exchange, get } = await oneMinuteIn()
    await using _ = exchange
    const before = (await get('/fapi/v1/ping')).weight
    const depth = '/fapi/v1/depth?symbol=BTCUSDT&limit=1000'
    expect((await get(depth)).weight).toBe(before + 20)
    expect((await get('/fapi/v1/openInterest?symbol=BTCUSDT')).weight).toBe(before + 21)
    const ratio = '/futures/data/globalLongShortAccountRatio?symbol=BTCUSDT&period=5m'
    expect((await get(ratio)).weight).toBe(before + 21)
    let last = await get(depth)
    for (let count = 0; last.status === 200 && count < 200; count += 1) last = await get(depth)
    expect(last).toMatchObject({ status: 429, body: { code: -1003 }, retryAfter: '60' })
    expect(last.weight).toBeGreaterThan(2_400)
    await clock.jump(60_000)
    expect(await get(depth)).toMatchObject({ status: 200, weight: 20 })
  })
})
