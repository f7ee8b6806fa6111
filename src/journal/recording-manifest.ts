/** What a recording says of itself, `manifest.json`, and where its parts stand. */
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RecorderError } from '../base/errors.ts'
import { writeFileDurably } from './durable-file.ts'
import { segmentName } from './segment-meta.ts'
import { readSignedText, signedText } from './signed-json.ts'

export const MANIFEST_FILE = 'manifest.json'
export const HOT_FOLDER = 'hot'
export const SEGMENTS_FOLDER = 'segments'
/** What a segment is called until it is whole. */
export const SEALING_SUFFIX = '.sealing'

const MANIFEST_FORMAT = 'moonreplay-recording'
const FORMAT_VERSION = 1

/** One time that a process wrote the recording. */
export interface RunRecord {
  readonly firstSeq: number
  /** One past its last entry; `null` while it runs. */
  readonly endSeq: number | null
  /** Unit: µs since 1970. Clock: ours. */
  readonly startTimeUs: number
  readonly endTimeUs: number | null
  readonly state: 'Running' | 'Ended' | 'CrashedRecovered'
}

export interface SegmentRecord {
  readonly firstSeq: number
  readonly endSeq: number
  readonly recvTimeUsMin: number | null
  readonly recvTimeUsMax: number | null
  readonly venueTimeMsMaxRunning: number | null
  readonly payloadBytes: number
  /** All files of the segment but `segment.json`. */
  readonly storedBytes: number
  /** Of its `segment.json`. */
  readonly sha256: string
}

/** What retention deleted from the beginning, as far as a replay of the rest must know it. */
export interface DeletedRecord {
  /** One past the last entry that was deleted. */
  readonly endSeq: number
  /** Payload of the last `start` in it; `null` where there was none. */
  readonly start: string | null
  /** Payload of the last `settings` in it: they are in force until there are others. */
  readonly settings: string | null
}

export interface RecordingManifest {
  /** Unit: µs since 1970. Clock: ours. */
  readonly createdTimeUs: number
  readonly runs: readonly RunRecord[]
  /** Sealed segments, in order and without holes. */
  readonly segments: readonly SegmentRecord[]
  /** Absent while all is there. */
  readonly deleted?: DeletedRecord
}

/** The first sequence that is there. */
export const firstKeptSeq = ({ segments, deleted }: RecordingManifest): number =>
  segments[0]?.firstSeq ?? deleted?.endSeq ?? 0

/** The sequence after the last sealed entry. */
export const sealedEnd = ({ segments }: RecordingManifest): number => segments.at(-1)?.endSeq ?? 0

export const hotPath = (recording: string, firstSeq: number): string =>
  join(recording, HOT_FOLDER, segmentName(firstSeq))

export const segmentPath = (recording: string, firstSeq: number): string =>
  join(recording, SEGMENTS_FOLDER, segmentName(firstSeq))

/**
 * @throws {RecorderError} `RECORDING_NOT_FOUND`; `JOURNAL_DAMAGED` where a byte of it is not as it
 * was written; `FORMAT_UNKNOWN`.
 */
export async function readManifest(recording: string): Promise<RecordingManifest> {
  const path = join(recording, MANIFEST_FILE)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new RecorderError('RECORDING_NOT_FOUND', `${recording} holds no recording`, { cause })
  }
  const body = readSignedText(text)
  if (body === undefined || body['format'] !== MANIFEST_FORMAT) {
    const message = `${path} is not as it was written`
    throw new RecorderError('JOURNAL_DAMAGED', message, { details: { path } })
  }
  if (body['formatVersion'] !== FORMAT_VERSION) {
    const version = String(body['formatVersion'])
    throw new RecorderError('FORMAT_UNKNOWN', `${path} has format version ${version}`)
  }
  const { createdTimeUs, runs, segments, deleted } = body as unknown as RecordingManifest
  return { createdTimeUs, runs, segments, ...(deleted === undefined ? {} : { deleted }) }
}

export async function writeManifest(recording: string, manifest: RecordingManifest): Promise<void> {
  const { createdTimeUs, runs, segments, deleted } = manifest
  const head = { format: MANIFEST_FORMAT, formatVersion: FORMAT_VERSION }
  const more = deleted === undefined ? {} : { deleted }
  const text = signedText({ ...head, createdTimeUs, runs, segments, ...more })
  await writeFileDurably(join(recording, MANIFEST_FILE), text)
}

/** First sequences of the hot segments on disk that no sealed one covers, ascending. */
export async function hotSegments(
  recording: string,
  manifest: RecordingManifest,
): Promise<readonly number[]> {
  const names = await readdir(join(recording, HOT_FOLDER)).catch(() => [])
  const firstSeqs: number[] = []
  for (const name of names.filter((candidate) => /^\d{16}$/.test(candidate))) {
    if (Number(name) < sealedEnd(manifest)) continue
    if (await isBegun(join(recording, HOT_FOLDER, name))) firstSeqs.push(Number(name))
  }
  return firstSeqs.sort((a, b) => a - b)
}

/** LevelDB names its manifest in here, last of all when it makes a database. */
export const CURRENT_FILE = 'CURRENT'
const ROWS_FILE = /\.(log|ldb)$/

/**
 * Whether a folder ever was a database: a stop while it is made leaves it without files of rows.
 * One that has such files and lacks {@link CURRENT_FILE} is begun, and damaged.
 */
export async function isBegun(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => [])
  return names.some((name) => name === CURRENT_FILE || ROWS_FILE.test(name))
}

/** Names of the recordings in a folder, in order. */
export async function listRecordings(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const names: string[] = []
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const isRecording = await access(join(folder, entry.name, MANIFEST_FILE)).then(
      () => true,
      () => false,
    )
    if (isRecording) names.push(entry.name)
  }
  return names.sort((a, b) => (a < b ? -1 : 1))
}
