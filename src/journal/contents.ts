/** What a recording holds, counted per stream: from what sealed segments say, and the rest by reading. */
import type { Block } from '../model/block.ts'
import type { LevelReader } from './level-reader.ts'
import { sealedEnd, segmentPath } from './recording-manifest.ts'
import { readSegmentMeta, type StreamCount } from './segment-meta.ts'

export interface RecordingContents {
  readonly entryCount: number
  /** In the order in which the streams first came. */
  readonly streams: readonly StreamCount[]
  /** Receive time of the first and the last entry. Unit: µs since 1970; `NaN` where there is none. */
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
  const tally = new Tally()
  const { manifest } = reader
  for (const { firstSeq } of manifest.segments) {
    const { meta } = await readSegmentMeta(segmentPath(path, firstSeq))
    for (const stream of meta.streams) tally.add(stream)
  }
  const segments = manifest.segments
  let firstRecvTimeUs = segments[0]?.recvTimeUsMin ?? Number.NaN
  let lastRecvTimeUs = segments.at(-1)?.recvTimeUsMax ?? Number.NaN
  let lastVenueTimeMs = segments.at(-1)?.venueTimeMsMaxRunning ?? Number.NaN
  for await (const block of reader.blocks({ fromSeq: sealedEnd(manifest) })) {
    tally.addBlock(block)
    if (Number.isNaN(firstRecvTimeUs)) firstRecvTimeUs = block.recvTimesUs[0] ?? Number.NaN
    lastRecvTimeUs = block.recvTimesUs[block.count - 1] ?? lastRecvTimeUs
    lastVenueTimeMs = greatest(block.venueTimesMs.subarray(0, block.count), lastVenueTimeMs)
  }
  return {
    entryCount: reader.nextSeq - reader.firstSeq,
    streams: tally.streams(),
    firstRecvTimeUs,
    lastRecvTimeUs,
    lastVenueTimeMs,
    storedBytes: segments.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
    sealedPayloadBytes: segments.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0),
  }
}

function greatest(timesMs: Float64Array, before: number): number {
  let latest = before
  for (const timeMs of timesMs) if (timeMs > latest || Number.isNaN(latest)) latest = timeMs
  return latest
}

class Tally {
  readonly #counts = new Map<string, StreamCount>()

  streams(): readonly StreamCount[] {
    return [...this.#counts.values()]
  }

  add(stream: StreamCount): void {
    const name = `${stream.venue}/${stream.symbol}/${stream.channel}`
    const before = this.#counts.get(name)
    this.#counts.set(name, {
      ...stream,
      entryCount: stream.entryCount + (before?.entryCount ?? 0),
      payloadBytes: stream.payloadBytes + (before?.payloadBytes ?? 0),
    })
  }

  addBlock(block: Block): void {
    const entryCounts = block.streams.map(() => 0)
    const payloadBytes = block.streams.map(() => 0)
    for (let index = 0; index < block.count; index += 1) {
      const stream = block.streamIndexes[index] ?? 0
      const size = (block.offsets[index + 1] ?? 0) - (block.offsets[index] ?? 0)
      entryCounts[stream] = (entryCounts[stream] ?? 0) + 1
      payloadBytes[stream] = (payloadBytes[stream] ?? 0) + size
    }
    for (const [index, stream] of block.streams.entries()) {
      const entryCount = entryCounts[index] ?? 0
      if (entryCount > 0) {
        this.add({ ...stream, entryCount, payloadBytes: payloadBytes[index] ?? 0 })
      }
    }
  }
}
