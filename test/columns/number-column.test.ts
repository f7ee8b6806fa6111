// Goal: a column gives every number back bit for bit, and takes what comes after it for what it is.
// Method: numbers as venues send them and numbers as nobody does.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../src/columns/byte-writer.ts'
import { packNumbers, unpackNumbers } from '../../src/columns/number-column.ts'

const decimal = fc
  .record({ units: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), decimals: fc.nat(10) })
  .map(({ units, decimals }) => Number(`${units}e-${decimals}`))
const numbers = fc.oneof(
  fc.array(fc.double()),
  fc.array(fc.constantFrom(0, -0, Number.NaN, 1.5, 2 ** 53, -(2 ** 52))),
  fc.array(fc.maxSafeInteger()),
  fc.array(fc.integer({ min: 2 ** 51 - 5, max: 2 ** 51 + 5 })),
  fc.array(decimal, { maxLength: 50 }),
  fc.array(fc.nat(200)).map((steps) => {
    let id = 4_100_612_022_421
    return steps.map((step) => {
      id += step
      return id
    })
  }),
)

test('a column of numbers is read as it was written, bit for bit', () => {
  fc.assert(
    fc.property(numbers, (list) => {
      const values = Float64Array.from(list)
      const writer = new ByteWriter()
      packNumbers(writer, values, values.length)
      writer.varint(2 ** 53 - 1)
      const reader = new ByteReader(writer.bytes().slice())
      const into = new Float64Array(values.length + 1)
      unpackNumbers(reader, values.length, into)
      expect([...into.subarray(0, values.length)]).toEqual([...values])
      expect(reader.varint()).toBe(2 ** 53 - 1)
    }),
    { numRuns: 3000 },
  )
})

test('prices and ids take a few bytes each', () => {
  const writer = new ByteWriter()
  const prices = Float64Array.from({ length: 100 }, (_, index) => 2681.62 + (index % 7) / 100)
  const rounded = prices.map((price) => Number(price.toFixed(2)))
  packNumbers(writer, rounded, rounded.length)
  expect(writer.length).toBeLessThan(140)
})
