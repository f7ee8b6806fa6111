/** A figure at a moment can have used nothing that came later. */
import { describe, expect, test } from 'vitest'
import { auditEvent, createAudit } from '../../src/audits/audit.ts'
import type { AuditEvent } from '../../src/audits/audit-input.ts'
import { renderAudit } from '../../src/audits/audit-render.ts'
import { seededChance } from '../../src/audits/seeded-chance.ts'
import { auditOptions, madeUpMarket, madeUpStream, type ZoneMaker } from './made-up-stream.ts'

const drifting: ZoneMaker = (minutes, index) => {
  const chance = seededChance(Math.floor(index / 7))
  const closeUsd = minutes[index - (index % 7)]?.bar.closeUsd ?? 0
  const some = (sign: number) =>
    Array.from({ length: 6 }, () => Math.round((closeUsd * (1 + sign * 0.01 * chance())) / 20) * 20)
  return { long: [...new Set(some(-1))], short: [...new Set(some(1))] }
}

const options = auditOptions({ draws: 20 }, { compat: true })

describe.each([3, 4])('a made-up stream of seed %i', { timeout: 60_000 }, (seed) => {
  const stream = madeUpStream(madeUpMarket(700, seed), drifting)

  test('the report at a moment is that of a stream cut there', () => {
    const whole = createAudit(options)
    const cuts = new Set([100, 600, stream.length - 1])
    for (const [index, event] of stream.entries()) {
      auditEvent(whole, event)
      if (cuts.has(index)) expect(renderAudit(whole)).toEqual(reportOf(stream.slice(0, index + 1)))
    }
  })

  test('the same stream gives the same bytes', () => {
    expect(JSON.stringify(reportOf(stream))).toBe(JSON.stringify(reportOf(stream)))
  })
})

function reportOf(events: readonly AuditEvent[]) {
  const audit = createAudit(options)
  for (const event of events) auditEvent(audit, event)
  return renderAudit(audit)
}
