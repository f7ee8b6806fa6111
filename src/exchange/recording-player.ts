/**
 * Plays a recording block by block against a clock: entries are due at the time since the first one
 * divided by the speed, counted from the start of the pass, so that lateness never adds up.
 */
import { RecorderError } from '../base/errors.ts'
import type { JournalReader } from '../journal/journal.ts'
import type { Block } from '../model/block.ts'

export interface PlaybackClock {
  /** Unit: ms. It must not step. */
  nowMs(): number
  /** Calls `task` once after `waitMs`; returns what cancels it. */
  setTimer(waitMs: number, task: () => void): () => void
}

export interface PlayerOptions {
  readonly reader: JournalReader
  readonly clock: PlaybackClock
  readonly speed: number
  readonly loop: boolean
  /** A block is about to be played. */
  readonly onBlock: (block: Block) => void
  readonly onEntry: (block: Block, index: number) => void
  /** The recording starts over. */
  readonly onPass: () => void
}

export type PlayerState = 'waiting' | 'running' | 'ended' | 'closed'

/** Entries delivered before sockets and requests get a turn. */
const ENTRIES_PER_TURN = 2_000
/** Timers know no more than 24 days; a recording may pause for longer. */
const WAIT_MS_MAX = 60_000

export class RecordingPlayer {
  state: PlayerState = 'waiting'
  playedCount = 0
  /** Resolves at the end of the recording or when closed; rejects if it cannot be read. */
  readonly finished: Promise<void>
  readonly #options: PlayerOptions
  #blocks: AsyncIterator<Block>
  #block: Block
  #index = 0
  /** The block after the one that plays, read ahead. */
  #ahead: Block | 'reading' | 'end' = 'reading'
  #passStartMs = 0
  #firstTimeUs: number
  #lastTimeUs: number
  #cancelTimer: () => void = () => {}
  #settle: { resolve: () => void; reject: (reason: unknown) => void } | undefined

  /** @throws {RecorderError} `RANGE_EMPTY` for a recording without entries. */
  static async open(options: PlayerOptions): Promise<RecordingPlayer> {
    const blocks = options.reader.blocks()[Symbol.asyncIterator]()
    const { value, done } = await blocks.next()
    if (done === true) throw new RecorderError('RANGE_EMPTY', 'the recording holds no entry')
    return new RecordingPlayer(options, blocks, value)
  }

  private constructor(options: PlayerOptions, blocks: AsyncIterator<Block>, first: Block) {
    this.#options = options
    this.#blocks = blocks
    this.#block = first
    this.#firstTimeUs = first.recvTimesUs[0] ?? 0
    this.#lastTimeUs = this.#firstTimeUs
    this.finished = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    // Whoever started the player awaits this; until then a failure must not end the process.
    this.finished.catch(() => undefined)
    options.onBlock(first)
  }

  /** Starts the clock; later calls change nothing. */
  start(): void {
    if (this.state !== 'waiting') return
    this.state = 'running'
    this.#passStartMs = this.#options.clock.nowMs()
    this.#readAhead()
    this.#pump()
  }

  close(): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.#cancelTimer()
    this.#settle?.resolve()
    void this.#blocks.return?.()?.catch(() => undefined)
  }

  /** The moment of the recording that is now. Unit: µs since 1970. */
  get virtualTimeUs(): number {
    if (this.state === 'waiting') return this.#firstTimeUs
    if (this.state !== 'running') return this.#lastTimeUs
    const passedMs = this.#options.clock.nowMs() - this.#passStartMs
    return this.#firstTimeUs + passedMs * 1000 * this.#options.speed
  }

  #pump(): void {
    if (this.state !== 'running') return
    const { onEntry } = this.#options
    const nowUs = this.virtualTimeUs
    const block = this.#block
    const end = Math.min(block.count, this.#index + ENTRIES_PER_TURN)
    while (this.#index < end) {
      const dueUs = block.recvTimesUs[this.#index] ?? 0
      if (dueUs > nowUs) {
        this.#pumpIn((dueUs - nowUs) / 1000 / this.#options.speed)
        return
      }
      this.#lastTimeUs = dueUs
      const index = this.#index
      this.#index += 1
      this.playedCount += 1
      onEntry(block, index)
    }
    if (this.#index < block.count) this.#pumpIn(0)
    else this.#nextBlock()
  }

  /** Goes on with the block that was read ahead; one that is being read calls again when it is there. */
  #nextBlock(): void {
    const next = this.#ahead
    if (next === 'reading') return
    if (next === 'end') {
      this.#endPass()
      return
    }
    this.#block = next
    this.#index = 0
    this.#options.onBlock(next)
    this.#readAhead()
    this.#pumpIn(0)
  }

  #endPass(): void {
    if (!this.#options.loop) {
      this.state = 'ended'
      this.#settle?.resolve()
      return
    }
    this.#blocks = this.#options.reader.blocks()[Symbol.asyncIterator]()
    this.#passStartMs = this.#options.clock.nowMs()
    this.#lastTimeUs = this.#firstTimeUs
    this.#options.onPass()
    this.#readAhead()
  }

  #readAhead(): void {
    this.#ahead = 'reading'
    this.#blocks.next().then(
      ({ value, done }) => {
        this.#ahead = done === true ? 'end' : value
        // The block before it may have been played out meanwhile.
        if (this.state === 'running' && this.#index >= this.#block.count) this.#nextBlock()
      },
      (error: unknown) => {
        if (this.state === 'closed') return
        this.state = 'ended'
        this.#settle?.reject(error)
      },
    )
  }

  #pumpIn(waitMs: number): void {
    this.#cancelTimer()
    const boundedMs = Math.min(waitMs, WAIT_MS_MAX)
    this.#cancelTimer = this.#options.clock.setTimer(boundedMs, () => this.#pump())
  }
}
