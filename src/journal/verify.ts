/**
 * Integrity of a recording from raw bytes: the files of sealed segments against their SHA-256, each
 * block against its checksum, sequences without holes, the digest chain from the first entry on.
 */
import { readdir, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { RecorderError } from '../base/errors.ts'
import { Chain, type ChainLink, FIRST_LINK } from './chain.ts'
import { type Codec, openCodec } from './codec.ts'
import { PART_SUFFIX } from './durable-file.ts'
import { openReader } from './level-reader.ts'
import {
  HOT_FOLDER,
  MANIFEST_FILE,
  type RecordingManifest,
  readManifest,
  SEALING_SUFFIX,
  SEGMENTS_FOLDER,
  type SegmentRecord,
  segmentPath,
} from './recording-manifest.ts'
import { readSegmentMeta, segmentName } from './segment-meta.ts'
import { closeView, makeViewFolder, openSealed } from './segment-view.ts'
import { verifyHots } from './verify-hot.ts'
import { verifySegment } from './verify-segment.ts'

export interface Finding {
  /** `unknown`: a file that is no part of a recording. All else is `damage`. */
  readonly kind: 'damage' | 'unknown'
  /** The file or folder, from the recording's folder on. */
  readonly path: string
  /** Entries `[fromSeq, toSeq)` that it is about, where it is about entries. */
  readonly fromSeq?: number
  readonly toSeq?: number
  readonly problem: string
}

/** Checks what others keep in a folder of the recording: derived files. */
export interface DerivedChecker {
  readonly folder: string
  /** What is wrong, one sentence each. */
  readonly check: (recording: string) => Promise<readonly string[]>
}

export interface VerifyOptions {
  readonly codec?: Codec
  readonly derived?: readonly DerivedChecker[]
  /** Called with the sequences that were checked so far. */
  readonly onProgress?: (nextSeq: number) => void
}

export interface VerifyResult {
  readonly findings: readonly Finding[]
  readonly segmentCount: number
  /** Entries that were read and are whole. */
  readonly entryCount: number
  /** Digest over all entries; nothing where some are missing. */
  readonly digest: string | undefined
}

/** What the checks of one segment share. */
export interface Verification {
  readonly recording: string
  readonly codec: Codec
  /** Over all entries so far; of no use any more once {@link isBroken}. */
  readonly chain: Chain
  /** Where the recording begins: 0, unless retention deleted what was before. */
  readonly startSeq: number
  /** The chain goes on from the link that stands here; of entries before it all else is checked. */
  readonly chainStartSeq: number
  isBroken: boolean
  entryCount: number
  /** Adds a finding; `path` is made relative to the recording. */
  readonly report: (finding: Finding) => void
  readonly onProgress: (nextSeq: number) => void
}

/** @throws {RecorderError} `RECORDING_NOT_FOUND` where there is no recording at all. */
export async function verifyRecording(
  recording: string,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const findings: Finding[] = []
  const report = (finding: Finding): void => {
    findings.push({ ...finding, path: relative(recording, finding.path) || '.' })
  }
  const manifest = await checkedManifest(recording, report)
  const link = await firstLink(recording, manifest, report)
  const verification: Verification = {
    recording,
    codec: options.codec ?? (await openCodec()),
    chain: new Chain(link ?? FIRST_LINK),
    startSeq: manifest.segments[0]?.firstSeq ?? 0,
    chainStartSeq: link?.seq ?? 0,
    isBroken: link === undefined,
    entryCount: 0,
    report,
    onProgress: options.onProgress ?? (() => undefined),
  }
  for (const record of manifest.segments) await verifySegment(verification, record)
  if (!(await verifyLive(verification))) await verifyHots(verification, manifest)
  const derived = options.derived ?? []
  await reportUnknown(verification, manifest, derived)
  for (const { folder, check } of derived) {
    for (const problem of await check(recording)) {
      verification.report({ kind: 'damage', path: join(recording, folder), problem })
    }
  }
  return {
    findings,
    segmentCount: manifest.segments.length,
    entryCount: verification.entryCount,
    digest: verification.isBroken ? undefined : verification.chain.digest(),
  }
}

/** The manifest; where it is damaged, what the segments say of themselves. */
async function checkedManifest(
  recording: string,
  report: (finding: Finding) => void,
): Promise<RecordingManifest> {
  try {
    return await readManifest(recording)
  } catch (error) {
    if (!(error instanceof RecorderError) || error.code === 'RECORDING_NOT_FOUND') throw error
    report({ kind: 'damage', path: join(recording, MANIFEST_FILE), problem: error.message })
  }
  const segments: SegmentRecord[] = []
  for (const name of await segmentNames(recording)) {
    const folder = join(recording, SEGMENTS_FOLDER, name)
    try {
      const { meta, sha256 } = await readSegmentMeta(folder)
      segments.push({ ...meta, storedBytes: 0, sha256 })
    } catch (error) {
      if (!(error instanceof RecorderError)) throw error
      report({ kind: 'damage', path: folder, problem: error.message })
    }
  }
  return { createdTimeUs: 0, runs: [], segments }
}

/**
 * The link from which the digest chain can be computed. Where retention deleted the beginning it is the
 * first that is left; nothing where there is none, or it cannot be read.
 */
async function firstLink(
  recording: string,
  { segments }: RecordingManifest,
  report: (finding: Finding) => void,
): Promise<ChainLink | undefined> {
  if ((segments[0]?.firstSeq ?? 0) === 0) return FIRST_LINK
  const viewFolder = await makeViewFolder()
  try {
    for (const { firstSeq } of segments) {
      const store = await openSealed(segmentPath(recording, firstSeq), viewFolder)
      try {
        const [link] = await store.links()
        if (link !== undefined) return link
      } finally {
        await closeView(store)
      }
    }
  } catch (error) {
    if (!(error instanceof RecorderError)) throw error
    report({ kind: 'damage', path: recording, problem: error.message })
  } finally {
    await rm(viewFolder, { recursive: true, force: true })
  }
  return undefined
}

/** Checks what a running writer has not sealed; false where none runs. */
async function verifyLive(verification: Verification): Promise<boolean> {
  const { recording, codec, chain, report } = verification
  if (verification.isBroken) return false
  try {
    const reader = await openReader(recording, { codec })
    try {
      if (!reader.isLive) return false
      for await (const block of reader.blocks({ fromSeq: chain.nextSeq })) {
        const before = chain.nextSeq
        chain.add(block)
        verification.entryCount += chain.nextSeq - before
      }
      return true
    } finally {
      await reader.close()
    }
  } catch (error) {
    // What is not live is checked file by file, and says more.
    if (!(error instanceof RecorderError) || error.code !== 'JOURNAL_DAMAGED') throw error
    report({ kind: 'damage', path: recording, problem: error.message })
    verification.isBroken = true
    return false
  }
}

async function segmentNames(recording: string): Promise<readonly string[]> {
  const names = await readdir(join(recording, SEGMENTS_FOLDER)).catch(() => [])
  return names.filter((name) => /^\d{16}$/.test(name)).sort()
}

async function reportUnknown(
  { recording, report }: Verification,
  { segments }: RecordingManifest,
  derived: readonly DerivedChecker[],
): Promise<void> {
  const known = [MANIFEST_FILE, `${MANIFEST_FILE}${PART_SUFFIX}`, HOT_FOLDER, SEGMENTS_FOLDER]
  const ours = new Set([...known, ...derived.map(({ folder }) => folder)])
  const sealed = new Set(segments.map(({ firstSeq }) => segmentName(firstSeq)))
  const strangers: string[] = []
  for (const name of await readdir(recording)) {
    if (!ours.has(name)) strangers.push(join(recording, name))
  }
  const inSegments = await readdir(join(recording, SEGMENTS_FOLDER)).catch(() => [])
  const hots = new Set(await readdir(join(recording, HOT_FOLDER)).catch(() => []))
  for (const name of inSegments) {
    // A segment whose hot form is still there was sealed by a run that ended before it said so.
    const isOurs = sealed.has(name) || name.endsWith(SEALING_SUFFIX) || hots.has(name)
    if (!isOurs) strangers.push(join(recording, SEGMENTS_FOLDER, name))
  }
  for (const name of hots) {
    if (!/^\d{16}$/.test(name)) strangers.push(join(recording, HOT_FOLDER, name))
  }
  for (const path of strangers) {
    report({ kind: 'unknown', path, problem: 'this is no part of a recording' })
  }
}
