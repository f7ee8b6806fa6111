/**
 * Opening a recording to write it: take the lock, see what the last run left, and find the state to
 * go on from. Who holds LevelDB's lock on the newest hot segment writes the recording; nothing is
 * changed before.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RecorderError } from '../base/errors.ts'
import type { Chain } from './chain.ts'
import { groupStart } from './chain.ts'
import type { Codec } from './codec.ts'
import { syncPath } from './durable-file.ts'
import { EMPTY_TAIL, HotSegment, type JournalTail } from './hot-segment.ts'
import {
  CURRENT_FILE,
  HOT_FOLDER,
  hotPath,
  hotSegments,
  isBegun,
  type RecordingManifest,
  readManifest,
  SEALING_SUFFIX,
  SEGMENTS_FOLDER,
  sealedEnd,
  segmentPath,
} from './recording-manifest.ts'
import { segmentName } from './segment-meta.ts'
import { resumeChain, SegmentSource } from './segment-source.ts'
import { SegmentStore } from './segment-store.ts'
import { closeView, makeViewFolder, openSealed } from './segment-view.ts'

/** A hot segment and the chain over all entries before it. */
export interface OpenHot {
  readonly segment: HotSegment
  readonly chain: Chain
}

export interface Recovered {
  readonly manifest: RecordingManifest
  /** The hot segments, in order; the last is the one to append to. */
  readonly hots: readonly OpenHot[]
  /** The chain over all entries. */
  readonly chain: Chain
}

const LOCK_ATTEMPTS = 5

/**
 * Locks a recording and repairs what a stop at any point left behind.
 * @throws {RecorderError} `RECORDING_NOT_FOUND`, `RECORDING_LOCKED`, `JOURNAL_DAMAGED`
 */
export async function recover(recording: string, codec: Codec): Promise<Recovered> {
  const { manifest, store, firstSeqs } = await lock(recording)
  const opened: SegmentStore[] = [store]
  const viewFolder = await makeViewFolder()
  try {
    await sweep(recording, firstSeqs)
    for (const firstSeq of firstSeqs.slice(0, -1)) {
      opened.push(await SegmentStore.open(hotPath(recording, firstSeq), { create: false }))
    }
    const stores = [...opened.slice(1), store]
    const segments = await loadHots(stores, firstSeqs, tailOf(manifest))
    const from = groupStart(firstSeqs[0] ?? 0)
    const sealed = await openSealedSources(recording, manifest, from, viewFolder, codec)
    const sources = [...sealed, ...segments.map((segment) => sourceOf(segment, codec))]
    const hots: OpenHot[] = []
    for (const segment of segments) {
      hots.push({ segment, chain: await resumeChain(sources, segment.firstSeq) })
    }
    const chain = await resumeChain(sources, segments.at(-1)?.endSeq ?? 0)
    for (const { store: view } of sealed) await closeView(view)
    return { manifest, hots, chain }
  } catch (error) {
    for (const each of opened) await each.close()
    throw error
  } finally {
    await rm(viewFolder, { recursive: true, force: true })
  }
}

/**
 * Opens a hot segment, and makes it where there is none; its folder outlasts a power cut.
 * @throws {RecorderError} `JOURNAL_DAMAGED` for files that LevelDB would make a new database over.
 */
export async function openHotStore(recording: string, firstSeq: number): Promise<SegmentStore> {
  const path = hotPath(recording, firstSeq)
  await mkdir(path, { recursive: true })
  const isNew = !(await isBegun(path))
  if (!(isNew || (await readdir(path)).includes(CURRENT_FILE))) {
    const message = `${path}: ${CURRENT_FILE} is missing`
    throw new RecorderError('JOURNAL_DAMAGED', message, { details: { path } })
  }
  const store = await SegmentStore.open(path, { create: isNew })
  await syncPath(join(recording, HOT_FOLDER))
  await syncPath(recording)
  return store
}

/** A hot segment as something to read, up to what is committed now. */
export function sourceOf(segment: HotSegment, codec: Codec): SegmentSource {
  const { firstSeq, endSeq, store, index } = segment
  return new SegmentSource({ firstSeq, endSeq, store, name: store.path, codec, index })
}

interface Locked {
  readonly manifest: RecordingManifest
  /** First sequences of the hot segments; the last is locked. */
  readonly firstSeqs: readonly number[]
  readonly store: SegmentStore
}

async function lock(recording: string): Promise<Locked> {
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt += 1) {
    const newest = newestOf(await survey(recording))
    const store = await openHotStore(recording, newest)
    // What was read before the lock may be of a writer that has ended since.
    const { manifest, firstSeqs } = await survey(recording)
    if (newestOf({ manifest, firstSeqs }) === newest && firstSeqs.includes(newest)) {
      return { manifest, firstSeqs, store }
    }
    await store.close()
  }
  throw new RecorderError('RECORDING_LOCKED', `another process writes ${recording}`)
}

interface Survey {
  readonly manifest: RecordingManifest
  readonly firstSeqs: readonly number[]
}

async function survey(recording: string): Promise<Survey> {
  const manifest = await readManifest(recording)
  return { manifest, firstSeqs: await hotSegments(recording, manifest) }
}

const newestOf = ({ manifest, firstSeqs }: Survey): number =>
  firstSeqs.at(-1) ?? sealedEnd(manifest)

/** Removes what was not finished, and hot segments that are sealed. */
async function sweep(recording: string, firstSeqs: readonly number[]): Promise<void> {
  const segments = join(recording, SEGMENTS_FOLDER)
  for (const name of await readdir(segments).catch(() => [])) {
    if (name.endsWith(SEALING_SUFFIX)) await rm(join(segments, name), { recursive: true })
  }
  const kept = new Set(firstSeqs.map(segmentName))
  for (const name of await readdir(join(recording, HOT_FOLDER))) {
    // What is not kept is sealed, or never became a database.
    if (/^\d{16}$/.test(name) && !kept.has(name)) {
      await rm(join(recording, HOT_FOLDER, name), { recursive: true, force: true })
    }
  }
}

async function loadHots(
  stores: readonly SegmentStore[],
  firstSeqs: readonly number[],
  before: JournalTail,
): Promise<readonly HotSegment[]> {
  const segments: HotSegment[] = []
  let tail = before
  for (const [index, store] of stores.entries()) {
    const segment = await HotSegment.load(store, firstSeqs[index] ?? 0, tail)
    tail = segment.tail
    segments.push(segment)
  }
  for (const [index, { endSeq, store }] of segments.slice(0, -1).entries()) {
    const nextSeq = firstSeqs[index + 1] ?? endSeq
    if (endSeq === nextSeq) continue
    const message = `${store.path}: entries ${endSeq} to ${nextSeq - 1} are missing`
    const details = { path: store.path, fromSeq: endSeq, toSeq: nextSeq }
    throw new RecorderError('JOURNAL_DAMAGED', message, { details })
  }
  return segments
}

function tailOf({ segments }: RecordingManifest): JournalTail {
  const last = segments.at(-1)
  if (last === undefined) return EMPTY_TAIL
  return {
    timeUs: Math.floor(last.recvTimeUsMax ?? 0),
    venueTimeMsMaxRunning: last.venueTimeMsMaxRunning ?? Number.NaN,
  }
}

/** The sealed segments from the one on that holds the entry before `fromSeq`. */
async function openSealedSources(
  recording: string,
  { segments }: RecordingManifest,
  fromSeq: number,
  viewFolder: string,
  codec: Codec,
): Promise<readonly SegmentSource[]> {
  const sources: SegmentSource[] = []
  for (const { firstSeq, endSeq } of segments.filter((segment) => segment.endSeq >= fromSeq)) {
    const name = segmentPath(recording, firstSeq)
    const store = await openSealed(name, viewFolder)
    sources.push(new SegmentSource({ firstSeq, endSeq, store, name, codec }))
  }
  return sources
}
