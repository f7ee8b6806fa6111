/** What a recording holds, for `inspect` and `list`. */
import { factsOf } from './keys.ts'
import type { LevelReader } from './level-reader.ts'
import { sealedEnd, segmentPath } from './recording-manifest.ts'
import { readSegmentMeta, StretchCounter, type StretchFacts } from './segment-meta.ts'

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
  const counter = new StretchCounter(0)
  for (const { firstSeq } of manifest.segments) {
    counter.merge((await readSegmentMeta(segmentPath(recording, firstSeq))).meta)
  }
  for await (const block of reader.blocks({ fromSeq: sealedEnd(manifest) })) {
    const before = { timeUs: 0, venueTimeMsMaxRunning: counter.venueTimeMsMaxRunning }
    counter.add(block, factsOf(block, before))
  }
  return counter.facts()
}
