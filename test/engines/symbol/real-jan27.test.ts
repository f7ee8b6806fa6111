/**
 * Two days of real liquidations of bitcoin, among them sixteen of other contracts whose names hold
 * `BTC` (`../shared/golden/real-jan27`): what they do to the reference, and to us.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import type { EngineRecord } from '../../../src/engines/symbol/symbol-engines.ts'
import type { MemoryJournal } from '../../../src/journal/memory-journal.ts'
import type { ReplayResult } from '../../../src/replay/replay.ts'
import { goldenJournal, type JournalReplay, replayJournal } from '../../kit/golden-journal.ts'
import { caseIsHere } from '../golden-input.ts'

const NAME = 'real-jan27'
const FOREIGN = ['PUMPBTCUSDT', 'BTCDOMUSDT']
/** What the reference makes of the price of bitcoin in these days. Unit: USD. */
const PRICE_USD = 89_000

describe.runIf(caseIsHere(NAME))('real-jan27 under standard', () => {
  let result: ReplayResult
  let journal: MemoryJournal
  beforeAll(async () => {
    journal = await goldenJournal(NAME)
    result = await replayJournal(journal)
  }, 60_000)

  test('counts and names its sixteen foreign liquidations', () => {
    const foreign = result.refused['foreign'] ?? {}
    expect(Object.keys(foreign).sort()).toEqual([...FOREIGN].sort())
    expect(Object.values(foreign).reduce((sum, { count }) => sum + count, 0)).toBe(16)
    expect(Object.values(foreign).flatMap(({ seqs }) => seqs)).toHaveLength(16)
  })

  test('none of them touches a number of BTC: every digest is that without them', async () => {
    const without = await goldenJournal(NAME, ({ stream }) => !FOREIGN.includes(stream.symbol))
    const clean = await replayJournal(without)
    expect(without.nextSeq).toBe(journal.nextSeq - 16)
    const plain = ({ digests }: ReplayResult) =>
      digests.map(({ minute, digest }) => [minute, digest])
    expect(plain(result).length).toBeGreaterThan(2_700)
    expect(plain(clean)).toEqual(plain(result))
  }, 60_000)

  test('its hazard score is what standard-profile.md §4 expects', () => {
    const score = result.hazard['BTCUSDT']
    expect(score?.events).toBe(1_638)
    expect(Math.abs((score?.gain ?? 0) - 1.74)).toBeLessThanOrEqual(0.03)
    expect(Math.abs((score?.predictedOverObserved ?? 0) - 0.88)).toBeLessThanOrEqual(0.03)
  })

  test('and above that of the reference’s maps, scored the same way', async () => {
    const reference = await replayJournal(journal, { profile: 'reference' })
    const theirs = reference.hazard['BTCUSDT']
    expect(theirs?.events).toBe(1_638)
    expect(theirs?.gain).toBeGreaterThan(0)
    expect(result.hazard['BTCUSDT']?.gain).toBeGreaterThan((theirs?.gain ?? 0) + 0.2)
  }, 60_000)
})

describe.runIf(caseIsHere(NAME))('real-jan27 under reference, one setting at a time', () => {
  let journal: MemoryJournal
  beforeAll(async () => {
    journal = await goldenJournal(NAME)
  }, 60_000)

  async function events(
    set: NonNullable<JournalReplay['set']> = {},
  ): Promise<readonly EngineRecord[]> {
    const records: EngineRecord[] = []
    await replayJournal(journal, {
      profile: 'reference',
      set,
      listener: {
        recordEmitted: (_, log, record) => log === 'liq_calibrator' && records.push(record),
      },
    })
    return records.filter(({ type }) => type === 'event')
  }

  const missesOf = (records: readonly EngineRecord[], tier: number): readonly number[] =>
    records
      .filter(({ attributed_leverage: attributed }) => attributed === tier)
      .map(({ miss_usd: miss }) => Number(miss))
      .sort((a, b) => a - b)

  test('foreign symbols with underflow are all that its 10x tier ever saw', async () => {
    const misses = missesOf(await events(), 10)
    expect(misses).toHaveLength(16)
    // −62 K at a price of 69 K, as in the reference's own audit: −0.897 times the price.
    const median = ((misses[7] ?? 0) + (misses[8] ?? 0)) / 2
    expect(median / PRICE_USD).toBeCloseTo(-0.9, 1)
    expect(-0.897 * 69_264).toBeCloseTo(-62_130, -2)
  }, 60_000)

  test('with the exact symbol alone nothing is attributed to 10x', async () => {
    const records = await events({ 'pipeline.symbolMatch': 'exact' })
    expect(records.length).toBeGreaterThan(1_600)
    expect(missesOf(records, 10)).toEqual([])
  }, 60_000)

  test('with insane events dropped alone nothing is attributed to 10x', async () => {
    const records = await events({ 'calibrator.insaneEvents': 'drop' })
    expect(missesOf(records, 10)).toEqual([])
  }, 60_000)
})

describe.runIf(caseIsHere('seed1-90m'))('the safety switch of the reference on seed1-90m', () => {
  async function trips(set: NonNullable<JournalReplay['set']>): Promise<readonly EngineRecord[]> {
    const records: EngineRecord[] = []
    await replayJournal(await goldenJournal('seed1-90m'), {
      profile: 'reference',
      set,
      listener: {
        recordEmitted: (_, log, record) => log === 'liq_calibrator' && records.push(record),
      },
    })
    const calibrations = records.filter(({ type }) => type === 'calibration')
    const tripAt = records.findIndex(({ type }) => type === 'safety_trip')
    const before = records.slice(0, tripAt).filter(({ type }) => type === 'calibration')
    expect(calibrations.length).toBeGreaterThan(3)
    return tripAt < 0 ? [] : before
  }

  test('its default weights switch learning off after three windows', async () => {
    expect(await trips({})).toHaveLength(3)
  }, 60_000)

  test('a threshold relative to the enabled tiers, switched alone, leaves it on', async () => {
    expect(await trips({ 'calibrator.safetyEntropyBasis': 'enabledTiers' })).toEqual([])
  }, 60_000)
})
