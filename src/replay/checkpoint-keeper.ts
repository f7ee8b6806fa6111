/** Writes checkpoints on the way: far enough apart that they stay small beside the journal. */
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { CheckpointStore } from './checkpoint-store.ts'

/**
 * Payload bytes between two checkpoints, for each byte of a checkpoint. Sealed payloads take about
 * 16 % of their bytes, so that checkpoints take about 4 % of the journal (the limit is 5 %).
 */
const PAYLOAD_PER_CHECKPOINT_BYTE = 160
/** Before the first checkpoint has told its size. Some 15,000 entries. Unit: bytes. */
const FIRST_AFTER_BYTES = 8 << 20

export class CheckpointKeeper {
  readonly #store: CheckpointStore
  /** Everything up to here has its checkpoints already. */
  readonly #doneSeq: number
  #pendingBytes = 0
  #dueBytes = FIRST_AFTER_BYTES
  #isWriting: boolean = false

  static async open(store: CheckpointStore): Promise<CheckpointKeeper> {
    const seqs = await store.seqs()
    return new CheckpointKeeper(store, seqs.at(-1) ?? -1)
  }

  private constructor(store: CheckpointStore, doneSeq: number) {
    this.#store = store
    this.#doneSeq = doneSeq
  }

  /**
   * Call after each block, with the payload bytes that it had. Nothing: no checkpoint is due, or the one
   * before is still being written, since states that wait for a slow disk would fill memory.
   */
  afterBlock(pipeline: Pipeline, payloadBytes: number): Promise<void> | undefined {
    this.#pendingBytes += payloadBytes
    const isDue = this.#pendingBytes >= this.#dueBytes && pipeline.nextSeq > this.#doneSeq
    return isDue && !this.#isWriting ? this.#write(pipeline) : undefined
  }

  async #write(pipeline: Pipeline): Promise<void> {
    this.#isWriting = true
    this.#pendingBytes = 0
    try {
      const size = await this.#store.write(pipeline.nextSeq, pipeline.toPlain())
      this.#dueBytes = Math.max(FIRST_AFTER_BYTES, size * PAYLOAD_PER_CHECKPOINT_BYTE)
    } finally {
      this.#isWriting = false
    }
  }
}
