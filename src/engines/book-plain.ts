/** A book as plain data, and back. Where the windows of its ladders lie is not part of it. */
import { DepthUpdate } from '../model/messages.ts'
import { type BookLevels, type BookSides, showLive } from './book-levels.ts'
import type { ChangeLog } from './change-log.ts'
import { keepDiff, waitingDiffs } from './diff-ring.ts'
import { createLevelBuffer, type LevelBuffer } from './level-buffer.ts'
import { type BookSettings, createOrderBook, type OrderBook } from './order-book.ts'
import { collectLevels, NO_KEY, type PriceLadder, restoreLevel } from './price-ladder.ts'

export type SavedBook = ReturnType<typeof saveBook>

export function saveBook(book: OrderBook) {
  const buffer = waitingDiffs(book.waiting).map(saveDiff)
  return {
    ...saveBookDigest(book, copiedLadder),
    buffer,
    log: saveLog(book.levels.log),
    seen: { ...book.seen },
    unseen: {
      levelsUnseen: book.audit.levelsUnseen,
      lastLevelsUnseen: book.audit.lastLevelsUnseen,
    },
  }
}

/**
 * The same without the log of changes, which only remembers what the levels already show, and with
 * a running hash of the diffs that wait. Unless `saveLadder` copies, the next call overwrites it.
 */
export function saveBookDigest(book: OrderBook, saveLadder = seenLadder) {
  const { levels } = book
  // Told beside the differences since digests were first recorded: they cover what they covered.
  const { levelsUnseen: _, lastLevelsUnseen: __, ...audit } = book.audit
  return {
    state: book.state,
    snapshotWanted: book.snapshotWanted,
    snapshotLastUpdateId: book.snapshotLastUpdateId,
    lastAppliedU: book.lastAppliedU,
    unbridged: book.unbridged,
    firstDiffU: book.firstDiffU,
    firstDiffLastU: book.firstDiffLastU,
    bufferCount: book.waiting.count,
    bufferHash: { ...book.waitingHash },
    counts: { ...book.counts },
    audit,
    grid: { ...levels.grid },
    live: {
      bids: saveLadder(levels.live.bids, scratches.liveBids),
      asks: saveLadder(levels.live.asks, scratches.liveAsks),
    },
    shown:
      levels.shown === levels.live
        ? undefined
        : {
            bids: saveLadder(levels.shown.bids, scratches.shownBids),
            asks: saveLadder(levels.shown.asks, scratches.shownAsks),
          },
  }
}

export function restoreBook(saved: SavedBook, settings: BookSettings): OrderBook {
  const book = createOrderBook(settings)
  const { levels } = book
  book.state = saved.state
  book.snapshotWanted = saved.snapshotWanted
  book.snapshotLastUpdateId = saved.snapshotLastUpdateId
  book.lastAppliedU = saved.lastAppliedU
  book.unbridged = saved.unbridged
  book.firstDiffU = saved.firstDiffU
  book.firstDiffLastU = saved.firstDiffLastU
  for (const diff of saved.buffer) {
    keepDiff(book.waiting, Object.assign(new DepthUpdate(), diff), settings.bufferDiffsMax)
  }
  Object.assign(book.waitingHash, saved.bufferHash)
  Object.assign(book.counts, saved.counts)
  Object.assign(book.audit, saved.audit, saved.unseen)
  Object.assign(book.seen, saved.seen)
  Object.assign(levels.grid, saved.grid)
  restoreSides(levels.live, saved.live)
  if (saved.shown === undefined) showLive(levels)
  else restoreSides(levels.shown, saved.shown)
  restoreLog(levels, saved.log)
  return book
}

function saveDiff(diff: DepthUpdate) {
  const levelCount = diff.bidCount + diff.askCount
  return {
    ...diff,
    priceUnits: diff.priceUnits.slice(0, levelCount),
    sizeUnits: diff.sizeUnits.slice(0, levelCount),
  }
}

const scratches = {
  liveBids: createLevelBuffer(),
  liveAsks: createLevelBuffer(),
  shownBids: createLevelBuffer(),
  shownAsks: createLevelBuffer(),
}

/** The levels of a ladder as views of `buffer`. */
function seenLadder(ladder: PriceLadder, buffer: LevelBuffer) {
  collectLevels(ladder, NO_KEY, buffer)
  return {
    keys: buffer.keys.subarray(0, buffer.count),
    sizes: buffer.sizes.subarray(0, buffer.count),
    // The order of sums: two books of the same levels may have another frame to come.
    births: buffer.births.subarray(0, buffer.count),
    nextBirth: ladder.nextBirth,
  }
}

function copiedLadder(ladder: PriceLadder, buffer: LevelBuffer) {
  const { keys, sizes, births, nextBirth } = seenLadder(ladder, buffer)
  return { keys: keys.slice(), sizes: sizes.slice(), births: births.slice(), nextBirth }
}

function restoreSides(into: BookSides, saved: SavedBook['live']): void {
  restoreLadder(into.bids, saved.bids)
  restoreLadder(into.asks, saved.asks)
}

function restoreLadder(ladder: PriceLadder, saved: SavedBook['live']['bids']): void {
  for (const [index, key] of saved.keys.entries()) {
    restoreLevel(ladder, key, saved.sizes[index] ?? 0, saved.births[index] ?? 0)
  }
  ladder.nextBirth = saved.nextBirth
}

/** The rings as they are, cut to what was ever written. */
function saveLog(log: ChangeLog) {
  const { written, messageCount } = log
  return {
    capacity: log.keys.length,
    keys: log.keys.slice(0, written),
    deltas: log.deltas.slice(0, written),
    written,
    messageIds: log.messageIds.slice(0, messageCount),
    messageStarts: log.messageStarts.slice(0, messageCount),
    messageCount,
  }
}

function restoreLog({ log }: BookLevels, saved: SavedBook['log']): void {
  log.keys = new Float64Array(saved.capacity)
  log.deltas = new Float64Array(saved.capacity)
  log.keys.set(saved.keys)
  log.deltas.set(saved.deltas)
  log.written = saved.written
  log.messageIds.set(saved.messageIds)
  log.messageStarts.set(saved.messageStarts)
  log.messageCount = saved.messageCount
}
