/** Scores of hazards from their sums (`standard-profile.md` §4): of a whole range, or of a draw of blocks. */
import { log } from '../base/elementary.ts'
import { type BlockDraws, blockColumns } from './block-draws.ts'
import { HAZARD, HAZARD_SUM_COUNT, type HazardBlocks } from './hazard-track.ts'

/** Sum by sum, each by the place of its block. */
export function hazardColumns(
  draws: BlockDraws,
  blocks: HazardBlocks | undefined,
): readonly Float64Array[] {
  const columns = blockColumns(draws, HAZARD_SUM_COUNT)
  for (const [block, sums] of blocks ?? []) {
    const place = draws.placeOf.get(block)
    if (place === undefined) continue
    for (const [index, value] of sums.entries()) {
      const column = columns[index]
      if (column !== undefined) column[place] = value
    }
  }
  return columns
}

export const eventCountOf = (sums: Float64Array): number =>
  (sums[HAZARD.longCount] ?? 0) + (sums[HAZARD.shortCount] ?? 0)

const rateOf = (sums: Float64Array): number =>
  (sums[HAZARD.longRate] ?? 0) + (sums[HAZARD.shortRate] ?? 0)

/** Nats an event over a constant; nothing without events. */
export const gainOf = (sums: Float64Array): number | undefined =>
  overConstant(sums, sums[HAZARD.logSum] ?? 0, eventCountOf(sums))

/** The same, each event as heavy as its capped notional. */
export const notionalGainOf = (sums: Float64Array): number | undefined =>
  overConstant(sums, sums[HAZARD.cappedLogSum] ?? 0, sums[HAZARD.cappedUsd] ?? 0)

/** `weight`: what the terms of `logSum` are weighed by in all. */
function overConstant(sums: Float64Array, logSum: number, weight: number): number | undefined {
  const rate = rateOf(sums) / (sums[HAZARD.rates] ?? 1)
  return weight > 0 && rate > 0 ? logSum / weight - log(rate) : undefined
}

export function predictedOverObserved(sums: Float64Array): number | undefined {
  const count = eventCountOf(sums)
  return count > 0 ? rateOf(sums) / count : undefined
}
