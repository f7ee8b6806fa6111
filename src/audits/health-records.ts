/** Facts that need no computing until a report is made: what was refused, calibrated, removed, missed. */
import type {
  ApproachFact,
  CalibrationFact,
  CalibratorVerdict,
  GapFact,
  LiquidationFact,
  SafetyTripFact,
  ZoneRemovedFact,
} from './audit-input.ts'
import type { RejectedEvent, WeightPoint } from './view-health.ts'

/** A sweep, judged by the bar of its minute. */
export interface JudgedSweep {
  readonly fact: ZoneRemovedFact
  readonly minute: number
  readonly isViolation: boolean
  readonly isConfirmed: boolean
  readonly overGap: boolean
}

export interface GapRecord {
  readonly fact: GapFact
  readonly fromMinute: number
  readonly toMinute: number
}

/** Anything that the calibrator gave a verdict on, admitted or not. */
export interface VerdictRecord {
  readonly fact: LiquidationFact
  readonly verdict: CalibratorVerdict
  readonly admitted: boolean
  readonly foreign: boolean
  readonly minute: number
}

/** Something of a disabled tier where there must be nothing. */
export interface TierViolations {
  count: number
  readonly seqs: number[]
  /** The input said something that could be checked. */
  isChecked: boolean
}

/** Zones whose end was told one by one, to be held against what the engine counted. */
export interface ToldEnds {
  swept: number
  expired: number
}

export interface HealthRecords {
  seenCount: number
  duplicateCount: number
  readonly recentKeys: Set<string>
  readonly rejected: RejectedEvent[]
  readonly verdicts: VerdictRecord[]
  readonly calibrations: CalibrationFact[]
  readonly safetyTrips: SafetyTripFact[]
  readonly approach: { minutes: number; candidates: number; used: number; skipped: number }
  readonly skipReasons: Map<string, number>
  readonly sweeps: JudgedSweep[]
  readonly gaps: GapRecord[]
  readonly toldEnds: Map<string, ToldEnds>
  readonly holes: { readonly fromMinute: number; readonly toMinute: number }[]
  tiers: readonly number[]
  readonly weights: WeightPoint[]
  readonly projected: TierViolations
  readonly weighted: TierViolations
  readonly contributed: TierViolations
}

const noViolations = (): TierViolations => ({ count: 0, seqs: [], isChecked: false })

export const createHealth = (): HealthRecords => ({
  seenCount: 0,
  duplicateCount: 0,
  recentKeys: new Set(),
  rejected: [],
  verdicts: [],
  calibrations: [],
  safetyTrips: [],
  approach: { minutes: 0, candidates: 0, used: 0, skipped: 0 },
  skipReasons: new Map(),
  sweeps: [],
  gaps: [],
  toldEnds: new Map(),
  holes: [],
  tiers: [],
  weights: [],
  projected: noViolations(),
  weighted: noViolations(),
  contributed: noViolations(),
})

export function noteApproach({ approach, skipReasons }: HealthRecords, fact: ApproachFact): void {
  approach.minutes += 1
  approach.candidates += fact.candidateCount
  approach.used += fact.usedCount
  approach.skipped += fact.skippedCount
  for (const [reason, count] of Object.entries(fact.skipReasons)) {
    skipReasons.set(reason, (skipReasons.get(reason) ?? 0) + count)
  }
}

export function noteEnd({ toldEnds }: HealthRecords, { layer, reason }: ZoneRemovedFact): void {
  if (reason !== 'swept' && reason !== 'expired') return
  const ends = toldEnds.get(layer) ?? { swept: 0, expired: 0 }
  ends[reason] += 1
  toldEnds.set(layer, ends)
}

export function noteViolation(violations: TierViolations, seq: number, listMax: number): void {
  violations.count += 1
  if (violations.seqs.length < listMax && violations.seqs.at(-1) !== seq) violations.seqs.push(seq)
}
