import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { measureClock, startClockWatch } from '../../src/capture/clock-offset.ts'
import { planCapture } from '../../src/capture/plan.ts'
import { createPoller, finish, takeDue } from '../../src/capture/poller.ts'
import { BINANCE } from '../../src/capture/venues/binance.ts'
import { createBudget, learn, reserve } from '../../src/capture/weight-budget.ts'
import type { HttpReply } from '../../src/capture/world.ts'
import { captureSettings } from './rig.ts'

const MINUTE_MS = 60_000
const START_MS = 1_700_000_040_000
const reply = (status: number, headers: Readonly<Record<string, string>> = {}): HttpReply => ({
  status,
  headers,
  body: new Uint8Array(),
})
const weighs = (weight: number) => ({ weight, statistics: false })

describe('the weight of a minute', () => {
  test('is reserved before a request, and what is left waits for the next minute of the venue', () => {
    const budget = createBudget(BINANCE, 100)
    expect(reserve(budget, weighs(90), START_MS + 10_000)).toBe(0)
    expect(reserve(budget, weighs(20), START_MS + 15_000)).toBe(45_000)
    expect(reserve(budget, weighs(10), START_MS + 15_000)).toBe(0)
    expect(reserve(budget, weighs(20), START_MS + MINUTE_MS)).toBe(0)
  })

  test('is the one of the venue where that is higher: others may share the address', () => {
    const budget = createBudget(BINANCE, 2_400)
    learn(budget, reply(200, { 'x-mbx-used-weight-1m': '2395' }), START_MS)
    expect(reserve(budget, weighs(6), START_MS)).toBe(MINUTE_MS)
  })

  test('does not touch the pool of the ratios, which has its own window', () => {
    const budget = createBudget({ ...BINANCE, statisticsPerWindowMax: 2 }, 2_400)
    const ratio = { weight: 0, statistics: true }
    const windowMs = BINANCE.statisticsWindowMs
    const windowStartMs = Math.floor(START_MS / windowMs) * windowMs
    expect(reserve(budget, ratio, windowStartMs)).toBe(0)
    expect(reserve(budget, ratio, windowStartMs)).toBe(0)
    expect(reserve(budget, ratio, windowStartMs)).toBe(windowMs)
    expect(reserve(budget, weighs(1), windowStartMs)).toBe(0)
  })

  // Goal: no minute of the venue sees more than the budget, whatever is asked for and when.
  test('is never exceeded in any minute', () => {
    const asks = fc.array(
      fc.record({
        waitMs: fc.integer({ min: 0, max: 9_000 }),
        weight: fc.integer({ min: 1, max: 60 }),
      }),
      { maxLength: 200 },
    )
    fc.assert(
      fc.property(asks, (all) => {
        const budget = createBudget(BINANCE, 100)
        const byMinute = new Map<number, number>()
        let nowMs = START_MS
        for (const { waitMs, weight } of all) {
          nowMs += waitMs
          const wait = reserve(budget, weighs(weight), nowMs)
          if (wait > 0) continue
          const minute = Math.floor(nowMs / MINUTE_MS)
          byMinute.set(minute, (byMinute.get(minute) ?? 0) + weight)
        }
        expect(Math.max(0, ...byMinute.values())).toBeLessThanOrEqual(100)
      }),
    )
  })
})

describe('a refusal', () => {
  test('ends when Retry-After says', () => {
    const budget = createBudget(BINANCE, 2_400)
    expect(learn(budget, reply(429, { 'retry-after': '17' }), START_MS)).toBe(true)
    expect(reserve(budget, weighs(1), START_MS)).toBe(17_000)
  })

  test('without Retry-After ends with the minute; a ban after two; and each further one lasts longer', () => {
    const budget = createBudget(BINANCE, 2_400)
    learn(budget, reply(429), START_MS + 10_000)
    expect(reserve(budget, weighs(1), START_MS + 10_000)).toBe(50_000)
    const banned = createBudget(BINANCE, 2_400)
    learn(banned, reply(418), START_MS)
    expect(reserve(banned, weighs(1), START_MS)).toBe(120_000)
    learn(banned, reply(418), START_MS + 120_000)
    expect(reserve(banned, weighs(1), START_MS + 120_000)).toBe(240_000)
  })

  test('is forgotten with the next reply that is none', () => {
    const budget = createBudget(BINANCE, 2_400)
    learn(budget, reply(418), START_MS)
    learn(budget, reply(200), START_MS + 200_000)
    learn(budget, reply(418), START_MS + 300_000)
    expect(reserve(budget, weighs(1), START_MS + 300_000)).toBe(120_000)
  })
})

describe('polls', () => {
  const { polls } = planCapture(BINANCE, { symbols: ['BTCUSDT'], weightPerMinuteMax: 2_400 })

  test('begin with the clock, and are all sent within the first second, but for the snapshot', () => {
    const poller = createPoller(polls, captureSettings(), 0)
    const budget = createBudget(BINANCE, 2_400)
    const sent: string[] = []
    for (let nowMs = 0; nowMs < 1_000; nowMs += 10) {
      const due = takeDue(poller, budget, nowMs, START_MS + nowMs)
      if (typeof due !== 'number') sent.push(due.planned.channel)
    }
    expect(sent).toEqual(
      polls.map(({ channel }) => channel).filter((channel) => channel !== 'depthSnapshot'),
    )
  })

  test('that fell behind skip what they missed', () => {
    const poller = createPoller(polls, captureSettings(), 0)
    const poll = poller.polls.find(({ planned }) => planned.channel === 'openInterest')
    if (poll === undefined) throw new Error('no open interest')
    poll.sentMs = 0
    finish(poll, true, 35_000)
    expect(poll.dueMs).toBe(35_000)
  })

  test('that fail are tried again sooner than their interval, each time later', () => {
    const poller = createPoller(polls, captureSettings(), 0)
    const poll = poller.polls.find(({ planned }) => planned.channel === 'exchangeInfo')
    if (poll === undefined) throw new Error('no exchange info')
    const waits = Array.from({ length: 7 }, () => {
      finish(poll, false, 1_000)
      return poll.dueMs - 1_000
    })
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  })

  test('that weigh too much for now do not hold up lighter ones', () => {
    const poller = createPoller(polls, captureSettings(), 0)
    for (const poll of poller.polls) poll.dueMs = 0
    const budget = createBudget(BINANCE, 10)
    const sent: string[] = []
    for (;;) {
      const due = takeDue(poller, budget, 0, START_MS)
      if (typeof due === 'number') break
      sent.push(due.planned.channel)
    }
    expect(sent).not.toContain('depthSnapshot')
    expect(sent).toContain('openInterest')
  })
})

describe('a measurement of the clock', () => {
  test('takes the middle of the round trip, and is believed with the second', () => {
    const watch = startClockWatch()
    expect(measureClock(watch, 1_000, 1_100, 6_050)).toBeUndefined()
    expect(measureClock(watch, 3_000, 3_040, 8_020)).toEqual({ offsetMs: 5_000, rttMs: 40 })
  })

  test('is not believed beside one that differs by more than both round trips explain', () => {
    const watch = startClockWatch()
    measureClock(watch, 1_000, 1_100, 1_050)
    expect(measureClock(watch, 3_000, 3_100, 3_651)).toBeUndefined()
    expect(measureClock(watch, 5_000, 5_100, 5_651)).toEqual({ offsetMs: 601, rttMs: 100 })
  })

  test('of a slow round trip, or without a time, says nothing', () => {
    const watch = startClockWatch()
    measureClock(watch, 0, 3_000, 1_500)
    measureClock(watch, 0, 10, Number.NaN)
    expect(watch.last).toBeUndefined()
  })
})
