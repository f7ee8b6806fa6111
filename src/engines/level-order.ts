/** The levels of a ladder in the order of an insertion-ordered map (`orderbook.md`). */
import {
  collectLevels,
  createLevelBuffer,
  type LevelBuffer,
  type PriceLadder,
} from './price-ladder.ts'

/**
 * Copies the levels with a key of at least `worstKey` in the order in which they came into being: a
 * level that gets another size keeps its place, one that comes back goes to the end. Sums of the
 * reference follow this order, and the last bit of a sum depends on it.
 */
export function collectByBirth(ladder: PriceLadder, worstKey: number, into: LevelBuffer): void {
  collectLevels(ladder, worstKey, byPrice)
  const { count, keys, sizes, births } = byPrice
  if (into.keys.length < count) Object.assign(into, createLevelBuffer(count * 2))
  into.count = count
  // Number and place in one double: sorting plain numbers needs no comparing function.
  const packed = into.births.subarray(0, count)
  for (let place = 0; place < count; place += 1)
    packed[place] = (births[place] ?? 0) * count + place
  packed.sort()
  for (let rank = 0; rank < count; rank += 1) {
    const place = (packed[rank] ?? 0) % count
    into.keys[rank] = keys[place] ?? 0
    into.sizes[rank] = sizes[place] ?? 0
    packed[rank] = births[place] ?? 0
  }
}

const byPrice = createLevelBuffer()
