/** The shifted baseline: each event once more, 3, 5 and 7 hours later, at the same price (`audits.md` §9.4). */
import { bornSMaxOf, fixedAt } from './audit-liquidation.ts'
import { type Audit, type AuditedEvent, cellOf, SHIFT_HOURS } from './audit-state.ts'
import { nearestZone } from './standing-zones.ts'

/** At the start of a minute: the events whose time has come by it. */
export function shiftEvents(audit: Audit): void {
  const { events, shiftFrom, openMinute } = audit
  for (const [place, hours] of SHIFT_HOURS.entries()) {
    let next = shiftFrom[place] ?? 0
    for (;;) {
      const event = events[next]
      if (event === undefined || event.minute + hours * 60 > openMinute) break
      // One whose minute fell into a hole is never met.
      if (event.minute + hours * 60 === openMinute) meetLater(audit, event, place)
      next += 1
    }
    shiftFrom[place] = next
  }
}

function meetLater(audit: Audit, event: AuditedEvent, place: number): void {
  const { layers, plan, rows } = audit
  const timeS = event.timeS + 3600 * (SHIFT_HOURS[place] ?? 0)
  const offset = place * event.distances.length
  for (let layer = 0; layer <= layers.length; layer += 1) {
    for (const [age, ageS] of plan.minAgesS.entries()) {
      const zones =
        layers[layer]?.sides[event.side].standing ?? fixedAt(audit, rows.length, event.side, age)
      const { distance } = nearestZone(zones, event.priceUsd, bornSMaxOf(timeS, ageS))
      event.shifted[offset + cellOf(audit, layer, age)] = distance
    }
  }
}
