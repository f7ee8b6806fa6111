import { once } from 'node:events'
import { mkdir, readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { socketPath } from '../../src/journal/block-frames.ts'
import { CODEC_ID, type Codec, openCodec } from '../../src/journal/codec.ts'
import { recordingFacts } from '../../src/journal/contents.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { openReader } from '../../src/journal/level-reader.ts'
import { listRecordings, readManifest } from '../../src/journal/recording-manifest.ts'
import { verifyRecording } from '../../src/journal/verify.ts'
import { entries, entry, START_US } from '../kit/entries.ts'
import { appendAll, asRead, readAll, record, stillTime, temporaryFolder } from '../kit/journals.ts'

// Real files, flushed: on a busy machine a disk may take its time.
vi.setConfig({ testTimeout: 60_000 })

const longPayload = new TextEncoder().encode('x'.repeat(500))
const HOUR_US = 3_600_000_000

describe('opening', () => {
  test('refuses to make a recording where there is one, and to open one where there is none', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    await expect(LevelJournal.openForAppend(path, stillTime)).rejects.toMatchObject({
      code: 'RECORDING_NOT_FOUND',
    })
    await expect(openReader(path)).rejects.toMatchObject({ code: 'RECORDING_NOT_FOUND' })
    await record(path, entries(10))
    await expect(LevelJournal.create(path, stillTime)).rejects.toMatchObject({
      code: 'RECORDING_EXISTS',
    })
    expect(await listRecordings(folder.path)).toEqual(['recording'])
  })

  test('refuses a recording that is being written, and harms nothing', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    await record(path, entries(100))
    const journal = await LevelJournal.openForAppend(path, stillTime)
    await appendAll(journal, entries(100, 1000, 100))
    await expect(LevelJournal.openForAppend(path, stillTime)).rejects.toMatchObject({
      code: 'RECORDING_LOCKED',
    })
    await appendAll(journal, entries(100, 1000, 200))
    await journal.close()
    const reader = await openReader(path)
    expect(await readAll(reader)).toEqual(asRead(entries(300)))
    await reader.close()
    expect((await verifyRecording(path)).findings).toEqual([])
  })

  test('goes on with the sequence and says that the run before ended cleanly', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    await record(path, entries(7000, 100))
    const journal = await LevelJournal.openForAppend(path, stillTime)
    expect(journal.opening).toEqual({
      recoveredFromCrash: false,
      nextSeq: 7000,
      lastRecvTimeUs: START_US + 6999 * 100,
    })
    expect(journal.append(entry())).toBe(7000)
    await journal.close()
    const { runs } = await readManifest(path)
    expect(runs.map(({ firstSeq, endSeq, state }) => [firstSeq, endSeq, state])).toEqual([
      [0, 7000, 'Ended'],
      [7000, 7001, 'Ended'],
    ])
  })
})

describe('segments', () => {
  test('end with the UTC hour of receive time, and never go back to an earlier one', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const times = [0, HOUR_US - 1, HOUR_US, HOUR_US - 5, 2 * HOUR_US + 1, 3 * HOUR_US]
    await record(
      path,
      times.map((time) => entry({ recvTimeUs: START_US + time })),
      100,
    )
    const { segments } = await readManifest(path)
    expect(segments.map(({ firstSeq, endSeq }) => [firstSeq, endSeq])).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
      [5, 6],
    ])
    expect(await readdir(join(path, 'hot'))).toEqual([])
    expect((await verifyRecording(path)).findings).toEqual([])
  })

  test('end with their size', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    await record(path, entries(1500), 100, { segmentBytes: 2_000 })
    const { segments } = await readManifest(path)
    expect(segments.length).toBeGreaterThan(3)
    const reader = await openReader(path)
    expect(await readAll(reader)).toEqual(asRead(entries(1500)))
    expect((await readAll(reader, { fromSeq: 1490 })).at(-1)?.seq).toBe(1499)
    await reader.close()
    expect((await verifyRecording(path)).findings).toEqual([])
  })

  test('are sealed as they were appended though most of it happens while they are written', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    // Some times what makes the sealing catch up, to an end just after it did.
    const drafts = entries(40_000, 100).map((draft) => ({ ...draft, payload: longPayload }))
    const catchUpCount = Math.ceil((4 << 20) / longPayload.length)
    await record(path, drafts.slice(0, 3 * catchUpCount), 2_000)
    const { findings, entryCount } = await verifyRecording(path)
    expect(findings).toEqual([])
    expect(entryCount).toBe(3 * catchUpCount)
  })

  test('leave nothing of an empty run but its line in the manifest', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    await record(path, [])
    expect((await readManifest(path)).segments).toEqual([])
    expect(await readdir(join(path, 'hot'))).toEqual([])
    expect(await verifyRecording(path)).toMatchObject({ findings: [], entryCount: 0 })
  })
})

describe('a commit that fails', () => {
  test('fails every flush that waits, and the writer takes nothing more', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const real = await openCodec()
    let isBroken: boolean = false
    const codec: Codec = {
      ...real,
      compress: (bytes, level) => {
        if (isBroken) throw new Error('no space left on device')
        return real.compress(bytes, level)
      },
    }
    const journal = await LevelJournal.create(path, { ...stillTime, codec })
    await appendAll(journal, entries(50))
    isBroken = true
    journal.append(entry())
    const flushes = [journal.flush(), journal.flush()]
    for (const flush of flushes) {
      await expect(flush).rejects.toMatchObject({
        code: 'JOURNAL_WRITE_FAILED',
        message: expect.stringContaining('everything to entry 49 is durable') as unknown,
      })
    }
    expect(() => journal.append(entry())).toThrowError(/entry 49/)
    await expect(journal.close()).rejects.toMatchObject({ code: 'JOURNAL_WRITE_FAILED' })
    const again = await LevelJournal.openForAppend(path, stillTime)
    expect(again.opening).toMatchObject({ recoveredFromCrash: true, nextSeq: 50 })
    await again.close()
  })
})

describe('a sealing that fails', () => {
  test('keeps the hot segment, says so at the end, and is done again by the next run', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const real = await openCodec()
    const codec: Codec = {
      ...real,
      // Level 2 is that of sealed payloads here: one byte of each is not what was appended.
      compress: (bytes, level) =>
        real.compress(level === 2 ? Uint8Array.of(0, ...bytes.subarray(1)) : bytes, level),
    }
    const journal = await LevelJournal.create(path, { ...stillTime, codec, sealLevel: 2 })
    await appendAll(journal, entries(200))
    await expect(journal.close()).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' })
    expect(journal.sealFailure?.message).toContain('not what was appended')
    expect((await verifyRecording(path)).findings).toEqual([])
    const again = await LevelJournal.openForAppend(path, stillTime)
    await again.close()
    const reader = await openReader(path)
    expect(reader.manifest.segments).toHaveLength(1)
    expect(await readAll(reader)).toEqual(asRead(entries(200)))
    await reader.close()
  })
})

describe('the timer', () => {
  test('commits what waits, and is not set while nothing does', async () => {
    await using folder = await temporaryFolder()
    const tasks: (() => void)[] = []
    const journal = await LevelJournal.create(join(folder.path, 'recording'), {
      ...stillTime,
      commitMs: 100,
      setTimer: (waitMs, task) => {
        expect(waitMs).toBe(100)
        tasks.push(task)
        return () => undefined
      },
    })
    expect(tasks).toHaveLength(0)
    journal.append(entry())
    journal.append(entry())
    expect(tasks).toHaveLength(1)
    const durable = new Promise((resolve) => journal.onDurable(resolve))
    tasks[0]?.()
    await durable
    expect(journal.durableSeq).toBe(2)
    await journal.close()
  })
})

describe('readers', () => {
  test('any number of them read a sealed recording at once', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    await record(path, entries(2000), 100, { segmentBytes: 20_000 })
    const readers = await Promise.all([1, 2, 3].map(() => openReader(path)))
    const read = await Promise.all(readers.map((reader) => readAll(reader)))
    for (const each of read) expect(each).toEqual(asRead(entries(2000)))
    await Promise.all(readers.map((reader) => reader.close()))
  })

  test('follow a writer through rolling, sealing and its end', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const journal = await LevelJournal.create(path, { ...stillTime, segmentBytes: 15_000 })
    await appendAll(journal, entries(500))
    const reader = await openReader(path)
    expect(reader.isLive).toBe(true)
    const following = readAll(reader, { follow: true })
    await appendAll(journal, entries(2500, 1000, 500), 100)
    await journal.close()
    expect(await following).toEqual(asRead(entries(3000)))
    await reader.refresh()
    expect(reader.isLive).toBe(false)
    expect(await reader.digest()).toBe((await verifyRecording(path)).digest)
    await reader.close()
  })

  test('find the same digest while it is written as when it is sealed', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const journal = await LevelJournal.create(path, { ...stillTime, segmentBytes: 50_000 })
    await appendAll(journal, entries(10_000, 100), 500)
    const reader = await openReader(path)
    const [live, part] = [await reader.digest(), await reader.digest(9_999)]
    await journal.close()
    await reader.refresh()
    expect([await reader.digest(), await reader.digest(9_999)]).toEqual([live, part])
    await reader.close()
  })

  test('find the way by exchange time through what is sealed and what is not', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const journal = await LevelJournal.create(path, { ...stillTime, segmentBytes: 15_000 })
    await appendAll(journal, entries(2000), 100)
    const reader = await openReader(path)
    await appendAll(journal, entries(2000, 1000, 2000), 100)
    const placeOf = async (index: number): Promise<void> => {
      const fromSeq = await reader.seekVenueTime(START_US / 1000 + index - 20)
      expect(fromSeq).toBeLessThanOrEqual(index)
      for await (const block of reader.blocks({ fromSeq })) {
        expect(block.firstSeq).toBe(fromSeq)
        expect(fromSeq + block.count).toBeGreaterThanOrEqual(index)
        break
      }
    }
    for (const index of [100, 1990, 2010, 3900]) await placeOf(index)
    expect(await reader.seekVenueTime(Number.MAX_VALUE)).toBe(4000)
    await journal.close()
    await reader.refresh()
    for (const index of [100, 1990, 2010, 3900]) await placeOf(index)
    await reader.close()
  })

  test('count what a recording holds, sealed or not', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const journal = await LevelJournal.create(path, { ...stillTime, segmentBytes: 15_000 })
    await appendAll(journal, entries(2000), 100)
    const reader = await openReader(path)
    const { blockCount: _, ...live } = await recordingFacts(path, reader)
    await journal.close()
    await reader.refresh()
    const { blockCount: __, ...sealed } = await recordingFacts(path, reader)
    expect(sealed).toEqual(live)
    expect(sealed).toMatchObject({ firstSeq: 0, endSeq: 2000, recvTimeUsMin: START_US })
    const [first] = sealed.streams.filter(({ channel }) => channel === 'openInterest')
    expect(first?.entryCount).toBe(entries(2000).filter(({ http }) => http !== undefined).length)
    await reader.close()
  })

  test('that take nothing are no burden to the writer', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const journal = await LevelJournal.create(path, stillTime)
    const stalled = connect(await socketPath(path))
    await once(stalled, 'connect')
    stalled.pause()
    stalled.write('{"want":"blocks","fromSeq":0,"follow":true}\n')
    const stranger = connect(await socketPath(path))
    await once(stranger, 'connect')
    stranger.write('GET / HTTP/1.1\r\n\r\n')
    await once(stranger, 'close')
    const payload = crypto.getRandomValues(new Uint8Array(60_000))
    for (let index = 0; index < 100; index += 1) {
      journal.append(entry({ payload }))
      await journal.flush()
    }
    await journal.close()
    stalled.destroy()
    expect(journal.durableSeq).toBe(100)
  })
})

describe('codecs', () => {
  test('a recording does not depend on which machine wrote it', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const poor = await openCodec(['deflate'])
    expect(poor.id).toBe(CODEC_ID.deflate)
    await record(path, entries(500), 50, { codec: poor })
    const journal = await LevelJournal.openForAppend(path, stillTime)
    await appendAll(journal, entries(500, 1000, 500))
    await journal.close()
    const reader = await openReader(path)
    expect(await readAll(reader)).toEqual(asRead(entries(1000)))
    await expect(openReader(path, { codec: poor }).then(readAll)).rejects.toMatchObject({
      code: 'FORMAT_UNKNOWN',
    })
    await reader.close()
  })
})

test('a folder without manifest is no recording', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'empty'))
  expect(await listRecordings(folder.path)).toEqual([])
  expect(await listRecordings(join(folder.path, 'absent'))).toEqual([])
})
