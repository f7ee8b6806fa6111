/** What one liquidation does to the reference calibrator (`calibrator.md` §6). */
import { exp } from '../../base/elementary.ts'
import { roundHalfEven } from '../../base/numeric.ts'
import { type Attribution, attribute, volatilityScale } from './attribution.ts'
import { addTo, type Calibrator, type Emit, type Snapshot, type Zones } from './calibrator-state.ts'
import { eventRecord, rejectedRecord } from './event-record.ts'
import {
  type Hit,
  impliedBand,
  type Liquidation,
  missUsd,
  type PlacedEvent,
  placed,
  type SrcSource,
} from './placed-event.ts'

export function onLiquidation(state: Calibrator, liquidation: Liquidation, emit?: Emit): void {
  if (!(liquidation.priceUsd > 0)) return
  state.eventTimesS.push(liquidation.timeS)
  const snapshot = snapshotAt(state, Math.floor(liquidation.timeS / 60))
  if (snapshot === undefined) return
  const event = placed(state, liquidation, snapshot)
  if (event.insane) emit?.('liq_calibrator', rejectedRecord(state, event))
  if (!event.insane || state.settings.insaneEvents === 'keep') count(state, event, emit)
  forgetOldEvents(state, liquidation.timeS)
}

/** That of the minute, or of the last one before it. */
function snapshotAt(state: Calibrator, minuteKey: number): Snapshot | undefined {
  let best: Snapshot | undefined
  for (const snapshot of state.snapshots.values()) {
    if (snapshot.minuteKey > minuteKey) continue
    if (best === undefined || snapshot.minuteKey > best.minuteKey) best = snapshot
  }
  return best
}

/** Steps 7 to 16. */
function count(state: Calibrator, event: PlacedEvent, emit: Emit | undefined): void {
  const { window, settings } = state
  const { liquidation, snapshot, srcUsd, band, insane } = event
  window.bands[band] += 1
  window.sources[counterOf(event.source, settings.markCounter)] += 1
  if (!insane) {
    window.highUsd = Math.max(window.highUsd, liquidation.priceUsd)
    window.lowUsd = Math.min(window.lowUsd, liquidation.priceUsd)
  }
  const mayTeach = band !== 'FAR' && !insane
  const hit = countHit(state, event, mayTeach)
  takeVolatility(state, srcUsd)
  const { ladder, buffer } = snapshot
  // The reference fails here on such a ladder, and drops the rest of the event (calibrator.md §13).
  if (ladder.length === 0 || ladder.includes(0)) return
  const { priceUsd, side } = liquidation
  const attribution = attribute(state, ladder, { priceUsd, side, srcUsd, buffer })
  const bestTier = ladder[attribution.bestIndex]
  const teaches = mayTeach && bestTier !== undefined && !state.disabled.includes(bestTier)
  countAttribution(state, event, attribution)
  if (teaches) learn(state, event, attribution)
  const zones = snapshot[side]
  if (teaches && zones.pricesUsd.length > 0) {
    const nearestUsd = nearestZoneUsd(zones, priceUsd)
    window.directionsUsd.push(Math.abs(nearestUsd - srcUsd) - Math.abs(priceUsd - srcUsd))
  }
  emit?.('liq_calibrator', eventRecord(state, event, hit, attribution, teaches))
}

function counterOf(
  source: SrcSource,
  markCounter: 'mark' | 'fallback',
): 'mark' | 'mid' | 'last' | 'fallback' {
  if (source === 'markPrice') return markCounter
  return source === 'fallback_ohlc4' ? 'fallback' : source
}

function countHit(state: Calibrator, event: PlacedEvent, mayTeach: boolean): Hit {
  const { window, stepUsd, tolerance } = state
  const { liquidation, snapshot } = event
  const { pricesUsd, strengths } = snapshot[liquidation.side]
  const bucketUsd = roundHalfEven(liquidation.priceUsd / stepUsd) * stepUsd
  let isHit = false
  let strength = 0
  let distance = Number.POSITIVE_INFINITY
  for (const [index, priceUsd] of pricesUsd.entries()) {
    const buckets = Math.abs(priceUsd - bucketUsd) / stepUsd
    if (buckets <= tolerance) {
      isHit = true
      strength = Math.max(strength, strengths[index] ?? 0)
    }
    distance = Math.min(distance, buckets)
  }
  window.totalEvents += 1
  if (isHit) {
    window.hits += 1
    window.totalHitStrength += strength
  } else {
    window.misses += 1
    window.totalMissDistance += distance
    if (mayTeach && Number.isFinite(distance)) window.missDistances.push(distance)
  }
  return { isHit, strength, distance }
}

/** Once per event, whatever the time between events. */
function takeVolatility(state: Calibrator, srcUsd: number): void {
  const { lastSrcUsd, settings } = state
  if (lastSrcUsd > 0 && srcUsd > 0) {
    const change = Math.abs(srcUsd - lastSrcUsd) / lastSrcUsd
    state.volEwma = (1 - settings.volEwmaAlpha) * state.volEwma + settings.volEwmaAlpha * change
  }
  state.lastSrcUsd = srcUsd
}

/** What is counted whether or not the event teaches. */
function countAttribution(state: Calibrator, event: PlacedEvent, attribution: Attribution): void {
  const { window } = state
  const { ladder } = event.snapshot
  const { bestIndex, distances, shares } = attribution
  const bestTier = ladder[bestIndex]
  if (bestTier === undefined) return
  addTo(window.attributed, bestTier, 1)
  window.impliedBands[impliedBand(state, distances[bestIndex] ?? 0)] += 1
  const order = [...distances.keys()].sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0))
  const [first = 0, second] = order
  window.identTiers.push(ladder[first] ?? 0)
  window.identGaps.push(
    second === undefined ? 0 : (distances[second] ?? 0) - (distances[first] ?? 0),
  )
  window.identShares.push(shares[bestIndex] ?? 0)
}

function learn(state: Calibrator, event: PlacedEvent, attribution: Attribution): void {
  const { window, settings } = state
  const { priceUsd, sizeBase, side } = event.liquidation
  const delta = settings.deltaPctBase * volatilityScale(state)
  const notionalUsd = priceUsd * sizeBase
  for (const [index, tier] of event.snapshot.ladder.entries()) {
    const share = attribution.shares[index] ?? 0
    addTo(window.totals, tier, share)
    addTo(window.credits, tier, share * exp(-(attribution.distances[index] ?? 0) / delta))
    addTo(window.notionalUsd, tier, share * notionalUsd)
  }
  const missed = missUsd(state, event, attribution)
  window.sideMisses[side].fraction.push(event.srcUsd > 0 ? missed / event.srcUsd : 0)
  window.sideMisses[side].usd.push(missed)
}

/** The first of the nearest. */
function nearestZoneUsd({ pricesUsd }: Zones, priceUsd: number): number {
  let nearestUsd = pricesUsd[0] ?? 0
  for (const zoneUsd of pricesUsd) {
    if (Math.abs(zoneUsd - priceUsd) < Math.abs(nearestUsd - priceUsd)) nearestUsd = zoneUsd
  }
  return nearestUsd
}

function forgetOldEvents(state: Calibrator, nowS: number): void {
  const { eventTimesS, settings } = state
  const cutoffS = nowS - settings.windowMinutes * 60
  const kept = eventTimesS.findIndex((timeS) => timeS >= cutoffS)
  if (kept > 0) eventTimesS.splice(0, kept)
}
