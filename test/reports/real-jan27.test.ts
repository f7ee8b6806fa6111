/**
 * Two days of real liquidations with sixteen of other contracts (`../shared/golden/real-jan27`): what
 * reports say of the tier that the reference disabled, and that differences are what scores are.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { renderAudit } from '../../src/audits/audit-render.ts'
import type { Audit } from '../../src/audits/audit-state.ts'
import type { AuditView } from '../../src/audits/audit-view.ts'
import type { MemoryJournal } from '../../src/journal/memory-journal.ts'
import { differencesOf } from '../../src/reports/compare-figures.ts'
import { renderReport } from '../../src/reports/report.ts'
import { caseIsHere } from '../engines/golden-input.ts'
import { draftsOf, goldenJournal } from '../kit/golden-journal.ts'
import { auditJournal, inputOf } from './audited-market.ts'

const NAME = 'real-jan27'
const FOREIGN = ['PUMPBTCUSDT', 'BTCDOMUSDT']

describe.runIf(caseIsHere(NAME))('real-jan27', () => {
  let journal: MemoryJournal
  let standard: Audit
  let reference: Audit
  let views: { readonly standard: AuditView; readonly reference: AuditView }

  beforeAll(async () => {
    journal = await goldenJournal(NAME)
    standard = onlyOf(await auditJournal(journal))
    reference = onlyOf(await auditJournal(journal, { profile: 'reference' }))
    views = { standard: renderAudit(standard), reference: renderAudit(reference) }
  }, 120_000)

  test('under reference every event on 10x is of another contract, named by its sequence', async () => {
    const drafts = await draftsOf(journal)
    const foreign = [...drafts.entries()].filter(
      ([, { stream }]) => stream.channel === 'forceOrder' && FOREIGN.includes(stream.symbol),
    )
    const { events, contaminatedCount, tieCount } = views.reference.disabledTiers
    expect(events.map(({ seq }) => seq)).toEqual(foreign.map(([seq]) => seq))
    expect(contaminatedCount).toBe(16)
    expect(tieCount).toBe(16)
    const [markdown] = renderReport(inputOf('disabled-tiers', [views.reference]))
    for (const [seq, { stream }] of foreign) {
      expect(markdown?.text).toMatch(new RegExp(`\\| ${seq} \\|.*\\*\\*${stream.symbol}\\*\\*`))
    }
    expect(markdown?.text).toContain('**All 16 liquidations on 10x are contamination')
  })

  test('under standard there is none, and the same entries were kept out', () => {
    const [markdown] = renderReport(inputOf('disabled-tiers', [views.standard]))
    expect(markdown?.text).toContain('**No tier is disabled, and nothing is contaminated.**')
    expect(markdown?.text).toContain('PUMPBTCUSDT 10, BTCDOMUSDT 6')
    expect(views.standard.disabledTiers.events).toEqual([])
    expect(views.standard.rejected.events.map(({ seq }) => seq)).toEqual(
      views.reference.disabledTiers.events.map(({ seq }) => seq),
    )
  })

  test('the audit scores the model as the replay does', () => {
    const model = views.standard.hazard.rows.find(({ name }) => name === 'model')
    expect(model?.eventCount).toBe(1_638)
    expect(model?.gain.value).toBeCloseTo(1.718, 3)
    expect(model?.predictedOverObserved.value).toBeCloseTo(0.889, 3)
  })

  test('every zone of both managers is accounted for, and no sweep was imagined', () => {
    for (const { conservation, sweeps } of Object.values(views)) {
      expect(conservation).toMatchObject([{ layer: 'zones', difference: 0, untold: 0 }])
      expect(sweeps.reduce((sum, { violationCount }) => sum + violationCount, 0)).toBe(0)
    }
  })

  test('differences are those of the scores that the two reports print', () => {
    const rowOf = ({ hazard }: AuditView) => hazard.rows.find(({ isHeadline }) => isHeadline)
    const [ours, theirs] = [rowOf(views.standard), rowOf(views.reference)]
    const differences = differencesOf(standard, reference, true)
    const gain = differences.find(({ name }) => name === 'gain')
    expect(gain?.a).toBeCloseTo(ours?.gain.value ?? Number.NaN, 9)
    expect(gain?.b).toBeCloseTo(theirs?.gain.value ?? Number.NaN, 9)
    expect(gain?.interval?.high).toBeLessThan(0)
    const ratio = differences.find(({ name }) => name === 'predictedOverObserved')
    expect(ratio?.b).toBeCloseTo(theirs?.predictedOverObserved.value ?? Number.NaN, 9)
  })

  test('nothing differs from itself, by block and by number', () => {
    for (const { value, interval } of differencesOf(standard, standard, true)) {
      expect([value, interval?.low, interval?.high]).toEqual([0, 0, 0])
    }
  })

  describe('under reference', () => {
    test('the events on 10x are the foreign orders, all of them ties', () => {
      const { eventCount, contaminatedCount, tieCount, events, checks } =
        views.reference.disabledTiers
      expect([eventCount, contaminatedCount, tieCount]).toEqual([16, 16, 16])
      expect(events.every(({ foreignSymbol, insane }) => foreignSymbol && insane)).toBe(true)
      expect(new Set(events.map(({ seq }) => seq)).size).toBe(16)
      expect(checks.find(({ check }) => check === 'DT4')?.verdict).toBe('fail')
      expect(views.reference.calibrator.tierRows.some(({ tier }) => tier === 10)).toBe(false)
    })

    test('a hit rate far above matched minutes is not there, though it is near 100 %', () => {
      const combined = views.reference.layers[0]?.hits.both.cells[5]
      expect(combined?.hitRate.value).toBeGreaterThan(0.95)
      expect(combined?.skill.value).toBeLessThan(0.03)
    })

    test('projections have the few points of skill that the chapter names', () => {
      const inference = views.reference.layers.find(({ layer }) => layer === 'inference')
      const skill = inference?.hits.both.cells.find(
        (cell) => cell.toleranceFraction === 0.0025 && cell.minAgeMinutes === 1,
      )?.skill.value
      expect(skill).toBeGreaterThan(0.04)
      expect(skill).toBeLessThan(0.1)
    })

    test('no sweep is wrong and no zone is lost', () => {
      expect(views.reference.sweeps.every(({ violationCount }) => violationCount === 0)).toBe(true)
      expect(views.reference.conservation.every(({ difference }) => difference === 0)).toBe(true)
    })

    test('the reference’s own formulas count all that it took', () => {
      expect(views.reference.compat?.b.eventCount).toBeGreaterThan(
        views.reference.liquidations.admittedCount,
      )
      expect(views.reference.compat?.b.combined.every(({ hitRate }) => hitRate > 0.99)).toBe(true)
      expect(views.reference.compat?.b.offsets[0]).toMatchObject({ tier: 10, count: 16 })
    })
  })

  describe('under standard', () => {
    test('the hazard is that of standard-profile.md §4', () => {
      const model = views.standard.hazard.rows.find(({ name }) => name === 'model')
      expect(model?.eventCount).toBe(1638)
      expect(Math.abs((model?.gain.value ?? 0) - 1.74)).toBeLessThanOrEqual(0.03)
      expect(Math.abs((model?.predictedOverObserved.value ?? 0) - 0.88)).toBeLessThanOrEqual(0.03)
    })

    test('the model leads the adverse move and the wrong hours beyond doubt', () => {
      for (const name of ['adverseMove', 'wrongHours3', 'wrongHours5', 'wrongHours7']) {
        const row = views.standard.hazard.rows.find((one) => one.name === name)
        expect(row?.headlineLead?.interval?.low, name).toBeGreaterThan(0)
      }
    })

    test('nothing lands on a disabled tier, and foreign orders were refused', () => {
      expect(views.standard.disabledTiers.eventCount).toBe(0)
      expect(views.standard.rejected.count).toBe(16)
      expect(views.standard.rejected.takenByEnginesCount).toBe(0)
    })

    test('orders of quiet minutes lie the maintenance margin beyond the mark', () => {
      expect(views.standard.calibrator.maintenanceMargin?.value).toBeCloseTo(0.004, 3)
    })
  })
})

function onlyOf(run: Awaited<ReturnType<typeof auditJournal>>): Audit {
  const [audit] = run.audits().values()
  if (audit === undefined) throw new Error('nothing was audited')
  return audit
}
