/**
 * The reference's two audits by their own formulas on correct UTC minutes (`audits.md` §4, §5). Kept
 * for comparison; §6 says why their numbers mislead. Percent values are 0 to 100 where the name ends
 * in `Percent`; other rates are fractions of 1.
 */
import type { AuditSide, PerSide } from './view-figures.ts'

export interface CompatView {
  readonly a: CompatA
  readonly b: CompatB
}

/** Audit A (§4.1). Rounded as the reference rounds. */
export interface CompatA {
  readonly intake: {
    readonly count: number
    readonly sideCount: PerSide<number>
    readonly sideUsd: PerSide<number>
    readonly rangeMinutes: number
    readonly perHour: number
    readonly status: 'NO_DATA' | 'LIVE' | 'LOW_VOLUME'
  }
  readonly aggression: {
    readonly minuteCount: number
    readonly meanTradeCount: number
    readonly medianTradeCount: number
    readonly meanNotionalUsd: number
    readonly totalNotionalUsd: number
    readonly fallbackPercent: number
    readonly zeroTradeMinutes: number
    readonly status: 'HEALTHY' | 'HIGH_FALLBACK'
  }
  readonly inference: {
    readonly recordCount: number
    readonly sideCount: PerSide<number>
    readonly sideUsd: PerSide<number>
    readonly perHour: number
    readonly status: 'ACTIVE' | 'LOW_ACTIVITY'
  }
  readonly sweeps: { readonly count: number; readonly status: 'ACTIVE' | 'NO_SWEEPS_LOGGED' }
  readonly hitRate: {
    readonly hitCount: number
    readonly missCount: number
    readonly hitPercent: number
    readonly medianMissPercent: number
  }
  readonly coverage: {
    readonly same: number
    readonly wrong: number
    readonly gap: number
    readonly coveragePercent: number
    readonly wrongSidePercent: number
  }
  readonly calibrator: {
    readonly hitCount: number
    readonly missCount: number
    readonly hitPercent: number
    readonly tierMedianUsd: readonly { readonly tier: number; readonly medianUsd: number }[]
    readonly sideMedianUsd: Partial<PerSide<number>>
    readonly status: 'NO_EVENTS' | 'CALIBRATING' | 'INSUFFICIENT_SAMPLES'
  }
  readonly approach: CompatApproach
  readonly findings: readonly {
    readonly rule: string
    readonly severity: 'CRITICAL' | 'WARNING'
    readonly value: number
  }[]
}

export interface CompatApproach {
  readonly candidates: number
  readonly used: number
  readonly skipped: number
  readonly usePercent: number
}

export interface CompatCell {
  readonly lookbackMinutes: number
  readonly toleranceFraction: number
  readonly hits: number
  readonly gaps: number
  readonly misses: number
  readonly total: number
  readonly hitRate: number
  readonly gapRate: number
  readonly missRate: number
}

export interface CompatLead {
  readonly count: number
  /** Unit: s. */
  readonly p50S?: number
  readonly p90S?: number
  readonly p95S?: number
  readonly notPositivePercent: number
}

export interface CompatReaction {
  readonly total: number
  readonly touched: number
  readonly reacted: number
  readonly swept: number
}

export interface CompatBucket {
  readonly bucket: string
  readonly count: number
  readonly gapPercent: number
  readonly hitPercent: number
  /** Of the distances, in percent; absent where there is none. 0 stays 0, though the reference prints N/A. */
  readonly meanPercent?: number
  readonly p25Percent?: number
  readonly p50Percent?: number
  readonly p75Percent?: number
  readonly p95Percent?: number
}

export interface CompatOffsets {
  readonly tier: number
  readonly count: number
  readonly medianUsd: number
  readonly madUsd: number
  readonly p05Usd: number
  readonly p95Usd: number
  readonly longCount: number
  readonly shortCount: number
  /** Fewer than 30. */
  readonly isSmall: boolean
  readonly isOutlier: boolean
}

export interface CompatMissStats {
  readonly mean: number
  readonly median: number
  readonly p25: number
  readonly p75: number
  readonly p95: number
  readonly absoluteMean: number
  readonly absoluteMedian: number
}

export interface CompatSideMiss {
  readonly side: AuditSide
  readonly count: number
  readonly usd?: CompatMissStats
  /** Of the price of the event. */
  readonly percent?: CompatMissStats
}

/** Audit B (§5.2), by the letters of its sections. */
export interface CompatB {
  readonly eventCount: number
  /** C: by lookback, then tolerance. */
  readonly tape: readonly CompatCell[]
  readonly inference: readonly CompatCell[]
  readonly combined: readonly CompatCell[]
  /** D, of the headline cell. */
  readonly tapeLead: CompatLead
  readonly inferenceLead: CompatLead
  /** E: of all zones, and by quarter of confidence, the strongest first. */
  readonly reaction: CompatReaction
  readonly reactionQuarters: readonly CompatReaction[]
  /** F. */
  readonly bySide: readonly CompatBucket[]
  readonly byBuyWeight: readonly CompatBucket[]
  readonly byOiDelta: readonly CompatBucket[]
  /** G. */
  readonly approach: CompatApproach
  /** H. */
  readonly inferenceGaps: {
    readonly withInference: number
    readonly without: number
    readonly causes: readonly { readonly cause: string; readonly count: number }[]
    readonly topCause?: string
  }
  /** I. */
  readonly offsets: readonly CompatOffsets[]
  /** J: lookbacks 5 and 0. */
  readonly sideCells: PerSide<readonly CompatCell[]>
  /** K: without the event's own minute. */
  readonly filteredTape: readonly CompatCell[]
  /** L. */
  readonly signedMiss: PerSide<CompatSideMiss>
  /** M. */
  readonly openInterest: {
    readonly total: number
    readonly zero: number
    readonly positive: number
    readonly negative: number
    readonly valid: number
    readonly validPercent: number
    readonly medianDelta: number
    readonly gapCount: number
    readonly gapMinutes: readonly number[]
    readonly longestGapMinutes: number
    readonly significantGapCount: number
    readonly spanMinutes: number
    readonly status: 'HEALTHY' | 'DEGRADED' | 'CRITICAL' | 'NO_DATA'
  }
  /** N. */
  readonly errors: readonly { readonly type: string; readonly count: number }[]
  /** O. */
  readonly sweeps: {
    readonly total: number
    readonly sideCount: PerSide<number>
    readonly meanUsd?: number
    readonly medianUsd?: number
    readonly p95Usd?: number
    readonly totalUsd?: number
    readonly meanCount?: number
  }
}
