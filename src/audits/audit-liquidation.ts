/** A liquidation comes: it is admitted or not, and meets the zones that are alive. */
import type { Profile } from '../base/setting.ts'
import type { LiquidationFact, ModelLayer, RefusedFact } from './audit-input.ts'
import {
  type Audit,
  type AuditedEvent,
  cellOf,
  type MinuteRow,
  otherSideOf,
  SHIFT_HOURS,
} from './audit-state.ts'
import { fixedLevels } from './fixed-levels.ts'
import { nearestAlive, type SideTrack } from './layer-track.ts'
import { type Nearest, NO_ZONES, nearestZone, type StandingZones } from './standing-zones.ts'
import type { AuditSide } from './view-figures.ts'
import type { RejectedEvent, RejectReason } from './view-health.ts'
import type { GapCause } from './view-hits.ts'

export function onLiquidation(audit: Audit, fact: LiquidationFact): void {
  const { health } = audit
  const counted = isCounted(audit, fact.seq)
  const reason = reasonAgainst(audit, fact)
  if (counted) {
    health.seenCount += 1
    if (reason === 'duplicate') health.duplicateCount += 1
    if (reason !== undefined) health.rejected.push(rejectedOf(fact, reason))
    if (fact.verdict !== undefined) {
      health.verdicts.push({
        fact: { ...fact },
        verdict: { ...fact.verdict },
        admitted: reason === undefined,
        foreign: fact.orderSymbol !== audit.options.symbol,
        minute: openMinuteAt(audit, fact.timeS),
      })
    }
  }
  if (reason === undefined) audit.events.push(meet(audit, fact, counted))
}

export function onRefused({ health, ...audit }: Audit, fact: RefusedFact): void {
  if (fact.seq < audit.options.fromSeq) return
  health.seenCount += 1
  const { seq, orderSymbol, reason, timeS, side, priceUsd } = fact
  health.rejected.push({
    seq,
    ...(timeS === undefined ? {} : { timeS }),
    orderSymbol,
    reason,
    ...(side === undefined ? {} : { side }),
    ...(priceUsd === undefined ? {} : { priceUsd }),
    takenByEngines: false,
  })
}

export const isCounted = ({ options }: Audit, seq: number): boolean => seq >= options.fromSeq

/** The minute that is open; before the first close, that of the event itself. */
export const openMinuteAt = ({ openMinute }: Audit, timeS: number): number =>
  Number.isNaN(openMinute) ? Math.floor(timeS / 60) : openMinute

/** Orders of this long ago are not looked at for duplicates. */
const RECENT_ORDERS = 4096

function reasonAgainst(audit: Audit, fact: LiquidationFact): RejectReason | undefined {
  const { symbol, settings } = audit.options
  const { orderSymbol, priceUsd, sizeBase, srcUsd, timeS, side } = fact
  if (orderSymbol !== symbol) return 'foreignSymbol'
  if (!(priceUsd > 0 && sizeBase > 0)) return 'notPositive'
  if (!(srcUsd > 0)) return 'noPrice'
  if (Math.abs(priceUsd - srcUsd) / srcUsd > settings.deviationMax) return 'priceInsane'
  const { recentKeys } = audit.health
  const key = `${timeS} ${side} ${priceUsd} ${sizeBase}`
  if (recentKeys.has(key)) return 'duplicate'
  recentKeys.add(key)
  if (recentKeys.size > RECENT_ORDERS) {
    for (const oldest of recentKeys) {
      recentKeys.delete(oldest)
      break
    }
  }
  return undefined
}

const rejectedOf = (fact: LiquidationFact, reason: RejectReason): RejectedEvent => ({
  seq: fact.seq,
  timeS: fact.timeS,
  orderSymbol: fact.orderSymbol,
  reason,
  side: fact.side,
  priceUsd: fact.priceUsd,
  takenByEngines: true,
})

function meet(audit: Audit, fact: LiquidationFact, counted: boolean): AuditedEvent {
  const { layers, plan, rows, options } = audit
  const { seq, timeS, side, priceUsd } = fact
  const layerCount = layers.length + 1
  const cells = layerCount * plan.minAgesS.length
  const context = rows.at(-1)
  const closeBeforeUsd = context?.bar.closeUsd ?? 0
  const distances = new Float64Array(cells).fill(Number.POSITIVE_INFINITY)
  const mirrored = distances.slice()
  const nearestUsd = new Float64Array(layerCount).fill(Number.NaN)
  const nearestBornS = nearestUsd.slice()
  const mirroredUsd = 2 * closeBeforeUsd - priceUsd
  for (let layer = 0; layer < layerCount; layer += 1) {
    const meeting = (ofSide: AuditSide, atUsd: number, age: number) =>
      nearestOf(audit, { layer, side: ofSide, atUsd, age, seq, timeS })
    for (const age of plan.minAgesS.keys()) {
      const nearest = meeting(side, priceUsd, age)
      distances[cellOf(audit, layer, age)] = nearest.distance
      if (age === 0) noteNearest(nearest, layer, nearestUsd, nearestBornS)
      if (mirroredUsd <= 0 || closeBeforeUsd === 0) continue
      // The zones of the other side, mirrored at the close, are met where the event's mirror meets them.
      const mirror = meeting(otherSideOf(side), mirroredUsd, age)
      mirrored[cellOf(audit, layer, age)] = (mirror.distance * mirroredUsd) / priceUsd
    }
  }
  return {
    seq,
    timeS,
    side,
    priceUsd,
    notionalUsd: fact.notionalUsd,
    srcUsd: fact.srcUsd,
    markUsd: fact.markUsd ?? 0,
    verdict: fact.verdict === undefined ? undefined : { ...fact.verdict },
    minute: openMinuteAt(audit, timeS),
    closeBeforeUsd,
    context,
    counted,
    distances,
    mirrored,
    shifted: new Float64Array(cells * SHIFT_HOURS.length).fill(Number.NaN),
    nearestUsd,
    nearestBornS,
    otherSide: layers.map(({ sides }) => hasZones(sides[otherSideOf(side)])),
    gapCauses: layers.map(({ name, sides }) =>
      hasZones(sides[side])
        ? undefined
        : causeOf(sides[side], context, isInferred(name, options.profile)),
    ),
  }
}

function noteNearest(
  { distance, priceUsd, bornS }: Nearest,
  layer: number,
  nearestUsd: Float64Array,
  nearestBornS: Float64Array,
): void {
  if (!Number.isFinite(distance)) return
  nearestUsd[layer] = priceUsd
  nearestBornS[layer] = bornS
}

interface Meeting {
  readonly layer: number
  readonly side: AuditSide
  readonly atUsd: number
  readonly age: number
  readonly seq: number
  readonly timeS: number
}

function nearestOf(audit: Audit, { layer, side, atUsd, age, seq, timeS }: Meeting): Nearest {
  const ageS = audit.plan.minAgesS[age] ?? 0
  const track = audit.layers[layer]
  if (track === undefined) {
    return nearestZone(fixedAt(audit, audit.rows.length, side, age), atUsd, timeS)
  }
  return nearestAlive(track.sides[side], atUsd, seq, bornSMaxOf(timeS, ageS))
}

/** Without an age to ask for, a stamp a little later than the event is as good as any. */
export const bornSMaxOf = (timeS: number, ageS: number): number =>
  ageS > 0 ? timeS - ageS : Number.POSITIVE_INFINITY

/** The fixed levels in force in the minute of row `index`, which need not be there yet. */
export function fixedAt(
  { rows, plan, options }: Audit,
  index: number,
  side: AuditSide,
  age: number,
): StandingZones {
  const before = rows[index - 1]
  const minute = rows[index]?.minute ?? (before?.minute ?? 0) + 1
  const latest = minute - 1 - Math.ceil((plan.minAgesS[age] ?? 0) / 60)
  let place = index - 1
  while (place >= 0 && (rows[place]?.minute ?? 0) > latest) place -= 1
  const closeUsd = rows[place]?.bar.closeUsd
  return closeUsd === undefined ? NO_ZONES : fixedLevels(side, closeUsd, options.settings)
}

const hasZones = ({ standing, added }: SideTrack): boolean =>
  standing.pricesUsd.length > 0 || added.length > 0

/** Zones that price took this long ago explain why there are none. Unit: minutes. */
const SWEPT_WITHIN = 15

/** Layers of the reference that entries inferred from open interest go into. */
const isInferred = (layer: ModelLayer, profile: Profile): boolean =>
  profile === 'reference' && (layer === 'inference' || layer === 'combined' || layer === 'zones')

function causeOf(
  { lastSweptMinute }: SideTrack,
  context: MinuteRow | undefined,
  inferred: boolean,
): GapCause {
  if (context === undefined) return 'noContext'
  if (context.minute - lastSweptMinute < SWEPT_WITHIN) return 'allSwept'
  if (!inferred) return 'noneStood'
  if (context.allDisabled) return 'tierDisabled'
  if (context.oiChange < 0) return 'oiNegative'
  return context.oiChange === 0 ? 'oiZero' : 'oiBelowThreshold'
}
