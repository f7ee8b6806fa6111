/** The port between the API and whoever holds the state: a capture, or a recording that is served. */
import type { CaptureFigure } from '../model/capture-figure.ts'
import type { StateAt } from './state-at.ts'
import type { StatusView } from './views.ts'

/** Where a moment lies in the journal, or the range of moments that there are. */
export type Located = { readonly seq: number } | Extent

/** Exchange times of the first and the newest entry, and one past the last sequence. */
export interface Extent {
  readonly fromMs: number
  readonly toMs: number
  readonly endSeq: number
}

export interface StateSource {
  status(): StatusView
  /** The newest state. It shares everything with the engines: use it at once. */
  current(): StateAt
  /** Clock of the answers: live the wall clock, over a recording its last entry. Unit: ms. */
  nowMs(): number
  /**
   * Reads a moment as `--from` takes it.
   * @throws {RecorderError} `USAGE` for what is no moment.
   */
  locate(moment: string): Promise<Located>
  extent(): Promise<Extent>
  /** Gives `use` the state that holds the entries before `seq`. One at a time. */
  withState<T>(seq: number, use: (state: StateAt) => T): Promise<T>
  /** How many wait for a state of the past. */
  waitingCount(): number
  /** Nothing over a recording. */
  captureFigures?(): readonly CaptureFigure[]
  /** Calls `changed` after entries were handled, until what it returns is called. */
  subscribe(changed: () => void): () => void
}
