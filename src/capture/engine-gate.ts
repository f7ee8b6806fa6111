/**
 * Stands between a journal and the engines behind it: while they are paused, what becomes durable is
 * kept, as far as memory allows, and read from the journal later. They see every entry once, in order.
 */
import type { JournalWriter } from '../journal/journal.ts'
import type { Block, EntryDraft, HttpFacts } from '../model/block.ts'

export interface EngineGateOptions {
  readonly writer: JournalWriter
  /** Durable blocks that hold `[fromSeq, toSeq)`; the first may begin before it, the last end after. */
  readonly read: (fromSeq: number, toSeq: number) => AsyncIterable<Block>
  /** What is kept in memory while the engines are paused. Unit: bytes of payload. */
  readonly backlogBytesMax: number
  /** Lets others have their turn between two blocks that are caught up with. */
  readonly setTimer: (waitMs: number, task: () => void) => () => void
  /** What was missed cannot be read. The engines see nothing any more. */
  readonly onFailure: (error: unknown) => void
}

export class EngineGate implements JournalWriter {
  readonly #options: EngineGateOptions
  readonly #listeners: ((block: Block) => void)[] = []
  readonly #backlog: Block[] = []
  #backlogBytes = 0
  /** The entry that the engines see next. */
  #nextSeq: number
  #isPaused: boolean = false
  #isCatchingUp: boolean = false
  #isBroken: boolean = false

  constructor(options: EngineGateOptions) {
    this.#options = options
    this.#nextSeq = options.writer.durableSeq
    options.writer.onDurable((block) => this.#take(block))
  }

  /** Entries that are durable and were not shown yet. */
  get waitingCount(): number {
    return this.#options.writer.durableSeq - this.#nextSeq
  }

  get durableSeq(): number {
    return this.#options.writer.durableSeq
  }

  append(draft: EntryDraft): number {
    return this.#options.writer.append(draft)
  }

  flush(): Promise<void> {
    return this.#options.writer.flush()
  }

  close(): Promise<void> {
    return this.#options.writer.close()
  }

  onDurable(listener: (block: Block) => void): void {
    this.#listeners.push(listener)
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused
    if (!isPaused) this.#catchUp()
  }

  #take(block: Block): void {
    const isNext = block.firstSeq <= this.#nextSeq
    if (!this.#isPaused && !this.#isCatchingUp && isNext) {
      this.#show(block)
      return
    }
    const byteCount = block.bytes.length
    const { backlogBytesMax } = this.#options
    const last = this.#backlog.at(-1)
    const follows = block.firstSeq <= (last === undefined ? this.#nextSeq : endOf(last))
    // Once one is left out, those after it are read with it.
    if (!follows || this.#backlogBytes + byteCount > backlogBytesMax) return
    this.#backlog.push({ ...block, bytes: block.bytes.slice() })
    this.#backlogBytes += byteCount
  }

  #show(block: Block): void {
    if (this.#isBroken) return
    const fresh = blockFrom(block, this.#nextSeq)
    if (fresh.count === 0) return
    this.#nextSeq = endOf(fresh)
    for (const listener of this.#listeners) listener(fresh)
  }

  #catchUp(): void {
    if (this.#isCatchingUp || this.#isBroken) return
    this.#isCatchingUp = true
    this.#run().catch((error: unknown) => {
      this.#isBroken = true
      this.#options.onFailure(error)
    })
  }

  async #run(): Promise<void> {
    const { writer } = this.#options
    try {
      while (!this.#isPaused && this.#nextSeq < writer.durableSeq) {
        const kept = this.#backlog.shift()
        if (kept === undefined) {
          await this.#readMissed()
          continue
        }
        this.#backlogBytes -= kept.bytes.length
        this.#show(kept)
        await this.#turn()
      }
    } finally {
      // In the same turn as the last look: a block that came in between would wait for ever.
      this.#isCatchingUp = false
    }
  }

  async #readMissed(): Promise<void> {
    const { writer, read } = this.#options
    const fromSeq = this.#nextSeq
    for await (const block of read(fromSeq, writer.durableSeq)) {
      this.#show(block)
      await this.#turn()
      if (this.#isPaused) return
    }
    // Reading again would give nothing again, and never let go of the thread.
    if (this.#nextSeq === fromSeq) throw new Error(`nothing is readable from entry ${fromSeq} on`)
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.setTimer(0, resolve)
    })
  }
}

const endOf = ({ firstSeq, count }: Block): number => firstSeq + count

/** The entries of a block from `seq` on. Blocks that were read end elsewhere than those that were written. */
function blockFrom(block: Block, seq: number): Block {
  const skipped = Math.min(Math.max(0, seq - block.firstSeq), block.count)
  if (skipped === 0) return block
  const http = new Map<number, HttpFacts>()
  for (const [index, facts] of block.http) if (index >= skipped) http.set(index - skipped, facts)
  return {
    firstSeq: block.firstSeq + skipped,
    count: block.count - skipped,
    streams: block.streams,
    streamIndexes: block.streamIndexes.subarray(skipped),
    recvTimesUs: block.recvTimesUs.subarray(skipped),
    monoTimesUs: block.monoTimesUs.subarray(skipped),
    venueTimesMs: block.venueTimesMs.subarray(skipped),
    connectionIds: block.connectionIds.subarray(skipped),
    offsets: block.offsets.subarray(skipped),
    bytes: block.bytes,
    http,
  }
}
