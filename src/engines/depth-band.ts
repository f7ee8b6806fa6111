/** Notional of the book in price buckets near a price: what the calibrator sees of depth (`pipeline.md` §8). */
import { roundHalfEven } from '../base/numeric.ts'
import type { BookLevels } from './book-levels.ts'
import { eachBucketLevel } from './bucket-levels.ts'
import { bucketPriceUsd } from './frames.ts'

/** Half-width of the band, both bounds included. */
const BAND_FRACTION = 0.02

/**
 * Bids and asks of the book on view together, by price of the bucket. The buckets stand in the order
 * in which an insertion-ordered map of the levels meets them, since they are summed again.
 */
export function depthBand(
  levels: BookLevels,
  srcUsd: number,
  stepUsd: number,
): Map<number, number> {
  const band = new Map<number, number>()
  if (srcUsd <= 0 || stepUsd <= 0) return band
  const lowUsd = srcUsd * (1 - BAND_FRACTION)
  const highUsd = srcUsd * (1 + BAND_FRACTION)
  const lowBucket = roundHalfEven(lowUsd / stepUsd)
  const sumsUsd = new Float64Array(roundHalfEven(highUsd / stepUsd) - lowBucket + 1).fill(
    Number.NaN,
  )
  const order: number[] = []
  for (const side of ['bids', 'asks'] as const) {
    eachBucketLevel(
      levels,
      levels.shown,
      side,
      { lowUsd, highUsd, stepUsd },
      (bucket, levelUsd) => {
        const sumUsd = sumsUsd[bucket - lowBucket] ?? 0
        if (Number.isNaN(sumUsd)) order.push(bucket)
        sumsUsd[bucket - lowBucket] = Number.isNaN(sumUsd) ? levelUsd : sumUsd + levelUsd
      },
    )
  }
  for (const bucket of order) {
    band.set(bucketPriceUsd(bucket, stepUsd), sumsUsd[bucket - lowBucket] ?? 0)
  }
  return band
}
