import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatLine, NdjsonReader } from '../../src/interchange/ndjson.ts'

const noTime = () => Number.NaN
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)

describe('product.md §5: the interchange format', () => {
  test('a line comes back as it was, in the field order of the chapter', () => {
    const line =
      '{"recv":1772438417339.125,"ex":"binance","sym":"BTCUSDT","ch":"depth","raw":"{\\"e\\":\\"depthUpdate\\"}"}\n'
    const { draft } = new NdjsonReader(noTime).parse(line)
    expect(draft?.recvTimeUs).toBe(1_772_438_417_339_125)
    expect(draft && formatLine(draft, { facts: false })).toBe(line)
  })

  // Goal: no payload is changed on its way through a file. Method: any well-formed string, since a
  // payload is text of the venue's; what is compared is the bytes.
  test('any payload survives a line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const line = JSON.stringify({ recv: 1, ex: 'x', sym: 'S', ch: 'c', raw })
        const { draft } = new NdjsonReader(noTime).parse(line)
        const again = new NdjsonReader(noTime).parse(
          draft === undefined ? '' : formatLine(draft, { facts: false }),
        )
        expect(text(again.draft?.payload)).toBe(raw)
      }),
    )
  })

  test('what only the recorder knew survives with facts', () => {
    const draft = {
      stream: { venue: 'binance', symbol: 'BTCUSDT', channel: 'openInterest' },
      recvTimeUs: 1_772_438_417_339_001,
      monoTimeUs: 77.5,
      venueTimeMs: Number.NaN,
      connectionId: 3,
      payload: new TextEncoder().encode('{}'),
      http: { status: 200, headers: { 'x-mbx-used-weight-1m': '40' } },
    }
    const { draft: again } = new NdjsonReader(noTime).parse(formatLine(draft, { facts: true }))
    expect(again).toEqual(draft)
  })

  test.each([
    ['{"recv":1', 'not a JSON object'],
    ['[]', 'not a JSON object'],
    ['{"recv":"1","ex":"b","sym":"S","ch":"c","raw":""}', 'recv'],
    ['{"recv":1,"ex":"","sym":"S","ch":"c","raw":""}', 'ex'],
    ['{"recv":1,"ex":"b","sym":"S","raw":""}', 'ch'],
    ['{"recv":1,"ex":"b","sym":"S","ch":"c","raw":{}}', 'raw'],
    ['{"recv":1,"ex":"b","sym":"S","ch":"c","raw":"\\ud800"}', 'raw'],
  ])('refuses %s, naming what is wrong', (line, part) => {
    const { draft, reason } = new NdjsonReader(noTime).parse(line)
    expect(draft).toBeUndefined()
    expect(reason).toContain(part)
  })
})
