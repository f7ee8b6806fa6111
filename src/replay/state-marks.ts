/**
 * States in memory, some minutes apart, from which a moment of the past is near. Checkpoints on disk
 * lie as far apart as their size asks for, which in a thin recording is hours.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { CanonicalWriter, decodeCanonical, type Plain } from '../base/canonical.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'

/** Closed minutes between two states, until there are too many. */
const MINUTES_APART = 10
const BYTES_MAX = 64 << 20

interface StateMark {
  readonly seq: number
  readonly bytes: Uint8Array
}

export class StateMarks {
  readonly #writer = new CanonicalWriter()
  #marks: StateMark[] = []
  #bytes = 0
  #minutesApart: number
  #lastMinuteCount = 0

  constructor(minutesApart = MINUTES_APART) {
    this.#minutesApart = minutesApart
  }

  /** Call after each block. */
  afterBlock(pipeline: Pipeline): void {
    let minuteCount = 0
    for (const run of pipeline.runs.values()) minuteCount = Math.max(minuteCount, run.minuteCount)
    if (minuteCount - this.#lastMinuteCount < this.#minutesApart) return
    this.#lastMinuteCount = minuteCount
    const bytes = deflateRawSync(this.#writer.encode(pipeline.toPlain()), { level: 1 })
    this.#marks.push({ seq: pipeline.nextSeq, bytes })
    this.#bytes += bytes.length
    if (this.#bytes > BYTES_MAX) this.#thinOut()
  }

  /** The newest state at or before `seq`. */
  seqBefore(seq: number): number | undefined {
    return this.#marks.findLast((mark) => mark.seq <= seq)?.seq
  }

  stateAt(seq: number): Plain | undefined {
    const mark = this.#marks.find((one) => one.seq === seq)
    return mark === undefined ? undefined : decodeCanonical(inflateRawSync(mark.bytes))
  }

  /** Every second state goes, and those to come lie twice as far apart. */
  #thinOut(): void {
    this.#marks = this.#marks.filter((_, place) => place % 2 === 1)
    this.#bytes = this.#marks.reduce((sum, { bytes }) => sum + bytes.length, 0)
    this.#minutesApart *= 2
  }
}
