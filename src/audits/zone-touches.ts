/** What a bar does to the zones that stood before it: touches, and what price did after a touch. */
import type { AuditBar } from './audit-input.ts'
import type { AuditSettings } from './audit-settings.ts'
import { FATE, mark, type SideTrack } from './layer-track.ts'

export interface TouchingMinute {
  readonly minute: number
  readonly bar: AuditBar
  readonly overGap: boolean
  /** Prices of the admitted liquidations of this side in the minute. */
  readonly liquidationsUsd: readonly number[]
  readonly tolerance: number
}

export function touchZones(
  track: SideTrack,
  touching: TouchingMinute,
  settings: AuditSettings,
): void {
  const { minute, bar } = touching
  followReactions(track, minute, bar, settings)
  const { triggerLowsUsd, triggerHighsUsd, standingKeys } = track
  const { touchFraction } = settings
  const lowUsd = bar.lowUsd / (1 + touchFraction)
  const highUsd = bar.highUsd / (1 - touchFraction)
  for (let index = 0; index < standingKeys.length; index += 1) {
    const isNearBar =
      (triggerLowsUsd[index] ?? 0) <= highUsd && (triggerHighsUsd[index] ?? 0) >= lowUsd
    if (isNearBar) touchZone(track, index, touching, settings)
  }
}

function touchZone(
  track: SideTrack,
  index: number,
  touching: TouchingMinute,
  { reactionMinutes }: AuditSettings,
): void {
  const { minute, bar } = touching
  const life = track.lives.get(track.standingKeys[index] ?? 0)
  if (life === undefined || !Number.isNaN(life.touchMinute)) return
  life.touchMinute = minute
  // Price comes to longs from above.
  const edgeUsd = track.side === 'long' ? life.triggerHighUsd : life.triggerLowUsd
  if (isTaken(track, edgeUsd, bar)) track.lastSweptMinute = minute
  if (life.place >= 0) noteTouch(track, life, edgeUsd, touching, minute + reactionMinutes)
}

function noteTouch(
  { log, pending }: SideTrack,
  { place, strength, lowUsd, highUsd }: Touched,
  zoneUsd: number,
  { minute, overGap, liquidationsUsd, tolerance }: TouchingMinute,
  untilMinute: number,
): void {
  log.touchMinutes[place] = minute
  log.touchStrengths[place] = strength
  mark(log, place, FATE.touched)
  if (isNear(liquidationsUsd, { lowUsd, highUsd }, tolerance)) mark(log, place, FATE.confirmed)
  if (overGap) mark(log, place, FATE.overGap)
  const none = { highUsd: Number.NEGATIVE_INFINITY, lowUsd: Number.POSITIVE_INFINITY }
  pending.push({ place, zoneUsd, untilMinute, ...none })
}

interface Stretch {
  readonly lowUsd: number
  readonly highUsd: number
}

interface Touched extends Stretch {
  readonly place: number
  readonly strength: number
}

/** One of `pricesUsd` lies within `tolerance` of the stretch, as a share of the price. */
export const isNear = (
  pricesUsd: readonly number[],
  { lowUsd, highUsd }: Stretch,
  tolerance: number,
): boolean =>
  pricesUsd.some((priceUsd) => {
    const nearestUsd = Math.max(lowUsd, Math.min(highUsd, priceUsd))
    return Math.abs(priceUsd - nearestUsd) / priceUsd <= tolerance
  })

const isTaken = ({ side }: SideTrack, zoneUsd: number, { highUsd, lowUsd }: AuditBar): boolean =>
  side === 'long' ? lowUsd <= zoneUsd : highUsd >= zoneUsd

/** Only bars after that of the touch count: the order of ticks within one is not known. */
function followReactions(
  track: SideTrack,
  minute: number,
  { highUsd, lowUsd }: AuditBar,
  { reactionBps }: AuditSettings,
): void {
  const { pending, log, side } = track
  let kept = 0
  for (const reaction of pending) {
    if (minute <= reaction.untilMinute) {
      reaction.highUsd = Math.max(reaction.highUsd, highUsd)
      reaction.lowUsd = Math.min(reaction.lowUsd, lowUsd)
    }
    if (minute < reaction.untilMinute) {
      pending[kept] = reaction
      kept += 1
      continue
    }
    const { zoneUsd, place } = reaction
    const upBps = ((reaction.highUsd - zoneUsd) / zoneUsd) * 10_000
    const downBps = ((zoneUsd - reaction.lowUsd) / zoneUsd) * 10_000
    const [turnedBps, wentOnBps] = side === 'long' ? [upBps, downBps] : [downBps, upBps]
    mark(log, place, FATE.judged)
    if (turnedBps >= reactionBps) mark(log, place, FATE.reacted)
    if (wentOnBps >= reactionBps) mark(log, place, FATE.continued)
  }
  pending.length = kept
}
