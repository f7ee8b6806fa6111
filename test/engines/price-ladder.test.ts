import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLevelBuffer, type LevelBuffer } from '../../src/engines/level-buffer.ts'
import {
  clearLadder,
  collectByBirth,
  collectLevels,
  createLadder,
  hasLevelBetween,
  NO_KEY,
  type PriceLadder,
  rescaleLadder,
  restoreLevel,
  setLevel,
  sizeAt,
} from '../../src/engines/price-ladder.ts'

function collected(ladder: PriceLadder, worstKey = NO_KEY): LevelBuffer {
  const buffer = createLevelBuffer()
  collectLevels(ladder, worstKey, buffer)
  return buffer
}

function levelsOf(ladder: PriceLadder, worstKey = NO_KEY): [number, number][] {
  const buffer = collected(ladder, worstKey)
  return Array.from({ length: buffer.count }, (_, index) => [
    buffer.keys[index] ?? Number.NaN,
    buffer.sizes[index] ?? Number.NaN,
  ])
}

/** In the order in which they came into being, as a map has them. */
function levelsByBirth(ladder: PriceLadder): [number, number][] {
  const { births } = collected(ladder)
  const sortedByBirth = levelsOf(ladder)
    .map((level, place) => ({ level, birth: births[place] ?? Number.NaN }))
    .sort((a, b) => a.birth - b.birth)
    .map(({ level }) => level)
  const buffer = createLevelBuffer(4)
  collectByBirth(ladder, NO_KEY, buffer)
  const { keys, sizes, count } = buffer
  const born = Array.from({ length: count }, (_, place): [number, number] => [
    keys[place] ?? Number.NaN,
    sizes[place] ?? Number.NaN,
  ])
  expect(born).toEqual(sortedByBirth)
  return born
}

/** Empties a ladder and fills it again from what a checkpoint keeps of it. */
function restoreFrom(ladder: PriceLadder): void {
  const { nextBirth } = ladder
  const { count, keys, sizes, births } = collected(ladder)
  clearLadder(ladder)
  for (let place = 0; place < count; place += 1) {
    restoreLevel(ladder, keys[place] ?? 0, sizes[place] ?? 0, births[place] ?? 0)
  }
  ladder.nextBirth = nextBirth
}

const sorted = (model: ReadonlyMap<number, number>): [number, number][] =>
  [...model].sort(([a], [b]) => b - a)

function put(model: Map<number, number>, key: number, size: number): void {
  if (size === 0) model.delete(key)
  else model.set(key, size)
}

// Goal: a ladder is a map with a best. Method: keys cluster around a few places, some of them
// further apart than the window is wide, so that the window moves up and down and levels go far
// and come back; a third of the calls remove a level, and half of those the best one.
describe('a ladder against a plain map', () => {
  const place = fc.constantFrom(0, 5, 40_000, 98_000, 98_400, 140_000, 700_000, -300_000)
  const step = fc.record({
    key: fc.tuple(place, fc.integer({ min: -70, max: 70 })).map(([base, beside]) => base + beside),
    size: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(0)),
    removesBest: fc.integer({ min: 0, max: 5 }).map((dice) => dice === 0),
  })

  test('keeps the same levels, the same best and the same count', () => {
    const ladder = createLadder()
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        clearLadder(ladder)
        const model = new Map<number, number>()
        for (const { key, size, removesBest } of steps) {
          const target = removesBest && ladder.count > 0 ? ladder.bestKey : key
          const wanted = removesBest ? 0 : size
          expect(setLevel(ladder, target, wanted)).toBe(model.get(target) ?? 0)
          put(model, target, wanted)
          expect(ladder.bestKey).toBe(Math.max(NO_KEY, ...model.keys()))
          expect(ladder.count).toBe(model.size)
        }
        expect(levelsOf(ladder)).toEqual(sorted(model))
        expect(levelsByBirth(ladder)).toEqual([...model])
        restoreFrom(ladder)
        expect(levelsByBirth(ladder)).toEqual([...model])
        rescaleLadder(ladder, 2, 1)
        put(model, 1, 3)
        setLevel(ladder, 2, 3)
        expect(levelsByBirth(ladder)).toEqual([...model].map(([key, size]) => [key * 2, size]))
      }),
      { numRuns: 300 },
    )
  })

  test('remembers the order of births however many there were', () => {
    const ladder = createLadder()
    const model = new Map<number, number>()
    let state = 11
    const below = (limit: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state % limit
    }
    for (let round = 1; round <= 60_000; round += 1) {
      // From few levels that come and go to more than the first log of births has room for.
      const key = below(round < 30_000 ? 500 : 9_000) + (below(20) === 0 ? 200_000 : 0)
      const size = below(3)
      setLevel(ladder, key, size)
      put(model, key, size)
      if (round % 15_000 === 0) expect(levelsByBirth(ladder)).toEqual([...model])
    }
    const buffer = createLevelBuffer()
    collectByBirth(ladder, 4_000, buffer)
    expect([...buffer.keys.subarray(0, buffer.count)]).toEqual(
      [...model.keys()].filter((key) => key >= 4_000),
    )
  })

  test('finds ranges and single levels', () => {
    const ladder = createLadder()
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), step, step, (steps, one, other) => {
        clearLadder(ladder)
        const model = new Map<number, number>()
        for (const { key, size } of steps) {
          setLevel(ladder, key, size)
          put(model, key, size)
        }
        const [low, high] = [Math.min(one.key, other.key), Math.max(one.key, other.key)]
        const inside = [...model.keys()].some((key) => key >= low && key <= high)
        expect(hasLevelBetween(ladder, low, high)).toBe(inside)
        expect(levelsOf(ladder, low)).toEqual(sorted(model).filter(([key]) => key >= low))
        expect(sizeAt(ladder, one.key)).toBe(model.get(one.key) ?? 0)
      }),
      { numRuns: 300 },
    )
  })

  test('gives levels other keys and sizes', () => {
    const ladder = createLadder()
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        clearLadder(ladder)
        const model = new Map<number, number>()
        for (const { key, size } of steps) {
          setLevel(ladder, key, size)
          put(model, key * 10, size * 1000)
        }
        rescaleLadder(ladder, 10, 1000)
        expect(levelsOf(ladder)).toEqual(sorted(model))
      }),
      { numRuns: 100 },
    )
  })
})
