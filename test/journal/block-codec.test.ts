import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { BlockBuilder } from '../../src/journal/block-builder.ts'
import { decodeBlock, encodeBlock, isBadBlock } from '../../src/journal/block-codec.ts'
import { type Codec, type CodecName, openCodec } from '../../src/journal/codec.ts'
import { packColumn, packRelative, unpackColumn, unpackRelative } from '../../src/journal/column.ts'
import type { Block, EntryDraft } from '../../src/model/block.ts'
import { entries, START_US } from '../kit/entries.ts'
import { asRead, readAll } from '../kit/journals.ts'

// Real files, flushed: on a busy machine a disk may take its time.
vi.setConfig({ testTimeout: 60_000 })

const LEVELS = { header: 1, payloads: 1 }
const codec = await openCodec()

function blockOf(drafts: readonly EntryDraft[], firstSeq = 0): Block {
  const builder = new BlockBuilder(firstSeq)
  for (const draft of drafts) builder.append(draft)
  return builder.take()
}

async function entriesOf(block: Block) {
  const blocks = async function* () {
    yield await Promise.resolve(block)
  }
  return await readAll({ nextSeq: 0, blocks, close: () => Promise.resolve() })
}

function decoded(value: Uint8Array, by: Codec = codec): Block {
  const result = decodeBlock(value, by)
  if (isBadBlock(result)) throw new Error(result.problem)
  return result.block
}

/** Numbers that a column must keep bit for bit, far beyond what a recording holds. */
const anyNumber = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(Number.NaN, -0, 0, 2 ** 53, -(2 ** 31), 2 ** 31 - 1, START_US),
)

describe('a column', () => {
  // Goal: no number is changed by packing, whatever its neighbours are.
  // Method: columns of extremes and of small steps, in both orders, compared with Object.is.
  test('gives back every number bit for bit', () => {
    const steps = fc.array(fc.integer({ min: -300, max: 70_000 }), { maxLength: 200 })
    const walks = steps.map((all) => {
      let at = START_US
      return all.map((step) => {
        at += step
        return at
      })
    })
    const columns = fc.oneof(fc.array(anyNumber, { maxLength: 60 }), walks)
    fc.assert(
      fc.property(columns, fc.constantFrom('delta' as const, 'plain' as const), (all, order) => {
        const into = new Float64Array(all.length)
        expect(unpackColumn(packColumn(all, all.length, order), all.length, into)).toBe(true)
        expect(Array.from(into)).toEqual(all)
        const values = Float64Array.from(all)
        const reference = Float64Array.from(all, (_, index) => START_US + index)
        const relative = packRelative(values, reference, order)
        expect(unpackRelative(relative, reference)).toEqual(values)
      }),
      { numRuns: 1_000 },
    )
  })

  test('refuses bytes that are not a column of that many numbers', () => {
    const bytes = packColumn([1, 2, 300], 3, 'delta')
    expect(unpackColumn(bytes, 4, new Float64Array(4))).toBe(false)
    expect(unpackColumn(bytes.subarray(1), 3, new Float64Array(3))).toBe(false)
    expect(unpackColumn(Uint8Array.of(3), 0, new Float64Array())).toBe(false)
  })
})

describe('a block', () => {
  const drafts = fc.array(
    fc.record({
      stream: fc.record({
        venue: fc.constantFrom('binance', 'recorder'),
        symbol: fc.constantFrom('BTCUSDT', '', '币安人生USDT'),
        channel: fc.constantFrom('depth', 'trade', 'gap'),
      }),
      recvTimeUs: fc.oneof(fc.nat(), fc.constant(START_US), fc.double({ noNaN: true })),
      monoTimeUs: anyNumber,
      venueTimeMs: anyNumber,
      connectionId: fc.nat(),
      payload: fc.uint8Array({ maxLength: 80 }),
      http: fc.option(
        fc.record({
          status: fc.nat(599),
          headers: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
        }),
        { nil: undefined },
      ),
    }),
    { minLength: 1, maxLength: 40 },
  )

  // Goal: every field of every entry survives, whoever compresses and whoever decompresses.
  // Method: arbitrary entries through each pair of codecs that share a format.
  test('gives back every field of every entry', async () => {
    const names: readonly CodecName[] = ['zstd-wasm', 'deflate']
    const codecs = await Promise.all(names.map((name) => openCodec([name])))
    await fc.assert(
      fc.asyncProperty(drafts, fc.nat(1000), fc.constantFrom(...codecs), async (all, seq, by) => {
        const value = encodeBlock(blockOf(all, seq), 17, by, LEVELS)
        expect(await entriesOf(decoded(value))).toEqual(asRead(all, seq))
      }),
      { numRuns: 200 },
    )
  })

  test('finds a flipped bit anywhere in it', () => {
    const value = encodeBlock(blockOf(entries(50)), 0, codec, LEVELS)
    for (let bit = 0; bit < value.length * 8; bit += 1) {
      const flipped = value.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(isBadBlock(decodeBlock(flipped, codec)), `bit ${bit}`).toBe(true)
    }
    expect(isBadBlock(decodeBlock(value.subarray(0, 9), codec))).toBe(true)
    expect(isBadBlock(decodeBlock(new Uint8Array(), codec))).toBe(true)
  })

  test('holds as many streams as entries', async () => {
    const all = entries(3000).map((draft, index) => ({
      ...draft,
      stream: { venue: 'binance', symbol: `S${index}`, channel: 'trade' },
    }))
    expect(await entriesOf(decoded(encodeBlock(blockOf(all), 0, codec, LEVELS)))).toEqual(
      asRead(all),
    )
  })
})

describe('a builder', () => {
  test('gives blocks that share nothing with each other', async () => {
    const builder = new BlockBuilder(5)
    const all = entries(4000)
    for (const draft of all.slice(0, 2500)) builder.append(draft)
    const first = builder.take()
    for (const draft of all.slice(2500)) builder.append(draft)
    const second = builder.take()
    expect(await entriesOf(first)).toEqual(asRead(all.slice(0, 2500), 5))
    expect(await entriesOf(second)).toEqual(asRead(all.slice(2500), 2505))
    expect(builder.count).toBe(0)
    expect(builder.nextSeq).toBe(4005)
  })

  test('copies entries of another block', async () => {
    const all = entries(300)
    const from = blockOf(all, 40)
    const builder = new BlockBuilder(42)
    for (let index = 2; index < 300; index += 1) builder.appendFrom(from, index)
    expect(await entriesOf(builder.take())).toEqual(asRead(all.slice(2), 42))
  })
})
