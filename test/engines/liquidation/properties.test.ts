/**
 * What must hold for the liquidation engines whatever the market does. Method: random runs of
 * minutes and liquidations, with prices near each other so that buckets, zones and sweeps meet.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CanonicalWriter, decodeCanonical } from '../../../src/base/canonical.ts'
import { heatMapOf, poolsOf } from '../../../src/engines/liquidation/heat-map.ts'
import {
  createLiquidationEngines,
  type LiquidationEngines,
  onForceOrder,
  onMinute,
  setWeights,
} from '../../../src/engines/liquidation/liquidation-engines.ts'
import {
  liquidationDigest,
  liquidationFromPlain,
  liquidationToPlain,
} from '../../../src/engines/liquidation/liquidation-plain.ts'
import type { LiquidationSettings } from '../../../src/engines/liquidation/liquidation-settings.ts'
import type { MinuteInput } from '../../../src/engines/liquidation/minute-input.ts'
import { type Recorder, recorder, settingsOf } from './kit.ts'

const SYMBOLS = [
  { symbol: 'BTC', stepUsd: 20, baseUsd: 65_000 },
  { symbol: 'ETH', stepUsd: 1, baseUsd: 2500 },
  { symbol: 'SOL', stepUsd: 0.1, baseUsd: 150 },
] as const

type Market = (typeof SYMBOLS)[number]

/** One step of a run; prices are relative to the symbol's. */
type Step =
  | {
      readonly kind: 'liquidation'
      readonly long: boolean
      readonly at: number
      readonly usd: number
    }
  | {
      readonly kind: 'minute'
      readonly close: number
      readonly width: number
      readonly oi: number
      readonly buy: number
      readonly sell: number
    }
  | { readonly kind: 'weights'; readonly weights: readonly number[]; readonly buffer: number }

const relative = fc.double({ min: 0.97, max: 1.03, noNaN: true })
const liquidation = fc.record({
  kind: fc.constant('liquidation' as const),
  long: fc.boolean(),
  at: relative,
  usd: fc.double({ min: 1, max: 2e6, noNaN: true }),
})
const minute = fc.record({
  kind: fc.constant('minute' as const),
  close: fc.double({ min: 0.99, max: 1.01, noNaN: true }),
  width: fc.double({ min: 0, max: 0.02, noNaN: true }),
  oi: fc.oneof(fc.constant(0), fc.double({ min: 0.999, max: 1.001, noNaN: true })),
  buy: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e7, noNaN: true })),
  sell: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e7, noNaN: true })),
})
const weights = fc.record({
  kind: fc.constant('weights' as const),
  weights: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 8 }),
  buffer: fc.double({ min: 0.0005, max: 0.01, noNaN: true }),
})
const steps = fc.array(
  fc.oneof(
    { arbitrary: liquidation, weight: 5 },
    { arbitrary: minute, weight: 5 },
    { arbitrary: weights, weight: 1 },
  ),
  { minLength: 5, maxLength: 80 },
)
const market = fc.constantFrom(...SYMBOLS)
const settings = fc.constantFrom(settingsOf('reference'), settingsOf('standard'))

interface Run {
  engines: LiquidationEngines
  readonly market: Market
  readonly records: Recorder
  timeS: number
}

function startRun(of: Market, runSettings: LiquidationSettings): Run {
  const records = recorder()
  const engines = createLiquidationEngines(of.symbol, of.stepUsd, runSettings, records.emit)
  return { engines, market: of, records, timeS: 1_772_438_400 }
}

function take(run: Run, step: Step): void {
  const { engines, market: of } = run
  run.timeS += 7
  if (step.kind === 'weights') {
    setWeights(engines, { weights: step.weights, bufferFraction: step.buffer })
  } else if (step.kind === 'liquidation') {
    const priceUsd = of.baseUsd * step.at
    onForceOrder(engines, {
      timeS: run.timeS,
      side: step.long ? 'long' : 'short',
      priceUsd,
      sizeBase: step.usd / priceUsd,
      notionalUsd: step.usd,
    })
  } else {
    run.timeS = (Math.floor(run.timeS / 60) + 1) * 60
    onMinute(engines, inputOf(run, step), { snapshots: true })
  }
}

const takeAll = (run: Run, given: readonly Step[] = []): void => {
  for (const step of given) take(run, step)
}

function inputOf({ market: of, timeS }: Run, step: Extract<Step, { kind: 'minute' }>): MinuteInput {
  const closeUsd = of.baseUsd * step.close
  const [buyBase, sellBase] = [step.buy / closeUsd, step.sell / closeUsd]
  return {
    timeS,
    minuteKey: Math.floor(timeS / 60),
    openUsd: closeUsd,
    highUsd: closeUsd * (1 + step.width),
    lowUsd: closeUsd * (1 - step.width),
    closeUsd,
    srcUsd: closeUsd,
    buyBase,
    sellBase,
    takerBuyUsd: step.buy,
    takerSellUsd: step.sell,
    openInterest: 6e9 * step.oi,
    aggression: {
      takerMinute: Math.floor(timeS / 60) - 1,
      tradeCount: 1,
      isFallback: false,
      lastMinutes: [],
      buyBase,
      sellBase,
    },
  }
}

const writer = new CanonicalWriter()
const bytesOf = ({ engines }: Run): Uint8Array =>
  writer.encode(liquidationToPlain(engines.state)).slice()

function allNumbers(value: unknown, path: string, bad: string[]): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) bad.push(path)
  } else if (value instanceof Map) {
    for (const [key, item] of value) allNumbers(item, `${path}[${String(key)}]`, bad)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) allNumbers(item, `${path}.${key}`, bad)
  }
}

const RUNS = { numRuns: 60 }

describe('the liquidation engines', () => {
  test('hold and write only finite numbers', () => {
    fc.assert(
      fc.property(market, settings, steps, (of, runSettings, given) => {
        const run = startRun(of, runSettings)
        for (const step of given) take(run, step)
        const bad: string[] = []
        allNumbers(run.engines.state, 'state', bad)
        for (const file of [
          'liq_zones',
          'liq_sweeps',
          'liq_cycles',
          'liq_inference',
          'plot_feed',
        ]) {
          allNumbers(run.records.of(file), file, bad)
        }
        expect(bad).toEqual([])
      }),
      RUNS,
    )
  })

  // Goal: a checkpoint at any place changes nothing. Method: one run goes straight through, the
  // other is replaced by its clone, and by what its bytes give, at a random place.
  test('go on from a copy of their state as if there had been none', () => {
    fc.assert(
      fc.property(market, settings, steps, fc.nat(), (of, runSettings, given, seed) => {
        const straight = startRun(of, runSettings)
        const cut = startRun(of, runSettings)
        const place = seed % given.length
        for (const [at, step] of given.entries()) {
          take(straight, step)
          if (at === place) {
            const cloned = structuredClone(cut.engines.state)
            const plain = decodeCanonical(writer.encode(liquidationToPlain(cloned)))
            cut.engines = { ...cut.engines, state: liquidationFromPlain(plain) }
          }
          take(cut, step)
        }
        expect(cut.engines.state).toEqual(straight.engines.state)
        expect(bytesOf(cut)).toEqual(bytesOf(straight))
        const [ours, theirs] = [cut.engines.state, straight.engines.state].map(liquidationDigest)
        expect(ours).toEqual(theirs)
        expect(cut.records.of('liq_zones')).toEqual(straight.records.of('liq_zones'))
      }),
      RUNS,
    )
  })

  test('of two symbols interleaved equal those of two apart', () => {
    fc.assert(
      fc.property(settings, steps, steps, (runSettings, first, second) => {
        const start = () => [SYMBOLS[0], SYMBOLS[2]].map((of) => startRun(of, runSettings))
        const given = [first, second]
        const together = start()
        for (let at = 0; at < Math.max(first.length, second.length); at += 1) {
          for (const [place, run] of together.entries())
            takeAll(run, given[place]?.slice(at, at + 1))
        }
        const apart = start()
        for (const [place, run] of apart.entries()) takeAll(run, given[place])
        expect(together.map(bytesOf)).toEqual(apart.map(bytesOf))
      }),
      RUNS,
    )
  })

  // Goal: no zone comes from nowhere or vanishes unrecorded, and merges keep the mass below the cap.
  test('end every zone that they began, by a sweep, an expiry or a merge', () => {
    fc.assert(
      fc.property(market, settings, steps, (of, runSettings, given) => {
        const run = startRun(of, runSettings)
        for (const step of given) take(run, step)
        const { zones } = run.engines.state.heatmap
        const ended = zones.sweptCount + zones.expiredCount + zones.mergedCount
        expect(zones.map.size).toBe(zones.createdCount - ended)
        const count = (type: string) =>
          run.records.of('liq_zones').filter((row) => row['type'] === type).length
        expect([
          count('zone_created'),
          count('zone_reinforced'),
          count('zone_swept'),
          count('zone_expired'),
        ]).toEqual([
          zones.createdCount,
          zones.reinforcedCount,
          zones.sweptCount,
          zones.expiredCount,
        ])
      }),
      RUNS,
    )
  })

  // Goal: what is on the tape is what was liquidated. Method: without a minute nothing fades.
  test('keep all liquidated notional on the tape until a minute closes', () => {
    fc.assert(
      fc.property(market, settings, fc.array(liquidation), (of, runSettings, given) => {
        const run = startRun(of, runSettings)
        for (const step of given) take(run, step)
        const { tape } = run.engines.state.heatmap
        const held = [...tape.long.values(), ...tape.short.values()].reduce(
          (sum, { notionalUsd }) => sum + notionalUsd,
          0,
        )
        const total = given.reduce((sum, { usd }) => sum + usd, 0)
        expect(Math.abs(held - total)).toBeLessThanOrEqual(total * 1e-12)
        expect(tape.totalLongUsd + tape.totalShortUsd).toBeCloseTo(total, 5)
      }),
      RUNS,
    )
  })

  test('never project more than open interest rose by', () => {
    fc.assert(
      fc.property(market, settings, steps, (of, runSettings, given) => {
        const run = startRun(of, runSettings)
        const { inference } = run.engines.state.heatmap
        for (const step of given) {
          const before = inference.totalLongUsd + inference.totalShortUsd
          const last = inference.lastOpenInterest
          take(run, step)
          const added = inference.totalLongUsd + inference.totalShortUsd - before
          const rise = last > 0 ? Math.max(0, inference.lastOpenInterest - last) : 0
          const unitUsd =
            runSettings.pipeline.openInterestUnit === 'base' ? inference.currentPriceUsd : 1
          expect(added).toBeLessThanOrEqual(rise * unitUsd * (1 + 1e-9) + 1e-3)
        }
      }),
      RUNS,
    )
  })

  test('keep the weights of the tiers at a sum of 1, or at 0 where all were given as 0', () => {
    fc.assert(
      fc.property(market, settings, steps, (of, runSettings, given) => {
        const run = startRun(of, runSettings)
        for (const step of given) {
          take(run, step)
          const { weights: shares } = run.engines.state.heatmap.inference
          const sum = [...shares.values()].reduce((total, share) => total + share, 0)
          expect(sum === 0 || Math.abs(sum - 1) < 1e-12).toBe(true)
        }
      }),
      RUNS,
    )
  })

  // Goal: the map depends on what the layers hold, not on the order in which it came. Method: the
  // same buckets in the opposite order.
  test('give the same map and pools whatever the order of their buckets', () => {
    fc.assert(
      fc.property(market, settings, steps, (of, runSettings, given) => {
        const run = startRun(of, runSettings)
        for (const step of given) take(run, step)
        const { context, state } = run.engines
        const { tape, inference } = state.heatmap
        const reversed = <V>(map: ReadonlyMap<number, V>) => new Map([...map].reverse())
        const turned = {
          tape: { ...tape, long: reversed(tape.long), short: reversed(tape.short) },
          inference: {
            ...inference,
            long: reversed(inference.long),
            short: reversed(inference.short),
          },
        }
        const map = heatMapOf(tape, inference, context)
        const again = heatMapOf(turned.tape, turned.inference, context)
        expect(again).toEqual(map)
        const range = { centerUsd: of.baseUsd, rangeFraction: 0.25, minNotionalUsd: 0 }
        const pools = poolsOf(map, range, context)
        expect(poolsOf(again, range, context)).toEqual(pools)
        const pooled = pools.long.reduce((sum, pool) => sum + pool.bucketCount, 0)
        expect(pooled).toBeLessThanOrEqual(pools.longBucketCount)
      }),
      RUNS,
    )
  })
})
