import { describe, expect, test } from 'vitest'
import { headOf, replyOf, venueTimeOf } from '../../src/decode/venue-time.ts'
import { SAMPLES, wrapped } from './sample-payloads.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const timeOf = (channel: string, text: string) => venueTimeOf(channel, bytesOf(text))

describe('the exchange time of a payload', () => {
  test('is that of the matching engine, of the order, or of the mark price', () => {
    expect(timeOf('depth', SAMPLES.depth)).toBe(1772438417295)
    expect(timeOf('aggTrade', SAMPLES.aggTrade)).toBe(1772438418073)
    expect(timeOf('trade', SAMPLES.trade)).toBe(1723161256559)
    expect(timeOf('bookTicker', SAMPLES.bookTicker)).toBe(1723161256310)
    expect(timeOf('forceOrder', SAMPLES.forceOrder)).toBe(1772438426012)
    expect(timeOf('markPrice', SAMPLES.markPrice)).toBe(1772438417303)
    expect(timeOf('depthSnapshot', SAMPLES.depthSnapshot)).toBe(1772438417396)
  })

  test('is what a reply says of itself', () => {
    expect(timeOf('openInterest', SAMPLES.openInterest)).toBe(1772438416994)
    expect(timeOf('globalLongShortAccountRatio', SAMPLES.topLongShortAccountRatio)).toBe(
      1772438400000,
    )
    expect(timeOf('topLongShortPositionRatio', '[{"timestamp":"5"}]')).toBe(5)
    expect(timeOf('serverTime', SAMPLES.serverTime)).toBe(1772438400123)
    expect(timeOf('exchangeInfo', SAMPLES.exchangeInfo)).toBe(1772438400500)
  })

  test('is found through the wrapper and past white space', () => {
    expect(timeOf('depth', wrapped('btcusdt@depth', SAMPLES.depth))).toBe(1772438417295)
    expect(timeOf('depth', '{ "e" : "depthUpdate", "T" : 17 }')).toBe(17)
  })

  test('is none where a payload has none', () => {
    for (const channel of [...Object.keys(SAMPLES), 'fundingRate']) {
      for (const text of ['', '{}', '[]', '{"code":-1003,"msg":"x"}', '{"T":"x","o":{}}', '"T"']) {
        expect(timeOf(channel, text)).toBeNaN()
      }
    }
  })
})

describe('the head of a frame', () => {
  const head = (text: string) => headOf(bytesOf(text))

  test('is our name of the channel and the contract, of an order the inner one', () => {
    expect(head(SAMPLES.depth)).toEqual({ channel: 'depth', symbol: 'BTCUSDT' })
    expect(head(SAMPLES.trade)).toEqual({ channel: 'trade', symbol: 'ETHUSDT' })
    expect(head(SAMPLES.markPrice)).toEqual({ channel: 'markPrice', symbol: 'BTCUSDT' })
    const order = wrapped('!forceOrder@arr', SAMPLES.forceOrder)
    expect(head(order)).toEqual({ channel: 'forceOrder', symbol: 'BTCUSDT' })
  })

  test('is the same object for the same channel and contract', () => {
    expect(head(SAMPLES.depth)).toBe(head(wrapped('btcusdt@depth', SAMPLES.depth)))
  })

  test('keeps the name of an event that we have none for', () => {
    const text = '{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1,"s":"btcusdt","k":{}}}'
    expect(head(text)).toEqual({ channel: 'kline', symbol: 'BTCUSDT' })
    expect(head('{"e":"tradingSession","E":1}')).toEqual({ channel: 'tradingSession', symbol: '' })
  })

  test('is none of a reply, of a list of events, or of what is no event', () => {
    for (const text of [
      '{"result":null,"id":1}',
      '{"error":{"code":2,"msg":"x"},"id":1}',
      `{"stream":"!markPrice@arr","data":[${SAMPLES.markPrice}]}`,
      `[${SAMPLES.markPrice}]`,
      '{"e":5}',
      'e',
      '',
    ]) {
      expect(head(text)).toBeUndefined()
    }
  })
})

describe('the reply to a request of a socket', () => {
  const reply = (text: string) => replyOf(bytesOf(text))

  test('is an acknowledgement, or an error with its code', () => {
    expect(reply('{"result":null,"id":7}')).toEqual({ requestId: 7, error: undefined })
    expect(reply('{"error":{"code":2,"msg":"Invalid request"},"id":7}')).toEqual({
      requestId: 7,
      error: { code: 2, message: 'Invalid request' },
    })
    expect(reply('{"code":3,"msg":"Invalid JSON"}')).toEqual({
      requestId: Number.NaN,
      error: { code: 3, message: 'Invalid JSON' },
    })
  })

  test('is none of an event and of what is no JSON', () => {
    for (const text of [SAMPLES.depth, '{}', '[]', 'x']) expect(reply(text)).toBeUndefined()
  })
})
