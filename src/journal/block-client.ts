/** The reader's side of the block socket. */
import { connect, type Socket } from 'node:net'
import { RecorderError } from '../base/errors.ts'
import {
  type BlockRequest,
  FRAME_KIND,
  type Frame,
  FrameReader,
  type Hello,
  rowOf,
  socketPath,
} from './block-frames.ts'
import { type BlockFacts, type Row, readIndexRow } from './keys.ts'

/** A connection to the writer of a recording. */
export class BlockClient {
  readonly hello: Hello
  readonly #socket: Socket
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #reader: FrameReader
  #frames: readonly Frame[]

  /** Nothing where no process writes the recording. */
  static async open(recording: string, request: BlockRequest): Promise<BlockClient | undefined> {
    const socket = await connected(await socketPath(recording))
    if (socket === undefined) return undefined
    socket.write(`${JSON.stringify(request)}\n`)
    const chunks = (socket as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
    const reader = new FrameReader()
    try {
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
        const [first, ...rest] = frames(reader.push(next.value))
        if (first === undefined) continue
        const hello = JSON.parse(Buffer.from(first.body).toString()) as Hello
        return new BlockClient(hello, socket, chunks, reader, rest)
      }
    } catch (cause) {
      if (cause instanceof RecorderError) throw cause
    }
    // It ended before it said anything: it is being stopped.
    socket.destroy()
    return undefined
  }

  private constructor(
    hello: Hello,
    socket: Socket,
    chunks: AsyncIterator<Uint8Array>,
    reader: FrameReader,
    rest: readonly Frame[],
  ) {
    this.hello = hello
    this.#socket = socket
    this.#chunks = chunks
    this.#reader = reader
    this.#frames = rest
  }

  /**
   * Rows as they come. They end with what was asked for, when the rest is sealed by now, and when the
   * writer is killed.
   */
  async *batches(): AsyncGenerator<readonly Row[]> {
    try {
      let isLast = false
      while (!isLast) {
        const rows = this.#frames.filter(({ kind }) => kind === FRAME_KIND.row)
        isLast = rows.length < this.#frames.length
        yield rows.map(({ body }) => rowOf(body))
        const next: IteratorResult<Uint8Array> = await this.#chunks.next()
        if (next.done === true) return
        this.#frames = frames(this.#reader.push(next.value))
      }
    } catch (error) {
      if (!isConnectionError(error)) throw error
    } finally {
      this.close()
    }
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** How far the writer is; nothing where none runs. */
export async function askWriter(recording: string): Promise<Hello | undefined> {
  const request = { want: 'blocks', fromSeq: Number.MAX_SAFE_INTEGER, follow: false } as const
  const client = await BlockClient.open(recording, request)
  client?.close()
  return client?.hello
}

/** Facts of all blocks from `fromSeq` on; nothing where some of them were sealed meanwhile. */
export async function liveIndex(
  recording: string,
  fromSeq: number,
): Promise<readonly BlockFacts[] | undefined> {
  const client = await BlockClient.open(recording, { want: 'index', fromSeq, follow: false })
  if (client === undefined || client.hello.firstSeq > fromSeq) {
    client?.close()
    return undefined
  }
  const facts: BlockFacts[] = []
  for await (const rows of client.batches()) {
    for (const row of rows) {
      const known = readIndexRow(row)
      if (known !== undefined) facts.push(known)
    }
  }
  return facts
}

function connected(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => resolve(socket))
    // No socket, or one that a killed writer left: nobody serves.
    socket.once('error', () => resolve(undefined))
  })
}

function frames(read: readonly Frame[] | undefined): readonly Frame[] {
  if (read !== undefined) return read
  throw new RecorderError('FORMAT_UNKNOWN', 'what serves the recording speaks another protocol')
}

const isConnectionError = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'syscall' in error
