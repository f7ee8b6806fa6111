/**
 * Makes columns that are missing on a second thread, the last segment first: a replay that reads from
 * the start meets them on its way.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { threadLoader } from '../journal/thread-loader.ts'
import type { BuildReply, BuildRequest } from './build-worker.ts'
import type { ColumnSegment } from './column-cache.ts'

export interface BuilderOptions {
  readonly recording: string
  /** Told why columns could not be made. */
  readonly onRemark: (text: string) => void
}

export class ColumnBuilder {
  readonly #options: BuilderOptions
  readonly #waiting: ColumnSegment[] = []
  #worker: Worker | undefined
  /** The segment in hand, and who waits for it. */
  #current: { readonly done: Promise<void>; readonly resolve: () => void } | undefined
  #hasFailed = false

  constructor(options: BuilderOptions) {
    this.#options = options
  }

  add(segments: readonly ColumnSegment[]): void {
    this.#waiting.push(...segments)
    this.#next()
  }

  /** Waits until all are made. */
  async finish(): Promise<void> {
    while (this.#current !== undefined) await this.#current.done
  }

  /** Ends the thread: after the segment in hand, or, once `signal` says so, at once. */
  async close(signal?: AbortSignal): Promise<void> {
    this.#waiting.length = 0
    const stop = (): void => {
      this.#hasFailed = true
      this.#send('stop')
    }
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop)
    await this.finish()
    signal?.removeEventListener('abort', stop)
    const worker = this.#worker
    if (worker === undefined) return
    const ended = once(worker, 'exit')
    this.#send('end')
    await ended
  }

  #send(request: BuildRequest): void {
    this.#worker?.postMessage(request)
  }

  #next(): void {
    const segment = this.#current === undefined ? this.#waiting.pop() : undefined
    if (segment === undefined || this.#hasFailed) return
    const { promise: done, resolve } = newPromise()
    this.#current = { done, resolve }
    this.#worker ??= this.#start()
    this.#send(segment)
  }

  #start(): Worker {
    const worker = new Worker(new URL('./build-worker.ts', import.meta.url), {
      workerData: this.#options.recording,
      execArgv: [...threadLoader()],
    })
    worker.on('message', ({ problem }: BuildReply) => this.#finish(problem))
    worker.on('error', (error) => this.#finish(error.message))
    worker.on('exit', () => {
      this.#worker = undefined
      if (this.#current !== undefined) this.#finish('its thread ended')
    })
    return worker
  }

  /** One failure is enough: what stops one segment, as a full disk, stops the next. */
  #finish(problem: string | undefined): void {
    if (problem !== undefined && !this.#hasFailed) {
      this.#hasFailed = true
      this.#options.onRemark(`no columns are kept for the next replay: ${problem}`)
    }
    const current = this.#current
    this.#current = undefined
    current?.resolve()
    this.#next()
  }
}

function newPromise(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
