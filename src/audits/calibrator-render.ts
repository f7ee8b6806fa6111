/** The calibrator's own verdicts, tier by tier, and its history. */
import { log } from '../base/elementary.ts'
import type { CalibrationFact } from './audit-input.ts'
import { defined } from './defined.ts'
import type { VerdictRecord } from './health-records.ts'
import { anyGap, bothSides, type RenderContext } from './hit-cells.ts'
import { deeperOf } from './miss-render.ts'
import { figureOf, medianOf, rateFigure, spreadOf } from './spread.ts'
import type { CalibrationPoint, CalibratorView, TierRow } from './view-health.ts'

export function calibratorView(context: RenderContext): CalibratorView {
  const { audit } = context
  const { health, options } = audit
  const { verdicts, calibrations, safetyTrips } = health
  const { disabledTiers, settings } = options
  const admitted = verdicts.filter((record) => record.admitted)
  const isDisabled = ({ verdict }: VerdictRecord) =>
    verdict.tierDisabled || disabledTiers.includes(verdict.attributedTier ?? Number.NaN)
  const enabled = admitted.filter((record) => !isDisabled(record))
  const empty = admitted.filter(({ verdict }) => verdict.isEmptyAttribution !== undefined)
  const emptyCount = empty.filter(({ verdict }) => verdict.isEmptyAttribution).length
  return {
    eventCount: admitted.length,
    ownHitRate: bothSides((side) => ownHitRate(context, admitted, side)),
    updatesCount: admitted.filter(({ verdict }) => verdict.updatesCalibration).length,
    tiers: health.tiers,
    disabledTiers,
    calibrations: calibrations.map((fact) => calibrationPoint(fact, disabledTiers)),
    safetyTrips: safetyTrips.map(({ seq, timeS, reason }) => ({ seq, timeS, reason })),
    tierRows: tierRows(
      context,
      enabled.filter(({ verdict }) => verdict.updatesCalibration),
    ),
    excludedTierRows: tierRows(
      context,
      enabled.filter(({ verdict }) => !verdict.updatesCalibration),
    ),
    disabledTierRows: tierRows(context, verdicts.filter(isDisabled)),
    ...defined({
      approach: approachOf(context),
      emptyAttributionRate:
        empty.length > 0
          ? rateFigure(emptyCount, empty.length, settings, anyGap(context))
          : undefined,
      maintenanceMargin: maintenanceMargin(context),
    }),
  }
}

function ownHitRate(
  context: RenderContext,
  admitted: readonly VerdictRecord[],
  side: 'long' | 'short' | undefined,
) {
  const judged = admitted.filter(
    ({ fact, verdict }) =>
      verdict.isHit !== undefined && (side === undefined || fact.side === side),
  )
  const hits = judged.filter(({ verdict }) => verdict.isHit)
  const overGap = judged.some(({ minute }) => context.audit.gapMinutes.has(minute))
  return rateFigure(hits.length, judged.length, context.audit.options.settings, overGap)
}

function approachOf(context: RenderContext): CalibratorView['approach'] {
  const { approach, skipReasons } = context.audit.health
  if (approach.minutes === 0) return undefined
  const { candidates, used, skipped } = approach
  return {
    candidateCount: candidates,
    usedCount: used,
    skippedCount: skipped,
    useRate: rateFigure(used, candidates, context.audit.options.settings, anyGap(context)),
    skipReasons: [...skipReasons]
      .map(([reason, count]) => ({ reason, count }))
      .sort((a, b) => b.count - a.count),
  }
}

function calibrationPoint(
  fact: CalibrationFact,
  disabledTiers: readonly number[],
): CalibrationPoint {
  const { seq, timeS, tiers, weightsBefore, weightsAfter } = fact
  const { bufferBefore, bufferAfter, hitRate, eventCount, enabled } = fact
  const shares = weightsAfter.filter((_, place) => !disabledTiers.includes(tiers[place] ?? 0))
  return {
    seq,
    timeS,
    tiers: [...tiers],
    weightsBefore: [...weightsBefore],
    weightsAfter: [...weightsAfter],
    ...defined({
      entropy: entropyOf(shares),
      maxWeight: shares.length > 0 ? Math.max(...shares) : undefined,
      bufferBefore,
      bufferAfter,
      hitRate,
      eventCount,
      enabled,
    }),
  }
}

/** Of shares of their sum. Unit: nats. */
function entropyOf(weights: readonly number[]): number | undefined {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (!(total > 0)) return undefined
  let entropy = 0
  for (const weight of weights) {
    if (weight > 0) entropy -= (weight / total) * log(weight / total)
  }
  return entropy
}

/** In the order of tiers; verdicts without a tier have no row. */
function tierRows(context: RenderContext, records: readonly VerdictRecord[]): readonly TierRow[] {
  const byTier = new Map<number, VerdictRecord[]>()
  for (const record of records) {
    const tier = record.verdict.attributedTier
    if (tier === undefined) continue
    const row = byTier.get(tier)
    if (row === undefined) byTier.set(tier, [record])
    else row.push(record)
  }
  return [...byTier]
    .sort(([a], [b]) => a - b)
    .map(([tier, ofTier]) => tierRow(context, tier, ofTier))
}

/** A tier whose misses lie further than this is an outlier (`audits.md` §9.6). Shares of price. */
const MEDIAN_MAX = 0.01
const MAD_MAX = 0.005

function tierRow(context: RenderContext, tier: number, records: readonly VerdictRecord[]): TierRow {
  const { settings } = context.audit.options
  const overGap = records.some(({ minute }) => context.audit.gapMinutes.has(minute))
  const spread = (values: readonly (number | undefined)[]) =>
    spreadOf(
      values.filter((value) => value !== undefined),
      settings,
      overGap,
    )
  const missFraction = spread(records.map(({ verdict }) => verdict.missFraction))
  const { count, median = 0, mad = 0 } = missFraction
  return {
    tier,
    count: records.length,
    longCount: records.filter(({ fact }) => fact.side === 'long').length,
    shortCount: records.filter(({ fact }) => fact.side === 'short').length,
    missUsd: spread(records.map(({ verdict }) => verdict.missUsd)),
    missFraction,
    deeperFraction: bothSides((side) =>
      spread(
        records
          .filter(({ fact }) => side === undefined || fact.side === side)
          .map(({ fact, verdict }) =>
            verdict.missFraction === undefined
              ? undefined
              : deeperOf(fact.side, verdict.missFraction),
          ),
      ),
    ),
    isOutlier: count >= settings.sampleMin && (Math.abs(median) > MEDIAN_MAX || mad > MAD_MAX),
  }
}

/** In the quieter half of minutes with orders, the mark has hardly moved since the trigger. */
function maintenanceMargin(context: RenderContext): CalibratorView['maintenanceMargin'] {
  const { audit, events } = context
  const rangeOf = new Map(
    audit.rows.map(({ minute, bar }) => [minute, (bar.highUsd - bar.lowUsd) / bar.closeUsd]),
  )
  const marked = events.filter(({ markUsd, minute }) => markUsd > 0 && rangeOf.has(minute))
  const ranges = [...new Set(marked.map(({ minute }) => minute))].map(
    (minute) => rangeOf.get(minute) ?? 0,
  )
  const quiet = medianOf(ranges)
  if (quiet === undefined) return undefined
  const distances = marked
    .filter(({ minute }) => (rangeOf.get(minute) ?? 0) <= quiet)
    .map(({ priceUsd, markUsd }) => Math.abs(priceUsd - markUsd) / markUsd)
  const { settings } = audit.options
  return figureOf(medianOf(distances), distances.length, settings, anyGap(context))
}
