/** Hits, misses and what chance would have given, layer by layer. Rates are fractions of 1. */
import type { BothSides, Figure, PerSide, Spread } from './view-figures.ts'

/**
 * Whose zones. `fixedLevels` are no zones: two levels a side, 0.40 and 0.55 % beyond the last close
 * (for a minimum age: beyond the close of that long ago), the row to stand beside every layer.
 */
export type LayerName = 'tape' | 'inference' | 'combined' | 'v1' | 'zones' | 'map' | 'fixedLevels'

/** One tolerance and one minimum age. An event meets only zones born before its sequence. */
export interface HitCell {
  /** Share of the price of the event. */
  readonly toleranceFraction: number
  /** Only zones at least this old at the event. Unit: minutes. */
  readonly minAgeMinutes: number
  readonly eventCount: number
  readonly hitCount: number
  /** No zone of the side that old was alive. */
  readonly gapCount: number
  readonly missCount: number
  /** Hits ÷ events. With interval. */
  readonly hitRate: Figure
  /** Gaps ÷ events. */
  readonly gapRate: Figure
  /** Hits ÷ (hits + misses): where a zone existed. */
  readonly conditionalHitRate: Figure
  /** Notional of hits ÷ notional of events. */
  readonly notionalHitRate: Figure
  /** Mean share of the `audit.bandFraction` beyond the close that lies within tolerance of a zone. */
  readonly coverage: Figure
  /** Hit rate of the same events 3, 5 and 7 hours later, averaged. Flatters: never skill by itself. */
  readonly shiftedHitRate: Figure
  /** Hit rate against the zones of the other side, mirrored at the last close. */
  readonly mirroredHitRate: Figure
  /** Hit rate of the same events in the most similar minutes at least two hours away: the fair one. */
  readonly matchedHitRate: Figure
  /** Hit rate − shifted hit rate. With interval. */
  readonly overShifted: Figure
  /** Hit rate − mirrored hit rate. With interval. */
  readonly overMirrored: Figure
  /** Hit rate − matched hit rate, over events that have matches. With interval. The skill. */
  readonly skill: Figure
}

export interface SideHits {
  readonly eventCount: number
  readonly notionalUsd: number
  /** By tolerance, then by minimum age, both ascending. */
  readonly cells: readonly HitCell[]
}

/** Distance to the nearest zone alive. */
export interface MissView {
  /** Price − zone. Unit: USD. */
  readonly signedUsd: Spread
  /** Share of the price of the event. */
  readonly signedFraction: Spread
  readonly absoluteFraction: Spread
  /** Positive: price went further than predicted, on both sides. Unit: USD. */
  readonly deeperUsd: Spread
  /** Share of the price of the event. */
  readonly deeperFraction: Spread
}

/** From the birth of the nearest zone to the event that it met. Unit: s. */
export interface LeadView {
  readonly toleranceFraction: number
  readonly count: number
  readonly p50S?: number
  readonly p90S?: number
  readonly p95S?: number
  readonly insufficient: boolean
}

/** What became of every zone that was born in the range. */
export interface FateView {
  readonly bornCount: number
  /** Price came within `audit.touchFraction` of its near edge, in a minute that began after its birth. */
  readonly touchedCount: number
  /** Touched, and a liquidation of its side within the headline tolerance of it in that minute. */
  readonly confirmedCount: number
  /** Touched, and none: false positives. */
  readonly emptyCount: number
  /** Gone without ever being touched: expired, faded, or merged into another. */
  readonly neverReachedCount: number
  /** Alive at the end of the range, not touched yet. */
  readonly waitingCount: number
  /** Empty ÷ touched. With interval by the minute of the touch. */
  readonly falsePositiveRate: Figure
  /** Never reached ÷ (born − waiting). */
  readonly neverReachedRate: Figure
  /** Strength of empty ones ÷ strength of touched ones, as it was at the touch. */
  readonly emptyStrengthFraction: Figure
  /** Birth to first touch. Unit: minutes. */
  readonly minutesToTouch: Spread
}

/** Price after the first touch, in the full minutes after the minute of the touch. */
export interface ReactionView {
  readonly zoneCount: number
  readonly touchedCount: number
  /** Touched too late in the range to be judged. */
  readonly pendingCount: number
  /** Judged ones where price turned by at least `audit.reactionBps`. */
  readonly reactedCount: number
  /** Judged ones where price went on by as much. */
  readonly continuedCount: number
  /** Of judged ones. */
  readonly reactedPerTouched: Figure
  readonly continuedPerTouched: Figure
  /** Of all zones. */
  readonly touchedPerZone: Figure
  readonly reactedPerZone: Figure
}

export interface ReactionQuarter extends ReactionView {
  /** 1 is the strongest quarter at birth. */
  readonly quarter: number
}

export interface LayerView {
  readonly layer: LayerName
  /** False for `fixedLevels`, which have no fates and no reactions. */
  readonly isModel: boolean
  readonly hits: BothSides<SideHits>
  readonly miss: BothSides<MissView>
  /** One for each tolerance. */
  readonly lead: BothSides<readonly LeadView[]>
  /** Zones only on the other side ÷ events with any zone. */
  readonly wrongSideRate: Figure
  /** Why there was no zone of the side. */
  readonly gapCauses: readonly { readonly cause: GapCause; readonly count: number }[]
  readonly fates?: BothSides<FateView>
  readonly reaction?: BothSides<ReactionView>
  readonly reactionQuarters?: readonly ReactionQuarter[]
  /** Time averages over minutes. */
  readonly symmetry?: PerSide<{
    /** Zones alive. */
    readonly zoneCount: number
    /** Mean distance from the close, minutes with a zone. Share of price. */
    readonly distanceFraction?: number
    /** Sum of strength, in the layer's own unit. */
    readonly strength: number
  }>
}

export type GapCause =
  /** No minute had closed yet. */
  | 'noContext'
  /** The side had zones within the last 15 minutes, and price took them. */
  | 'allSwept'
  | 'oiNegative'
  | 'oiZero'
  /** Open interest rose, but too little to infer entries from. */
  | 'oiBelowThreshold'
  /** Entries were inferred, all on disabled tiers. */
  | 'tierDisabled'
  /** Of a layer that is not made of open interest. */
  | 'noneStood'

/** Events of the headline layer by what the market did in the minute before. */
export interface ContextRow {
  /** `buyShare` < 0.35, to 0.65, above (of taker volume, unclamped); `openInterest` by sign. */
  readonly by: 'side' | 'buyShare' | 'openInterest'
  readonly bucket: 'long' | 'short' | 'low' | 'mid' | 'high' | 'negative' | 'zero' | 'positive'
  readonly hitRate: Figure
  readonly gapRate: Figure
  /** Share of price. */
  readonly absoluteFraction: Spread
}
