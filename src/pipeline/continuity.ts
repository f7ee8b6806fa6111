/**
 * What the ids of a stream say about its completeness: aggregate trades are numbered without holes,
 * and a book at an update id has one best bid and ask, which `bookTicker` names as well.
 */
import type { BookTicker } from '../model/messages.ts'

export interface TradeIds {
  lastId: number
  gapCount: number
  missingCount: number
  duplicateCount: number
}

export const startTradeIds = (): TradeIds => ({
  lastId: 0,
  gapCount: 0,
  missingCount: 0,
  duplicateCount: 0,
})

/** Takes the next id. Returns how many are missing before it; -1 for one that was there already. */
export function nextTradeId(ids: TradeIds, id: number): number {
  if (ids.lastId === 0 || id === ids.lastId + 1) {
    ids.lastId = id
    return 0
  }
  if (id <= ids.lastId) {
    ids.duplicateCount += 1
    return -1
  }
  const missing = id - ids.lastId - 1
  ids.lastId = id
  ids.gapCount += 1
  ids.missingCount += missing
  return missing
}

/** Tickers kept until the next depth event tells whether the book stood still until their id. */
const PENDING_MAX = 1_024

/** Compares the rebuilt book with the venue's own best prices, wherever the ids allow it. */
export interface TickerCheck {
  comparedCount: number
  mismatchCount: number
  /** Update id, bid price and ask price of each ticker since the last depth event, in one place. */
  readonly pending: Float64Array
  /** How many tickers that are. */
  pendingCount: number
}

/** As a checkpoint keeps it. */
interface SavedTickerCheck extends Pick<TickerCheck, 'comparedCount' | 'mismatchCount'> {
  readonly pending: readonly number[]
}

export const startTickerCheck = (): TickerCheck => ({
  comparedCount: 0,
  mismatchCount: 0,
  pending: new Float64Array(PENDING_MAX * 3),
  pendingCount: 0,
})

export const tickerCheckToPlain = ({
  comparedCount,
  mismatchCount,
  pending,
  pendingCount,
}: TickerCheck) => ({
  comparedCount,
  mismatchCount,
  pending: [...pending.subarray(0, pendingCount * 3)],
})

export function tickerCheckFromPlain(saved: SavedTickerCheck): TickerCheck {
  const check = startTickerCheck()
  check.comparedCount = saved.comparedCount
  check.mismatchCount = saved.mismatchCount
  check.pending.set(saved.pending)
  check.pendingCount = saved.pending.length / 3
  return check
}

export function holdTicker(check: TickerCheck, ticker: BookTicker): void {
  const { pending, pendingCount } = check
  if (pendingCount === PENDING_MAX) return
  pending[pendingCount * 3] = ticker.updateId
  pending[pendingCount * 3 + 1] = ticker.bidPrice
  pending[pendingCount * 3 + 2] = ticker.askPrice
  check.pendingCount = pendingCount + 1
}

/** A book, as far as this check needs one. */
export interface BestPrices {
  readonly synced: boolean
  readonly lastUpdateId: number
  readonly bidPrice: number
  readonly askPrice: number
}

/**
 * Compares the held tickers with the book as it stands before a depth event is applied: those
 * with an id from the book's own up to the one before `nextFirstUpdateId` saw this very book.
 * Later ones are kept for the next event, earlier ones saw a book that is gone.
 */
export function compareHeld(check: TickerCheck, best: BestPrices, nextFirstUpdateId: number): void {
  const { pending } = check
  const end = check.pendingCount * 3
  let kept = 0
  for (let at = 0; at < end; at += 3) {
    const id = pending[at] ?? 0
    const bidPrice = pending[at + 1] ?? 0
    const askPrice = pending[at + 2] ?? 0
    if (id >= nextFirstUpdateId) {
      pending[kept] = id
      pending[kept + 1] = bidPrice
      pending[kept + 2] = askPrice
      kept += 3
    } else if (best.synced && id >= best.lastUpdateId) {
      check.comparedCount += 1
      if (bidPrice !== best.bidPrice || askPrice !== best.askPrice) check.mismatchCount += 1
    }
  }
  check.pendingCount = kept / 3
}
