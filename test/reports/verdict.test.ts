// Goal: the first sentence of a report says what the figures say. Method: rows of hazards made up for
// each outcome; everything else of the view is that of a small market.
import { beforeAll, describe, expect, test } from 'vitest'
import type { AuditView } from '../../src/audits/audit-view.ts'
import type { HazardName, HazardRow } from '../../src/audits/view-hazard.ts'
import { compareVerdict } from '../../src/reports/compare.ts'
import { answerOf, verdict } from '../../src/reports/verdict.ts'
import { auditJournal, simulatedJournal, viewsOf } from './audited-market.ts'

let market: AuditView | undefined
beforeAll(async () => {
  market = viewsOf(await auditJournal(await simulatedJournal(3)))[0]
}, 60_000)

const sure = { sampleCount: 1000, insufficient: false, overGap: false }

const row = (name: HazardName, gain: number, more: Partial<HazardRow> = {}): HazardRow => ({
  name,
  isRival: true,
  isHeadline: false,
  eventCount: 1000,
  minuteCount: 2000,
  gain: { ...sure, value: gain },
  notionalGain: sure,
  predictedOverObserved: { ...sure, value: 1 },
  predictedOverObservedBySide: { long: sure, short: sure },
  ...more,
})

const behind = (low: number, high: number): Partial<HazardRow> => ({
  headlineLead: { value: (low + high) / 2, interval: { low, high } },
})

function viewOf(rows: readonly HazardRow[]): AuditView {
  if (market === undefined) throw new Error('the market has no symbol')
  const model = row('model', 1.7, { isRival: false, isHeadline: true })
  return { ...market, hazard: { ...market.hazard, rows: [model, ...rows] } }
}

describe('the answer', () => {
  test('is yes when every rival is behind, with the lead over the strongest', () => {
    const rows = [
      row('adverseMove', 1, behind(0.5, 0.9)),
      row('constantMass', 1.5, behind(0.1, 0.3)),
    ]
    expect(answerOf(viewOf(rows))).toBe(
      'Yes: the standard model beats every rival, the strongest (constant mass) by +0.20 nats an event (95 %: +0.10 to +0.30).',
    )
  })

  test('is partly when the path is beaten and a rival cannot be told apart', () => {
    const rows = [
      row('adverseMove', 1, behind(0.5, 0.9)),
      row('constantMass', 1.7, behind(-0.1, 0.1)),
    ]
    expect(answerOf(viewOf(rows))).toMatch(/^Partly: .* cannot be told apart from constant mass/)
  })

  test('names the rival that is better', () => {
    const rows = [
      row('adverseMove', 1, behind(0.5, 0.9)),
      row('constantMass', 2, behind(-0.4, -0.2)),
    ]
    expect(answerOf(viewOf(rows))).toMatch(
      /but constant mass is better than it by \+0\.30 \(95 %: \+0\.20 to \+0\.40\)/,
    )
  })

  test('is no when the path alone tells as much', () => {
    const rows = [
      row('adverseMove', 1.7, behind(-0.1, 0.1)),
      row('constantMass', 1, behind(0.5, 0.9)),
    ]
    expect(answerOf(viewOf(rows))).toMatch(
      /^No: .* does not tell more than the path of price alone/,
    )
  })

  test('is none without an interval', () => {
    const rows = [row('adverseMove', 1, { headlineLead: { value: 0.7 } })]
    expect(answerOf(viewOf(rows))).toBe('No verdict: too little data.')
    expect(verdict(viewOf(rows))[0]).toContain('No verdict')
  })
})

describe('a comparison', () => {
  const gain = (low: number, high: number) => [
    { name: 'gain', value: (low + high) / 2, interval: { low, high } } as const,
  ]

  test('says which side is better only when the interval does', () => {
    expect(compareVerdict(gain(0.1, 0.3))).toMatch(/^B is better than A, by \+0\.20/)
    expect(compareVerdict(gain(-0.3, -0.1))).toMatch(
      /^A is better than B, by \+0\.20 nats an event \(95 %: \+0\.10 to \+0\.30\)/,
    )
    expect(compareVerdict(gain(-0.1, 0.3))).toMatch(/^A and B cannot be told apart/)
    expect(compareVerdict([{ name: 'gain', a: 1 }])).toMatch(/^Too little data/)
  })
})
