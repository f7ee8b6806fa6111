/** How fast the journal takes, seals, opens and gives back entries, and how small they get. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { openCodec } from '../../src/journal/codec.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { type LevelReader, openReader } from '../../src/journal/level-reader.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { monoUs, nowUs, setTimer } from '../../src/runtime/clock.ts'

export interface JournalRates {
  readonly codec: string
  readonly entryCount: number
  readonly payloadBytes: number
  /** From the first entry to the last durable one, flat out. */
  readonly appendBytesPerSecond: number
  /** Sealing of what was appended, once nothing is appended any more. Unit: ms. */
  readonly sealMs: number
  /** All files of the sealed recording, to the payload bytes. */
  readonly storedFraction: number
  /** Checksum, decompression and columns, from disk. Best of three. */
  readonly readEntriesPerSecond: number
  readonly openMs: number
  /** From an exchange time to the first block from there on, in an open reader. Median and worst. */
  readonly seekMsMedian: number
  readonly seekMsMax: number
}

/** A recording of `entries` in a temporary folder, in the order and at the times they have. */
export async function benchJournal(entries: readonly EntryDraft[]): Promise<JournalRates> {
  const folder = await mkdtemp(join(tmpdir(), 'moonreplay-bench-'))
  try {
    const path = join(folder, 'recording')
    const codec = await openCodec()
    const payloadBytes = entries.reduce((sum, { payload }) => sum + payload.length, 0)
    const journal = await LevelJournal.create(path, { nowUs, setTimer, codec })
    const appendMs = await timed(() => appendAll(journal, entries))
    const sealMs = await timed(() => journal.close())
    const storedBytes = await sizeOf(path)
    let reader: LevelReader | undefined
    const openMs = await timed(async () => {
      reader = await openReader(path, { codec })
    })
    if (reader === undefined) throw new Error('the reader is open')
    const reads: number[] = []
    for (let round = 0; round < 3; round += 1) reads.push(await timed(() => readAll(reader)))
    const seeks = await timeSeeks(reader, entries)
    await reader.close()
    return {
      codec: codec.name,
      entryCount: entries.length,
      payloadBytes,
      appendBytesPerSecond: (payloadBytes / appendMs) * 1000,
      sealMs,
      storedFraction: storedBytes / payloadBytes,
      readEntriesPerSecond: (entries.length / Math.min(...reads)) * 1000,
      openMs,
      seekMsMedian: seeks[seeks.length >> 1] ?? Number.NaN,
      seekMsMax: seeks.at(-1) ?? Number.NaN,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export interface CommitTimes {
  readonly entriesPerSecond: number
  readonly commitCount: number
  /** From the last entry of a block to its durability. Unit: ms. */
  readonly commitMsMedian: number
  readonly commitMsP99: number
  /** From the first entry of a block to its durability. Unit: ms. */
  readonly durableMsP99: number
}

/** Commits under a paced load: `perSecond` entries of `payloadLength` bytes, for `seconds`. */
export async function benchCommits(
  sample: readonly EntryDraft[],
  perSecond: number,
  seconds: number,
): Promise<CommitTimes> {
  const folder = await mkdtemp(join(tmpdir(), 'moonreplay-bench-'))
  try {
    const path = join(folder, 'recording')
    const journal = await LevelJournal.create(path, { nowUs, setTimer })
    const commitMs: number[] = []
    const durableMs: number[] = []
    const appendedUs: number[] = []
    journal.onDurable((block) => {
      const now = monoUs()
      const last = block.firstSeq + block.count - 1
      commitMs.push((now - (appendedUs[last] ?? now)) / 1000)
      durableMs.push((now - (appendedUs[block.firstSeq] ?? now)) / 1000)
    })
    const startUs = monoUs()
    for (let count = 0; count < perSecond * seconds; ) {
      const due = Math.min(perSecond * seconds, ((monoUs() - startUs) / 1e6) * perSecond)
      for (; count < due; count += 1) {
        const draft = sample[count % sample.length]
        if (draft === undefined) break
        appendedUs.push(monoUs())
        journal.append({ ...draft, recvTimeUs: nowUs() })
      }
      await wait(1)
    }
    await journal.flush()
    await journal.close()
    commitMs.sort((a, b) => a - b)
    durableMs.sort((a, b) => a - b)
    return {
      entriesPerSecond: perSecond,
      commitCount: commitMs.length,
      commitMsMedian: quantile(commitMs, 0.5),
      commitMsP99: quantile(commitMs, 0.99),
      durableMsP99: quantile(durableMs, 0.99),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Entries appended between two turns of the event loop, as a busy socket would. */
const BURST_COUNT = 1_000

async function appendAll(journal: LevelJournal, entries: readonly EntryDraft[]): Promise<void> {
  for (const [index, draft] of entries.entries()) {
    journal.append(draft)
    if (index % BURST_COUNT === 0) await new Promise(setImmediate)
  }
  await journal.flush()
}

async function readAll(reader: LevelReader | undefined): Promise<void> {
  let bytes = 0
  for await (const block of reader?.blocks() ?? []) bytes += block.bytes.length
  if (bytes === 0) throw new Error('nothing was read')
}

async function timeSeeks(
  reader: LevelReader,
  entries: readonly EntryDraft[],
): Promise<readonly number[]> {
  const times: number[] = []
  for (let round = 1; round < 50; round += 1) {
    const { venueTimeMs = 0 } =
      entries[Math.floor((entries.length * ((round * 31) % 50)) / 50)] ?? {}
    times.push(
      await timed(async () => {
        const fromSeq = await reader.seekVenueTime(venueTimeMs)
        for await (const block of reader.blocks({ fromSeq })) {
          if (block.count > 0) break
        }
      }),
    )
  }
  return times.sort((a, b) => a - b)
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startUs = monoUs()
  await work()
  return (monoUs() - startUs) / 1000
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0
  for (const item of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (item.isFile()) bytes += (await stat(join(item.parentPath, item.name))).size
  }
  return bytes
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
