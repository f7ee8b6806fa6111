/**
 * Standing positions of one side by trigger price and tier (`standard-profile.md` §2): a window of
 * levels, with a column for every tier. A level is a bucket centred on its multiple of the step.
 *
 * A tier stands in a part of the window only, high ones near price and low ones far from it, so that
 * each column knows between which levels it may hold anything: all beside is 0.
 */

export interface StandingMass {
  readonly tierCount: number
  /** The window: its first level, and how many there are. */
  firstLevel: number
  levelCount: number
  /** Columns one after the other, each with a place for `capacity` levels from `baseLevel` on. */
  cells: Float64Array
  baseLevel: number
  capacity: number
  /** By tier: the first level that may hold something, and the one after the last. */
  readonly froms: Float64Array
  readonly ends: Float64Array
}

/** The window as rows of `tierCount`, the lowest level first: what a checkpoint keeps. */
export interface MassRows {
  readonly tierCount: number
  readonly firstLevel: number
  readonly levelCount: number
  readonly rows: Float64Array
}

/** A level below it in every tier is forgotten, so that a run of months stays small. */
const MASS_MIN = 1e-12

export const createStandingMass = (tierCount: number): StandingMass => ({
  tierCount,
  firstLevel: 0,
  levelCount: 0,
  cells: new Float64Array(0),
  baseLevel: 0,
  capacity: 0,
  froms: new Float64Array(tierCount),
  ends: new Float64Array(tierCount),
})

/** Multiplies all mass, and forgets levels at both ends that hold nothing any more. */
export function ageMass(mass: StandingMass, factor: number): void {
  const { cells, tierCount } = mass
  for (let tier = 0; tier < tierCount; tier += 1) {
    const end = endPlace(mass, tier)
    for (let place = fromPlace(mass, tier); place < end; place += 1) {
      cells[place] = (cells[place] ?? 0) * factor
    }
  }
  while (mass.levelCount > 0 && isEmptyLevel(mass, mass.firstLevel + mass.levelCount - 1)) {
    mass.levelCount -= 1
  }
  while (mass.levelCount > 0 && isEmptyLevel(mass, mass.firstLevel)) {
    mass.firstLevel += 1
    mass.levelCount -= 1
  }
  for (let tier = 0; tier < tierCount; tier += 1) cut(mass, tier)
}

/** Removes levels from `fromLevel` to `toLevel`, both included, and adds what they held to `into`. */
export function sweepMass(
  mass: StandingMass,
  fromLevel: number,
  toLevel: number,
  into: Float64Array,
): void {
  for (let tier = 0; tier < mass.tierCount; tier += 1) {
    const from = Math.max(mass.froms[tier] ?? 0, fromLevel)
    const end = Math.min(mass.ends[tier] ?? 0, toLevel + 1)
    if (from >= end) continue
    const shift = placeOf(mass, tier, 0)
    let swept = into[tier] ?? 0
    for (let place = shift + from; place < shift + end; place += 1) {
      swept += mass.cells[place] ?? 0
      mass.cells[place] = 0
    }
    into[tier] = swept
    if (from === mass.froms[tier]) mass.froms[tier] = end
    else if (end === mass.ends[tier]) mass.ends[tier] = from
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
  widen(mass, firstLevel, lastLevel)
  const isEmpty = (mass.froms[tier] ?? 0) >= (mass.ends[tier] ?? 0)
  mass.froms[tier] = isEmpty ? firstLevel : Math.min(mass.froms[tier] ?? 0, firstLevel)
  mass.ends[tier] = isEmpty ? lastLevel + 1 : Math.max(mass.ends[tier] ?? 0, lastLevel + 1)
  for (let level = firstLevel; level <= lastLevel; level += 1) {
    const overlap = Math.min(to, level + 0.5) - Math.max(from, level - 0.5)
    if (!(overlap > 0)) continue
    const place = placeOf(mass, tier, level)
    mass.cells[place] = (mass.cells[place] ?? 0) + density * overlap
  }
}

/** Adds `factors[tier]` times the mass of each level to the window's `sums`, tier by tier. */
export function addWeighted(mass: StandingMass, factors: Float64Array, sums: Float64Array): void {
  const { cells } = mass
  for (let tier = 0; tier < mass.tierCount; tier += 1) {
    const factor = factors[tier] ?? 0
    const from = fromPlace(mass, tier)
    const end = endPlace(mass, tier)
    const shift = placeOf(mass, tier, mass.firstLevel)
    for (let place = from; place < end; place += 1) {
      sums[place - shift] = (sums[place - shift] ?? 0) + factor * (cells[place] ?? 0)
    }
  }
}

/** What a tier holds from `fromLevel` to `toLevel`, both included, added up from the lowest on. */
export function massBetween(
  mass: StandingMass,
  tier: number,
  fromLevel: number,
  toLevel: number,
): number {
  const from = Math.max(mass.froms[tier] ?? 0, fromLevel)
  const end = Math.min(mass.ends[tier] ?? 0, toLevel + 1)
  const { cells } = mass
  const shift = placeOf(mass, tier, 0)
  let sum = 0
  for (let place = shift + from; place < shift + end; place += 1) sum += cells[place] ?? 0
  return sum
}

/** By tier: the sum of its mass, and of mass times place in the window. */
export function massMoments(mass: StandingMass): {
  readonly sums: Float64Array
  readonly moments: Float64Array
} {
  const sums = new Float64Array(mass.tierCount)
  const moments = new Float64Array(mass.tierCount)
  for (let tier = 0; tier < mass.tierCount; tier += 1) {
    const end = endPlace(mass, tier)
    const shift = placeOf(mass, tier, mass.firstLevel)
    let [sum, moment] = [0, 0]
    for (let place = fromPlace(mass, tier); place < end; place += 1) {
      const value = mass.cells[place] ?? 0
      sum += value
      moment += value * (place - shift)
    }
    sums[tier] = sum
    moments[tier] = moment
  }
  return { sums, moments }
}

export function massToRows(mass: StandingMass): MassRows {
  const { tierCount, firstLevel, levelCount } = mass
  const rows = new Float64Array(levelCount * tierCount)
  for (let tier = 0; tier < tierCount; tier += 1) {
    for (let level = mass.froms[tier] ?? 0; level < (mass.ends[tier] ?? 0); level += 1) {
      const row = level - firstLevel
      rows[row * tierCount + tier] = mass.cells[placeOf(mass, tier, level)] ?? 0
    }
  }
  return { tierCount, firstLevel, levelCount, rows }
}

export function massFromRows({ tierCount, firstLevel, levelCount, rows }: MassRows): StandingMass {
  const mass = createStandingMass(tierCount)
  if (levelCount === 0) return { ...mass, firstLevel }
  widen(mass, firstLevel, firstLevel + levelCount - 1)
  for (let tier = 0; tier < tierCount; tier += 1) {
    mass.froms[tier] = firstLevel
    mass.ends[tier] = firstLevel + levelCount
    for (let row = 0; row < levelCount; row += 1) {
      mass.cells[placeOf(mass, tier, firstLevel + row)] = rows[row * tierCount + tier] ?? 0
    }
  }
  return mass
}

const placeOf = ({ capacity, baseLevel }: StandingMass, tier: number, level: number): number =>
  tier * capacity + level - baseLevel

const fromPlace = (mass: StandingMass, tier: number): number =>
  placeOf(mass, tier, mass.froms[tier] ?? 0)

const endPlace = (mass: StandingMass, tier: number): number =>
  placeOf(mass, tier, mass.ends[tier] ?? 0)

function isEmptyLevel(mass: StandingMass, level: number): boolean {
  for (let tier = 0; tier < mass.tierCount; tier += 1) {
    if ((mass.cells[placeOf(mass, tier, level)] ?? 0) >= MASS_MIN) return false
  }
  return true
}

/** Forgets what a tier holds outside the window. */
function cut(mass: StandingMass, tier: number): void {
  const [from, end] = [mass.froms[tier] ?? 0, mass.ends[tier] ?? 0]
  const first = Math.min(Math.max(from, mass.firstLevel), end)
  const last = Math.max(Math.min(end, mass.firstLevel + mass.levelCount), first)
  mass.cells.fill(0, placeOf(mass, tier, from), placeOf(mass, tier, first))
  mass.cells.fill(0, placeOf(mass, tier, last), placeOf(mass, tier, end))
  mass.froms[tier] = first
  mass.ends[tier] = last
}

/** Makes the levels from `firstLevel` to `lastLevel` part of the window. */
function widen(mass: StandingMass, firstLevel: number, lastLevel: number): void {
  if (mass.levelCount === 0) mass.firstLevel = firstLevel
  const first = Math.min(mass.firstLevel, firstLevel)
  const end = Math.max(mass.firstLevel + mass.levelCount, lastLevel + 1)
  if (first < mass.baseLevel || end > mass.baseLevel + mass.capacity) lay(mass, first, end)
  mass.firstLevel = first
  mass.levelCount = end - first
}

/** Lays the columns anew, with as much room again as there are levels from `first` to `end`. */
function lay(mass: StandingMass, first: number, end: number): void {
  const before = { ...mass }
  const room = Math.ceil((end - first) / 2)
  mass.baseLevel = first - room
  mass.capacity = end - first + 2 * room
  mass.cells = new Float64Array(mass.tierCount * mass.capacity)
  for (let tier = 0; tier < mass.tierCount; tier += 1) {
    if ((mass.froms[tier] ?? 0) >= (mass.ends[tier] ?? 0)) continue
    const held = before.cells.subarray(fromPlace(before, tier), endPlace(before, tier))
    mass.cells.set(held, fromPlace(mass, tier))
  }
}
