/**
 * The port of a journal: what a recorder writes through and a replay reads from. `LevelJournal`
 * and `MemoryJournal` pass the same contract tests.
 */
import type { Block, EntryDraft } from '../model/block.ts'

export interface BlockRange {
  /** First sequence wanted; the first block may begin before it. Default: the first there is. */
  readonly fromSeq?: number | undefined
  /** One past the last sequence wanted; the last block may end after it. */
  readonly toSeq?: number | undefined
  /** Goes on with each block as it becomes durable, until the writer or `toSeq` ends it. */
  readonly follow?: boolean | undefined
  /**
   * A block need not be good once two more have been asked for: the memory of its payloads may be
   * used again. For whoever reads a lot and keeps none of it.
   */
  readonly reuse?: boolean | undefined
}

export interface JournalReader {
  /** The sequence that the next entry will get: one past the last durable one, when last asked. */
  readonly nextSeq: number
  /**
   * Durable blocks in order of sequence.
   * @throws {RecorderError} `JOURNAL_DAMAGED` at a block that fails its checks, naming its sequences.
   */
  blocks(range?: BlockRange): AsyncIterable<Block>
  close(): Promise<void>
}

/** A reader that also finds its way: by exchange time, and to the digest of what it holds. */
export interface SeekingReader extends JournalReader {
  /**
   * The first sequence of the first block with a socket entry at or after this exchange time, of
   * whatever symbol; `nextSeq` where there is none. All entries before it are earlier.
   */
  seekVenueTime(venueTimeMs: number): Promise<number>
  /** SHA-256 over all entries before `seq`, see `chain.ts`. Default: over all of them. */
  digest(seq?: number): Promise<string>
}

export interface JournalWriter {
  /** Takes a copy of the payload and returns the entry's sequence. Nothing is durable yet. */
  append(draft: EntryDraft): number
  /** Commits what is pending; resolves when it is durable, in the order of the calls. */
  flush(): Promise<void>
  /** One past the last durable sequence. */
  readonly durableSeq: number
  /**
   * Called with each block once it is durable, in order. The bytes of its payloads are good during the
   * call only: whoever keeps a block copies them.
   */
  onDurable(listener: (block: Block) => void): void
  /** Commits, seals and releases. */
  close(): Promise<void>
}
