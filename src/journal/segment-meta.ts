/** What a sealed segment says of itself: `segment.json`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RecorderError } from '../base/errors.ts'
import type { Block, StreamKey } from '../model/block.ts'
import { type BlockFacts, greater, lesser } from './keys.ts'
import { readSignedText, sha256Hex, signedText } from './signed-json.ts'

export const SEGMENT_FILE = 'segment.json'
const SEGMENT_FORMAT = 'moonreplay-segment'
const FORMAT_VERSION = 1

export interface StreamCount extends StreamKey {
  readonly entryCount: number
  readonly payloadBytes: number
}

export interface FileRecord {
  readonly name: string
  /** Unit: bytes. */
  readonly size: number
  readonly sha256: string
}

/** What is in a stretch of a recording. `null`: nothing there that has such a time. */
export interface StretchFacts {
  readonly firstSeq: number
  /** One past the last entry. */
  readonly endSeq: number
  readonly blockCount: number
  /** Least and greatest receive time. Unit: µs since 1970. */
  readonly recvTimeUsMin: number | null
  readonly recvTimeUsMax: number | null
  /** Least and greatest exchange time of socket entries. Unit: ms since 1970. */
  readonly venueTimeMsMin: number | null
  readonly venueTimeMsMax: number | null
  /** Greatest exchange time of any socket entry from the start of the recording. */
  readonly venueTimeMsMaxRunning: number | null
  readonly payloadBytes: number
  readonly streams: readonly StreamCount[]
}

export interface SegmentMeta extends StretchFacts {
  /** Digest of the recording from its first entry to the end of this segment, see `chain.ts`. */
  readonly digest: string
  readonly files: readonly FileRecord[]
}

/** The folder of a segment, and of its hot form: the first sequence, so that names sort. */
export const segmentName = (firstSeq: number): string => String(firstSeq).padStart(16, '0')

export function segmentText(meta: SegmentMeta): string {
  return signedText({ format: SEGMENT_FORMAT, formatVersion: FORMAT_VERSION, ...meta })
}

export interface ReadMeta {
  readonly meta: SegmentMeta
  /** Of `segment.json` itself. */
  readonly sha256: string
}

/** @throws {RecorderError} `JOURNAL_DAMAGED`; `FORMAT_UNKNOWN` when a later version wrote it. */
export async function readSegmentMeta(folder: string): Promise<ReadMeta> {
  const path = join(folder, SEGMENT_FILE)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new RecorderError('JOURNAL_DAMAGED', `${path} cannot be read`, {
      cause,
      details: { path },
    })
  }
  const body = readSignedText(text)
  if (body === undefined || body['format'] !== SEGMENT_FORMAT) {
    throw new RecorderError('JOURNAL_DAMAGED', `${path} is not as it was written`, {
      details: { path },
    })
  }
  if (body['formatVersion'] !== FORMAT_VERSION) {
    throw new RecorderError(
      'FORMAT_UNKNOWN',
      `${path} has format version ${String(body['formatVersion'])}`,
    )
  }
  return { meta: body as unknown as SegmentMeta, sha256: sha256Hex(text) }
}

/** Counts what blocks hold. */
export class StretchCounter {
  readonly #firstSeq: number
  readonly #streams = new Map<string, StreamKey & { entryCount: number; payloadBytes: number }>()
  #endSeq: number
  #blockCount = 0
  #payloadBytes = 0
  #recvMin = Number.NaN
  #recvMax = Number.NaN
  #venueMin = Number.NaN
  #venueMax = Number.NaN
  #venueMaxRunning = Number.NaN

  constructor(firstSeq: number) {
    this.#firstSeq = firstSeq
    this.#endSeq = firstSeq
  }

  /** `facts` are those of `block`. */
  add(block: Block, facts: BlockFacts): void {
    this.#endSeq = block.firstSeq + block.count
    this.#blockCount += 1
    this.#payloadBytes += block.bytes.length
    this.#venueMin = lesser(this.#venueMin, facts.venueTimeMsMin)
    this.#venueMax = greater(this.#venueMax, facts.venueTimeMsMax)
    this.#venueMaxRunning = facts.venueTimeMsMaxRunning
    const counts = block.streams.map((stream) => this.#countOf(stream))
    for (let index = 0; index < block.count; index += 1) {
      const recvTimeUs = block.recvTimesUs[index] ?? Number.NaN
      if (!(recvTimeUs >= this.#recvMin)) this.#recvMin = recvTimeUs
      if (!(recvTimeUs <= this.#recvMax)) this.#recvMax = recvTimeUs
      const count = counts[block.streamIndexes[index] ?? -1]
      if (count === undefined) continue
      count.entryCount += 1
      count.payloadBytes += (block.offsets[index + 1] ?? 0) - (block.offsets[index] ?? 0)
    }
  }

  /** Adds what is known of the stretch that follows. */
  merge(facts: StretchFacts): void {
    this.#endSeq = facts.endSeq
    this.#blockCount += facts.blockCount
    this.#payloadBytes += facts.payloadBytes
    this.#recvMin = lesser(this.#recvMin, facts.recvTimeUsMin ?? Number.NaN)
    this.#recvMax = greater(this.#recvMax, facts.recvTimeUsMax ?? Number.NaN)
    this.#venueMin = lesser(this.#venueMin, facts.venueTimeMsMin ?? Number.NaN)
    this.#venueMax = greater(this.#venueMax, facts.venueTimeMsMax ?? Number.NaN)
    this.#venueMaxRunning = facts.venueTimeMsMaxRunning ?? Number.NaN
    for (const stream of facts.streams) {
      const count = this.#countOf(stream)
      count.entryCount += stream.entryCount
      count.payloadBytes += stream.payloadBytes
    }
  }

  /** What of the recording is counted so far. */
  get venueTimeMsMaxRunning(): number {
    return this.#venueMaxRunning
  }

  facts(): StretchFacts {
    return {
      firstSeq: this.#firstSeq,
      endSeq: this.#endSeq,
      blockCount: this.#blockCount,
      recvTimeUsMin: orNull(this.#recvMin),
      recvTimeUsMax: orNull(this.#recvMax),
      venueTimeMsMin: orNull(this.#venueMin),
      venueTimeMsMax: orNull(this.#venueMax),
      venueTimeMsMaxRunning: orNull(this.#venueMaxRunning),
      payloadBytes: this.#payloadBytes,
      streams: [...this.#streams.values()].map((stream) => ({ ...stream })),
    }
  }

  #countOf(stream: StreamKey): { entryCount: number; payloadBytes: number } {
    const { venue, symbol, channel } = stream
    const name = JSON.stringify([venue, symbol, channel])
    let count = this.#streams.get(name)
    if (count === undefined) {
      count = { venue, symbol, channel, entryCount: 0, payloadBytes: 0 }
      this.#streams.set(name, count)
    }
    return count
  }
}

/** JSON knows no `NaN`. */
const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)
