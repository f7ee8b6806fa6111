/**
 * The whole result of the audit of one symbol, as plain JSON: unrounded numbers, what cannot be said
 * is absent, an infinity is `null`. Rates are fractions of 1 unless their unit says otherwise.
 * `view-*.ts` hold its parts. Fields are only ever added.
 */
import type { SettingValue } from '../base/setting.ts'
import type { CompatView } from './compat-view.ts'
import type { AuditSide, PerSide } from './view-figures.ts'
import type { HazardView } from './view-hazard.ts'
import type {
  AggressionView,
  CalibratorView,
  ConservationRow,
  DisabledTiersView,
  FeedView,
  OpenInterestView,
  RejectedView,
  SweepRow,
  WeightPoint,
} from './view-health.ts'
import type { ContextRow, LayerName, LayerView } from './view-hits.ts'

export interface AuditView {
  readonly symbol: string
  readonly profile: 'standard' | 'reference'
  /** `audit.*`, by short name. */
  readonly settings: Readonly<Record<string, SettingValue>>
  readonly range: RangeView
  readonly headline: HeadlineView
  readonly liquidations: LiquidationsView
  /** Model layers, then `fixedLevels`. */
  readonly layers: readonly LayerView[]
  readonly contexts: readonly ContextRow[]
  readonly hazard: HazardView
  readonly calibrator: CalibratorView
  readonly disabledTiers: DisabledTiersView
  readonly rejected: RejectedView
  readonly sweeps: readonly SweepRow[]
  readonly conservation: readonly ConservationRow[]
  readonly openInterest: OpenInterestView
  readonly aggression: AggressionView
  readonly feed: FeedView
  /** The worst first. */
  readonly findings: readonly Finding[]
  readonly pictures: PicturesView
  /** The reference's own formulas, to be compared with a run of the reference. */
  readonly compat?: CompatView
}

export interface RangeView {
  /** Of the first and last event that was counted; absent when there was none. */
  readonly fromSeq?: number
  readonly toSeq?: number
  /** Unit: s since 1970. */
  readonly fromTimeS?: number
  readonly toTimeS?: number
  /** Closed minutes counted, and those before the range that only warmed up. */
  readonly minuteCount: number
  readonly warmupMinuteCount: number
}

/** The cell that verdicts and pictures are about. */
export interface HeadlineView {
  readonly layer: LayerName
  readonly toleranceFraction: number
  readonly minAgeMinutes: number
}

export interface LiquidationsView {
  /** All that were seen, admitted or not. */
  readonly seenCount: number
  readonly admittedCount: number
  readonly duplicateCount: number
  readonly count: PerSide<number>
  /** Of admitted ones. Lower bounds: the venue shows about one order a second. Unit: USD. */
  readonly notionalUsd: PerSide<number>
  readonly perHour?: number
  readonly firstTimeS?: number
  readonly lastTimeS?: number
}

export type FindingName =
  | 'sweepViolation'
  | 'conservation'
  | 'disabledTiers'
  | 'wrongSide'
  | 'skill'
  | 'hazardLead'
  | 'predictedOverObserved'
  | 'openInterest'
  | 'fallbackAggression'
  | 'noSweeps'
  | 'zoneGaps'
  | 'tierOffset'
  | 'rejectedEvents'
  | 'sampleSize'
  | 'feedGaps'
  | 'safetyTrip'
  | 'fixedLevels'

/** One rule of `audits.md` §9.6 that was judged. */
export interface Finding {
  readonly name: FindingName
  /** `pass` says that it was judged and holds; `info` that it could not fail. */
  readonly severity: 'fail' | 'warn' | 'info' | 'pass'
  /** The number that triggered it. Absent when there was too little to judge. */
  readonly value?: number
  readonly low?: number
  readonly high?: number
  /** What it was held against. */
  readonly limit?: number
  readonly sampleCount?: number
  /** One sentence in plain English that holds the numbers. */
  readonly text: string
  readonly seqs?: readonly number[]
}

/** Series to draw; thinned to at most about `audit.picturePoints` places in time. */
export interface PicturesView {
  /** Minutes that one place of `bars`, `zones` and `observed` stands for. */
  readonly minutesPerPoint: number
  readonly bars: readonly BarPoint[]
  /** Strongest zones of the headline layer at the end of each place. */
  readonly zones: readonly ZonePoint[]
  /** Admitted ones, the largest of each place and side. */
  readonly liquidations: readonly LiquidationPoint[]
  readonly tiers: readonly number[]
  readonly weights: readonly WeightPoint[]
  /** Scored minutes only; `expected` of the headline row of hazards. */
  readonly observed: readonly {
    readonly minute: number
    readonly expected: number
    readonly observed: number
  }[]
  /** Deeper-direction miss of the headline layer; the outer bins hold all beyond too. */
  readonly missBins: readonly {
    /** Share of price. */
    readonly fromFraction: number
    readonly toFraction: number
    readonly long: number
    readonly short: number
  }[]
}

export interface BarPoint {
  readonly minute: number
  readonly openUsd: number
  readonly highUsd: number
  readonly lowUsd: number
  readonly closeUsd: number
  readonly overGap: boolean
}

export interface ZonePoint {
  readonly minute: number
  readonly side: AuditSide
  readonly priceUsd: number
  /** Share of the strongest of this place and layer, 0 to 1. */
  readonly strength: number
}

export interface LiquidationPoint {
  readonly seq: number
  readonly timeS: number
  readonly side: AuditSide
  readonly priceUsd: number
  readonly notionalUsd: number
  /** At the headline cell. */
  readonly isHit: boolean
}
