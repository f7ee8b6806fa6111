/** The LevelDB of one segment: rows in, rows out, in batches. Nobody else opens LevelDB. */
import { Level } from 'level'
import { RecorderError } from '../base/errors.ts'
import type { ChainLink } from './chain.ts'
import {
  type BlockFacts,
  encodeKey,
  KEYSPACE,
  type KeyParts,
  type Keyspace,
  keyspaceEnd,
  keyspaceStart,
  type Row,
  readIndexRow,
  readLinkRow,
} from './keys.ts'

export interface StoreOptions {
  readonly create: boolean
  /** Size of one table file. Unit: bytes. Default: 2 MB. */
  readonly tableBytes?: number
}

/** What `level` has where it runs on LevelDB, and its types leave out. */
interface Compactable {
  compactRange(start: Uint8Array, end: Uint8Array): Promise<void>
}

/** Rows of one batch; a batch also ends at `BATCH_BYTES`. */
const BATCH_ROWS = 16
const INDEX_ROWS = 1024
const BATCH_BYTES = 4 << 20
const HAS_CODE = (error: unknown): error is { code?: unknown; cause?: unknown } =>
  typeof error === 'object' && error !== null

export class SegmentStore {
  readonly path: string
  readonly #db: Level<Uint8Array, Uint8Array>

  /** @throws {RecorderError} `RECORDING_LOCKED`; `JOURNAL_DAMAGED` where LevelDB cannot open it. */
  static async open(path: string, { create, tableBytes }: StoreOptions): Promise<SegmentStore> {
    const db = new Level<Uint8Array, Uint8Array>(path, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      createIfMissing: create,
      // Blocks are compressed already.
      compression: false,
      ...(tableBytes === undefined ? {} : { maxFileSize: tableBytes }),
    })
    try {
      await db.open()
    } catch (cause) {
      throw openFailure(path, cause)
    }
    return new SegmentStore(path, db)
  }

  private constructor(path: string, db: Level<Uint8Array, Uint8Array>) {
    this.path = path
    this.#db = db
  }

  /** Writes rows together, or none of them. */
  async write(rows: readonly Row[], options: { readonly sync: boolean }): Promise<void> {
    // A chained batch costs a third of the CPU of an array (performance.md §2).
    const batch = this.#db.batch()
    for (const { key, value } of rows) batch.put(key, value)
    await batch.write(options)
  }

  /** Batches of block rows, from the block that stands at `from` on. */
  blockRows(from?: KeyParts): AsyncGenerator<readonly Row[]> {
    return this.#rows(KEYSPACE.block, from, BATCH_ROWS)
  }

  /**
   * Facts of all blocks, in order.
   * @throws {RecorderError} `JOURNAL_DAMAGED` where a row fails its checksum.
   */
  async index(from?: KeyParts): Promise<readonly BlockFacts[]> {
    const all: BlockFacts[] = []
    for await (const rows of this.#rows(KEYSPACE.index, from, INDEX_ROWS)) {
      for (const row of rows) all.push(this.#checked(readIndexRow(row), 'an index row'))
    }
    return all
  }

  /** Facts of the last block; nothing in an empty segment. */
  async lastFacts(): Promise<BlockFacts | undefined> {
    const row = await this.#lastRow(KEYSPACE.index)
    return row === undefined ? undefined : this.#checked(readIndexRow(row), 'its last index row')
  }

  /** Links of the digest chain, in order. */
  async links(): Promise<readonly ChainLink[]> {
    const all: ChainLink[] = []
    for await (const rows of this.#rows(KEYSPACE.link, undefined, INDEX_ROWS)) {
      for (const row of rows) all.push(this.#checked(readLinkRow(row), 'a chain link'))
    }
    return all
  }

  async lastLink(): Promise<ChainLink | undefined> {
    const row = await this.#lastRow(KEYSPACE.link)
    return row === undefined ? undefined : this.#checked(readLinkRow(row), 'its last chain link')
  }

  /** Puts all rows into tables, so that the log is empty. */
  async compact(): Promise<void> {
    const db = this.#db as unknown as Compactable
    await db.compactRange(keyspaceStart(KEYSPACE.index), keyspaceEnd(KEYSPACE.link))
  }

  async close(): Promise<void> {
    await this.#db.close()
  }

  async *#rows(
    space: Keyspace,
    from: KeyParts | undefined,
    rowsPerBatch: number,
  ): AsyncGenerator<readonly Row[]> {
    const iterator = this.#db.iterator({
      gte: from === undefined ? keyspaceStart(space) : encodeKey(space, from),
      lt: keyspaceEnd(space),
      highWaterMarkBytes: BATCH_BYTES,
      fillCache: false,
    })
    try {
      let ahead = this.#guard(iterator.nextv(rowsPerBatch))
      let entries = await ahead
      while (entries.length > 0) {
        // LevelDB reads the next rows while the caller is busy with these.
        ahead = this.#guard(iterator.nextv(rowsPerBatch))
        // Nobody hears of it where the caller wants no more.
        ahead.catch(() => undefined)
        yield entries.map(([key, value]) => ({ key, value }))
        entries = await ahead
      }
    } finally {
      await iterator.close()
    }
  }

  async #lastRow(space: Keyspace): Promise<Row | undefined> {
    const iterator = this.#db.iterator({
      gte: keyspaceStart(space),
      lt: keyspaceEnd(space),
      reverse: true,
      limit: 1,
    })
    try {
      const [entry] = await this.#guard(iterator.nextv(1))
      return entry === undefined ? undefined : { key: entry[0], value: entry[1] }
    } finally {
      await iterator.close()
    }
  }

  /** LevelDB finds a broken table only when it reads it. */
  async #guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (cause) {
      throw damaged(this.path, reasonOf(cause), cause)
    }
  }

  #checked<T>(value: T | undefined, what: string): T {
    if (value === undefined) throw damaged(this.path, `${what} fails its checksum`)
    return value
  }
}

function openFailure(path: string, cause: unknown): RecorderError {
  const inner = HAS_CODE(cause) ? cause.cause : undefined
  if (HAS_CODE(inner) && inner.code === 'LEVEL_LOCKED') {
    return new RecorderError('RECORDING_LOCKED', `another process writes ${path}`, { cause })
  }
  return damaged(path, `LevelDB cannot open it: ${reasonOf(inner ?? cause)}`, cause)
}

function damaged(path: string, problem: string, cause?: unknown): RecorderError {
  return new RecorderError('JOURNAL_DAMAGED', `${path}: ${problem}`, { cause, details: { path } })
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'unknown')
