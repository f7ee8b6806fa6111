/** The JSON twin: the same figures, unrounded. What cannot be said is absent, an infinity is `null`. */
import type { AuditView } from '../audits/audit-view.ts'
import type { ReportInput, ReportKind } from './report.ts'

const PARTS: Readonly<Record<ReportKind, readonly (keyof AuditView)[] | 'all'>> = {
  'hit-rate': [
    'symbol',
    'profile',
    'settings',
    'range',
    'headline',
    'liquidations',
    'layers',
    'contexts',
    'hazard',
    'feed',
    'findings',
    'pictures',
  ],
  'median-miss': [
    'symbol',
    'profile',
    'settings',
    'range',
    'headline',
    'liquidations',
    'layers',
    'calibrator',
    'feed',
    'findings',
    'pictures',
  ],
  'disabled-tiers': [
    'symbol',
    'profile',
    'settings',
    'range',
    'liquidations',
    'calibrator',
    'disabledTiers',
    'rejected',
    'findings',
  ],
  full: 'all',
}

/** The version of the twin's shape. */
const FORMAT = 1

export function twinOf({ kind, head, symbols }: ReportInput): object {
  const parts = PARTS[kind]
  const bodies = symbols.map(({ view, determinism }) => {
    const body =
      parts === 'all' ? view : Object.fromEntries(parts.map((part) => [part, view[part]]))
    return [view.symbol, { ...body, determinism }] as const
  })
  return { format: FORMAT, kind, ...head, symbols: Object.fromEntries(bodies) }
}
