// Goal: live, replayed and asked for as a moment of the past, a body is the same, byte for byte; and
// each is what the published documentation says. Method: a simulated market is recorded while its
// live server is asked; the recording is then served, and asked for the same moments.
import { AjvCompiler } from '@fastify/ajv-compiler'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENDPOINTS } from '../../src/api/server.ts'
import {
  failures,
  type MarketFolder,
  recordMarket,
  type Served,
  serveMarket,
} from './recorded-market.ts'

interface Seen {
  readonly seq: number
  readonly path: string
  readonly body: string
  readonly etag: unknown
}

const QUERIES = ['', '?symbol=ETH', '?compat=reference']
const PATHS = ENDPOINTS.flatMap(({ path, isOfSymbol }) =>
  isOfSymbol ? QUERIES.map((query) => `${path}${query}`) : [path],
)
const BINARY = [
  '/v2/orderbook_heatmap_30s?format=bin',
  '/v2/orderbook_heatmap_30s_history?format=bin&symbol=eth',
  '/v2/orderbook_heatmap_30s_history?step=50&stride=3',
  '/v1/liq_heatmap_history?stride=2',
]
/** Batches of the market after which the live server is asked. */
const LOOKED_AT = [4, 14, 23, 38]
/** A capture and a recording say which of them they are, and are the same in all else. */
const withoutMode = (body: string | undefined): string | undefined =>
  body?.replace('"mode":"live"', '"mode":"replay"')

const seenLive: Seen[] = []
const seenPast: Seen[] = []
let market: MarketFolder
let served: Served
let bodyAtEnd: Seen[] = []

async function look(app: FastifyInstance, seq: number, more = ''): Promise<Seen[]> {
  const seen: Seen[] = []
  for (const path of [...PATHS, ...BINARY]) {
    const url = more === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${more}`
    const reply = await app.inject(url)
    const body = `${reply.statusCode} ${reply.rawPayload.toString('latin1')}`
    seen.push({ seq, path, body, etag: reply.headers['etag'] })
  }
  return seen
}

beforeAll(async () => {
  market = await recordMarket(async (app, keeper, batch) => {
    if (!LOOKED_AT.includes(batch)) return
    const { seq } = keeper.current()
    seenLive.push(...(await look(app, seq)))
    // The capture itself, asked for a moment of its past.
    const earlier = seenLive[0]?.seq ?? 0
    if (earlier < seq) seenPast.push(...(await look(app, earlier, `at=seq:${earlier}`)))
    bodyAtEnd = await look(app, seq)
  })
  served = await serveMarket(market)
})
afterAll(async () => {
  await served.close()
  await market[Symbol.asyncDispose]()
  expect(failures).toEqual([])
})

describe('live, replayed, and at a moment', () => {
  test('the live server was asked often enough, and had something to say', () => {
    const seqs = new Set(seenLive.map(({ seq }) => seq))
    expect(seqs.size).toBe(LOOKED_AT.length)
    const good = bodyAtEnd.filter(({ body }) => body.startsWith('200'))
    expect(good.length).toBeGreaterThan(PATHS.length * 0.9)
  })

  test('a served recording gives, at that moment, byte for byte what was served live', async () => {
    for (const seq of new Set(seenLive.map((seen) => seen.seq))) {
      const again = await look(served.app, seq, `at=seq:${seq}`)
      const before = seenLive.filter((seen) => seen.seq === seq)
      for (const [index, { path, body, etag }] of before.entries()) {
        const replayed = { path, seq, body: again[index]?.body }
        expect(replayed).toEqual({ path, seq, body: withoutMode(body) })
        // A minute's body has the tag of its minute, whenever it is asked for.
        expect(again[index]?.etag).toBe(etag)
      }
    }
  })

  test('a capture gives the same of its own past', () => {
    const earlier = seenPast[0]?.seq
    const before = seenLive.filter(({ seq }) => seq === earlier)
    for (const { path, body } of seenPast) {
      const same = before.find((seen) => seen.path === path)
      expect({ path, body }).toEqual({ path, body: same?.body })
    }
    expect(seenPast.length).toBeGreaterThan(0)
  })

  test('a moment is taken as --from takes it, and at_ms is another name', async () => {
    const timeMs = Date.UTC(2026, 0, 5, 0, 4)
    const texts = ['at=2026-01-05T00:04:00Z', `at=${timeMs}`, `at_ms=${timeMs}`]
    const bodies = await Promise.all(
      texts.map(async (text) => (await served.app.inject(`/v3/liq_zones?${text}`)).body),
    )
    expect(new Set(bodies).size).toBe(1)
    const back = await served.app.inject('/v1/bars?at=-2m&minutes=1')
    expect(back.json<{ asOfMs: number }>().asOfMs).toBeLessThan(Date.UTC(2026, 0, 5, 0, 5, 1))
  })

  test.each(['2020-01-01', '2030-01-01', 'seq:99999999', '-400d'])(
    'a moment outside the recording (%s) is 404 with the range',
    async (moment) => {
      const reply = await served.app.inject({ url: '/v1/bars', query: { at: moment } })
      expect(reply.statusCode).toBe(404)
      expect(reply.json()).toMatchObject({
        code: 'MOMENT_UNKNOWN',
        message: expect.stringContaining('there is 2026-01-05T00:00:'),
      })
    },
  )

  test('every old path has its second name, with the same body', async () => {
    for (const { path, aliases = [] } of ENDPOINTS) {
      for (const alias of aliases) {
        expect((await served.app.inject(alias)).body).toBe((await served.app.inject(path)).body)
      }
    }
  })

  test('a body is sent again only when it changed', async () => {
    const first = await served.app.inject('/v2/liq_heatmap')
    const etag = String(first.headers['etag'])
    const again = await served.app.inject({
      url: '/v2/liq_heatmap',
      headers: { 'if-none-match': etag },
    })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    const earlier = await served.app.inject({
      url: '/v2/liq_heatmap?at=-3m',
      headers: { 'if-none-match': etag },
    })
    expect(earlier.statusCode).toBe(200)
  })

  test('headers say of which state a body is', async () => {
    const { headers } = await served.app.inject('/v1/liq_heatmap')
    expect(headers).toMatchObject({
      'x-sequence': String(served.keeper.current().seq),
      'x-as-of': expect.stringMatching(/^2026-01-05T00:0[67]:/),
      'x-staleness-ms': '0',
    })
    expect(headers['x-digest']).toMatch(/^[0-9a-f]{32}$/)
    expect(Number(headers['x-gap-count'])).toBeGreaterThan(0)
    expect(Number(headers['x-coverage'])).toBeGreaterThan(0.5)
    expect(Number(headers['x-coverage'])).toBeLessThan(1)
  })
})

describe('the published documentation', () => {
  interface Document {
    readonly openapi: string
    readonly paths: Readonly<Record<string, { readonly get?: { readonly responses: Responses } }>>
  }
  type Responses = Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >

  test('every body is as it says', async () => {
    const document = (await served.app.inject('/docs/json')).json<Document>()
    expect(document.openapi).toBe('3.1.0')
    const compile = AjvCompiler()({}, { customOptions: { keywords: ['unit'], strict: false } })
    const urls = ['/v1/health', '/v1/status', '/v1/replay', ...PATHS]
    const failing = ['/v1/bars?minutes=x', '/v1/bars?symbol=DOGE']
    for (const url of [...urls, ...failing]) {
      const reply = await served.app.inject(url)
      const [path = ''] = url.split('?')
      const responses = document.paths[path]?.get?.responses
      const schema = responses?.[String(reply.statusCode)]?.content['application/json']?.schema
      expect(schema, `${url} ${reply.statusCode}`).toBeDefined()
      const validate = compile({ schema: schema ?? {}, method: 'GET', url, httpPart: 'body' })
      const isValid = validate(reply.json())
      expect({ url, isValid, errors: validate.errors ?? [] }).toMatchObject({ isValid: true })
    }
  })

  test('the page to read names every path, and loads nothing', async () => {
    const page = await served.app.inject('/docs')
    for (const { path } of ENDPOINTS) expect(page.body).toContain(path)
    expect(page.body).not.toMatch(/<script|src=|https?:\/\//)
  })
})
