/**
 * A journal on a simulated disk: the port of the real one, with commits that take virtual time. What
 * a stop tears, and what a bit flips, goes through the real codec of blocks.
 */
import { RecorderError } from '../../src/base/errors.ts'
import type { StoragePort } from '../../src/capture/storage.ts'
import { Random } from '../../src/exchange/random.ts'
import { BlockBuilder } from '../../src/journal/block-builder.ts'
import { decodeBlock, encodeBlock } from '../../src/journal/block-codec.ts'
import type { Codec } from '../../src/journal/codec.ts'
import type { BlockRange, JournalWriter } from '../../src/journal/journal.ts'
import type { Block, EntryDraft } from '../../src/model/block.ts'
import { lent } from '../kit/lent.ts'
import type { SimClock } from './clock.ts'

/** What a recorder needs of the place that it records to. */
export interface Disk {
  readonly storage: StoragePort
  /** Opens the recording to write it. */
  open(): Promise<OpenJournal>
  /** The process is gone, at this very moment. */
  crash(): Promise<void>
  /** Durable blocks, in order. */
  blocks(range?: BlockRange): AsyncIterable<Block>
}

export interface OpenJournal {
  readonly writer: JournalWriter
  readonly nextSeq: number
  readonly lastRecvTimeUs: number | undefined
}

export interface SimDiskOptions {
  readonly seed: number
  readonly clock: SimClock
  readonly codec: Codec
  readonly commitMs: number
  /** Blocks are only counted: for runs that are longer than memory. */
  readonly forget?: boolean
  /** Changes or loses what was acknowledged: a planted bug. */
  readonly plant?: ((block: Block) => Block | undefined) | undefined
}

const WRITE_MS = { low: 1, high: 8 } as const

export class SimDisk implements Disk {
  stalledUntilMs = 0
  isFull: boolean = false
  freeBytes = 2 ** 40
  /** A torn or flipped block that was read as if it were whole. */
  readonly unnoticed: string[] = []
  readonly #options: SimDiskOptions
  readonly #random: Random
  readonly #blocks: Block[] = []
  #nextSeq = 0
  #lastRecvTimeUs: number | undefined
  #handle: SimJournal | undefined

  constructor(options: SimDiskOptions) {
    this.#options = options
    this.#random = new Random(options.seed, 'disk')
  }

  readonly storage: StoragePort = {
    freeBytes: () => Promise.resolve(this.freeBytes),
    holdReserve: () => Promise.resolve(!this.isFull),
    releaseReserve: () => Promise.resolve(),
  }

  get nextSeq(): number {
    return this.#nextSeq
  }

  open(): Promise<OpenJournal> {
    const { clock, commitMs } = this.#options
    const nextSeq = this.#nextSeq
    const write: SimJournalOptions['write'] = (done) => {
      const waitMs = Math.max(0, this.stalledUntilMs - clock.timeMs)
      clock.schedule(waitMs + this.#random.between(WRITE_MS.low, WRITE_MS.high), () => {
        if (this.isFull) done(new Error('ENOSPC: no space left on device'))
        else done(undefined)
      })
    }
    const handle = new SimJournal({
      clock,
      commitMs,
      nextSeq,
      write,
      onWritten: (block) => this.#keep(block),
    })
    this.#handle = handle
    return Promise.resolve({ writer: handle, nextSeq, lastRecvTimeUs: this.#lastRecvTimeUs })
  }

  /** What was being written is whole, torn, or not there; LevelDB drops a torn end. */
  crash(): Promise<void> {
    const block = this.#handle?.kill()
    if (block === undefined || this.isFull) return Promise.resolve()
    if (this.#random.chance(0.3)) {
      this.#keep(block)
      return Promise.resolve()
    }
    const { codec } = this.#options
    const bytes = encodeBlock(block, block.recvTimesUs[0] ?? 0, codec, { header: 1, payloads: 1 })
    const torn = bytes.subarray(0, this.#random.below(bytes.length))
    if (!('problem' in decodeBlock(torn, codec))) {
      this.unnoticed.push(`a block from ${block.firstSeq} torn at ${torn.length}`)
    }
    return Promise.resolve()
  }

  /** Flips a bit of one of the blocks, as the disk holds it: it must be seen. */
  flipBit(): void {
    const block = this.#blocks[this.#random.below(this.#blocks.length)]
    if (block === undefined) return
    const { codec } = this.#options
    const bytes = encodeBlock(block, block.recvTimesUs[0] ?? 0, codec, { header: 1, payloads: 1 })
    const at = this.#random.below(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << this.#random.below(8))
    if (!('problem' in decodeBlock(bytes, codec))) {
      this.unnoticed.push(`a bit of byte ${at} of the block from ${block.firstSeq}`)
    }
  }

  async *blocks({ fromSeq = 0, toSeq = this.#nextSeq }: BlockRange = {}): AsyncGenerator<Block> {
    for (const block of this.#blocks) {
      if (block.firstSeq + block.count <= fromSeq) continue
      if (block.firstSeq >= toSeq) return
      yield await Promise.resolve(block)
    }
  }

  #keep(block: Block): void {
    const { plant, forget } = this.#options
    this.#nextSeq = block.firstSeq + block.count
    this.#lastRecvTimeUs = block.recvTimesUs[block.count - 1]
    if (forget === true) return
    const kept = plant === undefined ? block : plant(block)
    if (kept !== undefined) this.#blocks.push(kept)
  }
}

interface SimJournalOptions {
  readonly clock: SimClock
  readonly commitMs: number
  readonly nextSeq: number
  readonly write: (done: (error: Error | undefined) => void) => void
  readonly onWritten: (block: Block) => void
}

/** One write at a time, in order; nobody hears of a block before it is written. */
class SimJournal implements JournalWriter {
  readonly #options: SimJournalOptions
  readonly #builder: BlockBuilder
  readonly #listeners: ((block: Block) => void)[] = []
  readonly #queue: Block[] = []
  #waiters: { readonly seq: number; resolve(): void; reject(error: RecorderError): void }[] = []
  #writing: Block | undefined
  #cancelTimer: (() => void) | undefined
  #failure: RecorderError | undefined
  #isDead: boolean = false
  durableSeq: number

  constructor(options: SimJournalOptions) {
    this.#options = options
    this.durableSeq = options.nextSeq
    this.#builder = new BlockBuilder(options.nextSeq)
  }

  append(draft: EntryDraft): number {
    if (this.#failure !== undefined) throw this.#failure
    const seq = this.#builder.nextSeq
    this.#builder.append(draft)
    const { clock, commitMs } = this.#options
    if (this.#builder.isFull) this.#cut()
    else this.#cancelTimer ??= clock.schedule(commitMs, () => this.#cut())
    return seq
  }

  flush(): Promise<void> {
    this.#cut()
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const seq = this.#builder.nextSeq
    if (seq <= this.durableSeq) return Promise.resolve()
    return new Promise((resolve, reject) => this.#waiters.push({ seq, resolve, reject }))
  }

  onDurable(listener: (block: Block) => void): void {
    this.#listeners.push(lent(listener))
  }

  close(): Promise<void> {
    return this.flush()
  }

  /** The process is gone; returns what was being written. */
  kill(): Block | undefined {
    this.#isDead = true
    this.#cancelTimer?.()
    return this.#writing
  }

  #cut(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    if (this.#isDead) return
    if (this.#builder.count > 0) this.#queue.push(this.#builder.take())
    this.#writeNext()
  }

  #writeNext(): void {
    if (this.#writing !== undefined || this.#failure !== undefined) return
    const block = this.#queue.shift()
    if (block === undefined) return
    this.#writing = block
    this.#options.write((error) => {
      if (this.#isDead) return
      this.#writing = undefined
      if (error !== undefined) {
        this.#fail(error)
        return
      }
      this.durableSeq = block.firstSeq + block.count
      this.#options.onWritten(block)
      for (const listener of this.#listeners) listener(block)
      const isDone = ({ seq }: { readonly seq: number }): boolean => seq <= this.durableSeq
      const done = this.#waiters.filter(isDone)
      this.#waiters = this.#waiters.filter((waiter) => !isDone(waiter))
      for (const waiter of done) waiter.resolve()
      this.#writeNext()
    })
  }

  #fail(cause: Error): void {
    const last = this.durableSeq === 0 ? 'nothing' : `everything to entry ${this.durableSeq - 1}`
    const message = `a commit failed (${cause.message}); ${last} is durable`
    this.#failure = new RecorderError('JOURNAL_WRITE_FAILED', message, { cause })
    this.#queue.length = 0
    for (const { reject } of this.#waiters) reject(this.#failure)
    this.#waiters = []
  }
}
