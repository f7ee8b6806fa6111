/** What a minute close near predicted zones teaches (`calibrator.md` §8). */
import { exp } from '../../base/elementary.ts'
import { attribute } from './attribution.ts'
import {
  addTo,
  type Calibrator,
  type PositionSide,
  type Snapshot,
  type ZoneOrigin,
} from './calibrator-state.ts'
import { zoneKey } from './zone-key.ts'

/** Flow and depth of the minute; absent values count as 0. */
export interface ApproachInput {
  readonly closeUsd: number
  readonly buyBase: number
  readonly sellBase: number
  readonly oiChange: number
  readonly band: ReadonlyMap<number, number>
}

export interface Candidate {
  readonly priceUsd: number
  readonly side: PositionSide
  /** As a share of the close. */
  readonly distance: number
  readonly stress: Stress
  /** Stress, faded with distance. */
  readonly faded: number
}

export interface Stress {
  readonly total: number
  readonly aggression: number
  readonly oiFuel: number
  readonly thinning: number
  /** Unclamped. */
  readonly thinFraction: number
  readonly before: DepthNear
  readonly now: DepthNear
}

interface DepthNear {
  readonly notionalUsd: number
  readonly bucketCount: number
}

export interface Approach {
  /** By faded stress, the greatest first. */
  readonly candidates: readonly Candidate[]
  /** How many of them teach. */
  readonly usedCount: number
  readonly tooFarCount: number
  /** Shares of the ladder, of each candidate that teaches. */
  readonly shares: readonly (readonly number[])[]
}

/** Nothing when there is no ladder or no price. */
export function learnFromApproach(
  state: Calibrator,
  snapshot: Snapshot,
  input: ApproachInput,
): Approach | undefined {
  const { window, settings } = state
  if (snapshot.ladder.length === 0 || state.weights.length === 0 || !(input.closeUsd > 0)) {
    return undefined
  }
  const { candidates, tooFarCount } = candidatesOf(state, snapshot, input)
  const shares: (readonly number[])[] = []
  for (const candidate of candidates.slice(0, settings.approachTopK)) {
    const attribution = attribute(state, snapshot.ladder, {
      priceUsd: candidate.priceUsd,
      side: candidate.side,
      srcUsd: snapshot.srcUsd,
      buffer: snapshot.buffer,
    })
    shares.push(attribution.shares)
    for (const [index, tier] of snapshot.ladder.entries()) {
      const share = attribution.shares[index] ?? 0
      addTo(window.totals, tier, share)
      addTo(window.credits, tier, share * candidate.faded * settings.approachHitMult)
      addTo(window.notionalUsd, tier, 0)
    }
    window.approachEvents += 1
  }
  return { candidates, usedCount: shares.length, tooFarCount, shares }
}

/** Remembers where each zone of `snapshot` was first seen in this window. */
export function noteOrigins(state: Calibrator, snapshot: Snapshot): void {
  for (const side of ['long', 'short'] as const) {
    for (const priceUsd of snapshot[side].pricesUsd) originOf(state, snapshot, priceUsd, side)
  }
}

function originOf(
  { window }: Calibrator,
  snapshot: Snapshot,
  priceUsd: number,
  side: PositionSide,
): ZoneOrigin {
  const key = zoneKey(priceUsd, snapshot.stepUsd, side)
  let origin = window.origins.get(key)
  if (origin === undefined) {
    const { srcUsd, buffer } = snapshot
    origin = { srcUsd, buffer, reached: false }
    window.origins.set(key, origin)
  }
  return origin
}

function candidatesOf(state: Calibrator, snapshot: Snapshot, input: ApproachInput) {
  const { settings } = state
  const candidates: Candidate[] = []
  let tooFarCount = 0
  for (const side of ['long', 'short'] as const) {
    for (const priceUsd of snapshot[side].pricesUsd) {
      const distance = Math.abs(input.closeUsd - priceUsd) / input.closeUsd
      if (distance > settings.approachLearnPct) {
        tooFarCount += 1
        continue
      }
      originOf(state, snapshot, priceUsd, side).reached = true
      const stress = stressAt(state, snapshot, input, priceUsd)
      const faded = stress.total * exp(-distance / settings.approachDistDecayD0)
      candidates.push({ priceUsd, side, distance, stress, faded })
    }
  }
  candidates.sort((a, b) => b.faded - a.faded)
  return { candidates, tooFarCount }
}

function stressAt(
  state: Calibrator,
  snapshot: Snapshot,
  input: ApproachInput,
  zoneUsd: number,
): Stress {
  const { settings } = state
  const aggression = aggressionOf(input, settings.imbK)
  const oiFuel = 1 - exp(-Math.abs(input.oiChange) / settings.oiScale)
  const halfWidthUsd = settings.depthWindowBuckets * snapshot.stepUsd
  const now = depthNear(input.band, zoneUsd, halfWidthUsd)
  const before = depthNear(state.previousBand, zoneUsd, halfWidthUsd)
  const thinFraction =
    before.notionalUsd > EPSILON ? (before.notionalUsd - now.notionalUsd) / before.notionalUsd : 0
  const thinning = clampedToOne(thinFraction)
  const total = clampedToOne(
    settings.stressWeightDepth * thinning +
      settings.stressWeightAggression * aggression +
      settings.stressWeightOi * oiFuel,
  )
  return { total, aggression, oiFuel, thinning, thinFraction, before, now }
}

function aggressionOf({ buyBase, sellBase }: ApproachInput, scale: number): number {
  const total = buyBase + sellBase
  if (!(total > EPSILON)) return 0
  return 1 - exp(-(Math.abs(buyBase - sellBase) / total) / scale)
}

function depthNear(
  band: ReadonlyMap<number, number>,
  zoneUsd: number,
  halfWidthUsd: number,
): DepthNear {
  const lowUsd = zoneUsd - halfWidthUsd
  const highUsd = zoneUsd + halfWidthUsd
  let notionalUsd = 0
  let bucketCount = 0
  for (const [bucketUsd, valueUsd] of band) {
    if (bucketUsd < lowUsd || bucketUsd > highUsd) continue
    notionalUsd += valueUsd
    bucketCount += 1
  }
  return { notionalUsd, bucketCount }
}

/** Below it a sum counts as nothing (`calibrator.md` §0). */
export const EPSILON = 1e-9

const clampedToOne = (value: number): number => Math.min(1, Math.max(0, value))
