/** Notional of the book in price buckets near a price: what the calibrator sees of depth (`pipeline.md` §8). */
import { roundHalfEven } from '../base/numeric.ts'
import type { BookLevels } from './book-levels.ts'
import { bucketLevels } from './bucket-levels.ts'
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
  // A level has a size and a price, so that a sum is 0 only where none was met.
  const sumsUsd = new Float64Array(roundHalfEven(highUsd / stepUsd) - lowBucket + 1)
  const order: number[] = []
  const bounds = { lowUsd, highUsd, stepUsd }
  for (const side of ['bids', 'asks'] as const) {
    const { buckets, notionalsUsd, count } = bucketLevels(levels, levels.shown, side, bounds)
    for (let place = 0; place < count; place += 1) {
      const bucket = buckets[place] ?? 0
      const sumUsd = sumsUsd[bucket - lowBucket] ?? 0
      if (sumUsd === 0) order.push(bucket)
      sumsUsd[bucket - lowBucket] = sumUsd + (notionalsUsd[place] ?? 0)
    }
  }
  for (const bucket of order) {
    band.set(bucketPriceUsd(bucket, stepUsd), sumsUsd[bucket - lowBucket] ?? 0)
  }
  return band
}
