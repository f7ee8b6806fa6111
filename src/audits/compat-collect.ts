/** From facts to the records that the reference's audits read. */
import { roundDecimal, roundHalfEven } from '../base/numeric.ts'
import type { AuditEvent, LiquidationFact, MinuteFact } from './audit-input.ts'
import type { AuditOptions } from './audit-options.ts'
import type { CompatRecords } from './compat-records.ts'

export function recordCompat(
  records: CompatRecords,
  event: AuditEvent,
  options: AuditOptions,
): void {
  switch (event.kind) {
    case 'liquidation':
      recordLiquidation(records, event, options)
      break
    case 'minute':
      recordMinute(records, event)
      break
    case 'zoneRemoved':
      // Its amount and count were written under names that the audit does not look for (quirk 9).
      if (event.reason === 'swept' && BUCKET_LAYERS.includes(event.layer)) {
        records.sweeps.push({ side: event.side })
      }
      break
    case 'approach':
      records.approach.candidates += event.candidateCount
      records.approach.used += event.usedCount
      records.approach.skipped += event.skippedCount
      break
    case 'safetyTrip':
      records.errors.set('safety_trip', (records.errors.get('safety_trip') ?? 0) + 1)
      break
    default:
      break
  }
}

/** Of the sweep log; zones of the manager are logged elsewhere. */
const BUCKET_LAYERS: readonly string[] = ['tape', 'inference', 'projection']

/** All that the engines took, foreign and insane ones too (quirk 3). */
function recordLiquidation(
  { events, tape }: CompatRecords,
  { timeS, side, priceUsd, notionalUsd, verdict }: LiquidationFact,
  { stepUsd }: AuditOptions,
): void {
  const bucketUsd = roundHalfEven(priceUsd / stepUsd) * stepUsd
  tape.push({ timeS, side, bucketUsd, notionalUsd })
  if (verdict === undefined) return
  const { isHit, attributedTier, missUsd } = verdict
  events.push({
    timeS,
    side,
    priceUsd: roundDecimal(priceUsd, 2),
    ...(isHit === undefined ? {} : { isHit }),
    ...(attributedTier === undefined ? {} : { tier: attributedTier }),
    ...(missUsd === undefined ? {} : { missUsd: roundDecimal(missUsd, 2) }),
  })
}

/** Records name the minute that begins. */
function recordMinute(records: CompatRecords, fact: MinuteFact): void {
  const { bar, timeS, buyBase, sellBase } = fact
  const minuteKey = Math.max(fact.minute + 1, Math.floor(timeS / 60))
  const buyUsd = fact.buyUsd ?? buyBase * bar.closeUsd
  const sellUsd = fact.sellUsd ?? sellBase * bar.closeUsd
  records.bars.push({
    minuteKey,
    highUsd: roundDecimal(bar.highUsd, 2),
    lowUsd: roundDecimal(bar.lowUsd, 2),
  })
  records.contexts.push({
    minuteKey,
    oiDelta: fact.oiChangeUsd ?? fact.oiChange,
    buyWeight: buyWeightOf(buyUsd, sellUsd),
  })
  records.aggression.push({
    tradeCount: fact.tradeCount,
    notionalUsd: roundDecimal(buyUsd + sellUsd, 2),
    fallbackUsed: fact.fallbackUsed ?? false,
  })
  if (fact.projections === undefined || fact.projections.length === 0) return
  records.inference.push({
    timeS,
    minuteKey,
    entries: fact.projections.map(({ side, priceUsd, sizeUsd, confidence }) => ({
      side,
      priceUsd,
      sizeUsd: roundDecimal(sizeUsd, 2),
      confidence: roundDecimal(confidence, 3),
    })),
  })
}

/** As `entry-inference.md` clamps it. */
const BUY_WEIGHT = { min: 0.1, max: 0.9 }

function buyWeightOf(buyUsd: number, sellUsd: number): number {
  const total = buyUsd + sellUsd
  const share = total > 0 ? buyUsd / total : 0.5
  return roundDecimal(Math.max(BUY_WEIGHT.min, Math.min(BUY_WEIGHT.max, share)), 4)
}
