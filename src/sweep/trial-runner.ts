/** Runs trials one after the other, in a thread of its own or in that of the sweep. */
import { assert } from '../base/assert.ts'
import type { Settings } from '../pipeline/settings.ts'
import { CellPlan, type CellPlanBody } from './cell-plan.ts'
import { decodeTape, type Tape } from './tape.ts'
import { runTrials, type TrialResult } from './trial.ts'

/** What all trials of a sweep have in common. */
export interface TrialContext {
  /** Shared bytes: each thread reads its own tapes from them. */
  readonly tapes: readonly SharedArrayBuffer[]
  readonly plan: CellPlanBody
  readonly fromSeq: number
  readonly audited: boolean
}

/** Trials that are run together: of one tape, and of one group of engines. */
export interface TrialRequest {
  readonly trials: readonly TrialSettings[]
  readonly tapeIndex: number
  readonly windowCount: number
}

interface TrialSettings {
  readonly trial: number
  readonly settings: Settings
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
}: TrialContext): (request: TrialRequest) => readonly TrialReply[] {
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
  return ({ trials, tapeIndex, windowCount }) => {
    const job = { fromSeq, plan: cellPlan, audited, windowCount }
    const all = trials.map(({ settings }) => settings)
    const results = runTrials(tapeOf(tapeIndex), all, job)
    return trials.flatMap(({ trial }, place) => {
      const result = results[place]
      return result === undefined ? [] : [{ trial, result }]
    })
  }
}
