/**
 * The levels of a book by price bucket, within a bucket in the order in which they came into being:
 * a level that gets another size keeps its place, one that comes back goes to the end. Sums of the
 * reference follow this order (`orderbook.md`), and the last bit of a sum depends on it.
 */
import { roundHalfEven } from '../base/numeric.ts'
import {
  type BookLevels,
  type BookSides,
  powerOfTen,
  priceOfKey,
  sizeBaseOf,
} from './book-levels.ts'
import { collectLevels, createLevelBuffer, type LevelBuffer } from './price-ladder.ts'

/** Prices with both bounds included, and the height of a bucket. Unit: USD. */
export interface BucketBand {
  readonly lowUsd: number
  readonly highUsd: number
  readonly stepUsd: number
}

/** Calls `take` for each level of one side in the band, bucket by bucket from the best on. */
export function eachBucketLevel(
  { grid }: BookLevels,
  sides: BookSides,
  side: keyof BookSides,
  band: BucketBand,
  take: (bucket: number, notionalUsd: number, birth: number) => void,
): void {
  const { lowUsd, highUsd, stepUsd } = band
  const keysPerUsd = powerOfTen(grid.priceDecimals) / grid.unitsPerKey
  // A key more than needed: the exact bound is that of the prices, below.
  const worstUsd = side === 'asks' ? -highUsd : lowUsd
  collectLevels(sides[side], Math.floor(worstUsd * keysPerUsd) - 1, scratch)
  const { keys, sizes, births, count } = scratch
  const bucketOf = (place: number): number =>
    roundHalfEven(priceOfKey(grid, keys[place] ?? 0) / stepUsd)
  for (let from = 0; from < count; ) {
    const bucket = bucketOf(from)
    let to = from + 1
    while (to < count && bucketOf(to) === bucket) to += 1
    sortByBirth(scratch, from, to)
    for (let place = from; place < to; place += 1) {
      const priceUsd = priceOfKey(grid, keys[place] ?? 0)
      if (priceUsd < lowUsd || priceUsd > highUsd) continue
      take(bucket, priceUsd * sizeBaseOf(grid, sizes[place] ?? 0), births[place] ?? 0)
    }
    from = to
  }
}

const scratch = createLevelBuffer()

/** Sorts the levels of one bucket: few, so that inserting each is the fastest. */
function sortByBirth({ keys, sizes, births }: LevelBuffer, from: number, to: number): void {
  for (let place = from + 1; place < to; place += 1) {
    const key = keys[place] ?? 0
    const size = sizes[place] ?? 0
    const birth = births[place] ?? 0
    let hole = place
    while (hole > from && (births[hole - 1] ?? 0) > birth) {
      keys[hole] = keys[hole - 1] ?? 0
      sizes[hole] = sizes[hole - 1] ?? 0
      births[hole] = births[hole - 1] ?? 0
      hole -= 1
    }
    keys[hole] = key
    sizes[hole] = size
    births[hole] = birth
  }
}
