/** The file that carries what the reference calibrator learned into the next run (`calibrator.md` §11). */
import { roundDecimal } from '../../base/numeric.ts'
import { isoTime } from '../liquidation/iso-time.ts'
import type { Calibrator } from './calibrator-state.ts'

/** Written as JSON with two spaces. */
export interface WeightsDocument {
  readonly schema_version: 2
  readonly symbol: string
  readonly ladder: readonly number[]
  readonly weights: readonly number[]
  readonly buffer: number
  readonly tolerance: number
  readonly long_offset_usd: number
  readonly short_offset_usd: number
  readonly bias_pct_long: number
  readonly bias_pct_short: number
  readonly calibration_count: number
  readonly saved_at: string
  readonly weights_by_leverage: { readonly [tier: string]: number }
}

export function weightsDocument(state: Calibrator, timeS: number): WeightsDocument {
  const weights = state.weights.map((weight) => roundDecimal(weight, 6))
  return {
    schema_version: 2,
    symbol: state.symbol,
    ladder: [...state.ladder],
    weights,
    buffer: state.buffer,
    tolerance: state.tolerance,
    long_offset_usd: roundDecimal(state.long.offsetUsd, 2),
    short_offset_usd: roundDecimal(state.short.offsetUsd, 2),
    bias_pct_long: roundDecimal(state.long.bias, 6),
    bias_pct_short: roundDecimal(state.short.bias, 6),
    calibration_count: state.calibrationCount,
    saved_at: isoTime(timeS),
    weights_by_leverage: Object.fromEntries(
      state.ladder.map((tier, index) => [tier, weights[index] ?? 0]),
    ),
  }
}

/**
 * Takes over a weights file, before the first minute. As in the reference, a file without usable
 * weights still gives buffer, tolerance, bias and offsets.
 * @returns why the weights were not taken over; nothing when they were.
 */
export function loadWeights(state: Calibrator, text: string): string | undefined {
  const file = parsed(text)
  if (file === undefined) return 'not a JSON object'
  if (file['symbol'] !== state.symbol) {
    return `of symbol ${String(file['symbol'])}, wanted ${state.symbol}`
  }
  const number = (name: string, otherwise: number): number => {
    const value = file[name]
    return typeof value === 'number' ? value : otherwise
  }
  state.buffer = number('buffer', state.settings.initialBuffer)
  state.tolerance = Math.trunc(number('tolerance', state.tolerance))
  state.calibrationCount = Math.trunc(number('calibration_count', 0))
  state.long.offsetUsd = number('long_offset_usd', 0)
  state.short.offsetUsd = number('short_offset_usd', 0)
  state.long.bias = number('bias_pct_long', 0)
  state.short.bias = number('bias_pct_short', 0)
  const ladder = numbersOf(file['ladder'])
  const stored = numbersOf(file['weights'])
  if (ladder.length === 0 || ladder.length !== stored.length) return 'ladder and weights differ'
  const taken = weightsFor(state.ladder, ladder, stored)
  if (taken === undefined) return 'its ladder cannot be carried over'
  if (state.ladder.length === 0) state.ladder = ladder
  state.weights = taken
  state.tolerance = state.settings.loadedHitBucketTolerance
  return undefined
}

/** Current or loaded weights, for the first minute; nothing when there are none. */
export function persistedWeights({ ladder, weights, buffer, calibrationCount }: Calibrator) {
  if (ladder.length === 0 || weights.length === 0) return undefined
  return { ladder, weights, buffer, calibrationCount }
}

/** Carries weights over to another ladder, linear in 1/L; nothing when that cannot be done. */
export function migratedWeights(
  fromLadder: readonly number[],
  weights: readonly number[],
  toLadder: readonly number[],
): readonly number[] | undefined {
  if (fromLadder.length === 0 || toLadder.length === 0) return undefined
  if (fromLadder.length !== weights.length) return undefined
  if (fromLadder.includes(0) || toLadder.includes(0)) return undefined
  const points = fromLadder
    .map((tier, index) => ({ x: 1 / tier, weight: weights[index] ?? 0 }))
    .sort((a, b) => a.x - b.x)
  const carried = toLadder.map((tier) => interpolated(points, 1 / tier))
  const sum = carried.reduce((total, weight) => total + weight, 0)
  return sum > 0 ? carried.map((weight) => weight / sum) : undefined
}

interface Point {
  readonly x: number
  readonly weight: number
}

function interpolated(points: readonly Point[], x: number): number {
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined) return 0
  if (x <= first.x) return first.weight
  if (x >= last.x) return last.weight
  const index = points.findIndex((point) => x <= point.x)
  const low = points[index - 1] ?? first
  const high = points[index] ?? last
  const share = (x - low.x) / (high.x - low.x)
  return Math.max(0, low.weight + share * (high.weight - low.weight))
}

function weightsFor(
  current: readonly number[],
  ladder: readonly number[],
  weights: readonly number[],
): readonly number[] | undefined {
  const isEqual =
    current.length === ladder.length && current.every((tier, index) => tier === ladder[index])
  if (current.length === 0 || isEqual) return weights
  return migratedWeights(ladder, weights, current)
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const numbersOf = (value: unknown): readonly number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : []
