/**
 * The state of the liquidation engines as plain data: what a checkpoint keeps and what a digest
 * covers. Buckets and zones become columns of numbers in the order of their maps, since writing
 * thousands of small objects would cost more than the minute itself.
 */
import type { Plain } from '../../base/canonical.ts'
import type { Heatmap } from './heatmap.ts'
import type { Side } from './leverage.ts'
import type { LiquidationState } from './liquidation-engines.ts'
import type { Projection } from './projections.ts'
import type { Stress, StressZone } from './stress.ts'
import type { Tape, TapeBucket } from './tape.ts'
import type { ZoneTracker } from './zone-tracker.ts'
import type { Zone, Zones } from './zones.ts'

/** All of the state, copied. */
export const liquidationToPlain = (state: LiquidationState): Plain => save(state)

/**
 * What a digest covers: the same state, samples as their running hash and stress zones without what
 * each tier added, which nothing computes with.
 */
export function liquidationDigest(state: LiquidationState): Plain {
  const { stress, heatmap, tracker, minuteCount } = state
  return {
    stress: saveStress(stress, false),
    heatmap: {
      ...saveHeatmap(heatmap),
      tape: { ...saveTape(heatmap.tape), samples: sampleCounts(heatmap.tape) },
    },
    tracker: saveTracker(tracker),
    minuteCount,
  }
}

/** A state that goes on where {@link liquidationToPlain} was taken. */
export function liquidationFromPlain(plain: Plain): LiquidationState {
  const saved = plain as unknown as ReturnType<typeof save>
  const { stress, heatmap, tracker } = saved
  const { tape, inference } = heatmap
  const { sources, ...zones } = heatmap.zones
  return {
    stress: {
      ...stress,
      tiers: [...stress.tiers],
      weights: [...stress.weights],
      buyWindow: [...stress.buyWindow],
      sellWindow: [...stress.sellWindow],
      long: restoreStressZones(stress.long),
      short: restoreStressZones(stress.short),
    },
    heatmap: {
      ...heatmap,
      tape: {
        ...tape,
        sampleHash: { ...tape.sampleHash },
        long: restoreTape(tape.long),
        short: restoreTape(tape.short),
        samples: new Map([...tape.samples].map(([tier, ring]) => [tier, [...ring]])),
      },
      inference: {
        ...inference,
        long: restoreProjections(inference.long),
        short: restoreProjections(inference.short),
        weights: new Map(inference.weights),
      },
      zones: { ...zones, map: restoreZones(zones.map, sources) },
    },
    tracker: {
      long: tracker.long.map((zone) => ({ ...zone })),
      short: tracker.short.map((zone) => ({ ...zone })),
    },
    minuteCount: saved.minuteCount,
  }
}

function save({ stress, heatmap, tracker, minuteCount }: LiquidationState) {
  const { samples } = heatmap.tape
  return {
    stress: saveStress(stress, true),
    heatmap: {
      ...saveHeatmap(heatmap),
      tape: {
        ...saveTape(heatmap.tape),
        samples: new Map([...samples].map(([tier, ring]) => [tier, new Float64Array(ring)])),
      },
    },
    tracker: saveTracker(tracker),
    minuteCount,
  }
}

const saveStress = (stress: Stress, whole: boolean) => ({
  ...stress,
  buyWindow: new Float64Array(stress.buyWindow),
  sellWindow: new Float64Array(stress.sellWindow),
  long: whole ? saveStressZones(stress.long) : strengthsOf(stress.long),
  short: whole ? saveStressZones(stress.short) : strengthsOf(stress.short),
})

function saveHeatmap({ inference, zones, ...heatmap }: Heatmap) {
  return {
    ...heatmap,
    inference: {
      ...inference,
      long: saveProjections(inference.long),
      short: saveProjections(inference.short),
      weights: new Map(inference.weights),
    },
    zones: {
      ...zones,
      map: saveZones(zones),
      sources: [...zones.map.values()].map((zone) => zone.source),
    },
  }
}

const saveTape = (tape: Tape) => ({
  ...tape,
  sampleHash: { ...tape.sampleHash },
  long: saveTapeBuckets(tape.long),
  short: saveTapeBuckets(tape.short),
})

const sampleCounts = ({ samples }: Tape): Map<number, number> =>
  new Map([...samples].map(([tier, ring]) => [tier, ring.length]))

const saveTracker = (tracker: ZoneTracker) => ({
  long: tracker.long.map((zone) => ({ ...zone })),
  short: tracker.short.map((zone) => ({ ...zone })),
})

/** Numbers one after the other; a count stands before what varies in length. */
class Numbers {
  readonly #values: Float64Array
  #at = 0

  constructor(values: Float64Array) {
    this.#values = values
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#values.length
  }

  next(): number {
    this.#at += 1
    return this.#values[this.#at - 1] ?? Number.NaN
  }

  nextPairs(): Map<number, number> {
    const pairs = new Map<number, number>()
    for (let left = this.next(); left > 0; left -= 1) pairs.set(this.next(), this.next())
    return pairs
  }
}

function pushPairs(into: number[], pairs: ReadonlyMap<number, number>): void {
  into.push(pairs.size)
  for (const [key, value] of pairs) into.push(key, value)
}

function saveStressZones(zones: ReadonlyMap<number, StressZone>): Float64Array {
  const values: number[] = []
  for (const { level, strength, originMinute, contributions } of zones.values()) {
    values.push(level, strength, originMinute)
    pushPairs(values, contributions)
  }
  return new Float64Array(values)
}

function strengthsOf(zones: ReadonlyMap<number, StressZone>): Float64Array {
  const values = new Float64Array(zones.size * 3)
  let place = 0
  for (const { level, strength, originMinute } of zones.values()) {
    values[place] = level
    values[place + 1] = strength
    values[place + 2] = originMinute
    place += 3
  }
  return values
}

function restoreStressZones(values: Float64Array): Map<number, StressZone> {
  const numbers = new Numbers(values)
  const zones = new Map<number, StressZone>()
  while (!numbers.isAtEnd) {
    const zone = {
      level: numbers.next(),
      strength: numbers.next(),
      originMinute: numbers.next(),
      contributions: numbers.nextPairs(),
    }
    zones.set(zone.level, zone)
  }
  return zones
}

function saveTapeBuckets(buckets: ReadonlyMap<number, TapeBucket>): Float64Array {
  const values: number[] = []
  for (const { level, notionalUsd, count, lastTimeS } of buckets.values()) {
    values.push(level, notionalUsd, count, lastTimeS)
  }
  return new Float64Array(values)
}

function restoreTape(values: Float64Array): Map<number, TapeBucket> {
  const numbers = new Numbers(values)
  const buckets = new Map<number, TapeBucket>()
  while (!numbers.isAtEnd) {
    const bucket = {
      level: numbers.next(),
      notionalUsd: numbers.next(),
      count: numbers.next(),
      lastTimeS: numbers.next(),
    }
    buckets.set(bucket.level, bucket)
  }
  return buckets
}

function saveProjections(buckets: ReadonlyMap<number, Projection>): Float64Array {
  const values: number[] = []
  for (const bucket of buckets.values()) {
    const { level, sizeUsd, entryUsd, tier, lastTimeS, inferenceCount, peakUsd } = bucket
    values.push(level, sizeUsd, entryUsd, tier, lastTimeS, inferenceCount, peakUsd)
  }
  return new Float64Array(values)
}

function restoreProjections(values: Float64Array): Map<number, Projection> {
  const numbers = new Numbers(values)
  const buckets = new Map<number, Projection>()
  while (!numbers.isAtEnd) {
    const bucket = {
      level: numbers.next(),
      sizeUsd: numbers.next(),
      entryUsd: numbers.next(),
      tier: numbers.next(),
      lastTimeS: numbers.next(),
      inferenceCount: numbers.next(),
      peakUsd: numbers.next(),
    }
    buckets.set(bucket.level, bucket)
  }
  return buckets
}

function saveZones(zones: Zones): Float64Array {
  const values: number[] = []
  for (const [key, zone] of zones.map) {
    values.push(
      key,
      zone.side === 'short' ? 1 : 0,
      zone.priceUsd,
      zone.weight,
      zone.createdS,
      zone.lastReinforcedS,
      zone.reinforcementCount,
    )
    pushPairs(values, zone.contributions)
  }
  return new Float64Array(values)
}

function restoreZones(values: Float64Array, sources: readonly string[]): Map<number, Zone> {
  const numbers = new Numbers(values)
  const zones = new Map<number, Zone>()
  for (const source of sources) {
    const key = numbers.next()
    const side: Side = numbers.next() === 1 ? 'short' : 'long'
    zones.set(key, {
      side,
      priceUsd: numbers.next(),
      weight: numbers.next(),
      createdS: numbers.next(),
      lastReinforcedS: numbers.next(),
      reinforcementCount: numbers.next(),
      source,
      contributions: numbers.nextPairs(),
    })
  }
  return zones
}
