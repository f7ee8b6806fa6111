/** The state of the reference calibrator (`calibrator.md` §5): plain data that its functions change in place. */
import type { RunningHash } from '../../base/running-hash.ts'
import { startHash } from '../../base/running-hash.ts'
import type { Json } from '../reference-rows.ts'
import { type CalibratorSettings, disabledTiersOf } from './calibrator-settings.ts'

export type PositionSide = 'long' | 'short'

/** A record of a log. An infinity is kept; whoever writes it decides on its spelling. */
export type LogRecord = { readonly [key: string]: Json }

/** Takes a record for the file of that name; absent when nobody writes records. */
export type Emit = (file: 'liq_calibrator', record: LogRecord) => void

/** Predicted zones of one side, in the order that the heatmap gave them. */
export interface Zones {
  /** Unit: USD. */
  readonly pricesUsd: Float64Array
  /** 0 to 1: scaled by the greatest of both sides. */
  readonly strengths: Float64Array
}

/** What was predicted at a minute close. */
export interface Snapshot {
  /** Unit: s since 1970. Clock: the engine's. */
  readonly timeS: number
  /** The minute that begins. */
  readonly minuteKey: number
  /** Mean of open, high, low and close. Unit: USD. */
  readonly srcUsd: number
  readonly long: Zones
  readonly short: Zones
  readonly ladder: readonly number[]
  readonly weights: readonly number[]
  readonly buffer: number
  readonly stepUsd: number
}

/** Where a zone was first seen in this window. */
export interface ZoneOrigin {
  readonly srcUsd: number
  readonly buffer: number
  /** A close came near it. */
  reached: boolean
}

/** Sums of one window; a new one begins with each calibration. */
export interface WindowStats {
  totalEvents: number
  hits: number
  misses: number
  totalHitStrength: number
  /** Unit: buckets. Infinite once an event had no zones. */
  totalMissDistance: number
  /** By tier: responsibility, credit, and responsibility in USD. */
  readonly totals: Map<number, number>
  readonly credits: Map<number, number>
  readonly notionalUsd: Map<number, number>
  /** How much further the nearest prediction lay than the price. Unit: USD. */
  readonly directionsUsd: number[]
  /** Unit: buckets. */
  readonly missDistances: number[]
  readonly sideMisses: Readonly<Record<PositionSide, SideMisses>>
  /** By tier: events that it explains best. */
  readonly attributed: Map<number, number>
  readonly bands: { NEAR: number; MID: number; FAR: number }
  readonly impliedBands: { IMPLIED_NEAR: number; IMPLIED_MID: number; IMPLIED_FAR: number }
  /** Extremes of the prices of liquidations; 0 and infinite before the first. Unit: USD. */
  highUsd: number
  lowUsd: number
  /** By zone key: see `zone-key.ts`. */
  readonly origins: Map<number, ZoneOrigin>
  readonly identTiers: number[]
  readonly identGaps: number[]
  readonly identShares: number[]
  approachEvents: number
  readonly sources: { mark: number; mid: number; last: number; fallback: number }
}

interface SideMisses {
  readonly usd: number[]
  readonly fraction: number[]
}

/** What is tuned for each side. */
export interface SideTuning {
  offsetUsd: number
  bias: number
}

/** Cycles in a row in which a safety check counted. */
export interface Streaks {
  lowEntropy: number
  maxWeight: number
  bufferAtBounds: number
  toleranceAtBounds: number
}

export interface Calibrator {
  /** As records name it: `BTC`. */
  readonly symbol: string
  readonly settings: CalibratorSettings
  readonly disabled: readonly number[]
  stepUsd: number
  /** Unit: buckets. */
  tolerance: number
  ladder: readonly number[]
  weights: readonly number[]
  buffer: number
  readonly long: SideTuning
  readonly short: SideTuning
  volEwma: number
  /** 0 before the first event. */
  lastSrcUsd: number
  /** By minute. */
  readonly snapshots: Map<number, Snapshot>
  /** Of all snapshots so far: how they enter a digest. */
  readonly snapshotHash: RunningHash
  /** Depth at the last minute close, by price of the bucket. Unit: USD. */
  previousBand: ReadonlyMap<number, number>
  minutesSinceCalibration: number
  calibrationCount: number
  lastCalibrationMinute: number
  enabled: boolean
  tripReason: string | undefined
  readonly streaks: Streaks
  minutesWithoutMark: number
  markWarned: boolean
  /** Times of the events of the last window's length. Unit: s. */
  eventTimesS: number[]
  window: WindowStats
}

/** `stepUsd` is the height of a bucket until the first minute says it. */
export function createCalibrator(
  symbol: string,
  stepUsd: number,
  settings: CalibratorSettings,
): Calibrator {
  return {
    symbol,
    settings,
    disabled: disabledTiersOf(settings),
    stepUsd,
    tolerance: settings.hitBucketTolerance,
    ladder: [],
    weights: [],
    buffer: settings.initialBuffer,
    long: { offsetUsd: 0, bias: 0 },
    short: { offsetUsd: 0, bias: 0 },
    volEwma: settings.volBaseline,
    lastSrcUsd: 0,
    snapshots: new Map(),
    snapshotHash: startHash(),
    previousBand: new Map(),
    minutesSinceCalibration: 0,
    calibrationCount: 0,
    lastCalibrationMinute: 0,
    enabled: true,
    tripReason: undefined,
    streaks: { lowEntropy: 0, maxWeight: 0, bufferAtBounds: 0, toleranceAtBounds: 0 },
    minutesWithoutMark: 0,
    markWarned: false,
    eventTimesS: [],
    window: startWindow(),
  }
}

export function startWindow(): WindowStats {
  return {
    totalEvents: 0,
    hits: 0,
    misses: 0,
    totalHitStrength: 0,
    totalMissDistance: 0,
    totals: new Map(),
    credits: new Map(),
    notionalUsd: new Map(),
    directionsUsd: [],
    missDistances: [],
    sideMisses: { long: { usd: [], fraction: [] }, short: { usd: [], fraction: [] } },
    attributed: new Map(),
    bands: { NEAR: 0, MID: 0, FAR: 0 },
    impliedBands: { IMPLIED_NEAR: 0, IMPLIED_MID: 0, IMPLIED_FAR: 0 },
    highUsd: 0,
    lowUsd: Number.POSITIVE_INFINITY,
    origins: new Map(),
    identTiers: [],
    identGaps: [],
    identShares: [],
    approachEvents: 0,
    sources: { mark: 0, mid: 0, last: 0, fallback: 0 },
  }
}

/** Whether `tier` takes part in learning. */
export const learns = (state: Calibrator, tier: number): boolean =>
  state.settings.disabledTierLearning || !state.disabled.includes(tier)

export function addTo(map: Map<number, number>, key: number, amount: number): void {
  map.set(key, (map.get(key) ?? 0) + amount)
}
