/** Audit B's distances: sections F, H, I, L (`audits.md` §5.2). */
import type { CompatContext, CompatEvent } from './compat-records.ts'
import type {
  CompatB,
  CompatBucket,
  CompatMissStats,
  CompatOffsets,
  CompatSideMiss,
} from './compat-view.ts'
import { HEADLINE, minuteOfTime, type ZoneSet } from './compat-zones.ts'
import { ascending, atShare, madOf, meanOf, medianOf, medianSorted } from './spread.ts'
import type { AuditSide } from './view-figures.ts'

export type Contexts = ReadonlyMap<number, CompatContext>

/** The first of a minute counts. */
export function contextsOf(records: readonly CompatContext[]): Contexts {
  const contexts = new Map<number, CompatContext>()
  for (const record of records) {
    if (!contexts.has(record.minuteKey)) contexts.set(record.minuteKey, record)
  }
  return contexts
}

/** Share of the price to the nearest zone; nothing without one. */
function nearestDistance(event: CompatEvent, set: ZoneSet): number | undefined {
  const distances = set(event, HEADLINE.lookback)
    .filter(({ priceUsd }) => priceUsd > 0)
    .map(({ priceUsd }) => Math.abs(event.priceUsd - priceUsd) / event.priceUsd)
  return distances.length > 0 ? Math.min(...distances) : undefined
}

const BUY_LOW = 0.2
const BUY_HIGH = 0.8

export function asymmetry(
  events: readonly CompatEvent[],
  set: ZoneSet,
  contexts: Contexts,
): Pick<CompatB, 'bySide' | 'byBuyWeight' | 'byOiDelta'> {
  const measured = events.map((event) => ({
    side: event.side,
    distance: nearestDistance(event, set),
    context: contexts.get(minuteOfTime(event.timeS)),
  }))
  const bucket = (name: string, belongs: (one: (typeof measured)[number]) => boolean) =>
    bucketOf(
      name,
      measured.filter(belongs).map(({ distance }) => distance),
    )
  const byBuy = (name: string, belongs: (weight: number) => boolean) =>
    bucket(name, ({ context }) => context !== undefined && belongs(context.buyWeight))
  const byOi = (name: string, belongs: (delta: number) => boolean) =>
    bucket(name, ({ context }) => context !== undefined && belongs(context.oiDelta))
  return {
    bySide: [
      bucket('long', ({ side }) => side === 'long'),
      bucket('short', ({ side }) => side === 'short'),
    ],
    byBuyWeight: [
      byBuy('low', (weight) => weight <= BUY_LOW),
      byBuy('mid', (weight) => weight > BUY_LOW && weight < BUY_HIGH),
      byBuy('high', (weight) => weight >= BUY_HIGH),
    ],
    byOiDelta: [
      byOi('negative', (delta) => delta < 0),
      byOi('zero', (delta) => delta === 0),
      byOi('positive', (delta) => delta > 0),
    ],
  }
}

function bucketOf(name: string, distances: readonly (number | undefined)[]): CompatBucket {
  const count = distances.length
  const known = distances.filter((distance) => distance !== undefined)
  const hits = known.filter((distance) => distance <= HEADLINE.tolerance)
  const percentOf = (part: number) => (count > 0 ? (100 * part) / count : 0)
  const head = {
    bucket: name,
    count,
    gapPercent: percentOf(count - known.length),
    hitPercent: percentOf(hits.length),
  }
  if (known.length === 0) return head
  const percents = known.map((distance) => distance * 100)
  const sorted = ascending(percents)
  return {
    ...head,
    meanPercent: meanOf(percents),
    p25Percent: known.length > 4 ? atShare(sorted, 0.25) : (sorted[0] ?? 0),
    p50Percent: medianSorted(sorted),
    p75Percent: known.length > 4 ? atShare(sorted, 0.75) : (sorted.at(-1) ?? 0),
    p95Percent: known.length > 20 ? atShare(sorted, 0.95) : (sorted.at(-1) ?? 0),
  }
}

const CAUSES = ['oi_delta_negative', 'oi_delta_zero', 'no_context', 'unknown'] as const

export function inferenceGaps(
  events: readonly CompatEvent[],
  inference: ZoneSet,
  contexts: Contexts,
): CompatB['inferenceGaps'] {
  const counts = new Map<string, number>(CAUSES.map((cause) => [cause, 0]))
  let without = 0
  for (const event of events) {
    if (inference(event, HEADLINE.lookback).length > 0) continue
    without += 1
    const cause = causeOf(contexts.get(minuteOfTime(event.timeS)))
    counts.set(cause, (counts.get(cause) ?? 0) + 1)
  }
  const causes = [...counts]
    .map(([cause, count]) => ({ cause, count }))
    .filter(({ count }) => count > 0)
  const top = [...causes].sort((a, b) => b.count - a.count)[0]
  return {
    withInference: events.length - without,
    without,
    causes,
    ...(top === undefined ? {} : { topCause: top.cause }),
  }
}

function causeOf(context: CompatContext | undefined): (typeof CAUSES)[number] {
  if (context === undefined) return 'no_context'
  if (context.oiDelta < 0) return 'oi_delta_negative'
  return context.oiDelta === 0 ? 'oi_delta_zero' : 'unknown'
}

const SMALL_SAMPLE = 30
const MEDIAN_OUTLIER_USD = 10_000
const MAD_OUTLIER_USD = 5000

/** Sorted by tier. */
export function offsets(events: readonly CompatEvent[]): readonly CompatOffsets[] {
  const tiers = [...new Set(events.map(({ tier }) => tier).filter((tier) => tier !== undefined))]
  return tiers
    .sort((a, b) => a - b)
    .flatMap((tier) =>
      offsetsOf(
        tier,
        events.filter((event) => event.tier === tier),
      ),
    )
}

function offsetsOf(tier: number, events: readonly CompatEvent[]): readonly CompatOffsets[] {
  const missed = events.filter(({ missUsd }) => missUsd !== undefined)
  const values = missed.map(({ missUsd }) => missUsd ?? 0)
  const count = values.length
  if (count === 0) return []
  const sorted = ascending(values)
  const medianUsd = medianSorted(sorted)
  const madUsd = madOf(values, medianUsd)
  return [
    {
      tier,
      count,
      medianUsd,
      madUsd,
      p05Usd: count > 20 ? atShare(sorted, 0.05) : (sorted[0] ?? 0),
      p95Usd: count > 20 ? atShare(sorted, 0.95) : (sorted.at(-1) ?? 0),
      longCount: missed.filter(({ side }) => side === 'long').length,
      shortCount: missed.filter(({ side }) => side === 'short').length,
      isSmall: count < SMALL_SAMPLE,
      isOutlier: Math.abs(medianUsd) > MEDIAN_OUTLIER_USD || madUsd > MAD_OUTLIER_USD,
    },
  ]
}

export function signedMiss(
  events: readonly CompatEvent[],
  set: ZoneSet,
  side: AuditSide,
): CompatSideMiss {
  const usd: number[] = []
  const percent: number[] = []
  for (const event of events) {
    if (event.side !== side) continue
    const zoneUsd = nearestZoneUsd(event, set)
    if (zoneUsd === undefined) continue
    usd.push(event.priceUsd - zoneUsd)
    percent.push(((event.priceUsd - zoneUsd) / event.priceUsd) * 100)
  }
  if (usd.length === 0) return { side, count: 0 }
  return { side, count: usd.length, usd: statsOf(usd), percent: statsOf(percent) }
}

/** The first of the nearest; zones without a price lose. */
function nearestZoneUsd(event: CompatEvent, set: ZoneSet): number | undefined {
  let best: number | undefined
  for (const { priceUsd } of set(event, HEADLINE.lookback)) {
    if (!(priceUsd > 0)) continue
    if (
      best === undefined ||
      Math.abs(event.priceUsd - priceUsd) < Math.abs(event.priceUsd - best)
    ) {
      best = priceUsd
    }
  }
  return best
}

function statsOf(values: readonly number[]): CompatMissStats {
  const sorted = ascending(values)
  const absolutes = values.map(Math.abs)
  return {
    mean: meanOf(values),
    median: medianSorted(sorted),
    p25: atShare(sorted, 0.25),
    p75: atShare(sorted, 0.75),
    p95: values.length > 20 ? atShare(sorted, 0.95) : (sorted.at(-1) ?? 0),
    absoluteMean: meanOf(absolutes),
    absoluteMedian: medianOf(absolutes) ?? 0,
  }
}
