import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Playback } from '../../src/exchange/playback.ts'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { exchangeOver, ManualClock, START_MS, TestClient } from './kit.ts'
import { StockBook } from './stock-book.ts'

const SEED_WITH_LOSSES = 17
const MINUTES = 20

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
  await using exchange = await exchangeOver(market, { clock })
  const book = new StockBook()
  let connection = await follow(exchange, book)
  const joinsAfterCuts: number[] = []
  // Half a second of market a turn, cut each two minutes.
  for (let turn = 1; turn <= MINUTES * 120; turn += 1) {
    await clock.jump(500)
    await connection.caughtUp()
    if (book.wantsSnapshot) book.take('depthSnapshot', await snapshot(exchange, clock))
    if (turn % 240 !== 120) continue
    exchange.disconnectAll()
    joinsAfterCuts.push(book.joinCount)
    await clock.jump(2_000)
    connection = await follow(exchange, book)
  }
  expect(book.crossedCount).toBe(0)
  expect(book.tickerMismatches).toBe(0)
  expect(book.tickersCompared).toBeGreaterThan(1_000)
  // Every cut and every loss is a break that was joined again.
  const losses = lossesIn(market)
  expect(losses).toBeGreaterThan(1)
  expect(book.breakCount).toBe(joinsAfterCuts.length + losses)
  expect(book.joinCount).toBe(book.breakCount + 1)
  expect(joinsAfterCuts).toEqual([...new Set(joinsAfterCuts)])
}, 60_000)

/** Depth diffs that do not continue the one before. */
function lossesIn(market: readonly EntryDraft[]): number {
  let lossCount = 0
  let lastUpdateId = 0
  for (const { stream, payload } of market) {
    if (stream.channel !== 'depth') continue
    const { u, pu } = JSON.parse(new TextDecoder().decode(payload)).data
    if (lastUpdateId > 0 && pu !== lastUpdateId) lossCount += 1
    lastUpdateId = u
  }
  return lossCount
}

async function follow(exchange: Playback, book: StockBook) {
  const client = await TestClient.connect(exchange.port, '/public/ws')
  const sentBefore = exchange.status().sentCount
  let receivedCount = 0
  client.socket.on('message', (data) => {
    const body = JSON.parse(String(data))
    if (body.e === undefined) return
    receivedCount += 1
    book.take(body.e === 'depthUpdate' ? 'depth' : 'bookTicker', body)
  })
  await client.ask('SUBSCRIBE', ['btcusdt@depth@100ms', 'btcusdt@bookTicker'])
  const caughtUp = async () => {
    while (receivedCount < exchange.status().sentCount - sentBefore) await setImmediate()
  }
  return { caughtUp }
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
