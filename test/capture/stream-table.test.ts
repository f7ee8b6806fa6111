import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createStreamTable, streamOf } from '../../src/capture/stream-table.ts'

const named = (name: string) => ({
  name,
  channel: 'depth' as const,
  symbol: 'X',
  rule: 'active' as const,
  optional: false,
  twins: [],
  continuityIds: [],
})
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

// Goal: a frame is given to the stream it names and to no other. Method: names that share beginnings
// and ends, frames cut at each place, against a search for the text.
test('a frame belongs to the stream that its wrapper names, and to none if that was not asked for', () => {
  const name = fc.stringMatching(/^[a-c]{1,3}@(depth|trade)$/)
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { minLength: 1, maxLength: 12 }),
      name,
      fc.nat(40),
      (names, asked, cut) => {
        const table = createStreamTable('binance', names.map(named))
        const frame = `{"stream":"${asked}","data":{"e":"depthUpdate"}}`
        const found = streamOf(table, bytes(frame))
        expect(found?.planned.name).toBe(names.includes(asked) ? asked : undefined)
        const part = frame.slice(0, cut)
        const isWhole = part.startsWith(`{"stream":"${asked}"`)
        if (!isWhole && !names.some((one) => part === `{"stream":"${one}`)) {
          expect(streamOf(table, bytes(part))).toBeUndefined()
        }
      },
    ),
  )
})

test('names with the same hash are told apart by their bytes', () => {
  // Both hash to the same 32 bits by FNV-1a.
  const table = createStreamTable('binance', [named('costarring'), named('liquid')])
  expect(table.byHash.size).toBe(1)
  for (const name of ['costarring', 'liquid']) {
    expect(streamOf(table, bytes(`{"stream":"${name}","data":{}}`))?.planned.name).toBe(name)
  }
})

test.each(['', '{', '[1]', '{"result":null,"id":1}', '{"e":"depthUpdate","s":"BTCUSDT"}'])(
  'a frame without a wrapper has no stream: %j',
  (frame) => {
    expect(streamOf(createStreamTable('binance', [named('a')]), bytes(frame))).toBeUndefined()
  },
)
