/** The segment that is being written: the blocks that were committed, and where each of them is. */
import { RecorderError } from '../base/errors.ts'
import type { Block } from '../model/block.ts'
import { type BlockLevels, encodeBlock } from './block-codec.ts'
import type { ChainLink } from './chain.ts'
import type { Codec } from './codec.ts'
import {
  type BlockFacts,
  encodeKey,
  factsOf,
  indexRow,
  KEYSPACE,
  linkRow,
  type Row,
} from './keys.ts'
import type { SegmentStore } from './segment-store.ts'

/** Speed counts while it is written; sealing compresses again. */
const HOT_LEVELS: BlockLevels = { header: 1, payloads: 1 }
const HOUR_US = 3_600_000_000

/** The state of a journal that the next block goes on from. */
export interface JournalTail {
  /** Time of the last key. Unit: µs since 1970. */
  readonly timeUs: number
  readonly venueTimeMsMaxRunning: number
}

export const EMPTY_TAIL: JournalTail = { timeUs: 0, venueTimeMsMaxRunning: Number.NaN }

/** The UTC hour that a segment which begins at `timeUs` is about. */
export const hourOf = (timeUs: number): number => Math.floor(timeUs / HOUR_US)

/** When the UTC hour of `timeUs` ends. Unit: µs since 1970. */
export const hourEndUs = (timeUs: number): number => (hourOf(timeUs) + 1) * HOUR_US

export class HotSegment {
  readonly firstSeq: number
  readonly store: SegmentStore
  /** What was before it. */
  readonly before: JournalTail
  /** Facts of its blocks, in order. */
  readonly index: BlockFacts[]
  /** Bytes that were put into LevelDB; of a segment that was opened again, an estimate. */
  storedBytes = 0
  #tail: JournalTail

  /**
   * The segment that begins at `firstSeq`, after `before`, from its opened LevelDB.
   * @throws {RecorderError} `JOURNAL_DAMAGED` where entries are missing in it.
   */
  static async load(
    store: SegmentStore,
    firstSeq: number,
    before: JournalTail,
  ): Promise<HotSegment> {
    const index = await store.index()
    checkDense(store.path, firstSeq, index)
    return new HotSegment(firstSeq, store, [...index], before)
  }

  private constructor(
    firstSeq: number,
    store: SegmentStore,
    index: BlockFacts[],
    before: JournalTail,
  ) {
    this.firstSeq = firstSeq
    this.store = store
    this.index = index
    this.before = before
    this.#tail = index.at(-1) ?? before
    // Payloads shrink to about a fifth; the limit that this is compared with is a round number.
    for (const { payloadBytes } of index) this.storedBytes += payloadBytes / 5
  }

  get tail(): JournalTail {
    return this.#tail
  }

  get endSeq(): number {
    const last = this.index.at(-1)
    return last === undefined ? this.firstSeq : last.seq + last.count
  }

  /** The UTC hour of its first entry; nothing while it has none. */
  get hour(): number | undefined {
    const [first] = this.index
    return first === undefined ? undefined : hourOf(first.timeUs)
  }

  /** Facts and row of `block`, which follows those that were staged before. */
  stage(block: Block, codec: Codec): { readonly facts: BlockFacts; readonly row: Row } {
    const facts = factsOf(block, this.#tail)
    this.#tail = facts
    const value = encodeBlock(block, facts.timeUs, codec, HOT_LEVELS)
    return { facts, row: { key: encodeKey(KEYSPACE.block, facts), value } }
  }

  /** Makes staged blocks durable, in one write. */
  async commit(
    staged: readonly { readonly facts: BlockFacts; readonly row: Row }[],
    links: readonly ChainLink[],
  ): Promise<void> {
    const rows: Row[] = []
    for (const { facts, row } of staged) rows.push(row, indexRow(facts))
    for (const link of links) rows.push(linkRow(link))
    await this.store.write(rows, { sync: true })
    for (const { facts } of staged) this.index.push(facts)
    for (const { key, value } of rows) this.storedBytes += key.length + value.length
  }
}

/** LevelDB drops a broken part of its log in silence; the sequences tell. */
function checkDense(path: string, firstSeq: number, index: readonly BlockFacts[]): void {
  let nextSeq = firstSeq
  for (const { seq, count } of index) {
    if (seq !== nextSeq) {
      throw new RecorderError(
        'JOURNAL_DAMAGED',
        `${path}: entries ${nextSeq} to ${seq - 1} are missing`,
        { details: { path, fromSeq: nextSeq, toSeq: seq } },
      )
    }
    nextSeq = seq + count
  }
}
