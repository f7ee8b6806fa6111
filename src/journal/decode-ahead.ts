/** Rows on their way to becoming blocks: some are with the thread while the one before is in use. */
import type { BadBlock, StoredBlock } from './block-codec.ts'
import type { BlockThread, DecodedBlocks } from './block-thread.ts'
import type { Row } from './keys.ts'

interface DecodedRow {
  readonly row: Row
  /** What decoding gave; absent where whoever reads has to do it. */
  readonly result: StoredBlock | BadBlock | undefined
}

/** Rows that go to the thread together, and those that have a place in what it gave. */
interface Group {
  readonly rows: readonly Row[]
  readonly results: Promise<DecodedBlocks> | undefined
}

/** Blocks of 256 KB that go to the thread together: waking it for each costs more than copying it. */
const GROUP_ROWS = 8
/** Groups with the thread while one is in use. */
const GROUPS_AHEAD = 1

/** The rows of `batches` in order. Where these fail, what came before is given first. */
export async function* decodeAhead(
  batches: AsyncIterable<readonly Row[]>,
  thread: BlockThread | undefined,
): AsyncGenerator<DecodedRow> {
  const begun: Group[] = []
  const source = batches[Symbol.asyncIterator]()
  let failure: { readonly error: unknown } | undefined
  const nextBatch = async (): Promise<readonly Row[] | undefined> => {
    try {
      const { done, value } = await source.next()
      return done === true ? undefined : value
    } catch (error) {
      failure = { error }
      return undefined
    }
  }
  try {
    for (let batch = await nextBatch(); batch !== undefined; batch = await nextBatch()) {
      for (let from = 0; from < batch.length; from += GROUP_ROWS) {
        const rows = batch.slice(from, from + GROUP_ROWS)
        const results = thread?.decode(rows.map(({ value }) => value))
        begun.push({ rows, results })
        const isWaitedFor = begun.length > GROUPS_AHEAD || results === undefined
        const next = isWaitedFor ? begun.shift() : undefined
        if (next !== undefined) yield* rowsOf(next)
      }
    }
    for (const group of begun) yield* rowsOf(group)
    if (failure !== undefined) throw failure.error
  } finally {
    await source.return?.()
  }
}

async function* rowsOf({ rows, results }: Group): AsyncGenerator<DecodedRow> {
  const decoded = results === undefined ? [] : await results
  for (const [index, row] of rows.entries()) yield { row, result: decoded[index] }
}
