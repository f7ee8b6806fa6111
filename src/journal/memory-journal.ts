/** A journal in memory: what tests and short-lived pipelines use in place of the one on disk. */
import { assert } from '../base/assert.ts'
import type { Block, EntryDraft } from '../model/block.ts'
import { BlockBuilder } from './block-builder.ts'
import { Chain } from './chain.ts'
import type { BlockRange, JournalWriter, SeekingReader } from './journal.ts'
import { type BlockFacts, factsOf } from './keys.ts'
import { blockIndexOf, lowerBound } from './segment-source.ts'

export class MemoryJournal implements JournalWriter, SeekingReader {
  readonly #builder = new BlockBuilder(0)
  readonly #blocks: Block[] = []
  readonly #index: BlockFacts[] = []
  readonly #listeners: ((block: Block) => void)[] = []
  /** Who follows, and waits for what comes next. */
  #wakers: (() => void)[] = []
  #isClosed: boolean

  constructor() {
    this.#isClosed = false
  }

  get durableSeq(): number {
    const last = this.#index.at(-1)
    return last === undefined ? 0 : last.seq + last.count
  }

  get nextSeq(): number {
    return this.durableSeq
  }

  append(draft: EntryDraft): number {
    assert(!this.#isClosed, 'a closed journal takes no entry')
    const seq = this.#builder.nextSeq
    this.#builder.append(draft)
    if (this.#builder.isFull) this.#commit()
    return seq
  }

  flush(): Promise<void> {
    this.#commit()
    return Promise.resolve()
  }

  onDurable(listener: (block: Block) => void): void {
    this.#listeners.push(listener)
  }

  async *blocks({
    fromSeq = 0,
    toSeq = Number.POSITIVE_INFINITY,
    follow = false,
  }: BlockRange = {}): AsyncGenerator<Block> {
    const endSeq = follow ? toSeq : Math.min(toSeq, this.nextSeq)
    let seq = fromSeq
    while (seq < endSeq) {
      const block = this.#blocks[blockIndexOf(this.#index, seq)]
      if (block !== undefined && block.firstSeq + block.count > seq) {
        yield block
        seq = block.firstSeq + block.count
      } else if (this.#isClosed) {
        return
      } else {
        await new Promise<void>((resolve) => this.#wakers.push(resolve))
      }
    }
  }

  seekVenueTime(venueTimeMs: number): Promise<number> {
    const isReached = (facts: BlockFacts): boolean => facts.venueTimeMsMaxRunning >= venueTimeMs
    return Promise.resolve(this.#index[lowerBound(this.#index, isReached)]?.seq ?? this.nextSeq)
  }

  digest(seq = this.nextSeq): Promise<string> {
    const chain = new Chain()
    for (const block of this.#blocks) {
      if (block.firstSeq < seq) chain.add(block, seq)
    }
    return Promise.resolve(chain.digest())
  }

  /** What was appended stays readable. */
  close(): Promise<void> {
    this.#commit()
    this.#isClosed = true
    this.#wake()
    return Promise.resolve()
  }

  #commit(): void {
    if (this.#builder.count === 0) return
    const block = this.#builder.take()
    const before = this.#index.at(-1) ?? { timeUs: 0, venueTimeMsMaxRunning: Number.NaN }
    this.#blocks.push(block)
    this.#index.push(factsOf(block, before))
    for (const listener of this.#listeners) listener(block)
    this.#wake()
  }

  #wake(): void {
    const wakers = this.#wakers
    this.#wakers = []
    for (const wake of wakers) wake()
  }
}
