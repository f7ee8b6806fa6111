import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type KeptSegment, outdated, parseKeep, retain } from '../../src/capture/retention.ts'
import { FakeWorld, START_WALL_MS, silentLog } from './fake-world.ts'
import { Rig } from './rig.ts'

const HOUR_MS = 3_600_000
const NOW_MS = 1_000 * HOUR_MS
/** Entries of an hour: more than a group of the digest chain. */
const HOUR_COUNT = 10_000

/** One segment an hour, the newest ending `newestAgeHours` ago. */
const segments = (count: number, newestAgeHours = 0): readonly KeptSegment[] =>
  Array.from({ length: count }, (_, index) => ({
    firstSeq: index * HOUR_COUNT,
    endSeq: (index + 1) * HOUR_COUNT,
    recvTimeUsMax: (NOW_MS - (count - 1 - index + newestAgeHours) * HOUR_MS) * 1000,
    storedBytes: 100,
  }))

function portOf(all: readonly KeptSegment[], damaged: readonly number[] = []) {
  const events: string[] = []
  return {
    events,
    segments: () => Promise.resolve(all),
    verify: ({ firstSeq }: KeptSegment) => {
      events.push(`verify ${firstSeq}`)
      return Promise.resolve(damaged.includes(firstSeq) ? 'its SHA-256 differs' : '')
    },
    remove: ({ firstSeq }: KeptSegment) => {
      events.push(`remove ${firstSeq}`)
      return Promise.resolve()
    },
  }
}

describe('retention', () => {
  test('verifies each segment before it deletes it, the oldest first', async () => {
    const port = portOf(segments(6))
    const result = await retain(port, 3 * HOUR_MS, NOW_MS, silentLog)
    expect(port.events).toEqual(['verify 0', 'remove 0', 'verify 10000', 'remove 10000'])
    expect(result).toEqual({ removedCount: 2, removedBytes: 200, kept: undefined })
  })

  test('stops at a segment that does not verify, and deletes neither it nor any after it', async () => {
    const port = portOf(segments(6), [10_000])
    const result = await retain(port, HOUR_MS, NOW_MS, silentLog)
    expect(port.events).toEqual(['verify 0', 'remove 0', 'verify 10000'])
    expect(result.kept).toEqual({ firstSeq: 10_000, problem: 'its SHA-256 differs' })
  })

  test('keeps the newest sealed segment, however old it is', () => {
    expect(outdated(segments(3, 500), HOUR_MS, NOW_MS).map(({ firstSeq }) => firstSeq)).toEqual([
      0, 10_000,
    ])
    expect(outdated(segments(1, 500), HOUR_MS, NOW_MS)).toEqual([])
    expect(outdated([], HOUR_MS, NOW_MS)).toEqual([])
  })

  test('keeps what holds the last link of the digest chain: recovery goes on from there', () => {
    const small = segments(6).map((segment) => ({
      ...segment,
      firstSeq: segment.firstSeq / 5,
      endSeq: segment.endSeq / 5,
    }))
    // 12,000 entries: the last link stands at 8,192, in the segment from 8,000 on.
    expect(outdated(small, 1, NOW_MS + HOUR_MS).map(({ firstSeq }) => firstSeq)).toEqual([
      0, 2_000, 4_000, 6_000,
    ])
  })

  // Goal: what is young stays, whatever the times say. Method: segments with times in any order, since
  // a wall clock may step.
  test('never takes one that is young enough, nor any after it', () => {
    const ages = fc.array(fc.oneof(fc.integer({ min: -5, max: 50 }), fc.constant(null)))
    fc.assert(
      fc.property(ages, fc.integer({ min: 1, max: 40 }), (hours, keepHours) => {
        const all = hours.map((age, index) => ({
          firstSeq: index * HOUR_COUNT,
          endSeq: (index + 1) * HOUR_COUNT,
          recvTimeUsMax: age === null ? null : (NOW_MS - age * HOUR_MS) * 1000,
          storedBytes: 1,
        }))
        const old = outdated(all, keepHours * HOUR_MS, NOW_MS)
        expect(old).toEqual(all.slice(0, old.length))
        expect(old.length).toBeLessThan(Math.max(1, all.length))
        for (const { recvTimeUsMax } of old) {
          expect(recvTimeUsMax).toBeLessThan((NOW_MS - keepHours * HOUR_MS) * 1000)
        }
      }),
    )
  })

  test.each([
    ['30d', 30 * 24],
    ['12h', 12],
    ['4w', 4 * 7 * 24],
    ['1.5d', 36],
  ])('reads %s', (text, hours) => {
    expect(parseKeep(text)).toBe(hours * HOUR_MS)
  })

  test.each(['', '30', '30m', '0d', '-1d', 'd', '0.5h'])('refuses %j', (text) => {
    expect(() => parseKeep(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})

describe('a capture with retention', () => {
  const hourly = (count: number): KeptSegment[] =>
    Array.from({ length: count }, (_, index) => ({
      firstSeq: index * HOUR_COUNT,
      endSeq: (index + 1) * HOUR_COUNT,
      recvTimeUsMax: (START_WALL_MS - (count - index) * HOUR_MS) * 1000,
      storedBytes: 100,
    }))

  test('deletes what has grown old each hour, and says how much', async () => {
    const all = hourly(5)
    const port = {
      ...portOf(all),
      remove: ({ firstSeq }: KeptSegment) => {
        all.splice(
          all.findIndex((segment) => segment.firstSeq === firstSeq),
          1,
        )
        return Promise.resolve()
      },
    }
    const world = new FakeWorld(() => 0.5, 60_000)
    world.pace = () => false
    const rig = new Rig({ retention: { port, keepMs: 3.5 * HOUR_MS } }, world)
    await world.pass(120_000)
    expect(all.map(({ firstSeq }) => firstSeq)).toEqual([20_000, 30_000, 40_000])
    await world.pass(HOUR_MS)
    expect(all.map(({ firstSeq }) => firstSeq)).toEqual([30_000, 40_000])
    expect(rig.capture.health().storage).toMatchObject({
      removedSegmentCount: 3,
      removedBytes: 300,
    })
  })

  test('raises an alarm for a segment that does not verify, and goes on capturing', async () => {
    const port = portOf(hourly(5), [0])
    const rig = new Rig({ retention: { port, keepMs: HOUR_MS } })
    await rig.world.pass(70_000)
    expect(rig.alarms).toEqual(['retention critical segments'])
    expect((await rig.facts('alarm'))[0]?.reason).toBe(
      'the segment from 0 stays: its SHA-256 differs',
    )
    expect(port.events).toEqual(['verify 0'])
  })
})
