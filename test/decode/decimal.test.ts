import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Decoder } from '../../src/decode/decoder.ts'
import { decodeText } from './decode-text.ts'
import { SAMPLES } from './sample-payloads.ts'

// Goal: a mantissa divided once by a power of ten is the double that `Number` reads from the text.
// Method: decimals of up to 17 digits with the point anywhere, aimed at the bounds of exactness.
test('a decimal is the double that Number reads, and the fast path reads all below 2^53', () => {
  const decoder = new Decoder()
  const digits = fc.oneof(
    fc.bigInt({ min: 0n, max: 10n ** 16n }),
    fc.bigInt({ min: 2n ** 53n - 40n, max: 2n ** 53n + 40n }),
    fc.bigInt({ min: 0n, max: 99_999n }),
  )
  fc.assert(
    fc.property(digits, fc.integer({ min: 0, max: 20 }), (mantissa, decimals) => {
      const padded = mantissa.toString().padStart(decimals + 1, '0')
      const point = padded.length - decimals
      const text = decimals === 0 ? padded : `${padded.slice(0, point)}.${padded.slice(point)}`
      const payload = SAMPLES.aggTrade.replace('67999.10', text)
      const { way, message } = decodeText(decoder, 'aggTrade', payload)
      expect(message?.['price']).toBe(Number(text))
      expect(way).toBe(mantissa < 2n ** 53n ? 'fast' : 'slow')
    }),
    { numRuns: 20_000 },
  )
})
