/** Audit A, the console audit (`audits.md` §4). */
import { roundDecimal } from '../base/numeric.ts'
import { approachOf } from './compat-b.ts'
import type {
  CompatEvent,
  CompatInference,
  CompatRecords,
  CompatTapeRecord,
} from './compat-records.ts'
import type { CompatA } from './compat-view.ts'
import {
  type CompatZone,
  inferenceZones,
  minuteOfTime,
  type ZonesByMinute,
} from './compat-zones.ts'
import { meanOf, medianOf } from './spread.ts'
import type { PerSide } from './view-figures.ts'

export function auditA(records: CompatRecords): CompatA {
  const { tape, inference } = records
  const zones = inferenceZones(inference)
  const t0 = inference[0]?.timeS
  const judged =
    t0 === undefined ? [] : tape.filter(({ bucketUsd, timeS }) => bucketUsd > 0 && timeS >= t0)
  const coverage = coverageOf(judged, zones)
  const aggression = aggressionOf(records)
  const sweepCount = records.sweeps.length
  const body = {
    intake: intakeOf(tape),
    aggression,
    inference: inferenceOf(inference),
    sweeps: {
      count: sweepCount,
      status: sweepCount > 0 ? 'ACTIVE' : 'NO_SWEEPS_LOGGED',
    } as const,
    hitRate: hitRateOf(judged, zones),
    coverage,
    calibrator: calibratorOf(records.events),
    approach: approachOf(records),
  }
  return { ...body, findings: findingsOf(body) }
}

const perHourOf = (count: number, rangeMinutes: number): number =>
  rangeMinutes > 0 ? roundDecimal(count / (rangeMinutes / 60), 2) : 0

function rangeMinutesOf(times: readonly number[]): number {
  if (times.length === 0) return 0
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const time of times) {
    least = Math.min(least, time)
    most = Math.max(most, time)
  }
  return (most - least) / 60
}

function sumsOf<T extends { readonly side: 'long' | 'short' }>(
  items: readonly T[],
  usdOf: (item: T) => number,
): { readonly sideCount: PerSide<number>; readonly sideUsd: PerSide<number> } {
  const sideCount = { long: 0, short: 0 }
  const sideUsd = { long: 0, short: 0 }
  for (const item of items) {
    sideCount[item.side] += 1
    sideUsd[item.side] += usdOf(item)
  }
  return {
    sideCount,
    sideUsd: { long: roundDecimal(sideUsd.long, 2), short: roundDecimal(sideUsd.short, 2) },
  }
}

function intakeOf(tape: readonly CompatTapeRecord[]): CompatA['intake'] {
  const rangeMinutes = rangeMinutesOf(tape.map(({ timeS }) => timeS))
  const count = tape.length
  return {
    count,
    ...sumsOf(tape, ({ notionalUsd }) => notionalUsd),
    rangeMinutes: roundDecimal(rangeMinutes, 1),
    perHour: perHourOf(count, rangeMinutes),
    status: count === 0 ? 'NO_DATA' : count > 10 ? 'LIVE' : 'LOW_VOLUME',
  }
}

function aggressionOf({ aggression }: CompatRecords): CompatA['aggression'] {
  const minuteCount = aggression.length
  const counts = aggression.map(({ tradeCount }) => tradeCount)
  const usd = aggression.map(({ notionalUsd }) => notionalUsd)
  const fallback = aggression.filter(({ fallbackUsed }) => fallbackUsed).length
  const rate = minuteCount > 0 ? fallback / minuteCount : 0
  const mean = (values: readonly number[]) => (values.length > 0 ? meanOf(values) : 0)
  return {
    minuteCount,
    meanTradeCount: roundDecimal(mean(counts), 1),
    medianTradeCount: roundDecimal(medianOf(counts) ?? 0, 1),
    meanNotionalUsd: roundDecimal(mean(usd), 2),
    totalNotionalUsd: roundDecimal(
      usd.reduce((sum, value) => sum + value, 0),
      2,
    ),
    fallbackPercent: roundDecimal(100 * rate, 2),
    zeroTradeMinutes: counts.filter((count) => count === 0).length,
    status: rate < 0.05 ? 'HEALTHY' : 'HIGH_FALLBACK',
  }
}

function inferenceOf(records: readonly CompatInference[]): CompatA['inference'] {
  const entries = records.flatMap((record) => record.entries)
  const rangeMinutes = rangeMinutesOf(records.map(({ timeS }) => timeS))
  return {
    recordCount: records.length,
    ...sumsOf(entries, ({ sizeUsd }) => sizeUsd),
    perHour: perHourOf(records.length, rangeMinutes),
    status: records.length > 50 ? 'ACTIVE' : 'LOW_ACTIVITY',
  }
}

const LOOKBACK = 5
const TOLERANCE_PERCENT = 0.5

/** From the minute of the event back, the newest first. */
function zonesBefore({ timeS }: CompatTapeRecord, zones: ZonesByMinute): readonly CompatZone[] {
  const minute = minuteOfTime(timeS)
  const found: CompatZone[] = []
  for (let back = 0; back <= LOOKBACK; back += 1) found.push(...(zones.get(minute - back) ?? []))
  return found
}

/** No gaps: an event without any projection is a miss without a distance. */
function hitRateOf(tape: readonly CompatTapeRecord[], zones: ZonesByMinute): CompatA['hitRate'] {
  let hitCount = 0
  const misses: number[] = []
  for (const event of tape) {
    const distances = zonesBefore(event, zones)
      .filter(({ side }) => side === event.side)
      .map(({ priceUsd }) => (Math.abs(event.bucketUsd - priceUsd) / event.bucketUsd) * 100)
    const nearest = Math.min(...distances)
    if (nearest <= TOLERANCE_PERCENT) hitCount += 1
    else if (distances.length > 0) misses.push(nearest)
  }
  const total = tape.length
  return {
    hitCount,
    missCount: total - hitCount,
    hitPercent: total > 0 ? roundDecimal((100 * hitCount) / total, 2) : 0,
    medianMissPercent: roundDecimal(medianOf(misses) ?? 0, 2),
  }
}

/** A record always has a projection, so that without one on either side there is none. */
function coverageOf(tape: readonly CompatTapeRecord[], zones: ZonesByMinute): CompatA['coverage'] {
  const counts = { same: 0, wrong: 0, gap: 0 }
  for (const event of tape) {
    const before = zonesBefore(event, zones)
    if (before.some(({ side }) => side === event.side)) counts.same += 1
    else if (before.length > 0) counts.wrong += 1
    else counts.gap += 1
  }
  const percent = (part: number) =>
    tape.length > 0 ? roundDecimal((100 * part) / tape.length, 2) : 0
  return {
    ...counts,
    coveragePercent: percent(counts.same),
    wrongSidePercent: percent(counts.wrong),
  }
}

function calibratorOf(events: readonly CompatEvent[]): CompatA['calibrator'] {
  const hitCount = events.filter(({ isHit }) => isHit).length
  const total = events.length
  // A zero counts as absent (quirk 11).
  const missed = events.filter(({ missUsd = 0 }) => missUsd !== 0)
  const median = (of: readonly CompatEvent[]) =>
    roundDecimal(medianOf(of.map(({ missUsd }) => missUsd ?? 0)) ?? 0, 2)
  const tiers = [...new Set(missed.map(({ tier }) => tier).filter((tier) => tier !== undefined))]
  const side = (name: 'long' | 'short') => {
    const of = missed.filter((event) => event.side === name)
    return of.length > 0 ? { [name]: median(of) } : {}
  }
  return {
    hitCount,
    missCount: total - hitCount,
    hitPercent: total > 0 ? roundDecimal((100 * hitCount) / total, 2) : 0,
    tierMedianUsd: tiers
      .sort((a, b) => a - b)
      .map((tier) => ({ tier, medianUsd: median(missed.filter((event) => event.tier === tier)) })),
    sideMedianUsd: { ...side('long'), ...side('short') },
    status: total === 0 ? 'NO_EVENTS' : total > 10 ? 'CALIBRATING' : 'INSUFFICIENT_SAMPLES',
  }
}

function findingsOf({
  coverage,
  sweeps,
  aggression,
}: Pick<CompatA, 'coverage' | 'sweeps' | 'aggression'>): CompatA['findings'] {
  const rules = [
    { rule: 'wrong_side', severity: 'CRITICAL', value: coverage.wrongSidePercent, limit: 30 },
    { rule: 'inference_gaps', severity: 'WARNING', value: coverage.gap, limit: 100 },
    { rule: 'fallback_rate', severity: 'WARNING', value: aggression.fallbackPercent, limit: 5 },
  ] as const
  const [wrong, ...rest] = rules.map(({ rule, severity, value, limit }) =>
    value > limit ? [{ rule, severity, value }] : [],
  )
  const none =
    sweeps.count === 0 ? [{ rule: 'no_sweeps', severity: 'CRITICAL', value: 0 } as const] : []
  return [...(wrong ?? []), ...none, ...rest.flat()]
}
