import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { RecorderError } from '../../src/base/errors.ts'
import { startPlayback } from '../../src/exchange/playback.ts'
import { entry, exchangeOver, ManualClock, recordingOf, START_MS, TestClient } from './kit.ts'

const trade = (id: number, atMs: number, symbol = 'BTCUSDT') =>
  entry(
    'aggTrade',
    atMs,
    { e: 'aggTrade', E: START_MS + atMs, a: id, s: symbol, p: '91000.10', q: '0.002', m: true },
    { symbol, stream: `${symbol.toLowerCase()}@aggTrade` },
  )
const depth = (u: number, atMs: number) =>
  entry(
    'depth',
    atMs,
    { e: 'depthUpdate', E: START_MS + atMs, s: 'BTCUSDT', U: u, u, pu: u - 1, b: [], a: [] },
    { stream: 'btcusdt@depth@100ms' },
  )
const order = (atMs: number, symbol: string, stream: string, price = '90000') =>
  entry(
    'forceOrder',
    atMs,
    { e: 'forceOrder', E: START_MS + atMs, o: { s: symbol, S: 'SELL', p: price } },
    { symbol, stream },
  )
const mark = (atMs: number) =>
  entry('markPrice', atMs, { e: 'markPriceUpdate', E: START_MS + atMs, s: 'BTCUSDT', p: '1' })

const idsOf = (messages: readonly string[]) =>
  messages.map((message) => Number(/"a":(\d+)/.exec(message)?.[1]))

describe('time', () => {
  test('stands still until the first subscription, then runs at the speed from its start', async () => {
    const clock = new ManualClock()
    const entries = [trade(1, 0), trade(2, 1_000), trade(3, 1_500), trade(4, 60_000)]
    await using exchange = await exchangeOver(entries, { clock, speed: 10 })
    await clock.advance(5_000)
    const client = await TestClient.connect(exchange.port, '/market/ws')
    expect(exchange.status()).toMatchObject({ state: 'waiting', virtualTimeMs: START_MS })
    await client.ask('SUBSCRIBE', ['btcusdt@aggTrade'])
    await clock.advance(99)
    await client.ask('LIST_SUBSCRIPTIONS')
    expect(idsOf(client.messages)).toEqual([1])
    await clock.advance(1)
    await client.ask('LIST_SUBSCRIPTIONS')
    expect(idsOf(client.messages)).toEqual([1, 2])
    await clock.advance(400)
    await client.ask('LIST_SUBSCRIPTIONS')
    expect(idsOf(client.messages)).toEqual([1, 2, 3])
    expect(exchange.status().virtualTimeMs).toBeCloseTo(START_MS + 5_000, 6)
  })

  test('does not drift: a late turn delivers all that is due, in order', async () => {
    const late = new LateClock(7)
    const entries = Array.from({ length: 1_000 }, (_, index) => trade(index + 1, index * 10))
    await using exchange = await exchangeOver(entries, { clock: late })
    const client = await TestClient.connect(exchange.port, '/market/ws/btcusdt@aggTrade')
    await late.advance(5_000)
    // Each turn comes 7 ms late; were that to add up, two fifths would be missing.
    await client.when(() => client.messages.length >= 499)
    const ids = idsOf(client.messages)
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => index + 1))
    expect(exchange.status().playedCount).toBeLessThanOrEqual(501)
  })

  test('passes through a recorded outage in silence', async () => {
    const clock = new ManualClock()
    const entries = [trade(1, 0), trade(2, 40_000)]
    await using exchange = await exchangeOver(entries, { clock })
    const client = await TestClient.connect(exchange.port, '/market/ws/btcusdt@aggTrade')
    await clock.advance(39_999)
    await client.ask('LIST_SUBSCRIPTIONS')
    expect(idsOf(client.messages)).toEqual([1])
    await clock.advance(1)
    await client.when(() => client.messages.length === 2)
  })

  test('stops at the end, where sockets stay open and REST answers with the last state', async () => {
    const clock = new ManualClock()
    const interest = entry(
      'openInterest',
      500,
      '{"symbol":"BTCUSDT","openInterest":"7.5","time":1}',
      { status: 200 },
    )
    await using exchange = await exchangeOver([trade(1, 0), interest, trade(2, 2_000)], { clock })
    const client = await TestClient.connect(exchange.port, '/market/ws/btcusdt@aggTrade')
    await clock.advance(60_000)
    await exchange.finished
    expect(exchange.status()).toMatchObject({ state: 'ended', virtualTimeMs: START_MS + 2_000 })
    await client.ask('LIST_SUBSCRIPTIONS')
    expect(client.socket.readyState).toBe(WebSocket.OPEN)
    const base = `http://127.0.0.1:${exchange.port}`
    expect(await (await fetch(`${base}/fapi/v1/time`)).json()).toEqual({
      serverTime: START_MS + 2_000,
    })
    const reply = await fetch(`${base}/fapi/v1/openInterest?symbol=BTCUSDT`)
    expect(await reply.text()).toBe('{"symbol":"BTCUSDT","openInterest":"7.5","time":1}')
  })

  test('starts over with --loop, and says everything again', async () => {
    const clock = new ManualClock()
    await using exchange = await exchangeOver([trade(1, 0), trade(2, 1_000)], { clock, loop: true })
    const client = await TestClient.connect(exchange.port, '/market/ws/btcusdt@aggTrade')
    await clock.advance(3_000)
    await client.when(() => client.messages.length >= 6)
    expect(idsOf(client.messages).slice(0, 6)).toEqual([1, 2, 1, 2, 1, 2])
  })
})

describe('streams', () => {
  const everything = [
    depth(1, 10),
    trade(1, 20),
    order(30, 'BTCUSDT', '!forceOrder@arr'),
    order(35, 'BTCDOMUSDT', '!forceOrder@arr'),
    mark(40),
  ]
  const all = [
    'btcusdt@depth',
    'btcusdt@aggTrade',
    'btcusdt@forceOrder',
    '!forceOrder@arr',
    'btcusdt@markPrice@1s',
    '!markPrice@arr',
  ]
  const kindsOf = (client: TestClient) =>
    client.messages.map((message) => /"e":"(\w+)"/.exec(message)?.[1])

  const play = async (path: string, strictRoutes = false) => {
    const clock = new ManualClock()
    await using exchange = await exchangeOver(everything, { clock, strictRoutes })
    const client = await TestClient.connect(exchange.port, path)
    expect(await client.ask('SUBSCRIBE', all)).toEqual({ result: null, id: 1 })
    await clock.advance(1_000)
    await client.ask('LIST_SUBSCRIPTIONS')
    return kindsOf(client)
  }
  const PUBLIC = ['depthUpdate']
  const MARKET = [
    'aggTrade',
    'forceOrder',
    'forceOrder',
    'forceOrder',
    'markPriceUpdate',
    'markPriceUpdate',
  ]

  test('on /public deliver their own kinds and acknowledge the others in silence', async () => {
    expect(await play('/public/ws')).toEqual(PUBLIC)
  })

  test('on /market deliver their own kinds and acknowledge the others in silence', async () => {
    expect(await play('/market/stream')).toEqual(MARKET)
  })

  test('on /private say nothing, for a recording has no accounts', async () => {
    expect(await play('/private/ws')).toEqual([])
  })

  test('on the unrouted address deliver every kind', async () => {
    expect(await play('/ws')).toEqual([...PUBLIC, ...MARKET])
    expect(await play('/stream')).toEqual([...PUBLIC, ...MARKET])
  })

  test('on the unrouted address under --strict-routes deliver the public kinds only', async () => {
    expect(await play('/ws', true)).toEqual(PUBLIC)
  })

  test('keep the bytes of a payload, bare on a raw socket and wrapped on a combined one', async () => {
    const clock = new ManualClock()
    const odd = '{"e":"aggTrade", "a":1,"x":"\\u00e9 1.50"}'
    const entries = [
      entry('aggTrade', 0, odd, { stream: 'btcusdt@aggTrade' }),
      entry('aggTrade', 1, odd.replace(':1,', ':2,')),
    ]
    await using exchange = await exchangeOver(entries, { clock })
    const raw = await TestClient.connect(exchange.port, '/market/ws/btcusdt@aggTrade')
    await clock.advance(0)
    const combined = await TestClient.connect(
      exchange.port,
      '/market/stream?streams=btcusdt@aggTrade/ethusdt@aggTrade',
    )
    await clock.advance(10)
    await raw.when(() => raw.messages.length === 2)
    await combined.when(() => combined.messages.length === 1)
    expect(raw.messages).toEqual([odd, odd.replace(':1,', ':2,')])
    expect(combined.messages).toEqual([
      `{"stream":"btcusdt@aggTrade","data":${odd.replace(':1,', ':2,')}}`,
    ])
  })

  test('serve each name of a speed from the one that was recorded', async () => {
    const clock = new ManualClock()
    await using exchange = await exchangeOver([depth(1, 0), depth(2, 100)], { clock })
    const names = ['depth', 'depth@0ms', 'depth@100ms', 'depth@500ms']
    const streams = names.map((name) => `btcusdt@${name}`)
    const client = await TestClient.connect(
      exchange.port,
      `/public/stream?streams=${streams.join('/')}`,
    )
    await clock.advance(1_000)
    await client.when(() => client.messages.length === 8)
    expect(client.messages.slice(4).map((message) => JSON.parse(message).stream)).toEqual(streams)
  })

  test('give a contract its own liquidations, and the stream of all those of everybody', async () => {
    const clock = new ManualClock()
    await using exchange = await exchangeOver(everything, { clock })
    const own = await TestClient.connect(exchange.port, '/market/ws/btcusdt@forceOrder')
    const every = await TestClient.connect(exchange.port, '/market/ws/!forceOrder@arr')
    await clock.advance(1_000)
    await every.when(() => every.messages.length === 2)
    await own.ask('LIST_SUBSCRIPTIONS')
    expect(own.messages).toHaveLength(1)
  })

  test('say once what the recording holds twice', async () => {
    const clock = new ManualClock()
    const entries = [
      depth(1, 0),
      order(1, 'BTCUSDT', 'btcusdt@forceOrder'),
      depth(2, 2),
      depth(1, 3),
      order(4, 'BTCUSDT', '!forceOrder@arr'),
      depth(2, 5),
      order(6, 'BTCUSDT', '!forceOrder@arr', '90001'),
    ]
    await using exchange = await exchangeOver(entries, { clock })
    const client = await TestClient.connect(
      exchange.port,
      '/ws/btcusdt@depth@100ms/!forceOrder@arr',
    )
    await clock.advance(1_000)
    await client.ask('LIST_SUBSCRIPTIONS')
    expect(kindsOf(client)).toEqual(['depthUpdate', 'forceOrder', 'depthUpdate', 'forceOrder'])
  })

  test('come and go with SUBSCRIBE and UNSUBSCRIBE', async () => {
    const clock = new ManualClock()
    const entries = [trade(1, 0), trade(2, 100), trade(3, 200), trade(4, 300, 'ETHUSDT')]
    await using exchange = await exchangeOver(entries, { clock })
    const client = await TestClient.connect(exchange.port, '/market/ws/btcusdt@aggTrade')
    await client.ask('SUBSCRIBE', ['ethusdt@aggTrade'])
    expect(await client.ask('LIST_SUBSCRIPTIONS')).toEqual({
      result: ['btcusdt@aggTrade', 'ethusdt@aggTrade'],
      id: 2,
    })
    await clock.advance(150)
    expect(await client.ask('UNSUBSCRIBE', ['btcusdt@aggTrade'])).toEqual({ result: null, id: 3 })
    await clock.advance(1_000)
    await client.when(() => client.messages.length === 3)
    expect(idsOf(client.messages)).toEqual([1, 2, 4])
  })

  test('are refused with the venue’s error when the request is none', async () => {
    const clock = new ManualClock()
    await using exchange = await exchangeOver([trade(1, 0)], { clock })
    const client = await TestClient.connect(exchange.port, '/market/ws')
    expect(await client.ask('DANCE')).toMatchObject({ error: { code: 2 }, id: 1 })
    expect(await client.ask('SUBSCRIBE', 'btcusdt@aggTrade')).toMatchObject({ error: { code: 2 } })
    expect(await client.ask('SET_PROPERTY', ['combined', 1])).toMatchObject({ error: { code: 1 } })
    const tooMany = Array.from({ length: 1_025 }, (_, index) => `x${index}@aggTrade`)
    expect(await client.ask('SUBSCRIBE', tooMany)).toMatchObject({ error: { code: 2 } })
    client.socket.send('{nonsense')
    await client.when(() => client.frames.at(-1)?.includes('Invalid JSON') === true)
    expect(exchange.status().state).toBe('waiting')
  })
})

describe('a connection', () => {
  test('is cut after too many messages in a second', async () => {
    const clock = new ManualClock()
    await using exchange = await exchangeOver([trade(1, 0)], { clock })
    const client = await TestClient.connect(exchange.port, '/market/ws')
    const closed = once(client.socket, 'close')
    for (let index = 0; index < 40; index += 1) client.socket.send('{"method":"GET_PROPERTY"}')
    expect((await closed)[0]).toBe(1008)
  })

  test('is pinged each three minutes, and cut when no pong comes', async () => {
    const clock = new ManualClock()
    await using exchange = await exchangeOver([trade(1, 0)], { clock })
    const client = await TestClient.connect(exchange.port, '/market/ws')
    const pinged = once(client.socket, 'ping')
    await clock.advance(180_000)
    await pinged
    client.socket.pong = () => undefined
    const closed = once(client.socket, 'close')
    for (let minute = 0; minute < 30; minute += 1) await clock.advance(60_000)
    await closed
  })

  test('that reads too slowly is dropped, and the others go on', async () => {
    const clock = new ManualClock()
    const large = 'x'.repeat(1 << 20)
    const entries = Array.from({ length: 64 }, (_, index) =>
      entry('aggTrade', index, { e: 'aggTrade', a: index, filler: large }),
    )
    await using exchange = await exchangeOver(entries, { clock })
    const slow = await TestClient.connect(exchange.port, '/market/ws/btcusdt@aggTrade')
    slow.socket.pause()
    const fast = await TestClient.connect(exchange.port, '/market/ws/btcusdt@aggTrade')
    for (let step = 1; step <= 64; step += 1) {
      await clock.advance(1)
      await fast.when(() => fast.messages.length >= step - 1)
    }
    expect(exchange.status().clientCount).toBe(1)
    expect(fast.socket.readyState).toBe(WebSocket.OPEN)
  }, 30_000)

  test('can be cut with all others', async () => {
    const clock = new ManualClock()
    await using exchange = await exchangeOver([trade(1, 0), trade(2, 100)], { clock })
    const path = '/market/ws/btcusdt@aggTrade'
    const first = await TestClient.connect(exchange.port, path)
    const second = await TestClient.connect(exchange.port, path)
    exchange.disconnectAll()
    await Promise.all([once(first.socket, 'close'), once(second.socket, 'close')])
    const third = await TestClient.connect(exchange.port, path)
    await clock.advance(1_000)
    await third.when(() => third.messages.length === 1)
    expect(idsOf(third.messages)).toEqual([2])
  })

  test('to an address that the venue does not have is refused', async () => {
    const clock = new ManualClock()
    await using exchange = await exchangeOver([trade(1, 0)], { clock })
    for (const path of ['/private2/ws', '/spot/stream', '/', '/market']) {
      const socket = new WebSocket(`ws://127.0.0.1:${exchange.port}${path}`)
      const [error] = (await once(socket, 'error')) as [Error]
      expect(error.message).toContain('404')
    }
  })
})

describe('starting', () => {
  const options = (port: number, reader: Awaited<ReturnType<typeof recordingOf>>) => ({
    reader,
    port,
    host: '127.0.0.1',
    speed: 1,
    loop: false,
    strictRoutes: false,
    clock: new ManualClock(),
  })

  test('on a port in use is refused with its number', async () => {
    await using exchange = await exchangeOver([trade(1, 0)], { clock: new ManualClock() })
    const again = startPlayback(options(exchange.port, await recordingOf([trade(1, 0)])))
    await expect(again).rejects.toThrow(RecorderError)
    await expect(again).rejects.toThrow(`port ${exchange.port} of 127.0.0.1 is in use`)
  })

  test('over an empty recording is refused', async () => {
    await expect(startPlayback(options(0, await recordingOf([])))).rejects.toMatchObject({
      code: 'RANGE_EMPTY',
    })
  })

  test('says when the journal cannot be read on', async () => {
    const reader = await recordingOf([trade(1, 0)])
    const damage = new RecorderError('JOURNAL_DAMAGED', 'sequences 1 to 9')
    const damaged = {
      nextSeq: 9,
      close: () => Promise.resolve(),
      async *blocks() {
        yield* reader.blocks()
        throw damage
      },
    }
    const playback = await startPlayback({ ...options(0, reader), reader: damaged })
    const client = await TestClient.connect(playback.port, '/market/ws/btcusdt@aggTrade')
    await expect(playback.finished).rejects.toBe(damage)
    expect(client.socket.readyState).toBe(WebSocket.OPEN)
    await playback.close()
  })
})

/** Calls every timer late by a fixed time, as a busy machine does. */
class LateClock extends ManualClock {
  readonly #lateMs: number

  constructor(lateMs: number) {
    super()
    this.#lateMs = lateMs
  }

  override setTimer(waitMs: number, task: () => void): () => void {
    return super.setTimer(waitMs + this.#lateMs, task)
  }
}
