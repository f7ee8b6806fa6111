/**
 * What the design document of the reference asks to be looked at by hand before a deployment, and
 * the faults that it tells of, on a simulated market (`original-design.md`).
 */
import { beforeAll, describe, expect, test } from 'vitest'
import type { EngineRecord } from '../../../src/engines/symbol/symbol-engines.ts'
import { simulateMarket } from '../../../src/exchange/simulate-market.ts'
import { MemoryJournal } from '../../../src/journal/memory-journal.ts'
import type { EntryDraft } from '../../../src/model/block.ts'
import type { ReplayResult } from '../../../src/replay/replay.ts'
import { type JournalReplay, replayJournal } from '../../kit/golden-journal.ts'

const SEED = Number(process.env['SEED'] ?? 5)
const MINUTES = 50
const MARKET = {
  seed: SEED,
  symbols: ['BTCUSDT', 'ETHUSDT'],
  startTimeMs: Date.UTC(2026, 0, 5),
  minutes: MINUTES,
}

async function simulated(keep: (draft: EntryDraft) => boolean = () => true) {
  const journal = new MemoryJournal()
  for (const batch of simulateMarket(MARKET)) {
    for (const draft of batch) if (keep(draft)) journal.append(draft)
    await journal.flush()
  }
  return journal
}

interface Observed {
  readonly result: ReplayResult
  readonly taken: Readonly<Record<string, number>>
  readonly records: readonly { readonly log: string; readonly record: EngineRecord }[]
  readonly faults: readonly string[]
}

async function observe(
  journal: MemoryJournal,
  profile: 'standard' | 'reference',
  more: JournalReplay = {},
): Promise<Observed> {
  const taken: Record<string, number> = {}
  const records: { log: string; record: EngineRecord }[] = []
  const faults: string[] = []
  const result = await replayJournal(journal, {
    profile,
    documents: true,
    listener: {
      liquidationTaken: ({ symbol }) => {
        taken[symbol] = (taken[symbol] ?? 0) + 1
      },
      recordEmitted: (_, log, record) => records.push({ log, record }),
      faultFound: ({ reason }) => faults.push(reason),
    },
    ...more,
  })
  return { result, taken, records, faults }
}

describe.each(['standard', 'reference'] as const)('testing checklist, %s', (profile) => {
  let seen: Observed
  beforeAll(async () => {
    seen = await observe(await simulated(), profile)
  }, 120_000)

  const run = () => {
    const btc = seen.result.pipeline.runs.get('BTCUSDT')
    if (btc?.heat.engines === undefined) throw new Error('no engines of BTCUSDT')
    return { ...btc, engines: btc.heat.engines, documents: btc.heat.documents }
  }

  test('all streams come: depth, aggTrade, forceOrder, markPrice', () => {
    const { market } = run()
    expect(market.book.counts.diffsApplied).toBeGreaterThan(1_000)
    expect(market.takers.history.length).toBeGreaterThan(0)
    expect(seen.taken['BTCUSDT']).toBeGreaterThan(0)
    expect(market.mark.fundingFraction).not.toBe(0)
  })

  test('REST replies are read: open interest and ratios', () => {
    const { market } = run()
    expect(market.openInterest.sizeBase).toBeGreaterThan(0)
    expect(market.openInterest.ratios.every((ratio) => ratio > 0)).toBe(true)
  })

  test('both snapshots of the heatmap are made, and are not empty', () => {
    const { documents } = run()
    expect(documents?.v1.prices.length).toBeGreaterThan(100)
    expect(documents?.v2.prices.length).toBeGreaterThan(100)
    expect(Math.max(...(documents?.v2.long_intensity ?? []))).toBeGreaterThan(0)
    expect(Math.max(...(documents?.v2.short_intensity ?? []))).toBeGreaterThan(0)
    expect(seen.records.some(({ log }) => log === 'v1/liq_sweeps')).toBe(true)
  })

  test('the calibrator counts the liquidations that arrive', () => {
    const { engines } = run()
    const events = seen.records.filter(
      ({ log, record }) =>
        log === 'liq_calibrator' && record['type'] === 'event' && record['symbol'] !== 'ETH',
    )
    expect(events.length).toBeGreaterThan(0)
    const count =
      engines.model === 'standard'
        ? engines.standard.positions.notionalCount
        : engines.calibrator.calibrationCount
    expect(count).toBeGreaterThan(0)
  })

  test('the calibrator is told of minutes', () => {
    const { engines } = run()
    if (engines.model === 'reference') expect(engines.calibrator.snapshots.size).toBeGreaterThan(0)
    else expect(engines.standard.positions.closedCount).toBeGreaterThan(40)
  })

  test('frames of the order book accumulate', () => {
    expect(run().market.frameCount).toBeGreaterThanOrEqual(2 * (MINUTES - 2))
  })

  test('no payload is a fault', () => {
    expect(seen.faults).toEqual([])
  })
})

describe('known bugs and past issues', () => {
  test('BUG "55 forceOrder events received, total_events stayed at 0": every one is counted once a minute has closed', async () => {
    const journal = await simulated()
    const { result, records, taken } = await observe(journal, 'reference', {
      set: { 'pipeline.symbolMatch': 'exact' },
    })
    for (const [symbol, { heat }] of result.pipeline.runs) {
      const firstTimeS = Number(
        records.find(({ log, record }) => {
          const base = heat.engines?.liquidation.context.symbol
          return log === 'liq_tape' && record['symbol'] === base
        })?.record['ts'],
      )
      expect(firstTimeS).toBeGreaterThan(0)
      expect(heat.engines?.liquidation.state.heatmap.forceOrderCount).toBe(taken[symbol])
    }
    const early = records.filter(
      ({ log, record }) =>
        log === 'liq_tape' && Number(record['ts']) < MARKET.startTimeMs / 1000 + 60,
    ).length
    const all = (taken['BTCUSDT'] ?? 0) + (taken['ETHUSDT'] ?? 0)
    const counted = records.filter(
      ({ log, record }) => log === 'liq_calibrator' && record['type'] === 'event',
    ).length
    expect(counted).toBeGreaterThanOrEqual(all - early)
    expect(counted).toBeLessThanOrEqual(all)
  }, 120_000)

  test('NEVER wire liquidations without minutes: a market without a price closes minutes, and says that it has none', async () => {
    const journal = await simulated(({ stream }) => stream.channel === 'forceOrder')
    const { result } = await observe(journal, 'standard', { symbols: ['BTCUSDT'] })
    const btc = result.pipeline.runs.get('BTCUSDT')
    expect(btc?.minuteCount).toBeGreaterThan(0)
    expect(btc?.heat.documents).toBeUndefined()
    expect(result.hazard['BTCUSDT']).toMatchObject({ events: 0, minutes: 0 })
  }, 120_000)

  test('NEVER share state between the engines of two symbols: no object is reachable from both', async () => {
    const { result } = await observe(await simulated(), 'standard')
    const [btc, eth] = [...result.pipeline.runs.values()].map(({ heat, market }) =>
      objectsIn({ engines: heat.engines, market: { ...market, settings: undefined } }),
    )
    const shared = [...(btc ?? [])].filter((value) => eth?.has(value))
    // Settings are values that nobody changes, and scratch holds nothing between two calls.
    expect(shared.filter((value) => !Object.isFrozen(value)).map(keysOf)).toEqual([])
  }, 120_000)
})

const keysOf = (value: object): string => Object.keys(value).slice(0, 5).join(',')

/** Every object that can be reached, but settings and functions. */
function objectsIn(root: object): Set<object> {
  const seen = new Set<object>()
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if (value instanceof Map) for (const [key, item] of value) walk([key, item])
    if (ArrayBuffer.isView(value)) return
    for (const [key, item] of Object.entries(value)) if (key !== 'settings') walk(item)
  }
  walk(root)
  return seen
}
