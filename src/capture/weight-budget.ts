/**
 * What the venue lets one address ask for: weight per minute, and requests of the statistics pool.
 * Reserved before a request is sent; what the venue says of its own count is believed where it is
 * higher. After 429 and 418 nothing is sent until the time that the venue names.
 */
import type { Venue } from './venue.ts'
import type { HttpReply } from './world.ts'

interface Window {
  readonly lengthMs: number
  readonly max: number
  /** The venue counts by whole windows of the wall clock. */
  index: number
  used: number
}

export interface WeightBudget {
  readonly weight: Window
  readonly statistics: Window
  readonly usedWeightHeader: string
  /** Nothing is sent before. Unit: ms since 1970. Clock: wall. */
  blockedUntilMs: number
  /** Refusals in a row. */
  refusedCount: number
}

/** A budget as it outlasts the process. */
export interface SavedLimits {
  /** Which minute, and which window of the statistics pool, counted from 1970. */
  readonly weightWindow: number
  readonly weightUsed: number
  readonly statisticsWindow: number
  readonly statisticsUsed: number
  readonly blockedUntilMs: number
  readonly refusedCount: number
}

export interface Cost {
  readonly weight: number
  readonly statistics: boolean
}

const MINUTE_MS = 60_000
/** Without a `Retry-After`: a refusal ends with the minute, a ban after two (`binance-today.md`). */
const BAN_MS_MIN = 120_000
const BLOCK_MS_MAX = 259_200_000

export const createBudget = (venue: Venue, weightPerMinuteMax: number): WeightBudget => ({
  weight: { lengthMs: MINUTE_MS, max: weightPerMinuteMax, index: 0, used: 0 },
  statistics: {
    lengthMs: venue.statisticsWindowMs,
    max: venue.statisticsPerWindowMax,
    index: 0,
    used: 0,
  },
  usedWeightHeader: venue.usedWeightHeader,
  blockedUntilMs: 0,
  refusedCount: 0,
})

export const saveBudget = ({
  weight,
  statistics,
  blockedUntilMs,
  refusedCount,
}: WeightBudget): SavedLimits => ({
  weightWindow: weight.index,
  weightUsed: weight.used,
  statisticsWindow: statistics.index,
  statisticsUsed: statistics.used,
  blockedUntilMs,
  refusedCount,
})

/** Goes on with what an earlier run, or another one on this host, has used. */
export function adoptLimits(budget: WeightBudget, saved: SavedLimits, wallMs: number): void {
  adoptWindow(budget.weight, saved.weightWindow, saved.weightUsed)
  adoptWindow(budget.statistics, saved.statisticsWindow, saved.statisticsUsed)
  // A time that no venue names is of a clock that was wrong.
  const blockedUntilMs = Math.min(saved.blockedUntilMs, wallMs + BLOCK_MS_MAX)
  budget.blockedUntilMs = Math.max(budget.blockedUntilMs, blockedUntilMs)
  budget.refusedCount = Math.max(budget.refusedCount, saved.refusedCount)
}

function adoptWindow(window: Window, index: number, used: number): void {
  if (index === window.index) window.used = Math.max(window.used, used)
  else if (window.index === 0) {
    window.index = index
    window.used = used
  }
}

/** Takes `cost` out of the budget and returns 0, or takes nothing and returns how long to wait. */
export function reserve(budget: WeightBudget, cost: Cost, wallMs: number): number {
  if (wallMs < budget.blockedUntilMs) return budget.blockedUntilMs - wallMs
  const window = cost.statistics ? budget.statistics : budget.weight
  const amount = cost.statistics ? 1 : cost.weight
  roll(window, wallMs)
  if (window.used + amount > window.max) return (window.index + 1) * window.lengthMs - wallMs
  window.used += amount
  return 0
}

/** Learns from a reply. Returns whether the venue refused it for its rate. */
export function learn(budget: WeightBudget, reply: HttpReply, wallMs: number): boolean {
  roll(budget.weight, wallMs)
  const used = Number(reply.headers[budget.usedWeightHeader])
  // Not a number where the header is absent.
  if (used > budget.weight.used) budget.weight.used = used
  if (reply.status !== 429 && reply.status !== 418) {
    if (reply.status < 400) budget.refusedCount = 0
    return false
  }
  budget.refusedCount += 1
  budget.blockedUntilMs = Math.max(budget.blockedUntilMs, wallMs + blockMs(budget, reply, wallMs))
  return true
}

function blockMs(budget: WeightBudget, reply: HttpReply, wallMs: number): number {
  const retryAfterMs = retryAfter(reply.headers['retry-after'], wallMs)
  const untilNextMinute = MINUTE_MS - (wallMs % MINUTE_MS)
  const least = reply.status === 418 ? BAN_MS_MIN : untilNextMinute
  if (retryAfterMs > 0) return Math.min(retryAfterMs, BLOCK_MS_MAX)
  return Math.min(least + BAN_MS_MIN * (2 ** (budget.refusedCount - 1) - 1), BLOCK_MS_MAX)
}

/** Seconds, or a date. `NaN` where the venue says neither. */
function retryAfter(text: string | undefined, wallMs: number): number {
  if (text === undefined || text.trim() === '') return Number.NaN
  const seconds = Number(text)
  return Number.isNaN(seconds) ? Date.parse(text) - wallMs : seconds * 1000
}

function roll(window: Window, wallMs: number): void {
  const index = Math.floor(wallMs / window.lengthMs)
  if (index === window.index) return
  window.index = index
  window.used = 0
}
