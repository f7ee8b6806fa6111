/** Leverage tiers: which there are, how much of a position stands on each, what each is worth. */
import { assert } from '../../base/assert.ts'
import { RecorderError } from '../../base/errors.ts'

export type Side = 'long' | 'short'

export interface Ladder {
  readonly tiers: readonly number[]
  /** Sum to 1 where their sum was positive, disabled tiers included (`calibrator.md` §1.3). */
  readonly weights: readonly number[]
}

/** The ladder of V1 for a base asset (`calibrator.md` §1.2). */
export function stressLadder(baseAsset: string): Ladder {
  const [tiers, weights] = STRESS_LADDERS[baseAsset] ?? OTHER_LADDER
  assert(tiers.length === weights.length, 'each tier of a ladder has a weight')
  return { tiers, weights: normalised(weights) }
}

/** Weights divided by their sum; as they are where that is not positive. */
export function normalised(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return sum > 0 ? weights.map((weight) => weight / sum) : [...weights]
}

/**
 * Reads `tier:value` pairs, such as `20:0.18,25:0.27`, in their order.
 * @throws {RecorderError} `SETTING_INVALID`.
 */
export function parseTierValues(name: string, text: string): Map<number, number> {
  const values = new Map<number, number>()
  for (const pair of parts(text)) {
    const [tier, value] = pair.split(':').map(Number)
    if (tier === undefined || value === undefined || !(tier > 0) || !(value >= 0)) {
      throw new RecorderError('SETTING_INVALID', `${name} must be tier:value pairs, was ${text}`)
    }
    values.set(tier, value)
  }
  return values
}

/**
 * Reads tiers, such as `5,10,20`, in their order; none from an empty text.
 * @throws {RecorderError} `SETTING_INVALID`.
 */
export function parseTiers(name: string, text: string): number[] {
  return parts(text).map((part) => {
    const tier = Number(part)
    if (tier > 0) return tier
    throw new RecorderError('SETTING_INVALID', `${name} must be a list of tiers, was ${text}`)
  })
}

const parts = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

type LadderTable = readonly [tiers: readonly number[], weights: readonly number[]]

const STRESS_LADDERS: Readonly<Record<string, LadderTable>> = {
  BTC: [
    [5, 10, 20, 25, 50, 75, 100, 125, 150, 200, 250],
    [1, 1, 0.9, 0.7, 0.35, 0.14, 0.08, 0.05, 0.03, 0.015, 0.008],
  ],
  ETH: [
    [5, 10, 20, 25, 50, 75, 100, 125],
    [1, 1, 0.9, 0.7, 0.35, 0.18, 0.1, 0.07],
  ],
  SOL: [
    [5, 10, 20, 25, 50, 75],
    [1, 1, 0.9, 0.7, 0.35, 0.18],
  ],
}

const OTHER_LADDER: LadderTable = [
  [5, 10, 20, 50, 75, 100],
  [1, 1, 0.9, 0.5, 0.25, 0.1],
]
