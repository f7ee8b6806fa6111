import { describe, expect, test } from 'vitest'
import { forecastDisk } from '../../src/capture/forecast.ts'
import { type PlanOptions, planCapture } from '../../src/capture/plan.ts'
import { forecastText, planText } from '../../src/capture/plan-text.ts'
import { BINANCE } from '../../src/capture/venues/binance.ts'
import { FakeWorld, speaksOn } from './fake-world.ts'

const plan = (more: Partial<PlanOptions> = {}) =>
  planCapture(BINANCE, { symbols: ['BTCUSDT', 'ETHUSDT'], weightPerMinuteMax: 2_400, ...more })

describe.each(BINANCE.streams)('the stream $name of binance-today.md', ({ name, route }) => {
  const stream = name.replace('{symbol}', 'btcusdt')
  const wrong = route === '/public' ? '/market' : '/public'

  test(`stands on ${route}`, () => {
    const connection = plan().connections.find(({ streams }) =>
      streams.some((planned) => planned.name === stream),
    )
    expect(connection?.route).toBe(route)
    expect(new URL(connection?.url ?? '').pathname).toBe(`${route}/stream`)
    expect(speaksOn(stream, route)).toBe(true)
  })

  test('delivers there, and on the other route is accepted and silent', async () => {
    const heard = async (path: string): Promise<readonly [boolean, number]> => {
      const world = new FakeWorld()
      let accepted = false
      let frameCount = 0
      world.openSocket(`wss://venue${path}/stream?streams=${stream}`, {
        opened: () => {
          accepted = true
        },
        received: () => {
          frameCount += 1
        },
        closed: () => {},
      })
      await world.pass(1_000)
      return [accepted, frameCount]
    }
    expect(await heard(route)).toEqual([true, 10])
    expect(await heard(wrong)).toEqual([true, 0])
  })
})

describe('a plan', () => {
  test('has one connection a route, the stream of all markets once, and the base that was given', () => {
    const { connections } = plan({ wsUrl: 'ws://127.0.0.1:8898' })
    expect(connections.map(({ url }) => url)).toEqual([
      'ws://127.0.0.1:8898/public/stream?streams=btcusdt@depth@100ms/btcusdt@bookTicker/btcusdt@trade/ethusdt@depth@100ms/ethusdt@bookTicker/ethusdt@trade',
      'ws://127.0.0.1:8898/market/stream?streams=btcusdt@aggTrade/btcusdt@markPrice@1s/btcusdt@forceOrder/ethusdt@aggTrade/ethusdt@markPrice@1s/ethusdt@forceOrder/!forceOrder@arr',
    ])
  })

  test('adds up the weight of a minute', () => {
    // Per symbol: 20 / 5 of the book, 6 of the open interest. In common: time 1, exchangeInfo 1 / 60.
    expect(plan().weightPerMinute).toBeCloseTo(2 * (4 + 6) + 1 + 1 / 60, 9)
    expect(plan().statisticsPerWindow).toBe(2 * 3 * 5)
  })

  test('spreads many symbols over connections, each with a stream that always speaks', () => {
    const symbols = ['A', 'B', 'C', 'D', 'E']
    const venue = { ...BINANCE, streamsPerConnectionMax: 8 }
    const many = planCapture(venue, { symbols, weightPerMinuteMax: 2_400 })
    expect(many.connections.map(({ streams }) => streams.length)).toEqual([6, 6, 3, 7, 6, 3])
    for (const { streams } of many.connections) {
      expect(streams.some(({ rule }) => rule !== 'rare')).toBe(true)
    }
  })

  test('prints every connection, stream and poll', () => {
    const lines = planText(plan({ symbols: ['BTCUSDT'] }))
    expect(lines.slice(0, 6)).toEqual([
      'binance: BTCUSDT',
      '/public wss://fstream.binance.com/public/stream, 3 streams',
      '  btcusdt@depth@100ms -> depth',
      '  btcusdt@bookTicker -> bookTicker',
      '  btcusdt@trade -> trade',
      '/market wss://fstream.binance.com/market/stream, 4 streams',
    ])
    expect(lines[10]).toBe(
      '2 connections; subscribed by address, so that 0 of 10 messages a second are sent',
    )
    expect(lines[11]).toBe('REST 11.0 of 2400 weight a minute, 15 of 1000 ratio requests in 5 min')
    expect(lines[14]).toBe(
      '  https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&limit=1000 each 300 s, weight 20',
    )
  })

  test('opens each route twice where that is asked for', () => {
    const lines = planText(plan({ connectionCopies: 2 }))
    expect(lines.find((line) => line.includes('connections'))).toContain(
      '4 connections, each route 2 times',
    )
  })

  test.each([
    [{ symbols: ['BTC/USDT'] }, '--symbols wants names such as BTCUSDT, was "BTC/USDT"'],
    [{ symbols: [] }, '--symbols wants names such as BTCUSDT, was ""'],
    [{ wsUrl: 'http://a' }, '--ws-url wants scheme, host and port only, was http://a'],
    [{ wsUrl: 'ws://a/ws' }, '--ws-url wants scheme, host and port only, was ws://a/ws'],
    [{ restUrl: 'nowhere' }, '--rest-url wants scheme, host and port only, was nowhere'],
    [
      { weightPerMinuteMax: 40 },
      '2 symbols need 21 weight a minute and 30 ratio requests; 20 and 1000 are there: capture fewer symbols',
    ],
  ])('is refused for %j', (more, message) => {
    expect(() => plan(more)).toThrow(expect.objectContaining({ code: 'USAGE', message }))
  })
})

describe('a forecast of the disk', () => {
  test('adds up what streams and replies bring, doubled connections twice', () => {
    const one = forecastDisk(plan({ symbols: ['BTCUSDT'] }), BINANCE, {})
    const two = forecastDisk(plan({ symbols: ['BTCUSDT'], connectionCopies: 2 }), BINANCE, {})
    expect(one.source).toBe('estimate')
    // 157 tickers, 41 trades, 15 aggregate trades, 10 diffs, 1 mark price and few liquidations.
    expect(one.framesPerSecond).toBeCloseTo(224.04, 6)
    expect(two.framesPerSecond).toBeCloseTo(448.08, 6)
    expect(one.bytesPerDay / 1e9).toBeGreaterThan(0.5)
    expect(one.bytesPerDay / 1e9).toBeLessThan(2)
    expect(one.bytesPerYear).toBeCloseTo(one.bytesPerDay * 365, 0)
  })

  test('goes by the recording where that is long enough', () => {
    const measured = { storedBytes: 5e9, spanMs: 86_400_000 / 2 }
    const forecast = forecastDisk(plan(), BINANCE, { measured, keepMs: 30 * 86_400_000 })
    expect(forecast).toMatchObject({ source: 'measured', bytesPerDay: 1e10, keptBytes: 3e11 })
    const short = { storedBytes: 5e9, spanMs: 60_000 }
    expect(forecastDisk(plan(), BINANCE, { measured: short }).source).toBe('estimate')
  })

  test('says when the disk is full, and that it never is where retention fits', () => {
    const measured = { storedBytes: 1e9, spanMs: 86_400_000 }
    const full = forecastDisk(plan(), BINANCE, { measured, freeBytes: 5e9 })
    expect(forecastText(full)).toEqual([
      'disk 1.00 GB a day, 30.00 GB in 30 days, 365.00 GB a year, as the recording took so far',
      '  nothing is deleted: pass --keep 30d to keep 30 days',
      '  the disk is full after 5.0 days',
    ])
    const keepMs = 3 * 86_400_000
    const kept = forecastDisk(plan(), BINANCE, { measured, keepMs, freeBytes: 5e9 })
    expect(forecastText(kept).slice(1)).toEqual(['  with retention 3.00 GB stay on disk'])
    const tooLong = forecastDisk(plan(), BINANCE, { measured, keepMs: keepMs * 3, freeBytes: 5e9 })
    expect(tooLong.fullAfterDays).toBe(5)
  })
})
