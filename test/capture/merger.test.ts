// Goal: the CM/UM mix. Since the merger of 2026-06-30 the all-market streams bring coin-margined
// contracts as well, told by `st`: none of them may touch a number of a USD-margined contract, and
// all are counted. Method: a simulated market, once with and once without them.
import { expect, test } from 'vitest'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { MemoryJournal } from '../../src/journal/memory-journal.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { replay } from '../../src/replay/replay.ts'

const MARKET = { seed: 4, symbols: ['BTCUSDT'], startTimeMs: Date.UTC(2026, 6, 5), minutes: 4 }
const drafts = [...simulateMarket(MARKET)].flat()
const encoder = new TextEncoder()

/** By hand from `binance-today.md`: a liquidation of the coin-margined perpetual of bitcoin. */
function coinMargined({ recvTimeUs, monoTimeUs, venueTimeMs }: EntryDraft): EntryDraft {
  const payload = `{"e":"forceOrder","E":${venueTimeMs},"o":{"s":"BTCUSD_PERP","S":"SELL","o":"LIMIT","f":"IOC","q":"25","p":"60100.1","ap":"60100.1","X":"FILLED","l":"25","z":"25","T":${venueTimeMs}},"st":2,"ps":"BTCUSD"}`
  return {
    stream: { venue: 'binance', symbol: 'BTCUSD_PERP', channel: 'forceOrder' },
    recvTimeUs,
    monoTimeUs,
    venueTimeMs,
    connectionId: 2,
    payload: encoder.encode(payload),
  }
}

/** After every tenth depth event stands a liquidation that is not ours. */
const mixed = drafts.flatMap((draft, index) =>
  draft.stream.channel === 'depth' && index % 10 === 0 ? [draft, coinMargined(draft)] : [draft],
)

async function digestsOf(
  entries: readonly EntryDraft[],
  set: Readonly<Record<string, string>>,
): Promise<{ readonly digests: readonly string[]; readonly coinMarginedCount: number }> {
  const journal = new MemoryJournal()
  for (const draft of entries) journal.append(draft)
  await journal.flush()
  const { digests, pipeline } = await replay(journal, {
    settings: resolveSettings('standard', set),
    symbols: [],
    fromSeq: 0,
    toSeq: journal.nextSeq,
    startSeq: 0,
    nowUs: () => 0,
  })
  return {
    digests: digests.map(({ minute, digest }) => `${minute}/${digest}`),
    coinMarginedCount: pipeline.coinMarginedCount,
  }
}

const addedCount = mixed.length - drafts.length

test.each(['exact', 'contains'])(
  'coin-margined liquidations of the merger touch no number of BTCUSDT, symbols matched by %s',
  async (symbolMatch) => {
    const set = { 'pipeline.symbolMatch': symbolMatch }
    const pure = await digestsOf(drafts, set)
    const mix = await digestsOf(mixed, set)
    expect(pure.digests.length).toBeGreaterThan(2)
    expect(mix.digests).toEqual(pure.digests)
    expect(addedCount).toBeGreaterThan(50)
    expect(mix.coinMarginedCount).toBe(addedCount)
  },
)

test('where names are matched by a part of them, `st` is all that keeps the two apart', async () => {
  const set = { 'pipeline.symbolMatch': 'contains' }
  const kept = await digestsOf(mixed, { ...set, 'pipeline.coinMargined': 'keep' })
  expect(kept.digests).not.toEqual((await digestsOf(drafts, set)).digests)
})
