/** The calibrator: its own verdicts, its history, and what landed on tiers that are disabled. */
import type { AuditView } from '../audits/audit-view.ts'
import { fixed, percent, signed, whole } from '../audits/number-text.ts'
import type { Figure } from '../audits/view-figures.ts'
import type {
  CalibrationPoint,
  DisabledTierCheckName,
  DisabledTierEvent,
} from '../audits/view-health.ts'
import { figure, moment, momentMs, NOTHING, optional, share } from './figures.ts'
import { list, table } from './markdown.ts'
import { priceOf, seqList } from './section-health.ts'

const CHECKS: Readonly<Record<DisabledTierCheckName, string>> = {
  DT1: 'nothing is projected on a disabled tier',
  DT2: 'a disabled tier has no weight, after any calibration or push of weights',
  DT3: 'no zone holds a contribution of a disabled tier',
  DT4: 'no liquidation is attributed to a disabled tier',
  DT5: 'what is attributed to a disabled tier teaches nothing',
  DT6: 'tables of hits, offsets and sweeps leave disabled tiers out',
}

const VERDICTS = {
  pass: 'pass',
  warn: '*warn*',
  fail: '**fail**',
  notChecked: 'nothing to check',
} as const

export const checkTable = ({ disabledTiers }: AuditView): string =>
  table(
    ['<check', '<rule', '<', 'violations', 'share of events', '<entries (seq)'],
    disabledTiers.checks.map(({ check, verdict, count, share: part, seqs }) => [
      check,
      CHECKS[check],
      VERDICTS[verdict],
      whole(count),
      optional(part, (value) => percent(value, 2)),
      seqList(seqs, 6),
    ]),
  )

/** All that the view names: they are the evidence. */
export function offenderTable({ disabledTiers }: AuditView): string | undefined {
  if (disabledTiers.events.length === 0) return undefined
  return table(
    [
      'seq',
      '<time, UTC',
      '<symbol of the order',
      '<side',
      'tier',
      'price',
      'price then, USD',
      'miss, USD',
      'share of the tier',
      '<why it landed there',
      '<taught',
    ],
    disabledTiers.events.map((event) => [
      String(event.seq),
      momentMs(event.timeS),
      event.foreignSymbol ? `**${event.orderSymbol}**` : event.orderSymbol,
      event.side,
      `${event.tier}x`,
      priceOf(event.priceUsd),
      priceOf(event.srcUsd),
      optional(event.missUsd, (value) => signed(value, 2)),
      optional(event.responsibility, (value) => fixed(value, 4)),
      reasonsOf(event),
      event.updatesCalibration ? '**yes**' : 'no',
    ]),
  )
}

function reasonsOf({ foreignSymbol, insane, isTie }: DisabledTierEvent): string {
  const reasons = [
    ...(foreignSymbol ? ['another contract'] : []),
    ...(insane ? ['impossible price'] : []),
    ...(isTie ? ['all tiers tie, the first of the ladder wins'] : []),
  ]
  return reasons.length === 0 ? 'its price fits' : reasons.join('; ')
}

/** Symbols of the offending orders, with how many there are. */
export function offendersBySymbol({ disabledTiers }: AuditView): string {
  const counts = new Map<string, number>()
  for (const { orderSymbol } of disabledTiers.events) {
    counts.set(orderSymbol, (counts.get(orderSymbol) ?? 0) + 1)
  }
  return [...counts].map(([symbol, count]) => `${symbol} ${whole(count)}`).join(', ')
}

/** At most so many rows of a history. */
const ROWS_MAX = 24

export function calibrationSection(view: AuditView): readonly (string | undefined)[] {
  const { calibrator, profile } = view
  const { calibrations, safetyTrips, emptyAttributionRate } = calibrator
  return [
    list([
      `${whole(calibrator.eventCount)} liquidations judged by the calibrator itself, ${whole(calibrator.updatesCount)} taught it`,
      ...ownHitRates(view),
      `safety trips: ${profile === 'standard' ? 'this model has no stop' : safetyTrips.length === 0 ? 'none' : safetyTrips.map(({ seq, timeS, reason }) => `seq ${seq}, ${moment(timeS)}: ${reason}`).join('; ')}`,
      ...(emptyAttributionRate === undefined
        ? []
        : [
            `attributed to a tier by nothing but the ladder: ${figure(emptyAttributionRate, share)} % (price came before the level of every tier, where all prices share alike)`,
          ]),
    ]),
    profile === 'standard'
      ? 'The standard model learns at every minute close; the weights of a few moments:'
      : `${whole(calibrations.length)} calibrations. Entropy and greatest weight are of the enabled tiers, after each.`,
    profile === 'standard' ? weightTable(view) : calibrationTable(calibrations),
  ]
}

/** Nothing for a model that judges no hits. */
function ownHitRates({ calibrator }: AuditView): readonly string[] {
  const { both, long, short } = calibrator.ownHitRate
  if (both.value === undefined) return []
  const print = (rate: Figure) => `${figure(rate, share)} %`
  return [`its own hit rate: ${print(both)} (longs ${print(long)}, shorts ${print(short)})`]
}

function calibrationTable(calibrations: readonly CalibrationPoint[]): string | undefined {
  if (calibrations.length === 0) return undefined
  const [first] = calibrations
  return table(
    [
      'seq',
      '<time',
      'events',
      'hit %',
      'entropy, nats',
      'greatest',
      'buffer',
      ...tierHeads(first?.tiers ?? []),
    ],
    thinned(calibrations).map((point) => [
      String(point.seq),
      moment(point.timeS),
      optional(point.eventCount, whole),
      optional(point.hitRate, share),
      optional(point.entropy, (value) => fixed(value, 3)),
      optional(point.maxWeight, (value) => fixed(value, 3)),
      optional(point.bufferAfter, (value) => fixed(value, 5)),
      ...point.weightsAfter.map((weight) => fixed(weight, 4)),
    ]),
  )
}

function weightTable({ pictures }: AuditView): string | undefined {
  const { weights, tiers } = pictures
  if (weights.length === 0) return undefined
  return table(
    ['seq', '<minute', ...tierHeads(tiers)],
    thinned(weights).map((point) => [
      String(point.seq),
      moment(60 * point.minute),
      ...point.weights.map((weight) => fixed(weight, 5)),
    ]),
  )
}

const tierHeads = (tiers: readonly number[]): readonly string[] => tiers.map((tier) => `${tier}x`)

/** Evenly, the first and the last among them. */
function thinned<T>(values: readonly T[]): readonly T[] {
  if (values.length <= ROWS_MAX) return values
  const every = (values.length - 1) / (ROWS_MAX - 1)
  return Array.from({ length: ROWS_MAX }, (_, place) => values[Math.round(place * every)]).filter(
    (value) => value !== undefined,
  )
}

export function approachSection({ calibrator }: AuditView): readonly string[] {
  const { approach } = calibrator
  if (approach === undefined) return ['This model has no such rule.']
  const { candidateCount, usedCount, skippedCount, useRate, skipReasons } = approach
  const reasons = skipReasons.map(({ reason, count }) => `${reason} ${whole(count)}`)
  return [
    `${whole(candidateCount)} candidates, ${whole(usedCount)} used (${figure(useRate, share)} %), ${whole(skippedCount)} skipped: ${reasons.length === 0 ? NOTHING : reasons.join(', ')}.`,
  ]
}
