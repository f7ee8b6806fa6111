/**
 * Standing positions of one side by trigger price and tier (`standard-profile.md` §2): a window of
 * levels, each with a place for every tier. A level is a bucket centred on its multiple of the step.
 */

export interface StandingMass {
  readonly tierCount: number
  /** Level of the first row. */
  firstLevel: number
  levelCount: number
  /** Rows of `tierCount`, after each other; longer than what is used. */
  rows: Float64Array
}

/** A row below it everywhere is forgotten, so that a run of months stays small. */
const MASS_MIN = 1e-12

export const createStandingMass = (tierCount: number): StandingMass => ({
  tierCount,
  firstLevel: 0,
  levelCount: 0,
  rows: new Float64Array(0),
})

/** Multiplies all mass, and forgets rows at both ends that hold nothing any more. */
export function ageMass(mass: StandingMass, factor: number): void {
  const { rows, tierCount } = mass
  const length = mass.levelCount * tierCount
  for (let index = 0; index < length; index += 1) rows[index] = (rows[index] ?? 0) * factor
  while (mass.levelCount > 0 && isEmptyRow(mass, mass.levelCount - 1)) mass.levelCount -= 1
  let emptyCount = 0
  while (emptyCount < mass.levelCount && isEmptyRow(mass, emptyCount)) emptyCount += 1
  if (emptyCount > 0) dropFirst(mass, emptyCount)
}

/** Removes levels from `fromLevel` to `toLevel`, both included, and adds what they held to `into`. */
export function sweepMass(
  mass: StandingMass,
  fromLevel: number,
  toLevel: number,
  into: Float64Array,
): void {
  const { rows, tierCount, firstLevel } = mass
  const from = Math.max(0, fromLevel - firstLevel)
  const to = Math.min(mass.levelCount, toLevel - firstLevel + 1)
  for (let row = from; row < to; row += 1) {
    for (let tier = 0; tier < tierCount; tier += 1) {
      const place = row * tierCount + tier
      into[tier] = (into[tier] ?? 0) + (rows[place] ?? 0)
      rows[place] = 0
    }
  }
}

/** Adds `density` per level of price from `from` to `to`, both in levels and fractions of them. */
export function enterMass(
  mass: StandingMass,
  tier: number,
  from: number,
  to: number,
  density: number,
): void {
  if (!(to > from)) return
  const firstLevel = Math.floor(from + 0.5)
  const lastLevel = Math.floor(to + 0.5)
  makeRoom(mass, firstLevel, lastLevel)
  for (let level = firstLevel; level <= lastLevel; level += 1) {
    const overlap = Math.min(to, level + 0.5) - Math.max(from, level - 0.5)
    if (!(overlap > 0)) continue
    const place = (level - mass.firstLevel) * mass.tierCount + tier
    mass.rows[place] = (mass.rows[place] ?? 0) + density * overlap
  }
}

function isEmptyRow({ rows, tierCount }: StandingMass, row: number): boolean {
  for (let tier = 0; tier < tierCount; tier += 1) {
    if ((rows[row * tierCount + tier] ?? 0) >= MASS_MIN) return false
  }
  return true
}

function dropFirst(mass: StandingMass, rowCount: number): void {
  const { tierCount } = mass
  mass.rows.copyWithin(0, rowCount * tierCount, mass.levelCount * tierCount)
  mass.firstLevel += rowCount
  mass.levelCount -= rowCount
}

function makeRoom(mass: StandingMass, firstLevel: number, lastLevel: number): void {
  if (mass.levelCount === 0) mass.firstLevel = firstLevel
  const first = Math.min(mass.firstLevel, firstLevel)
  const end = Math.max(mass.firstLevel + mass.levelCount, lastLevel + 1)
  const { tierCount } = mass
  const usedLength = mass.levelCount * tierCount
  const length = (end - first) * tierCount
  const shift = (mass.firstLevel - first) * tierCount
  if (length > mass.rows.length) {
    const grown = new Float64Array(length * 2)
    grown.set(mass.rows.subarray(0, usedLength), shift)
    mass.rows = grown
  } else {
    mass.rows.copyWithin(shift, 0, usedLength)
    mass.rows.fill(0, 0, shift)
    mass.rows.fill(0, shift + usedLength, length)
  }
  mass.firstLevel = first
  mass.levelCount = end - first
}
