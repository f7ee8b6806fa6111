// Deleting the oldest sealed segments of a journal that is being written.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { openReader } from '../../src/journal/level-reader.ts'
import { verifyRecording } from '../../src/journal/verify.ts'

const HOUR_US = 3_600_000_000
const START_US = 1_700_000 * 1_000_000_000
const HOUR_COUNT = 5_000
const stream = { venue: 'x', symbol: 'X', channel: 'depth' }
const options = { nowUs: () => START_US, setTimer: () => () => {} }

async function fill(journal: LevelJournal, fromHour: number, hours: number): Promise<void> {
  for (let index = 0; index < hours * HOUR_COUNT; index += 1) {
    const recvTimeUs = START_US + (fromHour + index / HOUR_COUNT) * HOUR_US
    const payload = new TextEncoder().encode(`entry ${fromHour * HOUR_COUNT + index}`)
    const times = { recvTimeUs, monoTimeUs: index, venueTimeMs: Number.NaN }
    journal.append({ stream, ...times, connectionId: 1, payload })
  }
  await journal.flush()
}

async function seqsOf(folder: string): Promise<readonly number[]> {
  const reader = await openReader(folder)
  try {
    const seqs: number[] = []
    for await (const { firstSeq, count } of reader.blocks()) {
      for (let index = 0; index < count; index += 1) seqs.push(firstSeq + index)
    }
    return seqs
  } finally {
    await reader.close()
  }
}

/** The same entries, in a journal of which nothing was deleted. */
async function digestOfWhole(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'moonreplay-whole-'))
  try {
    const journal = await LevelJournal.create(folder, options)
    await fill(journal, 0, 5)
    await fill(journal, 5, 1)
    await journal.close()
    return (await verifyRecording(folder)).digest ?? ''
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('the oldest sealed segments of a live journal can be removed; the rest is read, and goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'moonreplay-prune-'))
  try {
    const journal = await LevelJournal.create(folder, options)
    await fill(journal, 0, 5)
    for (let wait = 0; wait < 200 && journal.sealedSegments.length < 5; wait += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const before = journal.sealedSegments
    expect(before.length).toBe(5)
    await journal.removeOldest(before[1]?.firstSeq ?? 0)
    expect(journal.sealedSegments).toEqual(before)
    await journal.removeOldest(0)
    await journal.removeOldest(before[1]?.firstSeq ?? 0)
    const firstKept = before[2]?.firstSeq ?? 0
    const all = await seqsOf(folder)
    expect([all[0], all.length]).toEqual([firstKept, 5 * HOUR_COUNT - firstKept])
    await journal.close()
    expect((await readdir(join(folder, 'segments'))).length).toBe(before.length - 2 + 1)
    const again = await LevelJournal.openForAppend(folder, options)
    expect(again.opening.nextSeq).toBe(5 * HOUR_COUNT)
    await fill(again, 5, 1)
    await again.close()
    const rest = await seqsOf(folder)
    expect(rest.at(-1)).toBe(6 * HOUR_COUNT - 1)
    expect(rest.length).toBe(6 * HOUR_COUNT - firstKept)
    const reader = await openReader(folder)
    const digest = await reader.digest()
    await reader.close()
    // The digest is that of the whole recording: a link of the chain stands for what was deleted.
    const { findings, digest: verified, entryCount } = await verifyRecording(folder)
    expect(findings).toEqual([])
    expect(verified).toBe(digest)
    expect(entryCount).toBe(rest.length)
    expect(digest).toBe(await digestOfWhole())
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
