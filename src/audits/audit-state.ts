/** All that an audit of one symbol keeps. Its functions change it in place; rendering does not. */
import type { RatedMinute } from '../engines/calibration/hazard.ts'
import type {
  AuditBar,
  BookCheck,
  CalibratorVerdict,
  ModelLayer,
  ZoneCounts,
  ZoneRemovedFact,
} from './audit-input.ts'
import { type AuditOptions, type AuditPlan, planOf } from './audit-options.ts'
import { type CompatRecords, createCompatRecords } from './compat-records.ts'
import { createHazardTrack, type HazardTrack } from './hazard-track.ts'
import { createHealth, type HealthRecords } from './health-records.ts'
import { createSideTrack, type SideTrack } from './layer-track.ts'
import type { StandingZones } from './standing-zones.ts'
import type { AuditSide, PerSide } from './view-figures.ts'
import type { GapCause } from './view-hits.ts'

/** Hours by which events are moved for the shifted baseline (`audits.md` §9.4). */
export const SHIFT_HOURS = [3, 5, 7] as const

/** An admitted liquidation, and what it met when it came. By place of layer, `fixedLevels` last. */
export interface AuditedEvent {
  readonly seq: number
  readonly timeS: number
  readonly side: AuditSide
  readonly priceUsd: number
  readonly notionalUsd: number
  readonly srcUsd: number
  readonly markUsd: number
  readonly verdict: CalibratorVerdict | undefined
  /** That it fell into, by the engine clock. */
  minute: number
  /** 0 before the first. */
  readonly closeBeforeUsd: number
  /** Of the minute before; nothing before the first. */
  readonly context: MinuteRow | undefined
  readonly counted: boolean
  /** To the nearest zone: layer by layer, age by age. Share of price; infinite without zones. */
  readonly distances: Float64Array
  readonly mirrored: Float64Array
  /** Hour by hour, then as above; `NaN` until its time has come. */
  readonly shifted: Float64Array
  /** Of any age. */
  readonly nearestUsd: Float64Array
  readonly nearestBornS: Float64Array
  /** The other side had zones. */
  readonly otherSide: readonly boolean[]
  readonly gapCauses: readonly (GapCause | undefined)[]
}

export interface MinuteRow {
  readonly minute: number
  readonly bar: AuditBar
  /** That of the minute itself before the first. */
  readonly closeBeforeUsd: number
  readonly counted: boolean
  readonly scored: boolean
  /** Of taker volume; nothing without trades. */
  readonly buyShare: number | undefined
  readonly oiChange: number
  readonly oiReplyCount: number | undefined
  readonly tradeCount: number
  readonly fallbackUsed: boolean
  readonly bookStale: boolean
  readonly bookCheck: BookCheck | undefined
  readonly barSource: string
  /** All projections of its close lay on disabled tiers, and there was one. */
  readonly allDisabled: boolean
  /** What stood at its start near the price, by layer; let go when there are too many minutes. */
  zones: readonly PerSide<StandingZones>[] | undefined
  /** Of the headline hazard. */
  expected: number
  observed: number
  /** After its close, of the headline layer. */
  readonly strongest: PerSide<readonly StrongZone[]>
}

export interface StrongZone {
  readonly priceUsd: number
  readonly strength: number
}

export interface LayerTrack {
  readonly name: ModelLayer
  readonly sides: PerSide<SideTrack>
  readonly sums: PerSide<LayerSums>
}

/** Over counted minutes, by place of age and tolerance. */
export interface LayerSums {
  readonly coverage: Float64Array
  zoneCount: number
  strength: number
  distance: number
  distanceMinutes: number
}

export interface Audit {
  readonly options: AuditOptions
  readonly plan: AuditPlan
  readonly layers: readonly LayerTrack[]
  readonly fixedSums: PerSide<LayerSums>
  readonly events: AuditedEvent[]
  /** The first event of the open minute. */
  openFrom: number
  /** For each of {@link SHIFT_HOURS}: the next event to move. */
  readonly shiftFrom: number[]
  readonly rows: MinuteRow[]
  /** `NaN` before the first close. */
  openMinute: number
  closedCount: number
  sinceHoleCount: number
  countedMinutes: number
  /** Only every so many minutes keep their zones. */
  poolStride: number
  poolCount: number
  readonly gapMinutes: Set<number>
  readonly openSweeps: ZoneRemovedFact[]
  readonly hazard: HazardTrack
  readonly health: HealthRecords
  readonly counts: Map<string, { readonly first: ZoneCounts; last: ZoneCounts }>
  lastRated: RatedMinute | undefined
  readonly compat: CompatRecords | undefined
  /** Of what was counted. */
  fromSeq: number | undefined
  toSeq: number | undefined
  fromTimeS: number | undefined
  toTimeS: number | undefined
}

/** @throws {RecorderError} `SETTING_INVALID` for lists of numbers that are none. */
export function createAudit(options: AuditOptions): Audit {
  const plan = planOf(options)
  const cells = plan.tolerances.length * plan.minAgesS.length
  const bySide = <T>(make: (side: AuditSide) => T): PerSide<T> => ({
    long: make('long'),
    short: make('short'),
  })
  const sums = () => bySide(() => startSums(cells))
  return {
    options,
    plan,
    layers: options.layers.map(({ name }) => ({
      name,
      sides: bySide(createSideTrack),
      sums: sums(),
    })),
    fixedSums: sums(),
    events: [],
    openFrom: 0,
    shiftFrom: SHIFT_HOURS.map(() => 0),
    rows: [],
    openMinute: Number.NaN,
    closedCount: 0,
    sinceHoleCount: Number.POSITIVE_INFINITY,
    countedMinutes: 0,
    poolStride: 1,
    poolCount: 0,
    gapMinutes: new Set(),
    openSweeps: [],
    hazard: createHazardTrack(options),
    health: createHealth(),
    counts: new Map(),
    lastRated: undefined,
    compat: options.compat ? createCompatRecords() : undefined,
    fromSeq: undefined,
    toSeq: undefined,
    fromTimeS: undefined,
    toTimeS: undefined,
  }
}

const startSums = (cells: number): LayerSums => ({
  coverage: new Float64Array(cells),
  zoneCount: 0,
  strength: 0,
  distance: 0,
  distanceMinutes: 0,
})

export const SIDES = ['long', 'short'] as const

export const otherSideOf = (side: AuditSide): AuditSide => (side === 'long' ? 'short' : 'long')

/** The place of a layer and an age in the columns of an event. */
export const cellOf = ({ plan }: Audit, layer: number, age: number): number =>
  layer * plan.minAgesS.length + age
