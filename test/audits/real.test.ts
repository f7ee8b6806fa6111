/** The audit of forty-six real hours: what it must find, and that it finds it without looking ahead. */
import { describe, expect, test } from 'vitest'
import { renderAudit } from '../../src/audits/audit-render.ts'
import { AUDIT_SETTINGS } from '../../src/audits/audit-settings.ts'
import type { AuditView } from '../../src/audits/audit-view.ts'
import { defaultsOf, type Profile } from '../../src/base/setting.ts'
import type { MemoryJournal } from '../../src/journal/memory-journal.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { AuditRun } from '../../src/replay/audit-run.ts'
import { caseIsHere } from '../engines/golden-input.ts'
import { goldenJournal, replayJournal } from '../kit/golden-journal.ts'

const NAME = 'real-jan27'
const SYMBOL = 'BTCUSDT'

describe(`audits of ${NAME}`, { timeout: 300_000 }, async () => {
  if (!caseIsHere(NAME)) {
    test.skip(`skipped: ../shared/golden/${NAME} is not there`)
    return
  }
  const journal = await goldenJournal(NAME)

  describe('under reference', async () => {
    const view = await auditOf(journal, 'reference')

    test('the events on 10x are the foreign orders, all of them ties', () => {
      const { eventCount, contaminatedCount, tieCount, events, checks } = view.disabledTiers
      expect([eventCount, contaminatedCount, tieCount]).toEqual([16, 16, 16])
      expect(events.every(({ foreignSymbol, insane }) => foreignSymbol && insane)).toBe(true)
      expect(new Set(events.map(({ seq }) => seq)).size).toBe(16)
      expect(checks.find(({ check }) => check === 'DT4')?.verdict).toBe('fail')
      expect(view.calibrator.tierRows.some(({ tier }) => tier === 10)).toBe(false)
    })

    test('a hit rate far above matched minutes is not there, though it is near 100 %', () => {
      const combined = view.layers[0]?.hits.both.cells[5]
      expect(combined?.hitRate.value).toBeGreaterThan(0.95)
      expect(combined?.skill.value).toBeLessThan(0.03)
    })

    test('projections have the few points of skill that the chapter names', () => {
      const inference = view.layers.find(({ layer }) => layer === 'inference')
      const skill = inference?.hits.both.cells.find(
        (cell) => cell.toleranceFraction === 0.0025 && cell.minAgeMinutes === 1,
      )?.skill.value
      expect(skill).toBeGreaterThan(0.04)
      expect(skill).toBeLessThan(0.1)
    })

    test('no sweep is wrong and no zone is lost', () => {
      expect(view.sweeps.every(({ violationCount }) => violationCount === 0)).toBe(true)
      expect(view.conservation.every(({ difference }) => difference === 0)).toBe(true)
    })

    test('the reference’s own formulas count all that it took', () => {
      expect(view.compat?.b.eventCount).toBeGreaterThan(view.liquidations.admittedCount)
      expect(view.compat?.b.combined.every(({ hitRate }) => hitRate > 0.99)).toBe(true)
      expect(view.compat?.b.offsets[0]).toMatchObject({ tier: 10, count: 16 })
    })
  })

  describe('under standard', async () => {
    const view = await auditOf(journal, 'standard')
    const model = view.hazard.rows.find(({ name }) => name === 'model')

    test('the hazard is that of standard-profile.md §4', () => {
      expect(model?.eventCount).toBe(1638)
      expect(Math.abs((model?.gain.value ?? 0) - 1.74)).toBeLessThanOrEqual(0.03)
      expect(Math.abs((model?.predictedOverObserved.value ?? 0) - 0.88)).toBeLessThanOrEqual(0.03)
    })

    test('the model leads the adverse move and the wrong hours beyond doubt', () => {
      for (const name of ['adverseMove', 'wrongHours3', 'wrongHours5', 'wrongHours7']) {
        const row = view.hazard.rows.find((one) => one.name === name)
        expect(row?.headlineLead?.interval?.low, name).toBeGreaterThan(0)
      }
    })

    test('nothing lands on a disabled tier, and foreign orders were refused', () => {
      expect(view.disabledTiers.eventCount).toBe(0)
      expect(view.rejected.count).toBe(16)
      expect(view.rejected.takenByEnginesCount).toBe(0)
    })

    test('orders of quiet minutes lie the maintenance margin beyond the mark', () => {
      expect(view.calibrator.maintenanceMargin?.value).toBeCloseTo(0.004, 3)
    })
  })

  test.each(['reference', 'standard'] as const)(
    'the report at a moment is that of a journal cut there, under %s',
    async (profile) => {
      const { view, seq } = await viewAtMinute(journal, profile, 400)
      expect(view).toEqual(await auditOf(journal, profile, seq))
    },
  )
})

const auditRun = (profile: Profile): AuditRun =>
  new AuditRun({
    settings: resolveSettings(profile),
    audit: { ...defaultsOf(AUDIT_SETTINGS, profile), draws: 100 },
    fromSeq: 0,
  })

async function auditOf(
  journal: MemoryJournal,
  profile: Profile,
  toSeq = journal.nextSeq,
): Promise<AuditView> {
  const run = auditRun(profile)
  await replayJournal(journal, { profile, toSeq, listener: run.listener })
  return viewOf(run)
}

/** As it stands just before that minute closes; the replay goes on for a while. */
async function viewAtMinute(journal: MemoryJournal, profile: Profile, minuteCount: number) {
  const toSeq = 12 * (minuteCount + 100)
  const run = auditRun(profile)
  let count = 0
  let found: { readonly view: AuditView; readonly seq: number } | undefined
  const { listener } = run
  await replayJournal(journal, {
    profile,
    toSeq,
    listener: {
      ...listener,
      minuteClosed(symbolRun, close, cause, outcome) {
        count += 1
        if (count === minuteCount) found = { view: viewOf(run), seq: cause.seq }
        listener.minuteClosed?.(symbolRun, close, cause, outcome)
      },
    },
  })
  if (found === undefined) throw new Error(`fewer than ${minuteCount} minutes`)
  return found
}

function viewOf(run: AuditRun): AuditView {
  const audit = run.audits().get(SYMBOL)
  if (audit === undefined) throw new Error(`${SYMBOL} was not audited`)
  return renderAudit(audit)
}
