/** Rows on their way to becoming blocks: some are with the thread while the one before is in use. */
import type { BadBlock, StoredBlock } from './block-codec.ts'
import type { BlockThread } from './block-thread.ts'
import type { Row } from './keys.ts'

interface DecodedRow {
  readonly row: Row
  /** What decoding gives; absent where nobody has begun it. */
  readonly result: Promise<StoredBlock | BadBlock> | undefined
}

/** Blocks that may be with the thread, of 256 KB each: enough that neither side waits for the other. */
const AHEAD = 8

/** The rows of `batches` in order. Where these fail, what came before is given first. */
export async function* decodeAhead(
  batches: AsyncIterable<readonly Row[]>,
  thread: BlockThread | undefined,
): AsyncGenerator<DecodedRow> {
  const begun: DecodedRow[] = []
  try {
    for await (const rows of batches) {
      for (const row of rows) {
        const result = thread?.decode(row.value)
        begun.push({ row, result })
        const isWaitedFor = begun.length > AHEAD || result === undefined
        const next = isWaitedFor ? begun.shift() : undefined
        if (next !== undefined) yield next
      }
    }
  } catch (error) {
    yield* begun.splice(0)
    throw error
  }
  yield* begun
}
