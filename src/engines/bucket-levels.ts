/**
 * The levels of a book by price bucket, in the order in which they came into being: a level that
 * gets another size keeps its place, one that comes back goes to the end. Sums of the reference
 * follow this order (`orderbook.md`), and the last bit of a sum depends on it.
 */
import { powerOfTen, roundHalfEven } from '../base/numeric.ts'
import { type BookLevels, type BookSides, keyOfPriceUsd } from './book-levels.ts'
import { createLevelBuffer } from './level-buffer.ts'
import { collectByBirth } from './price-ladder.ts'

/** Prices with both bounds included, and the height of a bucket. Unit: USD. */
export interface BucketBand {
  readonly lowUsd: number
  readonly highUsd: number
  readonly stepUsd: number
}

/** Levels of one side in a band. The next call overwrites it. */
export interface BucketLevels {
  /** Of each level. Longer than `count`. */
  buckets: Float64Array
  notionalsUsd: Float64Array
  count: number
}

export function bucketLevels(
  { grid }: BookLevels,
  sides: BookSides,
  side: keyof BookSides,
  { lowUsd, highUsd, stepUsd }: BucketBand,
): BucketLevels {
  // A key more than needed: the exact bound is that of the prices, below.
  const worstUsd = side === 'asks' ? -highUsd : lowUsd
  collectByBirth(sides[side], keyOfPriceUsd(grid, worstUsd) - 1, scratch)
  // The columns are used up from the front: what was read makes room for what it became.
  const { keys, sizes, count } = scratch
  const { unitsPerKey } = grid
  const unitsPerUsd = powerOfTen(grid.priceDecimals)
  const unitsPerBase = powerOfTen(grid.sizeDecimals)
  let kept = 0
  for (let place = 0; place < count; place += 1) {
    const priceUsd = (Math.abs(keys[place] ?? 0) * unitsPerKey) / unitsPerUsd
    if (priceUsd < lowUsd || priceUsd > highUsd) continue
    keys[kept] = roundHalfEven(priceUsd / stepUsd)
    sizes[kept] = priceUsd * ((sizes[place] ?? 0) / unitsPerBase)
    kept += 1
  }
  found.buckets = keys
  found.notionalsUsd = sizes
  found.count = kept
  return found
}

const scratch = createLevelBuffer()
const found: BucketLevels = { buckets: scratch.keys, notionalsUsd: scratch.sizes, count: 0 }
