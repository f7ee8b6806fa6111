/** What a minute close tells about weights, disabled tiers and counts of zones. */
import type { MinuteFact, ZoneCounts } from './audit-input.ts'
import type { Audit } from './audit-state.ts'
import { noteViolation, type TierViolations } from './health-records.ts'

export function noteMinuteHealth(audit: Audit, fact: MinuteFact, counted: boolean): void {
  for (const counts of fact.counts ?? []) noteCounts(audit, counts, counted)
  if (!counted) return
  noteLadder(audit, fact)
  const { projected, contributed } = audit.health
  const tiersOf = fact.projections?.map(({ tier }) => tier)
  if (tiersOf !== undefined) noteTiers(audit, projected, fact.seq, tiersOf)
  const contributing = fact.tierContributions?.filter(({ weight }) => weight !== 0)
  if (contributing === undefined) return
  noteTiers(
    audit,
    contributed,
    fact.seq,
    contributing.map(({ tier }) => tier),
  )
}

function noteLadder(audit: Audit, { seq, minute, tiers = [], weights = [] }: MinuteFact): void {
  const { health } = audit
  if (weights.length === 0) return
  health.tiers = [...tiers]
  const last = health.weights.at(-1)?.weights
  if (last === undefined || weights.some((weight, place) => weight !== last[place])) {
    health.weights.push({ seq, minute, weights: [...weights] })
  }
  noteWeights(audit, seq, tiers, weights)
}

/** DT1, DT3: nothing is made of a disabled tier. */
function noteTiers(
  { options }: Audit,
  violations: TierViolations,
  seq: number,
  tiers: readonly (number | undefined)[],
): void {
  violations.isChecked = true
  for (const tier of tiers) {
    if (tier === undefined || !options.disabledTiers.includes(tier)) continue
    noteViolation(violations, seq, options.settings.listMax)
  }
}

/** DT2: a disabled tier has no weight, after each minute and in each calibration. */
export function noteWeights(
  { health, options }: Audit,
  seq: number,
  tiers: readonly number[],
  weights: readonly number[],
): void {
  health.weighted.isChecked = true
  for (const [place, tier] of tiers.entries()) {
    if (!options.disabledTiers.includes(tier) || (weights[place] ?? 0) === 0) continue
    noteViolation(health.weighted, seq, options.settings.listMax)
  }
}

/** The totals before the range are taken off those at its end. */
function noteCounts({ counts }: Audit, now: ZoneCounts, counted: boolean): void {
  const known = counts.get(now.layer)
  if (known === undefined || !counted) {
    const first = counted ? { layer: now.layer, created: 0, alive: 0 } : { ...now }
    counts.set(now.layer, { first, last: { ...now } })
  } else {
    known.last = { ...now }
  }
}
