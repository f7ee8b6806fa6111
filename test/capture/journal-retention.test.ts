// Retention over real segments on disk: what is damaged is never deleted.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { journalRetention } from '../../src/capture/journal-retention.ts'
import { retain } from '../../src/capture/retention.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { readManifest, type SegmentRecord } from '../../src/journal/recording-manifest.ts'
import { silentLog } from './fake-world.ts'

const HOUR_US = 3_600_000_000
const START_US = 1_700_000 * 1_000_000_000
const HOURS = 4
const HOUR_COUNT = 5_000

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moonreplay-retention-'))
  const journal = await LevelJournal.create(folder, {
    nowUs: () => START_US,
    setTimer: () => () => {},
  })
  const stream = { venue: 'x', symbol: 'X', channel: 'depth' }
  for (let index = 0; index < HOURS * HOUR_COUNT; index += 1) {
    const recvTimeUs = START_US + (index / HOUR_COUNT) * HOUR_US
    const payload = new TextEncoder().encode(`entry ${index}`)
    const times = { recvTimeUs, monoTimeUs: index, venueTimeMs: Number.NaN }
    journal.append({ stream, ...times, connectionId: 1, payload })
  }
  await journal.close()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** As a journal that is being written would do it; what it is told to remove is noted. */
async function prunable() {
  const removed: number[] = []
  const sealedSegments: readonly SegmentRecord[] = (await readManifest(folder)).segments
  const removeOldest = (firstSeq: number): Promise<void> => {
    removed.push(firstSeq)
    return Promise.resolve()
  }
  return { removed, journal: { sealedSegments, removeOldest } }
}

const nowMs = (START_US + (HOURS + 1) * HOUR_US) / 1000

describe('retention over segments on disk', () => {
  test('verifies each by its raw bytes, and removes what is old', async () => {
    const { removed, journal } = await prunable()
    expect(journal.sealedSegments.length).toBeGreaterThanOrEqual(HOURS)
    const port = journalRetention(folder, journal)
    const { kept } = await retain(port, 2.5 * (HOUR_US / 1000), nowMs, silentLog)
    expect(kept).toBeUndefined()
    expect(removed).toEqual(
      journal.sealedSegments.slice(0, removed.length).map((one) => one.firstSeq),
    )
    expect(removed.length).toBeGreaterThan(0)
  })

  test('stops at one with a flipped byte, and names the file', async () => {
    const { removed, journal } = await prunable()
    const name = String(journal.sealedSegments[0]?.firstSeq).padStart(16, '0')
    const segment = join(folder, 'segments', name)
    const table = (await readdir(segment)).find((file) => file.endsWith('.ldb')) ?? ''
    const bytes = await readFile(join(segment, table))
    bytes[100] = (bytes[100] ?? 0) ^ 1
    await writeFile(join(segment, table), bytes)
    const port = journalRetention(folder, journal)
    const { kept } = await retain(port, HOUR_US / 1000, nowMs, silentLog)
    expect(kept?.problem).toContain(`${table}: its SHA-256 differs`)
    expect(removed).toEqual([])
  })
})
