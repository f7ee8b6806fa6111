/** Notional of the book in price buckets near a price: what the calibrator sees of depth (`pipeline.md` §8). */
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
  if (srcUsd <= 0 || stepUsd <= 0) return new Map()
  const band = {
    lowUsd: srcUsd * (1 - BAND_FRACTION),
    highUsd: srcUsd * (1 + BAND_FRACTION),
    stepUsd,
  }
  const sums = new Map<number, number>()
  const order = new Set<number>()
  for (const side of ['bids', 'asks'] as const) {
    const met: { readonly bucket: number; readonly birth: number }[] = []
    eachBucketLevel(levels, levels.shown, side, band, (bucket, levelUsd, birth) => {
      if (met.at(-1)?.bucket !== bucket) met.push({ bucket, birth })
      sums.set(bucket, (sums.get(bucket) ?? 0) + levelUsd)
    })
    for (const { bucket } of met.sort((a, b) => a.birth - b.birth)) order.add(bucket)
  }
  return new Map(
    [...order].map((bucket) => [bucketPriceUsd(bucket, stepUsd), sums.get(bucket) ?? 0]),
  )
}
