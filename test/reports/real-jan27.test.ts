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
      expect(conservation.filter(({ isCheck }) => isCheck).map((one) => one.difference)).toEqual([
        0,
      ])
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
})

function onlyOf(run: Awaited<ReturnType<typeof auditJournal>>): Audit {
  const [audit] = run.audits().values()
  if (audit === undefined) throw new Error('nothing was audited')
  return audit
}
