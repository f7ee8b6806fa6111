import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addWeighted,
  ageMass,
  createStandingMass,
  enterMass,
  massBetween,
  massFromRows,
  massMoments,
  massToRows,
  type StandingMass,
  sweepMass,
} from '../../../src/engines/calibration/standing-mass.ts'

const TIERS = 3
const FORGOTTEN_BELOW = 1e-12

/** The same by the letter: a map of levels, each with a number for every tier. */
class PlainMass {
  readonly levels = new Map<number, number[]>()
  first = 0
  count = 0

  age(factor: number): void {
    for (const row of this.levels.values())
      for (const [tier, value] of row.entries()) row[tier] = value * factor
    const isEmpty = (level: number): boolean =>
      this.at(level).every((value) => value < FORGOTTEN_BELOW)
    while (this.count > 0 && isEmpty(this.first + this.count - 1)) this.count -= 1
    while (this.count > 0 && isEmpty(this.first)) {
      this.first += 1
      this.count -= 1
    }
    for (const level of this.levels.keys()) {
      if (level < this.first || level >= this.first + this.count) this.levels.delete(level)
    }
  }

  sweep(from: number, to: number): number[] {
    const swept = Array.from({ length: TIERS }, () => 0)
    for (const level of [...this.levels.keys()].sort((a, b) => a - b)) {
      if (level < from || level > to) continue
      for (const [tier, value] of this.at(level).entries()) swept[tier] = (swept[tier] ?? 0) + value
      this.levels.delete(level)
    }
    return swept
  }

  enter(tier: number, from: number, to: number, density: number): void {
    if (!(to > from)) return
    const [first, last] = [Math.floor(from + 0.5), Math.floor(to + 0.5)]
    if (this.count === 0) this.first = first
    const end = Math.max(this.first + this.count, last + 1)
    this.first = Math.min(this.first, first)
    this.count = end - this.first
    for (let level = first; level <= last; level += 1) {
      const overlap = Math.min(to, level + 0.5) - Math.max(from, level - 0.5)
      if (!(overlap > 0)) continue
      const row = this.at(level)
      row[tier] = (row[tier] ?? 0) + density * overlap
      this.levels.set(level, row)
    }
  }

  at(level: number): number[] {
    return this.levels.get(level) ?? Array.from({ length: TIERS }, () => 0)
  }

  rows(): number[] {
    return Array.from({ length: this.count }, (_, row) => this.at(this.first + row)).flat()
  }
}

const level = fc.oneof(fc.integer({ min: 950, max: 1050 }), fc.integer({ min: 0, max: 3000 }))
const step = fc.oneof(
  fc.record({ kind: fc.constant('age' as const), factor: fc.constantFrom(1, 0.9, 0.5, 1e-9) }),
  fc.record({ kind: fc.constant('sweepFrom' as const), level }),
  fc.record({ kind: fc.constant('sweepTo' as const), level }),
  fc.record({ kind: fc.constant('sweep' as const), level, width: fc.integer({ min: 0, max: 40 }) }),
  fc.record({
    kind: fc.constant('enter' as const),
    tier: fc.integer({ min: 0, max: TIERS - 1 }),
    level,
    width: fc.double({ min: -1, max: 60, noNaN: true }),
    density: fc.double({ min: 1e-14, max: 3, noNaN: true }),
  }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function take(mass: StandingMass, plain: PlainMass, one: Step): void {
  if (one.kind === 'age') {
    ageMass(mass, one.factor)
    plain.age(one.factor)
  } else if (one.kind === 'enter') {
    enterMass(mass, one.tier, one.level + 0.3, one.level + one.width, one.density)
    plain.enter(one.tier, one.level + 0.3, one.level + one.width, one.density)
  } else {
    const [from, to] = {
      sweepFrom: [one.level, Number.POSITIVE_INFINITY],
      sweepTo: [Number.NEGATIVE_INFINITY, one.level],
      sweep: [one.level, one.level + ('width' in one ? one.width : 0)],
    }[one.kind] as [number, number]
    const swept = new Float64Array(TIERS)
    sweepMass(mass, from, to, swept)
    expect([...swept]).toEqual(plain.sweep(from, to))
  }
}

// Goal: columns that know where they hold something give, bit for bit, what rows of all tiers would.
test('standing mass in columns is a map of levels', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let mass = createStandingMass(TIERS)
      const plain = new PlainMass()
      for (const [index, one] of steps.entries()) {
        take(mass, plain, one)
        expect([mass.firstLevel, mass.levelCount]).toEqual([plain.first, plain.count])
        if (index % 20 === 19) mass = massFromRows(massToRows(mass))
      }
      expect([...massToRows(mass).rows]).toEqual(plain.rows())
      const weights = new Float64Array([0.25, 0, 1.7])
      const expected = new Float64Array(mass.levelCount)
      addWeighted(mass, weights, expected)
      const rows = Array.from({ length: plain.count }, (_, row) => plain.at(plain.first + row))
      const weigh = (row: readonly number[]): number =>
        row.reduce((sum, value, tier) => sum + (weights[tier] ?? 0) * value, 0)
      expect([...expected]).toEqual(rows.map(weigh))
      for (let tier = 0; tier < TIERS; tier += 1) {
        const column = rows.map((row) => row[tier] ?? 0)
        const sum = column.reduce((total, value) => total + value, 0)
        expect(massBetween(mass, tier, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)).toBe(
          sum,
        )
        expect(massMoments(mass).sums[tier]).toBe(sum)
        const moment = column.reduce((total, value, row) => total + value * row, 0)
        expect(massMoments(mass).moments[tier]).toBe(moment)
      }
    }),
    { numRuns: 500 },
  )
})
