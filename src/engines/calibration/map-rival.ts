/**
 * A map as rates: what it held in the band that price crossed in a minute, levels strictly from
 * before it, through a curve that was fitted on the past only (`standard-profile.md` §4). So the
 * maps of the reference are scored beside those of the standard model.
 */
import type { HeatMap } from '../liquidation/heat-map.ts'
import type { PositionSide } from './calibrator-state.ts'
import type { RatedMinute, RatedSide } from './hazard.ts'
import { createPathRival, learnPath, type PathRival, rateOfPath } from './path-rival.ts'

export interface MapRival {
  readonly curve: PathRival
  before: { readonly map: HeatMap; readonly minute: number; readonly closeUsd: number } | undefined
  closedCount: number
  sinceHoleCount: number
}

export type SideCounts = Readonly<Record<PositionSide, Pick<RatedSide, 'count' | 'cappedUsd'>>>

export interface MapMinute {
  /** The minute that closed. Unit: minutes since 1970. */
  readonly minute: number
  readonly highUsd: number
  readonly lowUsd: number
  readonly closeUsd: number
  /** As it stands after the close. */
  readonly map: HeatMap
}

/** Closed minutes that are not scored: at the start, and after a hole of more than two. */
const COLD_MINUTES = 240
const HOLE_MINUTES = 5
const PAUSE_MAX = 2

export const createMapRival = (): MapRival => ({
  curve: createPathRival('mapMass'),
  before: undefined,
  closedCount: 0,
  sinceHoleCount: HOLE_MINUTES,
})

/** What the map before had expected of this minute; nothing for the first. */
export function closeMapMinute(
  rival: MapRival,
  close: MapMinute,
  { long, short }: SideCounts,
): RatedMinute | undefined {
  const { curve, before } = rival
  const { minute, map, closeUsd } = close
  if (before !== undefined && minute - before.minute > PAUSE_MAX) rival.sinceHoleCount = 0
  const scored = rival.closedCount >= COLD_MINUTES && rival.sinceHoleCount >= HOLE_MINUTES
  rival.closedCount += 1
  rival.sinceHoleCount += 1
  rival.before = { map, minute, closeUsd }
  if (before === undefined) return undefined
  const longMass = massBetween(before.map, 'long', close.lowUsd, before.closeUsd)
  const shortMass = massBetween(before.map, 'short', before.closeUsd, close.highUsd)
  const rated: RatedMinute = {
    minute,
    scored,
    long: { ...long, rate: rateOfPath(curve, longMass) },
    short: { ...short, rate: rateOfPath(curve, shortMass) },
  }
  learnPath(curve, longMass, long.count)
  learnPath(curve, shortMass, short.count)
  return rated
}

/** What a side of the map holds from one price to another, both included. */
export function massBetween(
  map: HeatMap,
  side: PositionSide,
  lowUsd: number,
  highUsd: number,
): number {
  const { pricesUsd, values } = map[side]
  let mass = 0
  for (const [place, priceUsd] of pricesUsd.entries()) {
    if (priceUsd >= lowUsd && priceUsd <= highUsd) mass += values[place] ?? 0
  }
  return mass
}
