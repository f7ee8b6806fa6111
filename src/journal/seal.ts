/**
 * Sealing: a segment that is complete is written anew in full blocks, read back, and only then put
 * in its place. It runs behind the writer, in slices, and may be cut short at any point: until the
 * folder has its final name, the hot segment is the truth.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { RecorderError } from '../base/errors.ts'
import { BlockBuilder } from './block-builder.ts'
import { encodeBlock } from './block-codec.ts'
import type { ScannedBlock } from './block-scan.ts'
import type { Chain } from './chain.ts'
import type { Codec } from './codec.ts'
import { syncPath, writeFileDurably } from './durable-file.ts'
import type { JournalTail } from './hot-segment.ts'
import { encodeKey, factsOf, indexRow, KEYSPACE, linkRow, type Row } from './keys.ts'
import { SEALING_SUFFIX, segmentPath } from './recording-manifest.ts'
import {
  type FileRecord,
  type ReadMeta,
  readSegmentMeta,
  SEGMENT_FILE,
  StretchCounter,
  type StretchFacts,
  segmentText,
} from './segment-meta.ts'
import { SegmentSource } from './segment-source.ts'
import { SegmentStore } from './segment-store.ts'
import { closeView, IDLE_FILES, makeViewFolder, openSealed } from './segment-view.ts'

/** Few tables: each costs a reader a link. */
const TABLE_BYTES = 64 << 20

export interface SealJob {
  readonly recording: string
  /** The hot segment. */
  readonly source: SegmentSource
  /** What was before it. */
  readonly before: JournalTail
  /** The chain over all entries before it. */
  readonly chain: Chain
  /** The digest of the recording at its end, as it was when the entries were committed. */
  readonly digest: string
  readonly codec: Codec
  /** See {@link Codec}. */
  readonly level: number
}

/**
 * Writes `segments/<name>`; the hot segment stays as it is.
 * @throws {RecorderError} `JOURNAL_DAMAGED` when what was read back is not what was appended.
 */
export async function sealSegment(job: SealJob): Promise<ReadMeta> {
  const folder = segmentPath(job.recording, job.source.firstSeq)
  const part = `${folder}${SEALING_SUFFIX}`
  // A segment that is not in the manifest was sealed by a run that ended before it said so.
  await rm(folder, { recursive: true, force: true })
  await rm(part, { recursive: true, force: true })
  await mkdir(part, { recursive: true })
  const facts = await rewrite(job, part)
  for (const name of IDLE_FILES) await rm(join(part, name), { force: true })
  await readBack(job, part)
  const files = await recordFiles(part)
  await writeFileDurably(
    join(part, SEGMENT_FILE),
    segmentText({ ...facts, digest: job.digest, files }),
  )
  await rename(part, folder)
  await syncPath(dirname(folder))
  return await readSegmentMeta(folder)
}

/** Name, size and SHA-256 of each file of a segment but `segment.json`, in order of name. */
export async function recordFiles(folder: string): Promise<readonly FileRecord[]> {
  const names = (await readdir(folder)).filter((name) => name !== SEGMENT_FILE).sort()
  const records: FileRecord[] = []
  for (const name of names) {
    const path = join(folder, name)
    await syncPath(path)
    records.push({ name, size: (await stat(path)).size, sha256: await hashFile(path) })
  }
  return records
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Uint8Array)
  }
  return hash.digest('hex')
}

async function rewrite(job: SealJob, part: string): Promise<StretchFacts> {
  const { source } = job
  const store = await SegmentStore.open(part, { create: true, tableBytes: TABLE_BYTES })
  try {
    const writer = new Rewriter(job, store)
    for await (const scanned of source.blocks(source.firstSeq, source.endSeq)) {
      await writer.add(scanned)
    }
    await writer.flush()
    await store.write((await source.store.links()).map(linkRow), { sync: false })
    await store.compact()
    return writer.counter.facts()
  } finally {
    await store.close()
  }
}

/** Collects entries into full blocks. */
class Rewriter {
  readonly counter: StretchCounter
  readonly #job: SealJob
  readonly #store: SegmentStore
  readonly #builder: BlockBuilder
  #tail: JournalTail

  constructor(job: SealJob, store: SegmentStore) {
    this.#job = job
    this.#store = store
    this.#tail = job.before
    this.#builder = new BlockBuilder(job.source.firstSeq)
    this.counter = new StretchCounter(job.source.firstSeq)
  }

  async add({ block }: ScannedBlock): Promise<void> {
    for (let index = 0; index < block.count; index += 1) {
      this.#builder.appendFrom(block, index)
      if (this.#builder.isFull) await this.flush()
    }
  }

  async flush(): Promise<void> {
    if (this.#builder.count === 0) return
    const { codec, level } = this.#job
    const block = this.#builder.take()
    const facts = factsOf(block, this.#tail)
    this.#tail = facts
    this.counter.add(block, facts)
    const value = encodeBlock(block, facts.timeUs, codec, level)
    const row: Row = { key: encodeKey(KEYSPACE.block, facts), value }
    await this.#store.write([row, indexRow(facts)], { sync: false })
    await setImmediate()
  }
}

/** Reads what will be sealed as any reader would, and compares it with what was appended. */
async function readBack(job: SealJob, part: string): Promise<void> {
  const { firstSeq, endSeq } = job.source
  const viewFolder = await makeViewFolder()
  try {
    const store = await openSealed(part, viewFolder)
    try {
      const source = new SegmentSource({ firstSeq, endSeq, store, name: part, codec: job.codec })
      for await (const { block } of source.blocks(firstSeq, endSeq)) {
        job.chain.add(block)
        await setImmediate()
      }
    } finally {
      await closeView(store)
    }
  } finally {
    await rm(viewFolder, { recursive: true, force: true })
  }
  if (job.chain.nextSeq !== endSeq || job.chain.digest() !== job.digest) {
    const message = `${part}: what was sealed is not what was appended`
    throw new RecorderError('JOURNAL_DAMAGED', message, {
      details: { path: part, fromSeq: firstSeq, toSeq: endSeq },
    })
  }
}
