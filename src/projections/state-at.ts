/** The state at one moment: all that bodies are made of, live and past. */
import type { Market } from '../engines/market.ts'
import type { Documents, SymbolEngines } from '../engines/symbol/symbol-engines.ts'
import type { DashboardView } from './dashboard-view.ts'
import type { Mark, RecordingPast, SymbolPast } from './past.ts'

/** Good until the state moves on: whoever is given it makes what it needs at once. */
export interface StateAt {
  readonly recording: string
  readonly mode: 'live' | 'replay'
  /** Entries in the state. */
  readonly seq: number
  /**
   * The latest engine clock: the clock of every age in a body, since what is aged is stamped by it.
   * Receive time before there is one. Unit: ms since 1970.
   */
  readonly clockMs: number
  /** Receive time of the last entry, which staleness is judged by. Unit: ms since 1970. */
  readonly recvMs: number
  readonly mark: Mark | undefined
  /** By the venue's name, in the order in which they came. */
  readonly symbols: ReadonlyMap<string, SymbolAt>
  readonly past: RecordingPast
  readonly faultCount: number
}

export interface SymbolAt {
  /** The venue's name. */
  readonly symbol: string
  readonly market: Market
  /** Nothing before the first price of a contract whose step it has to say. */
  readonly engines: SymbolEngines | undefined
  /** Snapshots of the last minute close with a price. */
  readonly documents: Documents | undefined
  readonly past: SymbolPast
  /** Engine clock; `NaN` before the first entry. Unit: ms since 1970. */
  readonly engineClockMs: number
  readonly openMinute: number
  readonly gapsInMinute: number
  readonly gapCount: number
  readonly minuteCount: number
  /** What the terminal shows of it. */
  readonly dashboard: () => DashboardView
}

/** One symbol of a state, with all that bodies of one symbol are made of. */
export interface Shown {
  readonly state: StateAt
  readonly at: SymbolAt
  /** Give the reference's numbers where ours put a quirk right. */
  readonly asReference: boolean
}

/** Unit: s since 1970. */
export const clockS = ({ clockMs }: StateAt): number => clockMs / 1000
