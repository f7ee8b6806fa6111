/**
 * A second thread that checks and decompresses blocks while the first one uses those before: half
 * of the time of a replay is theirs (performance.md §7). It makes no result another one. What it
 * cannot do, because it did not start, ended or failed, is done by whoever asked.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type BadBlock, decodeBlock, type StoredBlock } from './block-codec.ts'
import type { BlockReply, BlockRequest } from './block-worker.ts'
import type { Codec } from './codec.ts'

/** Blocks after which a thread is worth its start: some 30 ms of work, as long as that takes. */
const BLOCKS_BEFORE_START = 64

type Decoded = StoredBlock | BadBlock

interface Pending {
  readonly value: Uint8Array
  readonly resolve: (decoded: Decoded) => void
  readonly reject: (error: unknown) => void
}

export class BlockThread {
  readonly #codec: Codec
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #state: 'idle' | 'starting' | 'ready' | 'ended' = 'idle'
  #blockCount = 0
  #nextId = 0

  constructor(codec: Codec) {
    this.#codec = codec
    if (availableParallelism() < 2) this.#state = 'ended'
  }

  /** Decodes `value` on the thread; nothing while there is none, which is the case for short reads. */
  decode(value: Uint8Array): Promise<Decoded> | undefined {
    if (this.#state === 'idle') {
      this.#blockCount += 1
      if (this.#blockCount >= BLOCKS_BEFORE_START) this.#start()
    }
    const worker = this.#worker
    if (this.#state !== 'ready' || worker === undefined) return undefined
    const id = this.#nextId
    this.#nextId += 1
    const decoded = new Promise<Decoded>((resolve, reject) => {
      this.#pending.set(id, { value, resolve, reject })
    })
    // Who stops early does not hear of a block that fails.
    decoded.catch(() => undefined)
    if (this.#pending.size === 1) worker.ref()
    const request: BlockRequest = { id, value: value.slice() }
    worker.postMessage(request, [request.value.buffer as ArrayBuffer])
    return decoded
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#end()
    await worker?.terminate()
  }

  #start(): void {
    this.#state = 'starting'
    try {
      const worker = new Worker(new URL('./block-worker.ts', import.meta.url), {
        workerData: this.#codec.name,
        execArgv: ['--import', loaderUrl()],
      })
      // It keeps no process alive but while a block is waited for.
      worker.unref()
      worker.on('message', (message: BlockReply | string) => this.#onMessage(message))
      worker.on('error', () => this.#end())
      worker.on('exit', () => this.#end())
      this.#worker = worker
    } catch {
      this.#end()
    }
  }

  #onMessage(message: BlockReply | string): void {
    if (typeof message === 'string') {
      if (this.#state === 'starting') this.#state = 'ready'
      return
    }
    const pending = this.#pending.get(message.id)
    if (pending === undefined) return
    this.#pending.delete(message.id)
    if (this.#pending.size === 0) this.#worker?.unref()
    if (message.result === undefined) this.#decodeHere(pending)
    else pending.resolve(message.result)
  }

  /** No thread from here on; what it was asked for is done here. */
  #end(): void {
    this.#state = 'ended'
    this.#worker = undefined
    const left = [...this.#pending.values()]
    this.#pending.clear()
    for (const pending of left) this.#decodeHere(pending)
  }

  #decodeHere({ value, resolve, reject }: Pending): void {
    try {
      resolve(decodeBlock(value, this.#codec))
    } catch (error) {
      reject(error)
    }
  }
}

/** The program runs from its sources, and a thread does not inherit what loads them. */
function loaderUrl(): string {
  const api = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  return `data:text/javascript,import { register } from ${api}; register()`
}
