// Limits of the venue that outlast the process.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LimitStore, openLimitFile } from '../../src/capture/limit-file.ts'
import { BINANCE } from '../../src/capture/venues/binance.ts'
import {
  adoptLimits,
  createBudget,
  learn,
  reserve,
  type SavedLimits,
  saveBudget,
} from '../../src/capture/weight-budget.ts'
import { FakeWorld, START_WALL_MS } from './fake-world.ts'
import { Rig } from './rig.ts'

const ADDRESS = 'https://fapi.binance.com'
const LIMITS: SavedLimits = {
  weightWindow: 5,
  weightUsed: 100,
  statisticsWindow: 1,
  statisticsUsed: 3,
  blockedUntilMs: 0,
  refusedCount: 0,
}

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moonreplay-limits-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const limitPath = (): string => join(folder, 'limits.json')

/** A store in memory, which two captures can share one after the other. */
function memoryStore(saved: SavedLimits | undefined, onSave: (limits: SavedLimits) => void) {
  const store: LimitStore = {
    saved,
    save: (limits) => {
      onSave(limits)
      return Promise.resolve(limits)
    },
  }
  return store
}

describe('a capture that starts again', () => {
  test('asks for nothing while the ban of the run before lasts', async () => {
    let saved: SavedLimits | undefined
    const keep = (limits: SavedLimits): void => {
      saved = limits
    }
    const first = new Rig({ limitStore: memoryStore(undefined, keep) })
    await first.world.pass(1_000)
    first.world.answer = () => ({
      status: 418,
      headers: { 'retry-after': '600' },
      body: new Uint8Array(),
    })
    await first.world.pass(12_000)
    expect(first.alarms).toEqual(['limit warning REST'])
    await first.capture.stop()

    const world = new FakeWorld()
    world.wallBaseMs = START_WALL_MS + 20_000
    const second = new Rig({ limitStore: memoryStore(saved, keep) }, world)
    await world.pass(560_000)
    expect(world.requests).toEqual([])
    await world.pass(60_000)
    expect(world.requests.length).toBeGreaterThan(0)
    expect(second.capture.health().limits.blockedUntilMs).toBe(saved?.blockedUntilMs)
  })

  test('goes on with the weight of the minute', () => {
    const wallMs = 1_700_000_040_000
    const before = createBudget(BINANCE, 100)
    reserve(before, { weight: 90, statistics: false }, wallMs)
    const after = createBudget(BINANCE, 100)
    adoptLimits(after, saveBudget(before), wallMs + 1_000)
    expect(reserve(after, { weight: 20, statistics: false }, wallMs + 2_000)).toBe(58_000)
    expect(reserve(after, { weight: 20, statistics: false }, wallMs + 60_000)).toBe(0)
  })

  test('does not believe a ban that no venue gives', () => {
    const budget = createBudget(BINANCE, 100)
    adoptLimits(budget, { ...LIMITS, blockedUntilMs: Number.MAX_SAFE_INTEGER }, 0)
    expect(budget.blockedUntilMs).toBe(3 * 86_400_000)
  })
})

test('Retry-After may be a date', () => {
  const budget = createBudget(BINANCE, 100)
  const wallMs = Date.parse('Wed, 07 Jan 2026 10:00:00 GMT')
  const headers = { 'retry-after': 'Wed, 07 Jan 2026 10:05:00 GMT' }
  learn(budget, { status: 429, headers, body: new Uint8Array() }, wallMs)
  expect(budget.blockedUntilMs - wallMs).toBe(300_000)
})

describe('the file of limits', () => {
  test('keeps each address apart, and gives back what was saved', async () => {
    const store = await openLimitFile(limitPath(), ADDRESS)
    expect(store.saved).toBeUndefined()
    await store.save(LIMITS)
    const other = await openLimitFile(limitPath(), 'http://127.0.0.1:8898')
    expect(other.saved).toBeUndefined()
    await other.save({ ...LIMITS, weightUsed: 7 })
    expect((await openLimitFile(limitPath(), ADDRESS)).saved).toEqual(LIMITS)
  })

  test('tells one capture of the ban that another one on this host got', async () => {
    const one = await openLimitFile(limitPath(), ADDRESS)
    const two = await openLimitFile(limitPath(), ADDRESS)
    await one.save({ ...LIMITS, blockedUntilMs: 99_000, weightUsed: 300 })
    const all = await two.save(LIMITS)
    expect([all.blockedUntilMs, all.weightUsed]).toEqual([99_000, 300])
  })

  test('writes the latest of many, in one piece', async () => {
    const store = await openLimitFile(limitPath(), ADDRESS)
    const saves = Array.from({ length: 50 }, (_, index) =>
      store.save({ ...LIMITS, weightWindow: index }),
    )
    await Promise.all(saves)
    await store.save({ ...LIMITS, weightWindow: 50 })
    expect(JSON.parse(await readFile(limitPath(), 'utf8'))[ADDRESS].weightWindow).toBe(50)
  })

  test.each(['', '{', '[]', 'null', `{"${ADDRESS}":{"weightUsed":1}}`])(
    'that is torn or not ours begins anew: %j',
    async (text) => {
      await writeFile(limitPath(), text)
      const store = await openLimitFile(limitPath(), ADDRESS)
      expect(store.saved).toBeUndefined()
      expect(await store.save(LIMITS)).toEqual(LIMITS)
    },
  )
})
