/**
 * The audit of one symbol: one more reducer over the stream, causal by construction. Order of calls:
 * {@link createAudit}; {@link auditEvent} for each fact in the order that `audit-input.ts` says; at
 * any time `renderAudit` (`audit-render.ts`), which changes nothing.
 */
import type { AuditEvent, GapFact, ZoneCreatedFact } from './audit-input.ts'
import { isCounted, onLiquidation, onRefused, openMinuteAt } from './audit-liquidation.ts'
import { onMinute } from './audit-minute.ts'
import type { Audit } from './audit-state.ts'
import { recordCompat } from './compat-collect.ts'
import { noteApproach, noteEnd } from './health-records.ts'
import { addZone } from './layer-track.ts'
import { noteWeights } from './minute-health.ts'

export { createAudit } from './audit-state.ts'

export function auditEvent(audit: Audit, event: AuditEvent): void {
  const counted = isCounted(audit, event.seq)
  if (counted) {
    noteRange(audit, event)
    if (audit.compat !== undefined) recordCompat(audit.compat, event, audit.options)
  }
  handle(audit, event, counted)
}

function handle(audit: Audit, event: AuditEvent, counted: boolean): void {
  const { health } = audit
  switch (event.kind) {
    case 'minute':
      onMinute(audit, event)
      break
    case 'liquidation':
      onLiquidation(audit, event)
      break
    case 'refused':
      onRefused(audit, event)
      break
    case 'zoneCreated':
      onZoneCreated(audit, event, counted)
      break
    case 'zoneRemoved':
      if (event.reason === 'swept') audit.openSweeps.push({ ...event })
      if (counted) noteEnd(health, event)
      break
    case 'gap':
      onGap(audit, event, counted)
      break
    case 'calibration':
      if (!counted) break
      health.calibrations.push({ ...event })
      noteWeights(audit, event.seq, event.tiers, event.weightsAfter)
      break
    case 'safetyTrip':
      if (counted) health.safetyTrips.push({ ...event })
      break
    case 'approach':
      if (counted) noteApproach(health, event)
      break
  }
}

function noteRange(audit: Audit, event: AuditEvent): void {
  audit.fromSeq ??= event.seq
  audit.toSeq = event.seq
  const timeS = 'timeS' in event ? event.timeS : undefined
  if (timeS === undefined) return
  audit.fromTimeS ??= timeS
  audit.toTimeS = timeS
}

function onZoneCreated(audit: Audit, fact: ZoneCreatedFact, counted: boolean): void {
  const track = audit.layers.find(({ name }) => name === fact.layer)
  if (track === undefined) return
  const { priceUsd, strength, timeS, seq, id } = fact
  const firstMinute = openMinuteAt(audit, timeS) + 1
  const birth = { key: id ?? priceUsd, priceUsd, strength, bornS: timeS, bornSeq: seq, firstMinute }
  addZone(track.sides[fact.side], birth, counted)
}

/** Touches the minutes that it lasted, up to the one that is open when it is found. */
function onGap(audit: Audit, fact: GapFact, counted: boolean): void {
  const { openMinute, gapMinutes, health } = audit
  const toMinute = Number.isNaN(openMinute)
    ? Math.floor((fact.timeS ?? 0) / 60)
    : fact.timeS === undefined
      ? openMinute
      : Math.max(openMinute, Math.floor(fact.timeS / 60))
  const endS = fact.timeS ?? toMinute * 60
  const fromMinute = Math.min(toMinute, Math.floor((endS - fact.durationMs / 1000) / 60))
  for (let minute = fromMinute; minute <= toMinute; minute += 1) gapMinutes.add(minute)
  if (counted) health.gaps.push({ fact: { ...fact }, fromMinute, toMinute })
}
