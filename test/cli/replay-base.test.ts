/** The table that a backtest ends in: these settings beside the profile as it is. */
import { describe, expect, test } from 'vitest'
import { chosenSettings } from '../../src/cli/options.ts'
import {
  type BaseComparisons,
  compareWithBase,
  comparisonLines,
} from '../../src/cli/replay-base.ts'
import {
  addRated,
  createHazard,
  type HazardSums,
  hazardScore,
} from '../../src/engines/calibration/hazard.ts'
import type { Settings } from '../../src/pipeline/settings.ts'
import type { ReplayResult } from '../../src/replay/replay.ts'

const SYMBOL = 'BTCUSDT'

/** Every block holds a quiet minute and a busy one, and `busyRate` is what the busy one was told. */
function replayed(blockCount: number, busyRate: number, digest: string): ReplayResult {
  const total = createHazard()
  const blocks = new Map<number, HazardSums>()
  for (let block = 0; block < blockCount; block += 1) {
    const sums = createHazard()
    for (const busy of [false, true]) {
      const count = busy ? 3 + (block % 3) : 0
      const long = { rate: busy ? busyRate : 0.1, count, cappedUsd: 1_000 * count }
      const short = { rate: 0.1, count: 0, cappedUsd: 0 }
      const rated = { minute: 120 * block + Number(busy), scored: true, long, short }
      addRated(sums, rated)
      addRated(total, rated)
    }
    blocks.set(block, sums)
  }
  return {
    hazard: { [SYMBOL]: hazardScore(total) },
    hazardBlocks: new Map([[SYMBOL, blocks]]),
    digests: [{ symbol: SYMBOL, minute: 1, digest, seq: 1 }],
    interrupted: false,
  } as unknown as ReplayResult
}

async function linesOf(
  ours: ReplayResult,
  base: ReplayResult,
  onBase: (settings: Settings) => void = () => undefined,
): Promise<readonly string[]> {
  const chosen = await chosenSettings({ set: ['calibrator.priorStrength=2'] })
  const compared = await compareWithBase(chosen, ours, async (settings) => {
    onBase(settings)
    return base
  })
  return [...comparisonLines(compared as BaseComparisons)]
}

describe('a backtest', () => {
  test('is held against the profile without any override', async () => {
    const strengths: number[] = []
    const lines = await linesOf(replayed(8, 4, 'a'), replayed(8, 1, 'b'), ({ calibrator }) =>
      strengths.push(calibrator.priorStrength),
    )
    expect(strengths).toEqual([20])
    const table = lines.join('\n')
    expect(table).toMatch(/^BTCUSDT +these settings +profile standard +difference$/m)
    expect(table).toMatch(/^hazard gain, nats an event +[\d.]+ +[\d.]+ +\+[\d.]+$/m)
    expect(table).toMatch(/^liquidations scored +31 +31 +0$/m)
    expect(lines.at(-1)).toMatch(/^Better than the profile: \+\d.* \(95 %: \+.* to \+.*\)\.$/)
  })

  test('that is worse is called worse', async () => {
    const lines = await linesOf(replayed(8, 1, 'a'), replayed(8, 4, 'b'))
    expect(lines.at(-1)).toMatch(/^Worse than the profile: −/)
  })

  test('is not judged on fewer blocks than an interval wants', async () => {
    const lines = await linesOf(replayed(5, 4, 'a'), replayed(5, 1, 'b'))
    expect(lines.at(-1)).toMatch(/^Too little data .*6 blocks/)
  })

  test('that ends in the same state changed nothing', async () => {
    const lines = await linesOf(replayed(8, 4, 'a'), replayed(8, 4, 'a'))
    expect(lines.at(-1)).toMatch(/changed nothing/)
  })

  test('on another sample is not compared', async () => {
    const lines = await linesOf(replayed(8, 4, 'a'), replayed(7, 4, 'b'))
    expect(lines.at(-1)).toMatch(/^Not to be compared: 31 liquidations in 16 minutes .* 27 in 14/)
  })

  test('without a changed setting has no table', async () => {
    const chosen = await chosenSettings({})
    const compared = await compareWithBase(chosen, replayed(8, 4, 'a'), () => {
      throw new Error('the profile was replayed for nothing')
    })
    expect(compared).toBeUndefined()
  })
})
