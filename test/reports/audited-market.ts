/** A simulated market, audited: what reports are made of in tests. */

import { renderAudit } from '../../src/audits/audit-render.ts'
import { AUDIT_SETTINGS } from '../../src/audits/audit-settings.ts'
import type { AuditView } from '../../src/audits/audit-view.ts'
import { defaultsOf } from '../../src/base/setting.ts'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { MemoryJournal } from '../../src/journal/memory-journal.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { AuditRun } from '../../src/replay/audit-run.ts'
import type { ReportHead, ReportInput, ReportKind } from '../../src/reports/report.ts'
import { replayJournal } from '../kit/golden-journal.ts'

export type Profile = 'standard' | 'reference'

export async function simulatedJournal(minutes: number): Promise<MemoryJournal> {
  const journal = new MemoryJournal()
  const market = simulateMarket({
    seed: 1,
    symbols: ['BTCUSDT'],
    startTimeMs: Date.parse('2026-01-05T00:00:00Z'),
    minutes,
  })
  for (const drafts of market) {
    for (const draft of drafts) journal.append(draft)
    await journal.flush()
  }
  return journal
}

export interface AuditChoice {
  readonly profile?: Profile
  readonly fromSeq?: number
  readonly audit?: Partial<Record<string, number>>
}

/** The audits of a whole journal. */
export async function auditJournal(
  journal: MemoryJournal,
  { profile = 'standard', fromSeq = 0, audit = {} }: AuditChoice = {},
): Promise<AuditRun> {
  const run = new AuditRun({
    settings: resolveSettings(profile),
    audit: { ...defaultsOf(AUDIT_SETTINGS, profile), ...audit },
    fromSeq,
  })
  await replayJournal(journal, { profile, listener: run.listener })
  return run
}

export const viewsOf = (run: AuditRun): readonly AuditView[] =>
  [...run.audits().values()].map(renderAudit)

export const head = (more: Partial<ReportHead> = {}): ReportHead => ({
  recording: 'demo',
  recordingDigest: 'abc',
  entryCount: 10,
  fromSeq: 0,
  toSeq: 10,
  profile: 'standard',
  changed: {},
  settings: {},
  codeVersion: '0.0.0',
  command: 'moonreplay report full --recording demo',
  faultCount: 0,
  ...more,
})

export const inputOf = (kind: ReportKind, views: readonly AuditView[]): ReportInput => ({
  kind,
  head: head(),
  symbols: views.map((view) => ({
    view,
    determinism: { minuteCount: 1, lastDigest: 'd', rangeDigest: 'r' },
  })),
})
