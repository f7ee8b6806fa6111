/** An event against the price of its moment, and against the level that explains it best. */
import type { Attribution } from './attribution.ts'
import type { Calibrator, PositionSide, Snapshot } from './calibrator-state.ts'

/** A position that was closed by force. */
export interface Liquidation {
  /** Unit: s since 1970. Clock: the engine's. */
  readonly timeS: number
  readonly side: PositionSide
  /** Price of the order. Unit: USD. */
  readonly priceUsd: number
  readonly sizeBase: number
  /** Prices when it happened; 0 where unknown. Unit: USD. */
  readonly markUsd: number
  readonly midUsd: number
  readonly lastUsd: number
}

export type SrcBand = 'NEAR' | 'MID' | 'FAR'
export type ImpliedBand = 'IMPLIED_NEAR' | 'IMPLIED_MID' | 'IMPLIED_FAR'
export type SrcSource = 'markPrice' | 'mid' | 'last' | 'fallback_ohlc4'

/** An event against the price of its moment. */
export interface PlacedEvent {
  readonly liquidation: Liquidation
  readonly snapshot: Snapshot
  readonly srcUsd: number
  readonly source: SrcSource
  /** Distance from `srcUsd`, as a share of it. */
  readonly distance: number
  readonly insane: boolean
  readonly band: SrcBand
}

export interface Hit {
  readonly isHit: boolean
  /** Strongest zone within the tolerance; 0 on a miss. */
  readonly strength: number
  /** To the nearest zone; infinite without zones. Unit: buckets. */
  readonly distance: number
}

/** Steps 5 and 6 of `calibrator.md` §6. */
export function placed(
  state: Calibrator,
  liquidation: Liquidation,
  snapshot: Snapshot,
): PlacedEvent {
  const { settings } = state
  const [source, srcUsd] = referencePrice(liquidation, snapshot)
  const distance = srcUsd > 0 ? Math.abs(liquidation.priceUsd - srcUsd) / srcUsd : 0
  return {
    liquidation,
    snapshot,
    srcUsd,
    source,
    distance,
    insane: distance > settings.maxEventPriceDeviation,
    band:
      distance <= settings.distBandNear ? 'NEAR' : distance <= settings.distBandMid ? 'MID' : 'FAR',
  }
}

export function impliedBand({ settings }: Calibrator, distance: number): ImpliedBand {
  if (distance <= settings.impliedBandNear) return 'IMPLIED_NEAR'
  return distance <= settings.impliedBandMid ? 'IMPLIED_MID' : 'IMPLIED_FAR'
}

/** Distance of the price above the level of its best tier, moved by the bias. Unit: USD. */
export function missUsd(state: Calibrator, event: PlacedEvent, attribution: Attribution): number {
  const { priceUsd, side } = event.liquidation
  const levelUsd = attribution.levelsUsd[attribution.bestIndex] ?? priceUsd
  return priceUsd - (levelUsd + state[side].bias * event.srcUsd)
}

function referencePrice(
  { markUsd, midUsd, lastUsd }: Liquidation,
  snapshot: Snapshot,
): readonly [SrcSource, number] {
  if (markUsd > 0) return ['markPrice', markUsd]
  if (midUsd > 0) return ['mid', midUsd]
  if (lastUsd > 0) return ['last', lastUsd]
  return ['fallback_ohlc4', snapshot.srcUsd]
}
