// Goal: what is pushed reaches a client once and in order, over cuts and restarts, from the past into
// the present; one that does not read is cut. Method: real connections to a served recording and to a
// live capture.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/api/listen.ts'
import { buildServer } from '../../src/api/server.ts'
import { createPast, pastOf } from '../../src/projections/past.ts'
import type { StateSource } from '../../src/projections/state-source.ts'
import { atEnd, type Received, receive } from './push-client.ts'
import {
  failures,
  type MarketFolder,
  recordMarket,
  type Served,
  serveMarket,
} from './recorded-market.ts'

const listen = (source: StateSource, unreadMsMax?: number): Promise<RunningServer> =>
  startServer({
    host: '127.0.0.1',
    port: 0,
    app: buildServer({
      source,
      monoMs: () => performance.now(),
      failed: (error) => failures.push(String(error)),
      unreadMsMax,
    }),
  })

let market: MarketFolder
let served: Served
let live: Received | undefined
beforeAll(async () => {
  let server: RunningServer | undefined
  let receiving: Promise<Received> | undefined
  market = await recordMarket(async (_app, keeper, batch) => {
    if (batch === 20) {
      server = await listen(keeper)
      const url = `${server.url}/v1/stream?from=seq:0&symbol=BTC`
      let sinceBoundary = 0
      receiving = receive(url, ({ boundaries }) => {
        if (boundaries.length > 0) sinceBoundary += 1
        return sinceBoundary > 3
      })
    }
    // The client reads while the market goes on.
    if (batch >= 20) await new Promise((resolve) => setTimeout(resolve, 5))
  })
  live = await receiving
  await server?.close()
  served = await serveMarket(market)
})
afterAll(async () => {
  await served.close()
  await market[Symbol.asyncDispose]()
  expect(failures).toEqual([])
})

describe('the push stream', () => {
  test('gives the whole past in order, each entry once, and says where it ends', async () => {
    const server = await listen(served.keeper)
    const { messages, boundaries } = await receive(`${server.url}/v1/stream?from=seq:0`, atEnd)
    const seqs = messages.map(({ seq }) => seq)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
    expect(messages.map(({ id }) => id)).toEqual(seqs)
    const types = new Set(messages.flatMap(({ events }) => events.map(({ type }) => type)))
    expect(types).toEqual(new Set(['minute', 'liquidation', 'frame', 'zone', 'gap']))
    expect(boundaries).toEqual([{ seq: served.keeper.current().seq, kind: 'end' }])
    await server.close()
  })

  test('a server that is killed in the middle: the next one goes on where it was cut', async () => {
    const first = await listen(served.keeper)
    const whole = await receive(`${first.url}/v1/stream?from=seq:0`, atEnd)
    const cutAt = Math.floor(whole.messages.length / 2)
    const before = await receive(
      `${first.url}/v1/stream?from=seq:0`,
      ({ messages }) => messages.length >= cutAt,
    )
    await first.close()
    // A process that knows nothing of the first.
    const again = await serveMarket(market)
    const second = await listen(again.keeper)
    const lastId = before.messages.at(-1)?.id
    const after = await receive(`${second.url}/v1/stream`, atEnd, lastId)
    expect([...before.messages, ...after.messages]).toEqual(whole.messages)
    await second.close()
    await again.close()
  })

  test('slides from the past into the present of a capture, which the boundary tells', async () => {
    const { messages = [], boundaries = [] } = live ?? {}
    const [boundary] = boundaries
    expect(boundary?.kind).toBe('live')
    const server = await listen(served.keeper)
    const replayed = await receive(`${server.url}/v1/stream?from=seq:0&symbol=btc`, atEnd)
    // What the replay tells of these entries is what the capture told, but for digests, which a
    // capture may know a moment later.
    expect(messages.length).toBeGreaterThan(5)
    expect(replayed.messages.slice(0, messages.length)).toEqual(messages)
    await server.close()
  })

  test('of a symbol, only its own events and those of all', async () => {
    const server = await listen(served.keeper)
    const { messages } = await receive(`${server.url}/v1/stream?from=seq:0&symbol=eth`, atEnd)
    const symbols = messages.flatMap(({ events }) => events.map((event) => event['symbol']))
    expect(new Set(symbols)).toEqual(new Set(['ETH', '']))
    await server.close()
  })

  test('speed paces what is past', async () => {
    const server = await listen(served.keeper)
    const startMs = performance.now()
    const isFull = ({ messages }: Received) =>
      (messages.at(-1)?.recvTimeMs ?? 0) - (messages[0]?.recvTimeMs ?? 0) > 60_000
    await receive(`${server.url}/v1/stream?from=seq:0&speed=200`, isFull)
    expect(performance.now() - startMs).toBeGreaterThan(280)
    await server.close()
  })

  test.each([
    ['from=2020-01-01', 404],
    ['symbol=DOGE', 404],
    ['from=never', 422],
  ])('%s is %d', async (query, status) => {
    const reply = await served.app.inject(`/v1/stream?${query}`)
    expect(reply.statusCode).toBe(status)
  })

  test('a reader that does not read is cut, and what waits for it is bounded', async () => {
    const past = createPast()
    const { liquidations } = pastOf(past, 'BTCUSDT')
    const order = { timeMs: 0, side: 'long', priceUsd: 1, sizeBase: 1, recvTimeMs: 0 } as const
    for (let seq = 0; seq < 150_000; seq += 1) liquidations.add({ ...order, seq })
    const state = { ...served.keeper.current(), past, seq: 150_000 }
    const server = await listen(
      {
        status: () => served.keeper.status(),
        current: () => state,
        nowMs: () => 0,
        locate: () => Promise.resolve({ seq: 0 }),
        extent: () => served.keeper.extent(),
        withState: (seq, use) => served.keeper.withState(seq, use),
        waitingCount: () => 0,
        subscribe: () => () => undefined,
      },
      200,
    )
    const socket = connect(server.port, '127.0.0.1')
    socket.write('GET /v1/stream?from=seq:0 HTTP/1.1\r\nHost: x\r\n\r\n')
    socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    let byteCount = 0
    socket.on('data', (bytes) => {
      byteCount += bytes.length
    })
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => undefined)
    socket.resume()
    await closed
    // All of it would be 20 MB and more.
    expect(byteCount).toBeLessThan(12_000_000)
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toContain('moonreplay_push_streams 0')
    await server.close()
  })
})
