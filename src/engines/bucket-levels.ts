/**
 * The levels of a book by price bucket, in the order in which they came into being: a level that
 * gets another size keeps its place, one that comes back goes to the end. Sums of the reference
 * follow this order (`orderbook.md`), and the last bit of a sum depends on it.
 */
import { powerOfTen, roundHalfEven } from '../base/numeric.ts'
import { type BookLevels, type BookSides, keyOfPriceUsd } from './book-levels.ts'
import { collectByBirth, createLevelBuffer } from './price-ladder.ts'

/** Prices with both bounds included, and the height of a bucket. Unit: USD. */
export interface BucketBand {
  readonly lowUsd: number
  readonly highUsd: number
  readonly stepUsd: number
}

/** Calls `take` for each level of one side in the band. */
export function eachBucketLevel(
  { grid }: BookLevels,
  sides: BookSides,
  side: keyof BookSides,
  band: BucketBand,
  take: (bucket: number, notionalUsd: number) => void,
): void {
  const { lowUsd, highUsd, stepUsd } = band
  // A key more than needed: the exact bound is that of the prices, below.
  const worstUsd = side === 'asks' ? -highUsd : lowUsd
  collectByBirth(sides[side], keyOfPriceUsd(grid, worstUsd) - 1, scratch)
  const { keys, sizes, count } = scratch
  const { unitsPerKey } = grid
  const unitsPerUsd = powerOfTen(grid.priceDecimals)
  const unitsPerBase = powerOfTen(grid.sizeDecimals)
  for (let place = 0; place < count; place += 1) {
    const priceUsd = (Math.abs(keys[place] ?? 0) * unitsPerKey) / unitsPerUsd
    if (priceUsd < lowUsd || priceUsd > highUsd) continue
    take(roundHalfEven(priceUsd / stepUsd), priceUsd * ((sizes[place] ?? 0) / unitsPerBase))
  }
}

const scratch = createLevelBuffer()
