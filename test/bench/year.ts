/**
 * `npm run bench:year -- [SEGMENTS [ENTRIES_PER_SEGMENT]]`: a recording of as many hourly segments as a
 * year has (8,760), each with few entries, since what grows with a year is the number of segments: how
 * long it takes to open, to read its contents, to find a moment, and to seal one hour more.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { openReader } from '../../src/journal/level-reader.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { openRecording, seqAtTime } from '../../src/replay/recording.ts'

const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2025, 0, 1)
const SEEKS = 200
const SEALED_AGAIN = 20
/** Segments that may wait to be sealed before more is written. */
const AHEAD_MAX = 8

const [segmentText = '8760', entryText = '60'] = process.argv.slice(2)
const segmentCount = Number(segmentText)
const entryCount = Number(entryText)
const say = (text: string): boolean => process.stdout.write(`${text}\n`)
const now = (): number => performance.now()
const options = { nowUs: () => START_MS * 1_000, setTimer: () => () => undefined }

function draftOf(hour: number, index: number): EntryDraft {
  const timeMs = START_MS + hour * HOUR_MS + Math.floor((index * HOUR_MS) / entryCount)
  return {
    stream: {
      venue: 'binance',
      symbol: 'BTCUSDT',
      channel: index % 2 === 0 ? 'depth' : 'aggTrade',
    },
    recvTimeUs: timeMs * 1_000 + 50_000,
    monoTimeUs: timeMs * 1_000,
    venueTimeMs: timeMs,
    connectionId: 1,
    payload: new TextEncoder().encode(`{"e":"made up","E":${timeMs},"n":${index}}`),
  }
}

async function writeHours(journal: LevelJournal, fromHour: number, toHour: number): Promise<void> {
  for (let hour = fromHour; hour < toHour; hour += 1) {
    for (let index = 0; index < entryCount; index += 1) journal.append(draftOf(hour, index))
    await journal.flush()
    while (hour - journal.sealedSegments.length > AHEAD_MAX && journal.sealFailure === undefined) {
      await new Promise((wake) => setTimeout(wake, 1))
    }
    if (hour > 0 && hour % 1_000 === 0) say(`${hour} hours written`)
  }
}

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const startMs = now()
  const result = await work()
  say(`${name}: ${(now() - startMs).toFixed(1)} ms`)
  return result
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const residentMB = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20)

const folder = await mkdtemp(join(tmpdir(), 'moonreplay-year-'))
try {
  const path = join(folder, 'year')
  const startMs = now()
  const journal = await LevelJournal.create(path, options)
  await writeHours(journal, 0, segmentCount)
  await journal.close()
  const perSegmentMs = (now() - startMs) / segmentCount
  say(`${segmentCount} segments of ${entryCount} entries made, ${perSegmentMs.toFixed(1)} ms each`)
  say(`manifest ${((await stat(join(path, 'manifest.json'))).size / 1e6).toFixed(2)} MB`)

  const again = await timed('open to append', () => LevelJournal.openForAppend(path, options))
  const sealMs = now()
  await writeHours(again, segmentCount, segmentCount + SEALED_AGAIN)
  await again.close()
  say(`an hour more is sealed in ${((now() - sealMs) / SEALED_AGAIN).toFixed(1)} ms`)

  const reader = await timed('open to read', () => openReader(path))
  await reader.close()
  const recording = await timed('open with contents (every segment.json)', () =>
    openRecording(path),
  )
  const seeksMs: number[] = []
  const readsMs: number[] = []
  let state = 7
  for (let seek = 0; seek < SEEKS; seek += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const timeMs = START_MS + Math.floor((state / 2 ** 32) * segmentCount * HOUR_MS)
    const seekMs = now()
    const seq = await seqAtTime(recording, timeMs)
    seeksMs.push(now() - seekMs)
    const readMs = now()
    for await (const block of recording.reader.blocks({ fromSeq: seq, toSeq: seq + 1 })) {
      if (block.count === 0) throw new Error('an empty block')
    }
    readsMs.push(now() - readMs)
  }
  say(
    `find a moment: median ${median(seeksMs).toFixed(1)} ms, worst of ${SEEKS} ${Math.max(...seeksMs).toFixed(1)} ms; then its first block: median ${median(readsMs).toFixed(1)} ms`,
  )
  await timed('digest of all of it', () => recording.reader.digest())
  say(`${recording.contents.entryCount} entries; resident ${residentMB()} MB`)
  await recording.reader.close()
} finally {
  await rm(folder, { recursive: true, force: true })
}
