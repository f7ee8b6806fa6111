// Goal: what live capture computed is computed again, digest by digest, from wherever one starts.
// Method: a simulated market goes through a real journal with the engines of live capture behind
// it; then the recording is replayed, checked, altered and cut.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headOf, venueTimeOf } from '../../src/decode/venue-time.ts'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { exportRecording } from '../../src/interchange/export.ts'
import { importFile } from '../../src/interchange/import.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { check } from '../../src/replay/check.ts'
import { CheckpointStore } from '../../src/replay/checkpoint-store.ts'
import type { MinuteDigest } from '../../src/replay/digests.ts'
import { LiveRun } from '../../src/replay/live-run.ts'
import { openRecording, resolveRange } from '../../src/replay/recording.ts'
import { checkpointKey, replay } from '../../src/replay/replay.ts'
import { StateKeeper } from '../../src/replay/state-keeper.ts'
import { stillTime, temporaryFolder } from '../kit/journals.ts'

const SEED = Number(process.env['SEED'] ?? 7)
const MARKET = {
  seed: SEED,
  symbols: ['BTCUSDT', 'ETHUSDT'],
  startTimeMs: Date.UTC(2026, 0, 5),
  minutes: 12,
}
const settings = resolveSettings('standard')
const nowUs = () => 0

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let path = ''
beforeAll(async () => {
  folder = await temporaryFolder()
  path = join(folder.path, 'live')
  await recordLive(path, (draft) => draft)
})
afterAll(() => folder[Symbol.asyncDispose]())

async function recordLive(to: string, change: (draft: EntryDraft) => EntryDraft | undefined) {
  const journal = await LevelJournal.create(to, stillTime)
  const live = await LiveRun.start({
    settings,
    symbols: [],
    writer: journal,
    nowUs: () => MARKET.startTimeMs * 1000,
    monoUs: () => 0,
    resume: undefined,
    checkpoints: new CheckpointStore(to, checkpointKey(settings, [], 0, true)),
    keeper: new StateKeeper('live', 'live'),
    onSnapshotWanted: () => {},
    onFailure: (error) => {
      throw error
    },
  })
  for (const batch of simulateMarket(MARKET)) {
    for (const draft of batch) {
      const changed = change(draft)
      if (changed !== undefined) journal.append(changed)
    }
    await journal.flush()
  }
  await journal.flush()
  await live.settled()
  await journal.close()
}

async function digestsOf(recordingPath: string, from = 0): Promise<readonly MinuteDigest[]> {
  const recording = await openRecording(recordingPath)
  const { digests } = await replay(recording.reader, {
    settings,
    symbols: recording.symbols,
    fromSeq: from,
    toSeq: recording.reader.nextSeq,
    startSeq: 0,
    nowUs,
  })
  await recording.reader.close()
  return digests
}

describe(`live equals replay, seed ${SEED}`, () => {
  test('every digest of live capture is computed again', async () => {
    const recording = await openRecording(path)
    const result = await check(recording, { nowUs })
    await recording.reader.close()
    expect(result).toMatchObject({ ok: true, mismatches: 0, otherVersions: 0 })
    expect(result.digestsCompared['BTCUSDT']).toBeGreaterThanOrEqual(10)
    expect(result.digestsCompared['ETHUSDT']).toBeGreaterThanOrEqual(10)
  })

  test('a replay from each checkpoint ends in the same digests', async () => {
    const whole = await digestsOf(path)
    const recording = await openRecording(path)
    const store = new CheckpointStore(path, checkpointKey(settings, [], 0, true))
    const seqs = await store.seqs()
    expect(seqs.length).toBeGreaterThan(0)
    for (const seq of seqs) {
      const result = await replay(recording.reader, {
        settings,
        symbols: [],
        fromSeq: seq,
        toSeq: recording.reader.nextSeq,
        startSeq: 0,
        checkpoints: store,
        nowUs,
      })
      expect(result.checkpointSeq).toBe(seq)
      expect(result.digests).toEqual(whole.filter((digest) => digest.seq >= seq))
    }
    await recording.reader.close()
  })

  test('an altered payload is found: first differing minute, and the range to look in', async () => {
    const lines = join(folder.path, 'lines.ndjson')
    const recording = await openRecording(path)
    await exportRecording(recording.reader, { path: lines, facts: true })
    const digest = await recording.reader.digest()
    await recording.reader.close()

    const same = join(folder.path, 'same')
    await importLines(lines, same)
    const copy = await openRecording(same)
    expect(await copy.reader.digest()).toBe(digest)
    await copy.reader.close()

    const texts = (await readFile(lines, 'utf8')).split('\n')
    const altered = texts.findIndex(
      (text, index) => index > texts.length / 2 && text.includes('"sym":"ETHUSDT","ch":"aggTrade"'),
    )
    texts[altered] = (texts[altered] ?? '').replace(/\\"q\\":\\"(\d)/, '\\"q\\":\\"9$1')
    await writeFile(lines, texts.join('\n'))
    const other = join(folder.path, 'other')
    await importLines(lines, other)
    const changed = await openRecording(other)
    const result = await check(changed, { nowUs })
    await changed.reader.close()
    expect(result.ok).toBe(false)
    expect(result.firstMismatch?.symbol).toBe('ETHUSDT')
    expect(result.firstMismatch?.fromSeq).toBeLessThanOrEqual(altered)
    expect(result.firstMismatch?.toSeq).toBeGreaterThan(altered)
  })

  test('killing the feed of one symbol leaves the digests of the other as they are', async () => {
    const half = join(folder.path, 'half')
    await recordLive(half, (draft) => (draft.stream.symbol === 'ETHUSDT' ? undefined : draft))
    const plain = ({ symbol, minute, digest }: MinuteDigest) => ({ symbol, minute, digest })
    const ofBoth = (await digestsOf(path)).filter(({ symbol }) => symbol === 'BTCUSDT').map(plain)
    expect((await digestsOf(half)).map(plain)).toEqual(ofBoth)
  })

  test('a range in exchange time is half-open, and its digests are those of the whole', async () => {
    const recording = await openRecording(path)
    const from = new Date(MARKET.startTimeMs + 5 * 60_000).toISOString()
    const range = await resolveRange(recording, from, '-2m')
    const result = await replay(recording.reader, {
      settings,
      symbols: recording.symbols,
      ...range,
      startSeq: 0,
      nowUs,
    })
    await recording.reader.close()
    const whole = await digestsOf(path)
    expect(result.digests).toEqual(
      whole.filter(({ seq }) => seq >= range.fromSeq && seq < range.toSeq),
    )
    expect(result.digests.length).toBeGreaterThan(0)
    expect(result.digests.length).toBeLessThan(whole.length)
  })
})

async function importLines(from: string, to: string): Promise<void> {
  const journal = await LevelJournal.create(to, stillTime)
  await importFile(from, journal, { skipBad: false, headOf, venueTimeOf })
  await journal.close()
}
