import { describe, expect, test } from 'vitest'
import { Decoder } from '../../src/decode/decoder.ts'
import { decodeBytes, decodeText } from './decode-text.ts'
import { SAMPLES } from './sample-payloads.ts'

const decode = (channel: string, text: string) => decodeText(new Decoder(), channel, text)

describe('a fault', () => {
  const faultOf = (channel: keyof typeof SAMPLES, from: string | RegExp, to: string) => {
    const text = SAMPLES[channel].replace(from, to)
    expect(text).not.toBe(SAMPLES[channel])
    return decode(channel, text).fault
  }

  test('names the field, what was expected and what was found', () => {
    expect(faultOf('aggTrade', '"67999.10"', '"abc"')).toBe('p: a decimal, was "abc"')
    expect(faultOf('aggTrade', '"67999.10"', '""')).toBe('p: a decimal, was ""')
    expect(faultOf('aggTrade', '"67999.10"', '"1e5"')).toBe('p: a decimal, was "1e5"')
    expect(faultOf('aggTrade', '"67999.10"', '"NaN"')).toBe('p: a decimal, was "NaN"')
    expect(faultOf('aggTrade', '"67999.10"', '"-1"')).toBe('p: a decimal, was "-1"')
    expect(faultOf('aggTrade', '"67999.10"', '67999.1')).toBe('p: a decimal, was 67999.1')
    expect(faultOf('aggTrade', '"p":"67999.10",', '')).toBe('p: a decimal, was missing')
    expect(faultOf('aggTrade', '1772438418073', 'null')).toBe('T: a whole number, was null')
    expect(faultOf('trade', '"m":false', '"m":0')).toBe('m: true or false, was 0')
    expect(faultOf('forceOrder', '67777.90', 'x')).toBe('o.p: a decimal, was "x"')
    expect(faultOf('forceOrder', '"s":"BTCUSDT",', '')).toBe('o.s: a text, was missing')
    expect(faultOf('forceOrder', /"o":\{.*\}\}/, '"o":[]}')).toBe('o: an order, was a list')
    expect(faultOf('markPrice', '-0.00010004', '')).toBe('r: a decimal, was ""')
    expect(faultOf('depth', '["67999.00","0.000"]', '["67999.00","-1"]')).toBe(
      'b[1][1]: a decimal, was "-1"',
    )
    expect(faultOf('depth', /"b":.*/, '"b":7,"a":[]}')).toBe('b: a list, was 7')
    expect(faultOf('depth', '4100612022421', '1.5')).toBe('U: a whole number, was 1.5')
    expect(faultOf('depth', 'depthUpdate', 'kline')).toBe('e: depthUpdate, was "kline"')
  })

  test('is a quantity that whole units below 2^53 cannot hold', () => {
    expect(faultOf('depth', '0.393', '9007199254740.993')).toBe(
      'b[0][1]: below 2^53 units at 3 decimals, was "9007199254740.993"',
    )
  })

  test('is what is no JSON, no UTF-8, or no object', () => {
    expect(decode('depth', '').fault).toBe('payload: JSON, was ""')
    expect(decode('depth', '<html>403</html>').fault).toBe('payload: JSON, was "<html>403</html>"')
    expect(decode('depth', '[1]').fault).toBe('payload: an object, was a list')
    expect(decode('depth', 'null').fault).toBe('payload: an object, was null')
    const bytes = Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)
    expect(decodeBytes(new Decoder(), 'depth', bytes).fault).toMatch(/^payload: JSON, was/)
  })

  test('repeats what the venue says in an error', () => {
    const text = '{"code":-1003,"msg":"Too many requests."}'
    for (const channel of Object.keys(SAMPLES)) {
      expect(decode(channel, text).fault).toBe('venue error -1003: Too many requests.')
    }
  })

  test('is counted, and ends with the next message', () => {
    const decoder = new Decoder()
    expect(decodeText(decoder, 'trade', '{}').way).toBe('fault')
    expect(decodeText(decoder, 'trade', SAMPLES.trade)).toMatchObject({ way: 'fast', fault: '' })
    expect(decoder.counts.trade).toEqual({ fastCount: 1, slowCount: 0, faultCount: 1 })
  })
})
