/**
 * How well rates of liquidations were told beforehand: gain over a constant, in nats an event
 * (`standard-profile.md` §4). What sweeps optimise and audits report.
 */
import { log } from '../../base/elementary.ts'
import type { PositionSide } from './calibrator-state.ts'

/** One side of one closed minute. */
export interface RatedSide {
  /** Liquidations that were expected, before those of the minute were known. */
  readonly rate: number
  readonly count: number
  /** Notional of the minute, each order capped. Unit: USD. */
  readonly cappedUsd: number
}

export type RatedMinute = Readonly<Record<PositionSide, RatedSide>> & {
  /** The minute that closed. Unit: minutes since 1970. */
  readonly minute: number
  /** The map is warm: the minute teaches, and is scored. */
  readonly scored: boolean
}

/** Sums over scored minutes, both sides. */
export interface HazardSums {
  minuteCount: number
  /** One for each side of a minute. */
  rateCount: number
  eventCount: number
  rateSum: number
  /** Σ y ln λ. */
  logSum: number
  cappedUsd: number
  /** Σ USD ln λ. */
  cappedLogSum: number
}

export const createHazard = (): HazardSums => ({
  minuteCount: 0,
  rateCount: 0,
  eventCount: 0,
  rateSum: 0,
  logSum: 0,
  cappedUsd: 0,
  cappedLogSum: 0,
})

export function addRated(sums: HazardSums, minute: RatedMinute): void {
  if (!minute.scored) return
  sums.minuteCount += 1
  for (const { rate, count, cappedUsd } of [minute.long, minute.short]) {
    const logRate = log(rate)
    sums.rateCount += 1
    sums.rateSum += rate
    sums.eventCount += count
    sums.logSum += count * logRate
    sums.cappedUsd += cappedUsd
    sums.cappedLogSum += cappedUsd * logRate
  }
}

/** As `manifest.json` and reports say it; absent where there was no event. */
export interface HazardScore {
  readonly events: number
  readonly minutes: number
  /** Unit: nats an event. */
  readonly gain: number | undefined
  /** The same weighed by capped notional. */
  readonly notionalGain: number | undefined
  /** To lie within 0.7 and 1.4. */
  readonly predictedOverObserved: number | undefined
}

export function hazardScore(sums: HazardSums): HazardScore {
  const { eventCount, rateSum, rateCount, logSum, cappedUsd, cappedLogSum } = sums
  const constant = rateCount > 0 ? log(rateSum / rateCount) : 0
  return {
    events: eventCount,
    minutes: sums.minuteCount,
    gain: eventCount > 0 ? logSum / eventCount - constant : undefined,
    notionalGain: cappedUsd > 0 ? cappedLogSum / cappedUsd - constant : undefined,
    predictedOverObserved: eventCount > 0 ? rateSum / eventCount : undefined,
  }
}
