/** How far the nearest zone alive was, how long it had been there, and what each context gave. */
import { type AuditedEvent, cellOf, type MinuteRow } from './audit-state.ts'
import { bothSides, eventsOf, isOverGap, type RenderContext } from './hit-cells.ts'
import { ascending, atShare, EXTREMES_UP_TO, rateFigure, spreadOf } from './spread.ts'
import type { AuditSide, BothSides } from './view-figures.ts'
import type { ContextRow, LeadView, MissView } from './view-hits.ts'

export const missesOf = (context: RenderContext, layer: number): BothSides<MissView> =>
  bothSides((side) => {
    const events = eventsOf(context, side).filter((event) => hasNearest(event, layer))
    const overGap = isOverGap(context, events)
    const signedUsd = events.map((event) => event.priceUsd - (event.nearestUsd[layer] ?? 0))
    const signed = signedUsd.map((usd, index) => usd / (events[index]?.priceUsd ?? 1))
    const deeper = (values: readonly number[]) =>
      values.map((value, index) => deeperOf(events[index]?.side, value))
    const spread = (values: readonly number[]) =>
      spreadOf(values, context.audit.options.settings, overGap)
    return {
      signedUsd: spread(signedUsd),
      signedFraction: spread(signed),
      absoluteFraction: spread(signed.map(Math.abs)),
      deeperUsd: spread(deeper(signedUsd)),
      deeperFraction: spread(deeper(signed)),
    }
  })

const hasNearest = ({ nearestUsd }: AuditedEvent, layer: number): boolean =>
  !Number.isNaN(nearestUsd[layer] ?? Number.NaN)

/** Positive: price went further than predicted. A zero keeps no sign. */
export const deeperOf = (side: AuditSide | undefined, value: number): number =>
  side === 'long' ? 0 - value : value

export const leadsOf = (context: RenderContext, layer: number): BothSides<readonly LeadView[]> =>
  bothSides((side) => {
    const events = eventsOf(context, side)
    return context.audit.plan.tolerances.map((tolerance) =>
      leadOf(context, layer, tolerance, events),
    )
  })

/** Up to this many lead times p90 is the longest (`audits.md` §5.2). */
const P90_FROM = 10

function leadOf(
  { audit }: RenderContext,
  layer: number,
  toleranceFraction: number,
  events: readonly AuditedEvent[],
): LeadView {
  const leads: number[] = []
  for (const event of events) {
    const distance = event.distances[cellOf(audit, layer, 0)] ?? Number.POSITIVE_INFINITY
    const bornS = event.nearestBornS[layer] ?? Number.NaN
    if (distance <= toleranceFraction && Number.isFinite(bornS)) leads.push(event.timeS - bornS)
  }
  const count = leads.length
  const insufficient = count < audit.options.settings.sampleMin
  if (count === 0) return { toleranceFraction, count, insufficient }
  const sorted = ascending(leads)
  const last = sorted[count - 1] ?? 0
  return {
    toleranceFraction,
    count,
    p50S: atShare(sorted, 0.5),
    p90S: count > P90_FROM ? atShare(sorted, 0.9) : last,
    p95S: count > EXTREMES_UP_TO ? atShare(sorted, 0.95) : last,
    insufficient,
  }
}

/** Of the headline layer, by what the market did in the minute before. */
export function contextRows(context: RenderContext): readonly ContextRow[] {
  const row = (
    by: ContextRow['by'],
    bucket: ContextRow['bucket'],
    belongs: (event: AuditedEvent) => boolean,
  ): ContextRow => contextRow(context, by, bucket, context.events.filter(belongs))
  const buyShare = (bucket: 'low' | 'mid' | 'high') =>
    row('buyShare', bucket, ({ context: minute }) => buyBucket(minute) === bucket)
  const openInterest = (bucket: 'negative' | 'zero' | 'positive') =>
    row('openInterest', bucket, ({ context: minute }) => oiBucket(minute) === bucket)
  return [
    row('side', 'long', ({ side }) => side === 'long'),
    row('side', 'short', ({ side }) => side === 'short'),
    buyShare('low'),
    buyShare('mid'),
    buyShare('high'),
    openInterest('negative'),
    openInterest('zero'),
    openInterest('positive'),
  ]
}

const BUY_LOW = 0.35
const BUY_HIGH = 0.65

function buyBucket(minute: MinuteRow | undefined) {
  if (minute?.buyShare === undefined) return undefined
  if (minute.buyShare < BUY_LOW) return 'low'
  return minute.buyShare > BUY_HIGH ? 'high' : 'mid'
}

function oiBucket(minute: MinuteRow | undefined) {
  if (minute === undefined) return undefined
  if (minute.oiChange === 0) return 'zero'
  return minute.oiChange < 0 ? 'negative' : 'positive'
}

function contextRow(
  context: RenderContext,
  by: ContextRow['by'],
  bucket: ContextRow['bucket'],
  events: readonly AuditedEvent[],
): ContextRow {
  const { plan, options } = context.audit
  const cell = cellOf(context.audit, plan.headlineLayer, plan.headlineAge)
  const tolerance = plan.tolerances[plan.headlineTolerance] ?? 0
  const distances = events.map(({ distances: all }) => all[cell] ?? Number.POSITIVE_INFINITY)
  const known = distances.filter(Number.isFinite)
  const hits = known.filter((distance) => distance <= tolerance)
  const overGap = isOverGap(context, events)
  const rule = options.settings
  return {
    by,
    bucket,
    hitRate: rateFigure(hits.length, events.length, rule, overGap),
    gapRate: rateFigure(events.length - known.length, events.length, rule, overGap),
    absoluteFraction: spreadOf(known, rule, overGap),
  }
}
