import { get } from 'node:http'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { startServer } from '../../src/api/listen.ts'
import { buildServer } from '../../src/api/server.ts'
import { RecorderError } from '../../src/base/errors.ts'
import type { StateViews } from '../../src/projections/views.ts'
import { madeViews } from './made-views.ts'

const failed = vi.fn()
const serverOf = (views: StateViews) => buildServer({ views, failed })
const app = serverOf(madeViews())

test('health is 200 when ready, and 503 with the reason before', async () => {
  const views = madeViews()
  const own = serverOf(views)
  expect((await own.inject('/v1/health')).statusCode).toBe(200)
  views.set({ ready: false, reason: 'replaying', doneEntryCount: 5, totalEntryCount: 50 })
  const reply = await own.inject('/v1/health')
  expect(reply.statusCode).toBe(503)
  expect(reply.json()).toEqual(views.status())
})

test('status is 200 at all times, with the body of health', async () => {
  const views = madeViews()
  views.set({ ready: false, reason: 'replaying' })
  const reply = await serverOf(views).inject('/v1/status')
  expect(reply.statusCode).toBe(200)
  expect(reply.json()).toEqual(views.status())
})

test('each view arrives as it was given', async () => {
  const views = madeViews()
  expect((await app.inject('/v1/bars?symbol=ETH&minutes=30')).json()).toEqual(
    views.bars('ETHUSDT', 30),
  )
  expect((await app.inject('/v1/book?symbol=ETH&levels=7')).json()).toEqual(
    views.book('ETHUSDT', 7),
  )
  expect((await app.inject('/v1/summary')).json()).toEqual(views.summary())
})

test.each(['eth', 'ETH', 'EthUsdt', ' ETHUSDT '])('takes %j for ETHUSDT', async (name) => {
  const reply = await app.inject({ url: '/v1/book', query: { symbol: name } })
  expect(reply.json()).toHaveProperty('symbol', 'ETH')
})

test('without a symbol it is BTC, or else the first', async () => {
  expect((await app.inject('/v1/book')).json()).toHaveProperty('symbol', 'BTC')
  const own = serverOf(madeViews(['SOLUSDT', 'ETHUSDT']))
  expect((await own.inject('/v1/book')).json()).toHaveProperty('symbol', 'SOL')
})

test('of a parameter given twice the last one counts', async () => {
  const reply = await app.inject('/v1/book?symbol=BTC&symbol=ETH')
  expect(reply.json()).toHaveProperty('symbol', 'ETH')
})

test('an unknown symbol is 404 and names those there are', async () => {
  const reply = await app.inject('/v1/bars?symbol=DOGE')
  expect(reply.statusCode).toBe(404)
  expect(reply.json()).toEqual({
    code: 'SYMBOL_UNKNOWN',
    message: 'There is no symbol DOGE; there are BTC, ETH',
    remedy: 'Ask for a symbol of the list, as BTC or BTCUSDT.',
    detail: "Invalid symbol 'DOGE'. Valid symbols: BTC, ETH",
  })
})

test('a recording without a symbol is 404 and no failure of ours', async () => {
  const reply = await serverOf(madeViews([])).inject('/v1/bars')
  expect(reply.statusCode).toBe(404)
  expect(reply.json()).toHaveProperty('message', 'There is no symbol yet')
})

test.each([
  '/v1/bars?minutes=0',
  '/v1/bars?minutes=721',
  '/v1/bars?minutes=1.5',
  '/v1/bars?minutes=',
  '/v1/bars?minutes=NaN',
  '/v1/bars?minutes=Infinity',
  '/v1/book?levels=-3',
  '/v1/book?levels=1e99',
  `/v1/book?symbol=${'A'.repeat(41)}`,
])('%s is 422 and names the parameter', async (path) => {
  const reply = await app.inject(path)
  expect(reply.statusCode).toBe(422)
  const { code, message } = reply.json<{ code: string; message: string }>()
  expect(code).toBe('PARAMETER_INVALID')
  expect(message).toMatch(/^querystring\/(minutes|levels|symbol) must/)
})

test('an unknown path is 404, another method 405', async () => {
  const unknown = await app.inject('/v9/nothing?x=1')
  expect(unknown.statusCode).toBe(404)
  expect(unknown.json()).toMatchObject({ code: 'PATH_UNKNOWN', detail: 'Not Found' })
  const posted = await app.inject({ method: 'POST', url: '/v1/bars?minutes=1' })
  expect(posted.statusCode).toBe(405)
  expect(posted.headers).toHaveProperty('allow', 'GET, HEAD')
  expect(posted.json()).toMatchObject({ code: 'METHOD_UNKNOWN', detail: 'Method Not Allowed' })
})

test('what the world did wrong has its own status; a bug is 500, told to the log and not to the client', async () => {
  const views = madeViews()
  const own = serverOf({
    ...views,
    bars: () => {
      throw new RecorderError('JOURNAL_DAMAGED', 'block 7 of demo')
    },
    book: () => {
      throw new Error('secret')
    },
  })
  const damaged = await own.inject('/v1/bars')
  expect(damaged.statusCode).toBe(500)
  expect(damaged.json()).toMatchObject({ code: 'JOURNAL_DAMAGED', message: 'block 7 of demo' })
  expect(failed).not.toHaveBeenCalled()
  const broken = await own.inject('/v1/book?levels=1')
  expect(broken.statusCode).toBe(500)
  expect(broken.body).not.toContain('secret')
  expect(failed).toHaveBeenCalledExactlyOnceWith(expect.any(Error), '/v1/book?levels=1')
})

test('the page and its modules have their types, and are sent again only when they changed', async () => {
  const page = await app.inject('/')
  expect(page.headers).toHaveProperty('content-type', 'text/html; charset=utf-8')
  const names = [...page.body.matchAll(/(?:src|href)="\.?\/?([a-z-]+\.(?:js|css|svg))"/g)]
  expect(names.length).toBeGreaterThan(1)
  for (const [, name] of names) expect((await app.inject(`/${name}`)).statusCode).toBe(200)
  const again = await app.inject({ url: '/', headers: { 'if-none-match': page.headers.etag } })
  expect(again.statusCode).toBe(304)
  expect(again.body).toBe('')
})

test('a path that cannot be decoded is 400 with the same body as every failure', async () => {
  const reply = await app.inject('/%zz')
  expect(reply.statusCode).toBe(400)
  expect(Object.keys(reply.json<object>())).toEqual(['code', 'message', 'remedy', 'detail'])
})

// Goal: no path leads to a file outside the page, and nothing answers with 5xx. Method: paths made
// of the pieces that lead out of folders, plain and encoded, sent as they are: the injector of
// fastify, like any URL parser, would resolve them first.
test('no path reaches a file that is not of the page', async () => {
  const server = await startServer({ app: serverOf(madeViews()), host: '127.0.0.1', port: 0 })
  const piece = fc.constantFrom('..', '%2e%2e', '/', '%2f', '\\', '%00', 'api', 'server.ts')
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), async (pieces) => {
      const { status, contentType } = await getRaw(server.port, `/${pieces.join('')}`)
      if (status === 200) expect(contentType).toBe('text/html; charset=utf-8')
      else expect([400, 404]).toContain(status)
    }),
    { numRuns: 300 },
  )
  await server.close()
})

// Goal: whatever stands in the query, the answer is 200, 404 or 422. Method: any text for each
// parameter, and numbers about the bounds.
test('no query is answered with a failure of ours', async () => {
  const value = fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String))
  await fc.assert(
    fc.asyncProperty(value, value, value, async (symbol, minutes, levels) => {
      for (const url of ['/v1/bars', '/v1/book']) {
        const reply = await app.inject({ url, query: { symbol, minutes, levels } })
        expect([200, 404, 422]).toContain(reply.statusCode)
      }
    }),
    { numRuns: 300 },
  )
})

test('a port that is taken is named, and closing frees it', async () => {
  const first = await startServer({ app: serverOf(madeViews()), host: '127.0.0.1', port: 0 })
  const second = startServer({ app: serverOf(madeViews()), host: '127.0.0.1', port: first.port })
  await expect(second).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: `port ${first.port} on 127.0.0.1 is in use`,
  })
  await first.close()
  const third = await startServer({
    app: serverOf(madeViews()),
    host: '127.0.0.1',
    port: first.port,
  })
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
