/** Sealed segments that a reader has open: a few, each shared by all that read it at the time. */
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlockThread } from './block-thread.ts'
import type { Codec } from './codec.ts'
import { type SegmentRecord, segmentPath } from './recording-manifest.ts'
import { hashFile } from './seal.ts'
import { readSegmentMeta, SEGMENT_FILE, type SegmentMeta } from './segment-meta.ts'
import { damageError, SegmentSource } from './segment-source.ts'
import { closeView, isTable, makeViewFolder, openSealed } from './segment-view.ts'

/** Views that stay open without a reader, for the next one. */
const IDLE_COUNT_MAX = 4

interface OpenView {
  readonly source: Promise<SegmentSource>
  useCount: number
}

export class SealedViews {
  readonly #recording: string
  readonly #codec: Codec
  readonly #thread: BlockThread | undefined
  /** By first sequence, the one that was used last at the end. */
  readonly #views = new Map<number, OpenView>()
  #folder: Promise<string> | undefined

  constructor(recording: string, codec: Codec, thread: BlockThread | undefined) {
    this.#recording = recording
    this.#codec = codec
    this.#thread = thread
  }

  /**
   * The segment, open until {@link release} is called for it.
   * @throws {RecorderError} `JOURNAL_DAMAGED`
   */
  async take(record: SegmentRecord): Promise<SegmentSource> {
    const { firstSeq } = record
    const view = this.#views.get(firstSeq) ?? { source: this.#open(record), useCount: 0 }
    view.useCount += 1
    this.#views.delete(firstSeq)
    this.#views.set(firstSeq, view)
    try {
      return await view.source
    } catch (error) {
      this.#views.delete(firstSeq)
      throw error
    }
  }

  async release({ firstSeq }: SegmentRecord): Promise<void> {
    const view = this.#views.get(firstSeq)
    if (view !== undefined) view.useCount -= 1
    const idle = [...this.#views].filter(([, { useCount }]) => useCount === 0)
    for (const [key, { source }] of idle.slice(0, -IDLE_COUNT_MAX)) {
      this.#views.delete(key)
      await closeView((await source).store)
    }
  }

  async close(): Promise<void> {
    const views = [...this.#views.values()]
    this.#views.clear()
    for (const { source } of views) await closeView((await source).store)
    const folder = await this.#folder
    this.#folder = undefined
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }

  async #open(record: SegmentRecord): Promise<SegmentSource> {
    const { firstSeq, endSeq } = record
    const name = segmentPath(this.#recording, firstSeq)
    const { meta, sha256 } = await readSegmentMeta(name)
    if (sha256 !== record.sha256 || meta.firstSeq !== firstSeq || meta.endSeq !== endSeq) {
      const problem = 'it is not the one that the manifest names'
      throw damageError(join(name, SEGMENT_FILE), { fromSeq: firstSeq, toSeq: endSeq, problem })
    }
    await checkFiles(name, meta)
    this.#folder ??= makeViewFolder()
    const store = await openSealed(name, await this.#folder)
    const thread = this.#thread
    return new SegmentSource({ firstSeq, endSeq, store, name, codec: this.#codec, thread })
  }
}

/**
 * Tables carry a checksum per block, so their size is enough here; the small files carry none that
 * LevelDB checks.
 */
async function checkFiles(folder: string, { files, firstSeq, endSeq }: SegmentMeta): Promise<void> {
  for (const { name, size, sha256 } of files) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    const isWhole = found?.size === size && (isTable(name) || (await hashFile(path)) === sha256)
    if (isWhole) continue
    const problem = found === undefined ? 'it is missing' : 'it is not as it was sealed'
    throw damageError(path, { fromSeq: firstSeq, toSeq: endSeq, problem })
  }
}
