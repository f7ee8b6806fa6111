/**
 * What a replay reads: columns where a segment has some, the journal for all else. Columns that are
 * missing or cannot be used are made while it reads; they change how long it takes and nothing more.
 */
import { ColumnBuilder } from '../columns/column-builder.ts'
import { type ColumnSegment, openColumns, segmentsWithColumns } from '../columns/column-cache.ts'
import { type ColumnFile, ColumnsDamaged } from '../columns/column-file.ts'
import type { JournalReader } from '../journal/journal.ts'
import type { Block } from '../model/block.ts'
import type { DecodedBlock } from '../pipeline/decoded-block.ts'
import { readAhead } from './read-ahead.ts'
import type { Recording, SeqRange } from './recording.ts'

export interface ColumnOptions {
  /** Told what could not be used or made. */
  readonly onRemark: (text: string) => void
  /** Payloads of segments without columns that are worth a thread. Unit: bytes. */
  readonly buildBytesMin?: number
}

/** Some 30,000 entries: what a thread saves must be more than its start. */
const BUILD_BYTES_MIN = 8 << 20

/** Blocks in order of sequence. Each is good until the next is asked for. */
export function blocksOf(
  reader: JournalReader,
  columns: ColumnSource | undefined,
  range: SeqRange,
): AsyncGenerator<Block | DecodedBlock> {
  return columns === undefined ? journalBlocks(reader, range) : columns.blocks(range)
}

/** One is in use while the next is read: each asks for memory that the one before has left. */
const journalBlocks = (reader: JournalReader, range: SeqRange): AsyncGenerator<Block> =>
  readAhead(reader.blocks({ ...range, reuse: true }))

export class ColumnSource {
  readonly #recording: Recording
  readonly #options: ColumnOptions
  readonly #builder: ColumnBuilder

  constructor(recording: Recording, options: ColumnOptions) {
    this.#recording = recording
    this.#options = options
    this.#builder = new ColumnBuilder({ recording: recording.path, onRemark: options.onRemark })
  }

  async *blocks({ fromSeq, toSeq }: SeqRange): AsyncGenerator<Block | DecodedBlock> {
    const { reader } = this.#recording
    const segments = reader.manifest.segments.filter(
      ({ firstSeq, endSeq }) => firstSeq < toSeq && endSeq > fromSeq,
    )
    await this.#buildMissing(segments)
    let seq = fromSeq
    for (const segment of segments) {
      const endSeq = Math.min(toSeq, segment.endSeq)
      for await (const block of this.#columnBlocks(segment, seq, endSeq)) {
        seq = block.firstSeq + block.count
        yield block
      }
      if (seq < endSeq) yield* journalBlocks(reader, { fromSeq: seq, toSeq: endSeq })
      seq = endSeq
    }
    if (seq < toSeq) yield* journalBlocks(reader, { fromSeq: seq, toSeq })
  }

  /** Waits for all columns that are being made. */
  async finish(): Promise<void> {
    await this.#builder.finish()
  }

  /** Waits for those of the segment in hand, unless `signal` says to stop. */
  async close(signal?: AbortSignal): Promise<void> {
    await this.#builder.close(signal)
  }

  async #buildMissing(segments: readonly ColumnSegment[]): Promise<void> {
    const present = await segmentsWithColumns(this.#recording.path, segments)
    const missing = segments.filter(({ firstSeq }) => !present.has(firstSeq))
    const bytes = missing.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0)
    const isWorthIt = bytes >= (this.#options.buildBytesMin ?? BUILD_BYTES_MIN)
    if (missing.length > 0 && isWorthIt) this.#builder.add(missing)
  }

  /** None where there are no columns; where they turn out to be damaged, those before. */
  async *#columnBlocks(
    segment: ColumnSegment,
    fromSeq: number,
    toSeq: number,
  ): AsyncGenerator<DecodedBlock> {
    let file: ColumnFile | undefined
    try {
      file = await openColumns(this.#recording.path, segment)
      if (file !== undefined) yield* withoutHoles(file.blocks(fromSeq, toSeq), fromSeq, segment)
    } catch (error) {
      // Whatever it is that keeps columns from being read: the journal has it all.
      const { onRemark } = this.#options
      onRemark(`columns of segment ${segment.firstSeq}: ${textOf(error)}; they are made again`)
      this.#builder.add([segment])
    } finally {
      await file?.close()
    }
  }
}

async function* withoutHoles(
  blocks: AsyncIterable<DecodedBlock>,
  fromSeq: number,
  { firstSeq }: ColumnSegment,
): AsyncGenerator<DecodedBlock> {
  let seq = Math.max(fromSeq, firstSeq)
  for await (const block of blocks) {
    if (block.firstSeq > seq) throw new ColumnsDamaged(`entries from seq ${seq} on are missing`)
    seq = block.firstSeq + block.count
    yield block
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
