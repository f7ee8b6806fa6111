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

  static async open(store: CheckpointStore): Promise<CheckpointKeeper> {
    const seqs = await store.seqs()
    return new CheckpointKeeper(store, seqs.at(-1) ?? -1)
  }

  private constructor(store: CheckpointStore, doneSeq: number) {
    this.#store = store
    this.#doneSeq = doneSeq
  }

  /** Call after each block, with the payload bytes that it had. */
  async afterBlock(pipeline: Pipeline, payloadBytes: number): Promise<void> {
    this.#pendingBytes += payloadBytes
    if (this.#pendingBytes < this.#dueBytes || pipeline.nextSeq <= this.#doneSeq) return
    const size = await this.#store.write(pipeline.nextSeq, pipeline.toPlain())
    this.#dueBytes = Math.max(FIRST_AFTER_BYTES, size * PAYLOAD_PER_CHECKPOINT_BYTE)
    this.#pendingBytes = 0
  }
}
