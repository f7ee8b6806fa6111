// Goal: what the coverage report says is missing is what the simulator knows it dropped, no more and no
// less. Method: the real daemon in virtual time under seeded losses; the report is made from its
// recording alone, and compared with the messages that the venue sent.
import { describe, expect, test } from 'vitest'
import { CoverageTally } from '../../src/replay/coverage.ts'
import type { CoverageRow } from '../../src/replay/coverage-row.ts'
import type { PlannedFault } from './faults.ts'
import { type Recorded, RecordedReader } from './recorded.ts'
import { Simulation } from './simulation.ts'

const LENGTH_MS = 90_000
const FAULTS: readonly PlannedFault[] = [
  { kind: 'cut', atMs: 20_000, route: '/public' },
  { kind: 'cut', atMs: 21_000, route: '/market' },
  { kind: 'mute', atMs: 30_000, endMs: 42_000, stream: 'btcusdt@aggTrade' },
  { kind: 'crash', atMs: 50_000, turn: 7, downMs: 4_000 },
  { kind: 'refuse', atMs: 65_000, endMs: 70_000, route: '/public' },
  { kind: 'cut', atMs: 65_100, route: '/public' },
]

interface Covered {
  readonly simulation: Simulation
  readonly recorded: Recorded
  readonly rows: readonly CoverageRow[]
  /** Frames of each stream, those that came twice counted twice. */
  readonly frameCounts: ReadonlyMap<string, number>
  /** Connections that the venue took, by route. */
  readonly openedCounts: ReadonlyMap<string, number>
}

async function cover(seed: number, faults: readonly PlannedFault[]): Promise<Covered> {
  const openedCounts = new Map<string, number>()
  const simulation = new Simulation({
    seed,
    lengthMs: LENGTH_MS,
    symbols: ['BTCUSDT', 'ETHUSDT'],
    activity: 1,
    plan: {
      frames: { drop: 0.01, duplicate: 0.02, delay: 0.01, reorder: 0.01, spoil: 0, garbage: 0 },
      faults,
    },
    capture: { connections: 1, connectionAgeMsMax: 85_200_000, pendingBytesMax: 67_108_864 },
    plantWorld: (world) => ({
      ...world,
      openSocket: (url, handlers) =>
        world.openSocket(url, {
          ...handlers,
          opened: () => {
            const route = new URL(url).pathname.replace('/stream', '')
            openedCounts.set(route, (openedCounts.get(route) ?? 0) + 1)
            handlers.opened()
          },
        }),
    }),
  })
  await simulation.run()
  const tally = new CoverageTally()
  const reader = new RecordedReader()
  const frameCounts = new Map<string, number>()
  for await (const block of simulation.disk.blocks()) {
    tally.add(block)
    reader.take(block)
    for (let index = 0; index < block.count; index += 1) {
      const key = block.streams[block.streamIndexes[index] ?? 0]
      const name = `${key?.symbol}/${key?.channel}`
      frameCounts.set(name, (frameCounts.get(name) ?? 0) + 1)
    }
  }
  return { simulation, recorded: reader.recorded(), rows: tally.rows(), frameCounts, openedCounts }
}

/** `BTCUSDT/aggTrade` of `btcusdt@aggTrade`. */
function nameOf(stream: string): string {
  const [symbol = '', channel = ''] = stream.split('@')
  return `${symbol.toUpperCase()}/${channel}`
}

interface Sums {
  readonly presentCount: number
  readonly missingCount: number
  readonly duplicateCount: number
  readonly blindMs: number
  readonly reconnectCount: number
}

function sumsOf(rows: readonly CoverageRow[], stream: string): Sums {
  const own = rows.filter(({ symbol, channel }) => `${symbol}/${channel}` === nameOf(stream))
  const sum = (of: (row: CoverageRow) => number | null): number =>
    own.reduce((total, row) => total + (of(row) ?? 0), 0)
  return {
    presentCount: sum((row) => row.presentCount),
    missingCount: sum((row) => row.missingCount),
    duplicateCount: sum((row) => row.duplicateCount),
    blindMs: sum((row) => row.blindMs),
    reconnectCount: sum((row) => row.reconnectCount),
  }
}

/** What each message of the venue counts: a trade, a second, or the updates since the diff before. */
function weights(stream: string, ids: readonly number[]): ReadonlyMap<number, number> {
  const isDepth = stream.includes('@depth')
  return new Map(ids.map((id, index) => [id, isDepth ? id - (ids[index - 1] ?? id - 1) : 1]))
}

const COUNTED = ['trade', 'aggTrade', 'depth@100ms', 'markPrice@1s']
const STREAMS = ['btcusdt', 'ethusdt'].flatMap((symbol) =>
  COUNTED.map((kind) => `${symbol}@${kind}`),
)

describe.each([1, 2, 3, 4, 5, 6])('the coverage report of seed %i', async (seed) => {
  const { simulation, recorded, rows, frameCounts, openedCounts } = await cover(seed, FAULTS)

  test.each(STREAMS)('misses of %s what the simulator dropped', (stream) => {
    const ids = simulation.truth.streams.get(stream)?.ids ?? []
    const present = recorded.messages.get(stream) ?? new Map()
    const first = ids.findIndex((id) => present.has(id))
    const last = ids.findLastIndex((id) => present.has(id))
    const weightOf = weights(stream, ids)
    const between = ids.slice(first + 1, last + 1)
    const sum = (some: readonly number[]): number =>
      some.reduce((total, id) => total + (weightOf.get(id) ?? 0), 0)
    const lost = between.filter((id) => !present.has(id))
    const sums = sumsOf(rows, stream)
    expect(sums.missingCount).toBe(sum(lost))
    expect(lost.length).toBeGreaterThan(0)
    expect(sums.duplicateCount).toBe((frameCounts.get(nameOf(stream)) ?? 0) - present.size)
    const kept = between.filter((id) => present.has(id))
    // What the first stands for began before the recording: its weight is its own affair.
    const ofFirst = sums.presentCount - sum(kept)
    expect(ofFirst).toBeGreaterThan(0)
    if (!stream.includes('@depth')) expect(ofFirst).toBe(1)
  })

  test.each(STREAMS)('knows how often the connection of %s ended', (stream) => {
    const { reconnectCount, blindMs } = sumsOf(rows, stream)
    const isPublic = /depth|@trade/.test(stream)
    // Both processes of the recorder ended with one open.
    expect(reconnectCount).toBe((openedCounts.get(isPublic ? '/public' : '/market') ?? 0) - 2)
    expect(reconnectCount).toBeGreaterThanOrEqual(isPublic ? 2 : 1)
    expect(blindMs).toBeGreaterThan(isPublic ? 4_000 + 5_000 : 4_000)
    expect(blindMs).toBeLessThan(LENGTH_MS)
  })
})

test('a recording without losses is covered whole, and nothing was blind', async () => {
  const simulation = new Simulation({
    seed: 9,
    lengthMs: 30_000,
    symbols: ['BTCUSDT'],
    activity: 1,
    plan: {
      frames: { drop: 0, duplicate: 0, delay: 0, reorder: 0, spoil: 0, garbage: 0 },
      faults: [],
    },
    capture: { connections: 1, connectionAgeMsMax: 85_200_000, pendingBytesMax: 67_108_864 },
  })
  await simulation.run()
  const tally = new CoverageTally()
  for await (const block of simulation.disk.blocks()) tally.add(block)
  const rows = tally.rows()
  const counted = rows.filter(({ unit }) => unit !== null)
  expect(counted.length).toBeGreaterThanOrEqual(4)
  for (const row of rows) expect(row).toMatchObject({ blindMs: 0, reconnectCount: 0 })
  for (const row of counted) expect(row).toMatchObject({ missingCount: 0, duplicateCount: 0 })
  // The venue's clock is 120 ms ahead, and frames take less than that.
  expect(rows.find(({ channel }) => channel === 'depth')?.skewMs.max).toBeLessThan(0)
})
