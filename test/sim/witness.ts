/**
 * Stands between recorder and journal, and writes down what was promised: each frame that was handed
 * over is appended once and unchanged, and what was called durable is remembered.
 */
import { crc32 } from 'node:zlib'
import type { JournalWriter } from '../../src/journal/journal.ts'
import { type Block, type EntryDraft, entryAt } from '../../src/model/block.ts'
import { RECORDER_VENUE } from '../../src/model/channel.ts'

export interface WitnessLog {
  /** Checksum of each acknowledged entry, by its sequence. */
  readonly acknowledged: Map<number, number>
  /** Broken promises that were seen at once. */
  readonly problems: string[]
  frameCount: number
  /** Acknowledged entries are not remembered: for runs that are longer than memory. */
  readonly forgets: boolean
}

export const startWitness = (forgets = false): WitnessLog => ({
  acknowledged: new Map(),
  problems: [],
  frameCount: 0,
  forgets,
})

const PROBLEMS_MAX = 20

export class WitnessedWriter implements JournalWriter {
  readonly log: WitnessLog
  readonly #writer: JournalWriter
  #expected: Uint8Array | undefined
  #hasFailed: boolean = false

  constructor(writer: JournalWriter, log: WitnessLog) {
    this.#writer = writer
    this.log = log
    if (log.forgets) return
    writer.onDurable((block) => {
      for (let index = 0; index < block.count; index += 1) {
        log.acknowledged.set(block.firstSeq + index, checksumOf(block, index))
      }
    })
  }

  get durableSeq(): number {
    return this.#writer.durableSeq
  }

  /** The recorder is about to be handed this frame. */
  expect(frame: Uint8Array): void {
    this.#expected = frame
  }

  /** It has had its turn. */
  checkHandled(): void {
    if (this.#expected !== undefined && !this.#hasFailed) this.#blame('a frame was not appended')
    this.#expected = undefined
  }

  append(draft: EntryDraft): number {
    if (draft.connectionId > 0 && draft.stream.venue !== RECORDER_VENUE) this.#check(draft)
    try {
      return this.#writer.append(draft)
    } catch (error) {
      this.#hasFailed = true
      throw error
    }
  }

  flush(): Promise<void> {
    return this.#writer.flush()
  }

  onDurable(listener: (block: Block) => void): void {
    this.#writer.onDurable(listener)
  }

  close(): Promise<void> {
    return this.#writer.close()
  }

  #check({ payload }: EntryDraft): void {
    const expected = this.#expected
    this.#expected = undefined
    this.log.frameCount += 1
    if (expected === undefined) this.#blame('an entry that no frame brought')
    else if (Buffer.compare(expected, payload) !== 0) this.#blame('a frame was changed')
  }

  #blame(problem: string): void {
    if (this.log.problems.length < PROBLEMS_MAX) this.log.problems.push(problem)
  }
}

/** Over payload, stream and times. */
export function checksumOf(block: Block, index: number): number {
  const { stream, payload, recvTimeUs, connectionId } = entryAt(block, index)
  const head = `${stream.venue}/${stream.symbol}/${stream.channel}/${recvTimeUs}/${connectionId}`
  return crc32(payload, crc32(head))
}
