/**
 * What each depth message says of the book on view (`pipeline.md` §4.1): the mid at once; depth
 * within a band, imbalance and what the message added and took away only when they are asked for,
 * from the book as that message left it. The caller settles before it changes that book otherwise.
 */
import { powerOfTen } from '../base/numeric.ts'
import {
  type BookLevels,
  type BookSides,
  keyOfPriceUsd,
  priceOfKey,
  sizeBaseOf,
} from './book-levels.ts'
import { eachChange, lastMessageStart } from './change-log.ts'
import { createLevelBuffer } from './level-buffer.ts'
import { collectLevels, hasLevelBetween, NO_KEY } from './price-ladder.ts'

export interface BookMetrics {
  /** 0 before the first message with both sides. Unit: USD. */
  bestBidUsd: number
  bestAskUsd: number
  midUsd: number
  /** Bids down to 1 % below the mid. Unit: base. */
  bidDepthBase: number
  /** Asks up to 1 % above the mid. Unit: base. */
  askDepthBase: number
  /** −1 to 1; keeps its last value while the band is empty. */
  imbalance: number
  /** What the last message took from, and added to, price levels that are still there. Unit: base. */
  voidsBase: number
  reinforcesBase: number
  /** The depths and the imbalance are older than the mid. */
  depthPending: boolean
  /** The changes from here to the end of the log are not in `voidsBase` and `reinforcesBase`. */
  changesFrom: number | undefined
  /** A book has been sampled: there is one to compare the next with. */
  sampled: boolean
  /** Changes since the last sample that are no longer in the log, by price level. Unit: base. */
  readonly carried: Map<number, number>
}

/** The band of bid and ask depth around the mid (`pipeline.md` §4.1). */
const DEPTH_BAND_FRACTION = 0.01
/**
 * From this spread on depth is computed with each message: the band may be empty after the next
 * one, which must then find the last imbalance. Books so wide are thin.
 */
const WIDE_SPREAD_FRACTION = 0.005

export function createBookMetrics(): BookMetrics {
  return {
    bestBidUsd: 0,
    bestAskUsd: 0,
    midUsd: 0,
    bidDepthBase: 0,
    askDepthBase: 0,
    imbalance: 0,
    voidsBase: 0,
    reinforcesBase: 0,
    depthPending: false,
    changesFrom: undefined,
    sampled: false,
    carried: new Map(),
  }
}

/**
 * Samples the book on view after a depth message. `applied`: the message changed it.
 * @returns whether there is a mid to sample.
 */
export function sampleBook(
  metrics: BookMetrics,
  levels: BookLevels,
  levelUsd: number,
  applied: boolean,
): boolean {
  const { bids, asks } = levels.shown
  const start = applied ? lastMessageStart(levels.log) : levels.log.written
  if (bids.count === 0 || asks.count === 0) {
    if (metrics.sampled) carry(metrics.carried, levels, changesFrom(levels, start, levelUsd), 1)
    return false
  }
  metrics.bestBidUsd = priceOfKey(levels.grid, bids.bestKey)
  metrics.bestAskUsd = priceOfKey(levels.grid, asks.bestKey)
  metrics.midUsd = (metrics.bestBidUsd + metrics.bestAskUsd) / 2
  metrics.depthPending = true
  if (metrics.sampled) metrics.changesFrom = start
  metrics.sampled = true
  if (metrics.carried.size > 0) settleChanges(metrics, levels, levelUsd)
  const spreadUsd = metrics.bestAskUsd - metrics.bestBidUsd
  if (spreadUsd > metrics.midUsd * WIDE_SPREAD_FRACTION) settleDepth(metrics, levels)
  return true
}

/** Samples a book that has just replaced another one on view, whose sizes were `before`. */
export function sampleNewBook(
  metrics: BookMetrics,
  levels: BookLevels,
  before: ReadonlyMap<number, number>,
  levelUsd: number,
): boolean {
  if (metrics.sampled) {
    carry(metrics.carried, levels, before, -1)
    carry(metrics.carried, levels, sizesByLevel(levels, levels.shown, levelUsd), 1)
  }
  return sampleBook(metrics, levels, levelUsd, false)
}

/** Computes what is pending, while the book on view is still the one that was sampled. */
export function settleMetrics(metrics: BookMetrics, levels: BookLevels, levelUsd: number): void {
  settleDepth(metrics, levels)
  settleChanges(metrics, levels, levelUsd)
}

/** Total size by price level of `levelUsd`, both sides together, in whole units. */
export function sizesByLevel(
  levels: BookLevels,
  sides: BookSides,
  levelUsd: number,
): Map<number, number> {
  const sizes = new Map<number, number>()
  for (const ladder of [sides.bids, sides.asks]) {
    collectLevels(ladder, NO_KEY, scratch)
    for (let index = 0; index < scratch.count; index += 1) {
      const level = levelIndexOf(levels, scratch.keys[index] ?? 0, levelUsd)
      sizes.set(level, (sizes.get(level) ?? 0) + (scratch.sizes[index] ?? 0))
    }
  }
  return sizes
}

const scratch = createLevelBuffer()

const levelIndexOf = (levels: BookLevels, key: number, levelUsd: number): number =>
  Math.trunc(priceOfKey(levels.grid, key) / levelUsd)

function settleDepth(metrics: BookMetrics, levels: BookLevels): void {
  if (!metrics.depthPending) return
  metrics.depthPending = false
  const { midUsd } = metrics
  const reachUsd = midUsd * DEPTH_BAND_FRACTION
  const { bids, asks } = levels.shown
  const { grid } = levels
  // A key more than needed: the exact bound is that of the prices.
  collectLevels(bids, keyOfPriceUsd(grid, midUsd - reachUsd) - 1, scratch)
  metrics.bidDepthBase = collectedBase(levels, (priceUsd) => priceUsd >= midUsd - reachUsd)
  collectLevels(asks, keyOfPriceUsd(grid, -(midUsd + reachUsd)) - 1, scratch)
  metrics.askDepthBase = collectedBase(levels, (priceUsd) => priceUsd <= midUsd + reachUsd)
  const total = metrics.bidDepthBase + metrics.askDepthBase
  if (total > 0) metrics.imbalance = (metrics.bidDepthBase - metrics.askDepthBase) / total
}

/** Of the levels in `scratch`, whose worst ones may be outside. */
function collectedBase({ grid }: BookLevels, isInBand: (priceUsd: number) => boolean): number {
  let { count } = scratch
  while (count > 0 && !isInBand(priceOfKey(grid, scratch.keys[count - 1] ?? 0))) count -= 1
  let size = 0
  for (let index = 0; index < count; index += 1) size += scratch.sizes[index] ?? 0
  return sizeBaseOf(grid, size)
}

function settleChanges(metrics: BookMetrics, levels: BookLevels, levelUsd: number): void {
  if (metrics.changesFrom === undefined) return
  const changes = changesFrom(levels, metrics.changesFrom, levelUsd)
  for (const [level, sizeBase] of metrics.carried) {
    const size = Math.round(sizeBase * powerOfTen(levels.grid.sizeDecimals))
    changes.set(level, (changes.get(level) ?? 0) + size)
  }
  metrics.carried.clear()
  metrics.changesFrom = undefined
  takeTotals(metrics, levels, changes, levelUsd)
}

/** By price level, in whole units, what the log holds from `start` on. */
function changesFrom(levels: BookLevels, start: number, levelUsd: number): Map<number, number> {
  const changes = new Map<number, number>()
  eachChange(levels.log, start, levels.log.written, (key, delta) => {
    const level = levelIndexOf(levels, key, levelUsd)
    changes.set(level, (changes.get(level) ?? 0) + delta)
  })
  return changes
}

/** In base units, which a change of the book's decimals leaves as they are. */
function carry(
  into: Map<number, number>,
  levels: BookLevels,
  changes: ReadonlyMap<number, number>,
  sign: 1 | -1,
): void {
  for (const [level, size] of changes) {
    into.set(level, (into.get(level) ?? 0) + sign * sizeBaseOf(levels.grid, size))
  }
}

/** A level that is no longer there at all is not counted, as in the reference. */
function takeTotals(
  metrics: BookMetrics,
  levels: BookLevels,
  changes: ReadonlyMap<number, number>,
  levelUsd: number,
): void {
  let [voids, reinforces] = [0, 0]
  for (const [level, change] of changes) {
    if (change > 0) reinforces += change
    else if (change < 0 && hasPriceLevel(levels, level, levelUsd)) voids -= change
  }
  metrics.voidsBase = sizeBaseOf(levels.grid, voids)
  metrics.reinforcesBase = sizeBaseOf(levels.grid, reinforces)
}

function hasPriceLevel(levels: BookLevels, level: number, levelUsd: number): boolean {
  const { bids, asks } = levels.shown
  const keysPerLevel = (levelUsd * powerOfTen(levels.grid.priceDecimals)) / levels.grid.unitsPerKey
  const lowKey = Math.ceil(level * keysPerLevel)
  const highKey = Math.ceil((level + 1) * keysPerLevel) - 1
  return hasLevelBetween(bids, lowKey, highKey) || hasLevelBetween(asks, -highKey, -lowKey)
}
