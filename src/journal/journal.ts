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
}

export interface JournalReader {
  /** The sequence that the next entry will get: one past the last durable one. */
  readonly nextSeq: number
  /**
   * Durable blocks in order of sequence.
   * @throws {RecorderError} `JOURNAL_DAMAGED` at a block that fails its checks, naming its sequences.
   */
  blocks(range?: BlockRange): AsyncIterable<Block>
  close(): Promise<void>
}

export interface JournalWriter {
  /** Takes a copy of the payload and returns the entry's sequence. Nothing is durable yet. */
  append(draft: EntryDraft): number
  /** Commits what is pending; resolves when it is durable, in the order of the calls. */
  flush(): Promise<void>
  /** One past the last durable sequence. */
  readonly durableSeq: number
  /** Called with each block once it is durable, in order. */
  onDurable(listener: (block: Block) => void): void
  /** Commits, seals and releases. */
  close(): Promise<void>
}
