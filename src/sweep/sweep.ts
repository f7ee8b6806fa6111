/**
 * Many settings over one range: the recording is reduced to a tape once, every trial runs only the
 * engines behind it, and what each gave is in the trial journal before it counts.
 */
import { createHash } from 'node:crypto'
import { assert } from '../base/assert.ts'
import { RecorderError } from '../base/errors.ts'
import { flatSettings, type Settings } from '../pipeline/settings.ts'
import { STATE_VERSION } from '../replay/digests.ts'
import type { Recording, SeqRange } from '../replay/recording.ts'
import { CellPlan, type CellPlanBody, planCells, scoredMinutes } from './cell-plan.ts'
import { cellSumsOf } from './cell-sums.ts'
import type { Contest, Standing } from './contest.ts'
import { OBJECTIVES, type ObjectiveName } from './objective.ts'
import { requestsOf } from './requests.ts'
import { Rungs } from './rungs.ts'
import { tracedSettings } from './settings-read.ts'
import { makeTable, type SweepTable } from './table.ts'
import { encodeTape, type Tape } from './tape.ts'
import { prepareTape, type TapeProgress, type TapeSource } from './tape-store.ts'
import type { TrialResult } from './trial.ts'
import { readTrials, TrialJournal, type TrialLine } from './trial-journal.ts'
import { axesOf, type Base, type Space, type Trial, trialsOf, unreadNames } from './trials.ts'
import { WorkerPool } from './worker-pool.ts'

export interface SweepOptions {
  readonly base: Base
  readonly space: Space
  readonly range: SeqRange
  readonly objective: ObjectiveName
  readonly windowCount: number
  readonly halving: boolean
  readonly workers: number
  /** Where trials are written as they get done. */
  readonly journalPath: string
  readonly resume: boolean
  /** Entries while the tape is made, then trials. */
  readonly onProgress?:
    | ((what: 'entries' | 'trials', done: number, total: number) => void)
    | undefined
  readonly onRemark?: ((text: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface SweepOutcome {
  readonly table: SweepTable
  readonly plan: CellPlan
  /** Runs that this sweep made itself, and those that it found done. */
  readonly runCount: number
  readonly resumedCount: number
  readonly tapeWasKept: boolean
}

/**
 * @throws {RecorderError} `USAGE`, `SETTING_INVALID`, `RANGE_EMPTY`, `INTERRUPTED`, `JOURNAL_WRITE_FAILED`
 */
export async function sweep(recording: Recording, options: SweepOptions): Promise<SweepOutcome> {
  const { base, range } = options
  const objective = OBJECTIVES[options.objective]
  const recordingDigest = await recording.reader.digest()
  const source: TapeSource = { recording, recordingDigest, toSeq: range.toSeq }
  const prepared = await tapeOf(source, base.settings, options)
  const { tape } = prepared
  const traced = tracedSettings(base.settings)
  const scored = scoredMinutes(tape, traced.settings, range.fromSeq)
  const body = planCells(scored, options.windowCount)
  const space = { ...options.space, axes: axesOf(base, options.space, traced.read) }
  const trials = trialsOf(base, space, { tape, read: traced.read })
  const tapes = await tapesOf(source, tape, trials, options)
  const head = {
    format: 1,
    plan: planDigest(recordingDigest, options, body, trials),
    trialCount: trials.length,
  } as const
  const saved = await savedLines(options, head.plan, trials.length)
  const journal = await TrialJournal.create<TrialResult>(options.journalPath, head, saved)
  const pool = new WorkerPool(options.workers, {
    tapes: [...tapes.values()].map(sharedBytes),
    plan: body,
    fromSeq: range.fromSeq,
    audited: objective.audited,
  })
  const plan = new CellPlan(body)
  const rungs = new Rungs({ trials, plan, objective, halving: options.halving, saved })
  try {
    const tapeKeys = [...tapes.keys()]
    await rungs.run(
      (jobs, take) =>
        pool.run(
          requestsOf(jobs, { tapeKeys, workers: options.workers }),
          async (lines) => {
            for (const line of await journal.append(lines)) take(line)
          },
          options.signal,
        ),
      (done, total) => options.onProgress?.('trials', done, total),
    )
  } finally {
    await pool.close()
    await journal.close()
  }
  const contest = contestOf(trials, rungs, plan, options)
  proveTape(tape, contest.standings[0], base)
  return {
    table: makeTable(contest, {
      recording: recording.name,
      recordingDigest,
      range,
      base,
      space,
      halving: options.halving,
      trials,
      unread: unreadNames(trials, traced.read),
      entryCount: tape.entryCount,
      gapCount: tape.gapCount,
    }),
    plan,
    runCount: rungs.runCount,
    resumedCount: rungs.resumedCount,
    tapeWasKept: prepared.wasKept,
  }
}

async function tapeOf(source: TapeSource, settings: Settings, options: SweepOptions) {
  const progress: TapeProgress = {
    onProgress: (seq) => options.onProgress?.('entries', seq, source.toSeq),
    onRemark: options.onRemark,
    signal: options.signal,
  }
  const prepared = await prepareTape(source, settings, progress)
  if (prepared !== undefined) return prepared
  throw new RecorderError('INTERRUPTED', 'the sweep was stopped before its first trial')
}

/** One for each value of what changes a tape, that of the base first. */
async function tapesOf(
  source: TapeSource,
  baseTape: Tape,
  trials: readonly Trial[],
  options: SweepOptions,
): Promise<ReadonlyMap<string, Tape>> {
  const tapes = new Map<string, Tape>()
  for (const { tapeKey, settings } of trials) {
    if (tapes.has(tapeKey)) continue
    const isBase = tapes.size === 0
    tapes.set(tapeKey, isBase ? baseTape : (await tapeOf(source, settings, options)).tape)
  }
  return tapes
}

function sharedBytes(tape: Tape): SharedArrayBuffer {
  const bytes = encodeTape(tape)
  const shared = new SharedArrayBuffer(bytes.length)
  new Uint8Array(shared).set(bytes)
  return shared
}

/** All that decides the results of the trials. */
function planDigest(
  recordingDigest: string,
  { base, range, objective, halving }: SweepOptions,
  { windows }: CellPlanBody,
  trials: readonly Trial[],
): string {
  const all = {
    version: STATE_VERSION,
    recordingDigest,
    range,
    objective,
    halving,
    windows,
    base: flatSettings(base.settings),
    trials: trials.map(({ overrides }) => overrides),
  }
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 32)
}

async function savedLines(
  { journalPath, resume }: SweepOptions,
  plan: string,
  trialCount: number,
): Promise<readonly TrialLine<TrialResult>[]> {
  const saved = await readTrials<TrialResult>(journalPath)
  if (saved === undefined) return []
  const isSame = saved.head.plan === plan
  if (resume && isSame) return saved.lines
  if (resume) {
    throw new RecorderError(
      'USAGE',
      `${journalPath} is of another sweep: its recording, range, settings, windows or objective differ; choose another --out, or leave out --resume`,
    )
  }
  const trialsDone = new Set(saved.lines.map(({ trial }) => trial)).size
  if (isSame && trialsDone > 0 && trialsDone < trialCount) {
    throw new RecorderError(
      'USAGE',
      `${journalPath} holds ${trialsDone} of ${trialCount} trials of this very sweep: pass --resume to go on, or choose another --out`,
    )
  }
  return []
}

function contestOf(
  trials: readonly Trial[],
  rungs: Rungs,
  plan: CellPlan,
  { objective, space }: SweepOptions,
): Contest {
  const sums = new Map<TrialResult, Standing['sums']>()
  const standingOf = ({ trial, overrides, sameAs }: Trial): Standing => {
    const result = rungs.resultOf(sameAs ?? trial)
    const known = sums.get(result) ?? cellSumsOf(result)
    sums.set(result, known)
    return { candidate: { trial, overrides }, result, sums: known }
  }
  const [base, ...others] = trials
  assert(base !== undefined, 'the base is a trial')
  const standings = [standingOf(base), ...others.map(standingOf)] as const
  return { objective: OBJECTIVES[objective], plan, standings: [...standings], seed: space.seed }
}

/** The base on its tape must end in the state that the pipeline ended in, if this base made the tape. */
function proveTape(tape: Tape, { result }: Standing, { settings }: Base): void {
  if (JSON.stringify(tape.settings) !== JSON.stringify(flatSettings(settings))) return
  for (const { symbol, lastDigest } of tape.symbols) {
    const digest = result.symbols[symbol]?.digest
    assert(digest === lastDigest, `${symbol}: the tape ends in ${lastDigest}, was ${digest}`)
  }
}
