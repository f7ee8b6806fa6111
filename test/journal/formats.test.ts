// Goal: a version of the format that was ever written is read for ever. Method: golden recordings, one
// of each form, as the code of their time left them; they are read, verified, replayed, and gone on
// with. `formats/make.ts` makes those of a new version.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { openReader } from '../../src/journal/level-reader.ts'
import { verifyRecording } from '../../src/journal/verify.ts'
import { check } from '../../src/replay/check.ts'
import { STATE_VERSION } from '../../src/replay/digests.ts'
import { openRecording } from '../../src/replay/recording.ts'
import { entries } from '../kit/entries.ts'
import { appendAll, stillTime } from '../kit/journals.ts'
import { readExpected, unpack } from './formats/golden.ts'
import { seenIn } from './formats/seen.ts'

const all = await readExpected()

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moonreplay-formats-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(Object.entries(all))('%s', (name, expected) => {
  const path = (): string => join(folder, name)
  beforeAll(() => unpack(name, path()))

  test('is verified, and replayed to the digests that it always had', async () => {
    expect((await verifyRecording(path())).findings).toEqual([])
    const seen = await seenIn(path())
    // Engines of another version compute another state, of the same minutes.
    const isComparable = expected.stateVersion === STATE_VERSION
    const comparable = isComparable
      ? expected
      : { ...expected, stateVersion: STATE_VERSION, stateDigests: seen.stateDigests }
    expect(seen).toEqual(comparable)
    expect(seen.stateDigests.length).toBe(expected.stateDigests.length)
  })

  test('reproduces what live capture journaled, as far as it is all there', async () => {
    const recording = await openRecording(path())
    try {
      const result = await check(recording, { nowUs: () => 0 })
      expect(result.mismatches).toBe(0)
      const countOf = Object.values(result.digestsCompared).reduce((sum, count) => sum + count, 0)
      const { length } = expected.stateDigests
      expect(countOf + result.otherVersions + result.withoutPast).toBe(length)
      if (expected.firstSeq === 0 && expected.stateVersion === STATE_VERSION)
        expect(countOf).toBe(length)
    } finally {
      await recording.reader.close()
    }
  })

  test('can be gone on with', async () => {
    const journal = await LevelJournal.openForAppend(path(), stillTime)
    const { nextSeq } = journal.opening
    expect(nextSeq).toBe(expected.firstSeq + expected.entryCount)
    await appendAll(journal, entries(20, 1_000, nextSeq))
    await journal.close()
    expect((await verifyRecording(path())).findings).toEqual([])
    const reader = await openReader(path())
    expect(await reader.digest(nextSeq)).toBe(expected.recordingDigest)
    expect(reader.nextSeq).toBe(nextSeq + 20)
    await reader.close()
  })
})

test('the format that is written today has a golden recording of each form', async () => {
  const path = join(folder, 'today')
  await (await LevelJournal.create(path, stillTime)).close()
  const { formatVersion } = JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8'))
  const forms = ['sealed-zstd', 'sealed-deflate', 'killed', 'pruned']
  for (const form of forms) {
    expect(all[`v${formatVersion}-${form}`]?.formatVersion, form).toBe(formatVersion)
  }
  const packed = await readdir(new URL('formats', import.meta.url))
  expect(packed.filter((file) => file.endsWith('.gz')).map((file) => file.split('.')[0])).toEqual(
    Object.keys(all).toSorted((a, b) => (a < b ? -1 : 1)),
  )
})
