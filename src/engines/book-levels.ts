/**
 * The levels of a book: two sides on one grid of keys, and a second pair while a new book is being
 * built and the old one is still on view (`pipeline.md` §4.1).
 *
 * A key is the price in whole units of `10 ** -priceDecimals`, divided by the greatest divisor that
 * all prices so far had in common: the venue writes more decimals than its tick has, and a dense
 * window must hold ticks. A finer price later rebuilds the ladders.
 */
import { powerOfTen } from '../base/numeric.ts'
import type { DepthUpdate } from '../model/messages.ts'
import {
  beginMessage,
  type ChangeLog,
  createChangeLog,
  logChange,
  rescaleChangeLog,
} from './change-log.ts'
import {
  clearLadder,
  createLadder,
  type PriceLadder,
  rescaleLadder,
  setLevel,
} from './price-ladder.ts'

export interface BookSides {
  readonly bids: PriceLadder
  readonly asks: PriceLadder
}

export interface BookGrid {
  /** Keys times `unitsPerKey` are whole units of `10 ** -priceDecimals`. */
  priceDecimals: number
  /** 0 before the first price. */
  unitsPerKey: number
  /** Sizes are whole units of `10 ** -sizeDecimals`. */
  sizeDecimals: number
}

export interface BookLevels {
  readonly grid: BookGrid
  /** What diffs are applied to. */
  live: BookSides
  /** What consumers see: the same, once a diff was applied to it; until then the book of before. */
  shown: BookSides
  /** An empty pair, kept because making one is dear. */
  spare: BookSides | undefined
  readonly log: ChangeLog
}

export function createBookLevels(): BookLevels {
  return {
    grid: { priceDecimals: 0, unitsPerKey: 0, sizeDecimals: 0 },
    live: createSides(),
    shown: createSides(),
    spare: undefined,
    log: createChangeLog(),
  }
}

/** The price of a ladder key: the same double as that of the venue's text. */
export const priceOfKey = (grid: BookGrid, key: number): number =>
  (Math.abs(key) * grid.unitsPerKey) / powerOfTen(grid.priceDecimals)

/** The key under which a price lies, or the next lower one; of asks, the price is negated. */
export const keyOfPriceUsd = (grid: BookGrid, priceUsd: number): number =>
  Math.floor((priceUsd * powerOfTen(grid.priceDecimals)) / grid.unitsPerKey)

export const sizeBaseOf = (grid: BookGrid, size: number): number =>
  size / powerOfTen(grid.sizeDecimals)

/** Applies the bids, then the asks of a diff, in the order of the payload. */
export function applyLevels(levels: BookLevels, message: DepthUpdate): void {
  const { bidCount, askCount } = message
  beginMessage(levels.log, message.lastUpdateId, bidCount + askCount)
  alignGrid(levels, message)
  applySide(levels, message, 0, bidCount, 1)
  applySide(levels, message, bidCount, bidCount + askCount, -1)
}

/** Takes a snapshot as the live book. Levels without a positive size are left out. */
export function loadLevels(levels: BookLevels, message: DepthUpdate): void {
  clearSides(levels.live)
  alignGrid(levels, message)
  const { bidCount, askCount } = message
  for (let index = 0; index < bidCount + askCount; index += 1) {
    if (!((message.sizeUnits[index] ?? 0) > 0)) continue
    const ladder = index < bidCount ? levels.live.bids : levels.live.asks
    const key = keyOfLevel(levels, message, index)
    setLevel(ladder, index < bidCount ? key : -key, sizeOfLevel(levels, message, index))
  }
}

/** Empties the live book; what was live until now stays on view. */
export function dropLive(levels: BookLevels): void {
  if (levels.shown === levels.live) {
    levels.live = levels.spare ?? createSides()
    levels.spare = undefined
  } else {
    clearSides(levels.live)
  }
}

/** Puts the live book on view. */
export function showLive(levels: BookLevels): void {
  if (levels.shown === levels.live) return
  clearSides(levels.shown)
  levels.spare = levels.shown
  levels.shown = levels.live
}

/** Price units of level `index` as a key, asks not yet negated. Refines the grid when it must. */
export function keyOfLevel(levels: BookLevels, message: DepthUpdate, index: number): number {
  const scale = powerOfTen(levels.grid.priceDecimals - message.priceDecimals)
  const units = (message.priceUnits[index] ?? 0) * scale
  const key = units / levels.grid.unitsPerKey
  if (key === Math.floor(key)) return key
  refineGrid(levels, units)
  return units / levels.grid.unitsPerKey
}

export function sizeOfLevel(levels: BookLevels, message: DepthUpdate, index: number): number {
  return (
    (message.sizeUnits[index] ?? 0) * powerOfTen(levels.grid.sizeDecimals - message.sizeDecimals)
  )
}

/** Makes the decimals of the book at least those of the message, and learns a first unit. */
export function alignGrid(levels: BookLevels, message: DepthUpdate): void {
  const { grid } = levels
  if (message.priceDecimals > grid.priceDecimals) {
    grid.unitsPerKey *= powerOfTen(message.priceDecimals - grid.priceDecimals)
    grid.priceDecimals = message.priceDecimals
  }
  if (message.sizeDecimals > grid.sizeDecimals) {
    rescale(levels, 1, powerOfTen(message.sizeDecimals - grid.sizeDecimals))
    grid.sizeDecimals = message.sizeDecimals
  }
  if (grid.unitsPerKey === 0) learnUnit(grid, message)
}

function createSides(): BookSides {
  return { bids: createLadder(), asks: createLadder() }
}

function clearSides(sides: BookSides): void {
  clearLadder(sides.bids)
  clearLadder(sides.asks)
}

function applySide(
  levels: BookLevels,
  message: DepthUpdate,
  from: number,
  to: number,
  sign: 1 | -1,
): void {
  const { grid, log } = levels
  const ladder = sign === 1 ? levels.live.bids : levels.live.asks
  const { priceUnits, sizeUnits } = message
  const priceScale = powerOfTen(grid.priceDecimals - message.priceDecimals)
  const sizeScale = powerOfTen(grid.sizeDecimals - message.sizeDecimals)
  let unitsPerKey = grid.unitsPerKey
  for (let index = from; index < to; index += 1) {
    const units = (priceUnits[index] ?? 0) * priceScale
    let key = units / unitsPerKey
    if (key !== Math.floor(key)) {
      refineGrid(levels, units)
      unitsPerKey = grid.unitsPerKey
      key = units / unitsPerKey
    }
    const size = (sizeUnits[index] ?? 0) * sizeScale
    const before = setLevel(ladder, sign * key, size)
    if (before !== size) logChange(log, sign * key, size - before)
  }
}

function learnUnit(grid: BookGrid, message: DepthUpdate): void {
  const scale = powerOfTen(grid.priceDecimals - message.priceDecimals)
  let unit = 0
  for (let index = 0; index < message.bidCount + message.askCount; index += 1) {
    unit = greatestDivisor(unit, (message.priceUnits[index] ?? 0) * scale)
  }
  grid.unitsPerKey = unit
  // A message without a price other than 0 teaches nothing: any unit will do until one does.
  if (unit === 0) grid.unitsPerKey = powerOfTen(grid.priceDecimals)
}

/** A price lies between two keys: the unit becomes one that divides it too. */
function refineGrid(levels: BookLevels, units: number): void {
  const { grid } = levels
  const unit = greatestDivisor(grid.unitsPerKey, units)
  rescale(levels, grid.unitsPerKey / unit, 1)
  grid.unitsPerKey = unit
}

function rescale(levels: BookLevels, keyFactor: number, sizeFactor: number): void {
  const pairs = levels.shown === levels.live ? [levels.live] : [levels.live, levels.shown]
  for (const { bids, asks } of pairs) {
    rescaleLadder(bids, keyFactor, sizeFactor)
    rescaleLadder(asks, keyFactor, sizeFactor)
  }
  rescaleChangeLog(levels.log, keyFactor, sizeFactor)
}

function greatestDivisor(a: number, b: number): number {
  let [greater, lesser] = [Math.abs(a), Math.abs(b)]
  while (lesser !== 0) [greater, lesser] = [lesser, greater % lesser]
  return greater
}
