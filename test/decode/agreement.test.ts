import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decoder } from '../../src/decode/decoder.ts'
import { headOf, venueTimeOf } from '../../src/decode/venue-time.ts'
import { decodeBytes, decodeText, isDecoded } from './decode-text.ts'
import { expectedOf } from './oracle.ts'
import { SAMPLES, wrapped } from './sample-payloads.ts'
import { type ChannelPayload, sharedIsHere, sharedPayloads } from './shared-payloads.ts'

const SCANNED = [
  'depth',
  'aggTrade',
  'trade',
  'bookTicker',
  'forceOrder',
  'markPrice',
  'depthSnapshot',
] as const
const REPLIES = new Set(['openInterest', 'exchangeInfo', 'depthSnapshot'])

const encoder = new TextEncoder()

describe('every shared Binance payload', () => {
  // Goal: real payloads never leave the fast path, and every field is that of JSON.parse.
  // Method: each payload of the captures and golden inputs, against an oracle of its own.
  test.skipIf(!sharedIsHere)(
    'is read as JSON.parse reads it, on the fast path (needs ../shared)',
    { timeout: 120_000 },
    () => {
      const decoder = new Decoder()
      let count = 0
      for (const { channel, text } of sharedPayloads()) {
        if (!isDecoded(channel) || text === '{}' || text === '[]') continue
        const { message, way } = decodeText(decoder, channel, text)
        if (way !== 'fast') expect.fail(`${way} ${decoder.fault}: ${text.slice(0, 300)}`)
        if (channel !== 'exchangeInfo' && !isSame(message, expectedOf(channel, text))) {
          expect(message, text).toEqual(expectedOf(channel, text))
        }
        count += 1
      }
      expect(count).toBeGreaterThan(200_000)
    },
  )

  test.skipIf(!sharedIsHere)(
    'has the head and the exchange time that its decoder reads (needs ../shared)',
    { timeout: 120_000 },
    () => {
      for (const { channel, text } of sharedPayloads()) {
        expectTime(channel, text)
        if (!REPLIES.has(channel) && !text.startsWith('[')) expectHead(channel, text)
      }
    },
  )
})

function expectTime(channel: string, text: string): void {
  const expected = expectedOf(channel, text)
  if (expected === undefined) return
  const timeMs = venueTimeOf(channel, encoder.encode(text))
  const field = channel === 'markPrice' ? 'eventTimeMs' : 'venueTimeMs'
  if (timeMs !== expected[field]) expect(timeMs, text).toBe(expected[field])
}

function expectHead(channel: string, text: string): void {
  const head = headOf(encoder.encode(text))
  const symbol = /"s":"(\w+)"/.exec(text)?.[1] ?? ''
  if (head?.channel !== channel || head.symbol !== symbol) {
    expect(head, text).toEqual({ channel, symbol })
  }
}

describe('a damaged payload', () => {
  // Goal: a scanner that says yes gives what JSON.parse gives, whatever the bytes; nothing throws.
  // Method: real and hand-written payloads with bytes flipped, dropped, doubled, cut and with
  // digits, keys and values exchanged; `MUTATIONS` sets how many. The tolerant path, forced by a
  // leading space, has to agree as well.
  const mutationCount = Number(process.env['MUTATIONS'] ?? 50_000)

  test('is read as JSON.parse reads it, or not at all', { timeout: 600_000 }, () => {
    const decoder = new Decoder()
    const payloads = mutationBases()
    let fastCount = 0
    fc.assert(
      fc.property(
        fc.nat(payloads.length - 1),
        fc.array(
          fc.record({ kind: fc.nat(EDITS.length - 1), at: fc.nat(1 << 20), by: fc.nat(1 << 20) }),
          {
            minLength: 1,
            maxLength: 3,
          },
        ),
        (index, edits) => {
          const { channel, text } = payloads[index] ?? { channel: '', text: '' }
          let mutated = text
          for (const { kind, at, by } of edits) mutated = EDITS[kind]?.(mutated, at, by) ?? mutated
          // Latin-1, so that a byte above 127 is not UTF-8.
          const bytes = Uint8Array.from(Buffer.from(mutated, 'latin1'))
          const { message, way, coinMargined } = decodeBytes(decoder, channel, bytes)
          if (way !== 'fast') return true
          fastCount += 1
          const isAsExpected = isSame(message, expectedOf(channel, mutated))
          const slow = decodeText(decoder, channel, ` ${mutated}`)
          return (
            isAsExpected &&
            slow.way === 'slow' &&
            slow.coinMargined === coinMargined &&
            isSame(message, slow.message)
          )
        },
      ),
      { numRuns: mutationCount },
    )
    // Most edits hit a digit or two: a property that always looks away proves nothing.
    expect(fastCount).toBeGreaterThan(mutationCount / 20)
  })
})

function mutationBases(): readonly ChannelPayload[] {
  const bases: ChannelPayload[] = []
  for (const channel of SCANNED) {
    const text = SAMPLES[channel]
    bases.push({ channel, text })
    if (channel === 'depthSnapshot') continue
    bases.push({ channel, text: wrapped(`btcusdt@${channel}`, text) })
    bases.push({ channel, text: `${text.slice(0, -1)},"ps":"BTC","st":1,"nq":"0.1","x1":-2.50}` })
  }
  bases.push({
    channel: 'forceOrder',
    text: SAMPLES.forceOrder.replace('}}', ',"st":2,"ps":"B"}}'),
  })
  bases.push({ channel: 'aggTrade', text: SAMPLES.aggTrade.replace(',"f"', ',"nq":"0.09","f"') })
  if (!sharedIsHere) return bases
  const counts = new Map<string, number>()
  for (const payload of sharedPayloads()) {
    const count = counts.get(payload.channel) ?? 0
    // Some of each channel from anywhere in the captures; long books would take all the time.
    if (!SCANNED.some((channel) => channel === payload.channel) || payload.text.length > 2000)
      continue
    counts.set(payload.channel, count + 1)
    if (count % 199 === 0) bases.push(payload)
  }
  return bases
}

type Edit = (text: string, at: number, by: number) => string

const splice = (text: string, at: number, removeCount: number, insert: string): string =>
  text.slice(0, at) + insert + text.slice(at + removeCount)

const ALPHABET = '0123456789.-eE+"[]{},:\\ \tabTx\u0000\u00e9'
const KEYS = ['e', 'E', 'T', 's', 'U', 'u', 'pu', 'b', 'a', 'p', 'q', 'ap', 'bids', 'st', 'data']
const VALUES = [
  '1',
  '"1"',
  '01',
  '2',
  '2.0',
  '-1',
  '1e5',
  '"1e5"',
  '""',
  'null',
  'true',
  '[]',
  '"x"',
]
const DECIMALS = [
  '1.',
  '.5',
  '0.10',
  '00.1',
  '-1.0',
  '1.0.0',
  '9007199254740993',
  '0.12345678901234567890',
  'NaN',
]

const EDITS: readonly Edit[] = [
  (text, at, by) => splice(text, at % text.length, 1, ALPHABET[by % ALPHABET.length] ?? ''),
  (text, at, by) => splice(text, at % text.length, 0, ALPHABET[by % ALPHABET.length] ?? ''),
  (text, at, by) => splice(text, at % text.length, 1 + (by % 3), ''),
  (text, at) => text.slice(0, at % (text.length + 1)),
  (text, at, by) => text.slice(0, at % (text.length + 1)) + '}'.repeat(1 + (by % 3)),
  (text, at, by) => splice(text, digitAt(text, at), 1, String(by % 10)),
  (text, at, by) => splice(text, digitAt(text, at), 1, String(by % 10)),
  (text, at, by) => splice(text, digitAt(text, at), 0, String(by)),
  // A field more.
  (text, at, by) =>
    splice(
      text,
      commaAt(text, at),
      0,
      `,"${KEYS[by % KEYS.length]}":${VALUES[(by >> 4) % VALUES.length]}`,
    ),
  // Another value of a decimal.
  (text, at, by) => {
    const start = text.indexOf('":"', at % text.length)
    const end = text.indexOf('"', start + 3)
    return start < 0 || end < 0
      ? text
      : splice(text, start + 3, end - start - 3, DECIMALS[by % DECIMALS.length] ?? '')
  },
  // Two fields in the other order.
  (text, at) => {
    const fields = text.split(',')
    const index = at % Math.max(1, fields.length - 1)
    return [
      ...fields.slice(0, index),
      fields[index + 1],
      fields[index],
      ...fields.slice(index + 2),
    ].join(',')
  },
  // A part of it twice.
  (text, at, by) =>
    splice(text, at % text.length, 0, text.slice(at % text.length, (at % text.length) + (by % 40))),
]

function digitAt(text: string, at: number): number {
  const from = at % text.length
  const offset = text.slice(from).search(/\d/)
  return offset < 0 ? from : from + offset
}

function commaAt(text: string, at: number): number {
  const comma = text.indexOf(',"', at % text.length)
  return comma < 0 ? text.length - 1 : comma
}

/** Deep equality of flat messages; quicker than the one of a test library, which is asked on a miss. */
function isSame(
  a: Readonly<Record<string, unknown>> | undefined,
  b: Readonly<Record<string, unknown>> | undefined,
): boolean {
  if (a === undefined || b === undefined) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => {
    const [x, y] = [a[name], b[name]]
    return Array.isArray(x) && Array.isArray(y)
      ? x.length === y.length && x.every((item, index) => Object.is(item, y[index]))
      : Object.is(x, y)
  })
}
