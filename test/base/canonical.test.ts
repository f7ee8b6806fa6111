import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalWriter, decodeCanonical, type Plain } from '../../src/base/canonical.ts'

const leaf = fc.oneof(
  fc.double(),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.uint8Array(),
  fc.float64Array(),
)
const { plain } = fc.letrec<{ plain: Plain }>((tie) => ({
  plain: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('plain')),
    fc.dictionary(fc.string(), tie('plain'), { noNullPrototype: true }),
    fc.array(fc.tuple(fc.string(), tie('plain'))).map((rows) => new Map<Plain, Plain>(rows)),
  ) as fc.Arbitrary<Plain>,
}))

// Goal: a checkpoint gives back exactly what was saved, signs of zero and order included. Method:
// any plain data, written twice: equal bytes of what was read back are equal data.
test('plain data comes back from its bytes', () => {
  fc.assert(
    fc.property(plain, (value) => {
      const bytes = new CanonicalWriter().encode(value).slice()
      const again = decodeCanonical(bytes)
      expect(new CanonicalWriter().encode(again)).toEqual(bytes)
      expect(again).toEqual(value)
    }),
  )
})

test('the bytes of version 1 stay as they are: they are in checkpoints and digests', () => {
  const value = { a: 1, b: [true, null, 'é'], c: new Float64Array([-0]) }
  const hex = Buffer.from(new CanonicalWriter().encode(value)).toString('hex')
  expect(hex).toBe(
    '0a030000000501000000610400000000000000000000f03f05010000006208030000000300000000' +
      '01000000000502000000c3a905010000006307010000000000000000000080',
  )
})

test('the order of a map is part of the data: engines iterate in it', () => {
  const bytesOf = (entries: [string, number][]) =>
    Buffer.from(new CanonicalWriter().encode(new Map(entries))).toString('hex')
  expect(
    bytesOf([
      ['a', 1],
      ['b', 2],
    ]),
  ).not.toBe(
    bytesOf([
      ['b', 2],
      ['a', 1],
    ]),
  )
})
