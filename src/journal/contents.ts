/** What a recording holds: from what sealed segments say of themselves, and the rest by counting. */
import { factsOf } from './keys.ts'
import type { LevelReader } from './level-reader.ts'
import { firstKeptSeq, sealedEnd, segmentPath } from './recording-manifest.ts'
import {
  readSegmentMeta,
  type StreamCount,
  StretchCounter,
  type StretchFacts,
} from './segment-meta.ts'

export interface RecordingContents {
  readonly entryCount: number
  /** In the order in which the streams first came. */
  readonly streams: readonly StreamCount[]
  /** Least and greatest receive time. Unit: µs since 1970; `NaN` where there is none. */
  readonly firstRecvTimeUs: number
  readonly lastRecvTimeUs: number
  /** Greatest exchange time of a socket entry. Unit: ms since 1970; `NaN` where there is none. */
  readonly lastVenueTimeMs: number
  /** Bytes on disk of what is sealed, and of its payloads before compression. */
  readonly storedBytes: number
  readonly sealedPayloadBytes: number
}

/** @throws {RecorderError} `JOURNAL_DAMAGED` */
export async function readContents(path: string, reader: LevelReader): Promise<RecordingContents> {
  const { segments } = reader.manifest
  const facts = await recordingFacts(path, reader)
  return {
    entryCount: reader.nextSeq - reader.firstSeq,
    streams: facts.streams,
    firstRecvTimeUs: facts.recvTimeUsMin ?? Number.NaN,
    lastRecvTimeUs: facts.recvTimeUsMax ?? Number.NaN,
    lastVenueTimeMs: facts.venueTimeMsMaxRunning ?? Number.NaN,
    storedBytes: segments.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
    sealedPayloadBytes: segments.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0),
  }
}

/**
 * Counts, times and streams of a whole recording. Of what is sealed only `segment.json` is read; the
 * rest is counted.
 * @throws {RecorderError} `JOURNAL_DAMAGED`
 */
export async function recordingFacts(
  recording: string,
  reader: LevelReader,
): Promise<StretchFacts> {
  const { manifest } = reader
  const counter = new StretchCounter(firstKeptSeq(manifest))
  for (const { firstSeq } of manifest.segments) {
    counter.merge((await readSegmentMeta(segmentPath(recording, firstSeq))).meta)
  }
  for await (const block of reader.blocks({ fromSeq: sealedEnd(manifest) })) {
    const before = { timeUs: 0, venueTimeMsMaxRunning: counter.venueTimeMsMaxRunning }
    counter.add(block, factsOf(block, before))
  }
  return counter.facts()
}
