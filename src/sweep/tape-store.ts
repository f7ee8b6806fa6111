/**
 * Tapes beside the recording that they were made from: derived, disposable, each with its own checksum.
 *
 * A file is `MRTP`, u8 format, u32 CRC-32 of what follows, then deflated canonical bytes of a {@link Tape}.
 * Its name is a hash of all that it depends on, so that one of another state of the recording, of other
 * settings or of another version is never found.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Settings } from '../pipeline/settings.ts'
import { ColumnSource } from '../replay/block-source.ts'
import { STATE_VERSION } from '../replay/digests.ts'
import type { Recording } from '../replay/recording.ts'
import {
  decodeTape,
  encodeTape,
  recordTape,
  type Tape,
  type TapeOptions,
  tapeKeyOf,
} from './tape.ts'

/** The folder of a recording that holds what can be made again. */
export const TAPE_FOLDER = join('cache', 'tapes')

const MAGIC = 'MRTP'
const SUFFIX = '.tape'
/** Goes up whenever a tape holds something else. */
const FORMAT = 1
const HEAD_BYTES = 9
/** Most of what is gained, in a tenth of the time. */
const DEFLATE_LEVEL = 1

/** Of which state of which recording. */
export interface TapeSource {
  readonly recording: Recording
  readonly recordingDigest: string
  readonly toSeq: number
}

export interface TapeProgress extends Pick<TapeOptions, 'onProgress' | 'signal'> {
  /** Told why a tape could not be kept; the sweep goes on without. */
  readonly onRemark?: ((text: string) => void) | undefined
}

export interface PreparedTape {
  readonly tape: Tape
  /** It was there already. */
  readonly wasKept: boolean
}

/** The tape of these settings: as it was kept, else made and kept. Nothing when stopped on the way. */
export async function prepareTape(
  source: TapeSource,
  settings: Settings,
  { onRemark, ...progress }: TapeProgress,
): Promise<PreparedTape | undefined> {
  const { recording, toSeq } = source
  const path = pathOf(source, settings)
  const kept = await readTape(path)
  if (kept !== undefined) return { tape: kept, wasKept: true }
  const { reader, symbols } = recording
  const columns = new ColumnSource(recording, { onRemark: (text) => onRemark?.(text) })
  let tape: Tape | undefined
  try {
    tape = await recordTape(reader, { settings, symbols, toSeq, columns, ...progress })
  } finally {
    await columns.close(progress.signal)
  }
  if (tape === undefined) return undefined
  try {
    await keepTape(path, tape)
  } catch (error) {
    await rm(`${path}.part`, { force: true }).catch(() => undefined)
    onRemark?.(`${path} was not kept: ${error instanceof Error ? error.message : 'unknown'}`)
  }
  return { tape, wasKept: false }
}

function pathOf({ recording, recordingDigest, toSeq }: TapeSource, settings: Settings): string {
  const key = JSON.stringify([
    FORMAT,
    STATE_VERSION,
    recordingDigest,
    toSeq,
    recording.symbols,
    tapeKeyOf(settings),
  ])
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16)
  return join(recording.path, TAPE_FOLDER, `${hash}${SUFFIX}`)
}

async function keepTape(path: string, tape: Tape): Promise<void> {
  const body = deflateRawSync(encodeTape(tape), { level: DEFLATE_LEVEL })
  const head = Buffer.alloc(HEAD_BYTES)
  head.write(MAGIC, 'latin1')
  head[4] = FORMAT
  head.writeUInt32LE(crc32(body), 5)
  await mkdir(dirname(path), { recursive: true })
  const file = await open(`${path}.part`, 'w')
  try {
    await file.writeFile(Buffer.concat([head, body]))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
}

/** What is wrong with the tapes of a recording, one sentence each. For `verify`. */
export async function tapeFindings(recording: string): Promise<readonly string[]> {
  const folder = join(recording, TAPE_FOLDER)
  const findings: string[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    if (!name.endsWith(SUFFIX) || (await readTape(path)) !== undefined) continue
    findings.push(`${path}: not a whole tape; delete it, it can be computed again`)
  }
  return findings
}

/** Nothing where there is none, or it is damaged: it can be made again. */
async function readTape(path: string): Promise<Tape | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  if (bytes === undefined || bytes.length <= HEAD_BYTES) return undefined
  const body = bytes.subarray(HEAD_BYTES)
  const isWhole =
    bytes.toString('latin1', 0, 4) === MAGIC &&
    bytes[4] === FORMAT &&
    bytes.readUInt32LE(5) === crc32(body)
  return isWhole ? decodeTape(inflateRawSync(body)) : undefined
}
