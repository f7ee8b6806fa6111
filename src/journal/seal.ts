/**
 * Sealing: a segment is written anew in full blocks, checked, and only then put in its place. Most of
 * it happens while the segment is still written, a few megabytes at a time, so that little is left
 * to do at its end. It may be cut short at any point: until the folder has its final name, the hot
 * segment is the truth.
 *
 * Two checks make sure that what stands in its place is what was appended: each block is unpacked
 * again and goes through the digest chain, whose end must be that of the commits; and each block on
 * disk, once it is where it stays, must have the checksum of the one that was unpacked.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { assert } from '../base/assert.ts'
import type { Block } from '../model/block.ts'
import { BlockBuilder } from './block-builder.ts'
import { checksumOf, decodeBlock, encodeBlock, isBadBlock } from './block-codec.ts'
import type { BlockThread } from './block-thread.ts'
import type { EncodedBlock } from './block-worker.ts'
import type { Chain } from './chain.ts'
import type { Codec } from './codec.ts'
import { syncPath, writeFileDurably } from './durable-file.ts'
import type { HotSegment, JournalTail } from './hot-segment.ts'
import { encodeKey, factsOf, indexRow, KEYSPACE, linkRow, type Row } from './keys.ts'
import { SEALING_SUFFIX, segmentPath } from './recording-manifest.ts'
import { blockRoom, roomInTurns } from './room.ts'
import {
  type FileRecord,
  type ReadMeta,
  readSegmentMeta,
  SEGMENT_FILE,
  StretchCounter,
  segmentText,
} from './segment-meta.ts'
import { damageError, SegmentSource } from './segment-source.ts'
import { SegmentStore } from './segment-store.ts'
import { closeView, IDLE_FILES, makeViewFolder, openSealed } from './segment-view.ts'

/** Headers are short, so that the last percent of them costs little. */
const HEADER_LEVEL = 6
/** Few tables: each costs a reader a link. */
const TABLE_BYTES = 64 << 20

export interface SealJob {
  readonly recording: string
  readonly segment: HotSegment
  /** The chain over all entries before the segment. */
  readonly chain: Chain
  readonly codec: Codec
  /** Of payloads, see {@link Codec}. */
  readonly level: number
  /** Compresses and checks, so that whoever writes need not. */
  readonly thread: BlockThread
}

export class SegmentSealing {
  readonly #job: SealJob
  readonly #folder: string
  readonly #part: string
  readonly #builder: BlockBuilder
  readonly #counter: StretchCounter
  /** Of the blocks that were written, in order. */
  readonly #checksums: number[] = []
  readonly #sourceRoom = blockRoom(true)
  /** Of the one block that is being written. */
  readonly #room = roomInTurns(1)
  /** Of what a reader will get of it. */
  readonly #readRoom = roomInTurns(1)
  #tail: JournalTail
  #store: SegmentStore | undefined

  constructor(job: SealJob) {
    const { firstSeq, before } = job.segment
    this.#job = job
    this.#folder = segmentPath(job.recording, firstSeq)
    this.#part = `${this.#folder}${SEALING_SUFFIX}`
    this.#builder = new BlockBuilder(firstSeq)
    this.#counter = new StretchCounter(firstSeq)
    this.#tail = before
  }

  /**
   * Rewrites what is committed by now.
   * @throws {RecorderError} `JOURNAL_DAMAGED`
   */
  async advance(): Promise<void> {
    const { segment, codec } = this.#job
    const { firstSeq, endSeq, store, index } = segment
    const source = new SegmentSource({ firstSeq, endSeq, store, name: store.path, codec, index })
    this.#store ??= await this.#begin()
    const from = this.#builder.nextSeq
    for await (const { block } of source.blocks(from, endSeq, undefined, this.#sourceRoom)) {
      for (let entry = 0; entry < block.count; entry += 1) {
        this.#builder.appendFrom(block, entry)
        if (this.#builder.isFull) await this.#flush()
      }
    }
  }

  /**
   * Puts the segment in its place; the hot one stays as it is. `digest`: of the recording at its end,
   * as it was when the entries were committed.
   * @throws {RecorderError} `JOURNAL_DAMAGED` when what was written is not what was appended.
   */
  async finish(digest: string): Promise<ReadMeta> {
    await this.advance()
    await this.#flush()
    const { segment, chain } = this.#job
    const store = this.#store
    assert(store !== undefined, 'a segment that is sealed has entries')
    await store.write((await segment.store.links()).map(linkRow), { sync: false })
    await store.compact()
    await this.abandon()
    if (chain.nextSeq !== segment.endSeq || chain.digest() !== digest) {
      this.#refuse('what was sealed is not what was appended')
    }
    for (const name of IDLE_FILES) await rm(join(this.#part, name), { force: true })
    await this.#checkRows()
    const files = await recordFiles(this.#part)
    const text = segmentText({ ...this.#counter.facts(), digest, files })
    await writeFileDurably(join(this.#part, SEGMENT_FILE), text)
    await rename(this.#part, this.#folder)
    await syncPath(dirname(this.#folder))
    return await readSegmentMeta(this.#folder)
  }

  /** Lets go of LevelDB. What was not finished is removed when the recording is opened again. */
  async abandon(): Promise<void> {
    await this.#store?.close()
    this.#store = undefined
  }

  async #begin(): Promise<SegmentStore> {
    // A segment that is not in the manifest was sealed by a run that ended before it said so.
    await rm(this.#folder, { recursive: true, force: true })
    await rm(this.#part, { recursive: true, force: true })
    await mkdir(this.#part, { recursive: true })
    return await SegmentStore.open(this.#part, { create: true, tableBytes: TABLE_BYTES })
  }

  async #flush(): Promise<void> {
    if (this.#builder.count === 0) return
    const block = this.#builder.take(this.#room)
    const facts = factsOf(block, this.#tail)
    this.#tail = facts
    this.#counter.add(block, facts)
    const { value, result } = await this.#encoded(block, facts.timeUs)
    if (isBadBlock(result)) this.#refuse(result.problem)
    // What a reader will get.
    this.#job.chain.add(result.block)
    this.#checksums.push(checksumOf(value))
    const row: Row = { key: encodeKey(KEYSPACE.block, facts), value }
    await this.#store?.write([row, indexRow(facts)], { sync: false })
    // Each block takes some milliseconds: others get their turn in between.
    await setImmediate()
  }

  /** The block as it is stored, and unpacked again. */
  async #encoded(block: Block, keyTimeUs: number): Promise<EncodedBlock> {
    const { codec, level, thread } = this.#job
    const levels = { header: HEADER_LEVEL, payloads: level }
    const elsewhere = await thread.encode({ block, keyTimeUs, levels })
    if (elsewhere !== undefined) return elsewhere
    const value = encodeBlock(block, keyTimeUs, codec, levels)
    return { value, result: decodeBlock(value, codec, this.#readRoom) }
  }

  /** Reads what will be sealed as any reader does, and compares it with what was written. */
  async #checkRows(): Promise<void> {
    const viewFolder = await makeViewFolder()
    try {
      const store = await openSealed(this.#part, viewFolder)
      try {
        let place = 0
        for await (const rows of store.blockRows()) {
          for (const { value } of rows) {
            if (checksumOf(value) !== this.#checksums[place]) this.#refuse('a block differs')
            place += 1
          }
        }
        if (place !== this.#checksums.length) this.#refuse('a block is missing')
      } finally {
        await closeView(store)
      }
    } finally {
      await rm(viewFolder, { recursive: true, force: true })
    }
  }

  #refuse(problem: string): never {
    const { firstSeq: fromSeq, endSeq: toSeq } = this.#job.segment
    throw damageError(this.#part, { fromSeq, toSeq, problem })
  }
}

/** Name, size and SHA-256 of each file of a segment but `segment.json`, in order of name. */
async function recordFiles(folder: string): Promise<readonly FileRecord[]> {
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
