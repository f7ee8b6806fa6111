/**
 * Serves the blocks that are not sealed yet to readers on this machine, then each block as it
 * becomes durable. Rows are read when the reader has taken the ones before: a slow reader holds
 * nothing but its own place, and one that does not read at all is dropped.
 */
import { chmod, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { RecorderError } from '../base/errors.ts'
import {
  type BlockRequest,
  encodeFrame,
  FRAME_KIND,
  type Hello,
  socketPath,
} from './block-frames.ts'
import type { HotSegment } from './hot-segment.ts'
import { indexRow, type Row } from './keys.ts'
import { blockIndexOf } from './segment-source.ts'

/** How long a reader may take nothing while something waits for it. */
const STALL_MS_MAX = 30_000
const REQUEST_CHARS_MAX = 1_000

export interface HotBlocks {
  /** One past the last durable sequence. */
  readonly durableSeq: number
  /** Segments that are not sealed, in order. */
  readonly hots: readonly HotSegment[]
}

export class BlockServer {
  readonly #recording: string
  readonly #blocks: HotBlocks
  readonly #sessions = new Set<Session>()
  #server: Server | undefined

  constructor(recording: string, blocks: HotBlocks) {
    this.#recording = recording
    this.#blocks = blocks
  }

  /** Only who holds the lock of the recording may call it: a socket that is there is a leftover. */
  async listen(): Promise<void> {
    const path = await socketPath(this.#recording)
    await rm(path, { force: true })
    const server = createServer((socket) => this.#accept(socket))
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(path, () => {
          server.off('error', reject)
          resolve()
        })
      })
      await chmod(path, 0o600)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'unknown'
      throw new RecorderError('JOURNAL_WRITE_FAILED', `${path} cannot be listened on: ${reason}`, {
        cause,
      })
    }
    this.#server = server
  }

  /** Something became durable. */
  announce(): void {
    for (const session of this.#sessions) session.wake()
  }

  /** A segment is about to be closed: who reads it goes on in its sealed form. */
  drop(segment: HotSegment): void {
    for (const session of this.#sessions) session.drop(segment)
  }

  async close(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const session of this.#sessions) session.end()
    })
  }

  #accept(socket: Socket): void {
    const session = new Session(socket, this.#blocks, () => this.#sessions.delete(session))
    this.#sessions.add(session)
  }
}

class Session {
  readonly #socket: Socket
  readonly #blocks: HotBlocks
  #text = ''
  #started: boolean = false
  /** Segment whose rows are being read. */
  #reading: HotSegment | undefined
  #moved: boolean = false
  #wake: () => void = () => {}

  constructor(socket: Socket, blocks: HotBlocks, onClose: () => void) {
    this.#socket = socket
    this.#blocks = blocks
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => this.#receive(text))
    // A reader that goes away ends its session and nothing else.
    socket.on('error', () => socket.destroy())
    socket.on('timeout', () => socket.destroy())
    socket.on('drain', () => this.wake())
    socket.on('close', () => {
      onClose()
      this.wake()
    })
  }

  wake(): void {
    this.#wake()
  }

  drop(segment: HotSegment): void {
    if (this.#reading === segment) this.#moved = true
    this.wake()
  }

  /** The writer ends: what follows, if anything, is in sealed segments. */
  end(): void {
    if (this.#socket.destroyed) return
    const waits = this.#socket.writableLength > 0
    this.#socket.end(encodeFrame(FRAME_KIND.moved))
    // Nobody waits for a reader that does not take what it was sent.
    if (waits) this.#socket.destroy()
  }

  #receive(text: string): void {
    if (this.#started) return
    this.#text += text
    const request = this.#text.includes('\n') ? parseRequest(this.#text) : undefined
    if (request === undefined) {
      if (this.#text.length > REQUEST_CHARS_MAX || this.#text.includes('\n')) this.#socket.destroy()
      return
    }
    this.#started = true
    this.#serve(request).catch((error: unknown) => this.#fail(error))
  }

  /** A segment that was closed under the reader is sealed now; all else is a failure of the disk. */
  #fail(error: unknown): void {
    if (this.#moved) this.end()
    else this.#socket.destroy(error instanceof Error ? error : undefined)
  }

  async #serve({ want, fromSeq, follow }: BlockRequest): Promise<void> {
    const { durableSeq, hots } = this.#blocks
    const hello: Hello = { firstSeq: hots[0]?.firstSeq ?? durableSeq, durableSeq }
    await this.#send(encodeFrame(FRAME_KIND.hello, Buffer.from(JSON.stringify(hello))))
    let seq = fromSeq
    while (!this.#socket.destroyed) {
      if (seq >= this.#blocks.durableSeq) {
        if (!follow) break
        await this.#pause()
        continue
      }
      const place = seq
      const segment = this.#blocks.hots.find((hot) => hot.firstSeq <= place && place < hot.endSeq)
      if (segment === undefined) {
        this.end()
        return
      }
      this.#reading = segment
      seq =
        want === 'index' ? await this.#sendIndex(segment, seq) : await this.#sendRows(segment, seq)
      this.#reading = undefined
      if (this.#moved) {
        this.end()
        return
      }
    }
    this.#socket.end(encodeFrame(FRAME_KIND.end))
  }

  async #sendRows(segment: HotSegment, fromSeq: number): Promise<number> {
    const endSeq = segment.endSeq
    const start = segment.index[blockIndexOf(segment.index, fromSeq)]
    if (start === undefined) return endSeq
    for await (const rows of segment.store.blockRows(start)) {
      for (const { key, value } of rows) {
        if (this.#moved || this.#socket.destroyed) return endSeq
        await this.#send(encodeFrame(FRAME_KIND.row, key, value))
      }
    }
    return endSeq
  }

  async #sendIndex(segment: HotSegment, fromSeq: number): Promise<number> {
    const { index, endSeq } = segment
    const rows: Row[] = index.slice(blockIndexOf(index, fromSeq)).map(indexRow)
    const frames = rows.map(({ key, value }) => encodeFrame(FRAME_KIND.row, key, value))
    await this.#send(Buffer.concat(frames))
    return endSeq
  }

  async #send(bytes: Uint8Array): Promise<void> {
    if (this.#socket.destroyed || this.#socket.write(bytes)) return
    this.#socket.setTimeout(STALL_MS_MAX)
    while (this.#socket.writableNeedDrain && !this.#socket.destroyed) await this.#pause()
    this.#socket.setTimeout(0)
  }

  /** Until something became durable, the reader took what it was sent, or it went away. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

function parseRequest(text: string): BlockRequest | undefined {
  try {
    const { want, fromSeq, follow } = JSON.parse(text) as Record<string, unknown>
    if (want !== 'blocks' && want !== 'index') return undefined
    if (typeof fromSeq !== 'number' || !(fromSeq >= 0)) return undefined
    return { want, fromSeq, follow: follow === true }
  } catch {
    // Whoever speaks something else is not a reader of ours: the caller hangs up.
    return undefined
  }
}
