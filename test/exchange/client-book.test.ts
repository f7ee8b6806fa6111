import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Playback } from '../../src/exchange/playback.ts'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { exchangeOver, ManualClock, START_MS, TestClient } from './kit.ts'
import { StockBook } from './stock-book.ts'

const SEED_WITH_LOSSES = 11
const MINUTES = 30

/**
 * Goal: whoever keeps a book by the venue's own rules from this exchange always joins and never
 * crosses, through losses of diffs and through cut connections.
 * Method: a book written apart from ours, fed by a real socket and by REST, on a clock moved by
 * hand; each time it has no book it asks for a snapshot, as stock clients do.
 */
test('a client’s book joins, follows and never crosses, whatever is lost or cut', async () => {
  const market = [
    ...simulateMarket({
      seed: SEED_WITH_LOSSES,
      symbols: ['BTCUSDT'],
      startTimeMs: START_MS,
      minutes: MINUTES,
    }),
  ].flat()
  const clock = new ManualClock()
  await using exchange = await exchangeOver(market, { clock, speed: 60 })
  const book = new StockBook()
  let connection = await follow(exchange, book)
  const joinsAfterCuts: number[] = []
  // Half a second of market a turn, cut each two minutes.
  for (let turn = 1; turn <= MINUTES * 120; turn += 1) {
    await clock.advance(500 / 60)
    await connection.ask('LIST_SUBSCRIPTIONS')
    if (book.wantsSnapshot) {
      book.take('depthSnapshot', await snapshot(exchange, clock))
    }
    if (turn % 240 > 0) continue
    exchange.disconnectAll()
    joinsAfterCuts.push(book.joinCount)
    await clock.advance(2_000 / 60)
    connection = await follow(exchange, book)
  }
  expect(book.crossedCount).toBe(0)
  expect(book.tickerMismatches).toBe(0)
  expect(book.tickersCompared).toBeGreaterThan(1_000)
  // Every cut and every loss is a break that was joined again.
  expect(book.breakCount).toBeGreaterThan(joinsAfterCuts.length)
  expect(book.joinCount).toBe(book.breakCount + 1)
  expect(joinsAfterCuts).toEqual([...new Set(joinsAfterCuts)])
}, 60_000)

async function follow(exchange: Playback, book: StockBook): Promise<TestClient> {
  const client = await TestClient.connect(exchange.port, '/public/ws')
  client.socket.on('message', (data) => {
    const body = JSON.parse(String(data))
    if (body.e === 'depthUpdate') book.take('depth', body)
    else if (body.e === 'bookTicker') book.take('bookTicker', body)
  })
  await client.ask('SUBSCRIBE', ['btcusdt@depth@100ms', 'btcusdt@bookTicker'])
  return client
}

/** A reply may be held until the exchange has joined its own book, and that takes time to pass. */
async function snapshot(exchange: Playback, clock: ManualClock) {
  let body: unknown
  const request = fetch(`http://127.0.0.1:${exchange.port}/fapi/v1/depth?symbol=BTCUSDT&limit=1000`)
    .then((reply) => reply.json())
    .then((json) => {
      body = json
    })
  for (let turn = 0; body === undefined; turn += 1) {
    await setImmediate()
    if (turn % 50 === 49) await clock.advance(1)
  }
  await request
  return body
}
