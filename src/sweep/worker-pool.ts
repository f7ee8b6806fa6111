/** Threads that run the trials of a sweep. Who runs which makes no difference: no trial knows of another. */
import { setImmediate as yieldToEvents } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { RecorderError } from '../base/errors.ts'
import { threadLoader } from '../journal/thread-loader.ts'
import {
  type TrialContext,
  type TrialReply,
  type TrialRequest,
  trialRunner,
} from './trial-runner.ts'

/** Runs trials together; nothing when it was told to stop. */
type Lane = (
  request: TrialRequest,
  stopped: AbortSignal,
) => Promise<readonly TrialReply[] | undefined>

export class WorkerPool {
  readonly #workers: readonly Worker[]
  readonly #lanes: readonly Lane[]

  /** A single one needs no thread, and what a thread costs to start. */
  constructor(count: number, context: TrialContext) {
    this.#workers = Array.from(
      { length: count === 1 ? 0 : count },
      () =>
        new Worker(new URL('./sweep-worker.ts', import.meta.url), {
          workerData: context,
          execArgv: [...threadLoader()],
        }),
    )
    this.#lanes = count === 1 ? [laneHere(context)] : this.#workers.map(laneOf)
  }

  /**
   * Runs all jobs; `onReplies` is waited for before the run counts as done.
   * @throws {RecorderError} `INTERRUPTED` when `signal` says to stop.
   */
  async run(
    jobs: readonly TrialRequest[],
    onReplies: (replies: readonly TrialReply[]) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const queue = [...jobs].reverse()
    const stop = new AbortController()
    const signals = [stop.signal, ...(signal === undefined ? [] : [signal])]
    const stopped = AbortSignal.any(signals)
    const lanes = this.#lanes.map(async (runOne) => {
      try {
        for (let job = queue.pop(); job !== undefined && !stopped.aborted; job = queue.pop()) {
          const replies = await runOne(job, stopped)
          if (replies === undefined) return
          await onReplies(replies)
        }
      } catch (error) {
        // The others would only delay what has to be said.
        stop.abort()
        throw error
      }
    })
    const results = await Promise.allSettled(lanes)
    for (const result of results) if (result.status === 'rejected') throw result.reason
    if (signal?.aborted === true) {
      throw new RecorderError('INTERRUPTED', 'the sweep was stopped; --resume goes on from here')
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}

/** In this thread, which between jobs hears of signals. */
function laneHere(context: TrialContext): Lane {
  const run = trialRunner(context)
  return async (request, stopped) => {
    await yieldToEvents()
    return stopped.aborted ? undefined : run(request)
  }
}

const laneOf =
  (worker: Worker): Lane =>
  (request, stopped) =>
    replyOf(worker, request, stopped)

function replyOf(
  worker: Worker,
  job: TrialRequest,
  stopped: AbortSignal,
): Promise<readonly TrialReply[] | undefined> {
  return new Promise((resolve, reject) => {
    const finish = (end: () => void) => {
      worker.off('message', onMessage)
      worker.off('error', onError)
      worker.off('exit', onExit)
      stopped.removeEventListener('abort', onAbort)
      end()
    }
    const onMessage = (reply: readonly TrialReply[]) => finish(() => resolve(reply))
    const onError = (error: unknown) => finish(() => reject(error))
    const onExit = (code: number) =>
      finish(() =>
        reject(
          new Error(
            `a worker ended with ${code} during trials ${job.trials.map(({ trial }) => trial).join(', ')}`,
          ),
        ),
      )
    const onAbort = () => finish(() => resolve(undefined))
    worker.on('message', onMessage)
    worker.on('error', onError)
    worker.on('exit', onExit)
    stopped.addEventListener('abort', onAbort)
    worker.postMessage(job)
  })
}
