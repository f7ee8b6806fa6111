/** A thread that runs trials as they come. The tapes are shared bytes; each thread reads its own from them. */
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import type { Settings } from '../pipeline/settings.ts'
import { CellPlan, type CellPlanBody } from './cell-plan.ts'
import { decodeTape, type Tape } from './tape.ts'
import { runTrial, type TrialResult } from './trial.ts'

/** What all trials of a sweep have in common. */
export interface WorkerData {
  readonly tapes: readonly SharedArrayBuffer[]
  readonly plan: CellPlanBody
  readonly fromSeq: number
  readonly audited: boolean
}

export interface WorkerJob {
  readonly trial: number
  readonly tapeIndex: number
  readonly settings: Settings
  readonly windowCount: number
}

export interface WorkerReply {
  readonly trial: number
  readonly result: TrialResult
}

const { tapes, plan, fromSeq, audited } = workerData as WorkerData
const cellPlan = new CellPlan(plan)
const decoded = new Map<number, Tape>()
const port = parentPort
assert(port !== null, 'this file is run as a worker thread')

port.on('message', ({ trial, tapeIndex, settings, windowCount }: WorkerJob) => {
  const job = { fromSeq, plan: cellPlan, audited, windowCount }
  const reply: WorkerReply = { trial, result: runTrial(tapeOf(tapeIndex), settings, job) }
  port.postMessage(reply)
})

function tapeOf(index: number): Tape {
  let tape = decoded.get(index)
  if (tape === undefined) {
    const shared = tapes[index]
    assert(shared !== undefined, `tape ${index} was shared`)
    // Texts can only be read from memory that nobody shares.
    tape = decodeTape(new Uint8Array(shared).slice())
    decoded.set(index, tape)
  }
  return tape
}
