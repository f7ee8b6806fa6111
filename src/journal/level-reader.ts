/**
 * Reads a recording: sealed segments through private views, what is not sealed from its writer, or
 * from a copy where no writer runs.
 */
import { RecorderError } from '../base/errors.ts'
import type { Block } from '../model/block.ts'
import { askWriter, BlockClient, liveIndex } from './block-client.ts'
import { BlockScan, type Damage } from './block-scan.ts'
import { BlockThread } from './block-thread.ts'
import { groupStart } from './chain.ts'
import { type Codec, openCodec } from './codec.ts'
import { HotCopies } from './hot-copies.ts'
import type { BlockRange, SeekingReader } from './journal.ts'
import { decodeKey } from './keys.ts'
import {
  firstKeptSeq,
  type RecordingManifest,
  readManifest,
  type SegmentRecord,
  sealedEnd,
} from './recording-manifest.ts'
import { blockRoom, type Room } from './room.ts'
import { SealedViews } from './sealed-views.ts'
import { damageError, lowerBound, resumeChain, type SegmentSource } from './segment-source.ts'

export interface ReaderOptions {
  /** Default: the best that this machine has. */
  readonly codec?: Codec
  /** Read on one thread only, for whom the other processors have work of their own. */
  readonly oneThread?: boolean
  /** Go past what cannot be read, instead of stopping there. */
  readonly skipDamage?: boolean
  /** Told of each stretch that was skipped. */
  readonly onSkipped?: (damage: Damage & { readonly path: string }) => void
}

/** Times that a reader looks again when the writer seals or ends while it looks. */
const LOOK_ATTEMPTS = 8

/**
 * Opens a recording to read it, whether or not a process writes it.
 * @throws {RecorderError} `RECORDING_NOT_FOUND`, `JOURNAL_DAMAGED`, `FORMAT_UNKNOWN`
 */
export async function openReader(path: string, options: ReaderOptions = {}): Promise<LevelReader> {
  await readManifest(path)
  const reader = new LevelReader(path, options.codec ?? (await openCodec()), options)
  try {
    await reader.refresh()
  } catch (error) {
    await reader.close()
    throw error
  }
  return reader
}

/** How far an iteration has come. */
interface Cursor {
  seq: number
  /** For the payloads of blocks. */
  readonly room: Room
}

export class LevelReader implements SeekingReader {
  readonly #recording: string
  readonly #codec: Codec
  readonly #options: ReaderOptions
  readonly #thread: BlockThread | undefined
  readonly #views: SealedViews
  #manifest: RecordingManifest = { createdTimeUs: 0, runs: [], segments: [] }
  /** Copies of what a writer left that does not run any more. */
  readonly #copies: HotCopies
  #isLive: boolean = false
  #nextSeq = 0

  constructor(recording: string, codec: Codec, options: ReaderOptions) {
    this.#recording = recording
    this.#codec = codec
    this.#options = options
    this.#thread = options.oneThread === true ? undefined : new BlockThread(codec)
    this.#views = new SealedViews(recording, codec, this.#thread)
    this.#copies = new HotCopies(recording, codec)
  }

  get nextSeq(): number {
    return this.#nextSeq
  }

  /** The first sequence that is there: retention deletes from the beginning. */
  get firstSeq(): number {
    return firstKeptSeq(this.#manifest)
  }

  /** Whether a process writes the recording. */
  get isLive(): boolean {
    return this.#isLive
  }

  /** As it was when last asked. */
  get manifest(): RecordingManifest {
    return this.#manifest
  }

  /** Looks again at what is there: {@link nextSeq}, {@link isLive} and {@link manifest} follow. */
  async refresh(): Promise<void> {
    for (let attempt = 0; attempt < LOOK_ATTEMPTS; attempt += 1) {
      const hello = await askWriter(this.#recording)
      this.#isLive = hello !== undefined
      this.#manifest = await readManifest(this.#recording)
      if (hello !== undefined) {
        this.#nextSeq = hello.durableSeq
        return
      }
      if (await this.#copies.refresh(this.#manifest)) {
        this.#nextSeq = this.#copies.sources.at(-1)?.endSeq ?? sealedEnd(this.#manifest)
        return
      }
    }
    throw new RecorderError('RECORDING_LOCKED', `${this.#recording} changes while it is opened`)
  }

  async *blocks({ fromSeq = 0, toSeq, follow = false, reuse }: BlockRange = {}) {
    const cursor: Cursor = { seq: Math.max(fromSeq, this.firstSeq), room: blockRoom(reuse) }
    const wanted = toSeq ?? Number.POSITIVE_INFINITY
    const lastSeq = follow ? wanted : Math.min(wanted, this.#nextSeq)
    let idleRounds = 0
    while (cursor.seq < lastSeq && idleRounds < LOOK_ATTEMPTS) {
      const before = cursor.seq
      yield* this.#sealedBlocks(cursor, lastSeq)
      if (cursor.seq < lastSeq) {
        if (this.#isLive) yield* this.#liveBlocks(cursor, lastSeq, follow)
        else yield* this.#copiedBlocks(cursor, lastSeq)
      }
      if (cursor.seq >= lastSeq) return
      // What was read is sealed by now, or its writer has ended.
      await this.refresh()
      if (!this.#isLive && cursor.seq >= this.#nextSeq) return
      idleRounds = cursor.seq > before ? 0 : idleRounds + 1
    }
    if (cursor.seq < lastSeq) {
      const problem = 'nobody has these entries'
      this.#damaged(this.#recording, { fromSeq: cursor.seq, toSeq: lastSeq, problem }, cursor)
    }
  }

  async seekVenueTime(venueTimeMs: number): Promise<number> {
    for (let attempt = 0; attempt < LOOK_ATTEMPTS; attempt += 1) {
      if (this.#isLive) await this.refresh()
      const found = await this.#seek(venueTimeMs)
      if (found !== undefined) return found
    }
    throw new RecorderError('RECORDING_LOCKED', `${this.#recording} changes while it is searched`)
  }

  async digest(seq = this.#nextSeq): Promise<string> {
    // Of what is live only the blocks are served, so the chain goes on from what is sealed.
    const upTo = this.#isLive ? Math.min(seq, sealedEnd(this.#manifest)) : seq
    const taken: SegmentRecord[] = []
    try {
      const sources: SegmentSource[] = []
      for (const record of this.#manifest.segments) {
        // The link that the last group follows stands where the group before it ends.
        if (record.endSeq < groupStart(upTo) || record.firstSeq >= upTo) continue
        sources.push(await this.#views.take(record))
        taken.push(record)
      }
      const chain = await resumeChain([...sources, ...this.#copies.sources], upTo)
      if (upTo < seq) {
        for await (const block of this.blocks({ fromSeq: upTo, toSeq: seq })) chain.add(block, seq)
      }
      return chain.digest()
    } finally {
      for (const record of taken) await this.#views.release(record)
    }
  }

  async close(): Promise<void> {
    await this.#copies.close()
    await this.#views.close()
    await this.#thread?.close()
  }

  /** Nothing where what is not sealed was sealed meanwhile. */
  async #seek(venueTimeMs: number): Promise<number | undefined> {
    const isReached = (facts: { readonly venueTimeMsMaxRunning: number | null }): boolean =>
      (facts.venueTimeMsMaxRunning ?? Number.NaN) >= venueTimeMs
    const { segments } = this.#manifest
    const record = segments[lowerBound(segments, isReached)]
    if (record !== undefined) {
      const source = await this.#views.take(record)
      try {
        const index = await source.index()
        return index[lowerBound(index, isReached)]?.seq ?? record.firstSeq
      } finally {
        await this.#views.release(record)
      }
    }
    const index = this.#isLive
      ? await liveIndex(this.#recording, sealedEnd(this.#manifest))
      : await this.#copies.index()
    if (index === undefined) return undefined
    return index[lowerBound(index, isReached)]?.seq ?? this.#nextSeq
  }

  async *#sealedBlocks(cursor: Cursor, lastSeq: number): AsyncGenerator<Block> {
    const { segments } = this.#manifest
    const first = lowerBound(segments, ({ endSeq }) => endSeq > cursor.seq)
    for (const record of segments.slice(first)) {
      if (record.firstSeq >= lastSeq) return
      const source = await this.#takeSealed(record, cursor)
      if (source === undefined) continue
      try {
        yield* this.#sourceBlocks(source, cursor, lastSeq)
      } finally {
        await this.#views.release(record)
      }
    }
  }

  async #takeSealed(record: SegmentRecord, cursor: Cursor): Promise<SegmentSource | undefined> {
    try {
      return await this.#views.take(record)
    } catch (error) {
      this.#skipUnlessStrict(error, record, cursor)
      return undefined
    }
  }

  async *#copiedBlocks(cursor: Cursor, lastSeq: number): AsyncGenerator<Block> {
    for (const source of this.#copies.sources) {
      if (source.endSeq <= cursor.seq) continue
      if (source.firstSeq > cursor.seq) {
        const problem = 'entries are missing'
        this.#damaged(source.name, { fromSeq: cursor.seq, toSeq: source.firstSeq, problem }, cursor)
      }
      yield* this.#sourceBlocks(source, cursor, lastSeq)
    }
  }

  async *#sourceBlocks(
    source: SegmentSource,
    cursor: Cursor,
    lastSeq: number,
  ): AsyncGenerator<Block> {
    const onDamage = (damage: Damage): void => this.#damaged(source.name, damage, cursor)
    try {
      for await (const { block } of source.blocks(cursor.seq, lastSeq, onDamage, cursor.room)) {
        cursor.seq = block.firstSeq + block.count
        yield block
      }
    } catch (error) {
      this.#skipUnlessStrict(error, source, cursor)
    }
  }

  async *#liveBlocks(cursor: Cursor, lastSeq: number, follow: boolean): AsyncGenerator<Block> {
    const request = { want: 'blocks', fromSeq: cursor.seq, follow } as const
    const client = await BlockClient.open(this.#recording, request)
    if (client === undefined) return
    const onDamage = (damage: Damage): void => this.#damaged(this.#recording, damage, cursor)
    let scan: BlockScan | undefined
    try {
      for await (const rows of client.batches()) {
        for (const row of rows) {
          const firstSeq = decodeKey(row.key)?.seq ?? cursor.seq
          scan ??= new BlockScan(this.#codec, Math.min(firstSeq, cursor.seq), onDamage, cursor.room)
          const scanned = scan.accept(row)
          if (scanned === undefined) continue
          cursor.seq = scan.nextSeq
          yield scanned.block
          if (cursor.seq >= lastSeq) return
        }
      }
    } finally {
      client.close()
    }
  }

  /** Goes past a segment that LevelDB cannot read, if that was asked for. */
  #skipUnlessStrict(
    error: unknown,
    { firstSeq, endSeq }: { readonly firstSeq: number; readonly endSeq: number },
    cursor: Cursor,
  ): void {
    const isDamage = error instanceof RecorderError && error.code === 'JOURNAL_DAMAGED'
    if (!isDamage || this.#options.skipDamage !== true) throw error
    const fromSeq = Math.max(firstSeq, cursor.seq)
    this.#damaged(this.#recording, { fromSeq, toSeq: endSeq, problem: error.message }, cursor)
  }

  #damaged(path: string, damage: Damage, cursor: Cursor): void {
    if (this.#options.skipDamage !== true) throw damageError(path, damage)
    cursor.seq = Math.max(cursor.seq, damage.toSeq)
    this.#options.onSkipped?.({ ...damage, path })
  }
}
