/** Makes the report of an audit as it stands; the audit goes on unchanged. */
import type { Audit } from './audit-state.ts'
import type { AuditView, LiquidationsView, RangeView } from './audit-view.ts'
import { drawBlocks } from './block-draws.ts'
import { calibratorView } from './calibrator-render.ts'
import { compatView } from './compat-report.ts'
import { defined } from './defined.ts'
import { disabledTiersView } from './disabled-tier-render.ts'
import { findingsOf } from './findings.ts'
import { hazardView } from './hazard-render.ts'
import {
  aggressionView,
  conservationRows,
  feedView,
  openInterestView,
  rejectedView,
  sweepRows,
} from './health-render.ts'
import type { RenderContext } from './hit-cells.ts'
import { layerViews } from './layer-render.ts'
import { matchEvents } from './matched-minutes.ts'
import { contextRows } from './miss-render.ts'
import { picturesView } from './picture-render.ts'

export function renderAudit(audit: Audit): AuditView {
  const { options, plan } = audit
  const minutes = audit.rows.filter(({ counted }) => counted).map(({ minute }) => minute)
  const context: RenderContext = {
    audit,
    events: audit.events.filter(({ counted }) => counted),
    matched: matchEvents(audit),
    draws: drawBlocks(minutes, options.settings),
  }
  const calibrator = calibratorView(context)
  const body: Omit<AuditView, 'findings'> = {
    symbol: options.symbol,
    profile: options.profile,
    settings: { ...options.settings },
    range: rangeView(audit),
    headline: {
      layer: options.layers[plan.headlineLayer]?.name ?? 'fixedLevels',
      toleranceFraction: plan.tolerances[plan.headlineTolerance] ?? 0,
      minAgeMinutes: (plan.minAgesS[plan.headlineAge] ?? 0) / 60,
    },
    liquidations: liquidationsView(context),
    layers: layerViews(context),
    contexts: contextRows(context),
    hazard: hazardView(context),
    calibrator,
    disabledTiers: disabledTiersView(context, calibrator),
    rejected: rejectedView(context),
    sweeps: sweepRows(context),
    conservation: conservationRows(context),
    openInterest: openInterestView(context),
    aggression: aggressionView(context),
    feed: feedView(context),
    pictures: picturesView(context),
    ...defined({ compat: audit.compat === undefined ? undefined : compatView(audit.compat) }),
  }
  return { ...body, findings: findingsOf(body, options) }
}

function rangeView(audit: Audit): RangeView {
  const { fromSeq, toSeq, fromTimeS, toTimeS, countedMinutes, closedCount } = audit
  return {
    ...defined({ fromSeq, toSeq, fromTimeS, toTimeS }),
    minuteCount: countedMinutes,
    warmupMinuteCount: closedCount - countedMinutes,
  }
}

function liquidationsView({ audit, events }: RenderContext): LiquidationsView {
  const { health } = audit
  const count = { long: 0, short: 0 }
  const notionalUsd = { long: 0, short: 0 }
  let [firstTimeS, lastTimeS] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const event of events) {
    count[event.side] += 1
    notionalUsd[event.side] += event.notionalUsd
    firstTimeS = Math.min(firstTimeS, event.timeS)
    lastTimeS = Math.max(lastTimeS, event.timeS)
  }
  const hours = audit.countedMinutes / 60
  return {
    seenCount: health.seenCount,
    admittedCount: events.length,
    duplicateCount: health.duplicateCount,
    count,
    notionalUsd,
    ...(hours > 0 ? { perHour: events.length / hours } : {}),
    ...(events.length > 0 ? { firstTimeS, lastTimeS } : {}),
  }
}
