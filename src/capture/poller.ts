/**
 * When to ask the venue what, as data: each poll at its interval, spread so that they do not come
 * together, and depth snapshots also when a book asks for one. `rest.ts` sends.
 *
 * Times are on the monotonic clock unless their name says otherwise.
 */
import type { PlannedPoll } from './plan.ts'
import { reserve, type WeightBudget } from './weight-budget.ts'

export interface PollerConfig {
  readonly snapshotRetryMsMin: number
  readonly snapshotRetryMsMax: number
}

export interface Poll {
  readonly planned: PlannedPoll
  dueMs: number
  /** A request is under way. */
  busy: boolean
  sentMs: number
  doneMs: number
  /** Replies in a row that did not come, or came with an error. */
  failureCount: number
  /** Least time between two snapshots that are asked for; doubles while they are. */
  askMs: number
}

export interface Poller {
  readonly config: PollerConfig
  readonly polls: readonly Poll[]
}

const FAILED_RETRY_MS_MIN = 1_000
const FAILED_RETRY_MS_MAX = 30_000
/** First requests follow each other within this, so that many symbols do not ask at one moment. */
const SPREAD_MS_MAX = 5_000

/** All polls are due within the first seconds, those of the plan's beginning first. */
export function createPoller(
  planned: readonly PlannedPoll[],
  config: PollerConfig,
  nowMs: number,
): Poller {
  const spreadMs = Math.min(SPREAD_MS_MAX / Math.max(planned.length, 1), 100)
  return {
    config,
    polls: planned.map((one, index) => ({
      planned: one,
      // A snapshot before the first diff joins nothing: that diff asks for it.
      dueMs: nowMs + (one.channel === 'depthSnapshot' ? one.everyMs : index * spreadMs),
      busy: false,
      sentMs: Number.NEGATIVE_INFINITY,
      doneMs: Number.NEGATIVE_INFINITY,
      failureCount: 0,
      askMs: config.snapshotRetryMsMin,
    })),
  }
}

/** A poll to send now, or how long there is none. What is returned is marked as sent and paid for. */
export function takeDue(
  poller: Poller,
  budget: WeightBudget,
  nowMs: number,
  wallMs: number,
): Poll | number {
  let waitMs = Number.POSITIVE_INFINITY
  for (const poll of poller.polls) {
    if (poll.busy) continue
    if (poll.dueMs > nowMs) {
      waitMs = Math.min(waitMs, poll.dueMs - nowMs)
      continue
    }
    const budgetMs = reserve(budget, poll.planned, wallMs)
    if (budgetMs === 0) {
      poll.busy = true
      poll.sentMs = nowMs
      return poll
    }
    waitMs = Math.min(waitMs, budgetMs)
  }
  return waitMs
}

/** A request has ended. A poll that fell behind skips what it missed. */
export function finish(poll: Poll, ok: boolean, nowMs: number): void {
  const { everyMs } = poll.planned
  poll.busy = false
  poll.doneMs = nowMs
  if (ok) {
    poll.failureCount = 0
    poll.dueMs = Math.max(poll.sentMs + everyMs, nowMs)
    return
  }
  const retryMs = FAILED_RETRY_MS_MIN * 2 ** Math.min(poll.failureCount, 10)
  poll.failureCount += 1
  poll.dueMs = nowMs + Math.min(retryMs, FAILED_RETRY_MS_MAX, everyMs)
}

/**
 * The book of `symbol` wants a snapshot. Call it for as long as it wants one: what is under way, or
 * came so recently that the book cannot have seen it, is not asked for again.
 */
export function askSnapshot(poller: Poller, symbol: string, nowMs: number): void {
  const { snapshotRetryMsMin, snapshotRetryMsMax } = poller.config
  const poll = poller.polls.find(
    ({ planned }) => planned.channel === 'depthSnapshot' && planned.symbol === symbol,
  )
  if (poll === undefined || poll.busy || poll.failureCount > 0) return
  if (nowMs < poll.doneMs + snapshotRetryMsMin) return
  // A book that was content for two of the longest waits starts again with the shortest.
  if (nowMs - poll.sentMs > 2 * snapshotRetryMsMax) poll.askMs = snapshotRetryMsMin
  const earliestMs = Math.max(nowMs, poll.sentMs + poll.askMs)
  if (earliestMs >= poll.dueMs) return
  poll.dueMs = earliestMs
  poll.askMs = Math.min(poll.askMs * 2, snapshotRetryMsMax)
}
