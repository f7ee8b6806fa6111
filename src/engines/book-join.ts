/** Which of the diffs that waited for a snapshot are applied to it (`orderbook.md` §2). */
import { mixNumber, mixPairs, type RunningHash } from '../base/running-hash.ts'
import type { DepthUpdate } from '../model/messages.ts'
import { type DiffRing, keepDiff } from './diff-ring.ts'

export interface Join {
  /** The diffs to apply, in order. */
  readonly survivors: readonly DepthUpdate[]
  readonly discardedCount: number
  readonly duplicateCount: number
  /** The diffs from here on do not follow: another snapshot is needed. */
  readonly brokenIndex: number | undefined
}

/** The reference's rule: drop `u <= L` and apply the rest, whatever their ids. */
export function joinSpot(buffer: readonly DepthUpdate[], snapshotId: number): Join {
  const survivors = buffer.filter((diff) => diff.lastUpdateId > snapshotId)
  const discardedCount = buffer.length - survivors.length
  return { survivors, discardedCount, duplicateCount: 0, brokenIndex: undefined }
}

/**
 * The venue's rule for futures: drop `u < L`; the first must bridge from the snapshot, and each
 * further one continue the one before.
 */
export function joinFutures(buffer: readonly DepthUpdate[], snapshotId: number): Join {
  const survivors: DepthUpdate[] = []
  let discardedCount = 0
  let duplicateCount = 0
  for (const [index, diff] of buffer.entries()) {
    const last = survivors.at(-1)
    if (diff.lastUpdateId < snapshotId) {
      discardedCount += 1
    } else if (last !== undefined && diff.lastUpdateId <= last.lastUpdateId) {
      duplicateCount += 1
    } else if (follows(diff, last, snapshotId)) {
      survivors.push(diff)
    } else {
      discardedCount += survivors.length
      return { survivors: [], discardedCount, duplicateCount, brokenIndex: index }
    }
  }
  return { survivors, discardedCount, duplicateCount, brokenIndex: undefined }
}

/** The rule of USD-M futures for the first diff after a snapshot with `snapshotId`. */
export const bridges = (diff: DepthUpdate, snapshotId: number): boolean =>
  diff.prevUpdateId === snapshotId ||
  (diff.firstUpdateId <= snapshotId && snapshotId <= diff.lastUpdateId)

function follows(diff: DepthUpdate, last: DepthUpdate | undefined, snapshotId: number): boolean {
  if (last === undefined) return bridges(diff, snapshotId)
  if (diff.prevUpdateId > 0) return diff.prevUpdateId === last.lastUpdateId
  return diff.firstUpdateId <= last.lastUpdateId + 1
}

/** Diffs that wait for a snapshot, and a running hash of all that ever did. */
interface Waiting {
  readonly waiting: DiffRing
  readonly waitingHash: RunningHash
}

/** Keeps a copy of `diff`. */
export function bufferDiff(
  { waiting, waitingHash }: Waiting,
  diff: DepthUpdate,
  diffsMax: number,
): void {
  hashDiff(waitingHash, keepDiff(waiting, diff, diffsMax))
}

/** Mixes the ids and levels of a diff into `hash`. */
function hashDiff(hash: RunningHash, diff: DepthUpdate): void {
  mixNumber(hash, diff.firstUpdateId)
  mixNumber(hash, diff.lastUpdateId)
  mixNumber(hash, diff.prevUpdateId)
  mixNumber(hash, diff.bidCount)
  mixPairs(hash, diff.priceUnits, diff.sizeUnits, diff.bidCount + diff.askCount)
}
