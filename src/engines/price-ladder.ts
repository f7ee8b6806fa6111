/**
 * One side of a book: levels under whole keys, of which the greatest is the best. Bids use price
 * keys as they are, asks negated ones.
 *
 * Levels near the best lie in a dense window of sizes, the few far ones in a map. The best is always
 * in the window, so everything in the map is worse than what the window can hold above it.
 */
import { addBirth, type BirthLog, clearBirths, createBirthLog, tidyBirths } from './birth-log.ts'
import { createLevelBuffer, type LevelBuffer, putLevel } from './level-buffer.ts'
import {
  bitsUpTo,
  clearSlot,
  createSlotBits,
  highBit,
  type SlotBits,
  setSlot,
  slotAtOrBelow,
} from './slot-bits.ts'

export interface PriceLadder extends SlotBits {
  /** Key of slot 0 of the window. */
  firstKey: number
  /** By slot; 0 where there is no level. Unit: whole units of the book's size decimals. */
  readonly sizes: Float64Array
  /** By slot that holds a level: its number among all levels that ever came into being here. */
  readonly births: Float64Array
  /** Levels outside the window. */
  readonly far: Map<number, FarLevel>
  readonly born: BirthLog
  /** Greatest key that holds a level; `NO_KEY` while there is none. */
  bestKey: number
  count: number
  /** Number of the next level that comes into being. */
  nextBirth: number
}

interface FarLevel {
  size: number
  readonly birth: number
}

export const NO_KEY = Number.NEGATIVE_INFINITY

/**
 * 131,072 slots: 19 % of the price of bitcoin at 68 000 USD in ticks of 0.1 USD. Measured faster
 * than a map and than sorted arrays (performance.md §6).
 */
const SLOTS = 1 << 17
/** Where a new window puts the best: nearly all levels are worse, so most room is below. */
const BEST_SLOT = SLOTS * 0.75
/** A best that has sunk below this slot gets a new window, since levels beside it may be far ones. */
const BEST_SLOT_MIN = SLOTS * 0.25

export function createLadder(): PriceLadder {
  const ladder: PriceLadder = {
    firstKey: 0,
    sizes: new Float64Array(SLOTS),
    births: new Float64Array(SLOTS),
    ...createSlotBits(SLOTS),
    far: new Map(),
    born: createBirthLog((key) => birthAt(ladder, key)),
    bestKey: NO_KEY,
    count: 0,
    nextBirth: 0,
  }
  return ladder
}

/** Sets the size of a level; 0 removes it. Returns the size it had. */
export function setLevel(ladder: PriceLadder, key: number, size: number): number {
  const slot = key - ladder.firstKey
  if (!(slot >= 0 && slot < SLOTS)) return setOutside(ladder, key, size)
  const before = ladder.sizes[slot] ?? 0
  ladder.sizes[slot] = size
  if (before === 0) {
    if (size !== 0) occupy(ladder, slot, key)
  } else if (size === 0) {
    vacate(ladder, slot, key)
  }
  return before
}

/** The size of a level, 0 where there is none. */
export function sizeAt(ladder: PriceLadder, key: number): number {
  const slot = key - ladder.firstKey
  return slot >= 0 && slot < SLOTS ? (ladder.sizes[slot] ?? 0) : (ladder.far.get(key)?.size ?? 0)
}

/** Copies the levels with a key of at least `worstKey`, the best first. */
export function collectLevels(ladder: PriceLadder, worstKey: number, into: LevelBuffer): void {
  if (into.keys.length < ladder.count) Object.assign(into, createLevelBuffer(ladder.count * 2))
  into.count = 0
  collectWindow(ladder, worstKey, into)
  if (ladder.far.size > 0 && worstKey < ladder.firstKey) collectFar(ladder, worstKey, into)
}

/**
 * Copies the levels with a key of at least `worstKey`, in the order in which they came into being,
 * and tidies their log on the way: without their births, which that order says already.
 */
export function collectByBirth(ladder: PriceLadder, worstKey: number, into: LevelBuffer): void {
  if (into.keys.length < ladder.count) Object.assign(into, createLevelBuffer(ladder.count * 2))
  const { born } = ladder
  if (!born.isSorted) tidyBirths(born)
  const { keys, births } = born
  let count = 0
  let aliveCount = 0
  for (let place = 0; place < born.count; place += 1) {
    const key = keys[place] ?? 0
    const birth = births[place] ?? 0
    if (birthAt(ladder, key) !== birth) continue
    keys[aliveCount] = key
    births[aliveCount] = birth
    aliveCount += 1
    if (key < worstKey) continue
    into.keys[count] = key
    into.sizes[count] = sizeAt(ladder, key)
    count += 1
  }
  born.count = aliveCount
  into.count = count
}

/**
 * Puts a level back where {@link collectLevels} found one, with the number it had.
 * `nextBirth` is the caller's to restore.
 */
export function restoreLevel(ladder: PriceLadder, key: number, size: number, birth: number): void {
  ladder.nextBirth = birth
  setLevel(ladder, key, size)
}

/** Whether a level has a key from `lowKey` to `highKey`, both included. */
export function hasLevelBetween(ladder: PriceLadder, lowKey: number, highKey: number): boolean {
  const highSlot = Math.min(highKey - ladder.firstKey, SLOTS - 1)
  if (highSlot >= 0) {
    const slot = slotAtOrBelow(ladder, highSlot)
    if (slot >= 0 && ladder.firstKey + slot >= lowKey) return true
  }
  for (const key of ladder.far.keys()) {
    if (key >= lowKey && key <= highKey) return true
  }
  return false
}

export function clearLadder(ladder: PriceLadder): void {
  forgetWindow(ladder)
  ladder.far.clear()
  clearBirths(ladder.born)
  ladder.bestKey = NO_KEY
  ladder.count = 0
  ladder.nextBirth = 0
}

/** Gives each level another key and size: keys times `keyFactor`, sizes times `sizeFactor`. */
export function rescaleLadder(ladder: PriceLadder, keyFactor: number, sizeFactor: number): void {
  const levels = allLevels(ladder)
  const { nextBirth } = ladder
  clearLadder(ladder)
  for (let index = 0; index < levels.count; index += 1) {
    const key = (levels.keys[index] ?? 0) * keyFactor
    const size = (levels.sizes[index] ?? 0) * sizeFactor
    restoreLevel(ladder, key, size, levels.births[index] ?? 0)
  }
  ladder.nextBirth = nextBirth
}

function setOutside(ladder: PriceLadder, key: number, size: number): number {
  if (size !== 0 && key > ladder.bestKey) {
    moveWindow(ladder, key)
    return setLevel(ladder, key, size)
  }
  const level = ladder.far.get(key)
  const before = level?.size ?? 0
  if (size === 0) {
    if (ladder.far.delete(key)) ladder.count -= 1
  } else if (level === undefined) {
    ladder.far.set(key, { size, birth: ladder.nextBirth })
    noteBirth(ladder, key)
  } else {
    level.size = size
  }
  return before
}

function occupy(ladder: PriceLadder, slot: number, key: number): void {
  setSlot(ladder, slot)
  ladder.births[slot] = ladder.nextBirth
  noteBirth(ladder, key)
  if (key > ladder.bestKey) ladder.bestKey = key
}

/** Counts a level that came into being under `key` and has its birth already. */
function noteBirth(ladder: PriceLadder, key: number): void {
  addBirth(ladder.born, key, ladder.nextBirth)
  ladder.nextBirth += 1
  ladder.count += 1
}

/** The birth of a level; `NaN` where there is none. */
function birthAt(ladder: PriceLadder, key: number): number {
  const slot = key - ladder.firstKey
  if (!(slot >= 0 && slot < SLOTS)) return ladder.far.get(key)?.birth ?? Number.NaN
  return ladder.sizes[slot] === 0 ? Number.NaN : (ladder.births[slot] ?? Number.NaN)
}

function vacate(ladder: PriceLadder, slot: number, key: number): void {
  clearSlot(ladder, slot)
  ladder.count -= 1
  if (key === ladder.bestKey) findBest(ladder, slot)
}

/** The best has gone from `slot`: the next one is below it, or far. */
function findBest(ladder: PriceLadder, slot: number): void {
  const next = slotAtOrBelow(ladder, slot)
  if (next >= BEST_SLOT_MIN) {
    ladder.bestKey = ladder.firstKey + next
    return
  }
  let best = next >= 0 ? ladder.firstKey + next : NO_KEY
  if (next < 0) {
    for (const key of ladder.far.keys()) best = Math.max(best, key)
  }
  ladder.bestKey = best
  if (best !== NO_KEY) moveWindow(ladder, best)
}

/** Lays the window so that `bestKey`, which need not be a level yet, has its place in it. */
function moveWindow(ladder: PriceLadder, bestKey: number): void {
  const levels = allLevels(ladder)
  forgetWindow(ladder)
  ladder.far.clear()
  ladder.firstKey = bestKey - BEST_SLOT
  for (let index = 0; index < levels.count; index += 1) {
    const key = levels.keys[index] ?? 0
    const size = levels.sizes[index] ?? 0
    const birth = levels.births[index] ?? 0
    const slot = key - ladder.firstKey
    if (slot >= 0 && slot < SLOTS) {
      ladder.sizes[slot] = size
      ladder.births[slot] = birth
      setSlot(ladder, slot)
    } else {
      ladder.far.set(key, { size, birth })
    }
  }
}

function allLevels(ladder: PriceLadder): LevelBuffer {
  const levels = createLevelBuffer(ladder.count)
  collectLevels(ladder, NO_KEY, levels)
  return levels
}

/** Empties the window in time proportional to what it holds. */
function forgetWindow(ladder: PriceLadder): void {
  for (let group = 0; group < ladder.summary.length; group += 1) {
    if (ladder.summary[group] === 0) continue
    ladder.summary[group] = 0
    ladder.words.fill(0, group << 5, (group + 1) << 5)
    ladder.sizes.fill(0, group << 10, (group + 1) << 10)
  }
}

function collectWindow(ladder: PriceLadder, worstKey: number, into: LevelBuffer): void {
  const { firstKey, sizes, births } = ladder
  let count = 0
  let slot = ladder.bestKey === NO_KEY ? -1 : ladder.bestKey - firstKey
  const worstSlot = Math.max(worstKey - firstKey, 0)
  while (slot >= worstSlot) {
    // All levels of one word at once: the search for the next word is the slow part.
    const first = slot & ~31
    let bits = (ladder.words[slot >> 5] ?? 0) & bitsUpTo(slot & 31)
    while (bits !== 0) {
      const bit = highBit(bits)
      if (first + bit < worstSlot) break
      into.keys[count] = firstKey + first + bit
      into.sizes[count] = sizes[first + bit] ?? 0
      into.births[count] = births[first + bit] ?? 0
      count += 1
      bits ^= 1 << bit
    }
    slot = first === 0 ? -1 : slotAtOrBelow(ladder, first - 1)
  }
  into.count = count
}

function collectFar(ladder: PriceLadder, worstKey: number, into: LevelBuffer): void {
  const rows = [...ladder.far].filter(([key]) => key >= worstKey).sort(([a], [b]) => b - a)
  for (const [key, { size, birth }] of rows) putLevel(into, key, size, birth)
}
