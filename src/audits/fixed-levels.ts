/**
 * Two levels a side at fixed distances beyond a close: no prediction at all, and what every hit rate
 * must be read beside (`standard-profile.md` §1). For a minimum age they lie beyond the close of that
 * long ago, so that they were known as early.
 */
import type { StandingZones } from './standing-zones.ts'
import type { AuditSide } from './view-figures.ts'

export interface FixedDistances {
  readonly fixedNear: number
  readonly fixedFar: number
}

export function fixedLevels(
  side: AuditSide,
  closeUsd: number,
  { fixedNear, fixedFar }: FixedDistances,
): StandingZones {
  const sign = side === 'long' ? -1 : 1
  const [near, far] = [closeUsd * (1 + sign * fixedNear), closeUsd * (1 + sign * fixedFar)]
  const pricesUsd = Float64Array.of(Math.min(near, far), Math.max(near, far))
  const always = Number.NEGATIVE_INFINITY
  return {
    pricesUsd,
    lowsUsd: pricesUsd,
    highsUsd: pricesUsd,
    strengths: Float64Array.of(1, 1),
    bornS: Float64Array.of(always, always),
  }
}
