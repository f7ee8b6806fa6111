/** The connections that bring the same streams: one, or two of which the first frame counts. */
import type { Link } from './link.ts'
import type { PlannedConnection } from './plan.ts'
import { createStreamTable, type StreamTable } from './stream-table.ts'

export interface Blind {
  readonly fromTimeMs: number
  readonly toTimeMs: number
}

export class LinkGroup {
  readonly planned: PlannedConnection
  readonly table: StreamTable
  readonly links: Link[] = []
  /** Up to here a gap was said for all connections of the group. Unit: ms since 1970. */
  #saidUntilMs = Number.NEGATIVE_INFINITY

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

  othersDeliver(link: Link): boolean {
    return this.links.some((other) => other !== link && !Number.isNaN(other.delivery.sinceMs))
  }

  /**
   * What nobody heard of the time for which `link` was deaf; nothing where another connection of the
   * group delivered throughout, or the gap was said already.
   */
  uncovered(link: Link, fromTimeMs: number, toTimeMs: number): Blind | undefined {
    let endMs = toTimeMs
    for (const other of this.links) {
      const { sinceMs, lastFrameMs } = other.delivery
      // One that looks well and said nothing since may be as deaf.
      if (other !== link && lastFrameMs >= fromTimeMs && sinceMs < endMs) endMs = sinceMs
    }
    const startMs = Math.max(fromTimeMs, this.#saidUntilMs)
    if (this.links.length > 1 && endMs <= startMs) return undefined
    this.#saidUntilMs = Math.max(this.#saidUntilMs, endMs)
    return this.links.length > 1
      ? { fromTimeMs: startMs, toTimeMs: endMs }
      : { fromTimeMs, toTimeMs }
  }
}
