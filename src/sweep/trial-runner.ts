/** Runs trials one after the other, in a thread of its own or in that of the sweep. */
import { assert } from '../base/assert.ts'
import type { Settings } from '../pipeline/settings.ts'
import { CellPlan, type CellPlanBody } from './cell-plan.ts'
import { decodeTape, type Tape } from './tape.ts'
import { runTrial, type TrialResult } from './trial.ts'

/** What all trials of a sweep have in common. */
export interface TrialContext {
  /** Shared bytes: each thread reads its own tapes from them. */
  readonly tapes: readonly SharedArrayBuffer[]
  readonly plan: CellPlanBody
  readonly fromSeq: number
  readonly audited: boolean
}

export interface TrialRequest {
  readonly trial: number
  readonly tapeIndex: number
  readonly settings: Settings
  readonly windowCount: number
}

export interface TrialReply {
  readonly trial: number
  readonly result: TrialResult
}

export function trialRunner({
  tapes,
  plan,
  fromSeq,
  audited,
}: TrialContext): (request: TrialRequest) => TrialReply {
  const cellPlan = new CellPlan(plan)
  const decoded = new Map<number, Tape>()
  const tapeOf = (index: number): Tape => {
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
  return ({ trial, tapeIndex, settings, windowCount }) => {
    const job = { fromSeq, plan: cellPlan, audited, windowCount }
    return { trial, result: runTrial(tapeOf(tapeIndex), settings, job) }
  }
}
