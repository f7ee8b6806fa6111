// Goal: a sweep is the replays of its settings, only faster; its table is the same whoever computed
// it, and however often it was broken off. Method: a simulated market of two symbols on disk, real
// worker threads, and `replay` of the same settings beside it.
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { openRecording, type Recording } from '../../src/replay/recording.ts'
import { type ReplayResult, replay } from '../../src/replay/replay.ts'
import type { SweepOutcome } from '../../src/sweep/sweep.ts'
import { scoreBodyOf } from '../../src/sweep/trial.ts'
import { temporaryFolder } from '../kit/journals.ts'
import { BASE, simulated, sweepOf } from './sweep-kit.ts'

const TIMEOUT_MS = 240_000

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let recording: Recording
/** The sweep that others are held against. */
let whole: SweepOutcome

beforeAll(async () => {
  folder = await temporaryFolder()
  const path = join(folder.path, 'recording')
  await simulated(path, ['BTCUSDT', 'ETHUSDT'])
  recording = await openRecording(path)
  whole = await sweepOf(recording, out('whole'))
}, TIMEOUT_MS)
afterAll(async () => {
  await recording.reader.close()
  await folder[Symbol.asyncDispose]()
})

const out = (name: string): string => join(folder.path, name)

function replayed(overrides: Readonly<Record<string, string | number | boolean>>) {
  return replay(recording.reader, {
    settings: resolveSettings('standard', { ...BASE, ...overrides }),
    symbols: recording.symbols,
    fromSeq: 0,
    toSeq: recording.reader.nextSeq,
    startSeq: 0,
    nowUs: () => 0,
  })
}

const lastDigests = ({ digests }: ReplayResult) =>
  Object.fromEntries(digests.map(({ symbol, digest }) => [symbol, digest]))

describe('a sweep', () => {
  test('gives the digests and scores of a replay with the same settings', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { table } = await sweepOf(recording, out('equal'), {
      grid: [
        'calibrator.priorStrength=1..100',
        'inference.halfLifeMinutes=60..1440',
        'zones.floorFraction=0.05,0.15,0.4',
        // Another tape.
        'pipeline.barPrice=mid,mark',
      ],
      draws: 5,
      seed: 7,
    })
    expect(table.rows).toHaveLength(6)
    const barPrices = table.rows.map(({ overrides }) => overrides['pipeline.barPrice'])
    expect(new Set(barPrices)).toEqual(new Set([undefined, 'mid', 'mark']))
    for (const { overrides, digests, hazard } of table.rows) {
      const result = await replayed(overrides)
      expect(digests).toEqual(lastDigests(result))
      expect(hazard).toEqual(
        Object.fromEntries(
          Object.entries(result.hazard).map(([symbol, score]) => [symbol, scoreBodyOf(score)]),
        ),
      )
    }
    const scored = table.rows.map(({ score }) => score)
    expect(new Set(scored).size).toBeGreaterThan(3)
  })

  test('has one table, whatever the number of workers', { timeout: TIMEOUT_MS }, async () => {
    const two = await sweepOf(recording, out('two'), { workers: 2 })
    expect(whole.table.rows).toHaveLength(13)
    expect(JSON.stringify(two.table)).toBe(JSON.stringify(whole.table))
  })

  test('that was stopped ends in the same table, and repeats no trial', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const controller = new AbortController()
    const stopped = sweepOf(recording, out('stopped'), {
      signal: controller.signal,
      onProgress: (what, done) => {
        if (what === 'trials' && done === 4) controller.abort()
      },
    })
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' })
    const again = sweepOf(recording, out('stopped'))
    await expect(again).rejects.toThrow(/holds \d of 13 trials.*--resume/)
    const resumed = await sweepOf(recording, out('stopped'), { resume: true })
    expect(resumed.resumedCount).toBeGreaterThanOrEqual(4)
    expect(resumed.resumedCount + resumed.runCount).toBe(whole.runCount)
    expect(JSON.stringify(resumed.table)).toBe(JSON.stringify(whole.table))
  })

  test('runs a trial again whose line is torn or altered', { timeout: TIMEOUT_MS }, async () => {
    await cp(out('whole'), out('damaged'), { recursive: true })
    const path = join(out('damaged'), 'trials.ndjson')
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    const altered = (lines[2] ?? '').replace(/"events":(\d)/, '"events":9$1')
    const torn = (lines.at(-1) ?? '').slice(0, 200)
    await writeFile(path, [...lines.slice(0, 2), altered, ...lines.slice(3, -1), torn].join('\n'))
    const resumed = await sweepOf(recording, out('damaged'), { resume: true })
    expect(resumed.runCount).toBe(2)
    expect(JSON.stringify(resumed.table)).toBe(JSON.stringify(whole.table))
  })

  test('does not go on with the trials of another', { timeout: TIMEOUT_MS }, async () => {
    await cp(out('whole'), out('other'), { recursive: true })
    const resumed = sweepOf(recording, out('other'), {
      grid: ['calibrator.priorStrength=5,40'],
      resume: true,
    })
    await expect(resumed).rejects.toThrow(/is of another sweep/)
  })

  test('runs nothing for a setting that no engine reads, and says so', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { table, runCount } = await sweepOf(recording, out('unread'), {
      grid: ['calibrator.learningRate=0.05,0.2'],
    })
    expect(runCount).toBe(1)
    expect(table.rows.map(({ sameAs }) => sameAs)).toEqual([null, 0, 0])
    expect(table.notes.filter(({ kind }) => kind === 'unread')).toHaveLength(1)
    const result = await replayed({ 'calibrator.learningRate': 0.2 })
    expect(table.rows[2]?.digests).toEqual(lastDigests(result))
  })

  test('with halving ranks the whole runs first, with the scores that a full sweep has', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const halved = await sweepOf(recording, out('halved'), { halving: true })
    const lasting = halved.table.rows.filter(({ windowScores }) => !windowScores.includes(null))
    expect(lasting.length).toBeLessThan(6)
    expect(lasting.map(({ trial }) => trial)).toContain(0)
    for (const row of lasting) {
      const other = whole.table.rows.find(({ trial }) => trial === row.trial)
      expect(row.score).toBe(other?.score)
      expect(row.digests).toEqual(other?.digests)
    }
    for (const row of halved.table.rows.slice(lasting.length)) expect(row.rank).toBeNull()
  })

  test('grades hits and misses as well', { timeout: TIMEOUT_MS }, async () => {
    const grid = ['zones.floorFraction=0.05,0.4']
    for (const objective of ['hitRate', 'miss'] as const) {
      const { table } = await sweepOf(recording, out(objective), { grid, objective })
      const scores = table.rows.map(({ score }) => score ?? Number.NaN)
      expect(new Set(scores).size).toBeGreaterThan(1)
      for (const score of scores) expect(Math.abs(score)).toBeLessThanOrEqual(1)
      const ranked = table.rows.filter(({ rank }) => rank !== null).map(({ score }) => score ?? 0)
      const sorted = [...ranked].sort((a, b) => (objective === 'miss' ? a - b : b - a))
      expect(ranked).toEqual(sorted)
    }
  })

  test('refuses a range that has too few minutes for its windows', async () => {
    await expect(sweepOf(recording, out('short'), { windowCount: 4 })).rejects.toMatchObject({
      code: 'RANGE_EMPTY',
    })
  })

  test('refuses tiers that cannot be read before anything runs', async () => {
    const grid = ['inference.tiers=10,20;10,10']
    await expect(sweepOf(recording, out('tiers'), { grid })).rejects.toMatchObject({
      code: 'SETTING_INVALID',
    })
  })
})
