/** An audit is worth something when it can tell good zones from worthless ones. */
import { describe, expect, test } from 'vitest'
import { auditEvent, createAudit } from '../../src/audits/audit.ts'
import { renderAudit } from '../../src/audits/audit-render.ts'
import type { AuditView } from '../../src/audits/audit-view.ts'
import { seededChance } from '../../src/audits/seeded-chance.ts'
import {
  auditOptions,
  type MadeUpMinute,
  madeUpMarket,
  madeUpStream,
  type ZoneMaker,
} from './made-up-stream.ts'

const MINUTES = 3000
const market = madeUpMarket(MINUTES, 11)

/** Where liquidations of the coming twenty minutes will be: what no engine can know. */
const oracle: ZoneMaker = (minutes, index) => {
  const coming = minutes.slice(index + 1, index + 21).flatMap(({ liquidations }) => liquidations)
  const of = (side: 'long' | 'short') =>
    coming.filter((event) => event.side === side).map(({ priceUsd }) => priceUsd)
  return { long: of('long'), short: of('short') }
}

/** Anywhere near the price, standing for ten minutes. */
const atRandom: ZoneMaker = (minutes, index) => {
  const chance = seededChance(1000 + Math.floor(index / 10))
  const closeUsd = (minutes[index - (index % 10)] as MadeUpMinute).bar.closeUsd
  const some = (sign: number) =>
    Array.from({ length: 4 }, () => closeUsd * (1 + sign * 0.015 * chance()))
  return { long: some(-1), short: some(1) }
}

function auditOf(zonesAfter: ZoneMaker): AuditView {
  const audit = createAudit(auditOptions())
  for (const event of madeUpStream(market, zonesAfter)) auditEvent(audit, event)
  return renderAudit(audit)
}

const skillOf = ({ layers, headline }: AuditView) =>
  layers[0]?.hits.both.cells.find(
    (cell) =>
      cell.toleranceFraction === headline.toleranceFraction &&
      cell.minAgeMinutes === headline.minAgeMinutes,
  )?.skill

const leadOverPath = ({ hazard }: AuditView) =>
  hazard.rows.find(({ name }) => name === 'adverseMove')?.headlineLead

describe('zones placed on future liquidations', () => {
  const view = auditOf(oracle)

  test('score far above every rival', () => {
    const lead = leadOverPath(view)
    expect(lead?.interval?.low).toBeGreaterThan(0.2)
    expect(lead?.value).toBeGreaterThan(lead?.interval?.low ?? Number.NaN)
    const skill = skillOf(view)
    expect(skill?.interval?.low).toBeGreaterThan(0.3)
  })

  test('pass the findings that judge them', () => {
    const severity = (name: string) =>
      view.findings.find((finding) => finding.name === name)?.severity
    expect(severity('skill')).toBe('pass')
    expect(severity('hazardLead')).toBe('pass')
  })
})

describe('zones placed at random', () => {
  const view = auditOf(atRandom)

  test('gain nothing over the path of the price', () => {
    expect(leadOverPath(view)?.interval?.low).toBeLessThanOrEqual(0)
  })

  test('show no skill within their interval', () => {
    const interval = skillOf(view)?.interval
    expect(interval?.low).toBeLessThanOrEqual(0)
    expect(interval?.high).toBeGreaterThanOrEqual(0)
    expect(view.findings.find(({ name }) => name === 'skill')?.severity).toBe('fail')
  })
})
