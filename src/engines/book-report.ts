/** The state of a book in figures: `ob_recon_stats.json`, health, reports (`orderbook.md` §2). */
import { roundDecimal } from '../base/numeric.ts'
import { priceOfKey } from './book-levels.ts'
import type { BookCounts, OrderBook, SyncState } from './order-book.ts'

export interface BookReport {
  readonly state: SyncState
  readonly snapshotLastUpdateId: number
  readonly lastAppliedU: number
  readonly firstDiffU: number
  readonly firstDiffLastU: number
  readonly bidCount: number
  readonly askCount: number
  /** 0 while the side is empty. Unit: USD. */
  readonly bestBidUsd: number
  readonly bestAskUsd: number
  readonly bufferedCount: number
  readonly gapTolerance: number
  readonly counts: Readonly<BookCounts>
  /** Clock of the message after which it was made. Unit: ms. */
  readonly writtenClockMs: number
}

export function bookReportOf(book: OrderBook, clockMs: number): BookReport {
  const { grid, live } = book.levels
  const { bids, asks } = live
  return {
    state: book.state,
    snapshotLastUpdateId: book.snapshotLastUpdateId,
    lastAppliedU: book.lastAppliedU,
    firstDiffU: book.firstDiffU,
    firstDiffLastU: book.firstDiffLastU,
    bidCount: bids.count,
    askCount: asks.count,
    bestBidUsd: bids.count === 0 ? 0 : priceOfKey(grid, bids.bestKey),
    bestAskUsd: asks.count === 0 ? 0 : priceOfKey(grid, asks.bestKey),
    bufferedCount: book.waiting.count,
    gapTolerance: book.settings.gapTolerance,
    counts: { ...book.counts, syncDurationSMax: roundDecimal(book.counts.syncDurationSMax, 3) },
    writtenClockMs: clockMs,
  }
}
