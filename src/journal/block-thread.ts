/**
 * A second thread that decompresses and checks blocks for a reader while the first one uses those
 * before (half of the time of a replay is theirs: performance.md §7), or compresses and checks them
 * for a sealing, a fifth of the time of a busy recorder. It makes no result another one. What it
 * cannot do, because it did not start, ended or failed, is done by whoever asked.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { BadBlock, StoredBlock } from './block-codec.ts'
import type { BlockReply, BlockRequest, BlockToEncode, EncodedBlock } from './block-worker.ts'
import type { Codec } from './codec.ts'
import { threadLoader } from './thread-loader.ts'

/** Blocks after which a thread is worth its start: some 30 ms of work, as long as that takes. */
const BLOCKS_BEFORE_START = 64

/** Nothing in the place of a block that whoever asked has to decode. */
export type DecodedBlocks = readonly (StoredBlock | BadBlock | undefined)[]

export class BlockThread {
  readonly #codec: Codec
  /** What waits for an answer, by request; told of nothing when there will be none. */
  readonly #pending = new Map<number, (reply: BlockReply | undefined) => void>()
  /** Who waits for the thread to be there. */
  readonly #starters: (() => void)[] = []
  #worker: Worker | undefined
  #state: 'idle' | 'starting' | 'ready' | 'ended' = 'idle'
  #blockCount = 0
  #nextId = 0

  constructor(codec: Codec) {
    this.#codec = codec
    if (availableParallelism() < 2) this.#state = 'ended'
  }

  /**
   * Decodes `values` on the thread, together, since each message wakes it up. Nothing while there is
   * no thread, which is the case at first.
   */
  decode(values: readonly Uint8Array[]): Promise<DecodedBlocks> | undefined {
    if (!this.#isReady(values.length)) return undefined
    const copies = values.map((value) => value.slice())
    const buffers = copies.map(({ buffer }) => buffer)
    return this.#ask((id) => ({ id, values: copies }), buffers).then(
      (reply) => reply?.results ?? [],
    )
  }

  /** Encodes a block on the thread, and decodes it again; nothing where there is none, or it fails. */
  async encode(toEncode: BlockToEncode): Promise<EncodedBlock | undefined> {
    if (!this.#isReady(1)) return undefined
    // A message takes the whole memory that a view lies in, which may have held a larger block before.
    const bytes = toEncode.block.bytes.slice()
    const copied = { ...toEncode, block: { ...toEncode.block, bytes } }
    const reply = await this.#ask((id) => ({ id, toEncode: copied }), [bytes.buffer])
    const [result] = reply?.results ?? []
    const value = reply?.value
    return value === undefined || result === undefined ? undefined : { value, result }
  }

  /** Starts the thread whatever was asked for so far; resolves once it is there, or never will be. */
  async start(): Promise<void> {
    if (this.#state === 'idle') this.#start()
    if (this.#state !== 'starting') return
    // Who waits for it must not be all that is left to do, or the process would end.
    this.#worker?.ref()
    await new Promise<void>((resolve) => this.#starters.push(resolve))
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#end()
    await worker?.terminate()
  }

  /** Counts what is asked for, and starts the thread when that is worth it. */
  #isReady(blockCount: number): boolean {
    if (this.#state === 'idle') {
      this.#blockCount += blockCount
      if (this.#blockCount >= BLOCKS_BEFORE_START) this.#start()
    }
    return this.#state === 'ready'
  }

  #ask(
    requestOf: (id: number) => BlockRequest,
    buffers: readonly ArrayBuffer[],
  ): Promise<BlockReply | undefined> {
    const worker = this.#worker
    if (worker === undefined) return Promise.resolve(undefined)
    const id = this.#nextId
    this.#nextId += 1
    const replied = new Promise<BlockReply | undefined>((resolve) => {
      this.#pending.set(id, resolve)
    })
    if (this.#pending.size === 1) worker.ref()
    worker.postMessage(requestOf(id), buffers)
    return replied
  }

  #start(): void {
    this.#state = 'starting'
    try {
      const worker = new Worker(new URL('./block-worker.ts', import.meta.url), {
        workerData: this.#codec.name,
        execArgv: [...threadLoader()],
        // Blocks are outside its heap: what is young there dies at once.
        resourceLimits: { maxYoungGenerationSizeMb: 2 },
      })
      // It keeps no process alive but while a block is waited for.
      worker.unref()
      worker.on('message', (message: BlockReply | string) => this.#onMessage(message))
      worker.on('error', () => this.#end())
      worker.on('messageerror', () => this.#end())
      worker.on('exit', () => this.#end())
      this.#worker = worker
    } catch {
      this.#end()
    }
  }

  #onMessage(message: BlockReply | string): void {
    if (typeof message === 'string') {
      if (this.#state === 'starting') this.#state = 'ready'
      this.#tellStarters()
      return
    }
    const resolve = this.#pending.get(message.id)
    this.#pending.delete(message.id)
    if (this.#pending.size === 0) this.#worker?.unref()
    resolve?.(message)
  }

  #tellStarters(): void {
    if (this.#pending.size === 0) this.#worker?.unref()
    for (const resolve of this.#starters.splice(0)) resolve()
  }

  /** No thread from here on: who waits for it has to do the work. */
  #end(): void {
    this.#state = 'ended'
    this.#worker = undefined
    this.#tellStarters()
    for (const resolve of this.#pending.values()) resolve(undefined)
    this.#pending.clear()
  }
}
