/**
 * How the scored minutes of a range are divided: into windows, which a walk-forward goes through one
 * after the other, and these into cells of at most two hours, which intervals draw. Only minutes that
 * the base settings score belong to a cell, so that every trial is graded on the same minutes.
 */
import { AUDIT_SETTINGS } from '../audits/audit-settings.ts'
import { RecorderError } from '../base/errors.ts'
import type { Settings } from '../pipeline/settings.ts'
import type { Tape } from './tape.ts'
import { runTape, type TapeLane } from './tape-run.ts'

export interface Window {
  /** Minutes since 1970; the last is left out. */
  readonly fromMinute: number
  readonly toMinute: number
}

export interface Cell extends Window {
  readonly windowIndex: number
}

/** Scored minutes of the base, ascending, by symbol. */
export type ScoredMinutes = Readonly<Record<string, readonly number[]>>

/** What a worker makes a {@link CellPlan} of. */
export interface CellPlanBody {
  readonly windows: readonly Window[]
  readonly cells: readonly Cell[]
  readonly scored: ScoredMinutes
}

/** As long as the blocks of an interval (`standard-profile.md` §4). */
const CELL_MINUTES = AUDIT_SETTINGS.blockMinutes.default
/** A window must be able to say something. */
const WINDOW_MINUTES_MIN = 30

/** What the base settings score of a tape, from `fromSeq` on. */
export function scoredMinutes(tape: Tape, settings: Settings, fromSeq: number): ScoredMinutes {
  const scored: Record<string, number[]> = {}
  for (const one of tape.symbols) {
    const minutes: number[] = []
    const lane: TapeLane = {
      settings,
      minute: ({ rated, seq }) => {
        if (rated?.scored === true && seq >= fromSeq) minutes.push(rated.minute)
      },
    }
    runTape(one, [lane])
    scored[one.symbol] = minutes
  }
  return scored
}

/** @throws {RecorderError} `RANGE_EMPTY` when there are too few minutes for so many windows. */
export function planCells(scored: ScoredMinutes, windowCount: number): CellPlanBody {
  const all = Object.values(scored).flatMap((minutes) => [minutes[0] ?? [], minutes.at(-1) ?? []])
  const ends = all.flat()
  const fromMinute = Math.min(...ends)
  const toMinute = Math.max(...ends) + 1
  const most = Math.max(0, ...Object.values(scored).map((minutes) => minutes.length))
  if (most < windowCount * WINDOW_MINUTES_MIN) {
    throw new RecorderError(
      'RANGE_EMPTY',
      `${most} minutes of the range are scored, and ${windowCount} windows want ${windowCount * WINDOW_MINUTES_MIN}: the first 240 minutes of a recording and 5 after each hole are not scored. Take a longer range or fewer --windows, or shorten the warm-up with --set calibrator.coldMinutes=N (standard)`,
    )
  }
  const windows = Array.from({ length: windowCount }, (_, index) => ({
    fromMinute: boundOf(fromMinute, toMinute, index / windowCount),
    toMinute: boundOf(fromMinute, toMinute, (index + 1) / windowCount),
  }))
  return { windows, cells: windows.flatMap(cellsOfWindow), scored }
}

const boundOf = (from: number, to: number, share: number): number =>
  from + Math.round((to - from) * share)

function cellsOfWindow({ fromMinute, toMinute }: Window, windowIndex: number): Cell[] {
  const count = Math.max(1, Math.round((toMinute - fromMinute) / CELL_MINUTES))
  return Array.from({ length: count }, (_, index) => ({
    windowIndex,
    fromMinute: boundOf(fromMinute, toMinute, index / count),
    toMinute: boundOf(fromMinute, toMinute, (index + 1) / count),
  }))
}

export class CellPlan {
  readonly windows: readonly Window[]
  readonly cells: readonly Cell[]
  readonly #places = new Map<string, { readonly first: number; readonly cells: Int32Array }>()

  constructor({ windows, cells, scored }: CellPlanBody) {
    this.windows = windows
    this.cells = cells
    for (const [symbol, minutes] of Object.entries(scored)) {
      const first = minutes[0] ?? 0
      const places = new Int32Array((minutes.at(-1) ?? first - 1) - first + 1).fill(-1)
      let cell = 0
      for (const minute of minutes) {
        while (minute >= (cells[cell]?.toMinute ?? Number.POSITIVE_INFINITY)) cell += 1
        places[minute - first] = cell
      }
      this.#places.set(symbol, { first, cells: places })
    }
  }

  /** The place of the cell of a minute; -1 for one that is not scored. */
  cellsOf(symbol: string): (minute: number) => number {
    const places = this.#places.get(symbol)
    if (places === undefined) return () => -1
    const { first, cells } = places
    return (minute) => cells[minute - first] ?? -1
  }
}
