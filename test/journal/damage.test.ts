import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { RecorderError } from '../../src/base/errors.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { openReader, type ReaderOptions } from '../../src/journal/level-reader.ts'
import { verifyRecording } from '../../src/journal/verify.ts'
import { entries } from '../kit/entries.ts'
import {
  appendAll,
  asRead,
  copyAsKilled,
  type ReadEntry,
  readAll,
  record,
  stillTime,
  temporaryFolder,
} from '../kit/journals.ts'

/** Two hours, so two segments; long enough that a segment has several blocks. */
// Real files, flushed: on a busy machine a disk may take its time.
vi.setConfig({ testTimeout: 60_000 })

/** Bytes that are flipped in each file. `FLIP_COUNT=200` tries many more. */
const PLACES = Number(process.env['FLIP_COUNT'] ?? 9)
const HALF = 3_000
const drafts = [...entries(HALF, 1000), ...entries(HALF, 1000, 3_600_000)]

/** 400 bytes that do not compress, so that a segment has several blocks of some size on disk. */
function noise(seed: number): Uint8Array {
  let state = seed + 1
  return Uint8Array.from({ length: 400 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name))
    .toSorted()
}

/** Flips one bit of a byte, and gives back what puts it right. */
async function flip(path: string, at: number): Promise<() => Promise<void>> {
  const bytes = await readFile(path)
  const flipped = Buffer.from(bytes)
  flipped[at] = (flipped[at] ?? 0) ^ 0x10
  await writeFile(path, flipped)
  return () => writeFile(path, bytes)
}

/** What a reader gives before it refuses to go on. */
async function readUntilRefused(
  path: string,
  options: ReaderOptions = {},
): Promise<{ readonly read: readonly ReadEntry[]; readonly error: RecorderError | undefined }> {
  const read: ReadEntry[] = []
  try {
    const reader = await openReader(path, options)
    try {
      for await (const block of reader.blocks()) {
        const one = { nextSeq: 0, blocks: () => onlyBlock(block), close: () => Promise.resolve() }
        read.push(...(await readAll(one)))
      }
    } finally {
      await reader.close()
    }
  } catch (error) {
    return { read, error: error as RecorderError }
  }
  return { read, error: undefined }
}

async function* onlyBlock<T>(block: T): AsyncGenerator<T> {
  yield await Promise.resolve(block)
}

/** `count` places of a file of `size` bytes, its first and last among them. */
const places = (size: number, count: number): readonly number[] => [
  ...new Set(
    Array.from({ length: count }, (_, index) => Math.round((index * (size - 1)) / (count - 1))),
  ),
]

describe('one flipped byte', () => {
  test('in any file of a sealed recording is named, and never read as if it were right', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    await record(path, drafts, 700)
    const expected = asRead(drafts)
    expect((await verifyRecording(path)).findings).toEqual([])
    const files = await filesOf(path)
    expect(files.map((file) => relative(path, file).split('/').length)).toContain(3)
    for (const file of files) {
      const { length } = await readFile(file)
      for (const at of length === 0 ? [] : places(length, PLACES)) {
        const restore = await flip(file, at)
        const { findings } = await verifyRecording(path)
        const where = `${relative(path, file)} at ${at}`
        expect(
          findings.filter(({ path: name }) => name === relative(path, file)),
          where,
        ).not.toEqual([])
        const { read, error } = await readUntilRefused(path)
        expect(read, where).toEqual(expected.slice(0, read.length))
        if (read.length < expected.length) expect(error?.code, where).toBe('JOURNAL_DAMAGED')
        await restore()
      }
    }
    expect((await verifyRecording(path)).findings).toEqual([])
  })

  test('in a block is named with its sequences, and with --skip-damage only they are left out', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const long = drafts.map((draft, index) => ({ ...draft, payload: noise(index) }))
    await record(path, long, 700)
    const [table = ''] = (await filesOf(path)).filter((file) => file.endsWith('.ldb'))
    const { length } = await readFile(table)
    const restore = await flip(table, length >> 1)
    const { read, error } = await readUntilRefused(path)
    expect(error?.code).toBe('JOURNAL_DAMAGED')
    const { fromSeq, toSeq } = (error?.details ?? {}) as { fromSeq: number; toSeq: number }
    expect(fromSeq).toBeGreaterThan(0)
    expect(toSeq).toBeLessThan(HALF)
    expect(read.length).toBe(fromSeq)
    expect(error?.message).toContain(`entries ${fromSeq} to ${toSeq - 1}`)
    const { findings } = await verifyRecording(path)
    expect(findings).toContainEqual(expect.objectContaining({ fromSeq, toSeq, kind: 'damage' }))

    const skipped: unknown[] = []
    const onSkipped = (damage: unknown): void => void skipped.push(damage)
    const rest = await readUntilRefused(path, { skipDamage: true, onSkipped })
    expect(rest.error).toBeUndefined()
    expect(rest.read).toEqual(asRead(long).filter(({ seq }) => seq < fromSeq || seq >= toSeq))
    expect(skipped).toEqual([expect.objectContaining({ fromSeq, toSeq })])
    await restore()
  })

  test('in the log of a hot segment is named', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const journal = await LevelJournal.create(path, stillTime)
    await appendAll(journal, entries(2000), 100)
    const killed = join(folder.path, 'killed')
    await copyAsKilled(path, killed)
    await journal.close()
    const [log = ''] = (await filesOf(killed)).filter((file) => file.endsWith('.log'))
    const { length } = await readFile(log)
    for (const at of places(length, 30)) {
      const restore = await flip(log, at)
      const { findings } = await verifyRecording(killed)
      expect(
        findings.map(({ path: name }) => name),
        `byte ${at} of ${length}`,
      ).toContain(relative(killed, log))
      await restore()
    }
  })
})

describe('what is no damage', () => {
  test('a torn end of the log of a hot segment', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const journal = await LevelJournal.create(path, stillTime)
    await appendAll(journal, entries(2000), 100)
    const killed = join(folder.path, 'killed')
    await copyAsKilled(path, killed)
    await journal.close()
    const [log = ''] = (await filesOf(killed)).filter((file) => file.endsWith('.log'))
    const whole = await readFile(log)
    for (const length of places(whole.length, 20)) {
      await writeFile(log, whole.subarray(0, length))
      const { findings } = await verifyRecording(killed)
      expect(findings, `the first ${length} of ${whole.length} bytes`).toEqual([])
      const { read, error } = await readUntilRefused(killed)
      expect(error).toBeUndefined()
      expect(read).toEqual(asRead(entries(2000)).slice(0, read.length))
    }
  })
})

describe('verify', () => {
  test('names a missing file, a missing segment and a file that is no part of the recording', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    await record(path, drafts, 700)
    await writeFile(join(path, 'notes.txt'), 'mine')
    expect((await verifyRecording(path)).findings).toEqual([
      expect.objectContaining({ kind: 'unknown', path: 'notes.txt' }),
    ])
    await rm(join(path, 'notes.txt'))
    const [table = ''] = (await filesOf(path)).filter((file) => file.endsWith('.ldb'))
    await rm(table)
    const missing = (await verifyRecording(path)).findings
    expect(missing[0]).toMatchObject({ path: relative(path, table), problem: 'it is missing' })
    await rm(join(path, 'segments', '0000000000000000'), { recursive: true })
    const { findings, digest } = await verifyRecording(path)
    expect(findings[0]).toMatchObject({ kind: 'damage', fromSeq: 0, toSeq: HALF })
    expect(digest).toBeUndefined()
  })

  test('finds entries that were altered with new checksums of their own', async () => {
    await using folder = await temporaryFolder()
    const [path, forged] = [join(folder.path, 'a'), join(folder.path, 'b')]
    await record(path, entries(HALF))
    await record(forged, [...entries(HALF - 1), ...entries(1, 1000, 7)])
    const [digest, forgedDigest] = [await verifyRecording(path), await verifyRecording(forged)]
    expect(digest.findings).toEqual([])
    expect(forgedDigest.findings).toEqual([])
    expect(digest.digest).not.toBe(forgedDigest.digest)
  })

  test('asks those who keep derived files about theirs', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    await record(path, entries(10))
    const check = () => Promise.resolve(['file x: torn'])
    const { findings } = await verifyRecording(path, { derived: [{ folder: 'cache', check }] })
    expect(findings).toEqual([{ kind: 'damage', path: 'cache', problem: 'file x: torn' }])
  })
})
