// Goal: a file of columns is whole or refused, whichever byte of it is off and wherever it ends.
// Method: a small file with a byte altered, place by place, and cut at each of its last bytes.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ColumnFile, ColumnsDamaged, writeColumns } from '../../src/columns/column-file.ts'
import type { Block } from '../../src/model/block.ts'
import { SAMPLES } from '../decode/sample-payloads.ts'
import { temporaryFolder } from '../kit/journals.ts'
import { blockOf } from './message-kit.ts'

const KEY = 'of this segment'
const COUNT = 40

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let path = ''
let whole: Uint8Array = new Uint8Array(0)

async function* blocks(): AsyncGenerator<Block> {
  const payloads = Object.entries(SAMPLES).map(([channel, text]) => ({
    channel,
    bytes: Buffer.from(text),
  }))
  for (let block = 0; block < COUNT; block += 1) yield blockOf(payloads, block * payloads.length)
}

beforeAll(async () => {
  folder = await temporaryFolder()
  path = join(folder.path, 'some.columns')
  await writeColumns(path, KEY, blocks())
  whole = await readFile(path)
})
afterAll(() => folder[Symbol.asyncDispose]())

async function read(key = KEY): Promise<readonly number[] | undefined> {
  const file = await ColumnFile.open(path, key)
  if (file === undefined) return undefined
  const seqs: number[] = []
  try {
    for await (const { firstSeq } of file.blocks(0, Number.POSITIVE_INFINITY)) seqs.push(firstSeq)
  } finally {
    await file.close()
  }
  return seqs
}

async function isRefused(bytes: Uint8Array): Promise<boolean> {
  await writeFile(path, bytes)
  return await read().then(
    () => false,
    (error: unknown) => error instanceof ColumnsDamaged,
  )
}

test('is read as it was written, and from where one wants', async () => {
  await writeFile(path, whole)
  expect(await read()).toHaveLength(COUNT)
  const file = await ColumnFile.open(path, KEY)
  const seqs: number[] = []
  for await (const { firstSeq } of file?.blocks(25, 57) ?? []) seqs.push(firstSeq)
  await file?.close()
  expect(seqs).toEqual([22, 33, 44, 55])
})

test('is refused with any byte off', async () => {
  const believed: number[] = []
  // Each place would take a minute, and all of them are alike.
  const step = Math.ceil(whole.length / 400)
  const inside = Array.from({ length: 400 }, (_, index) => index * step)
  const ends = Array.from({ length: 40 }, (_, index) => whole.length - 1 - index)
  for (const place of [0, 1, 2, 3, 4, 5, 6, ...inside, ...ends]) {
    if (place >= whole.length) continue
    if (!(await isRefused(whole.with(place, (whole[place] ?? 0) ^ 4)))) believed.push(place)
  }
  expect(believed).toEqual([])
})

test('is refused wherever it is cut', async () => {
  const believed: number[] = []
  const lengths = [0, 3, 5, 12, 17, 1000]
  for (let cut = 1; cut < 60; cut += 1) lengths.push(whole.length - cut)
  for (const length of lengths) {
    if (!(await isRefused(whole.subarray(0, length)))) believed.push(length)
  }
  expect(believed).toEqual([])
})

test('is refused to who wants another segment, and none is none', async () => {
  await writeFile(path, whole)
  await expect(read('of another one')).rejects.toThrow(ColumnsDamaged)
  expect(await ColumnFile.open(`${path}.none`, KEY)).toBeUndefined()
})
