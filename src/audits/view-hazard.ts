/** Hazard scores: the score that separates maps (`standard-profile.md` §4). */
import type { AuditInterval, Figure, PerSide } from './view-figures.ts'
import type { LayerName } from './view-hits.ts'

/**
 * `model`: rates of the standard model itself. A layer: its mass in the band that price crossed,
 * fitted on the past. The rest are rivals; `constant` is 0 by definition.
 */
export type HazardName =
  | 'model'
  | LayerName
  | 'constant'
  | 'adverseMove'
  | 'constantMass'
  | 'wrongHours3'
  | 'wrongHours5'
  | 'wrongHours7'

export interface HazardRow {
  readonly name: HazardName
  readonly isRival: boolean
  /** The one that verdicts are about: `model` if there is one, else the headline layer. */
  readonly isHeadline: boolean
  readonly eventCount: number
  readonly minuteCount: number
  /** Over a constant. Unit: nats an event. With interval. */
  readonly gain: Figure
  /** The same weighed by notional, each order capped at 50 000 USD. */
  readonly notionalGain: Figure
  /** Σλ ÷ Σy, to lie within 0.7 and 1.4. With interval. */
  readonly predictedOverObserved: Figure
  readonly predictedOverObservedBySide: PerSide<Figure>
  /** Lead of the headline row over this one, drawn in the same blocks. Unit: nats an event. */
  readonly headlineLead?: {
    readonly value: number
    readonly interval?: AuditInterval
    readonly fewBlocks?: true
  }
}

export interface HazardView {
  /** Headline first, then layers, then rivals. */
  readonly rows: readonly HazardRow[]
  readonly scoredMinuteCount: number
  /** Left out: the first of the recording, and those after a hole. */
  readonly unscoredMinuteCount: number
}
