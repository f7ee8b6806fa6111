// Goal: each snapshot of the venue is held against the rebuilt book at its id, and what differs is told;
// while a book is joined anew the old one is shown, and called stale. Method: the real daemon in virtual
// time; a lying venue is a reply with one level altered.
import { expect, test } from 'vitest'
import type { World } from '../../src/capture/world.ts'
import { Pipeline } from '../../src/pipeline/pipeline.ts'
import { type HealthBody, healthBody } from '../../src/projections/health.ts'
import { StateKeeper } from '../../src/replay/state-keeper.ts'
import { NO_FRAME_FAULTS, type PlannedFault } from './faults.ts'
import { Simulation } from './simulation.ts'

const MINUTE_MS = 60_000

interface Judged {
  readonly health: HealthBody
  readonly btc: HealthBody['symbols'][string]
  readonly midUsd: number
}

async function judged(
  lengthMs: number,
  faults: readonly PlannedFault[],
  plantWorld?: (world: World) => World,
): Promise<Judged> {
  const simulation = new Simulation({
    seed: 5,
    lengthMs,
    symbols: ['BTCUSDT'],
    activity: 1,
    plan: { frames: NO_FRAME_FAULTS, faults },
    capture: { connections: 1, connectionAgeMsMax: 85_200_000, pendingBytesMax: 67_108_864 },
    ...(plantWorld === undefined ? {} : { plantWorld }),
  })
  await simulation.run()
  const keeper = new StateKeeper('live', 'simulated')
  const pipeline = new Pipeline({
    settings: simulation.settings,
    symbols: [],
    documents: true,
    listener: keeper.listener,
  })
  keeper.attach(pipeline)
  for await (const block of simulation.disk.blocks()) {
    pipeline.consume(block)
    keeper.takeBlock(block, 0, block.count)
  }
  const state = keeper.current()
  const at = state.symbols.get('BTCUSDT')
  const health = healthBody(state, at, keeper.status(), state.recvMs)
  const btc = health.symbols['BTC']
  if (btc === undefined || at === undefined) throw new Error('there is no BTCUSDT')
  return { health, btc, midUsd: at.market.metrics.midUsd }
}

/** Adds to the size of the best bid of each depth snapshot but the first, which the book is made of. */
const lying = (world: World): World => {
  let snapshotCount = 0
  return {
    ...world,
    request: async (url, timeoutMs, signal) => {
      const reply = await world.request(url, timeoutMs, signal)
      if (!url.includes('/depth?')) return reply
      snapshotCount += 1
      if (snapshotCount === 1) return reply
      const text = new TextDecoder().decode(reply.body)
      const altered = text.replace(/"bids":\[\["([\d.]+)","\d+/, '"bids":[["$1","777777')
      return { ...reply, body: new TextEncoder().encode(altered) }
    },
  }
}

test('a book that follows the venue agrees with every snapshot of it', async () => {
  const { btc } = await judged(11 * MINUTE_MS, [])
  expect(btc.book_levels_compared).toBeGreaterThan(10)
  expect(btc).toMatchObject({ book_levels_differing: 0, book_stale: false })
})

test('a level that differs is counted, and is no loss: all payloads are recorded', async () => {
  const { health, btc } = await judged(11 * MINUTE_MS, [], lying)
  expect(btc.book_levels_differing).toBeGreaterThan(0)
  expect(btc.book_levels_differing).toBeLessThan(btc.book_levels_compared)
  expect(health.troubles).toEqual([])
})

test('while a new book waits for its snapshot the old one is shown, and called stale', async () => {
  const { btc, midUsd } = await judged(2 * MINUTE_MS, [
    { kind: 'rest', atMs: 59_000, endMs: 2 * MINUTE_MS, fault: 'refused' },
    { kind: 'cut', atMs: MINUTE_MS, route: '/public' },
  ])
  expect(btc.book_stale).toBe(true)
  expect(midUsd).toBeGreaterThan(50_000)
})
