import { expect, test } from 'vitest'
import { AUDIT_SETTINGS } from '../../src/audits/audit-settings.ts'
import { defaultsOf } from '../../src/base/setting.ts'
import { ForceOrder } from '../../src/model/messages.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { AuditRun } from '../../src/replay/audit-run.ts'
import { replayJournal } from '../kit/golden-journal.ts'
import { auditJournal, simulatedJournal, viewsOf } from './audited-market.ts'

const cause = { seq: 1, ordinal: 1, recvTimeUs: 1_767_571_200_000_000 }

const order = (symbol: string): ForceOrder =>
  Object.assign(new ForceOrder(), { symbol, side: 'SELL', price: 1, sizeBase: 1 })

test('an order that was refused is an event of a symbol only if its name holds that of the symbol', async () => {
  const run = new AuditRun({
    settings: resolveSettings('standard'),
    audit: defaultsOf(AUDIT_SETTINGS, 'standard'),
    fromSeq: 0,
  })
  // Before the symbol has been heard of.
  run.listener.liquidationRefused?.(order('BTCDOMUSDT'), 'foreign', cause)
  run.listener.liquidationRefused?.(order('DOGEUSDT'), 'foreign', cause)
  await replayJournal(await simulatedJournal(3), { listener: run.listener })
  const symbols = viewsOf(run).flatMap(({ rejected }) =>
    rejected.events.map(({ orderSymbol }) => orderSymbol),
  )
  expect(symbols).toContain('BTCDOMUSDT')
  expect(symbols).not.toContain('DOGEUSDT')
})

test('what lies before the range warms up and is in no figure', async () => {
  const journal = await simulatedJournal(6)
  const fromSeq = Math.floor(journal.nextSeq / 2)
  const [whole] = viewsOf(await auditJournal(journal))
  const [half] = viewsOf(await auditJournal(journal, { fromSeq }))
  expect(half?.range.fromSeq).toBeGreaterThanOrEqual(fromSeq)
  expect(half?.range.warmupMinuteCount).toBeGreaterThan(0)
  expect((half?.range.minuteCount ?? 0) + (half?.range.warmupMinuteCount ?? 0)).toBe(
    whole?.range.minuteCount,
  )
  // The venue is asked every ten seconds.
  expect(half?.openInterest).toMatchObject({
    validCount: half?.range.minuteCount,
    status: 'healthy',
  })
  // Zones of before are met all the same.
  expect(half?.layers[0]?.symmetry?.long.zoneCount).toBeGreaterThan(0)
})
