/** Trials: settings on the tape of each symbol, and the sums that every score is made of. */
import { CanonicalWriter, type Plain } from '../base/canonical.ts'
import {
  addRated,
  createHazard,
  type HazardScore,
  type HazardSums,
  hazardScore,
} from '../engines/calibration/hazard.ts'
import { enginesDigest, type SymbolEngines } from '../engines/symbol/symbol-engines.ts'
import type { Settings } from '../pipeline/settings.ts'
import { digestOfBytes } from '../replay/checkpoint-store.ts'
import type { CellPlan } from './cell-plan.ts'
import type { SymbolTape, Tape } from './tape.ts'
import {
  COLUMNS,
  type RatedItem,
  runTape,
  type TapeLane,
  type TapeLiquidation,
} from './tape-run.ts'
import { AUDIT_COLUMNS, TrialAudit } from './trial-audit.ts'

export interface TrialJob {
  /** Minutes closed before it only warm up. */
  readonly fromSeq: number
  readonly plan: CellPlan
  /** Also hits, misses and skill, which cost several times as much. */
  readonly audited: boolean
  /** How many windows to run; state digests are made of all of them. */
  readonly windowCount: number
}

/** As the trial journal holds it: plain JSON. */
export interface TrialResult {
  readonly windowCount: number
  readonly symbols: Readonly<Record<string, SymbolResult>>
}

export interface SymbolResult {
  /** Over the range; what cannot be said is `null`. */
  readonly hazard: ScoreBody
  /** Of the last minute, as `replay` prints it; nothing for a part of the windows. */
  readonly digest: string | null
  /** Cell by cell, in the order of {@link ALL_COLUMNS}; shorter when nothing was audited. */
  readonly cells: readonly (readonly number[])[]
  /** Distances to the nearest zone, cell by cell. Share of price. */
  readonly misses: readonly (readonly number[])[]
}

export interface ScoreBody {
  readonly events: number
  readonly minutes: number
  readonly gain: number | null
  readonly notionalGain: number | null
  readonly predictedOverObserved: number | null
}

export const ALL_COLUMNS = [...COLUMNS, ...AUDIT_COLUMNS] as const

export type ColumnName = (typeof ALL_COLUMNS)[number]

/** `all`: of one group (`engine-group.ts`). Results by place. */
export function runTrials(
  tape: Tape,
  all: readonly Settings[],
  job: TrialJob,
): readonly TrialResult[] {
  const symbols = all.map((): Record<string, SymbolResult> => ({}))
  for (const one of tape.symbols) {
    for (const [place, result] of runSymbol(one, all, job).entries()) {
      Object.assign(symbols[place] ?? {}, { [one.symbol]: result })
    }
  }
  return symbols.map((results) => ({ windowCount: job.windowCount, symbols: results }))
}

function runSymbol(
  tape: SymbolTape,
  all: readonly Settings[],
  job: TrialJob,
): readonly SymbolResult[] {
  const { plan, windowCount } = job
  const isWhole = windowCount === plan.windows.length
  const toMinute = isWhole ? undefined : plan.windows[windowCount - 1]?.toMinute
  const lanes = all.map((settings) => new TrialLane(tape, settings, job))
  runTape(tape, lanes, toMinute)
  return lanes.map((lane) => lane.result())
}

/** What is added up while one trial runs on one tape. */
class TrialLane implements TapeLane {
  readonly settings: Settings
  readonly #tape: SymbolTape
  readonly #job: TrialJob
  readonly #cellOf: (minute: number) => number
  readonly #total = createHazard()
  readonly #cells: readonly HazardSums[]
  readonly #audit: TrialAudit | undefined
  #digest: string | null = null

  constructor(tape: SymbolTape, settings: Settings, job: TrialJob) {
    const { plan, fromSeq, audited } = job
    this.settings = settings
    this.#tape = tape
    this.#job = job
    this.#cellOf = plan.cellsOf(tape.symbol)
    this.#cells = Array.from({ length: plan.cells.length }, createHazard)
    this.#audit = audited ? new TrialAudit(tape, fromSeq) : undefined
  }

  liquidation(item: TapeLiquidation): void {
    this.#audit?.takeLiquidation(item)
  }

  minute(item: RatedItem, engines: SymbolEngines): void {
    this.#audit?.takeMinute(item, engines)
    const { rated, seq } = item
    if (rated === undefined || seq < this.#job.fromSeq) return
    addRated(this.#total, rated)
    const cell = this.#cells[this.#cellOf(rated.minute)]
    if (cell !== undefined) addRated(cell, rated)
  }

  ended(engines: SymbolEngines): void {
    const { plan, windowCount } = this.#job
    if (windowCount === plan.windows.length) this.#digest = lastDigestOf(this.#tape, engines)
  }

  result(): SymbolResult {
    const audits = this.#audit?.cells(this.#cellOf, this.#cells.length)
    return {
      hazard: scoreBodyOf(hazardScore(this.#total)),
      digest: this.#digest,
      cells: this.#cells.map((sums, place) => [
        ...COLUMNS.map((name) => sums[name]),
        ...(audits?.sums[place] ?? []),
      ]),
      misses: audits?.misses ?? [],
    }
  }
}

const writer = new CanonicalWriter()

/** What a replay with these settings would print for the last minute of the tape. */
function lastDigestOf({ lastState }: SymbolTape, engines: SymbolEngines): string {
  const state = { ...(lastState as Record<string, Plain>), heat: enginesDigest(engines) }
  return digestOfBytes(writer.encode(state))
}

export const scoreBodyOf = (score: HazardScore): ScoreBody => ({
  events: score.events,
  minutes: score.minutes,
  gain: score.gain ?? null,
  notionalGain: score.notionalGain ?? null,
  predictedOverObserved: score.predictedOverObserved ?? null,
})
