// Goal: a table that one can believe. The past chooses and the next window grades; chance is called
// chance; who may not win does not. Method: made-up trials with known sums.
import { describe, expect, test } from 'vitest'
import { CellPlan, planCells } from '../../src/sweep/cell-plan.ts'
import { cellSumsOf } from '../../src/sweep/cell-sums.ts'
import type { Contest, Standing } from '../../src/sweep/contest.ts'
import { OBJECTIVES } from '../../src/sweep/objective.ts'
import { rankRows } from '../../src/sweep/ranking.ts'
import type { TrialResult } from '../../src/sweep/trial.ts'
import { walkForward } from '../../src/sweep/walk-forward.ts'

const FIRST = 29_000_000
const WINDOWS = 3
/** Four cells of two hours a window. */
const MINUTES = WINDOWS * 4 * 120
const scored = { BTCUSDT: Array.from({ length: MINUTES }, (_, index) => FIRST + index) }
const plan = new CellPlan(planCells(scored, WINDOWS))

interface Made {
  /** Gain of each cell. */
  readonly gains: (cell: number) => number
  /** Predicted ÷ observed. */
  readonly ratio?: number
  readonly events?: number
  readonly windowCount?: number
}

/** Sums that score as wanted: rates of one in every minute and side. */
function standing(trial: number, made: Made): Standing {
  const { gains, ratio = 1, events = 50, windowCount = WINDOWS } = made
  const cells = plan.cells.map((_, cell) => {
    const rates = 240
    const rateSum = events * ratio
    const logSum = events * (gains(cell) + Math.log(rateSum / rates))
    return [120, rates, events, rateSum, logSum, 0, 0]
  })
  const hazard = {
    events: events * cells.length,
    minutes: MINUTES,
    gain: null,
    notionalGain: null,
    predictedOverObserved: ratio,
  }
  const result: TrialResult = {
    windowCount,
    symbols: { BTCUSDT: { hazard, digest: null, cells, misses: [] } },
  }
  return { candidate: { trial, overrides: { x: trial } }, result, sums: cellSumsOf(result) }
}

function contest(base: Made, ...others: readonly Made[]): Contest {
  const standings = others.map((made, index) => standing(index + 1, made))
  return {
    objective: OBJECTIVES.hazard,
    plan,
    standings: [standing(0, base), ...standings],
    seed: 1,
  }
}

const windowOf = (cell: number): number => Math.floor(cell / 4)
const rank = (of: Contest) => rankRows(of, () => null)

describe('a plan', () => {
  test('divides scored minutes into windows, and these into cells of two hours', () => {
    expect(plan.windows).toHaveLength(3)
    expect(plan.cells).toHaveLength(12)
    const cellOf = plan.cellsOf('BTCUSDT')
    expect([0, 119, 120, MINUTES - 1, MINUTES].map((index) => cellOf(FIRST + index))).toEqual([
      0, 0, 1, 11, -1,
    ])
    expect(cellOf(FIRST - 1)).toBe(-1)
    expect(plan.cellsOf('ETHUSDT')(FIRST)).toBe(-1)
  })

  test('leaves out minutes that the base does not score', () => {
    const holed = { BTCUSDT: scored.BTCUSDT.filter((minute) => minute !== FIRST + 5) }
    const cellOf = new CellPlan(planCells(holed, WINDOWS)).cellsOf('BTCUSDT')
    expect(cellOf(FIRST + 5)).toBe(-1)
    expect(cellOf(FIRST + 6)).toBe(0)
  })

  test('wants half an hour of every window', () => {
    const few = { BTCUSDT: scored.BTCUSDT.slice(0, 119) }
    expect(() => planCells(few, 4)).toThrow(/119 minutes .* 4 windows want 120/)
    expect(() => planCells({}, 4)).toThrow(/0 minutes/)
  })
})

describe('a ranking', () => {
  test('puts the greatest score first, and the base before its equals', () => {
    const rows = rank(contest({ gains: () => 1 }, { gains: () => 1 }, { gains: () => 1.5 }))
    expect(rows.map(({ trial }) => trial)).toEqual([2, 0, 1])
    expect(rows.map((row) => row.rank)).toEqual([1, 2, 3])
    expect(rows[0]?.score).toBeCloseTo(1.5)
    expect(rows[0]?.overBase?.value).toBeCloseTo(0.5)
  })

  test('lets nobody win outside the limits of predicted ÷ observed', () => {
    const rows = rank(
      contest({ gains: () => 1 }, { gains: () => 2, ratio: 1.5 }, { gains: () => 2, ratio: 0.6 }),
    )
    expect(rows.map((row) => [row.trial, row.rank, row.withinLimits])).toEqual([
      [0, 1, true],
      [1, null, false],
      [2, null, false],
    ])
  })

  test('lets nobody win that is scored on other events', () => {
    const rows = rank(contest({ gains: () => 1 }, { gains: () => 2, events: 49 }))
    expect(rows.map((row) => [row.trial, row.rank, row.sameSample])).toEqual([
      [0, 1, true],
      [1, null, false],
    ])
  })

  test('tells a steady lead from one that a few cells make', () => {
    const steady = rank(contest({ gains: () => 1 }, { gains: () => 1.02 }))
    expect(steady[1]?.likeBest).toBe(false)
    expect(steady[0]?.overBase?.interval?.low).toBeGreaterThan(0)
    const lucky = rank(contest({ gains: () => 1 }, { gains: (cell) => (cell === 7 ? 2 : 0.99) }))
    expect(lucky[0]?.trial).toBe(1)
    expect(lucky[1]?.likeBest).toBe(true)
    expect(lucky[0]?.overBase?.interval?.low).toBeLessThan(0)
  })

  test('puts those that were given up last', () => {
    const rows = rank(contest({ gains: () => 1 }, { gains: () => 9, windowCount: 1 }))
    expect(rows.map(({ trial, rank: place }) => [trial, place])).toEqual([
      [0, 1],
      [1, null],
    ])
    expect(rows[1]?.windowScores.slice(1)).toEqual([null, null])
  })
})

describe('a walk-forward', () => {
  // 1 is best in the first window and poor later; 2 is best in the last.
  const one = { gains: (cell: number) => (windowOf(cell) === 0 ? 3 : 0) }
  const two = { gains: (cell: number) => (windowOf(cell) === 2 ? 9 : 0.5) }

  test('chooses by windows before, never by the one it is graded on', () => {
    const { steps, score, baseScore } = walkForward(contest({ gains: () => 1 }, one, two))
    expect(steps.map(({ chosenTrial }) => chosenTrial)).toEqual([1, 1])
    expect(steps.map(({ pastScore }) => Math.round((pastScore ?? 0) * 10))).toEqual([30, 15])
    expect(score).toBeCloseTo(0)
    expect(baseScore).toBeCloseTo(1)
  })

  test('says the same of the first windows, whatever comes later', () => {
    const later = { gains: (cell: number) => (windowOf(cell) === 2 ? 99 : one.gains(cell)) }
    const [before] = walkForward(contest({ gains: () => 1 }, one, two)).steps
    const [after] = walkForward(contest({ gains: () => 1 }, later, two)).steps
    expect(after).toEqual(before)
  })

  test('finds a lead out of sample where there is one', () => {
    const { overBase } = walkForward(contest({ gains: () => 1 }, { gains: () => 1.1 }))
    expect(overBase?.value).toBeCloseTo(0.1)
    expect(overBase?.interval?.low).toBeGreaterThan(0)
  })
})
