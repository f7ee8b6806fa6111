// Goal: memory that is used again holds what was read into it until two more blocks were asked for,
// and not one block longer than that costs anybody a byte. Method: each codec with memory given to it;
// a recording of many blocks read with `reuse`, each block compared two blocks later.
import { describe, expect, test, vi } from 'vitest'
import { type CodecName, openCodec } from '../../src/journal/codec.ts'
import { openReader } from '../../src/journal/level-reader.ts'
import { newRoom, RoomPool, roomInTurns } from '../../src/journal/room.ts'
import type { Block } from '../../src/model/block.ts'
import { entries } from '../kit/entries.ts'
import { record, temporaryFolder } from '../kit/journals.ts'

vi.setConfig({ testTimeout: 60_000 })

const text = (length: number): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(Array.from({ length }, (_, index) => index * 7919)))

const isSame = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one !== undefined && other !== undefined && Buffer.compare(one, other) === 0

describe('what is decompressed', () => {
  const names: readonly CodecName[] = ['zstd-wasm', 'deflate']

  test.each(names)('by %s is the same in memory of any kind', async (name) => {
    const codec = await openCodec([name])
    const room = roomInTurns(2)
    // Larger and smaller in turns: what an earlier one left must not show.
    for (const length of [0, 1, 40_000, 3, 2_000, 90_000, 10, 40_000]) {
      const bytes = text(length)
      const packed = codec.compress(bytes, 1)
      expect(isSame(codec.decompress(codec.id, packed), bytes)).toBe(true)
      expect(isSame(codec.decompress(codec.id, packed, newRoom), bytes)).toBe(true)
      expect(isSame(codec.decompress(codec.id, packed, room), bytes)).toBe(true)
    }
  })

  test('by zstd in WebAssembly lies in the memory that was given', async () => {
    const codec = await openCodec(['zstd-wasm'])
    const packed = codec.compress(text(5_000), 1)
    const given: Uint8Array[] = []
    const room = (byteLength: number) => {
      given.push(new Uint8Array(byteLength))
      return given.at(-1) ?? new Uint8Array()
    }
    expect(codec.decompress(codec.id, packed, room)).toBe(given[0])
    expect(given).toHaveLength(1)
  })

  test('is nothing, and an error, of bytes that are no frame', async () => {
    const codec = await openCodec(['zstd-wasm'])
    const packed = codec.compress(text(5_000), 1)
    const cut = packed.subarray(0, packed.length - 9)
    expect(() => codec.decompress(codec.id, cut, roomInTurns(2))).toThrow(/code/)
    expect(() => codec.decompress(codec.id, text(50), roomInTurns(2))).toThrow(/code/)
    expect(isSame(codec.decompress(codec.id, packed), text(5_000))).toBe(true)
  })
})

describe('room in turns', () => {
  test('comes back after so many turns, as a view of its own each time', () => {
    const room = roomInTurns(3)
    const views = [100, 90, 80, 100, 50, 99].map((byteLength) => room(byteLength))
    expect(views.map(({ length }) => length)).toEqual([100, 90, 80, 100, 50, 99])
    expect(views.slice(3).map(({ buffer }) => buffer)).toEqual(
      views.slice(0, 3).map(({ buffer }) => buffer),
    )
    expect(new Set(views.slice(0, 3).map(({ buffer }) => buffer)).size).toBe(3)
    expect(new Set(views).size).toBe(6)
  })

  test('grows for what is larger', () => {
    const room = roomInTurns(1)
    const small = room(10)
    expect(room(1_000).buffer).not.toBe(small.buffer)
    expect(room(1_001)).toHaveLength(1_001)
  })
})

describe('a pool of room', () => {
  test('gives again what was given back, where it is large enough', () => {
    const pool = new RoomPool()
    const [first, second] = [pool.room(100), pool.room(100)]
    expect(second.buffer).not.toBe(first.buffer)
    pool.giveBack(first)
    expect(pool.room(90).buffer).toBe(first.buffer)
    pool.giveBack(second)
    expect(pool.room(10_000).buffer).not.toBe(second.buffer)
  })

  test('keeps no more than one commit needs', () => {
    const pool = new RoomPool()
    const taken = Array.from({ length: 50 }, () => pool.room(10))
    for (const bytes of taken) pool.giveBack(bytes)
    const again = Array.from({ length: 50 }, () => pool.room(10).buffer)
    expect(taken.filter(({ buffer }) => again.includes(buffer))).toHaveLength(8)
  })
})

test('a block is good until two more were asked for, and its memory is then used again', async () => {
  await using folder = await temporaryFolder()
  const path = `${folder.path}/recording`
  await record(path, entries(80_000, 200), 4_000)
  const reader = await openReader(path, { codec: await openCodec(['zstd-wasm']), oneThread: true })
  const kept: Block[] = []
  for await (const block of reader.blocks()) kept.push(block)
  expect(kept.length).toBeGreaterThan(6)
  const seen: Block[] = []
  for await (const block of reader.blocks({ reuse: true })) {
    seen.push(block)
    for (const behind of [0, 1, 2]) {
      const place = seen.length - 1 - behind
      if (place >= 0) expect(isSame(seen[place]?.bytes, kept[place]?.bytes)).toBe(true)
    }
  }
  await reader.close()
  expect(seen).toHaveLength(kept.length)
  expect(new Set(seen.map(({ bytes }) => bytes.buffer)).size).toBeLessThanOrEqual(6)
  expect(new Set(kept.map(({ bytes }) => bytes.buffer)).size).toBe(kept.length)
})
