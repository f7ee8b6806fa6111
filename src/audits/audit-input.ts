/**
 * What an audit is told, in the order of the journal. Who feeds it says of one entry: first the
 * `liquidation` (or its refusal), with the verdict that the engines gave before the zones changed;
 * then the zones that it created. A minute close comes as: `zoneRemoved` of the close, calibration
 * facts of the close, then `minute` with the zones as they stand after it. Objects and arrays are
 * good until the call returns.
 */
import type { RatedMinute } from '../engines/calibration/hazard.ts'
import type { AuditSide, PerSide } from './view-figures.ts'
import type { LayerName } from './view-hits.ts'

export type ModelLayer = Exclude<LayerName, 'fixedLevels'>

/** Zones of one side as columns, in any order; those with a height do not overlap. */
export interface ZoneColumns {
  /** Where price sets the zone off; its middle if it has a height. */
  readonly pricesUsd: ArrayLike<number>
  /** From where to where price sets it off: what a bar touches. Absent: the price itself. */
  readonly triggerLowsUsd?: ArrayLike<number>
  readonly triggerHighsUsd?: ArrayLike<number>
  /**
   * The stretch that its orders are expected in, which liquidations are held against; absent: the
   * price itself. The standard model's prices are triggers, its orders lie a maintenance margin
   * beyond.
   */
  readonly orderLowsUsd?: ArrayLike<number>
  readonly orderHighsUsd?: ArrayLike<number>
  /** In the layer's own unit, above 0. */
  readonly strengths: ArrayLike<number>
  /**
   * What makes a zone the same one at the next close; absent: its price. The audit finds births and
   * ends by it, so a zone that moves (a run of levels) needs one.
   */
  readonly ids?: ArrayLike<number>
  /** When each was born, where the engine knows; absent: when the audit first saw it. Unit: s. */
  readonly bornTimesS?: ArrayLike<number>
}

export interface AuditBar {
  readonly openUsd: number
  readonly highUsd: number
  readonly lowUsd: number
  readonly closeUsd: number
}

/** Something inferred to have been opened at a close: a projection of the reference. */
export interface ProjectionFact {
  readonly side: AuditSide
  /** Of its bucket. */
  readonly priceUsd: number
  readonly sizeUsd: number
  /** 0 to 1. */
  readonly confidence: number
  readonly tier?: number
}

/** Totals of a layer since its start, as the engine counts them. */
export interface ZoneCounts {
  readonly layer: string
  readonly created: number
  readonly alive: number
  readonly swept?: number
  readonly expired?: number
  readonly decayed?: number
  readonly merged?: number
  readonly reduced?: number
}

/** The rebuilt book against snapshots of the venue, each at its id. */
export interface BookCheck {
  readonly snapshotCount: number
  readonly levelCount: number
  readonly differingCount: number
}

export interface MinuteFact {
  readonly kind: 'minute'
  readonly seq: number
  /** The minute that ended. Unit: minutes since 1970. */
  readonly minute: number
  /** When it was closed, by the engine clock. Unit: s since 1970. */
  readonly timeS: number
  readonly bar: AuditBar
  readonly barSource?: string
  readonly buyBase: number
  readonly sellBase: number
  /** Taker notional that the engines were given. Unit: USD. */
  readonly buyUsd?: number
  readonly sellUsd?: number
  readonly tradeCount: number
  /** In the unit that the engines were given. */
  readonly oiChange: number
  /** The same in USD, where the engine says it so. */
  readonly oiChangeUsd?: number
  /** Replies of open interest in the minute, where that is known. */
  readonly oiReplyCount?: number
  /** Taker flow was not of the trades of the minute. */
  readonly fallbackUsed?: boolean
  readonly bookStale?: boolean
  /** Snapshots of the venue that the book was compared with in the minute. */
  readonly bookCheck?: BookCheck
  /** Gaps found in the minute. */
  readonly gapCount?: number
  /** Ladder and its weights after the close. */
  readonly tiers?: readonly number[]
  readonly weights?: readonly number[]
  readonly buffer?: number
  /** Of the standard model: what it expected before the minute's liquidations were known. */
  readonly rated?: RatedMinute
  readonly projections?: readonly ProjectionFact[]
  /** Sum over the zones alive of what each tier has contributed. */
  readonly tierContributions?: readonly { readonly tier: number; readonly weight: number }[]
  readonly counts?: readonly ZoneCounts[]
  /** Zones after the close. Called at most once for each layer of the audit. */
  readonly zonesOf: (layer: ModelLayer) => PerSide<ZoneColumns>
}

/** What the reference calibrator made of a liquidation. */
export interface CalibratorVerdict {
  readonly isHit?: boolean
  readonly attributedTier?: number
  /** Price − level. Unit: USD. */
  readonly missUsd?: number
  /** Share of the source price. */
  readonly missFraction?: number
  readonly updatesCalibration: boolean
  readonly insane: boolean
  readonly tierDisabled: boolean
  /** Share that the attributed tier got, 0 to 1; and how many tiers share. */
  readonly responsibility?: number
  readonly ladderSize?: number
  /** Price came before the levels of all tiers: its shares are what any such price would give. */
  readonly isEmptyAttribution?: boolean
  /** Sums that teach differ before and after, on tiers of the disabled ones or at all. */
  readonly learningChanged?: boolean
}

/** A liquidation that the engines of this symbol took. */
export interface LiquidationFact {
  readonly kind: 'liquidation'
  readonly seq: number
  /** When it was executed, by the venue. Unit: s since 1970. */
  readonly timeS: number
  /** As the order names it: `BTCUSDT`. */
  readonly orderSymbol: string
  readonly side: AuditSide
  readonly priceUsd: number
  readonly sizeBase: number
  readonly notionalUsd: number
  /** Price of its moment; 0 when unknown. */
  readonly srcUsd: number
  /** 0 or absent when unknown. */
  readonly markUsd?: number
  readonly verdict?: CalibratorVerdict
}

export interface RefusedFact {
  readonly kind: 'refused'
  readonly seq: number
  readonly timeS?: number
  readonly orderSymbol: string
  /** As the pipeline says it. */
  readonly reason: string
  readonly side?: AuditSide
  readonly priceUsd?: number
}

/** A zone that came to be between two minute closes, such as a bucket of the tape. */
export interface ZoneCreatedFact {
  readonly kind: 'zoneCreated'
  readonly seq: number
  readonly timeS: number
  readonly layer: ModelLayer
  readonly side: AuditSide
  readonly priceUsd: number
  readonly strength: number
  /** The same as in {@link ZoneColumns}. */
  readonly id?: number
}

export interface ZoneRemovedFact {
  readonly kind: 'zoneRemoved'
  readonly seq: number
  readonly layer: string
  readonly side: AuditSide
  readonly priceUsd: number
  readonly reason: 'swept' | 'expired' | 'decayed' | 'merged' | 'reduced'
  readonly strength: number
  /** Orders or entries that it was made of. */
  readonly count?: number
  readonly ageMinutes?: number
  /** Far edges of a zone that has a height: swept when price is through it. */
  readonly lowUsd?: number
  readonly highUsd?: number
  /** Where its orders are expected; absent: at its price. */
  readonly orderLowUsd?: number
  readonly orderHighUsd?: number
}

export interface CalibrationFact {
  readonly kind: 'calibration'
  readonly seq: number
  readonly timeS: number
  readonly tiers: readonly number[]
  readonly weightsBefore: readonly number[]
  readonly weightsAfter: readonly number[]
  readonly bufferBefore?: number
  readonly bufferAfter?: number
  readonly hitRate?: number
  readonly eventCount?: number
  readonly enabled?: boolean
}

export interface SafetyTripFact {
  readonly kind: 'safetyTrip'
  readonly seq: number
  readonly timeS: number
  readonly reason: string
}

export interface ApproachFact {
  readonly kind: 'approach'
  readonly seq: number
  readonly candidateCount: number
  readonly usedCount: number
  readonly skippedCount: number
  readonly skipReasons: Readonly<Record<string, number>>
}

export interface GapFact {
  readonly kind: 'gap'
  readonly seq: number
  readonly timeS?: number
  readonly channel: string
  readonly cause: string
  readonly durationMs: number
  readonly missingCount: number
}

export type AuditEvent =
  | MinuteFact
  | LiquidationFact
  | RefusedFact
  | ZoneCreatedFact
  | ZoneRemovedFact
  | CalibrationFact
  | SafetyTripFact
  | ApproachFact
  | GapFact
