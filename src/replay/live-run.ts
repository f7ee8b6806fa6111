/**
 * The engines behind a recorder: fed with blocks once they are durable, so that they never know
 * more than the journal. Their digests go into the journal as facts.
 */
import type { Plain } from '../base/canonical.ts'
import { RecorderError } from '../base/errors.ts'
import type { JournalWriter } from '../journal/journal.ts'
import type { Block } from '../model/block.ts'
import { encodeFact, factStream } from '../model/facts.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import type { Settings } from '../pipeline/settings.ts'
import { CheckpointKeeper } from './checkpoint-keeper.ts'
import type { CheckpointStore } from './checkpoint-store.ts'
import { Digester, STATE_VERSION } from './digests.ts'
import type { StateKeeper } from './state-keeper.ts'

export interface LiveRunOptions {
  readonly settings: Settings
  readonly symbols: readonly string[]
  readonly writer: JournalWriter
  readonly nowUs: () => number
  readonly monoUs: () => number
  /** The state that an earlier run ended in; nothing in a new recording. */
  readonly resume: Plain | undefined
  readonly checkpoints: CheckpointStore
  readonly keeper: StateKeeper
  /** The book of `symbol` wants a snapshot. */
  readonly onSnapshotWanted: (symbol: string) => void
  readonly onFailure: (error: RecorderError) => void
}

export class LiveRun {
  readonly pipeline: Pipeline
  readonly #options: LiveRunOptions
  readonly #digester = new Digester()
  #checkpointing: Promise<void> = Promise.resolve()
  #checkpoints: CheckpointKeeper | undefined

  static async start(options: LiveRunOptions): Promise<LiveRun> {
    return new LiveRun(options, await CheckpointKeeper.open(options.checkpoints))
  }

  private constructor(options: LiveRunOptions, checkpoints: CheckpointKeeper) {
    this.#options = options
    this.#checkpoints = checkpoints
    const { settings, symbols, writer, keeper } = options
    this.pipeline = new Pipeline({
      settings,
      symbols,
      documents: true,
      listener: {
        ...keeper.listener,
        minuteClosed: (run, close, cause, outcome) => {
          keeper.listener.minuteClosed?.(run, close, cause, outcome)
          const digest = this.#digester.digestOf(run, close.closedMinute, cause)
          keeper.takeDigest(digest)
          this.#record({ ...digest, version: STATE_VERSION })
        },
      },
    })
    if (options.resume !== undefined) this.pipeline.restore(options.resume)
    keeper.attach(this.pipeline)
    writer.onDurable((block) => this.#take(block))
  }

  /** Resolves when no checkpoint is being written any more. */
  settled(): Promise<void> {
    return this.#checkpointing
  }

  #take(block: Block): void {
    const { keeper, onSnapshotWanted, onFailure } = this.#options
    this.pipeline.consume(block)
    keeper.takeBlock(block)
    for (const { symbol, market } of this.pipeline.runs.values()) {
      if (market.book.snapshotWanted) onSnapshotWanted(symbol)
    }
    // What the checkpoint holds is taken at the call; only the writing of it waits.
    const writing = this.#checkpoints?.afterBlock(this.pipeline, block.bytes.length)
    if (writing === undefined) return
    this.#checkpointing = writing.catch((error: unknown) => {
      this.#checkpoints = undefined
      const reason = error instanceof RecorderError ? error.message : String(error)
      onFailure(new RecorderError('JOURNAL_WRITE_FAILED', reason, { cause: error }))
    })
  }

  #record(digest: Parameters<typeof encodeFact<'digest'>>[1]): void {
    const { writer, nowUs, monoUs, onFailure } = this.#options
    try {
      writer.append({
        stream: factStream('digest', digest.symbol),
        recvTimeUs: nowUs(),
        monoTimeUs: monoUs(),
        venueTimeMs: Number.NaN,
        connectionId: 0,
        payload: encodeFact('digest', digest),
      })
    } catch (error) {
      if (!(error instanceof RecorderError)) throw error
      onFailure(error)
    }
  }
}
