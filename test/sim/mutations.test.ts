// Goal: whatever happens to the bytes of a recording, nothing acknowledged is lost unnoticed, every
// damage is named, and no wrong value is ever served. Method: recordings of 1 to 4 MB, sealed and as a
// kill leaves them; one file of them is changed at a time, by a seeded mutation, then put right.
//
// `MUTATIONS=10000` is what a release must pass; `SEED_BASE=n` says where to begin.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RecorderError } from '../../src/base/errors.ts'
import { Random } from '../../src/exchange/random.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { openReader } from '../../src/journal/level-reader.ts'
import { verifyRecording } from '../../src/journal/verify.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { entries } from '../kit/entries.ts'
import { appendAll, copyAsKilled, stillTime, temporaryFolder } from '../kit/journals.ts'
import { checksumOf } from './witness.ts'

const COUNT = Number(process.env['MUTATIONS'] ?? 200)
const BASE = Number(process.env['SEED_BASE'] ?? Math.floor(Date.now() / 1000) * 100_000)
const ENTRY_COUNT = 3_000
const HOUR_US = 3_600_000_000

/** A recording, and the checksum of each of its entries. */
interface Case {
  readonly name: string
  readonly path: string
  readonly files: readonly string[]
  readonly checksums: readonly number[]
  /** A kill may tear its last write: entries before this were acknowledged before that. */
  readonly isHot: boolean
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
const cases: Case[] = []
beforeAll(async () => {
  folder = await temporaryFolder()
  const path = join(folder.path, 'sealed')
  const killed = join(folder.path, 'killed')
  const first = await LevelJournal.create(path, stillTime)
  await appendAll(first, drafts(0), 200)
  await first.close()
  // A second hour, so that the killed one has a sealed segment and a hot one.
  const second = await LevelJournal.openForAppend(path, stillTime)
  await appendAll(second, drafts(1), 200)
  await copyAsKilled(path, killed)
  await second.close()
  cases.push(await caseOf('sealed', path, false), await caseOf('killed', killed, true))
}, 120_000)
afterAll(() => folder[Symbol.asyncDispose]())

/** About 2 MB that do not compress well, in one hour. */
function drafts(hour: number): readonly EntryDraft[] {
  const random = new Random(hour, 'payload')
  return entries(ENTRY_COUNT, 1_000, hour * ENTRY_COUNT).map((draft, index) => {
    const noise = Uint8Array.from({ length: 300 + random.below(600) }, () => random.below(256))
    const recvTimeUs = draft.recvTimeUs + hour * HOUR_US - index
    return { ...draft, recvTimeUs, payload: index % 3 === 0 ? noise : draft.payload }
  })
}

async function caseOf(name: string, path: string, isHot: boolean): Promise<Case> {
  const found = await readdir(path, { recursive: true, withFileTypes: true })
  const files = found
    .filter((item) => item.isFile() && item.name !== 'LOCK')
    .map((item) => join(item.parentPath, item.name))
    .toSorted()
  expect((await verifyRecording(path)).findings).toEqual([])
  const { checksums } = await readWhole(path)
  expect(checksums.length).toBe(ENTRY_COUNT * 2)
  return { name, path, files, checksums, isHot }
}

/** What a reader serves, and why it stops. */
async function readWhole(
  path: string,
): Promise<{ readonly checksums: readonly number[]; readonly error: RecorderError | undefined }> {
  const checksums: number[] = []
  try {
    const reader = await openReader(path)
    try {
      for await (const block of reader.blocks()) {
        for (let index = 0; index < block.count; index += 1) {
          checksums.push(checksumOf(block, index))
        }
      }
    } finally {
      await reader.close()
    }
  } catch (error) {
    if (!(error instanceof RecorderError)) throw error
    return { checksums, error }
  }
  return { checksums, error: undefined }
}

type Mutation = (bytes: Buffer, random: Random) => Buffer | undefined

/** Each gives other bytes than it was given; nothing: the file is gone. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  flipBit: (bytes, random) => {
    const at = random.below(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
    return bytes
  },
  truncate: (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  deleteFile: () => undefined,
  deleteBytes: (bytes, random) => {
    const at = random.below(bytes.length)
    const length = 1 + random.below(64)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
  },
  duplicateBytes: (bytes, random) => {
    const at = random.below(bytes.length)
    const part = bytes.subarray(at, at + 1 + random.below(5_000))
    return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)])
  },
  swapBytes: (bytes, random) => {
    const length = 1 + random.below(Math.max(1, bytes.length >> 2))
    const one = random.below(bytes.length)
    const other = random.below(bytes.length)
    const copy = Buffer.from(bytes)
    bytes.copy(copy, one, other, other + length)
    bytes.copy(copy, other, one, one + length)
    return copy
  },
  zeroBytes: (bytes, random) => {
    const at = random.below(bytes.length)
    const end = Math.min(bytes.length, at + 1 + random.below(4_096))
    return Buffer.from(bytes).fill(0, at, end)
  },
  appendBytes: (bytes, random) =>
    Buffer.concat([bytes, Buffer.from(Uint8Array.from({ length: 40 }, () => random.below(256)))]),
}
const NAMES = Object.keys(MUTATIONS)

/** What went wrong; empty where nothing did. */
async function mutateOnce(seed: number): Promise<string> {
  const random = new Random(seed, 'mutation')
  const one = cases[random.below(cases.length)]
  const file = one?.files[random.below(one.files.length)]
  const name = NAMES[random.below(NAMES.length)] ?? 'flipBit'
  if (one === undefined || file === undefined) return 'there is nothing to change'
  const bytes = await readFile(file)
  // An empty file, as a new log of LevelDB is, can only be lost or grow.
  if (bytes.length === 0 && name !== 'deleteFile' && name !== 'appendBytes') return ''
  const changed = MUTATIONS[name]?.(Buffer.from(bytes), random)
  if (changed !== undefined && Buffer.compare(changed, bytes) === 0) return ''
  const where = `seed ${seed}: ${name} in ${one.name}/${relative(one.path, file)} (${bytes.length} bytes)`
  try {
    if (changed === undefined) await rm(file)
    else await writeFile(file, changed)
    const problem = await problemOf(one, file)
    return problem === '' ? '' : `${where}: ${problem}`
  } catch (error) {
    return `${where}: ${error instanceof Error ? error.stack : String(error)}`
  } finally {
    await writeFile(file, bytes)
  }
}

async function problemOf(one: Case, file: string): Promise<string> {
  const { checksums, error } = await readWhole(one.path)
  for (const [seq, checksum] of checksums.entries()) {
    if (checksum !== one.checksums[seq]) return `entry ${seq} was served with a wrong value`
  }
  const isShort = checksums.length < one.checksums.length
  const isNamed = await isDamageNamed(one.path)
  // LevelDB's own notes on what it did hold nothing; verify need not know them.
  const isNote = /\/LOG(\.old)?$/.test(file)
  // The torn end of a log looks as a kill leaves it: what it held cannot be told from what never came.
  const isTail = one.isHot && /\/\d+\.log$/.test(file)
  if (isShort && error === undefined && !isNamed && !isTail) {
    return `${one.checksums.length - checksums.length} entries are lost, and nobody says so`
  }
  if (isNamed || isNote || (isTail && error === undefined)) return ''
  // What makes no difference to a hot segment, LevelDB may put right by itself.
  const isHarmless = one.isHot && !file.includes('/segments/') && !isShort && error === undefined
  return isHarmless ? '' : 'verify names no damage'
}

async function isDamageNamed(path: string): Promise<boolean> {
  try {
    const { findings } = await verifyRecording(path)
    return findings.length > 0
  } catch (error) {
    if (error instanceof RecorderError) return true
    throw error
  }
}

test(`${COUNT} mutations from seed ${BASE} on are named, and serve nothing wrong`, {
  timeout: 3_600_000,
}, async () => {
  process.stdout.write(`mutations from seed ${BASE} on; again with SEED_BASE=n MUTATIONS=1\n`)
  const failures: string[] = []
  for (let seed = BASE; seed < BASE + COUNT && failures.length < 20; seed += 1) {
    const failure = await mutateOnce(seed)
    if (failure !== '') failures.push(failure)
  }
  expect(failures.join('\n')).toBe('')
  for (const { path, checksums } of cases) {
    expect((await verifyRecording(path)).findings).toEqual([])
    expect((await readWhole(path)).checksums).toEqual(checksums)
  }
})
