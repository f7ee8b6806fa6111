// Goal: what columns give is what the decoder gave, field by field; what it refused keeps its bytes.
// Method: hand-written, real and mutated payloads through both ways.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SAMPLES, wrapped } from '../decode/sample-payloads.ts'
import { sharedIsHere, sharedPayloads } from '../decode/shared-payloads.ts'
import { CHANNELS } from './channels.ts'
import { blockOf, decoded, type Payload, throughColumns } from './message-kit.ts'

const encoder = new TextEncoder()
const payload = (channel: string, text: string): Payload => ({
  channel,
  bytes: encoder.encode(text),
})
const samples = Object.entries(SAMPLES).map(([channel, text]) => payload(channel, text))

describe('messages in columns', () => {
  test('are those of the decoder, of every channel that has columns', () => {
    const block = blockOf([...samples, ...samples])
    const [made] = throughColumns([block])
    expect(made).toEqual(decoded(block))
    expect(made?.filter(({ message }) => message !== undefined)).toHaveLength(
      Object.keys(CHANNELS).length * 2,
    )
  })

  test('survive the block before: its rows, levels and texts are gone', () => {
    const order = (symbol: string, side: string) =>
      payload('forceOrder', SAMPLES.forceOrder.replace('BTCUSDT', symbol).replace('SELL', side))
    const blocks = [
      blockOf([order('BTCUSDT', 'SELL'), order('ETHUSDT', 'BUY'), ...samples], 0),
      blockOf([order('ETHUSDT', 'BUY')], 50),
      blockOf([payload('depth', SAMPLES.depth.replace('67438.30', '1.50'))], 51),
      blockOf([], 52),
    ]
    expect(throughColumns(blocks)).toEqual(blocks.map(decoded))
  })

  test('keep what only the tolerant way reads, and the bytes of what no way does', () => {
    const block = blockOf([
      payload('aggTrade', ` ${SAMPLES.aggTrade}`),
      payload('aggTrade', SAMPLES.aggTrade.replace('"67999.10"', '"6.5e3"')),
      payload('aggTrade', '{"e":"aggTrade"}'),
      payload('depth', ''),
      payload('forceOrder', SAMPLES.forceOrder.replace('"FILLED"', '"\\ud800"')),
      payload('forceOrder', SAMPLES.forceOrder.replace('}}', ',"st":2,"ps":"B"}}')),
      payload('markPrice', wrapped('x', SAMPLES.markPrice)),
      payload('markPrice', SAMPLES.markPrice.replace(',"r":"-0.00010004"', '')),
    ])
    const [made = []] = throughColumns([block])
    const expected = decoded(block)
    for (const [index, { message, coinMargined }] of made.entries()) {
      if (message === undefined) continue
      expect({ message, coinMargined }).toEqual(expected[index])
    }
    expect(made.map(({ message }) => message !== undefined)).toEqual([
      true,
      expected[1]?.message !== undefined,
      false,
      false,
      false,
      true,
      true,
      true,
    ])
  })

  test('of altered payloads are those of the decoder', { timeout: 120_000 }, () => {
    const bases = samples.filter(({ channel }) => CHANNELS[channel] !== undefined)
    const edit = fc.record({ base: fc.nat(bases.length - 1), at: fc.nat(4000), by: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
        const payloads = edits.map(({ base, at, by }): Payload => {
          const { channel, bytes } = bases[base] ?? { channel: '', bytes: new Uint8Array(0) }
          const altered = bytes.slice()
          // A digit more often than not: other bytes are refused by every way.
          altered[at % altered.length] = by < 200 ? 0x30 + (by % 10) : by
          return { channel, bytes: altered }
        })
        const block = blockOf(payloads)
        const [made = []] = throughColumns([block])
        for (const [index, expected] of decoded(block).entries()) {
          // A text that is not plain keeps its bytes, though it can be read.
          if (made[index]?.message !== undefined) expect(made[index]).toEqual(expected)
          else if (expected.message !== undefined) expect(isPlain(expected.message)).toBe(false)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test.skipIf(!sharedIsHere)(
    'of every shared payload are those of the decoder (needs ../shared)',
    { timeout: 240_000 },
    () => {
      let waiting: Payload[] = []
      let messageCount = 0
      const compare = () => {
        const block = blockOf(waiting, messageCount)
        waiting = []
        const [made = []] = throughColumns([block])
        for (const [index, expected] of decoded(block).entries()) {
          if (expected.message === undefined && made[index]?.message === undefined) continue
          messageCount += 1
          // The slow comparison only says what the fast one has found.
          if (JSON.stringify(made[index]) !== JSON.stringify(expected)) {
            expect(made[index]).toEqual(expected)
          }
        }
      }
      for (const { channel, text } of sharedPayloads()) {
        waiting.push(payload(channel, text))
        if (waiting.length === 1000) compare()
      }
      compare()
      expect(messageCount).toBeGreaterThan(200_000)
    },
  )
})

const isPlain = (message: Readonly<Record<string, unknown>>): boolean =>
  Object.values(message).every((value) => typeof value !== 'string' || /^[\x20-\x7e]*$/.test(value))
