/**
 * The file that holds the columns of one sealed segment: `MRCL`, u8 format, chunks one after the other,
 * each a block in columns, then the {@link Footer} as JSON, u32 its length, u32 its CRC-32, `MRCL`.
 * The footer holds the CRC-32 of each chunk, so that no byte of a file is without a check.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { Block, StreamKey } from '../model/block.ts'
import { ColumnBlock, ColumnBlockWriter } from './column-block.ts'

/** Goes up whenever the same messages become other bytes. */
export const COLUMN_FORMAT = 2

const MAGIC = 'MRCL'
const HEAD_BYTES = 5
const TAIL_BYTES = 12
/** Chunks are read and written so many bytes at a time. */
const GROUP_BYTES = 1 << 20

/** A block in the file. `offset` and `length` in bytes; `checksum`: its CRC-32. */
type Chunk = readonly [
  firstSeq: number,
  count: number,
  offset: number,
  length: number,
  checksum: number,
]

interface Footer {
  /** Names the segment and what read it: whose file it is. */
  readonly key: string
  readonly streams: readonly StreamKey[]
  readonly chunks: readonly Chunk[]
}

/** Why a file cannot be used, in a few words. */
export class ColumnsDamaged extends Error {}

/** Writes the columns of `blocks` to `path`, which is whole only when this resolves. */
export async function writeColumns(
  path: string,
  key: string,
  blocks: AsyncIterable<Block>,
): Promise<void> {
  const encoder = new ColumnBlockWriter()
  const chunks: Chunk[] = []
  await using file = await open(path, 'w')
  let pending: Uint8Array[] = [head()]
  let pendingBytes = HEAD_BYTES
  let offset = HEAD_BYTES
  const flush = async (): Promise<void> => {
    await file.appendFile(Buffer.concat(pending))
    pending = []
    pendingBytes = 0
  }
  for await (const block of blocks) {
    const body = encoder.encode(block).slice()
    chunks.push([block.firstSeq, block.count, offset, body.length, crc32(body)])
    pending.push(body)
    pendingBytes += body.length
    offset += body.length
    if (pendingBytes >= GROUP_BYTES) await flush()
  }
  pending.push(tail({ key, streams: encoder.streams, chunks }))
  await flush()
  await file.sync()
}

export class ColumnFile {
  readonly #file: FileHandle
  readonly #footer: Footer

  /**
   * Nothing where there is no such file.
   * @throws {ColumnsDamaged} where head or end of it are not as they were written, or it has another key.
   */
  static async open(path: string, key?: string): Promise<ColumnFile | undefined> {
    const file = await open(path, 'r').catch(() => undefined)
    if (file === undefined) return undefined
    try {
      const footer = await readFooter(file)
      if (key !== undefined && footer.key !== key)
        throw new ColumnsDamaged('it belongs to something else')
      return new ColumnFile(file, footer)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  private constructor(file: FileHandle, footer: Footer) {
    this.#file = file
    this.#footer = footer
  }

  /**
   * Blocks from the one that holds `fromSeq` to the one before `toSeq`. All are one object, whose
   * contents are good until the next is asked for.
   * @throws {ColumnsDamaged} in the place of a block that fails its check.
   */
  async *blocks(fromSeq: number, toSeq: number): AsyncGenerator<ColumnBlock> {
    const { chunks, streams } = this.#footer
    const wanted = chunks.filter(([first, count]) => first < toSeq && first + count > fromSeq)
    const block = new ColumnBlock(streams)
    let next = this.#read(wanted, 0)
    for (let at = 0; at < wanted.length; ) {
      const { bytes, chunks: group } = await next
      at += group.length
      next = this.#read(wanted, at)
      // Whoever stops early does not hear of a failure of what was asked for in vain.
      next.catch(() => undefined)
      const base = group[0]?.[2] ?? 0
      for (const [firstSeq, , offset, length, checksum] of group) {
        const body = bytes.subarray(offset - base, offset - base + length)
        if (body.length !== length || crc32(body) !== checksum) {
          throw new ColumnsDamaged(`the block at seq ${firstSeq} fails its checksum`)
        }
        block.load(body)
        yield block
      }
    }
  }

  /** Checks every byte. @throws {ColumnsDamaged} */
  async check(): Promise<void> {
    for await (const block of this.blocks(0, Number.POSITIVE_INFINITY)) block.select(0)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** Some of the chunks from `at` on, which stand one after the other. */
  async #read(
    wanted: readonly Chunk[],
    at: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly chunks: readonly Chunk[] }> {
    const start = wanted[at]?.[2] ?? 0
    let end = start
    let past = at
    while (past < wanted.length && end - start < GROUP_BYTES) {
      end += wanted[past]?.[3] ?? 0
      past += 1
    }
    return { bytes: await readAt(this.#file, start, end - start), chunks: wanted.slice(at, past) }
  }
}

function head(): Buffer {
  return Buffer.concat([Buffer.from(MAGIC, 'latin1'), Uint8Array.of(COLUMN_FORMAT)])
}

function tail(footer: Footer): Buffer {
  const text = Buffer.from(JSON.stringify(footer))
  const end = Buffer.alloc(TAIL_BYTES)
  end.writeUInt32LE(text.length, 0)
  end.writeUInt32LE(crc32(text), 4)
  end.write(MAGIC, 8, 'latin1')
  return Buffer.concat([text, end])
}

async function readFooter(file: FileHandle): Promise<Footer> {
  const { size } = await file.stat()
  const first = await readAt(file, 0, HEAD_BYTES)
  if (!first.equals(head())) throw new ColumnsDamaged('it has another format')
  const end = await readAt(file, Math.max(0, size - TAIL_BYTES), TAIL_BYTES)
  if (end.length < TAIL_BYTES || end.toString('latin1', 8) !== MAGIC) {
    throw new ColumnsDamaged('its end is missing')
  }
  const length = end.readUInt32LE(0)
  if (length > size - HEAD_BYTES - TAIL_BYTES) throw new ColumnsDamaged('its end is damaged')
  const text = await readAt(file, size - TAIL_BYTES - length, length)
  if (crc32(text) !== end.readUInt32LE(4)) throw new ColumnsDamaged('its end is damaged')
  return JSON.parse(text.toString()) as Footer
}

/** Fewer bytes where the file ends before. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
