/** Keeps the few zones that are shown from flickering (`pipeline.md` §9, `heatmap.md` §10). */
import type { LiquidationContext } from './context.ts'
import type { Side } from './leverage.ts'

export interface ShownZone {
  readonly priceUsd: number
  /** 0 to 1. */
  strength: number
  readonly entryMinute: number
  peak: number
}

/** Per side, in the order of entry; after an eviction in that of strength. */
export interface ZoneTracker {
  long: ShownZone[]
  short: ShownZone[]
}

export interface ZoneCandidate {
  readonly priceUsd: number
  readonly strength: number
}

export const createZoneTracker = (): ZoneTracker => ({ long: [], short: [] })

/** Both sides of a minute; candidates come in descending strength. */
export function trackZones(
  tracker: ZoneTracker,
  context: LiquidationContext,
  minute: number,
  candidates: { readonly [S in Side]: readonly ZoneCandidate[] },
): void {
  tracker.long = trackSide(tracker.long, context, minute, candidates.long)
  tracker.short = trackSide(tracker.short, context, minute, candidates.short)
}

/** As shown: the strongest first, ties in the tracker's order. */
export const shownZones = (zones: readonly ShownZone[]): ShownZone[] =>
  [...zones].sort((a, b) => b.strength - a.strength)

function trackSide(
  zones: readonly ShownZone[],
  context: LiquidationContext,
  minute: number,
  candidates: readonly ZoneCandidate[],
): ShownZone[] {
  const { zoneTracker } = context.settings
  const isNear = (candidate: ZoneCandidate, zone: ShownZone) =>
    Math.abs(candidate.priceUsd - zone.priceUsd) <= context.grid.stepUsd
  for (const zone of zones) {
    // The first in their order, neither the nearest nor the strongest.
    const match = candidates.find((candidate) => isNear(candidate, zone))
    zone.strength = match?.strength ?? zone.strength * zoneTracker.unmatchedFactor
    zone.peak = Math.max(zone.peak, zone.strength)
  }
  let bestStrength = 0
  for (const candidate of candidates) {
    if (zones.some((zone) => isNear(candidate, zone))) continue
    bestStrength = Math.max(bestStrength, candidate.strength)
  }
  let shown = zones.filter((zone) => stays(zone, context, minute, bestStrength))
  for (const candidate of candidates) {
    if (shown.some((zone) => isNear(candidate, zone))) continue
    if (shown.length >= zoneTracker.maxZones && !beatsWeakest(candidate, shown, context)) continue
    const { priceUsd, strength } = candidate
    shown.push({ priceUsd, strength, entryMinute: minute, peak: strength })
    if (shown.length <= zoneTracker.maxZones) continue
    shown = shown.sort((a, b) => a.strength - b.strength).slice(1)
  }
  return shown
}

function stays(
  { strength, peak, entryMinute }: ShownZone,
  { settings }: LiquidationContext,
  minute: number,
  bestStrength: number,
): boolean {
  const { minStrengthThreshold, ttlMinutes, peakDropThreshold, exitMargin } = settings.zoneTracker
  if (strength < minStrengthThreshold) return false
  if (minute - entryMinute < ttlMinutes) return true
  const drop = peak > 0 ? (peak - strength) / peak : 0
  return drop <= peakDropThreshold && strength >= bestStrength - exitMargin
}

function beatsWeakest(
  candidate: ZoneCandidate,
  shown: readonly ShownZone[],
  { settings }: LiquidationContext,
): boolean {
  let weakest = Number.POSITIVE_INFINITY
  for (const { strength } of shown) weakest = Math.min(weakest, strength)
  return candidate.strength > weakest + settings.zoneTracker.enterMargin
}
