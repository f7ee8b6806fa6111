/**
 * Blocks become durable: in order, one write at a time, each flushed to the disk before anybody
 * hears of it. A segment ends with its hour or its size; the next is open before the last is sealed.
 */
import { setImmediate } from 'node:timers/promises'
import { assert } from '../base/assert.ts'
import { RecorderError } from '../base/errors.ts'
import type { Block } from '../model/block.ts'
import type { Chain } from './chain.ts'
import type { Codec } from './codec.ts'
import { HotSegment, hourOf } from './hot-segment.ts'
import { type OpenHot, openHotStore, type Recovered } from './recovery.ts'
import { Sealer, type UpdateRuns } from './sealer.ts'

/** Blocks of one write at most: what a slow disk lets wait shares its flushes. */
const BLOCKS_PER_COMMIT = 8
/** Payload bytes after which sealing catches up with what was committed. */
const ADVANCE_BYTES = 4 << 20
/** Segments that wait to be sealed before commits wait for them. */
const UNSEALED_MAX = 2

export interface CommitterOptions {
  readonly recording: string
  readonly recovered: Recovered
  readonly codec: Codec
  readonly segmentBytes: number
  readonly sealLevel: number
  /** Called after each commit, when nobody looks at its blocks any more. */
  readonly onCommit: (blocks: readonly Block[]) => void
  /** A hot segment is about to be closed and removed: its entries are sealed. */
  readonly onSealed: (segment: HotSegment) => void
}

interface Waiter {
  readonly seq: number
  readonly resolve: () => void
  readonly reject: (error: RecorderError) => void
}

export class Committer {
  readonly sealer: Sealer
  readonly #options: CommitterOptions
  readonly #chain: Chain
  readonly #listeners: ((block: Block) => void)[] = []
  readonly #queue: Block[] = []
  #waiters: Waiter[] = []
  /** In order; the last is written, the others wait to be sealed. */
  #hots: readonly OpenHot[]
  #durableSeq: number
  #unsealedBytes = 0
  #work: Promise<void> | undefined
  #failure: RecorderError | undefined

  constructor(options: CommitterOptions) {
    const { recording, recovered, codec, sealLevel } = options
    this.#options = options
    this.#chain = recovered.chain
    this.#hots = recovered.hots
    this.#durableSeq = recovered.chain.nextSeq
    this.sealer = new Sealer({
      recording,
      manifest: recovered.manifest,
      codec,
      level: sealLevel,
      onSealed: (segment) => this.#forget(segment),
    })
  }

  /** One past the last durable sequence. */
  get durableSeq(): number {
    return this.#durableSeq
  }

  /** Why nothing is committed any more. */
  get failure(): RecorderError | undefined {
    return this.#failure
  }

  /** Segments that are not sealed, in order. */
  get hots(): readonly HotSegment[] {
    return this.#hots.map(({ segment }) => segment)
  }

  onDurable(listener: (block: Block) => void): void {
    this.#listeners.push(listener)
  }

  /** Takes the next block; the commit begins at once, or when the one in flight is done. */
  enqueue(block: Block): void {
    this.#queue.push(block)
    this.#work ??= this.#run()
  }

  /** Resolves when all before `seq` is durable. */
  whenDurable(seq: number): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (seq <= this.#durableSeq) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiters.push({ seq, resolve, reject })
    })
  }

  /** Seals what an earlier run left, all but the segment that is written. */
  sealOlder(): void {
    for (const [index, hot] of this.#hots.slice(0, -1).entries()) {
      const next = this.#hots[index + 1]
      if (next !== undefined) this.sealer.add(hot, next.chain.digest())
    }
  }

  /**
   * Seals the segment that is written, or removes it where it is empty, and says in the manifest
   * that the run ended. Nothing may follow.
   * @throws {RecorderError} why it is not sealed
   */
  async sealLast(endRun: UpdateRuns): Promise<void> {
    const last = this.#hot
    if (last.segment.index.length > 0) {
      this.sealer.add(last, this.#chain.digest(), endRun)
    } else {
      await this.sealer.updateRuns(endRun)
      this.sealer.discard(last.segment)
    }
    await this.sealer.idle()
    if (this.sealer.failure !== undefined) throw this.sealer.failure
  }

  /** Waits for what is under way, and lets go of LevelDB. */
  async release(): Promise<void> {
    await this.#work
    await this.sealer.release()
    for (const { segment } of this.#hots) await segment.store.close()
  }

  get #hot(): OpenHot {
    const hot = this.#hots.at(-1)
    assert(hot !== undefined, 'an open journal has a hot segment')
    return hot
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 && this.#failure === undefined) {
      try {
        if (this.#mustRoll(this.#queue[0])) await this.#roll()
        const blocks = this.#takeBlocks()
        await this.#commit(blocks)
        this.#announce(blocks)
      } catch (cause) {
        this.#fail(cause)
      }
    }
    this.#work = undefined
  }

  /** The next blocks of the same segment. */
  #takeBlocks(): readonly Block[] {
    const blocks = this.#queue.splice(0, 1)
    while (blocks.length < BLOCKS_PER_COMMIT && !this.#mustRoll(this.#queue[0], blocks[0])) {
      const next = this.#queue.shift()
      if (next === undefined) break
      blocks.push(next)
    }
    return blocks
  }

  async #commit(blocks: readonly Block[]): Promise<void> {
    const { segment } = this.#hot
    const staged: ReturnType<HotSegment['stage']>[] = []
    for (const block of blocks) {
      // Compressing a block takes a millisecond or two: others get their turn in between.
      if (staged.length > 0) await setImmediate()
      staged.push(segment.stage(block, this.#options.codec))
      this.#chain.add(block)
    }
    await segment.commit(staged, this.#chain.takeLinks())
    this.#durableSeq = this.#chain.nextSeq
    for (const { facts } of staged) this.#unsealedBytes += facts.payloadBytes
    if (this.#unsealedBytes >= ADVANCE_BYTES) {
      this.#unsealedBytes = 0
      this.sealer.advance(this.#hot)
    }
  }

  #announce(blocks: readonly Block[]): void {
    for (const block of blocks) {
      for (const listener of this.#listeners) listener(block)
    }
    const isDurable = ({ seq }: Waiter): boolean => seq <= this.#durableSeq
    const done = this.#waiters.filter(isDurable)
    this.#waiters = this.#waiters.filter((waiter) => !isDurable(waiter))
    for (const { resolve } of done) resolve()
    this.#options.onCommit(blocks)
  }

  /** Whether `block` belongs to another segment than `first`, or than what was committed before. */
  #mustRoll(block: Block | undefined, first?: Block): boolean {
    const { segment } = this.#hot
    const hour = first === undefined ? segment.hour : hourOfBlock(segment, first)
    if (block === undefined || hour === undefined) return false
    return hourOfBlock(segment, block) !== hour || segment.storedBytes >= this.#options.segmentBytes
  }

  async #roll(): Promise<void> {
    if (this.sealer.pendingCount >= UNSEALED_MAX) await this.sealer.idle()
    const { recording } = this.#options
    const last = this.#hot
    const firstSeq = this.#durableSeq
    const store = await openHotStore(recording, firstSeq)
    const segment = await HotSegment.load(store, firstSeq, last.segment.tail)
    this.#hots = [...this.#hots, { segment, chain: this.#chain.clone() }]
    this.sealer.add(last, this.#chain.digest())
  }

  #forget(sealed: HotSegment): void {
    this.#hots = this.#hots.filter(({ segment }) => segment !== sealed)
    this.#options.onSealed(sealed)
  }

  #fail(cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : 'unknown'
    const last = this.#durableSeq === 0 ? 'nothing' : `everything to entry ${this.#durableSeq - 1}`
    this.#failure = new RecorderError(
      'JOURNAL_WRITE_FAILED',
      `${this.#options.recording}: a commit failed (${reason}); ${last} is durable`,
      { cause, details: { durableSeq: this.#durableSeq } },
    )
    this.#queue.length = 0
    for (const { reject } of this.#waiters) reject(this.#failure)
    this.#waiters = []
  }
}

/** Time in a segment never goes back, and so neither does its hour. */
const hourOfBlock = (segment: HotSegment, block: Block): number =>
  hourOf(Math.max(segment.tail.timeUs, block.recvTimesUs[0] ?? 0))
