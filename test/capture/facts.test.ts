import { describe, expect, test } from 'vitest'
import { FACT_CHANNELS, type FactChannel } from '../../src/model/channel.ts'
import { encodeFact, type FactOf, parseFact } from '../../src/model/facts.ts'

const FACTS: { readonly [C in FactChannel]: FactOf<C> } = {
  start: { runId: 'r', version: '1', venue: 'binance', symbols: ['BTCUSDT'], urls: ['wss://a'] },
  stop: { runId: 'r', reason: 'asked' },
  settings: {
    profile: 'standard',
    settings: { 'book.gapTolerance': 0, 'pipeline.clock': 'exchange' },
  },
  subscribe: { connectionId: 1, route: '/public', streams: ['btcusdt@depth'] },
  ack: { connectionId: 1, route: '/public', waitMs: 20 },
  disconnect: { connectionId: 1, route: '/public', code: 1006, reason: 'cut' },
  gap: {
    cause: 'outage',
    symbol: '',
    channel: '',
    fromTimeMs: 1.5,
    toTimeMs: 2,
    missingCount: 0,
    streams: [],
  },
  timer: { event: 'paused', pendingBytes: 5 },
  clockOffset: { offsetMs: -3.25, rttMs: 40 },
  digest: { symbol: 'BTCUSDT', minute: 5, digest: 'ab', seq: 9, version: 1 },
  alarm: {
    event: 'raised',
    kind: 'silence',
    level: 'dead',
    symbol: 'BTCUSDT',
    channel: 'markPrice',
    subject: 'btcusdt@markPrice@1s',
    reason: 'silent',
    sinceTimeMs: 1,
  },
  missing: {
    symbol: 'BTCUSDT',
    channel: 'aggTrade',
    cause: 'ids',
    connectionId: 1,
    beforeId: 5,
    afterId: 8,
    missingCount: 2,
    fromTimeMs: 1,
    toTimeMs: 2,
  },
  drift: { symbol: '', channel: 'depth', reason: 'without pu', sample: '{}' },
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

describe.each(FACT_CHANNELS)('a fact of the channel %s', (channel) => {
  const payload = encodeFact(channel, FACTS[channel])

  test('comes back as it was written', () => {
    expect(parseFact(channel, payload)).toEqual(FACTS[channel])
  })

  test('has the same bytes whatever the order of its fields', () => {
    const turned = Object.fromEntries(Object.entries(FACTS[channel]).reverse())
    expect(text(encodeFact(channel, turned as unknown as FactOf<typeof channel>))).toBe(
      text(payload),
    )
  })

  test('is refused when a field is missing or of another kind', () => {
    const fields = JSON.parse(text(payload)) as Record<string, unknown>
    for (const name of Object.keys(fields)) {
      for (const other of [undefined, null, [1], { a: [] }]) {
        const bytes = new TextEncoder().encode(JSON.stringify({ ...fields, [name]: other }))
        expect(parseFact(channel, bytes), `${name} ${JSON.stringify(other)}`).toBeUndefined()
      }
    }
  })
})

test.each(['', '{', 'null', '5', '[]'])('bytes that are no fact are none: %j', (bytes) => {
  expect(parseFact('stop', new TextEncoder().encode(bytes))).toBeUndefined()
})

test('keys that a later version adds are let through', () => {
  const bytes = new TextEncoder().encode('{"runId":"r","reason":"asked","more":1}')
  expect(parseFact('stop', bytes)).toMatchObject({ runId: 'r', reason: 'asked' })
})
