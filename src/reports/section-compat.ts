/** The reference's own formulas on the same events, for those who compare with a run of it. */
import type { AuditView } from '../audits/audit-view.ts'
import type { CompatCell, CompatReaction, CompatView } from '../audits/compat-view.ts'
import { fixed, percent, signed, whole } from '../audits/number-text.ts'
import { NOTHING, optional, seconds } from './figures.ts'
import { list, table } from './markdown.ts'

export function compatSection({ compat }: AuditView): readonly (string | undefined)[] {
  if (compat === undefined) return []
  const { b } = compat
  return [
    '### The reference’s own formulas',
    'On correct UTC minutes, kept for comparison. They mislead: tape and combined rows match a liquidation with itself, zones count for exactly the lookback whether or not they are alive, and orders of other contracts are counted.',
    auditA(compat),
    '**C. Hit rates**, hits / gaps / misses',
    cellTable([
      ['tape', b.tape],
      ['inference', b.inference],
      ['combined', b.combined],
      ['tape without its own minute', b.filteredTape],
    ]),
    '**D. Lead times, E. reaction**',
    list([
      `inference: ${whole(b.inferenceLead.count)} hits, p50 ${optional(b.inferenceLead.p50S, seconds)}, p90 ${optional(b.inferenceLead.p90S, seconds)}, p95 ${optional(b.inferenceLead.p95S, seconds)}; ${fixed(b.inferenceLead.notPositivePercent, 1)} % not before the event`,
      `reaction of all zones: ${reaction(b.reaction)}; by quarter of confidence: ${b.reactionQuarters.map(reaction).join(' | ')}`,
    ]),
    '**H. Gaps of the inference**',
    `${whole(b.inferenceGaps.withInference)} with, ${whole(b.inferenceGaps.without)} without: ${b.inferenceGaps.causes.map(({ cause, count }) => `${cause} ${whole(count)}`).join(', ') || NOTHING}.`,
    '**I. Offsets per tier**, other contracts included',
    offsetTable(compat),
    '**L. Signed miss**',
    missTable(compat),
    '**M. Open interest, N. errors, O. sweeps**',
    list([
      `open interest ${b.openInterest.status}: ${whole(b.openInterest.valid)} of ${whole(b.openInterest.total)} minutes valid (${fixed(b.openInterest.validPercent, 2)} %), ${whole(b.openInterest.positive)} up, ${whole(b.openInterest.negative)} down, median ${signed(b.openInterest.medianDelta, 0)}, ${whole(b.openInterest.gapCount)} gaps`,
      `errors: ${b.errors.map(({ type, count }) => `${type} ${whole(count)}`).join(', ') || 'none'}`,
      `sweeps: ${whole(b.sweeps.total)} (${whole(b.sweeps.sideCount.long)} longs, ${whole(b.sweeps.sideCount.short)} shorts)`,
    ]),
  ]
}

function auditA({ a }: CompatView): string {
  return list([
    `audit A: hit rate ${fixed(a.hitRate.hitPercent, 2)} % (${whole(a.hitRate.hitCount)} of ${whole(a.hitRate.hitCount + a.hitRate.missCount)}), median miss ${fixed(a.hitRate.medianMissPercent, 2)} %`,
    `coverage: same side ${whole(a.coverage.same)}, wrong side ${whole(a.coverage.wrong)}, gap ${whole(a.coverage.gap)}; ${fixed(a.coverage.coveragePercent, 2)} %`,
    `intake ${a.intake.status}: ${whole(a.intake.count)} events in ${fixed(a.intake.rangeMinutes, 1)} min; aggression ${a.aggression.status}; inference ${a.inference.status}; sweeps ${a.sweeps.status}`,
    `calibrator ${a.calibrator.status}: ${fixed(a.calibrator.hitPercent, 2)} %`,
    ...a.findings.map(({ rule, severity, value }) => `${severity}: ${rule}, ${fixed(value, 2)}`),
  ])
}

type NamedCells = readonly (readonly [string, readonly CompatCell[]])[]

function cellTable(layers: NamedCells): string {
  const tolerances = [
    ...new Set(layers.flatMap(([, cells]) => cells.map((cell) => cell.toleranceFraction))),
  ]
  const rows = layers.flatMap(([name, cells]) => {
    const lookbacks = [...new Set(cells.map(({ lookbackMinutes }) => lookbackMinutes))]
    return lookbacks.map((lookback) => [
      name,
      `${lookback}m`,
      ...tolerances.map((tolerance) => {
        const found = cells.find(
          (cell) => cell.lookbackMinutes === lookback && cell.toleranceFraction === tolerance,
        )
        return found === undefined
          ? NOTHING
          : `${whole(found.hits)} / ${whole(found.gaps)} / ${whole(found.misses)}`
      }),
    ])
  })
  return table(['<zones', 'lookback', ...tolerances.map((value) => percent(value, 2))], rows)
}

const reaction = ({ total, touched, reacted, swept }: CompatReaction): string =>
  `${whole(total)} zones, ${whole(touched)} touched, ${whole(reacted)} reacted, ${whole(swept)} swept`

function offsetTable({ b }: CompatView): string | undefined {
  if (b.offsets.length === 0) return undefined
  return table(
    ['tier', 'events', 'median, USD', 'MAD, USD', 'p05, USD', 'p95, USD', 'longs', 'shorts', '<'],
    b.offsets.map((row) => [
      `${row.tier}x`,
      `${whole(row.count)}${row.isSmall ? '†' : ''}`,
      signed(row.medianUsd, 2),
      fixed(row.madUsd, 2),
      signed(row.p05Usd, 2),
      signed(row.p95Usd, 2),
      whole(row.longCount),
      whole(row.shortCount),
      row.isOutlier ? 'outlier' : '',
    ]),
  )
}

function missTable({ b }: CompatView): string {
  return table(
    ['<side', 'events', 'mean, USD', 'median, USD', 'mean, %', 'median, %', 'p95, %'],
    (['long', 'short'] as const).map((side) => {
      const { count, usd, percent: parts } = b.signedMiss[side]
      return [
        side,
        whole(count),
        optional(usd?.mean, (value) => signed(value, 2)),
        optional(usd?.median, (value) => signed(value, 2)),
        optional(parts?.mean, (value) => signed(value, 4)),
        optional(parts?.median, (value) => signed(value, 4)),
        optional(parts?.p95, (value) => signed(value, 4)),
      ]
    }),
  )
}
