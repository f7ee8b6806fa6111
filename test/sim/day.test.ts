// Goal: a day costs no memory, and the replacement of connections ahead of the venue's cut after 24
// hours costs no message. Method: virtual time; what is durable is looked at and forgotten.
//
// `DAY_HOURS=24` runs a whole day, with connections that live as long as the venue lets them.
import { describe, expect, test } from 'vitest'
import { type Block, entryAt } from '../../src/model/block.ts'
import { NO_FRAME_FAULTS, type PlannedFault } from './faults.ts'
import { Simulation } from './simulation.ts'

const HOURS = Number(process.env['DAY_HOURS'] ?? 0)
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const IDS_AHEAD_MAX = 100
/** What was forgotten cannot be read again, so that nothing may be left for later. */
const ROOM = { pendingBytesMax: 67_108_864, engineBacklogBytes: 67_108_864 }
const decoder = new TextDecoder()

/** Ids of trades and diffs as they become durable, over whatever connection. */
class Continuity {
  missingCount = 0
  brokenCount = 0
  tradeCount = 0
  diffCount = 0
  readonly connections = new Set<number>()
  readonly facts = new Map<string, number>()
  readonly #tradeIds = new Map<string, Set<number>>()
  readonly #firstIds = new Map<string, number>()
  readonly #updateIds = new Map<string, number>()

  take(block: Block): void {
    for (let index = 0; index < block.count; index += 1) {
      const { stream, payload, connectionId } = entryAt(block, index)
      const { venue, symbol, channel } = stream
      if (venue === 'recorder') {
        this.facts.set(channel, (this.facts.get(channel) ?? 0) + 1)
        continue
      }
      if (connectionId > 0) this.connections.add(connectionId)
      if (channel === 'aggTrade') this.#takeTrade(symbol, decoder.decode(payload))
      if (channel === 'depth') this.#takeDiff(symbol, decoder.decode(payload))
    }
  }

  #takeTrade(symbol: string, text: string): void {
    const id = Number(/"a":(\d+)/.exec(text)?.[1])
    const recent = this.#tradeIds.get(symbol) ?? new Set<number>()
    const firstId = this.#firstIds.get(symbol) ?? id
    this.#tradeIds.set(symbol, recent)
    this.#firstIds.set(symbol, firstId)
    if (recent.has(id)) return
    this.tradeCount += 1
    recent.add(id)
    // While connections overlap one may be ahead: an id is missing when so many came after it without.
    const dueId = id - IDS_AHEAD_MAX
    if (dueId >= firstId && !recent.delete(dueId)) this.missingCount += 1
  }

  #takeDiff(symbol: string, text: string): void {
    const [, u, pu] = /"u":(\d+),"pu":(\d+)/.exec(text) ?? []
    const last = this.#updateIds.get(symbol)
    if (last !== undefined && Number(u) <= last) return
    this.diffCount += 1
    if (last !== undefined && Number(pu) !== last) this.brokenCount += 1
    this.#updateIds.set(symbol, Number(u))
  }
}

function heapBytes(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

describe('a connection that is replaced ahead of its end', () => {
  test.each([1, 2, 3])('loses no trade and breaks no chain of diffs, seed %i', async (seed) => {
    const continuity = new Continuity()
    const simulation = new Simulation({
      seed,
      lengthMs: 10 * MINUTE_MS,
      symbols: ['BTCUSDT', 'ETHUSDT'],
      stepMs: 100,
      activity: 1,
      plan: { frames: { ...NO_FRAME_FAULTS, delay: 0.002 }, faults: [] },
      capture: { connections: 1, connectionAgeMsMax: 45_000, ...ROOM },
      venueCutMs: MINUTE_MS,
      forget: true,
      onDurable: (block) => continuity.take(block),
    })
    await simulation.run()
    expect(continuity.connections.size).toBeGreaterThan(2 * 10)
    expect(continuity.tradeCount).toBeGreaterThan(2_000)
    expect(continuity).toMatchObject({ missingCount: 0, brokenCount: 0 })
    expect(simulation.network.agedCount).toBe(0)
    expect(continuity.facts.get('missing')).toBeUndefined()
    expect(continuity.facts.get('gap')).toBeUndefined()
    expect(simulation.witness.problems).toEqual([])
    expect(simulation.memory.problems).toEqual([])
  })
})

test.runIf(HOURS > 0)(`${HOURS} hours leave memory as it was`, { timeout: 3_600_000 }, async () => {
  const continuity = new Continuity()
  const lengthMs = HOURS * HOUR_MS
  // A cut each three hours, so that there is something to recover from.
  const faults = Array.from(
    { length: Math.floor(HOURS / 3) },
    (_, index): PlannedFault => ({
      kind: 'cut',
      atMs: (index + 0.5) * 3 * HOUR_MS,
      route: index % 2 === 0 ? '/public' : '/market',
    }),
  )
  const heapsMB: number[] = []
  let seconds = 0
  const simulation = new Simulation({
    seed: 24,
    lengthMs,
    symbols: ['BTCUSDT', 'ETHUSDT'],
    stepMs: 1_000,
    activity: 1,
    plan: { frames: NO_FRAME_FAULTS, faults },
    capture: { connections: 1, connectionAgeMsMax: 85_200_000 / 8, ...ROOM },
    venueCutMs: 86_400_000 / 8,
    forget: true,
    onDurable: (block) => continuity.take(block),
    onSecond: () => {
      seconds += 1
      if (seconds % 3600 === 0) heapsMB.push(Math.round(heapBytes() / 1e5) / 10)
    },
  })
  await simulation.run()
  const { frameCount } = simulation.witness
  process.stdout.write(
    `${HOURS} h: ${frameCount} frames, ${continuity.tradeCount} trades, ${continuity.connections.size} connections; heap by hour, MB: ${heapsMB.join(' ')}\n`,
  )
  process.stdout.write(`facts ${JSON.stringify([...continuity.facts])}\n`)
  expect(simulation.witness.problems).toEqual([])
  expect(simulation.memory.problems).toEqual([])
  expect(continuity.facts.get('gap')).toBe(faults.length)
  expect(simulation.network.agedCount).toBe(0)
  // The engines fill their windows in the first hours; from then on nothing grows.
  const settled = heapsMB.slice(Math.ceil(heapsMB.length / 3))
  expect(Math.max(...settled) - Math.min(...settled)).toBeLessThan(15)
})
