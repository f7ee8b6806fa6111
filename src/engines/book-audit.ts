/**
 * Compares a book with a snapshot of the venue that arrived while it was in sync. Our book has
 * usually gone on by then, so what was changed since is taken back first.
 */
import type { DepthSnapshot } from '../model/messages.ts'
import { alignGrid, type BookLevels, keyOfLevel, priceOfKey, sizeOfLevel } from './book-levels.ts'
import { eachChange, type Rollback, rollbackTo } from './change-log.ts'
import { createLevelBuffer } from './level-buffer.ts'
import { collectLevels, type PriceLadder } from './price-ladder.ts'

export interface BookAudit {
  snapshotsCompared: number
  /** Snapshots ahead of the book, or further back than the log of changes reaches. */
  snapshotsNotCompared: number
  levelsCompared: number
  levelsDiffering: number
  lastLevelsCompared: number
  lastLevelsDiffering: number
  lastUpdateId: number
  /**
   * Of those that differ: levels beyond the snapshot that the book was made of, and named by no diff
   * since. The venue gives so many a side and no more (`orderbook.md` RQ8), so they are not wrong.
   */
  levelsUnseen: number
  lastLevelsUnseen: number
}

/** Worst prices of the snapshot that a book was made of. Unit: USD. */
export interface SeenPrices {
  bidUsd: number
  askUsd: number
}

export function createBookAudit(): BookAudit {
  return {
    snapshotsCompared: 0,
    snapshotsNotCompared: 0,
    levelsCompared: 0,
    levelsDiffering: 0,
    lastLevelsCompared: 0,
    lastLevelsDiffering: 0,
    lastUpdateId: 0,
    levelsUnseen: 0,
    lastLevelsUnseen: 0,
  }
}

export const nothingSeen = (): SeenPrices => ({
  bidUsd: Number.POSITIVE_INFINITY,
  askUsd: Number.NEGATIVE_INFINITY,
})

/** How far a snapshot reaches. */
export function seenIn({
  bidCount,
  askCount,
  priceUnits,
  priceDecimals,
}: DepthSnapshot): SeenPrices {
  const seen = nothingSeen()
  const unit = Number(`1e${priceDecimals}`)
  for (let index = 0; index < bidCount + askCount; index += 1) {
    const priceUsd = (priceUnits[index] ?? 0) / unit
    if (index < bidCount) seen.bidUsd = Math.min(seen.bidUsd, priceUsd)
    else seen.askUsd = Math.max(seen.askUsd, priceUsd)
  }
  return seen
}

/** Counts the levels that differ, in the range of prices that the snapshot covers. */
export function compareSnapshot(
  audit: BookAudit,
  levels: BookLevels,
  snapshot: DepthSnapshot,
  { lastAppliedU, seen }: { readonly lastAppliedU: number; readonly seen: SeenPrices },
): void {
  const { lastUpdateId, bidCount, askCount } = snapshot
  const now = levels.log.written
  const rollback =
    lastUpdateId === lastAppliedU
      ? { afterStart: now, coveringStart: now }
      : rollbackTo(levels.log, lastUpdateId)
  if (rollback === undefined) {
    audit.snapshotsNotCompared += 1
    return
  }
  alignGrid(levels, snapshot)
  const venue = new Map<number, number>()
  for (let index = 0; index < bidCount + askCount; index += 1) {
    const key = keyOfLevel(levels, snapshot, index)
    venue.set(index < bidCount ? key : -key, sizeOfLevel(levels, snapshot, index))
  }
  const ours = sizesAt(levels, rollback)
  const unsure = new Set<number>()
  eachChange(levels.log, rollback.coveringStart, rollback.afterStart, (key) => unsure.add(key))
  audit.lastUpdateId = lastUpdateId
  audit.lastLevelsCompared = 0
  audit.lastLevelsDiffering = 0
  audit.lastLevelsUnseen = 0
  const isSeen = (key: number): boolean => {
    const priceUsd = priceOfKey(levels.grid, key)
    return key > 0 ? priceUsd >= seen.bidUsd : priceUsd <= seen.askUsd
  }
  countDifferences(audit, venue, ours, { unsure, isSeen })
  audit.snapshotsCompared += 1
  audit.levelsCompared += audit.lastLevelsCompared
  audit.levelsDiffering += audit.lastLevelsDiffering
  audit.levelsUnseen += audit.lastLevelsUnseen
}

/** The sizes of our levels as they stood at the end of the message that covers the snapshot. */
function sizesAt(levels: BookLevels, rollback: Rollback): Map<number, number> {
  const sizes = new Map<number, number>()
  const buffer = createLevelBuffer()
  const addSide = (ladder: PriceLadder) => {
    collectLevels(ladder, Number.NEGATIVE_INFINITY, buffer)
    for (let index = 0; index < buffer.count; index += 1) {
      sizes.set(buffer.keys[index] ?? 0, buffer.sizes[index] ?? 0)
    }
  }
  addSide(levels.live.bids)
  addSide(levels.live.asks)
  eachChange(levels.log, rollback.afterStart, levels.log.written, (key, delta) => {
    sizes.set(key, (sizes.get(key) ?? 0) - delta)
  })
  return sizes
}

function countDifferences(
  audit: BookAudit,
  venue: ReadonlyMap<number, number>,
  ours: ReadonlyMap<number, number>,
  {
    unsure,
    isSeen,
  }: { readonly unsure: ReadonlySet<number>; readonly isSeen: (key: number) => boolean },
): void {
  // The snapshot says nothing of what lies beyond its worst keys.
  const keys = [...venue.keys()]
  const worstBid = Math.min(...keys.filter((key) => key > 0))
  const worstAsk = Math.min(...keys.filter((key) => key < 0))
  for (const key of new Set([...keys, ...ours.keys()])) {
    if (unsure.has(key) || key < (key > 0 ? worstBid : worstAsk)) continue
    const ourSize = ours.get(key) ?? 0
    countLevel(audit, { ourSize, venueSize: venue.get(key) ?? 0, isSeen: isSeen(key) })
  }
}

function countLevel(
  audit: BookAudit,
  level: { readonly ourSize: number; readonly venueSize: number; readonly isSeen: boolean },
): void {
  const { ourSize, venueSize, isSeen } = level
  if (venueSize !== 0 || ourSize !== 0) audit.lastLevelsCompared += 1
  if (venueSize === ourSize) return
  audit.lastLevelsDiffering += 1
  if (ourSize === 0 && !isSeen) audit.lastLevelsUnseen += 1
}
