/** Findings about what the audit was made from. */
import type { Finding } from './audit-view.ts'
import { figureFields, plural, reasonWord } from './finding-text.ts'
import type { Judged } from './findings-of-zones.ts'
import { fixed, percent, whole } from './number-text.ts'
import type { LayerView } from './view-hits.ts'

const OI_FAIL = 0.9
const OI_WARN = 0.99

export function openInterest({ openInterest: view }: Judged): Finding {
  const { value } = view.validRate
  const share = value ?? 0
  const severity = share <= OI_FAIL ? 'fail' : share <= OI_WARN ? 'warn' : 'pass'
  return {
    name: 'openInterest',
    severity: value === undefined ? 'info' : severity,
    ...figureFields(view.validRate),
    limit: severity === 'fail' ? OI_FAIL : OI_WARN,
    text: `Open interest came in ${percent(share)} of ${plural(view.minuteCount, 'minute')}.`,
  }
}

const FALLBACK_MAX = 0.05

export function fallbackAggression({ aggression }: Judged): Finding {
  const { value } = aggression.fallbackRate
  return {
    name: 'fallbackAggression',
    severity: value === undefined ? 'info' : value > FALLBACK_MAX ? 'warn' : 'pass',
    ...figureFields(aggression.fallbackRate),
    limit: FALLBACK_MAX,
    text: `${percent(value ?? 0)} of minutes had no taker flow of their own.`,
  }
}

/** Without a sweep for longer than this there is something to say. Unit: minutes. */
const NO_SWEEPS_MINUTES = 60

export function noSweeps(view: Judged, layer: LayerView | undefined): Finding {
  const count = view.sweeps.reduce((sum, row) => sum + row.count, 0)
  const { long, short } = layer?.symmetry ?? {}
  const hasZones = (long?.zoneCount ?? 0) + (short?.zoneCount ?? 0) > 0
  const { minuteCount } = view.range
  const isLong = minuteCount >= NO_SWEEPS_MINUTES
  return {
    name: 'noSweeps',
    severity: count === 0 && isLong && hasZones ? 'warn' : count === 0 ? 'info' : 'pass',
    value: count,
    limit: 1,
    sampleCount: minuteCount,
    text: `${plural(count, 'sweep')} in ${plural(minuteCount, 'minute')}.`,
  }
}

/** Only tiers with samples enough can be told to be off. */
export function tierOffset({ calibrator }: Judged): Finding {
  const { tierRows } = calibrator
  const judged = tierRows.filter(({ missFraction }) => !missFraction.insufficient)
  const outliers = judged.filter(({ isOutlier }) => isOutlier)
  const names = outliers.map(({ tier }) => `${tier}x`).join(', ')
  const few = tierRows.length - judged.length
  return {
    name: 'tierOffset',
    severity: outliers.length > 0 ? 'warn' : judged.length > 0 ? 'pass' : 'info',
    value: outliers.length,
    limit: 0,
    sampleCount: judged.length,
    text:
      tierRows.length === 0
        ? 'No liquidation was attributed to a tier: there is no miss of a tier to judge.'
        : outliers.length > 0
          ? `The misses of ${names} lie more than 1 % of price from 0, or are spread by more than 0.5 %.`
          : `Misses of ${plural(judged.length, 'tier')} judged, none more than 1 % of price from 0 or spread by more than 0.5 %${few > 0 ? `; ${plural(few, 'tier')} with too few liquidations` : ''}.`,
  }
}

const REJECTED_MAX = 0.01

export function rejectedEvents({ rejected }: Judged): Finding {
  const value = rejected.rate.value ?? 0
  const reasons = rejected.reasons
    .map(({ reason, count }) => `${reasonWord(reason)} ${whole(count)}`)
    .join(', ')
  return {
    name: 'rejectedEvents',
    severity: value > REJECTED_MAX ? 'warn' : 'pass',
    value,
    limit: REJECTED_MAX,
    sampleCount: rejected.rate.sampleCount,
    text: `${plural(rejected.count, 'event')} rejected, ${percent(value)}${reasons === '' ? '' : `: ${reasons}`}.`,
    seqs: rejected.events.map(({ seq }) => seq),
  }
}

export function sampleSize({ liquidations }: Judged, sampleMin: number): Finding {
  const { admittedCount } = liquidations
  const isSmall = admittedCount < sampleMin
  return {
    name: 'sampleSize',
    severity: isSmall ? 'info' : 'pass',
    value: admittedCount,
    limit: sampleMin,
    text: isSmall
      ? `Only ${plural(admittedCount, 'event')}: every rate is insufficient.`
      : `${plural(admittedCount, 'event')} admitted.`,
  }
}

export function feedGaps({ feed }: Judged): Finding {
  const { gapCount, touchedMinuteCount, touchedEventCount, longestGapMs } = feed
  return {
    name: 'feedGaps',
    severity: gapCount > 0 ? 'warn' : 'pass',
    value: gapCount,
    limit: 0,
    text:
      gapCount === 0
        ? 'No gap.'
        : `${plural(gapCount, 'gap')}, the longest ${fixed(longestGapMs / 1000, 1)} s, touching ${plural(touchedMinuteCount, 'minute')} and ${plural(touchedEventCount, 'event')}.`,
    seqs: feed.gaps.map(({ seq }) => seq),
  }
}

export function safetyTrip({ calibrator }: Judged): Finding {
  const { safetyTrips } = calibrator
  const [first] = safetyTrips
  return {
    name: 'safetyTrip',
    severity: first === undefined ? 'pass' : 'warn',
    value: safetyTrips.length,
    limit: 0,
    text:
      first === undefined
        ? 'No safety trip.'
        : `Learning stopped at entry ${first.seq}: ${first.reason}.`,
    seqs: safetyTrips.map(({ seq }) => seq),
  }
}
