import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { openReader } from '../../src/journal/level-reader.ts'
import { MemoryJournal } from '../../src/journal/memory-journal.ts'
import { readManifest } from '../../src/journal/recording-manifest.ts'
import { verifyRecording } from '../../src/journal/verify.ts'
import { entries } from '../kit/entries.ts'
import {
  appendAll,
  asRead,
  copyAsKilled,
  readAll,
  stillTime,
  temporaryFolder,
} from '../kit/journals.ts'

// Real files, flushed: on a busy machine a disk may take its time.
vi.setConfig({ testTimeout: 60_000 })

/** `KILL_COUNT=1000` is what a release must pass. */
const KILL_COUNT = Number(process.env['KILL_COUNT'] ?? 5)
/** Of one recording: each round reads all of it. */
const KILLS_IN_A_ROW = 50
const child = fileURLToPath(new URL('../kit/writer-child.ts', import.meta.url))

/** A generator with a seed, so that a failure can be repeated as far as a kill can. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Runs the writer and kills it; what it said last. */
async function runAndKill(
  path: string,
  segmentBytes: number,
  ackCount: number,
): Promise<{ readonly ackedSeq: number; readonly opening: string }> {
  const args = ['--import', 'tsx', child, path, String(segmentBytes)]
  const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  writer.stdout.setEncoding('utf8')
  writer.stdout.on('data', (chunk: string) => {
    text += chunk
    if (text.split('\n').length > ackCount + 1) writer.kill('SIGKILL')
  })
  await once(writer, 'close')
  const lines = text.split('\n').slice(0, -1)
  const opening = lines[0] ?? ''
  return { ackedSeq: Number(lines.length > 1 ? lines.at(-1) : opening.split(' ')[1]), opening }
}

describe('kill -9 under load', () => {
  const random = seeded(7)
  const rows = Array.from({ length: Math.ceil(KILL_COUNT / KILLS_IN_A_ROW) }, (_, row) =>
    Math.min(KILLS_IN_A_ROW, KILL_COUNT - row * KILLS_IN_A_ROW),
  )

  test.each(rows)(
    'loses nothing acknowledged, %i times in a row',
    {
      timeout: 1_200_000,
    },
    async (killCount) => {
      await using folder = await temporaryFolder()
      const path = join(folder.path, 'recording')
      await (await LevelJournal.create(path, stillTime)).close()
      let ackedBefore = 0
      for (let round = 0; round < killCount; round += 1) {
        // Small segments, so that kills also fall into rolling and sealing.
        const segmentBytes = round % 2 === 0 ? 60_000 : 400_000
        const killed = await runAndKill(path, segmentBytes, 1 + Math.floor(random() * 60))
        const [, firstSeq, recovered] = killed.opening.split(' ')
        expect(Number(firstSeq), `round ${round}`).toBeGreaterThanOrEqual(ackedBefore)
        expect(recovered).toBe(String(round > 0))
        const { findings, entryCount } = await verifyRecording(path)
        expect(findings, `round ${round}`).toEqual([])
        expect(entryCount).toBeGreaterThanOrEqual(killed.ackedSeq)
        ackedBefore = killed.ackedSeq
      }
      const journal = await LevelJournal.openForAppend(path, stillTime)
      expect(journal.opening.recoveredFromCrash).toBe(true)
      const { nextSeq } = journal.opening
      await appendAll(journal, entries(10, 50, nextSeq))
      await journal.close()
      const reader = await openReader(path)
      expect(await readAll(reader)).toEqual(asRead(entries(nextSeq + 10, 50)))
      await reader.close()
      const { runs, segments } = await readManifest(path)
      expect(runs.map(({ state }) => state)).toEqual([
        'Ended',
        ...Array.from({ length: killCount }, () => 'CrashedRecovered'),
        'Ended',
      ])
      expect(segments.at(-1)?.endSeq).toBe(nextSeq + 10)
      expect((await verifyRecording(path)).findings).toEqual([])
    },
  )
})

describe('a stop while a hot segment is made', () => {
  const drafts = entries(3000)

  /** A killed recording with one more hot segment, of which only `files` were written. */
  async function withHalfMade(folder: string, files: readonly string[]): Promise<string> {
    const path = join(folder, 'killed')
    const journal = await LevelJournal.create(join(folder, 'written'), stillTime)
    await appendAll(journal, drafts, 300)
    await copyAsKilled(join(folder, 'written'), path)
    await journal.close()
    const made = join(path, 'hot', '0000000000003000')
    await mkdir(made, { recursive: true })
    for (const name of files) await writeFile(join(made, name), 'as far as it came')
    return path
  }

  test.each([
    { files: [] },
    { files: ['LOCK', 'LOG'] },
    { files: ['LOCK', 'LOG', 'MANIFEST-000001', '000001.dbtmp'] },
  ])('leaves nothing to be missed: $files', async ({ files }) => {
    await using folder = await temporaryFolder()
    const path = await withHalfMade(folder.path, files)
    expect((await verifyRecording(path)).findings).toEqual([])
    const before = await openReader(path)
    expect(await readAll(before)).toEqual(asRead(drafts))
    await before.close()
    const journal = await LevelJournal.openForAppend(path, stillTime)
    expect(journal.opening).toMatchObject({ recoveredFromCrash: true, nextSeq: 3000 })
    await appendAll(journal, entries(100, 1000, 3000))
    await journal.close()
    expect((await verifyRecording(path)).findings).toEqual([])
    expect(await readdir(join(path, 'hot'))).toEqual([])
  })

  test('is not what a lost CURRENT looks like: nothing is made over what was written', async () => {
    await using folder = await temporaryFolder()
    const path = await withHalfMade(folder.path, [])
    const hot = join(path, 'hot', '0000000000000000')
    await rm(join(hot, 'CURRENT'))
    const names = await readdir(hot)
    expect((await verifyRecording(path)).findings).toContainEqual(
      expect.objectContaining({ kind: 'damage', path: 'hot/0000000000000000' }),
    )
    await expect(LevelJournal.openForAppend(path, stillTime)).rejects.toMatchObject({
      code: 'JOURNAL_DAMAGED',
      message: expect.stringContaining('CURRENT is missing'),
    })
    expect(await readdir(hot)).toEqual(names)
  })
})

describe('a stop while a segment is sealed', () => {
  const drafts = entries(3000)

  /** A recording that was killed before it was sealed, and the same one sealed. */
  async function twoForms(folder: string): Promise<{ killed: string; sealed: string }> {
    const [killed, sealed] = [join(folder, 'killed'), join(folder, 'sealed')]
    const journal = await LevelJournal.create(sealed, stillTime)
    await appendAll(journal, drafts, 300)
    await copyAsKilled(sealed, killed)
    await journal.close()
    return { killed, sealed }
  }

  /** Reads, verifies, goes on writing, and reads again. */
  async function checkAndContinue(path: string, recovered: boolean): Promise<void> {
    const before = await openReader(path)
    expect(await readAll(before)).toEqual(asRead(drafts))
    expect(await before.digest()).toHaveLength(64)
    await before.close()
    expect((await verifyRecording(path)).findings).toEqual([])
    const journal = await LevelJournal.openForAppend(path, stillTime)
    expect(journal.opening).toMatchObject({
      recoveredFromCrash: recovered,
      nextSeq: 3000,
      lastRecvTimeUs: drafts.at(-1)?.recvTimeUs,
    })
    await appendAll(journal, entries(100, 1000, 3000))
    await journal.close()
    const after = await openReader(path)
    expect(await readAll(after)).toEqual(asRead(entries(3100)))
    await after.close()
    const { findings, digest } = await verifyRecording(path)
    expect(findings).toEqual([])
    expect(await readdir(join(path, 'hot'))).toEqual([])
    expect(digest).toBe(await digestOfAll())
  }

  async function digestOfAll(): Promise<string> {
    const memory = new MemoryJournal()
    await appendAll(memory, entries(3100))
    return await memory.digest()
  }

  test('before anything was written leaves the hot segment', async () => {
    await using folder = await temporaryFolder()
    const { killed } = await twoForms(folder.path)
    await checkAndContinue(killed, true)
  })

  test('in the middle is begun again', async () => {
    await using folder = await temporaryFolder()
    const { killed } = await twoForms(folder.path)
    const part = join(killed, 'segments', '0000000000000000.sealing')
    await mkdir(part, { recursive: true })
    await writeFile(join(part, '000005.ldb'), 'half a table')
    await checkAndContinue(killed, true)
  })

  test('between the new name and the manifest is done again', async () => {
    await using folder = await temporaryFolder()
    const { killed, sealed } = await twoForms(folder.path)
    await cp(join(sealed, 'segments'), join(killed, 'segments'), { recursive: true })
    await checkAndContinue(killed, true)
  })

  test('between the manifest and the removal of the hot segment removes it', async () => {
    await using folder = await temporaryFolder()
    const { killed, sealed } = await twoForms(folder.path)
    await cp(join(killed, 'hot'), join(sealed, 'hot'), { recursive: true })
    await checkAndContinue(sealed, false)
  })
})
