/** The connections that bring the same streams: one, or two of which the first frame counts. */
import type { Link } from './link.ts'
import type { PlannedConnection } from './plan.ts'
import type { Moment } from './session-state.ts'
import { createStreamTable, passOver, type StreamTable } from './stream-table.ts'

/** A stretch in which frames may be missing. Unit: ms. Clock: monotonic, which never steps. */
export interface DeafStretch {
  readonly fromMonoMs: number
  readonly toMonoMs: number
}

/** The same as a gap tells it. Unit: ms since 1970. Clock: wall. */
export interface Blind {
  readonly fromTimeMs: number
  readonly toTimeMs: number
}

/** `hole` by the wall clock of `now`, whatever that clock showed at the time. */
export const wallTimesOf = (
  { fromMonoMs, toMonoMs }: DeafStretch,
  { monoMs, wallMs }: Moment,
): Blind => ({
  fromTimeMs: wallMs - monoMs + fromMonoMs,
  toTimeMs: wallMs - monoMs + toMonoMs,
})

export class LinkGroup {
  readonly planned: PlannedConnection
  readonly table: StreamTable
  readonly links: Link[] = []
  /** Up to here a gap was said for all connections of the group. Unit: ms. Clock: monotonic. */
  #saidUntilMs = Number.NEGATIVE_INFINITY

  #pausedMonoUs = 0

  constructor(venue: string, planned: PlannedConnection) {
    this.planned = planned
    this.table = createStreamTable(venue, planned.streams)
  }

  /** Connections for one contract name it in their gaps; for several, the gap is everybody's. */
  get symbol(): string {
    const named = this.planned.streams.map(({ symbol }) => symbol).filter((symbol) => symbol !== '')
    const [only = '', ...more] = new Set(named)
    return more.length === 0 ? only : ''
  }

  get isUp(): boolean {
    return this.links.some(({ isUp }) => isUp)
  }

  get isPaused(): boolean {
    return this.links.some(({ isPaused }) => isPaused)
  }

  /** Stops reading. */
  pause(monoUs: number): void {
    this.#pausedMonoUs = monoUs
    for (const link of this.links) link.pause()
  }

  resume(monoUs: number): void {
    passOver(this.table, this.#pausedMonoUs, monoUs)
    for (const link of this.links) link.resume()
  }

  othersDeliver(link: Link): boolean {
    return this.links.some((other) => other !== link && !Number.isNaN(other.delivery.sinceMs))
  }

  /**
   * What nobody heard of the time for which `link` was deaf; nothing where another connection of the
   * group delivered throughout, or the gap was said already. `wall`: when `hole` was, by that clock.
   */
  uncovered(link: Link, hole: DeafStretch, wall: Blind): Blind | undefined {
    if (this.links.length === 1) return wall
    let endMs = hole.toMonoMs
    for (const other of this.links) {
      const { sinceMs, lastFrameMs } = other.delivery
      // One that looks well and said nothing since may be as deaf.
      if (other !== link && lastFrameMs >= hole.fromMonoMs && sinceMs < endMs) endMs = sinceMs
    }
    const startMs = Math.max(hole.fromMonoMs, this.#saidUntilMs)
    if (endMs <= startMs) return undefined
    this.#saidUntilMs = Math.max(this.#saidUntilMs, endMs)
    const toTimeMs = wall.toTimeMs - (hole.toMonoMs - endMs)
    // The wall clock may have stepped meanwhile; a length of time is never negative.
    const fromTimeMs = Math.min(wall.fromTimeMs + (startMs - hole.fromMonoMs), toTimeMs)
    return { fromTimeMs, toTimeMs }
  }
}
