/**
 * Which sealed segments may go, and that they go one by one: the oldest first, each verified from its
 * raw bytes before it is deleted. What is not sealed, or does not verify, stays, and so does all
 * after it.
 */
import { RecorderError } from '../base/errors.ts'
import { groupStart } from '../journal/chain.ts'
import type { CaptureLog, World } from './world.ts'

/** A sealed segment, as far as retention is concerned. */
export interface KeptSegment {
  readonly firstSeq: number
  /** One past its last entry. */
  readonly endSeq: number
  /** Receive time of its last entry; `null` where it has none. Unit: µs since 1970. Clock: ours. */
  readonly recvTimeUsMax: number | null
  readonly storedBytes: number
}

export interface RetentionPort {
  /** Sealed segments, in order. The one that is written is none of them. */
  readonly segments: () => Promise<readonly KeptSegment[]>
  /** What is wrong with it, by its raw bytes; empty where it is as it was sealed. */
  readonly verify: (segment: KeptSegment) => Promise<string>
  /** Deletes it, and takes it out of the manifest first. */
  readonly remove: (segment: KeptSegment) => Promise<void>
}

export interface RetentionResult {
  readonly removedCount: number
  readonly removedBytes: number
  /** The segment that could not be verified, and why; nothing where none was in the way. */
  readonly kept: { readonly firstSeq: number; readonly problem: string } | undefined
}

const SPANS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const KEEP = /^(\d+(?:\.\d+)?)([hdw])$/

/**
 * Reads `30d`, `12h`, `4w`.
 * @throws {RecorderError} `USAGE`
 */
export function parseKeep(text: string): number {
  const match = KEEP.exec(text)
  const spanMs = Number(match?.[1]) * (SPANS[match?.[2] ?? ''] ?? Number.NaN)
  // An hour is one segment: less would want to delete what is being written.
  if (!(spanMs >= 3_600_000)) {
    throw new RecorderError('USAGE', `--keep wants a span such as 30d, 12h or 4w, was "${text}"`)
  }
  return spanMs
}

/**
 * Segments whose last entry is older than `keepMs`: the oldest in a row. What stays must hold a link of
 * the digest chain, from which the writer goes on after a crash.
 */
export function outdated(
  segments: readonly KeptSegment[],
  keepMs: number,
  nowMs: number,
): readonly KeptSegment[] {
  const oldestUs = (nowMs - keepMs) * 1000
  const lastLinkSeq = groupStart(segments.at(-1)?.endSeq ?? 0)
  const old: KeptSegment[] = []
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]
    const isOld = segment.recvTimeUsMax !== null && segment.recvTimeUsMax < oldestUs
    if (!isOld || next === undefined || next.firstSeq >= lastLinkSeq) break
    old.push(segment)
  }
  return old
}

/** Deletes what is older than `keepMs`. One that does not verify ends it: it may be worth mending. */
export async function retain(
  port: RetentionPort,
  keepMs: number,
  nowMs: number,
  log: CaptureLog,
): Promise<RetentionResult> {
  let removedCount = 0
  let removedBytes = 0
  for (const segment of outdated(await port.segments(), keepMs, nowMs)) {
    const { firstSeq, storedBytes } = segment
    const problem = await port.verify(segment)
    if (problem !== '') {
      log.error({ firstSeq, problem }, 'a segment that does not verify is not deleted')
      return { removedCount, removedBytes, kept: { firstSeq, problem } }
    }
    await port.remove(segment)
    removedCount += 1
    removedBytes += storedBytes
    log.info(
      { firstSeq, endSeq: segment.endSeq, storedBytes },
      'segment deleted, as retention says',
    )
  }
  return { removedCount, removedBytes, kept: undefined }
}

export interface RetentionScheduleOptions {
  readonly port: RetentionPort
  readonly keepMs: number
  readonly world: Pick<World, 'nowUs' | 'setTimer'>
  readonly log: CaptureLog
  /** Called after each round. */
  readonly onResult: (result: RetentionResult) => void
  /** A round could not be finished: the next one tries again. */
  readonly onFailure: (reason: string) => void
}

/** Not at the start, when everything is busy; then as often as a segment is sealed. */
const FIRST_ROUND_MS = 60_000
const ROUND_MS = 3_600_000

/** Rounds of {@link retain}, one at a time. Returns what ends them. */
export function scheduleRetention(options: RetentionScheduleOptions): () => void {
  const { port, keepMs, world, log, onResult, onFailure } = options
  let isOver = false
  let cancel = (): void => {}
  const arm = (waitMs: number): void => {
    if (isOver) return
    cancel = world.setTimer(waitMs, () => {
      retain(port, keepMs, world.nowUs() / 1000, log)
        .then(onResult, (error: unknown) =>
          onFailure(error instanceof Error ? error.message : String(error)),
        )
        .finally(() => arm(ROUND_MS))
    })
  }
  arm(FIRST_ROUND_MS)
  return () => {
    isOver = true
    cancel()
  }
}
