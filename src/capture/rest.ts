/** Carries out the polls: requests, replies into the journal, and the offset of the clock. */

import type { CaptureSettings } from './capture-settings.ts'
import { measureClock, startClockWatch } from './clock-offset.ts'
import type { LimitHealth } from './health.ts'
import type { LimitStore } from './limit-file.ts'
import type { CapturePlan } from './plan.ts'
import { askSnapshot, createPoller, finish, type Poll, type Poller, takeDue } from './poller.ts'
import type { Recorder } from './recorder.ts'
import type { Venue } from './venue.ts'
import { adoptLimits, createBudget, learn, saveBudget, type WeightBudget } from './weight-budget.ts'
import { type CaptureLog, type HttpReply, RequestFailure, type World } from './world.ts'

export interface RestOptions {
  readonly plan: CapturePlan
  readonly venue: Venue
  readonly settings: CaptureSettings
  readonly world: World
  readonly recorder: Recorder
  readonly log: CaptureLog
  /** Where limits outlast the process. */
  readonly limitStore: LimitStore | undefined
  /** The venue's address refuses, before it ever replied. */
  readonly onRefused: (reason: string) => void
}

const REQUESTS_MAX = 6
/** The second measurement of the clock does not wait for its turn: one alone says nothing. */
const CLOCK_AGAIN_MS = 2_000
const NOBODY_THERE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ERR_INVALID_URL'])

export class RestPolls {
  readonly #options: RestOptions
  readonly #poller: Poller
  readonly #budget: WeightBudget
  readonly #clock = startClockWatch()
  readonly #abort = new AbortController()
  #cancelTimer: (() => void) | undefined
  #running = 0
  #clockIsNew: boolean = true
  #replied: boolean = false
  replyCount = 0
  failureCount = 0
  refusedCount = 0

  constructor(options: RestOptions) {
    this.#options = options
    const { plan, settings, venue, limitStore, world } = options
    this.#poller = createPoller(plan.polls, settings, this.#monoMs())
    this.#budget = createBudget(venue, settings.weightPerMinuteMax)
    if (limitStore?.saved !== undefined) {
      adoptLimits(this.#budget, limitStore.saved, world.nowUs() / 1000)
    }
  }

  get limits(): LimitHealth {
    const { weight, statistics, blockedUntilMs } = this.#budget
    return {
      usedWeight: weight.used,
      weightMax: weight.max,
      blockedUntilMs,
      statisticsUsed: statistics.used,
      statisticsMax: statistics.max,
    }
  }

  start(): void {
    this.#pump()
  }

  stop(): void {
    this.#abort.abort()
    this.#cancelTimer?.()
  }

  /** See {@link askSnapshot}. */
  ask(symbol: string): void {
    askSnapshot(this.#poller, symbol, this.#monoMs())
    this.#pump()
  }

  #pump(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    const { world } = this.#options
    while (!this.#abort.signal.aborted && this.#running < REQUESTS_MAX) {
      const due = takeDue(this.#poller, this.#budget, this.#monoMs(), world.nowUs() / 1000)
      if (typeof due === 'number') {
        this.#wait(due)
        return
      }
      this.#send(due)
    }
  }

  #wait(waitMs: number): void {
    if (waitMs === Number.POSITIVE_INFINITY) return
    this.#cancelTimer = this.#options.world.setTimer(Math.max(1, Math.ceil(waitMs)), () =>
      this.#pump(),
    )
  }

  #send(poll: Poll): void {
    const { world, settings } = this.#options
    this.#running += 1
    const sentUs = world.nowUs()
    // Before the reply: a process that dies meanwhile has asked all the same.
    this.#saveLimits()
    const done = (ok: boolean): void => {
      this.#running -= 1
      finish(poll, ok, this.#monoMs())
      if (ok && poll.planned.channel === 'serverTime' && this.#clockIsNew) {
        this.#clockIsNew = false
        poll.dueMs = this.#monoMs() + CLOCK_AGAIN_MS
      }
      this.#pump()
    }
    world.request(poll.planned.url, settings.requestMsMax, this.#abort.signal).then(
      (reply) => {
        if (!this.#abort.signal.aborted) done(this.#onReply(poll, reply, sentUs))
      },
      (error: unknown) => {
        if (!(error instanceof RequestFailure)) throw error
        if (!this.#abort.signal.aborted) done(this.#onFailure(poll, error))
      },
    )
  }

  #onReply(poll: Poll, reply: HttpReply, sentUs: number): boolean {
    const { world, recorder, log } = this.#options
    const recvTimeUs = world.nowUs()
    const { channel, symbol, path } = poll.planned
    const venueTimeMs = recorder.reply(poll.planned, reply, recvTimeUs, world.monoUs())
    this.#replied = true
    this.replyCount += 1
    const ok = reply.status >= 200 && reply.status < 300
    if (learn(this.#budget, reply, recvTimeUs / 1000)) {
      this.refusedCount += 1
      const waitMs = this.#budget.blockedUntilMs - recvTimeUs / 1000
      log.warn({ path, status: reply.status, waitMs }, 'venue refuses requests for their rate')
    } else if (!ok && poll.failureCount === 0) {
      log.warn({ path, symbol, status: reply.status }, 'venue answers with an error')
    }
    this.#saveLimits()
    if (ok && channel === 'serverTime') this.#measure(sentUs / 1000, recvTimeUs / 1000, venueTimeMs)
    return ok
  }

  /** A disk that takes no small file takes no journal either, which is heard of elsewhere. */
  #saveLimits(): void {
    const { limitStore, world, log } = this.#options
    limitStore?.save(saveBudget(this.#budget)).then(
      (all) => adoptLimits(this.#budget, all, world.nowUs() / 1000),
      (error: unknown) => log.warn({ reason: String(error) }, 'limits of the venue are not kept'),
    )
  }

  #onFailure(poll: Poll, { code, message }: RequestFailure): boolean {
    const { recorder, log } = this.#options
    const { path, symbol } = poll.planned
    this.failureCount += 1
    const reason = code === '' || message.includes(code) ? message : `${code} ${message}`
    recorder.fact('disconnect', { connectionId: 0, route: path, code: 0, reason }, symbol)
    if (poll.failureCount === 0) log.warn({ path, symbol, reason }, 'request got no reply')
    if (!this.#replied && NOBODY_THERE.has(code)) this.#options.onRefused(reason)
    return false
  }

  #measure(sentMs: number, receivedMs: number, serverTimeMs: number): void {
    const { recorder, log } = this.#options
    const wasUnsteady = this.#clock.unsteady
    const fact = measureClock(this.#clock, sentMs, receivedMs, serverTimeMs)
    if (fact !== undefined) recorder.fact('clockOffset', fact)
    if (this.#clock.unsteady && !wasUnsteady) {
      log.warn({ offsetMs: this.#clock.last?.offsetMs }, 'clock of the venue runs at another rate')
    }
  }

  #monoMs(): number {
    return this.#options.world.monoUs() / 1000
  }
}
