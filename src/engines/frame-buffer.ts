/**
 * The last twelve hours of frames, and the file they stand in (`orderbook.md` §5), as functions
 * over frames: who keeps them, and where, is not decided here.
 */
import { RECORD_BYTES } from './frame-record.ts'

/** 12 hours of 30-second slots. */
export const FRAMES_MAX = 1440
/** After how many appended frames the file is looked at. */
const COMPACTION_EVERY = 100

/**
 * What the reference's file holds after `appended` was added to `stored`, record by record: each
 * 100th added frame cuts it to the newest 1440, which leaves up to 1539 in it.
 */
export function compactRecords<T>(
  appended: readonly T[],
  stored: readonly T[] = [],
  framesMax = FRAMES_MAX,
): readonly T[] {
  let kept = [...stored]
  for (const [index, record] of appended.entries()) {
    kept.push(record)
    const isDue = (index + 1) % COMPACTION_EVERY === 0
    if (isDue && kept.length > framesMax) kept = kept.slice(-framesMax)
  }
  return kept
}

/** The records to read from a file of `fileBytes` at start: partial ones at the end do not count. */
export function recordsToLoad(
  fileBytes: number,
  framesMax = FRAMES_MAX,
): { readonly startByte: number; readonly count: number } {
  const total = Math.floor(fileBytes / RECORD_BYTES)
  const count = Math.min(total, framesMax)
  return { startByte: (total - count) * RECORD_BYTES, count }
}

/**
 * The last `minutes` of frames, by count and not by time, and of those each `stride`-th from the
 * oldest on, so that the newest may be left out. 0 minutes are all.
 */
export function selectFrames<T>(frames: readonly T[], minutes = 720, stride = 1): readonly T[] {
  const window = minutes === 0 ? frames : frames.slice(-minutes * 2)
  return window.filter((_, index) => index % stride === 0)
}

/** The frames at the end of a file that are newer than `newestTimeS`, in the order of the file. */
export function newerFrames<T extends { readonly startTimeS: number }>(
  stored: readonly T[],
  newestTimeS: number,
): readonly T[] {
  const firstOld = stored.findLastIndex((frame) => frame.startTimeS <= newestTimeS)
  return stored.slice(firstOld + 1)
}
