/** Notional of the book in price buckets near a price: what the calibrator sees of depth (`pipeline.md` §8). */
import { roundHalfEven } from '../base/numeric.ts'
import { type BookLevels, priceOfKey, sizeBaseOf } from './book-levels.ts'
import { bucketPriceUsd } from './frames.ts'
import { collectByBirth } from './level-order.ts'
import { createLevelBuffer, NO_KEY } from './price-ladder.ts'

/** Half-width of the band, both bounds included. */
const BAND_FRACTION = 0.02

/**
 * Bids and asks of the book on view together, by price of the bucket, summed in the order in which
 * the levels entered the book.
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
  for (const ladder of [levels.shown.bids, levels.shown.asks]) {
    collectByBirth(ladder, NO_KEY, scratch)
    for (let place = 0; place < scratch.count; place += 1) {
      const priceUsd = priceOfKey(levels.grid, scratch.keys[place] ?? 0)
      if (priceUsd < lowUsd || priceUsd > highUsd) continue
      const bucketUsd = bucketPriceUsd(roundHalfEven(priceUsd / stepUsd), stepUsd)
      const sizeBase = sizeBaseOf(levels.grid, scratch.sizes[place] ?? 0)
      band.set(bucketUsd, (band.get(bucketUsd) ?? 0) + priceUsd * sizeBase)
    }
  }
  return band
}

const scratch = createLevelBuffer()
