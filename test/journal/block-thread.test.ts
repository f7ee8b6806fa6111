import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { RecorderError } from '../../src/base/errors.ts'
import { BlockBuilder } from '../../src/journal/block-builder.ts'
import { decodeBlock, encodeBlock } from '../../src/journal/block-codec.ts'
import { BlockThread, type DecodedBlocks } from '../../src/journal/block-thread.ts'
import { openCodec } from '../../src/journal/codec.ts'
import { decodeAhead } from '../../src/journal/decode-ahead.ts'
import type { Row } from '../../src/journal/keys.ts'
import { entries } from '../kit/entries.ts'

// A thread loads the program anew: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const codec = await openCodec()
const threads: BlockThread[] = []

function thread(): BlockThread {
  const made = new BlockThread(codec)
  threads.push(made)
  return made
}

afterEach(async () => {
  for (const made of threads.splice(0)) await made.close()
})

function valueAt(index: number, entryCount = 100): Uint8Array {
  const builder = new BlockBuilder(index * entryCount)
  for (const draft of entries(entryCount, 1000, index * entryCount)) builder.append(draft)
  return encodeBlock(builder.take(), index, codec, { header: 1, payloads: 1 })
}

const values = Array.from({ length: 12 }, (_, index) => valueAt(index))
const rows: readonly Row[] = values.map((value, index) => ({ key: Uint8Array.of(index), value }))

/** Asks until the thread is there; it comes to be while blocks are read without it. */
async function decodedBy(made: BlockThread, asked: readonly Uint8Array[]): Promise<DecodedBlocks> {
  for (;;) {
    const decoded = made.decode(asked)
    if (decoded !== undefined) return await decoded
    await setImmediate()
  }
}

// With one processor there is no thread, and nothing to test.
describe.skipIf(availableParallelism() < 2)('a block thread', () => {
  test('gives what decoding here gives, in the order in which it was asked', async () => {
    const made = thread()
    expect(await decodedBy(made, values)).toEqual(values.map((value) => decodeBlock(value, codec)))
    const asked = [made.decode(values.slice(4)), made.decode(values.slice(0, 2))]
    const [first, second] = await Promise.all(asked)
    expect(first?.[0]).toEqual(decodeBlock(valueAt(4), codec))
    expect(second?.[1]).toEqual(decodeBlock(valueAt(1), codec))
  })

  test('says what is wrong with a damaged block, and leaves one that it cannot decode', async () => {
    const damaged = valueAt(0)
    damaged[20] = (damaged[20] ?? 0) ^ 1
    const foreign = encodeBlock(
      { ...firstBlock(), firstSeq: 7 },
      0,
      { ...codec, id: 9 },
      { header: 1, payloads: 1 },
    )
    expect(() => decodeBlock(foreign, codec)).toThrow(RecorderError)
    const decoded = await decodedBy(thread(), [damaged, foreign, valueAt(1)])
    expect(decoded).toEqual([
      { problem: 'its checksum differs' },
      undefined,
      decodeBlock(valueAt(1), codec),
    ])
  })

  test('encodes what encoding here gives, and shows what a reader will get of it', async () => {
    const made = thread()
    const toEncode = { block: firstBlock(), keyTimeUs: 17, levels: { header: 6, payloads: 3 } }
    expect(await made.encode(toEncode)).toBeUndefined()
    await decodedBy(made, values)
    const value = encodeBlock(firstBlock(), 17, codec, toEncode.levels)
    expect(await made.encode(toEncode)).toEqual({ value, result: decodeBlock(value, codec) })
    // The block is still there for whoever asked.
    expect(toEncode.block).toEqual(firstBlock())
    const waiting = made.encode(toEncode)
    await made.close()
    expect([undefined, value.length]).toContain((await waiting)?.value.length)
    expect(await made.encode(toEncode)).toBeUndefined()
  })

  test('is there at once when it was started, and a start ends where it never will be', async () => {
    const made = thread()
    await made.start()
    expect(await made.decode(values.slice(0, 1))).toEqual([decodeBlock(valueAt(0), codec)])
    await made.start()
    const ended = thread()
    const starting = ended.start()
    await ended.close()
    await starting
    await ended.start()
    expect(ended.decode(values)).toBeUndefined()
  })

  test('leaves to the reader what it has not done when it is closed', async () => {
    const made = thread()
    await decodedBy(made, values)
    const waiting = made.decode(values)
    await made.close()
    expect([0, values.length]).toContain((await waiting)?.length)
    expect(made.decode(values)).toBeUndefined()
  })
})

describe.skipIf(availableParallelism() < 2)('decoding ahead', () => {
  const failing = async function* (): AsyncGenerator<readonly Row[]> {
    yield rows.slice(0, 9)
    yield rows.slice(9)
    await setImmediate()
    throw new RecorderError('JOURNAL_DAMAGED', 'a table is broken')
  }

  test.each([false, true])(
    'keeps the order, and fails after what came before (thread: %s)',
    async (withThread) => {
      const made = thread()
      if (withThread) await decodedBy(made, values)
      const seen: number[] = []
      const read = async () => {
        for await (const { row, result } of decodeAhead(failing(), made)) {
          seen.push(row.key[0] ?? -1)
          if (withThread) expect(result).toEqual(decodeBlock(row.value, codec))
        }
      }
      await expect(read()).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' })
      expect(seen).toEqual(rows.map((_, index) => index))
    },
  )

  test('ends its source when nobody wants more', async () => {
    let isEnded = false
    const source = async function* (): AsyncGenerator<readonly Row[]> {
      try {
        for (;;) yield await Promise.resolve(rows)
      } finally {
        isEnded = true
      }
    }
    const made = thread()
    await decodedBy(made, values)
    for await (const { row } of decodeAhead(source(), made)) {
      if (row.key[0] === 5) break
    }
    expect(isEnded).toBe(true)
  })
})

function firstBlock() {
  const result = decodeBlock(valueAt(0), codec)
  if ('problem' in result) throw new Error(result.problem)
  return result.block
}
