// Goal: what retention leaves is still a recording: it is opened, replayed with the settings that were in
// force, and checked from where a checkpoint knows of what was deleted. Method: a simulated market
// through the real journal and live engines, in small segments, of which the oldest are removed.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { verifyRecording } from '../../src/journal/verify.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { encodeFact, factStream } from '../../src/model/facts.ts'
import { flatSettings, resolveSettings } from '../../src/pipeline/settings.ts'
import { check } from '../../src/replay/check.ts'
import { CheckpointStore } from '../../src/replay/checkpoint-store.ts'
import { LiveRun } from '../../src/replay/live-run.ts'
import { openRecording, resolveRange } from '../../src/replay/recording.ts'
import { checkpointKey, replay } from '../../src/replay/replay.ts'
import { loadRecentPast } from '../../src/replay/served-recording.ts'
import { StateKeeper } from '../../src/replay/state-keeper.ts'
import { copyAsKilled, stillTime, temporaryFolder } from '../kit/journals.ts'

const MARKET = { seed: 8, symbols: ['BTCUSDT'], startTimeMs: Date.UTC(2026, 0, 5), minutes: 9 }
/** Not the default, so that a replay that does not know it has other digests. */
const settings = resolveSettings('standard', { 'heatmap.tapeWeight': 0.11 })
const BATCH_COUNT = 400
const SEGMENT_BYTES = 80_000
const CHECKPOINT_BATCH = 12

let folder: Awaited<ReturnType<typeof temporaryFolder>>
const path = (name: string): string => join(folder.path, name)
const store = (name: string): CheckpointStore =>
  new CheckpointStore(path(name), checkpointKey(settings, [], 0, true))

beforeAll(async () => {
  folder = await temporaryFolder()
  const journal = await LevelJournal.create(path('whole'), {
    ...stillTime,
    segmentBytes: SEGMENT_BYTES,
  })
  const live = await LiveRun.start({
    settings,
    symbols: [],
    writer: journal,
    nowUs: () => MARKET.startTimeMs * 1000,
    monoUs: () => 0,
    resume: undefined,
    checkpoints: store('none'),
    keeper: new StateKeeper('live', 'whole'),
    onSnapshotWanted: () => undefined,
    onFailure: (error) => {
      throw error
    },
  })
  let count = 0
  for (const drafts of simulateMarket(MARKET)) {
    for (const draft of drafts) {
      journal.append(draft)
      count += 1
      if (count === 1) journal.append(settingsEntry(draft))
      if (count % BATCH_COUNT !== 0) continue
      await journal.flush()
      if (count / BATCH_COUNT !== CHECKPOINT_BATCH) continue
      await store('whole').write(live.pipeline.nextSeq, live.pipeline.toPlain())
    }
  }
  await live.settled()
  await journal.close()
  await removeOldest('pruned', 3)
  await removeOldest('forgotten', 3)
  await rm(join(path('forgotten'), 'checkpoints'), { recursive: true })
}, 60_000)
afterAll(() => folder[Symbol.asyncDispose]())

const settingsEntry = ({ recvTimeUs }: EntryDraft): EntryDraft => ({
  stream: factStream('settings'),
  recvTimeUs,
  monoTimeUs: 0,
  venueTimeMs: Number.NaN,
  connectionId: 0,
  payload: encodeFact('settings', { profile: 'standard', settings: flatSettings(settings) }),
})

async function removeOldest(name: string, segmentCount: number): Promise<void> {
  await copyAsKilled(path('whole'), path(name))
  const journal = await LevelJournal.openForAppend(path(name), stillTime)
  expect(journal.sealedSegments.length).toBeGreaterThan(segmentCount + 1)
  for (const { firstSeq } of journal.sealedSegments.slice(0, segmentCount)) {
    await journal.removeOldest(firstSeq)
  }
  await journal.close()
}

async function opened<T>(
  name: string,
  use: (recording: Awaited<ReturnType<typeof openRecording>>) => Promise<T>,
): Promise<T> {
  const recording = await openRecording(path(name))
  try {
    return await use(recording)
  } finally {
    await recording.reader.close()
  }
}

const nowUs = () => 0

describe('a recording whose beginning was deleted', () => {
  test('begins where its oldest segment does, and verifies', async () => {
    await opened('pruned', async (recording) => {
      const { firstSeq, nextSeq, manifest } = recording.reader
      expect(firstSeq).toBeGreaterThan(0)
      expect(manifest.deleted).toMatchObject({ endSeq: firstSeq })
      expect(recording.contents.entryCount).toBe(nextSeq - firstSeq)
      expect(await resolveRange(recording, undefined, undefined)).toEqual({
        fromSeq: firstSeq,
        toSeq: nextSeq,
      })
    })
    expect((await verifyRecording(path('forgotten'))).findings).toEqual([])
  })

  test('is replayed from there on, the same each time, by name of its symbols', async () => {
    await opened('pruned', async ({ reader, symbols }) => {
      const again = () =>
        replay(reader, {
          settings,
          symbols,
          fromSeq: reader.firstSeq,
          toSeq: reader.nextSeq,
          startSeq: reader.firstSeq,
          nowUs,
        })
      const one = await again()
      expect(one.entryCount).toBe(reader.nextSeq - reader.firstSeq)
      expect(one.minuteCount).toBeGreaterThan(2)
      expect((await again()).digests).toEqual(one.digests)
    })
  })

  test('is checked from the oldest checkpoint that live capture left in it', async () => {
    const whole = await opened('whole', (recording) => check(recording, { nowUs }))
    expect(whole).toMatchObject({ ok: true, mismatches: 0, withoutPast: 0 })
    const pruned = await opened('pruned', (recording) => check(recording, { nowUs }))
    expect(pruned).toMatchObject({ ok: true, mismatches: 0 })
    expect(pruned.digestsCompared['BTCUSDT']).toBeGreaterThan(1)
    expect(pruned.digestsCompared['BTCUSDT']).toBeLessThan(Number(whole.digestsCompared['BTCUSDT']))
  })

  test('without a checkpoint is no mismatch, and not said to be equal', async () => {
    const result = await opened('forgotten', (recording) => check(recording, { nowUs }))
    expect(result).toMatchObject({ ok: false, mismatches: 0, digestsCompared: {} })
    expect(result.withoutPast).toBeGreaterThan(2)
  })

  test('is gone on with from the state that knows of what was deleted', async () => {
    const stateOf = (name: string) =>
      opened(name, async (recording) => {
        const keeper = new StateKeeper('live', name)
        const { signal } = new AbortController()
        const pipeline = await loadRecentPast({ recording, settings, keeper, nowUs, signal })
        return pipeline?.toPlain()
      })
    expect(await stateOf('pruned')).toEqual(await stateOf('whole'))
  })
})
