/** What the reference's log files would have held, as its two audits read them (`audits.md` §2.1). */
import type { AuditSide } from './view-figures.ts'

/** Unit of times: s since 1970, UTC. */
export interface CompatRecords {
  /** Calibrator `event` records, in order. */
  readonly events: CompatEvent[]
  /** Tape `forceOrder` records. */
  readonly tape: CompatTapeRecord[]
  readonly inference: CompatInference[]
  /** One for each minute: the first of a key counts. */
  readonly contexts: CompatContext[]
  /** By the key that the reference gives them, one minute late (quirk 7); the last of a key counts. */
  readonly bars: CompatBar[]
  readonly aggression: CompatAggression[]
  readonly sweeps: CompatSweep[]
  readonly approach: { candidates: number; used: number; skipped: number }
  /** By type, in the order of first appearance. */
  readonly errors: Map<string, number>
}

export interface CompatEvent {
  readonly timeS: number
  readonly side: AuditSide
  readonly priceUsd: number
  readonly isHit?: boolean
  readonly tier?: number
  readonly missUsd?: number
}

export interface CompatTapeRecord {
  readonly timeS: number
  readonly side: AuditSide
  readonly bucketUsd: number
  readonly notionalUsd: number
}

export interface CompatInference {
  readonly timeS: number
  readonly minuteKey: number
  readonly entries: readonly CompatProjection[]
}

export interface CompatProjection {
  readonly side: AuditSide
  readonly priceUsd: number
  readonly sizeUsd: number
  readonly confidence: number
}

export interface CompatContext {
  readonly minuteKey: number
  readonly oiDelta: number
  readonly buyWeight: number
}

export interface CompatBar {
  readonly minuteKey: number
  readonly highUsd: number
  readonly lowUsd: number
}

export interface CompatAggression {
  readonly tradeCount: number
  readonly notionalUsd: number
  readonly fallbackUsed: boolean
}

/** Amount and count only under the names that the reference looks for, which nothing writes (quirk 9). */
export interface CompatSweep {
  readonly side: AuditSide
  readonly notionalUsd?: number
  readonly count?: number
}

export const createCompatRecords = (): CompatRecords => ({
  events: [],
  tape: [],
  inference: [],
  contexts: [],
  bars: [],
  aggression: [],
  sweeps: [],
  approach: { candidates: 0, used: 0, skipped: 0 },
  errors: new Map(),
})
