/** Audit B, the Markdown report, section by section (`audits.md` §5.2). */

import { roundDecimal } from '../base/numeric.ts'
import { asymmetry, contextsOf, inferenceGaps, offsets, signedMiss } from './compat-misses.ts'
import type {
  CompatBar,
  CompatContext,
  CompatEvent,
  CompatRecords,
  CompatSweep,
} from './compat-records.ts'
import type { CompatApproach, CompatB, CompatReaction } from './compat-view.ts'
import {
  type CompatZone,
  combinedSet,
  HEADLINE,
  hitGrid,
  inferenceSet,
  inferenceZones,
  leadStats,
  leadTimes,
  tapeSet,
  tapeZones,
  type ZonesByMinute,
} from './compat-zones.ts'
import { ascending, atShare, meanOf, medianOf } from './spread.ts'

export function auditB(records: CompatRecords): CompatB {
  const events = eventsOf(records.events)
  const tapeByMinute = tapeZones(records.tape)
  const inferenceByMinute = inferenceZones(records.inference)
  const tape = tapeSet(tapeByMinute)
  const inference = inferenceSet(inferenceByMinute)
  const combined = combinedSet(tape, inference)
  const contexts = contextsOf(records.contexts)
  const ofSide = (side: 'long' | 'short') => events.filter((event) => event.side === side)
  const { lookback, tolerance } = HEADLINE
  return {
    eventCount: events.length,
    tape: hitGrid(events, tape),
    inference: hitGrid(events, inference),
    combined: hitGrid(events, combined),
    tapeLead: leadStats(leadTimes(events, tape, lookback, tolerance)),
    inferenceLead: leadStats(leadTimes(events, inference, lookback, tolerance)),
    ...reactions(inferenceByMinute, records.bars),
    ...asymmetry(events, combined, contexts),
    approach: approachOf(records),
    inferenceGaps: inferenceGaps(events, inference, contexts),
    offsets: offsets(events),
    sideCells: {
      long: hitGrid(ofSide('long'), combined, [5, 0]),
      short: hitGrid(ofSide('short'), combined, [5, 0]),
    },
    filteredTape: hitGrid(events, tapeSet(tapeByMinute, true)),
    signedMiss: {
      long: signedMiss(events, combined, 'long'),
      short: signedMiss(events, combined, 'short'),
    },
    openInterest: openInterestHealth([...contexts.values()]),
    errors: [...records.errors].map(([type, count]) => ({ type, count })),
    sweeps: sweepStats(records.sweeps),
  }
}

/** The same time, price and side once, by time. */
function eventsOf(records: readonly CompatEvent[]): readonly CompatEvent[] {
  const kept = new Map<string, CompatEvent>()
  for (const event of records) {
    const key = `${event.timeS} ${event.priceUsd} ${event.side}`
    if (!kept.has(key)) kept.set(key, event)
  }
  return [...kept.values()].sort((a, b) => a.timeS - b.timeS)
}

export function approachOf({ approach }: CompatRecords): CompatApproach {
  const { candidates, used } = approach
  const usePercent = candidates > 0 ? roundDecimal((100 * used) / candidates, 2) : 0
  return { ...approach, usePercent }
}

const REACTION_BPS = 20
const TOUCH = 0.001
/** The minute of the zone and five more, by labels that are one minute late (quirk 7). */
const REACTION_BARS = 6

/** Section E. All rates of it are shares of all zones. */
export function reactions(
  zones: ZonesByMinute,
  bars: readonly CompatBar[],
): { readonly reaction: CompatReaction; readonly reactionQuarters: readonly CompatReaction[] } {
  const barOf = new Map(bars.map((bar) => [bar.minuteKey, bar]))
  const all = [...zones].flatMap(([minute, list]) => list.map((zone) => ({ zone, minute })))
  all.sort((a, b) => b.zone.confidence - a.zone.confidence)
  const size = Math.max(1, Math.floor(all.length / 4))
  const quarters = [0, 1, 2, 3].map(() => ({ total: 0, touched: 0, reacted: 0, swept: 0 }))
  const whole = { total: 0, touched: 0, reacted: 0, swept: 0 }
  for (const [index, { zone, minute }] of all.entries()) {
    const outcome = outcomeOf(zone, minute, barOf)
    for (const count of [whole, quarters[Math.min(Math.floor(index / size), 3)] ?? whole]) {
      count.total += 1
      if (outcome === undefined) continue
      count.touched += 1
      if (outcome.reversalBps >= REACTION_BPS) count.reacted += 1
      if (outcome.continuationBps >= REACTION_BPS) count.swept += 1
    }
  }
  return { reaction: whole, reactionQuarters: quarters }
}

/** Greatest moves over the bars that touch; nothing when none does. */
function outcomeOf(
  { side, priceUsd }: CompatZone,
  minute: number,
  bars: ReadonlyMap<number, CompatBar>,
) {
  let isTouched = false
  let [reversalBps, continuationBps] = [0, 0]
  for (let key = minute; key < minute + REACTION_BARS; key += 1) {
    const { highUsd = 0, lowUsd = 0 } = bars.get(key) ?? {}
    if (!(highUsd > 0 && lowUsd > 0)) continue
    const isLong = side === 'long'
    if (isLong ? lowUsd > priceUsd * (1 + TOUCH) : highUsd < priceUsd - TOUCH * priceUsd) continue
    isTouched = true
    const upBps = ((highUsd - priceUsd) / priceUsd) * 10_000
    const downBps = ((priceUsd - lowUsd) / priceUsd) * 10_000
    reversalBps = Math.max(reversalBps, isLong ? upBps : downBps)
    continuationBps = Math.max(continuationBps, isLong ? downBps : upBps)
  }
  return isTouched ? { reversalBps, continuationBps } : undefined
}

/** Section M. */
export function openInterestHealth(contexts: readonly CompatContext[]): CompatB['openInterest'] {
  const sorted = [...contexts].sort((a, b) => a.minuteKey - b.minuteKey)
  const deltas = sorted.map(({ oiDelta }) => oiDelta)
  const steps = sorted
    .slice(1)
    .map(({ minuteKey }, index) => minuteKey - (sorted[index]?.minuteKey ?? 0))
  const gapMinutes = steps.filter((step) => step > 1)
  const total = deltas.length
  const zero = deltas.filter((delta) => delta === 0).length
  const valid = total - zero
  const validPercent = total > 0 ? (100 * valid) / total : 0
  return {
    total,
    zero,
    positive: deltas.filter((delta) => delta > 0).length,
    negative: deltas.filter((delta) => delta < 0).length,
    valid,
    validPercent,
    medianDelta: medianOf(deltas) ?? 0,
    gapCount: gapMinutes.length,
    gapMinutes,
    longestGapMinutes: Math.max(0, ...gapMinutes),
    significantGapCount: gapMinutes.filter((step) => step > 2).length,
    spanMinutes: (sorted.at(-1)?.minuteKey ?? 0) - (sorted[0]?.minuteKey ?? 0),
    status: total === 0 ? 'NO_DATA' : statusOf(validPercent),
  }
}

function statusOf(validPercent: number): 'HEALTHY' | 'DEGRADED' | 'CRITICAL' {
  if (validPercent > 99) return 'HEALTHY'
  return validPercent > 90 ? 'DEGRADED' : 'CRITICAL'
}

/** Section O. Without records it is empty, where the reference crashes (quirk 10). */
export function sweepStats(records: readonly CompatSweep[]): CompatB['sweeps'] {
  const amounts = records.map(({ notionalUsd = 0 }) => notionalUsd).filter((usd) => usd !== 0)
  const counts = records.map(({ count = 0 }) => count).filter((count) => count !== 0)
  const sorted = ascending(amounts)
  return {
    total: records.length,
    sideCount: {
      long: records.filter(({ side }) => side === 'long').length,
      short: records.filter(({ side }) => side === 'short').length,
    },
    ...(amounts.length > 0
      ? {
          meanUsd: meanOf(amounts),
          medianUsd: medianOf(amounts) ?? 0,
          p95Usd: amounts.length > 20 ? atShare(sorted, 0.95) : (sorted.at(-1) ?? 0),
          totalUsd: amounts.reduce((sum, usd) => sum + usd, 0),
        }
      : {}),
    ...(counts.length > 0 ? { meanCount: meanOf(counts) } : {}),
  }
}
