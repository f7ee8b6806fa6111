import { describe, expect, test } from 'vitest'
import { Decoder } from '../../src/decode/decoder.ts'
import { decodeBytes, decodeText } from './decode-text.ts'
import { SAMPLES, wrapped } from './sample-payloads.ts'

const decode = (channel: string, text: string) => decodeText(new Decoder(), channel, text)

/** Puts fields behind the last one of a payload. */
const extended = (text: string, fields: string) => `${text.slice(0, -1)},${fields}}`

const DEPTH = {
  eventTimeMs: 1772438417300,
  venueTimeMs: 1772438417295,
  firstUpdateId: 4100612022421,
  lastUpdateId: 4100612022463,
  prevUpdateId: 4100612022419,
  priceDecimals: 2,
  sizeDecimals: 3,
  bidCount: 2,
  askCount: 1,
  priceUnits: [6743830, 6799900, 6799880],
  sizeUnits: [393, 0, 120225],
}

describe('the fast path', () => {
  test('reads a depth update into whole units, bids before asks', () => {
    expect(decode('depth', SAMPLES.depth)).toMatchObject({ way: 'fast', message: DEPTH })
  })

  test('reads a depth update out of the wrapper of a combined stream', () => {
    const text = wrapped('btcusdt@depth@100ms', SAMPLES.depth)
    expect(decode('depth', text)).toMatchObject({ way: 'fast', message: DEPTH })
  })

  test('reads a depth update without levels', () => {
    const text = SAMPLES.depth.replace(/"b".*/, '"b":[],"a":[]}')
    expect(decode('depth', text)).toMatchObject({
      way: 'fast',
      message: { bidCount: 0, askCount: 0, priceDecimals: 0, sizeDecimals: 0 },
    })
  })

  test('reads levels without decimals, and with more digits than 32 bits hold', () => {
    const text = SAMPLES.depth.replace(/"b".*/, '"b":[["7.5040","9007199254740991"]],"a":[]}')
    expect(decode('depth', text)).toMatchObject({
      way: 'fast',
      message: { priceUnits: [75040], sizeDecimals: 0, sizeUnits: [9007199254740991] },
    })
  })

  test('reads more levels than the message had room for', () => {
    const levels = Array.from({ length: 1000 }, (_, index) => `["${index + 1}.5","1.0"]`)
    const text = SAMPLES.depth.replace(/"b".*/, `"b":[${levels.join(',')}],"a":[["9.5","2.0"]]}`)
    const { way, message } = decode('depth', text)
    expect(way).toBe('fast')
    expect(message).toMatchObject({ bidCount: 1000, askCount: 1 })
    const { priceUnits = [] } = message as { priceUnits?: readonly number[] }
    expect(priceUnits.slice(-2)).toEqual([10005, 95])
  })

  test('reads a REST book', () => {
    expect(decode('depthSnapshot', SAMPLES.depthSnapshot)).toMatchObject({
      way: 'fast',
      message: {
        lastUpdateId: 4100612022567,
        bidCount: 2,
        priceUnits: [6799900, 6799890, 6799910],
      },
    })
  })

  test('reads an aggregated trade', () => {
    expect(decode('aggTrade', SAMPLES.aggTrade)).toMatchObject({
      way: 'fast',
      message: {
        eventTimeMs: 1772438418081,
        venueTimeMs: 1772438418073,
        aggTradeId: 2900371002,
        firstTradeId: 6500441127,
        lastTradeId: 6500441129,
        price: 67999.1,
        sizeBase: 0.097,
        buyerIsMaker: true,
      },
    })
  })

  test('reads an aggregated trade with nq, st and ps, made after binance-today.md', () => {
    for (const text of [
      extended(SAMPLES.aggTrade, '"nq":"0.090","st":1,"ps":"BTCUSDT"'),
      SAMPLES.aggTrade.replace(',"f"', ',"nq":"0.090","f"'),
      SAMPLES.aggTrade.replace(',"p"', ',"ps":"BTCUSDT","p"'),
    ]) {
      expect(decode('aggTrade', text)).toMatchObject({
        way: 'fast',
        coinMargined: false,
        message: { price: 67999.1, sizeBase: 0.097, lastTradeId: 6500441129 },
      })
    }
  })

  test('reads a trade, with its order type and without', () => {
    for (const text of [SAMPLES.trade, SAMPLES.trade.replace('"X":"MARKET",', '')]) {
      expect(decode('trade', text)).toMatchObject({
        way: 'fast',
        message: { tradeId: 4308068523, price: 2681.62, sizeBase: 1, buyerIsMaker: false },
      })
    }
  })

  test('reads the best prices', () => {
    expect(decode('bookTicker', SAMPLES.bookTicker)).toMatchObject({
      way: 'fast',
      message: {
        updateId: 5123107838717,
        bidPrice: 2681.62,
        bidSizeBase: 1.165,
        askPrice: 2681.63,
        askSizeBase: 73.077,
        venueTimeMs: 1723161256310,
        eventTimeMs: 1723161256311,
      },
    })
  })

  test('reads a forced order, with st and ps made after binance-today.md', () => {
    for (const text of [
      SAMPLES.forceOrder,
      SAMPLES.forceOrder.replace('}}', ',"st":1,"ps":"BTCUSDT"}}'),
      SAMPLES.forceOrder.replace('}}', '},"st":1,"ps":"BTCUSDT"}'),
      SAMPLES.forceOrder.replace(',"S"', ',"ps":"BTCUSDT","S"'),
    ]) {
      expect(decode('forceOrder', text)).toMatchObject({
        way: 'fast',
        coinMargined: false,
        message: {
          eventTimeMs: 1772438426013,
          venueTimeMs: 1772438426012,
          symbol: 'BTCUSDT',
          side: 'SELL',
          price: 67777.9,
          averagePrice: 68001,
          sizeBase: 0.014,
          filledBase: 0.013,
          status: 'FILLED',
        },
      })
    }
  })

  test('reads a mark price, with ap, st and either order of i and P made after binance-today.md', () => {
    const swapped = SAMPLES.markPrice.replace(/("i":"[^"]*"),("P":"[^"]*")/, '$2,$1')
    expect(swapped).not.toBe(SAMPLES.markPrice)
    for (const text of [
      SAMPLES.markPrice,
      swapped,
      SAMPLES.markPrice.replace(',"i"', ',"ap":"67990.10000000","i"'),
      extended(swapped, '"st":1,"ps":"BTCUSDT"'),
    ]) {
      expect(decode('markPrice', text)).toMatchObject({
        way: 'fast',
        message: {
          eventTimeMs: 1772438417303,
          markPrice: 67997.52294661,
          indexPrice: 67994.80304569,
          fundingFraction: -0.00010004,
          nextFundingTimeMs: 1772467200000,
        },
      })
    }
  })

  test('says that a payload is of a coin-margined contract, and forgets it with the next', () => {
    const decoder = new Decoder()
    for (const text of [
      SAMPLES.forceOrder.replace('}}', ',"st":2,"ps":"BTCUSD"}}'),
      SAMPLES.forceOrder.replace('}}', '},"st":2}'),
      SAMPLES.forceOrder.replace('}}', ', "st":2}}'),
    ]) {
      expect(decodeText(decoder, 'forceOrder', text).coinMargined).toBe(true)
      expect(decodeText(decoder, 'forceOrder', SAMPLES.forceOrder).coinMargined).toBe(false)
    }
  })

  test('reads a payload between others, and nothing beyond its ends', () => {
    const text = SAMPLES.aggTrade
    const bytes = new TextEncoder().encode(text + text + text)
    const decoder = new Decoder()
    const { length } = text
    expect(decodeBytes(decoder, 'aggTrade', bytes, length, 2 * length).way).toBe('fast')
    for (let cut = 1; cut < length; cut += 1) {
      expect(decodeBytes(decoder, 'aggTrade', bytes, length, 2 * length - cut).way).toBe('fault')
      expect(decodeBytes(decoder, 'aggTrade', bytes, length + cut, 2 * length).way).toBe('fault')
    }
  })
})

describe('the tolerant path', () => {
  test('reads any order of keys and any white space, and counts them', () => {
    const decoder = new Decoder()
    const fields = Object.entries(JSON.parse(SAMPLES.aggTrade)).reverse()
    const text = JSON.stringify(Object.fromEntries(fields), null, 2)
    const { way, message } = decodeText(decoder, 'aggTrade', text)
    expect(way).toBe('slow')
    expect(message).toEqual(decode('aggTrade', SAMPLES.aggTrade).message)
    expect(decoder.counts.aggTrade).toEqual({ fastCount: 0, slowCount: 1, faultCount: 0 })
  })

  test('gives all levels the decimals of the longest', () => {
    const text = SAMPLES.depth.replace(/"b".*/, '"b":[["10","1.50"],["9.5","2"]],"a":[]}')
    expect(decode('depth', text)).toMatchObject({
      way: 'slow',
      message: { priceDecimals: 1, sizeDecimals: 2, priceUnits: [100, 95], sizeUnits: [150, 200] },
    })
  })

  test('takes a missing id for 0, and bids and asks where b and a are missing or empty', () => {
    const text = '{"e":"depthUpdate","E":2,"T":1,"bids":[["1","2"]],"a":[],"asks":[["3","4"]]}'
    expect(decode('depth', text)).toMatchObject({
      way: 'slow',
      message: {
        firstUpdateId: 0,
        lastUpdateId: 0,
        prevUpdateId: 0,
        priceUnits: [1, 3],
        sizeUnits: [2, 4],
      },
    })
  })

  test('takes a missing price or quantity of a forced order for 0', () => {
    const text = '{"e":"forceOrder","E":2,"o":{"s":"BTCUSDT","T":1}}'
    expect(decode('forceOrder', text)).toMatchObject({
      way: 'slow',
      message: { side: '', price: 0, sizeBase: 0, averagePrice: 0, filledBase: 0, status: '' },
    })
  })

  test('reads a mark price without a funding rate', () => {
    const text = SAMPLES.markPrice.replace(/"r":"[^"]*",/, '')
    expect(decode('markPrice', text)).toMatchObject({
      way: 'slow',
      message: { markPrice: 67997.52294661, fundingFraction: Number.NaN },
    })
  })

  test('reads a contract whose name is not ASCII', () => {
    const text = SAMPLES.forceOrder.replace('BTCUSDT', '币安人生USDT')
    expect(decode('forceOrder', text)).toMatchObject({
      way: 'slow',
      message: { symbol: '币安人生USDT', price: 67777.9 },
    })
  })
})
