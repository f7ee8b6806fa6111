/** Which tier an event or a zone belongs to: soft shares by distance (`calibrator.md` §0, §6.10). */
import { exp } from '../../base/elementary.ts'
import { type Calibrator, learns, type PositionSide } from './calibrator-state.ts'

export interface Attribution {
  /** Price at which each tier of the ladder is liquidated. Unit: USD. */
  readonly levelsUsd: readonly number[]
  /** Distance to it, as a share of the reference price. */
  readonly distances: readonly number[]
  /** Sum 1, or all 0 when nothing explains the price. */
  readonly shares: readonly number[]
  /** The first tier with the greatest share; -1 when nothing explains the price. */
  readonly bestIndex: number
}

export interface PricePoint {
  readonly priceUsd: number
  readonly side: PositionSide
  /** Price that entries are assumed at. Unit: USD. */
  readonly srcUsd: number
  readonly buffer: number
}

/** Where a position of `tier` entered at `srcUsd` is liquidated. Unit: USD. */
export function impliedUsd(
  tier: number,
  side: PositionSide,
  srcUsd: number,
  buffer: number,
  maintenanceTerm: number,
): number {
  const offset = 1 / tier + buffer + maintenanceTerm / tier
  return side === 'long' ? srcUsd * (1 - offset) : srcUsd * (1 + offset)
}

/** The scale that volatility gives to the distances below. */
export function volatilityScale({ settings, volEwma }: Calibrator): number {
  const { volBaseline, volScaleMin, volScaleMax } = settings
  return Math.min(volScaleMax, Math.max(volScaleMin, volEwma / volBaseline))
}

export function attribute(
  state: Calibrator,
  ladder: readonly number[],
  point: PricePoint,
): Attribution {
  const { settings } = state
  const { priceUsd, side, srcUsd, buffer } = point
  const tau = settings.tauPctBase * volatilityScale(state)
  const levelsUsd: number[] = []
  const distances: number[] = []
  const shares: number[] = []
  let sum = 0
  for (const tier of ladder) {
    const levelUsd = impliedUsd(tier, side, srcUsd, buffer, settings.maintenanceTerm)
    const distance = srcUsd > 0 ? Math.abs(priceUsd - levelUsd) / srcUsd : 0
    const nearness = learns(state, tier) ? exp(-distance / tau) : 0
    levelsUsd.push(levelUsd)
    distances.push(distance)
    shares.push(nearness)
    sum += nearness
  }
  if (sum > 0) {
    for (let index = 0; index < shares.length; index += 1) {
      shares[index] = (shares[index] ?? 0) / sum
    }
  } else if (settings.underflow === 'uniform') {
    shareEvenly(state, ladder, shares)
  }
  return { levelsUsd, distances, shares, bestIndex: indexOfMax(shares) }
}

function shareEvenly(state: Calibrator, ladder: readonly number[], shares: number[]): void {
  const learning = ladder.filter((tier) => learns(state, tier))
  for (const [index, tier] of ladder.entries()) {
    shares[index] = learns(state, tier) ? 1 / learning.length : 0
  }
}

function indexOfMax(shares: readonly number[]): number {
  let best = -1
  let bestShare = 0
  for (const [index, share] of shares.entries()) {
    if (share > bestShare) {
      best = index
      bestShare = share
    }
  }
  return best
}
