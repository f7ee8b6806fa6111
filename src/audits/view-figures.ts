/** The shapes that every number of an audit comes in. Plain JSON: what cannot be said is absent. */

/** 95 %, by drawing blocks of minutes again and again with a seed (`audit.blockMinutes`). */
export interface AuditInterval {
  readonly low: number
  readonly high: number
}

/** A rate, a difference of rates, or a score; its unit stands with the field. */
export interface Figure {
  /** Absent where there was nothing to compute it from. */
  readonly value?: number
  /** How many liquidations, zones or minutes it speaks for. */
  readonly sampleCount: number
  /** Absent where it was not asked for, or where too few blocks hold anything. */
  readonly interval?: AuditInterval
  /** Its samples lie in fewer than six blocks, too few to say how sure it is. */
  readonly fewBlocks?: true
  /** Fewer samples than `audit.sampleMin`: not to be relied on. */
  readonly insufficient: boolean
  /** Some of its samples fall into minutes that a gap touches. */
  readonly overGap: boolean
}

/** How values lie. Median: mean of the two middle ones. Percentile f: place floor(n f) of the
 * ascending list; up to 20 values p05 and p95 are the extremes, up to 4 also p25 and p75
 * (`audits.md` §5.2). */
export interface Spread {
  readonly count: number
  readonly mean?: number
  readonly median?: number
  /** Median of the distances from the median. */
  readonly mad?: number
  readonly p05?: number
  readonly p25?: number
  readonly p75?: number
  readonly p95?: number
  readonly insufficient: boolean
  readonly overGap: boolean
}

/** Of the position that was liquidated. */
export type AuditSide = 'long' | 'short'

export interface BothSides<T> {
  readonly both: T
  readonly long: T
  readonly short: T
}

export type PerSide<T> = Readonly<Record<AuditSide, T>>
