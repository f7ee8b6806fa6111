// Ids over several connections: nothing is missing across a replacement, and what is missing is said.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberAfter } from '../../src/base/field-number.ts'
import { follow, settleHoles, startTrail } from '../../src/capture/id-trail.ts'
import { FakeWorld } from './fake-world.ts'
import { captureSettings, type Recorded, Rig } from './rig.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const aggTrade = (id: number): Uint8Array => bytes(`{"e":"aggTrade","a":${id}}`)
const fieldOf = (text: string, name: string): number =>
  Number(new RegExp(`"${name}":(\\d+)`).exec(text)?.[1])

/** Diffs in the order in which they were received, each once: does every one name the one before? */
function brokenLinks(entries: readonly Recorded[]): readonly string[] {
  const broken: string[] = []
  let last = Number.NaN
  for (const { text } of entries) {
    const u = fieldOf(text, 'u')
    if (u <= last) continue
    const pu = fieldOf(text, 'pu')
    if (!Number.isNaN(last) && pu !== last) broken.push(`${pu} after ${last}`)
    last = u
  }
  return broken
}

/** Ids in order of receipt; which of those between the first and the last are not there. */
function missingIds(entries: readonly Recorded[]): readonly number[] {
  const ids = new Set(entries.map(({ text }) => fieldOf(text, 'a')))
  const missing: number[] = []
  for (let id = Math.min(...ids); id < Math.max(...ids); id += 1) if (!ids.has(id)) missing.push(id)
  return missing
}

// The venue speaks each 5 ms here: 13 streams, 2,600 frames a second.
const underLoad = (): FakeWorld => new FakeWorld(() => 0.5, 5)

describe('a connection that is replaced under load', () => {
  test.each([
    ['both are in step', (): number => 0],
    ['the new one is behind', (index: number): number => (index >= 2 ? 40 : 3)],
    ['the new one is ahead', (index: number): number => (index >= 2 ? 3 : 40)],
  ])('loses no trade and no diff: %s', async (_, lagMs) => {
    const world = underLoad()
    world.lagMs = lagMs
    const rig = new Rig({}, world)
    await world.pass(3_000)
    rig.capture.rotate()
    await world.pass(6_000)
    for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
      expect(missingIds(await rig.ofChannel('aggTrade', symbol))).toEqual([])
      const depth = await rig.ofChannel('depth', symbol)
      expect(brokenLinks(depth)).toEqual([])
    }
    expect(await rig.facts('gap')).toEqual([])
    expect(await rig.facts('missing')).toEqual([])
    const { counters } = rig.capture.health()
    expect([counters.handovers, counters.unprovedHandovers]).toEqual([2, 0])
    // In the order of receipt: nothing came late either.
    expect([counters.missingIds, counters.lateIds]).toEqual([0, 0])
    expect(world.openSockets.length).toBe(2)
    const reasons = (await rig.facts('disconnect')).map(({ reason }) => reason)
    expect(reasons).toEqual(['replaced as asked', 'replaced as asked'])
  })

  test('keeps the chain of diffs in the order of receipt, at the pace of the venue', async () => {
    const world = new FakeWorld()
    world.lagMs = (index) => (index >= 2 ? 3 : 60)
    const rig = new Rig({ settings: captureSettings({ connectionAgeMsMax: 20_000 }) }, world)
    await world.pass(100_000)
    expect(brokenLinks(await rig.ofChannel('depth', 'BTCUSDT'))).toEqual([])
    expect(rig.capture.health().counters.handovers).toBe(8)
  })

  test('stays until the new one has caught up, even beyond its time', async () => {
    const world = underLoad()
    world.lagMs = (index) => (index >= 2 ? 0 : 2_500)
    const rig = new Rig({}, world)
    await world.pass(5_000)
    rig.capture.rotate()
    await world.pass(2_000)
    expect(world.openSockets.length).toBe(4)
    await world.pass(2_000)
    expect(world.openSockets.length).toBe(2)
    expect(missingIds(await rig.ofChannel('aggTrade', 'BTCUSDT'))).toEqual([])
    expect(rig.capture.health().counters.lateIds).toBeGreaterThan(1_000)
  })

  test('that has died says so: it leaves no proof, and what is missing is a fact', async () => {
    const world = underLoad()
    const rig = new Rig({}, world)
    await world.pass(3_000)
    const [first, second] = world.openSockets
    rig.capture.rotate()
    // The old ones are half open: nothing comes any more, and nobody says so.
    first?.streams.map((stream) => world.mute.add(stream))
    second?.streams.map((stream) => world.mute.add(stream))
    await world.pass(10)
    for (const socket of [first, second]) if (socket !== undefined) socket.open = false
    world.mute.clear()
    await world.pass(14_000)
    expect(rig.capture.health().counters.unprovedHandovers).toBe(2)
    // Streams without ids cannot tell: the gap does, from the last old frame to the first new one.
    const gaps = await rig.facts('gap')
    expect(gaps.map(({ cause, streams }) => [cause, streams.length > 0])).toEqual([
      ['silence', true],
      ['silence', true],
    ])
    for (const { streams, fromTimeMs, toTimeMs } of gaps) {
      const [stream = ''] = streams
      const times = (await rig.entries())
        .filter(({ text }) => text.startsWith(`{"stream":"${stream}"`))
        .map(({ recvTimeUs }) => recvTimeUs / 1000)
      expect(times.some((ms) => ms > fromTimeMs + 5 && ms < toTimeMs - 5)).toBe(false)
      expect(toTimeMs - fromTimeMs).toBeGreaterThan(10)
    }
    const missing = await rig.facts('missing')
    expect(missing.find(({ channel }) => channel === 'aggTrade')).toMatchObject({
      symbol: 'BTCUSDT',
      cause: 'ids',
      missingCount: missingIds(await rig.ofChannel('aggTrade', 'BTCUSDT')).length,
    })
  })
})

describe('two connections for each route', () => {
  const settings = captureSettings({ connections: 2 })

  test('keep every frame of both, and count none as missing', async () => {
    const rig = new Rig({ settings })
    await rig.world.pass(10_000)
    expect(rig.capture.plan.connectionCopies).toBe(2)
    expect(rig.world.openSockets.length).toBe(4)
    const trades = await rig.ofChannel('aggTrade', 'BTCUSDT')
    expect(trades.length).toBe(200)
    expect(new Set(trades.map(({ connectionId }) => connectionId))).toEqual(new Set([3, 4]))
    const { repeatedIds, duplicateIds, missingIds: missing } = rig.capture.health().counters
    expect([repeatedIds, duplicateIds, missing]).toEqual([600, 0, 0])
  })

  test('give each liquidation once, and its copies as witnesses', async () => {
    const rig = new Rig({ settings })
    await rig.world.pass(2_000)
    const own = await rig.ofChannel('forceOrder', 'BTCUSDT')
    expect(own.length).toBe(20)
    expect(new Set(own.map(({ venueTimeMs }) => venueTimeMs)).size).toBe(20)
    const foreign = await rig.ofChannel('forceOrder', 'XRPUSDT')
    expect(new Set(foreign.map(({ venueTimeMs }) => venueTimeMs)).size).toBe(foreign.length)
  })

  test('have no gap when one of them is cut, and no book joins anew', async () => {
    const rig = new Rig({ settings })
    await rig.world.pass(5_050)
    const snapshots = (await rig.ofChannel('depthSnapshot')).length
    rig.world.cutOne(0)
    rig.world.cutOne(2)
    await rig.world.pass(5_000)
    expect(await rig.facts('gap')).toEqual([])
    expect((await rig.facts('disconnect')).length).toBe(2)
    expect((await rig.ofChannel('depthSnapshot')).length).toBe(snapshots)
    expect(missingIds(await rig.ofChannel('aggTrade', 'BTCUSDT'))).toEqual([])
  })

  test('have one gap when both are cut, for as long as neither delivered', async () => {
    const world = new FakeWorld(() => 0)
    const rig = new Rig({ settings }, world)
    await world.pass(5_050)
    rig.world.cut()
    await world.pass(5_000)
    const gaps = await rig.facts('gap')
    expect(gaps.length).toBe(2)
    for (const { fromTimeMs, toTimeMs } of gaps) expect(toTimeMs - fromTimeMs).toBe(400)
  })

  test('have that gap though the wall clock steps back meanwhile', async () => {
    const world = new FakeWorld(() => 0)
    const rig = new Rig({ settings }, world)
    await world.pass(5_050)
    rig.world.refusing = true
    rig.world.cut()
    await world.pass(2_000)
    world.wallBaseMs -= 60_000
    rig.world.refusing = false
    await world.pass(10_000)
    const gaps = await rig.facts('gap')
    expect(gaps.map(({ cause, fromTimeMs, toTimeMs }) => [cause, toTimeMs >= fromTimeMs])).toEqual([
      ['disconnect', true],
      ['disconnect', true],
    ])
  })

  test('have a gap where the second is cut while the first is still away', async () => {
    const rig = new Rig({ settings })
    await rig.world.pass(5_050)
    rig.world.refusing = true
    rig.world.cutOne(0)
    await rig.world.pass(3_000)
    rig.world.cutOne(1)
    await rig.world.pass(3_000)
    rig.world.refusing = false
    await rig.world.pass(20_000)
    const gaps = await rig.facts('gap')
    expect(gaps.length).toBe(1)
    const depth = await rig.ofChannel('depth', 'BTCUSDT')
    const times = depth.map(({ recvTimeUs }) => recvTimeUs / 1000)
    const [gap] = gaps
    expect(times).toContain(gap?.fromTimeMs)
    expect(times.find((time) => time > (gap?.fromTimeMs ?? 0))).toBe(gap?.toTimeMs)
  })
})

describe('ids that are missing', () => {
  test('are told after a gap, with its cause, how many, and between which', async () => {
    const rig = new Rig({ symbols: ['BTCUSDT'] })
    await rig.world.pass(5_050)
    rig.world.cut()
    await rig.world.pass(5_000)
    const missing = await rig.facts('missing')
    expect(missing.map(({ channel, cause }) => `${channel} ${cause}`).sort()).toEqual([
      'aggTrade disconnect',
      'depth disconnect',
      'trade disconnect',
    ])
    expect(missing.find(({ channel }) => channel === 'aggTrade')).toMatchObject({
      beforeId: 50,
      afterId: 55,
      missingCount: 4,
    })
  })

  test('of a connection that was up are told as well', async () => {
    const rig = new Rig({ symbols: ['BTCUSDT'] })
    await rig.world.pass(5_050)
    rig.world.mute.add('btcusdt@aggTrade')
    await rig.world.pass(500)
    rig.world.mute.clear()
    await rig.world.pass(4_000)
    expect(await rig.facts('missing')).toMatchObject([{ cause: 'ids', missingCount: 5 }])
    expect(rig.capture.health().counters.missingIds).toBe(5)
  })
})

describe('a trail of ids', () => {
  test('reads the number behind its name, not what else has that name', () => {
    expect(numberAfter(bytes('{"b":[],"a":[["1","2"]],"a": 17,"A":3}'), bytes('"a":'))).toBe(17)
    expect(numberAfter(bytes('{"b":[],"a":[]}'), bytes('"a":'))).toBeNaN()
    expect(numberAfter(bytes(''), bytes('"a":'))).toBeNaN()
    // A frame that was cut within a number: what is there of it is another one.
    expect(numberAfter(bytes('{"e":"trade","t":71'), bytes('"t":'))).toBeNaN()
  })

  // Goal: what is missing is exactly what nobody brought. Method: two feeds in order, each with parts
  // missing and shifted against the other, merged by time.
  test('counts exactly the ids that no connection brought, however they overlap', () => {
    const feed = fc.record({
      lag: fc.integer({ min: 0, max: 40 }),
      lost: fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 150 }),
    })
    fc.assert(
      fc.property(feed, feed, (one, two) => {
        const arrivals = [one, two].flatMap(({ lag, lost }, index) =>
          Array.from({ length: 202 }, (_, id) => ({ id, at: id + lag, connectionId: index + 1 }))
            // The first and the last come over both, so that there is a range.
            .filter(({ id }) => id === 0 || id === 201 || !lost.includes(id)),
        )
        arrivals.sort((a, b) => a.at - b.at)
        const trail = startTrail(['a'])
        if (trail === undefined) throw new Error('no trail')
        for (const { id, at, connectionId } of arrivals) {
          follow(trail, aggTrade(id), connectionId, at, at, 'ids')
        }
        const missing = new Set(one.lost.filter((id) => two.lost.includes(id)))
        const holes = settleHoles(trail, 10_000, 1)
        expect(trail.missingCount).toBe(missing.size)
        expect(holes.reduce((sum, { missingCount }) => sum + missingCount, 0)).toBe(missing.size)
      }),
      { numRuns: 300 },
    )
  })

  test('tells an id that came twice over one connection from one that another brought', () => {
    const trail = startTrail(['a'])
    if (trail === undefined) throw new Error('no trail')
    for (const [id, connectionId] of [
      [5, 1],
      [5, 2],
      [6, 1],
      [6, 1],
    ] as const) {
      follow(trail, aggTrade(id), connectionId, 0, 0, 'ids')
    }
    expect([trail.repeatedCount, trail.duplicateCount]).toEqual([2, 1])
  })
})
