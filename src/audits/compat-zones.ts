/** Audit B's zone sets and what is read off them: sections C, D, J, K (`audits.md` §5.2). */
import type { CompatEvent, CompatInference, CompatTapeRecord } from './compat-records.ts'
import type { CompatCell, CompatLead } from './compat-view.ts'
import { ascending, atShare } from './spread.ts'
import type { AuditSide } from './view-figures.ts'

export const LOOKBACKS = [0, 1, 5, 15] as const
export const COMPAT_TOLERANCES = [0.001, 0.0025, 0.005, 0.01] as const
export const HEADLINE = { lookback: 5, tolerance: 0.005 } as const

export const minuteOfTime = (timeS: number): number => Math.floor(timeS / 60)

export interface CompatZone {
  readonly side: AuditSide
  readonly priceUsd: number
  /** Nothing for zones of the tape, whose lead time is 0 by definition. */
  readonly createdS: number | undefined
  readonly confidence: number
}

/** By the minute they were made in. */
export type ZonesByMinute = ReadonlyMap<number, readonly CompatZone[]>

export function tapeZones(records: readonly CompatTapeRecord[]): ZonesByMinute {
  const zones = new Map<number, CompatZone[]>()
  for (const { timeS, side, bucketUsd } of records) {
    const zone = { side, priceUsd: bucketUsd, createdS: undefined, confidence: 0 }
    addTo(zones, minuteOfTime(timeS), zone)
  }
  return zones
}

export function inferenceZones(records: readonly CompatInference[]): ZonesByMinute {
  const zones = new Map<number, CompatZone[]>()
  for (const { minuteKey, timeS, entries } of records) {
    for (const { side, priceUsd, confidence } of entries) {
      addTo(zones, minuteKey, { side, priceUsd, createdS: timeS, confidence })
    }
  }
  return zones
}

function addTo(zones: Map<number, CompatZone[]>, minute: number, zone: CompatZone): void {
  const list = zones.get(minute)
  if (list === undefined) zones.set(minute, [zone])
  else list.push(zone)
}

/** Gives the zones that an event is held against. */
export type ZoneSet = (event: CompatEvent, lookback: number) => readonly CompatZone[]

/** Minutes m − L to m, the event's own among them; prices once. */
export const tapeSet =
  (zones: ZonesByMinute, skipOwnMinute = false): ZoneSet =>
  ({ timeS, side }, lookback) => {
    const seen = new Set<number>()
    const last = minuteOfTime(timeS) - (skipOwnMinute ? 1 : 0)
    return zonesOf(zones, side, minuteOfTime(timeS) - lookback, last).filter(({ priceUsd }) => {
      if (seen.has(priceUsd)) return false
      seen.add(priceUsd)
      return true
    })
  }

export const inferenceSet =
  (zones: ZonesByMinute): ZoneSet =>
  ({ timeS, side }, lookback) =>
    zonesOf(zones, side, minuteOfTime(timeS) - lookback, minuteOfTime(timeS))

export const combinedSet =
  (tape: ZoneSet, inference: ZoneSet): ZoneSet =>
  (event, lookback) => [...tape(event, lookback), ...inference(event, lookback)]

function zonesOf(
  zones: ZonesByMinute,
  side: AuditSide,
  fromMinute: number,
  toMinute: number,
): readonly CompatZone[] {
  const found: CompatZone[] = []
  for (let minute = fromMinute; minute <= toMinute; minute += 1) {
    for (const zone of zones.get(minute) ?? []) if (zone.side === side) found.push(zone)
  }
  return found
}

const within = (event: CompatEvent, zones: readonly CompatZone[], tolerance: number) =>
  zones.filter(
    ({ priceUsd }) =>
      priceUsd > 0 && Math.abs(event.priceUsd - priceUsd) / event.priceUsd <= tolerance,
  )

/** By lookback, then tolerance. */
export const hitGrid = (
  events: readonly CompatEvent[],
  set: ZoneSet,
  lookbacks: readonly number[] = LOOKBACKS,
): readonly CompatCell[] =>
  lookbacks.flatMap((lookback) =>
    COMPAT_TOLERANCES.map((tolerance) => hitCell(events, set, lookback, tolerance)),
  )

function hitCell(
  events: readonly CompatEvent[],
  set: ZoneSet,
  lookbackMinutes: number,
  toleranceFraction: number,
): CompatCell {
  let [hits, gaps] = [0, 0]
  for (const event of events) {
    const zones = set(event, lookbackMinutes)
    if (zones.length === 0) gaps += 1
    else if (within(event, zones, toleranceFraction).length > 0) hits += 1
  }
  const total = events.length
  const misses = total - hits - gaps
  const rate = (count: number) => (total > 0 ? count / total : 0)
  return {
    lookbackMinutes,
    toleranceFraction,
    hits,
    gaps,
    misses,
    total,
    hitRate: rate(hits),
    gapRate: rate(gaps),
    missRate: rate(misses),
  }
}

/** Of each hit: since the oldest zone within tolerance (quirk 6). Unit: s. */
export function leadTimes(
  events: readonly CompatEvent[],
  set: ZoneSet,
  lookback: number,
  tolerance: number,
): readonly number[] {
  return events.flatMap((event) => {
    const leads = within(event, set(event, lookback), tolerance).map(({ createdS }) =>
      createdS === undefined ? 0 : event.timeS - createdS,
    )
    return leads.length > 0 ? [Math.max(...leads)] : []
  })
}

export function leadStats(leads: readonly number[]): CompatLead {
  const count = leads.length
  if (count === 0) return { count, notPositivePercent: 0 }
  const sorted = ascending(leads)
  const last = sorted[count - 1] ?? 0
  return {
    count,
    p50S: atShare(sorted, 0.5),
    p90S: count > 10 ? atShare(sorted, 0.9) : last,
    p95S: count > 20 ? atShare(sorted, 0.95) : last,
    notPositivePercent: (100 * leads.filter((lead) => lead <= 0).length) / count,
  }
}
