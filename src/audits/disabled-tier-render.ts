/** Disabled tiers (`audits.md` §9.5): that nothing is made of them, and what landed there and why. */
import type { Audit } from './audit-state.ts'
import { defined } from './defined.ts'
import type { TierViolations, VerdictRecord } from './health-records.ts'
import type { RenderContext } from './hit-cells.ts'
import { spreadOf } from './spread.ts'
import type {
  CalibratorView,
  DisabledTierCheck,
  DisabledTierEvent,
  DisabledTiersView,
} from './view-health.ts'

/** `calibrator`: the tables that must not hold a disabled tier. */
export function disabledTiersView(
  { audit }: RenderContext,
  calibrator: CalibratorView,
): DisabledTiersView {
  const { disabledTiers, settings } = audit.options
  const records = audit.health.verdicts.filter(
    ({ verdict }) =>
      verdict.attributedTier !== undefined && disabledTiers.includes(verdict.attributedTier),
  )
  const misses = records.map(({ verdict }) => verdict.missUsd).filter((miss) => miss !== undefined)
  const overGap = records.some(({ minute }) => audit.gapMinutes.has(minute))
  return {
    tiers: disabledTiers,
    checks: checksOf(audit, records, calibrator),
    events: records.slice(0, settings.listMax).map(eventOf),
    eventCount: records.length,
    contaminatedCount: records.filter(isContaminated).length,
    tieCount: records.filter(isTie).length,
    missUsd: spreadOf(misses, settings, overGap),
  }
}

const isContaminated = ({ foreign, verdict }: VerdictRecord): boolean => foreign || verdict.insane

/** Records round a share to four decimals. */
const SHARE_PRECISION = 1e-4

function isTie({ verdict }: VerdictRecord): boolean {
  const { responsibility, ladderSize } = verdict
  if (responsibility === undefined || ladderSize === undefined) return false
  return Math.abs(responsibility - 1 / ladderSize) <= SHARE_PRECISION
}

function eventOf(record: VerdictRecord): DisabledTierEvent {
  const { fact, verdict, foreign } = record
  return {
    seq: fact.seq,
    timeS: fact.timeS,
    orderSymbol: fact.orderSymbol,
    side: fact.side,
    tier: verdict.attributedTier ?? 0,
    priceUsd: fact.priceUsd,
    srcUsd: fact.srcUsd,
    ...defined({ missUsd: verdict.missUsd, responsibility: verdict.responsibility }),
    isTie: isTie(record),
    insane: verdict.insane,
    foreignSymbol: foreign,
    updatesCalibration: verdict.updatesCalibration,
  }
}

function checksOf(
  audit: Audit,
  records: readonly VerdictRecord[],
  { tierRows, excludedTierRows }: CalibratorView,
): readonly DisabledTierCheck[] {
  const { health, options } = audit
  const { listMax } = options.settings
  const listed = (of: readonly VerdictRecord[]) => of.slice(0, listMax).map(({ fact }) => fact.seq)
  const teaching = records.filter(
    ({ verdict }) => verdict.updatesCalibration || verdict.learningChanged === true,
  )
  const strangers = [...tierRows, ...excludedTierRows].filter(({ tier }) =>
    options.disabledTiers.includes(tier),
  )
  const checks: readonly DisabledTierCheck[] = [
    nothingOf('DT1', health.projected),
    nothingOf('DT2', health.weighted),
    nothingOf('DT3', health.contributed),
    {
      check: 'DT4',
      verdict: attributionVerdict(records),
      count: records.length,
      ...(health.seenCount > 0 ? { share: records.length / health.seenCount } : {}),
      seqs: listed(records),
    },
    {
      check: 'DT5',
      verdict: teaching.length > 0 ? 'fail' : 'pass',
      count: teaching.length,
      seqs: listed(teaching),
    },
    {
      check: 'DT6',
      verdict: strangers.length > 0 ? 'fail' : 'pass',
      count: strangers.length,
      seqs: [],
    },
  ]
  // Without a disabled tier nothing could have been violated.
  return options.disabledTiers.length > 0
    ? checks
    : checks.map((check) => ({ ...check, verdict: 'notChecked' }))
}

const nothingOf = (
  check: 'DT1' | 'DT2' | 'DT3',
  { count, seqs, isChecked }: TierViolations,
): DisabledTierCheck => ({
  check,
  verdict: isChecked ? (count > 0 ? 'fail' : 'pass') : 'notChecked',
  count,
  seqs: [...seqs],
})

/** An equal share would be 1 of the ladder; this many times it is a real attribution. */
const REAL_ATTRIBUTION = 1.5

function attributionVerdict(records: readonly VerdictRecord[]): DisabledTierCheck['verdict'] {
  if (records.some(isTie)) return 'fail'
  const isReal = ({ admitted, verdict }: VerdictRecord) =>
    admitted &&
    (verdict.responsibility ?? 1) > REAL_ATTRIBUTION / Math.max(1, verdict.ladderSize ?? 1)
  return records.some((record) => isReal(record) || isContaminated(record)) ? 'warn' : 'pass'
}
