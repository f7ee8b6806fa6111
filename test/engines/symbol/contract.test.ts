/**
 * The contract of reducers, for all engines of a symbol at once and under both profiles: no clock,
 * no state shared between symbols, and the same future from any checkpoint.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { CanonicalWriter, decodeCanonical } from '../../../src/base/canonical.ts'
import type { Profile } from '../../../src/base/setting.ts'
import { simulateMarket } from '../../../src/exchange/simulate-market.ts'
import { MemoryJournal } from '../../../src/journal/memory-journal.ts'
import type { EntryDraft } from '../../../src/model/block.ts'
import { Pipeline } from '../../../src/pipeline/pipeline.ts'
import { resolveSettings } from '../../../src/pipeline/settings.ts'
import { Digester, type MinuteDigest } from '../../../src/replay/digests.ts'
import { draftsOf, replayJournal } from '../../kit/golden-journal.ts'

const SEED = Number(process.env['SEED'] ?? 11)
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']
const MARKET = { seed: SEED, symbols: SYMBOLS, startTimeMs: Date.UTC(2026, 0, 5), minutes: 24 }

async function simulated(keep: (draft: EntryDraft) => boolean = () => true) {
  const journal = new MemoryJournal()
  for (const batch of simulateMarket(MARKET)) {
    for (const draft of batch) if (keep(draft)) journal.append(draft)
    await journal.flush()
  }
  return journal
}

const ofSymbol = (digests: readonly MinuteDigest[], symbol: string) =>
  digests
    .filter((digest) => digest.symbol === symbol)
    .map(({ minute, digest }) => `${minute} ${digest}`)

describe.each(['standard', 'reference'] as const)(`under %s, seed ${SEED}`, (profile: Profile) => {
  let journal: MemoryJournal
  let digests: readonly MinuteDigest[]
  beforeAll(async () => {
    journal = await simulated()
    digests = (await replayJournal(journal, { profile })).digests
  }, 60_000)

  test('each symbol runs with its own step, its own ladder, and closes its minutes', async () => {
    const { pipeline } = await replayJournal(journal, { profile })
    const steps = [...pipeline.runs.values()].map(({ symbol, heat }) => [
      symbol,
      heat.engines?.liquidation.context.grid.stepUsd,
      heat.engines?.liquidation.context.symbol,
    ])
    expect(steps).toEqual([
      ['BTCUSDT', 20, 'BTC'],
      ['ETHUSDT', 1, 'ETH'],
      ['SOLUSDT', 0.1, 'SOL'],
    ])
    for (const symbol of SYMBOLS) expect(ofSymbol(digests, symbol).length).toBeGreaterThan(20)
  }, 60_000)

  test('no price on a step of 0.1 drifts from its decimal', async () => {
    const { pipeline } = await replayJournal(journal, { profile, documents: true })
    const documents = pipeline.runs.get('SOLUSDT')?.heat.documents
    const prices = [...(documents?.v2.prices ?? []), ...(documents?.v1.prices ?? [])]
    expect(prices.length).toBeGreaterThan(50)
    for (const price of prices) expect(price).toBe(Number(price.toFixed(1)))
  }, 60_000)

  // Under `reference` a liquidation of any symbol moves the clock of all (golden README).
  const testApart = test.runIf(profile === 'standard')

  testApart(
    'killing the feed of one symbol leaves the digests of the others unchanged',
    async () => {
      const half = MARKET.startTimeMs + 12 * 60_000
      const cut = await simulated(
        ({ stream, recvTimeUs }) => stream.symbol !== 'ETHUSDT' || recvTimeUs < half * 1000,
      )
      const after = (await replayJournal(cut, { profile })).digests
      expect(ofSymbol(after, 'ETHUSDT').length).toBeLessThan(ofSymbol(digests, 'ETHUSDT').length)
      for (const symbol of ['BTCUSDT', 'SOLUSDT']) {
        expect(ofSymbol(after, symbol)).toEqual(ofSymbol(digests, symbol))
      }
    },
    60_000,
  )

  testApart(
    'two symbols interleaved equal two apart',
    async () => {
      for (const symbol of SYMBOLS) {
        const alone = await simulated(({ stream }) => stream.symbol === symbol)
        const { digests: apart } = await replayJournal(alone, { profile })
        expect(ofSymbol(apart, symbol)).toEqual(ofSymbol(digests, symbol))
      }
    },
    60_000,
  )

  test('a checkpoint at any entry goes on to the same digests', async () => {
    const drafts = await draftsOf(journal)
    const settings = resolveSettings(profile)
    const places = Array.from({ length: 9 }, (_, index) =>
      Math.floor((drafts.length * (index + 1)) / 10 + index * 7),
    )
    for (const place of places) {
      const head = new Pipeline({ settings, symbols: SYMBOLS, listener: {} })
      for await (const block of journal.blocks({ toSeq: place })) {
        head.consume(block, 0, Math.min(block.count, place - block.firstSeq))
      }
      const bytes = new CanonicalWriter().encode(head.toPlain()).slice()
      const digester = new Digester()
      const after: MinuteDigest[] = []
      const tail = new Pipeline({
        settings,
        symbols: SYMBOLS,
        listener: {
          minuteClosed: (run, close, cause) => {
            after.push(digester.digestOf(run, close.closedMinute, cause))
          },
        },
      })
      tail.restore(decodeCanonical(bytes))
      for await (const block of journal.blocks({ fromSeq: place })) {
        tail.consume(block, Math.max(0, place - block.firstSeq))
      }
      expect(after.length).toBeGreaterThan(0)
      expect(after).toEqual(digests.filter(({ seq }) => seq >= place))
    }
  }, 120_000)
})
