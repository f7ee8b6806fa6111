/** Zones of one side as they stand, ascending by price, and what lies nearest to a price. */

export interface StandingZones {
  /** Where price sets a zone off. */
  readonly pricesUsd: Float64Array
  /** The stretch that its orders are expected in; a point for most. Both ascend. */
  readonly lowsUsd: Float64Array
  readonly highsUsd: Float64Array
  readonly strengths: Float64Array
  /** Unit: s since 1970. */
  readonly bornS: Float64Array
}

const NOTHING = new Float64Array(0)

export const NO_ZONES: StandingZones = {
  pricesUsd: NOTHING,
  lowsUsd: NOTHING,
  highsUsd: NOTHING,
  strengths: NOTHING,
  bornS: NOTHING,
}

export interface Nearest {
  /** Share of the price asked about; 0 within a stretch, infinite where there is no zone. */
  distance: number
  /** The nearest point of the nearest zone. */
  priceUsd: number
  bornS: number
}

/** The nearest zone born at `bornSMax` or before; the lower of two equally near. */
export function nearestZone(
  { lowsUsd, highsUsd, bornS }: StandingZones,
  priceUsd: number,
  bornSMax: number,
): Nearest {
  let above = firstAtOrAbove(highsUsd, priceUsd)
  let below = above - 1
  while (below >= 0 && !((bornS[below] ?? 0) <= bornSMax)) below -= 1
  while (above < lowsUsd.length && !((bornS[above] ?? 0) <= bornSMax)) above += 1
  const belowUsd = below >= 0 ? (highsUsd[below] ?? 0) : Number.NEGATIVE_INFINITY
  const aboveUsd =
    above < lowsUsd.length ? Math.max(priceUsd, lowsUsd[above] ?? 0) : Number.POSITIVE_INFINITY
  const isBelow = priceUsd - belowUsd <= aboveUsd - priceUsd
  const nearestUsd = isBelow ? belowUsd : aboveUsd
  return {
    distance: Math.abs(priceUsd - nearestUsd) / priceUsd,
    priceUsd: nearestUsd,
    bornS: bornS[isBelow ? below : above] ?? Number.NaN,
  }
}

/** The first place at or above `priceUsd`; the length where there is none. */
export function firstAtOrAbove(pricesUsd: ArrayLike<number>, priceUsd: number): number {
  let low = 0
  let high = pricesUsd.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((pricesUsd[middle] ?? 0) < priceUsd) low = middle + 1
    else high = middle
  }
  return low
}

/** Those whose orders may fall between `lowUsd` and `highUsd`, copied. */
export function zonesWithin(zones: StandingZones, lowUsd: number, highUsd: number): StandingZones {
  const from = firstAtOrAbove(zones.highsUsd, lowUsd)
  let to = from
  while (to < zones.lowsUsd.length && (zones.lowsUsd[to] ?? 0) <= highUsd) to += 1
  if (from === to) return NO_ZONES
  return {
    pricesUsd: zones.pricesUsd.slice(from, to),
    lowsUsd: zones.lowsUsd.slice(from, to),
    highsUsd: zones.highsUsd.slice(from, to),
    strengths: zones.strengths.slice(from, to),
    bornS: zones.bornS.slice(from, to),
  }
}

/** How much of [lowUsd, highUsd] lies within `tolerance` of a zone born at `bornSMax` or before. 0 to 1. */
export function coverageWithin(
  { lowsUsd, highsUsd, bornS }: StandingZones,
  range: { readonly lowUsd: number; readonly highUsd: number },
  tolerance: number,
  bornSMax: number,
): number {
  const { lowUsd, highUsd } = range
  let coveredUsd = 0
  let reachedUsd = lowUsd
  const from = firstAtOrAbove(highsUsd, lowUsd * (1 - tolerance))
  for (let place = from; place < lowsUsd.length; place += 1) {
    const zoneLowUsd = lowsUsd[place] ?? 0
    if (zoneLowUsd > highUsd * (1 + tolerance)) break
    if (!((bornS[place] ?? 0) <= bornSMax)) continue
    // A price x is hit when it is no further than tolerance · x from the stretch.
    const startUsd = Math.max(reachedUsd, zoneLowUsd / (1 + tolerance))
    const endUsd = Math.min(highUsd, (highsUsd[place] ?? 0) / (1 - tolerance))
    if (endUsd <= startUsd) continue
    coveredUsd += endUsd - startUsd
    reachedUsd = endUsd
  }
  return coveredUsd / (highUsd - lowUsd)
}
