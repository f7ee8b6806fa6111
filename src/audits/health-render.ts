/** The health of the input, what was refused, and what was swept. */
import type { BookCheck } from './audit-input.ts'
import type { Audit, MinuteRow } from './audit-state.ts'
import { defined } from './defined.ts'
import type { GapRecord, JudgedSweep } from './health-records.ts'
import { anyGap, type RenderContext } from './hit-cells.ts'
import { medianOf, rateFigure, spreadOf } from './spread.ts'
import type {
  AggressionView,
  ConservationRow,
  FeedView,
  GapView,
  HealthStatus,
  OpenInterestView,
  RejectedView,
  SweepRow,
} from './view-health.ts'

export function rejectedView(context: RenderContext): RejectedView {
  const { health, options } = context.audit
  const { rejected, seenCount } = health
  const tally = (nameOf: (event: (typeof rejected)[number]) => string) =>
    tallied(rejected.map(nameOf))
  return {
    count: rejected.length,
    rate: rateFigure(rejected.length, seenCount, options.settings, anyGap(context)),
    takenByEnginesCount: rejected.filter(({ takenByEngines }) => takenByEngines).length,
    reasons: tally(({ reason }) => reason).map(([reason, count]) => ({ reason, count })),
    symbols: tally(({ orderSymbol }) => orderSymbol).map(([symbol, count]) => ({ symbol, count })),
    events: rejected.slice(0, options.settings.listMax),
  }
}

/** Names with their counts, the most frequent first, then as they came. */
function tallied(names: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}

export function sweepRows(context: RenderContext): readonly SweepRow[] {
  const { health } = context.audit
  const layers = [...new Set(health.sweeps.map(({ fact }) => fact.layer))]
  return layers.map((layer) =>
    sweepRow(
      context,
      layer,
      health.sweeps.filter(({ fact }) => fact.layer === layer),
    ),
  )
}

function sweepRow(
  { audit }: RenderContext,
  layer: string,
  sweeps: readonly JudgedSweep[],
): SweepRow {
  const { settings } = audit.options
  const overGap = sweeps.some((sweep) => sweep.overGap)
  const violations = sweeps.filter(({ isViolation }) => isViolation)
  const confirmed = sweeps.filter(({ isConfirmed }) => isConfirmed)
  const strengths = sweeps.map(({ fact }) => fact.strength)
  const ages = sweeps.map(({ fact }) => fact.ageMinutes).filter((age) => age !== undefined)
  return {
    layer,
    count: sweeps.length,
    longCount: sweeps.filter(({ fact }) => fact.side === 'long').length,
    shortCount: sweeps.filter(({ fact }) => fact.side === 'short').length,
    violationCount: violations.length,
    violationSeqs: violations.slice(0, settings.listMax).map(({ fact }) => fact.seq),
    confirmedRate: rateFigure(confirmed.length, sweeps.length, settings, overGap),
    strength: spreadOf(strengths, settings, overGap),
    strengthSum: strengths.reduce((sum, strength) => sum + strength, 0),
    ageMinutes: spreadOf(ages, settings, overGap),
  }
}

/** Those alive when the range began count as created in it. */
export const conservationRows = ({ audit }: RenderContext): readonly ConservationRow[] =>
  [...audit.counts.values()].map(({ first, last }) => {
    const since = (name: 'swept' | 'expired' | 'decayed' | 'merged' | 'reduced') =>
      (last[name] ?? 0) - (first[name] ?? 0)
    const created = last.created - first.created + first.alive
    const ends = {
      swept: since('swept'),
      expired: since('expired'),
      decayed: since('decayed'),
      merged: since('merged'),
      reduced: since('reduced'),
    }
    const gone = Object.values(ends).reduce((sum, count) => sum + count, 0)
    const { layer, alive } = last
    const told = audit.health.toldEnds.get(layer) ?? { swept: 0, expired: 0 }
    const untold = Math.abs(ends.swept - told.swept) + Math.abs(ends.expired - told.expired)
    return { layer, created, alive, ...ends, difference: created - alive - gone, untold }
  })

/** More than this share is healthy, more than the second degraded (`audits.md` §3). */
const HEALTHY_FROM = 0.99
const DEGRADED_FROM = 0.9

export function openInterestView(context: RenderContext): OpenInterestView {
  const rows = context.audit.rows.filter(({ counted }) => counted)
  const isValid = ({ oiReplyCount, oiChange }: (typeof rows)[number]) =>
    oiReplyCount === undefined ? oiChange !== 0 : oiReplyCount > 0
  const valid = rows.filter(isValid)
  const share = rows.length > 0 ? valid.length / rows.length : 0
  let [longest, without] = [0, 0]
  for (const row of rows) {
    without = isValid(row) ? 0 : without + 1
    longest = Math.max(longest, without)
  }
  const { settings } = context.audit.options
  return {
    minuteCount: rows.length,
    validCount: valid.length,
    zeroCount: rows.filter(({ oiChange }) => oiChange === 0).length,
    positiveCount: rows.filter(({ oiChange }) => oiChange > 0).length,
    negativeCount: rows.filter(({ oiChange }) => oiChange < 0).length,
    validRate: rateFigure(valid.length, rows.length, settings, anyGap(context)),
    longestGapS: longest * 60,
    ...defined({ medianChange: medianOf(rows.map(({ oiChange }) => oiChange)) }),
    status: statusOf(rows.length, share, HEALTHY_FROM, DEGRADED_FROM),
  }
}

const FALLBACK_HEALTHY = 0.95
const FALLBACK_DEGRADED = 0.5

export function aggressionView(context: RenderContext): AggressionView {
  const rows = context.audit.rows.filter(({ counted }) => counted)
  const fallback = rows.filter(({ fallbackUsed }) => fallbackUsed).length
  const { settings } = context.audit.options
  const share = rows.length > 0 ? 1 - fallback / rows.length : 0
  return {
    minuteCount: rows.length,
    minutesWithTrades: rows.filter(({ tradeCount }) => tradeCount > 0).length,
    fallbackRate: rateFigure(fallback, rows.length, settings, anyGap(context)),
    ...defined({ medianTradeCount: medianOf(rows.map(({ tradeCount }) => tradeCount)) }),
    status: statusOf(rows.length, share, FALLBACK_HEALTHY, FALLBACK_DEGRADED),
  }
}

function statusOf(count: number, share: number, healthy: number, degraded: number): HealthStatus {
  if (count === 0) return 'noData'
  if (share > healthy) return 'healthy'
  return share > degraded ? 'degraded' : 'critical'
}

export function feedView(context: RenderContext): FeedView {
  const { audit, events } = context
  const { health, gapMinutes, options } = audit
  const { gaps, holes } = health
  const rows = audit.rows.filter(({ counted }) => counted)
  const views = gaps.map((gap) => gapView(context, gap))
  const sources = tallied(rows.map(({ barSource }) => barSource))
  return {
    gapCount: gaps.length,
    missingCount: gaps.reduce((sum, { fact }) => sum + fact.missingCount, 0),
    longestGapMs: gaps.reduce((most, { fact }) => Math.max(most, fact.durationMs), 0),
    touchedMinuteCount: rows.filter(({ minute }) => gapMinutes.has(minute)).length,
    touchedEventCount: events.filter(({ minute }) => gapMinutes.has(minute)).length,
    byChannel: byChannel(gaps),
    gaps: views.sort((a, b) => b.durationMs - a.durationMs).slice(0, options.settings.listMax),
    staleBookMinuteCount: rows.filter(({ bookStale }) => bookStale).length,
    bookCheck: bookCheckOf(rows),
    barSources: sources.map(([source, minuteCount]) => ({ source, minuteCount })),
    holes,
  }
}

function bookCheckOf(rows: readonly MinuteRow[]): BookCheck {
  const checks = rows.flatMap(({ bookCheck }) => bookCheck ?? [])
  return {
    snapshotCount: checks.reduce((sum, { snapshotCount }) => sum + snapshotCount, 0),
    levelCount: checks.reduce((sum, { levelCount }) => sum + levelCount, 0),
    differingCount: checks.reduce((sum, { differingCount }) => sum + differingCount, 0),
  }
}

function gapView({ events }: RenderContext, { fact, fromMinute, toMinute }: GapRecord): GapView {
  const { seq, timeS, channel, cause, durationMs, missingCount } = fact
  const touched = events.filter(({ minute }) => minute >= fromMinute && minute <= toMinute)
  return {
    seq,
    ...defined({ timeS }),
    channel,
    cause,
    durationMs,
    missingCount,
    fromMinute,
    toMinute,
    eventCount: touched.length,
  }
}

function byChannel(gaps: Audit['health']['gaps']): FeedView['byChannel'] {
  const rows = new Map<string, { -readonly [K in keyof ChannelRow]: ChannelRow[K] }>()
  for (const { fact } of gaps) {
    const { channel, cause } = fact
    const key = `${channel} ${cause}`
    const row = rows.get(key) ?? { channel, cause, count: 0, missingCount: 0, durationMs: 0 }
    row.count += 1
    row.missingCount += fact.missingCount
    row.durationMs += fact.durationMs
    rows.set(key, row)
  }
  return [...rows.values()]
}

type ChannelRow = FeedView['byChannel'][number]
