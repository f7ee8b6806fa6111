// Goal: whatever is asked, the answer is one of those that are documented. Method: a served recording
// is asked well and badly.
import { get } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startServer } from '../../src/api/listen.ts'
import { buildServer, ENDPOINTS } from '../../src/api/server.ts'
import { RecorderError } from '../../src/base/errors.ts'
import type { StateSource } from '../../src/projections/state-source.ts'
import { StateKeeper } from '../../src/replay/state-keeper.ts'
import {
  failures,
  type MarketFolder,
  recordMarket,
  type Served,
  serveMarket,
  serverOf,
} from './recorded-market.ts'

let market: MarketFolder
let served: Served
beforeAll(async () => {
  market = await recordMarket()
  served = await serveMarket(market)
})
afterAll(async () => {
  await served.close()
  await market[Symbol.asyncDispose]()
  expect(failures).toEqual([])
})

const ask = (url: string) => served.app.inject(url)

/** A source in which one thing is otherwise. */
const changed = (change: Partial<StateSource>): StateSource => ({
  status: () => served.keeper.status(),
  current: () => served.keeper.current(),
  nowMs: () => served.keeper.nowMs(),
  locate: (moment) => served.keeper.locate(moment),
  extent: () => served.keeper.extent(),
  withState: (seq, use) => served.keeper.withState(seq, use),
  waitingCount: () => 0,
  subscribe: (on) => served.keeper.subscribe(on),
  ...change,
})

describe('health', () => {
  test('is 200 once the state stands, and 503 with the reason before; status is always 200', async () => {
    expect((await ask('/v1/health')).statusCode).toBe(200)
    const keeper = new StateKeeper('replay', 'demo')
    keeper.setProgress('replaying', 50)
    const own = serverOf(keeper)
    const reply = await own.inject('/v1/health')
    expect(reply.statusCode).toBe(503)
    expect(reply.json()).toMatchObject({ ok: false, ready: false, reason: 'replaying' })
    const status = await own.inject('/v1/status')
    expect(status.statusCode).toBe(200)
    expect(status.json()).toMatchObject({ ready: false, totalEntryCount: 50, recording: 'demo' })
  })

  test('a gap in a finished recording is told and no failure', async () => {
    const reply = await ask('/v1/health')
    expect(reply.json()).toMatchObject({ ok: true, gapCount: expect.any(Number), stalenessMs: 0 })
    expect(reply.json<{ gapCount: number }>().gapCount).toBeGreaterThan(0)
  })

  test('live, silence is judged by the wall clock: quiet, stale and dead are told apart', async () => {
    const state = { ...served.keeper.current(), mode: 'live' as const }
    const after = (ms: number) =>
      serverOf(changed({ current: () => state, nowMs: () => state.recvMs + ms }))
    interface Body {
      readonly ok: boolean
      readonly reason: string
      readonly streams: readonly { readonly channel: string; readonly state: string }[]
    }
    const statesAfter = async (ms: number) => {
      const reply = await after(ms).inject('/v1/health')
      const { ok, reason, streams } = reply.json<Body>()
      const of = (channel: string) => streams.find((one) => one.channel === channel)?.state
      return { code: reply.statusCode, ok, reason, depth: of('depth'), order: of('forceOrder') }
    }
    expect(await statesAfter(0)).toMatchObject({ code: 200, ok: true, depth: 'fresh' })
    expect(await statesAfter(8_000)).toMatchObject({ depth: 'quiet' })
    expect(await statesAfter(20_000)).toMatchObject({ code: 503, ok: false, depth: 'stale' })
    const dead = await statesAfter(90_000)
    expect(dead).toMatchObject({ code: 503, depth: 'dead', order: 'stale' })
    expect(dead.reason).toMatch(/nothing has been recorded for \d+ s/)
  })
})

describe('symbols', () => {
  test.each(['eth', 'ETH', 'EthUsdt', ' ETHUSDT '])('%j is ETHUSDT', async (symbol) => {
    const reply = await served.app.inject({ url: '/v1/book', query: { symbol } })
    expect(reply.json()).toHaveProperty('symbol', 'ETH')
  })

  test('without one it is BTC; of one that is given twice the last counts', async () => {
    expect((await ask('/v1/book')).json()).toHaveProperty('symbol', 'BTC')
    const twice = await ask('/v1/book?symbol=BTC&symbol=ETH')
    expect(twice.json()).toHaveProperty('symbol', 'ETH')
  })

  test('an unknown one is 404 everywhere, and names those there are', async () => {
    const reply = await ask('/v1/bars?symbol=DOGE')
    expect(reply.statusCode).toBe(404)
    expect(reply.json()).toEqual({
      code: 'SYMBOL_UNKNOWN',
      message: 'There is no symbol DOGE; there are BTC, ETH',
      remedy: 'Ask for a symbol of the list, as BTC or BTCUSDT.',
      detail: "Invalid symbol 'DOGE'. Valid symbols: BTC, ETH",
    })
    for (const { path, isOfSymbol } of ENDPOINTS.filter((one) => one.isOfSymbol)) {
      expect(isOfSymbol && (await ask(`${path}?symbol=DOGE`)).statusCode).toBe(404)
      expect((await ask(`${path}?symbol=`)).statusCode).toBe(404)
    }
  })
})

describe('bad requests', () => {
  test.each([
    '/v1/bars?minutes=0',
    '/v1/bars?minutes=721',
    '/v1/bars?minutes=1.5',
    '/v1/bars?minutes=',
    '/v1/book?levels=-3',
    '/v1/book?levels=1e99',
    '/v1/liq_heatmap_history?minutes=abc',
    '/v2/liq_heatmap?min_notional=inf',
    '/v3/liq_zones?side=both',
    '/v3/liq_zones?min_weight=nan',
    '/v2/orderbook_heatmap_30s?step=0',
    '/v2/orderbook_heatmap_30s?price_min=1&step=1e-9',
    '/v2/orderbook_heatmap_30s?range_pct=2',
    '/v2/orderbook_heatmap_30s_history?step=-20',
    '/v2/orderbook_heatmap_30s_history?step=nan',
    '/v2/orderbook_heatmap_30s_history?step=1e-300',
    '/v2/orderbook_heatmap_30s_history?price_min=-1e300&price_max=1e300',
    '/v2/orderbook_heatmap_30s_history?price_min=2&price_max=1',
    '/v2/orderbook_heatmap_30s_history?format=bin&step=0.01',
    '/v1/liq_heatmap?compat=other',
    '/v1/liq_heatmap?at=yesterday',
    '/v1/liq_heatmap?at=',
    '/v1/stream?speed=0',
  ])('%s is 422, with the failure as every other', async (url) => {
    const reply = await ask(url)
    expect({ url, status: reply.statusCode }).toEqual({ url, status: 422 })
    expect(Object.keys(reply.json<object>())).toEqual(['code', 'message', 'remedy', 'detail'])
  })

  test('bounds beside all frames give rows of zeros, or none', async () => {
    for (const query of ['price_max=5', 'price_min=9e6&price_max=9000100', 'price_max=-3']) {
      for (const path of ['', '_history', '_history?format=bin']) {
        const url = `/v2/orderbook_heatmap_30s${path}`
        const reply = await ask(`${url}${url.includes('?') ? '&' : '?'}${query}`)
        expect({ url, query, status: reply.statusCode }).toEqual({ url, query, status: 200 })
      }
    }
  })

  test('of a parameter the detail is what the reference tells', async () => {
    const reply = await ask('/v2/liq_heatmap_history?minutes=50.5')
    expect(reply.json()).toMatchObject({
      code: 'PARAMETER_INVALID',
      detail: [
        {
          type: 'int_parsing',
          loc: ['query', 'minutes'],
          msg: 'Input should be a valid integer, unable to parse string as an integer',
          input: '50.5',
        },
      ],
    })
  })

  test('minutes and strides out of range are moved into it, as in the reference', async () => {
    const few = await ask('/v1/liq_heatmap_history?minutes=-3&stride=0')
    const five = await ask('/v1/liq_heatmap_history?minutes=5')
    expect(few.body).toBe(five.body)
  })

  test('an unknown path is 404, another method 405, a slash too many 307', async () => {
    const unknown = await ask('/v9/nothing?x=1')
    expect(unknown.statusCode).toBe(404)
    expect(unknown.json()).toMatchObject({ code: 'PATH_UNKNOWN', detail: 'Not Found' })
    const posted = await served.app.inject({ method: 'POST', url: '/v1/bars?minutes=1' })
    expect(posted.statusCode).toBe(405)
    expect(posted.headers).toHaveProperty('allow', 'GET, HEAD')
    expect(posted.json()).toMatchObject({ code: 'METHOD_UNKNOWN', detail: 'Method Not Allowed' })
    const slash = await ask('/v1/bars/?minutes=1')
    expect([slash.statusCode, slash.headers['location']]).toEqual([307, '/v1/bars?minutes=1'])
  })

  test('what is not there yet is 404 with the text of the reference', async () => {
    const [first] = [...served.keeper.current().symbols.values()]
    const state = served.keeper.current()
    const symbols = new Map([
      ['BTCUSDT', { ...first, documents: undefined, engines: undefined } as never],
    ])
    const own = serverOf(changed({ current: () => ({ ...state, seq: 0, symbols }) }))
    const reply = await own.inject('/v1/liq_heatmap')
    expect(reply.statusCode).toBe(404)
    expect(reply.json()).toMatchObject({
      code: 'NOT_THERE_YET',
      detail: 'No V1 snapshot available for BTC. Is the viewer running?',
    })
    expect((await own.inject('/v3/liq_zones')).statusCode).toBe(404)
    expect((await own.inject('/v2/orderbook_heatmap_30s')).statusCode).toBe(404)
    const history = await own.inject('/v2/orderbook_heatmap_30s_history?format=bin')
    expect(history.rawPayload.length).toBe(64)
  })

  test('what the world did wrong has its own status; a bug is 500, told to the log only', async () => {
    const failed = vi.fn()
    const broken = (error: Error) =>
      buildServer({
        source: changed({
          current: () => {
            throw error
          },
        }),
        monoMs: () => 0,
        failed,
      })
    const damaged = await broken(new RecorderError('JOURNAL_DAMAGED', 'block 7')).inject('/v1/bars')
    expect(damaged.statusCode).toBe(500)
    expect(damaged.json()).toMatchObject({ code: 'JOURNAL_DAMAGED', message: 'block 7' })
    expect(failed).not.toHaveBeenCalled()
    const bug = await broken(new Error('secret')).inject('/v1/book?levels=1')
    expect(bug.statusCode).toBe(500)
    expect(bug.body).not.toContain('secret')
    expect(failed).toHaveBeenCalledExactlyOnceWith(expect.any(Error), '/v1/book?levels=1')
  })

  test('too many that wait for the past are turned away, not queued without end', async () => {
    const own = serverOf(changed({ waitingCount: () => 1_000 }))
    const reply = await own.inject('/v1/bars?at=seq:1000')
    expect(reply.statusCode).toBe(429)
  })
})

describe('access', () => {
  test('with a token, all but the page want it, in a header or in the query', async () => {
    const own = serverOf(served.keeper, { token: 'secret' })
    expect((await own.inject('/v1/bars')).statusCode).toBe(401)
    expect((await own.inject('/v1/bars?token=wrong')).statusCode).toBe(401)
    expect((await own.inject('/v1/bars?token=secret')).statusCode).toBe(200)
    const headers = { authorization: 'Bearer secret' }
    expect((await own.inject({ url: '/v1/bars', headers })).statusCode).toBe(200)
    expect((await own.inject('/')).statusCode).toBe(200)
  })

  test('pages of other origins may ask only where that was allowed', async () => {
    const headers = { origin: 'https://example.org' }
    const closed = await served.app.inject({ url: '/v1/bars', headers })
    expect(closed.headers).not.toHaveProperty('access-control-allow-origin')
    const own = serverOf(served.keeper, { corsOrigins: ['https://example.org'] })
    const open = await own.inject({ url: '/v1/bars', headers })
    expect(open.headers).toHaveProperty('access-control-allow-origin', 'https://example.org')
  })

  test('one address that asks too often is turned away', async () => {
    const own = serverOf(served.keeper, { requestsPerMinuteMax: 3 })
    const codes: number[] = []
    for (let index = 0; index < 5; index += 1) {
      codes.push((await own.inject('/v1/bars?minutes=1')).statusCode)
    }
    expect(codes).toEqual([200, 200, 200, 429, 429])
  })
})

describe('the playhead', () => {
  interface Body {
    readonly playing: boolean
    readonly atMs: number
    readonly seq: number
    readonly fromMs: number
    readonly toMs: number
  }
  const act = async (query: string): Promise<Body> => {
    const reply = await served.app.inject({ method: 'POST', url: `/v1/replay?${query}` })
    expect(reply.statusCode).toBe(200)
    return reply.json<Body>()
  }

  test('seeks, steps, plays and pauses, and is a moment to ask for', async () => {
    const sought = await act('action=seek&to=2026-01-05T00:03:00Z')
    expect(sought.atMs).toBeGreaterThan(Date.UTC(2026, 0, 5, 0, 2, 55))
    const stepped = await act('action=step&by=-1')
    expect(stepped.atMs).toBe(sought.atMs - 60_000)
    expect(stepped.seq).toBeLessThan(sought.seq)
    const shown = await ask('/v1/bars?at=replay&minutes=1')
    expect(shown.body).toBe((await ask(`/v1/bars?at=seq:${stepped.seq}&minutes=1`)).body)
    await act('action=play&speed=100000')
    await vi.waitFor(async () => expect((await act('action=speed&speed=9')).atMs).toBe(sought.toMs))
    expect((await act('action=pause')).playing).toBe(false)
  })

  test.each(['', 'action=jump', 'action=seek', 'action=play&speed=-1'])(
    '%j is 422',
    async (query) => {
      const reply = await served.app.inject({ method: 'POST', url: `/v1/replay?${query}` })
      expect(reply.statusCode).toBe(422)
    },
  )
})

test('/metrics is text for Prometheus, each family described once', async () => {
  const { body, headers } = await ask('/metrics')
  expect(headers['content-type']).toMatch(/^text\/plain; version=0.0.4/)
  const helps = [...body.matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name)
  expect(new Set(helps).size).toBe(helps.length)
  expect(helps).toContain('moonreplay_staleness_seconds')
  for (const line of body.trim().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) .+|moonreplay_\w+(\{[^}]*\})? -?[\d.e+-]+)$/)
  }
})

test('the page and its modules have their types, and are sent again only when they changed', async () => {
  const page = await ask('/')
  expect(page.headers).toHaveProperty('content-type', 'text/html; charset=utf-8')
  const names = [...page.body.matchAll(/(?:src|href)="\.?\/?([a-z-]+\.(?:js|css|svg))"/g)]
  expect(names.length).toBeGreaterThan(1)
  for (const [, name] of names) expect((await ask(`/${name}`)).statusCode).toBe(200)
  const again = await served.app.inject({
    url: '/',
    headers: { 'if-none-match': page.headers.etag },
  })
  expect([again.statusCode, again.body]).toEqual([304, ''])
})

test('a path that cannot be decoded is 400 with the same body as every failure', async () => {
  const reply = await ask('/%zz')
  expect(reply.statusCode).toBe(400)
  expect(Object.keys(reply.json<object>())).toEqual(['code', 'message', 'remedy', 'detail'])
})

// Goal: no path leads to a file outside the page, and nothing answers with 5xx. Method: paths made
// of the pieces that lead out of folders, plain and encoded, sent as they are: the injector of
// fastify, like any URL parser, would resolve them first.
test('no path reaches a file that is not of the page', async () => {
  const server = await startServer({ app: serverOf(served.keeper), host: '127.0.0.1', port: 0 })
  const piece = fc.constantFrom('..', '%2e%2e', '/', '%2f', '\\', '%00', 'api', 'server.ts')
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), async (pieces) => {
      const { status, contentType } = await getRaw(server.port, `/${pieces.join('')}`)
      if (status === 200) expect(contentType).toBe('text/html; charset=utf-8')
      else expect([307, 400, 404]).toContain(status)
    }),
    { numRuns: 300 },
  )
  await server.close()
})

test('a port that is taken is named, and closing frees it', async () => {
  const listen = (port: number) =>
    startServer({ app: serverOf(served.keeper), host: '127.0.0.1', port })
  const first = await listen(0)
  await expect(listen(first.port)).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: `port ${first.port} on 127.0.0.1 is in use`,
  })
  await first.close()
  const third = await listen(first.port)
  await third.close()
})

function getRaw(
  port: number,
  path: string,
): Promise<{ readonly status: number; readonly contentType: string }> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path }, (reply) => {
      reply.resume()
      resolve({
        status: reply.statusCode ?? 0,
        contentType: reply.headers['content-type'] ?? '',
      })
    }).on('error', reject)
  })
}
