/** Pass or fail (`audits.md` §9.6), each with the number that decided. */
import type { AuditOptions } from './audit-options.ts'
import type { Finding } from './audit-view.ts'
import {
  fallbackAggression,
  feedGaps,
  noSweeps,
  openInterest,
  rejectedEvents,
  safetyTrip,
  sampleSize,
  tierOffset,
} from './findings-of-input.ts'
import {
  conservation,
  disabledTiers,
  hazardLead,
  type Judged,
  ofHeadline,
  ratio,
  sweepViolation,
} from './findings-of-zones.ts'

type Severity = Finding['severity']

const ORDER: Readonly<Record<Severity, number>> = { fail: 0, warn: 1, info: 2, pass: 3 }

export function findingsOf(view: Judged, options: AuditOptions): readonly Finding[] {
  const headline = view.layers.find(({ layer }) => layer === view.headline.layer)
  const findings = [
    sweepViolation(view),
    conservation(view),
    disabledTiers(view),
    ...(headline === undefined ? [] : ofHeadline(view, headline, options)),
    hazardLead(view),
    ratio(view),
    openInterest(view),
    fallbackAggression(view),
    noSweeps(view, headline),
    tierOffset(view),
    rejectedEvents(view),
    sampleSize(view, options.settings.sampleMin),
    feedGaps(view),
    safetyTrip(view),
  ]
  // Stable: of the same severity as they stand above.
  return findings.sort((a, b) => ORDER[a.severity] - ORDER[b.severity])
}
