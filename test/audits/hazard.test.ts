/** The hazard table against the same scores added up minute by minute. */
import { describe, expect, test } from 'vitest'
import { auditEvent, createAudit } from '../../src/audits/audit.ts'
import { renderAudit } from '../../src/audits/audit-render.ts'
import { addRated, createHazard, hazardScore } from '../../src/engines/calibration/hazard.ts'
import {
  adversePercent,
  createPathRival,
  learnPath,
  rateOfPath,
} from '../../src/engines/calibration/path-rival.ts'
import { auditOptions, madeUpMarket, madeUpStream, type ZoneMaker } from './made-up-stream.ts'

const market = madeUpMarket(1200, 5)

const grid: ZoneMaker = (minutes, index) => {
  const closeUsd = minutes[index]?.bar.closeUsd ?? 0
  const at = (sign: number) => [0.001, 0.003, 0.007].map((share) => closeUsd * (1 + sign * share))
  return { long: at(-1), short: at(1) }
}

/** 100 000 USD stand at each zone. */
const MASS_USD = 100_000

type Numbers = { readonly long: number; readonly short: number }

/** A rival told one number of each minute and side, from the second minute on as an audit is. */
function scoreOf(kind: 'adverseMove' | 'mapMass', numberOf: (index: number) => Numbers) {
  const rival = createPathRival(kind)
  const sums = createHazard()
  for (const [index, { minute, liquidations }] of market.entries()) {
    const value = numberOf(index)
    const sideOf = (side: 'long' | 'short') => ({
      rate: rateOfPath(rival, value[side]),
      count: liquidations.filter((event) => event.side === side).length,
      cappedUsd: 0,
    })
    const rated = { minute, scored: index >= 240, long: sideOf('long'), short: sideOf('short') }
    addRated(sums, rated)
    learnPath(rival, value.long, rated.long.count)
    learnPath(rival, value.short, rated.short.count)
  }
  return hazardScore(sums)
}

const closeBefore = (index: number) =>
  market[index - 1]?.bar.closeUsd ?? market[0]?.bar.closeUsd ?? 0

function massCrossed(index: number): Numbers {
  const bar = market[index]?.bar
  if (index === 0 || bar === undefined) return { long: 0, short: 0 }
  const { long, short } = grid(market, index - 1)
  const count = (prices: readonly number[], lowUsd: number, highUsd: number) =>
    prices.filter((price) => price >= lowUsd && price <= highUsd).length
  const closeUsd = closeBefore(index)
  return {
    long: MASS_USD * count(long, bar.lowUsd, closeUsd),
    short: MASS_USD * count(short, closeUsd, bar.highUsd),
  }
}

describe('the hazard table', () => {
  const audit = createAudit(auditOptions())
  for (const event of madeUpStream(market, grid)) auditEvent(audit, event)
  const { hazard } = renderAudit(audit)
  const row = (name: string) => hazard.rows.find((one) => one.name === name)

  test('a layer is rated by the mass in the band that price crossed, fitted on the past', () => {
    const expected = scoreOf('mapMass', massCrossed)
    expect(row('combined')?.eventCount).toBe(expected.events)
    expect(row('combined')?.gain.value).toBeCloseTo(expected.gain ?? Number.NaN, 9)
    expect(row('combined')?.predictedOverObserved.value).toBeCloseTo(
      expected.predictedOverObserved ?? Number.NaN,
      9,
    )
  })

  test('the adverse move is rated by how far the minute went', () => {
    const expected = scoreOf('adverseMove', (index) =>
      adversePercent(closeBefore(index), market[index]?.bar ?? { highUsd: 0, lowUsd: 0 }),
    )
    expect(row('adverseMove')?.gain.value).toBeCloseTo(expected.gain ?? Number.NaN, 9)
  })

  test('a constant gains nothing, and leads are differences of gains', () => {
    expect(row('constant')?.gain.value).toBeCloseTo(0, 12)
    const lead = row('adverseMove')?.headlineLead?.value
    const difference =
      (row('combined')?.gain.value ?? Number.NaN) - (row('adverseMove')?.gain.value ?? Number.NaN)
    expect(lead).toBeCloseTo(difference, 12)
  })

  test('the first 240 minutes, and five after a hole, are left out', () => {
    expect(hazard).toMatchObject({ scoredMinuteCount: 960, unscoredMinuteCount: 240 })
    const torn = createAudit(auditOptions({ draws: 20 }))
    for (const event of madeUpStream(market, grid)) {
      const isLost = event.kind === 'minute' && event.minute - (market[0]?.minute ?? 0) === 600
      const alsoLost = event.kind === 'minute' && event.minute - (market[0]?.minute ?? 0) === 601
      if (!isLost && !alsoLost) auditEvent(torn, event)
    }
    const view = renderAudit(torn)
    expect(view.hazard).toMatchObject({ scoredMinuteCount: 953, unscoredMinuteCount: 245 })
    expect(view.feed.holes).toHaveLength(1)
  })
})
