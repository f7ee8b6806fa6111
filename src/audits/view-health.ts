/** The calibrator, disabled tiers, sweeps, zones kept count of, and the health of the input. */
import type { BookCheck } from './audit-input.ts'
import type { AuditSide, BothSides, Figure, Spread } from './view-figures.ts'

/** Weight of each tier, by place of `tiers`. */
export interface WeightPoint {
  readonly seq: number
  /** Unit: minutes since 1970. */
  readonly minute: number
  readonly weights: readonly number[]
}

export interface CalibrationPoint {
  readonly seq: number
  /** Unit: s since 1970. */
  readonly timeS: number
  readonly tiers: readonly number[]
  readonly weightsBefore: readonly number[]
  readonly weightsAfter: readonly number[]
  /** Shannon entropy of the weights after, over tiers that are enabled. Unit: nats. */
  readonly entropy?: number
  readonly maxWeight?: number
  readonly bufferBefore?: number
  readonly bufferAfter?: number
  /** Of the calibrator's own window, 0 to 1. */
  readonly hitRate?: number
  readonly eventCount?: number
  readonly enabled?: boolean
}

export interface SafetyTrip {
  readonly seq: number
  readonly timeS: number
  readonly reason: string
}

/** The calibrator's own verdicts on liquidations, and what it did with them. */
export interface CalibratorView {
  readonly eventCount: number
  /** Of admitted events. */
  readonly ownHitRate: BothSides<Figure>
  readonly updatesCount: number
  readonly tiers: readonly number[]
  readonly disabledTiers: readonly number[]
  readonly calibrations: readonly CalibrationPoint[]
  readonly safetyTrips: readonly SafetyTrip[]
  readonly approach?: {
    readonly candidateCount: number
    readonly usedCount: number
    readonly skippedCount: number
    /** Used ÷ candidates. */
    readonly useRate: Figure
    readonly skipReasons: readonly { readonly reason: string; readonly count: number }[]
  }
  /** Enabled tiers only, over admitted events that taught. */
  readonly tierRows: readonly TierRow[]
  /** Admitted events that did not teach, by tier. */
  readonly excludedTierRows: readonly TierRow[]
  /** Events on tiers that are disabled, kept apart (DT6): also those not admitted. */
  readonly disabledTierRows: readonly TierRow[]
  /** Of admitted events: those whose shares over tiers any price would have given (`calibrator.md` Q4). */
  readonly emptyAttributionRate?: Figure
  /** Median of |price − mark| ÷ mark of orders in the quieter half of minutes with orders. */
  readonly maintenanceMargin?: Figure
}

export interface TierRow {
  readonly tier: number
  readonly count: number
  readonly longCount: number
  readonly shortCount: number
  /** Calibrator's miss. Unit: USD. Positive: above the level. */
  readonly missUsd: Spread
  /** Share of the source price. */
  readonly missFraction: Spread
  /** Positive: beyond the level on both sides. Share of the source price. */
  readonly deeperFraction: BothSides<Spread>
  /** N ≥ 30 and (|median| > 1 % of price or MAD > 0.5 %). */
  readonly isOutlier: boolean
}

export type DisabledTierCheckName = 'DT1' | 'DT2' | 'DT3' | 'DT4' | 'DT5' | 'DT6'

export interface DisabledTierCheck {
  readonly check: DisabledTierCheckName
  /** `notChecked`: no tier is disabled, or the input did not say. */
  readonly verdict: 'pass' | 'warn' | 'fail' | 'notChecked'
  /** Violations; for DT4 events attributed to disabled tiers. */
  readonly count: number
  /** Of all events (DT4). */
  readonly share?: number
  /** Entries that did it, at most `audit.listMax`. */
  readonly seqs: readonly number[]
}

/** An event that the calibrator laid on a disabled tier, and why. */
export interface DisabledTierEvent {
  readonly seq: number
  readonly timeS: number
  readonly orderSymbol: string
  readonly side: AuditSide
  readonly tier: number
  readonly priceUsd: number
  readonly srcUsd: number
  readonly missUsd?: number
  /** Share that the tier got, 0 to 1. */
  readonly responsibility?: number
  /** All tiers tied: nothing was attributed, the first of the ladder was taken. */
  readonly isTie: boolean
  readonly insane: boolean
  readonly foreignSymbol: boolean
  readonly updatesCalibration: boolean
}

export interface DisabledTiersView {
  readonly tiers: readonly number[]
  readonly checks: readonly DisabledTierCheck[]
  readonly events: readonly DisabledTierEvent[]
  readonly eventCount: number
  /** Of these: foreign symbol or insane price. All of them: the tier was never at fault. */
  readonly contaminatedCount: number
  readonly tieCount: number
  readonly missUsd: Spread
}

export type RejectReason = 'foreignSymbol' | 'notPositive' | 'priceInsane' | 'noPrice' | 'duplicate'

export interface RejectedEvent {
  readonly seq: number
  readonly timeS?: number
  readonly orderSymbol: string
  /** Ours, or the pipeline's own word where it refused the entry. */
  readonly reason: RejectReason | string
  readonly side?: AuditSide
  readonly priceUsd?: number
  /** The engines took it all the same. */
  readonly takenByEngines: boolean
}

export interface RejectedView {
  readonly count: number
  /** Of all liquidations seen. */
  readonly rate: Figure
  readonly takenByEnginesCount: number
  readonly reasons: readonly { readonly reason: string; readonly count: number }[]
  readonly symbols: readonly { readonly symbol: string; readonly count: number }[]
  /** In order of sequence, at most `audit.listMax`. */
  readonly events: readonly RejectedEvent[]
}

export interface SweepRow {
  readonly layer: string
  readonly count: number
  readonly longCount: number
  readonly shortCount: number
  /** The bar never crossed them: must be 0. */
  readonly violationCount: number
  readonly violationSeqs: readonly number[]
  /** With a liquidation of the side within the headline tolerance in the same minute. */
  readonly confirmedRate: Figure
  /** What the layer held there. Unit: USD, or the layer's own unit of strength. */
  readonly strength: Spread
  readonly strengthSum: number
  readonly ageMinutes: Spread
}

/** created = alive + swept + expired + decayed + merged + reduced. */
export interface ConservationRow {
  readonly layer: string
  readonly created: number
  readonly alive: number
  readonly swept: number
  readonly expired: number
  readonly decayed: number
  readonly merged: number
  readonly reduced: number
  /** Must be 0. */
  readonly difference: number
  /** Sweeps and expiries that were counted and not told one by one, or the other way. Must be 0. */
  readonly untold: number
}

export type HealthStatus = 'healthy' | 'degraded' | 'critical' | 'noData'

export interface OpenInterestView {
  readonly minuteCount: number
  /** With a reply of open interest; where the input does not say, with a change other than 0. */
  readonly validCount: number
  readonly zeroCount: number
  readonly positiveCount: number
  readonly negativeCount: number
  readonly validRate: Figure
  /** Longest time without one, by whole minutes. Unit: s. */
  readonly longestGapS: number
  readonly medianChange?: number
  readonly status: HealthStatus
}

export interface AggressionView {
  readonly minuteCount: number
  readonly minutesWithTrades: number
  readonly fallbackRate: Figure
  readonly medianTradeCount?: number
  readonly status: HealthStatus
}

export interface GapView {
  readonly seq: number
  readonly timeS?: number
  readonly channel: string
  readonly cause: string
  /** 0 where it is not known. */
  readonly durationMs: number
  /** Ids that are missing; 0 where ids do not tell. */
  readonly missingCount: number
  /** Minutes that it touches, and admitted liquidations in them. */
  readonly fromMinute: number
  readonly toMinute: number
  readonly eventCount: number
}

export interface FeedView {
  readonly gapCount: number
  readonly missingCount: number
  readonly longestGapMs: number
  readonly touchedMinuteCount: number
  readonly touchedEventCount: number
  readonly byChannel: readonly {
    readonly channel: string
    readonly cause: string
    readonly count: number
    readonly missingCount: number
    readonly durationMs: number
  }[]
  /** At most `audit.listMax`, the longest first. */
  readonly gaps: readonly GapView[]
  readonly staleBookMinuteCount: number
  readonly bookCheck: BookCheck
  /** Minutes by what their bar was made of. */
  readonly barSources: readonly { readonly source: string; readonly minuteCount: number }[]
  /** Pauses of more than two minutes between closed minutes. */
  readonly holes: readonly { readonly fromMinute: number; readonly toMinute: number }[]
}
