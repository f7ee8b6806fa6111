/** The audit of real hours finds what it finds without looking ahead. What it finds: `test/reports/real-jan27.test.ts`. */
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
/** An hour of them is scored. */
const MINUTES = 300

describe(`audits of ${NAME}`, { timeout: 300_000 }, async () => {
  if (!caseIsHere(NAME)) {
    test.skip(`skipped: ../shared/golden/${NAME} is not there`)
    return
  }
  const journal = await goldenJournal(NAME)

  test.each(['reference', 'standard'] as const)(
    'the report at a moment is that of a journal cut there, under %s',
    async (profile) => {
      const { view, seq } = await viewAtMinute(journal, profile, MINUTES)
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
  const toSeq = 12 * (minuteCount + 60)
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
