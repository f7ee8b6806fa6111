/**
 * The fair baseline (`standard-profile.md` §4): each event once more in the most similar minutes at
 * least two hours away, at the same distance from the close before, against the zones that stood then.
 * Similar: how far the minute went against the side, by how much that was a new extreme of 15, 60, 240
 * and 1440 minutes, and how much price had moved in the hour before.
 */
import { log } from '../base/elementary.ts'
import { adversePercent } from '../engines/calibration/path-rival.ts'
import { bornSMaxOf, fixedAt } from './audit-liquidation.ts'
import { type Audit, type AuditedEvent, cellOf, type MinuteRow, SIDES } from './audit-state.ts'

import { addAt } from './block-draws.ts'
import { nearestZone } from './standing-zones.ts'
import type { AuditSide } from './view-figures.ts'

/** By event: hits of its matches, cell by cell and tolerance by tolerance, 0 to 1. */
export type MatchedHits = ReadonlyMap<AuditedEvent, Float64Array>

/** Events without enough similar minutes have no entry. */
export function matchEvents(audit: Audit): MatchedHits {
  const hits = new Map<AuditedEvent, Float64Array>()
  for (const side of SIDES) {
    const similarTo = similarFinder(audit, side)
    for (const event of audit.events) {
      if (!event.counted || event.side !== side) continue
      const places = similarTo(event.minute)
      if (places.length === audit.options.settings.matchCount) {
        hits.set(event, hitsAmong(audit, event, places))
      }
    }
  }
  return hits
}

/** Finds the rows most like that of a minute, once for each; none for one that is not scored. */
function similarFinder(audit: Audit, side: AuditSide): (minute: number) => readonly number[] {
  const space = featureSpace(audit, side)
  const indexOf = new Map(audit.rows.map((row, index) => [row.minute, index]))
  const known = new Map<number, readonly number[]>()
  return (minute) => {
    const index = indexOf.get(minute)
    if (index === undefined || audit.rows[index]?.scored !== true) return []
    const places = known.get(index) ?? similarMinutes(audit, space, index)
    known.set(index, places)
    return places
  }
}

interface FeatureSpace {
  /** Row by row, each scaled to a deviation of 1. */
  readonly values: Float64Array
  /** Rows whose zones were kept. */
  readonly pool: readonly number[]
}

const EXTREME_WINDOWS = [15, 60, 240, 1440] as const
const FEATURE_COUNT = 2 + EXTREME_WINDOWS.length
const VOLATILITY_MINUTES = 60
/** Keeps a logarithm of nothing. Unit: percent of price. */
const OFFSET_PERCENT = 0.01

function featureSpace({ rows }: Audit, side: AuditSide): FeatureSpace {
  const values = new Float64Array(rows.length * FEATURE_COUNT)
  const columns = [
    adverseOf(rows, side),
    ...EXTREME_WINDOWS.map((minutes) => extremeDepth(rows, side, minutes)),
    volatilityOf(rows),
  ]
  const pool: number[] = []
  for (const [index, row] of rows.entries()) if (row.zones !== undefined) pool.push(index)
  for (const [feature, column] of columns.entries()) {
    const scaled = column.map((value) => log(value + OFFSET_PERCENT))
    const scale = 1 / deviationOf(scaled, pool)
    for (const [index, value] of scaled.entries()) {
      values[index * FEATURE_COUNT + feature] = value * scale
    }
  }
  return { values, pool }
}

const adverseOf = (rows: readonly MinuteRow[], side: AuditSide): Float64Array =>
  Float64Array.from(rows, ({ bar, closeBeforeUsd }) => adversePercent(closeBeforeUsd, bar)[side])

/** By how much each minute went beyond all of the minutes before it. Unit: percent of price. */
function extremeDepth(rows: readonly MinuteRow[], side: AuditSide, minutes: number): Float64Array {
  const sign = side === 'long' ? 1 : -1
  const extremeOf = (index: number) => {
    const bar = rows[index]?.bar
    return sign * ((side === 'long' ? bar?.lowUsd : bar?.highUsd) ?? 0)
  }
  const depths = new Float64Array(rows.length)
  // Rows that may still be the extreme of the window, the most extreme first.
  const queue: number[] = []
  let head = 0
  for (const [index, row] of rows.entries()) {
    while (head < queue.length && (rows[queue[head] ?? 0]?.minute ?? 0) < row.minute - minutes) {
      head += 1
    }
    const first = queue[head]
    if (first !== undefined) {
      const beyondUsd = extremeOf(first) - extremeOf(index)
      depths[index] = (100 * Math.max(0, beyondUsd)) / row.closeBeforeUsd
    }
    while (queue.length > head && extremeOf(queue.at(-1) ?? 0) >= extremeOf(index)) queue.pop()
    queue.push(index)
  }
  return depths
}

/** Mean range of the minutes before. Unit: percent of price. */
function volatilityOf(rows: readonly MinuteRow[]): Float64Array {
  const ranges = rows.map(({ bar }) => (100 * (bar.highUsd - bar.lowUsd)) / bar.closeUsd)
  let sum = 0
  return Float64Array.from(rows, (_, index) => {
    const count = Math.min(index, VOLATILITY_MINUTES)
    const mean = count === 0 ? 0 : Math.max(0, sum) / count
    sum +=
      (ranges[index] ?? 0) -
      (index >= VOLATILITY_MINUTES ? (ranges[index - VOLATILITY_MINUTES] ?? 0) : 0)
    return mean
  })
}

function deviationOf(values: Float64Array, places: readonly number[]): number {
  if (places.length === 0) return 1
  let sum = 0
  for (const place of places) sum += values[place] ?? 0
  const mean = sum / places.length
  let squares = 0
  for (const place of places)
    squares += ((values[place] ?? 0) - mean) * ((values[place] ?? 0) - mean)
  const deviation = Math.sqrt(squares / places.length)
  return deviation > 0 ? deviation : 1
}

interface Similar {
  readonly place: number
  readonly distance: number
}

/** Places of the most similar rows, the nearest first; of equals the earlier. */
function similarMinutes(
  { rows, options }: Audit,
  space: FeatureSpace,
  index: number,
): readonly number[] {
  const { matchCount, matchAwayMinutes } = options.settings
  const minute = rows[index]?.minute ?? 0
  const best: Similar[] = []
  for (const place of space.pool) {
    if (Math.abs((rows[place]?.minute ?? 0) - minute) < matchAwayMinutes) continue
    const distance = apart(space, place, index)
    const worst = best.length < matchCount ? Number.POSITIVE_INFINITY : (best.at(-1)?.distance ?? 0)
    if (distance >= worst) continue
    const after = best.findIndex((other) => other.distance > distance)
    best.splice(after < 0 ? best.length : after, 0, { place, distance })
    if (best.length > matchCount) best.pop()
  }
  return best.map(({ place }) => place)
}

function apart({ values }: FeatureSpace, a: number, b: number): number {
  let squares = 0
  for (let feature = 0; feature < FEATURE_COUNT; feature += 1) {
    const difference =
      (values[a * FEATURE_COUNT + feature] ?? 0) - (values[b * FEATURE_COUNT + feature] ?? 0)
    squares += difference * difference
  }
  return squares
}

function hitsAmong(audit: Audit, event: AuditedEvent, places: readonly number[]): Float64Array {
  const { plan, layers } = audit
  const cellCount = (layers.length + 1) * plan.minAgesS.length
  const hits = new Float64Array(cellCount * plan.tolerances.length)
  for (const place of places) addHits(audit, event, place, 1 / places.length, hits)
  return hits
}

/** The event as it would have been in the minute of row `place`. */
function addHits(
  audit: Audit,
  event: AuditedEvent,
  place: number,
  share: number,
  hits: Float64Array,
): void {
  const { plan, layers, rows } = audit
  const row = rows[place]
  if (row === undefined) return
  const priceUsd = (event.priceUsd * row.closeBeforeUsd) / event.closeBeforeUsd
  const timeS = row.minute * 60 + (event.timeS - event.minute * 60)
  for (let layer = 0; layer <= layers.length; layer += 1) {
    for (const [age, ageS] of plan.minAgesS.entries()) {
      const zones = row.zones?.[layer]?.[event.side] ?? fixedAt(audit, place, event.side, age)
      const { distance } = nearestZone(zones, priceUsd, bornSMaxOf(timeS, ageS))
      const cell = cellOf(audit, layer, age) * plan.tolerances.length
      for (const [index, tolerance] of plan.tolerances.entries()) {
        if (distance <= tolerance) addAt(hits, cell + index, share)
      }
    }
  }
}
