/**
 * Intervals by drawing blocks of minutes again and again (`standard-profile.md` §4). Figures that are
 * drawn together share their draws, so that differences are paired by block.
 */
import { seededChance } from './seeded-chance.ts'
import type { AuditInterval, Figure } from './view-figures.ts'

export interface BlockDraws {
  /** Blocks by number, ascending: a minute's is `floor(minute / blockMinutes)`. */
  readonly placeOf: ReadonlyMap<number, number>
  readonly blockMinutes: number
  readonly blockCount: number
  readonly drawCount: number
  /** Draw after draw: the place of each block drawn. */
  readonly picks: Uint32Array
}

export interface DrawOptions {
  readonly blockMinutes: number
  readonly draws: number
  readonly seed: number
}

/** `minutes`: those that figures speak for, ascending. */
export function drawBlocks(
  minutes: Iterable<number>,
  { blockMinutes, draws, seed }: DrawOptions,
): BlockDraws {
  const placeOf = new Map<number, number>()
  for (const minute of minutes) {
    const block = Math.floor(minute / blockMinutes)
    if (!placeOf.has(block)) placeOf.set(block, placeOf.size)
  }
  const blockCount = placeOf.size
  const chance = seededChance(seed)
  const picks = new Uint32Array(draws * blockCount)
  for (let index = 0; index < picks.length; index += 1) {
    picks[index] = Math.floor(chance() * blockCount)
  }
  return { placeOf, blockMinutes, blockCount, drawCount: draws, picks }
}

/** Sums of a figure, block by block. */
export const blockColumns = ({ blockCount }: BlockDraws, count: number): readonly Float64Array[] =>
  Array.from({ length: count }, () => new Float64Array(blockCount))

/** The place of the block of `minute`; nothing for one that was not drawn from. */
export const blockPlace = ({ placeOf, blockMinutes }: BlockDraws, minute: number) =>
  placeOf.get(Math.floor(minute / blockMinutes))

/** Adds to a block of a column; what lies in none is passed over. */
export function addAt(
  column: Float64Array | undefined,
  block: number | undefined,
  value: number,
): void {
  if (column === undefined || block === undefined) return
  column[block] = (column[block] ?? 0) + value
}

/** `score` of the sums of each draw, in the order of draws. */
export function drawnScores(
  { blockCount, drawCount, picks }: BlockDraws,
  columns: readonly Float64Array[],
  score: (sums: Float64Array) => number | undefined,
): readonly (number | undefined)[] {
  const scores: (number | undefined)[] = []
  const sums = new Float64Array(columns.length)
  for (let draw = 0; draw < drawCount; draw += 1) {
    const from = draw * blockCount
    for (let place = 0; place < columns.length; place += 1) {
      const column = columns[place]
      let sum = 0
      if (column !== undefined) {
        for (let index = from; index < from + blockCount; index += 1) {
          sum += column[picks[index] ?? 0] ?? 0
        }
      }
      sums[place] = sum
    }
    scores.push(score(sums))
  }
  return scores
}

/**
 * Draws of fewer blocks repeat a handful of values: of five, the ends of an interval would stand on
 * the same block drawn four times or more.
 */
export const BLOCKS_MIN = 6

/** 95 % of `scores`; nothing when they were drawn from fewer than {@link BLOCKS_MIN} blocks. */
export function intervalOf(
  scores: readonly (number | undefined)[],
  blockCount: number,
): AuditInterval | undefined {
  if (blockCount < BLOCKS_MIN) return undefined
  const sorted = Float64Array.from(scores.filter((score) => score !== undefined)).sort()
  if (sorted.length === 0) return undefined
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return { low: at(0.025), high: at(0.975) }
}

/** Blocks in which `column` holds something. */
export const filledBlocks = (column: Float64Array | undefined): number =>
  column === undefined ? 0 : column.reduce((count, value) => count + (value > 0 ? 1 : 0), 0)

/** The figure with the interval of `score`; `samples` says which blocks hold any. */
export function withInterval(
  figure: Figure,
  draws: BlockDraws,
  samples: Float64Array | undefined,
  columns: readonly Float64Array[],
  score: (sums: Float64Array) => number | undefined,
): Figure {
  const filled = filledBlocks(samples)
  if (figure.value === undefined) return figure
  if (filled < BLOCKS_MIN) return { ...figure, fewBlocks: true }
  const interval = intervalOf(drawnScores(draws, columns, score), filled)
  return interval === undefined ? figure : { ...figure, interval }
}
