import { describe, expect, test } from 'vitest'
import { Decoder } from '../../src/decode/decoder.ts'
import { decodeText } from './decode-text.ts'
import { SAMPLES } from './sample-payloads.ts'

const decode = (channel: string, text: string) => decodeText(new Decoder(), channel, text)

describe('a REST book', () => {
  test('may lack times, id and sides, but not all that makes it a book', () => {
    expect(decode('depthSnapshot', '{"bids":[["1.5","2"]]}')).toMatchObject({
      way: 'slow',
      message: { lastUpdateId: 0, venueTimeMs: Number.NaN, bidCount: 1, askCount: 0 },
    })
    expect(decode('depthSnapshot', '{"T":5}').fault).toBe(
      'lastUpdateId: a whole number, was missing',
    )
  })
})

describe('open interest', () => {
  test('is a quantity of the base asset at a time', () => {
    expect(decode('openInterest', SAMPLES.openInterest)).toMatchObject({
      way: 'fast',
      message: { venueTimeMs: 1772438416994, openInterestBase: 82578.747 },
    })
  })

  test('is 0 where the reply has none, and a fault where it has no time either', () => {
    expect(decode('openInterest', '{"time":5}').message).toMatchObject({ openInterestBase: 0 })
    expect(decode('openInterest', '{}').fault).toBe('time: a whole number, was missing')
    expect(decode('openInterest', '{"openInterest":"","time":5}').fault).toBe(
      'openInterest: a decimal, was ""',
    )
  })
})

describe('a long/short ratio', () => {
  const ratio = (text: string) => decode('topLongShortPositionRatio', text)

  test('is the first item of the list', () => {
    expect(ratio(SAMPLES.topLongShortAccountRatio).message).toEqual({
      venueTimeMs: 1772438400000,
      ratio: 1.3408,
      longFraction: 0.5728,
      shortFraction: 0.4272,
      empty: false,
    })
  })

  test('may name its shares after positions and its time as a text', () => {
    const text =
      '[{"longPosition":"0.6","shortPosition":"0.4","longShortRatio":"1.5","timestamp":"1772438400000"}]'
    expect(ratio(text).message).toMatchObject({
      venueTimeMs: 1772438400000,
      longFraction: 0.6,
      shortFraction: 0.4,
    })
  })

  test('is empty where the list is, and is not so for ever', () => {
    const decoder = new Decoder()
    expect(decodeText(decoder, 'globalLongShortAccountRatio', '[]').message).toMatchObject({
      empty: true,
      ratio: 0,
    })
    const { message } = decodeText(
      decoder,
      'globalLongShortAccountRatio',
      SAMPLES.topLongShortAccountRatio,
    )
    expect(message).toMatchObject({ empty: false })
  })

  test('is a fault where it is no list of objects', () => {
    expect(ratio('{}').fault).toBe('payload: a list, was an object')
    expect(ratio('[7]').fault).toBe('[0]: an object, was 7')
    expect(ratio('[{"longShortRatio":"x"}]').fault).toBe('[0].longShortRatio: a decimal, was "x"')
    expect(ratio('[{"timestamp":"soon"}]').fault).toBe('[0].timestamp: a whole number, was "soon"')
  })
})

describe('what the venue says of its contracts', () => {
  test('is steps, decimals, status and type of each', () => {
    expect(decode('exchangeInfo', SAMPLES.exchangeInfo).message).toEqual({
      serverTimeMs: 1772438400500,
      instruments: [
        {
          symbol: 'BTCUSDT',
          status: 'TRADING',
          contractType: 'PERPETUAL',
          priceDecimals: 2,
          sizeDecimals: 3,
          tickSize: 0.1,
          stepSizeBase: 0.001,
        },
      ],
    })
  })

  test('has no steps for a contract without filters', () => {
    const text =
      '{"symbols":[{"symbol":"X","pricePrecision":1,"quantityPrecision":0,"filters":[null]}]}'
    expect(decode('exchangeInfo', text).message).toMatchObject({
      serverTimeMs: Number.NaN,
      instruments: [{ symbol: 'X', status: '', tickSize: Number.NaN, stepSizeBase: Number.NaN }],
    })
  })

  test('is a fault that names the contract', () => {
    expect(decode('exchangeInfo', '{}').fault).toBe('symbols: a list, was missing')
    expect(decode('exchangeInfo', '{"symbols":[1]}').fault).toBe(
      'symbols[0].symbol: an object, was 1',
    )
    expect(decode('exchangeInfo', '{"symbols":[{}]}').fault).toBe(
      'symbols[0].symbol: a text, was missing',
    )
  })
})

test('the server time is a whole number of milliseconds', () => {
  expect(decode('serverTime', SAMPLES.serverTime).message).toEqual({ serverTimeMs: 1772438400123 })
  expect(decode('serverTime', '{"serverTime":"x"}').fault).toBe(
    'serverTime: a whole number, was "x"',
  )
})
