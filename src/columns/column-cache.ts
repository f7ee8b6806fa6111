/**
 * Columns beside the sealed segments of a recording: derived, disposable, never trusted. A file's name
 * is its segment and a hash of all that its bytes depend on; what cannot be used is made again.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { SegmentRecord } from '../journal/recording-manifest.ts'
import { segmentName } from '../journal/segment-meta.ts'
import { isUntouched } from '../journal/untouched.ts'
import type { Block } from '../model/block.ts'
import { COLUMN_FORMAT, ColumnFile, ColumnsDamaged, writeColumns } from './column-file.ts'

/** The folder of a recording that holds what can be made again, and in it that of columns. */
export const CACHE_FOLDER = 'cache'
export const COLUMN_FOLDER = join(CACHE_FOLDER, 'columns')
const SUFFIX = '.columns'
const PART = /\.(\d+)\.part$/

/**
 * Goes up whenever a decoder gives another message for the same bytes: `versions.test.ts` notices.
 */
export const DECODER_VERSION = 1

/** `sha256`: of its `segment.json`, which names all of its files. */
export type ColumnSegment = Pick<SegmentRecord, 'firstSeq' | 'endSeq' | 'sha256' | 'payloadBytes'>

/** First sequences of the segments that have columns of this version, whole or not. */
export async function segmentsWithColumns(
  recording: string,
  segments: readonly ColumnSegment[],
): Promise<ReadonlySet<number>> {
  const names = new Set(await readdir(join(recording, COLUMN_FOLDER)).catch(() => []))
  const found = segments.filter((segment) => names.has(nameOf(segment, keyOf(segment))))
  return new Set(found.map(({ firstSeq }) => firstSeq))
}

/**
 * The columns of a segment; none where its own files have changed since, so that damage to them is found
 * by whoever reads them. @throws {ColumnsDamaged} where there are some that cannot be used.
 */
export async function openColumns(
  recording: string,
  segment: ColumnSegment,
): Promise<ColumnFile | undefined> {
  const key = keyOf(segment)
  const path = pathOf(recording, segment, key)
  const made = await stat(path).catch(() => undefined)
  if (made === undefined) return undefined
  if (!(await isUntouched(recording, segment.firstSeq, made.mtimeMs))) return undefined
  return await ColumnFile.open(path, key)
}

export interface BuildOptions {
  readonly recording: string
  /** Those before it are deleted. */
  readonly firstSegment: string
  readonly processId: number
}

/** Makes the columns of a segment out of its blocks, whole or not at all, and removes what is stale. */
export async function buildColumns(
  segment: ColumnSegment,
  blocks: AsyncIterable<Block>,
  { recording, firstSegment, processId }: BuildOptions,
): Promise<void> {
  const key = keyOf(segment)
  const path = pathOf(recording, segment, key)
  const part = `${path}.${processId}.part`
  await mkdir(join(recording, COLUMN_FOLDER), { recursive: true })
  try {
    await writeColumns(part, key, blocks)
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
  for (const name of await readdir(dirname(path))) {
    const isOfSegment = name.startsWith(segmentName(segment.firstSeq))
    const isOld = name < firstSegment || (isOfSegment && name !== basename(path))
    const writer = PART.exec(name)?.[1]
    const isStale = writer === undefined ? isOld : !isRunning(Number(writer))
    if (isStale) await rm(join(dirname(path), name), { force: true })
  }
}

/** What is wrong with the columns of a recording, one sentence each. For `verify`. */
export async function columnFindings(recording: string): Promise<readonly string[]> {
  const findings: string[] = []
  const folder = join(recording, COLUMN_FOLDER)
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith(SUFFIX)) continue
    const path = join(folder, name)
    try {
      const file = await ColumnFile.open(path)
      try {
        await file?.check()
      } finally {
        await file?.close()
      }
    } catch (error) {
      if (!(error instanceof ColumnsDamaged)) throw error
      findings.push(`${path}: ${error.message}; delete it, it can be computed again`)
    }
  }
  return findings
}

const keyOf = ({ sha256 }: ColumnSegment): string =>
  createHash('sha256')
    .update(JSON.stringify([COLUMN_FORMAT, DECODER_VERSION, sha256]))
    .digest('hex')

const nameOf = ({ firstSeq }: ColumnSegment, key: string): string =>
  `${segmentName(firstSeq)}-${key.slice(0, 16)}${SUFFIX}`

const pathOf = (recording: string, segment: ColumnSegment, key: string): string =>
  join(recording, COLUMN_FOLDER, nameOf(segment, key))

/** A process that ended on the way left its part of a file. */
function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    // It is there and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
