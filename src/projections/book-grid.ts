/** Frames of the book on a grid that is asked for (`api.md` §8.3). */
import { percentileSorted, roundHalfEven } from '../base/numeric.ts'
import { intensitiesOf } from '../engines/frames.ts'
import { type PriceLevels, priceLevels } from './heat-history.ts'
import type { PackedFrame } from './packed-frame.ts'

const CENTS = 100
const MICROS = 1_000_000

/** A frame on a grid: bytes, amounts in USD, and sizes in the base asset. */
export interface GridRow {
  readonly bids: Uint8Array
  readonly asks: Uint8Array
  readonly bidUsd: Float64Array
  readonly askUsd: Float64Array
  readonly bidBase: Float64Array
  readonly askBase: Float64Array
  /** Values that bytes 0 and 255 stand for. Unit: USD. */
  readonly p50Usd: number
  readonly p95Usd: number
}

export interface BookBounds {
  readonly priceMin: number | undefined
  readonly priceMax: number | undefined
}

/** The bounds asked for, or else those of the frames, snapped to the step. */
export function bookGrid(
  frames: readonly PackedFrame[],
  stepUsd: number,
  { priceMin, priceMax }: BookBounds,
): { readonly lowLevel: number; readonly highLevel: number } {
  let lowUsd = priceMin ?? Number.POSITIVE_INFINITY
  let highUsd = priceMax ?? Number.NEGATIVE_INFINITY
  for (const frame of frames) {
    if (priceMin === undefined) lowUsd = Math.min(lowUsd, frame.priceMinUsd)
    if (priceMax === undefined) highUsd = Math.max(highUsd, frame.priceMaxUsd)
  }
  return { lowLevel: roundHalfEven(lowUsd / stepUsd), highLevel: roundHalfEven(highUsd / stepUsd) }
}

/** The frame on its own grid. */
export function ownGrid(frame: PackedFrame): PriceLevels {
  const lowLevel = roundHalfEven(frame.priceMinUsd / frame.stepUsd)
  return priceLevels(lowLevel, lowLevel + frame.bucketCount - 1, frame.stepUsd)
}

export const ownRow = (frame: PackedFrame): GridRow => rowOn(frame, ownGrid(frame), false)

/**
 * A frame on another grid. Buckets that meet are added up, and bytes made of their sums; the
 * reference lets the last one stand, and looks up amounts by equal price (Q8, Q9).
 */
export function rowOn(frame: PackedFrame, grid: PriceLevels, asReference: boolean): GridRow {
  const one = (field: RowField) => fieldOn(frame, grid, field, asReference)
  const isAdded = frame.stepUsd !== grid.stepUsd && !asReference
  const { p50Usd, p95Usd } = isAdded ? scaleOf(frame, grid.stepUsd) : frame
  return {
    bids: Uint8Array.from(one('bids')),
    asks: Uint8Array.from(one('asks')),
    bidUsd: Float64Array.from(one('bidUsd')),
    askUsd: Float64Array.from(one('askUsd')),
    bidBase: Float64Array.from(one('bidBase')),
    askBase: Float64Array.from(one('askBase')),
    p50Usd,
    p95Usd,
  }
}

/** One field of a row, without the others. */
export function fieldOn(
  frame: PackedFrame,
  grid: PriceLevels,
  field: RowField,
  asReference: boolean,
): Uint8Array | Float64Array {
  const { source, scale } = SOURCES[field]
  const values = frame[source]
  if (frame.stepUsd === grid.stepUsd) {
    const offset = grid.lowLevel - lowLevelOf(frame)
    const row = scale === 0 ? new Uint8Array(grid.count) : new Float64Array(grid.count)
    const shown = values.subarray(Math.max(0, offset), Math.max(0, offset + grid.count))
    // Beside the grid altogether there is no place to set nothing at.
    if (shown.length > 0) row.set(shown, Math.max(0, -offset))
    return scale === 0 ? row : scaled(row, scale)
  }
  if (asReference) return lastStands(frame, grid, field)
  if (scale > 0) return scaled(addedUp(frame, grid, values), scale)
  const { p50Usd, p95Usd } = scaleOf(frame, grid.stepUsd)
  const cents = field === 'bids' ? frame.bidCents : frame.askCents
  return intensitiesOf(scaled(addedUp(frame, grid, cents), CENTS), p50Usd, p95Usd)
}

export type RowField = 'bids' | 'asks' | 'bidUsd' | 'askUsd' | 'bidBase' | 'askBase'

/** Where a field comes from, and what it is divided by; 0: bytes as they are. */
const SOURCES = {
  bids: { source: 'bidLevels', scale: 0 },
  asks: { source: 'askLevels', scale: 0 },
  bidUsd: { source: 'bidCents', scale: CENTS },
  askUsd: { source: 'askCents', scale: CENTS },
  bidBase: { source: 'bidMicros', scale: MICROS },
  askBase: { source: 'askMicros', scale: MICROS },
} as const satisfies Record<
  RowField,
  { readonly source: keyof PackedFrame; readonly scale: number }
>

const lowLevelOf = (frame: PackedFrame): number => roundHalfEven(frame.priceMinUsd / frame.stepUsd)

/** For each bucket of the frame its level on a grid of `stepUsd`. */
function levelsOn(frame: PackedFrame, stepUsd: number): Float64Array {
  const low = lowLevelOf(frame)
  return Float64Array.from({ length: frame.bucketCount }, (_, place) =>
    roundHalfEven(((low + place) * frame.stepUsd) / stepUsd),
  )
}

function addedUp(
  frame: PackedFrame,
  { lowLevel, count, stepUsd }: PriceLevels,
  parts: ArrayLike<number>,
): Float64Array {
  const row = new Float64Array(count)
  for (const [place, level] of levelsOn(frame, stepUsd).entries()) {
    const index = level - lowLevel
    if (index >= 0 && index < count) row[index] = (row[index] ?? 0) + (parts[place] ?? 0)
  }
  return row
}

/** The percentiles of the filled buckets of both sides, as a grid of `stepUsd` has them. */
function scaleOf(
  frame: PackedFrame,
  stepUsd: number,
): { readonly p50Usd: number; readonly p95Usd: number } {
  const levels = levelsOn(frame, stepUsd)
  const filled: number[] = []
  for (const cents of [frame.bidCents, frame.askCents]) {
    const sums = new Map<number, number>()
    for (const [place, level] of levels.entries()) {
      sums.set(level, (sums.get(level) ?? 0) + (cents[place] ?? 0))
    }
    for (const sum of sums.values()) if (sum > 0) filled.push(sum / CENTS)
  }
  const sorted = Float64Array.from(filled).sort()
  if (sorted.length === 0) return { p50Usd: 0, p95Usd: 1 }
  return { p50Usd: percentileSorted(sorted, 50), p95Usd: percentileSorted(sorted, 95) }
}

function lastStands(
  frame: PackedFrame,
  { lowLevel, count, stepUsd }: PriceLevels,
  field: RowField,
): Uint8Array | Float64Array {
  const { source, scale } = SOURCES[field]
  const row = scale === 0 ? new Uint8Array(count) : new Float64Array(count)
  const frameLow = lowLevelOf(frame)
  const values = frame[source]
  for (const [place, level] of levelsOn(frame, stepUsd).entries()) {
    const index = level - lowLevel
    if (index < 0 || index >= count) continue
    const isEqual = (frameLow + place) * frame.stepUsd === level * stepUsd
    if (scale === 0 || isEqual) row[index] = values[place] ?? 0
  }
  return scale === 0 ? row : scaled(row, scale)
}

/** Changes `values` in place. A quotient of whole numbers is the double nearest to its decimals. */
function scaled<T extends Uint8Array | Float64Array>(values: T, scale: number): T {
  for (let place = 0; place < values.length; place += 1) {
    const value = values[place] ?? 0
    if (value !== 0) values[place] = value / scale
  }
  return values
}
