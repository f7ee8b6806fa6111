/** Time averages over the zones of each minute: coverage, distance, strength. */
import { bornSMaxOf } from './audit-liquidation.ts'
import { type Audit, type LayerSums, SIDES } from './audit-state.ts'
import { coverageWithin, type StandingZones } from './standing-zones.ts'
import type { AuditSide } from './view-figures.ts'

/** After a close: the zones that stand from here on. `fixedOf` gives those of the fixed levels. */
export function sumMinute(
  audit: Audit,
  closeUsd: number,
  timeS: number,
  fixedOf: (side: AuditSide, age: number) => StandingZones,
): void {
  for (const side of SIDES) {
    for (const { sides, sums } of audit.layers) {
      const { standing } = sides[side]
      addCoverage(audit, sums[side], side, closeUsd, timeS, () => standing)
      addBalance(sums[side], standing, closeUsd)
    }
    addCoverage(audit, audit.fixedSums[side], side, closeUsd, timeS, (age) => fixedOf(side, age))
  }
}

function addCoverage(
  { plan, options }: Audit,
  { coverage }: LayerSums,
  side: AuditSide,
  closeUsd: number,
  timeS: number,
  zonesOf: (age: number) => StandingZones,
): void {
  const { bandFraction } = options.settings
  const range =
    side === 'long'
      ? { lowUsd: closeUsd * (1 - bandFraction), highUsd: closeUsd }
      : { lowUsd: closeUsd, highUsd: closeUsd * (1 + bandFraction) }
  for (const [age, ageS] of plan.minAgesS.entries()) {
    const zones = zonesOf(age)
    if (zones.pricesUsd.length === 0) continue
    const bornSMax = bornSMaxOf(timeS, ageS)
    for (const [place, tolerance] of plan.tolerances.entries()) {
      const cell = age * plan.tolerances.length + place
      coverage[cell] = (coverage[cell] ?? 0) + coverageWithin(zones, range, tolerance, bornSMax)
    }
  }
}

function addBalance(
  sums: LayerSums,
  { pricesUsd, strengths }: StandingZones,
  closeUsd: number,
): void {
  const count = pricesUsd.length
  if (count === 0) return
  let distance = 0
  let strength = 0
  for (let place = 0; place < count; place += 1) {
    distance += Math.abs(closeUsd - (pricesUsd[place] ?? 0)) / closeUsd
    strength += strengths[place] ?? 0
  }
  sums.zoneCount += count
  sums.strength += strength
  sums.distance += distance / count
  sums.distanceMinutes += 1
}
