/**
 * V1, the stress engine: where positions opened at the price of a busy minute would be liquidated
 * (`stress-engine.md`). It reads bars and volumes only; the reference builds it and never feeds it.
 */
import { log } from '../../base/elementary.ts'
import { roundDecimal } from '../../base/numeric.ts'
import type { LiquidationContext } from './context.ts'
import { priceOfLevel } from './level-grid.ts'
import { normalised, type Side, stressLadder } from './leverage.ts'

export interface StressZone {
  readonly level: number
  /** Minutes of volume above the average, spread over tiers; fades each minute. */
  strength: number
  /** The engine's own minute in which it was made. */
  readonly originMinute: number
  /** What each tier added, unfaded. */
  readonly contributions: Map<number, number>
}

export interface Stress {
  readonly tiers: number[]
  weights: number[]
  bufferFraction: number
  /** Taker volume of the last minutes, the oldest first. Unit: base. */
  readonly buyWindow: number[]
  readonly sellWindow: number[]
  readonly long: Map<number, StressZone>
  readonly short: Map<number, StressZone>
  /** Updates so far; not a minute of the calendar (quirk 8). */
  currentMinute: number
  lastPriceUsd: number
}

export interface StressBar {
  readonly openUsd: number
  readonly highUsd: number
  readonly lowUsd: number
  readonly closeUsd: number
  readonly buyBase: number
  readonly sellBase: number
}

export function createStress(context: LiquidationContext): Stress {
  const { tiers, weights } = stressLadder(context.symbol)
  return {
    tiers: [...tiers],
    weights: [...weights],
    bufferFraction: context.settings.stress.buffer,
    buyWindow: [],
    sellWindow: [],
    long: new Map(),
    short: new Map(),
    currentMinute: 0,
    lastPriceUsd: 0,
  }
}

/** §5.1. `timeS` stamps the records of what the minute's range touched. */
export function updateStress(
  stress: Stress,
  context: LiquidationContext,
  bar: StressBar,
  timeS: number,
): void {
  const { volLength, logScale, zoneCreationThreshold } = context.settings.stress
  stress.currentMinute += 1
  if (bar.closeUsd <= 0) return
  const srcUsd = (bar.openUsd + bar.highUsd + bar.lowUsd + bar.closeUsd) / 4
  stress.lastPriceUsd = bar.closeUsd
  const buyRatio = ratioToWindow(stress.buyWindow, bar.buyBase, volLength, logScale)
  const sellRatio = ratioToWindow(stress.sellWindow, bar.sellBase, volLength, logScale)
  fade(stress.long, context)
  fade(stress.short, context)
  sweep(stress, context, bar, timeS)
  // One busy side lets the quiet one add too (quirk 2).
  if (buyRatio < zoneCreationThreshold && sellRatio < zoneCreationThreshold) return
  const { stepUsd } = context.grid
  for (const [place, tier] of stress.tiers.entries()) {
    const weight = stress.weights[place] ?? 0
    const offset = 1 / tier + stress.bufferFraction + 0.01 / tier
    const shortLevel = Math.floor((srcUsd * (1 + offset)) / stepUsd)
    const longLevel = Math.ceil((srcUsd * (1 - offset)) / stepUsd)
    add(stress, context, 'short', shortLevel, tier, sellRatio * weight)
    add(stress, context, 'long', longLevel, tier, buyRatio * weight)
  }
}

/**
 * §5.3: takes new weights, and a buffer if given. False, and nothing changed, before the first
 * update and for another number of tiers.
 */
export function setStressWeights(
  stress: Stress,
  weights: readonly number[],
  bufferFraction?: number,
): boolean {
  if (stress.currentMinute === 0 || weights.length !== stress.tiers.length) return false
  stress.weights = normalised(weights)
  if (bufferFraction !== undefined) stress.bufferFraction = bufferFraction
  return true
}

/** §6.2: the strongest zones of a side, ties in the order in which they were made. */
export function topStressLevels(
  stress: Stress,
  context: LiquidationContext,
  side: Side,
  count = 5,
): [priceUsd: number, strength: number][] {
  return [...stress[side].values()]
    .sort((a, b) => b.strength - a.strength)
    .slice(0, count)
    .map((zone) => [priceOfLevel(context.grid, zone.level), zone.strength])
}

/** §6.2. */
export function stressStats(stress: Stress) {
  return {
    current_minute: stress.currentMinute,
    last_price: stress.lastPriceUsd,
    buy_vol_window_len: stress.buyWindow.length,
    sell_vol_window_len: stress.sellWindow.length,
    long_zones_count: stress.long.size,
    short_zones_count: stress.short.size,
    avg_buy_vol: average(stress.buyWindow),
    avg_sell_vol: average(stress.sellWindow),
    leverage_ladder: [...stress.tiers],
    leverage_weights: stress.weights.map((weight) => roundDecimal(weight, 4).toFixed(4)),
  }
}

/** Smallest average that a volume is divided by. */
const AVERAGE_MIN = 1e-10

function ratioToWindow(
  window: number[],
  volume: number,
  lengthMax: number,
  logScale: boolean,
): number {
  window.push(volume)
  if (window.length > lengthMax) window.shift()
  const ratio = volume / Math.max(average(window), AVERAGE_MIN)
  return logScale ? log(ratio + 1) : ratio
}

function average(window: readonly number[]): number {
  let sum = 0
  for (const value of window) sum += value
  return window.length === 0 ? 0 : sum / window.length
}

function fade(zones: Map<number, StressZone>, context: LiquidationContext): void {
  const { fade: factor, removalThreshold } = context.settings.stress
  for (const zone of zones.values()) {
    zone.strength *= factor
    if (zone.strength < removalThreshold) zones.delete(zone.level)
  }
}

function sweep(
  stress: Stress,
  context: LiquidationContext,
  { highUsd, lowUsd }: StressBar,
  timeS: number,
): void {
  for (const zone of stress.short.values()) {
    if (highUsd < priceOfLevel(context.grid, zone.level)) continue
    stress.short.delete(zone.level)
    emitSweep(stress, context, 'short', zone, { trigger_high: highUsd }, timeS)
  }
  for (const zone of stress.long.values()) {
    if (lowUsd > priceOfLevel(context.grid, zone.level)) continue
    stress.long.delete(zone.level)
    emitSweep(stress, context, 'long', zone, { trigger_low: lowUsd }, timeS)
  }
}

function emitSweep(
  stress: Stress,
  { emit, grid }: LiquidationContext,
  side: Side,
  zone: StressZone,
  trigger: { readonly [field: string]: number },
  timeS: number,
): void {
  emit?.('v1/liq_sweeps', {
    type: 'sweep',
    ts: timeS,
    side,
    price: priceOfLevel(grid, zone.level),
    strength: roundDecimal(zone.strength, 4),
    age_min: stress.currentMinute - zone.originMinute,
    ...trigger,
    minute_key: stress.currentMinute,
  })
}

function add(
  stress: Stress,
  context: LiquidationContext,
  side: Side,
  level: number,
  tier: number,
  amount: number,
): void {
  if (amount < context.settings.stress.minStrengthAdd) return
  let zone = stress[side].get(level)
  if (zone === undefined) {
    zone = { level, strength: 0, originMinute: stress.currentMinute, contributions: new Map() }
    stress[side].set(level, zone)
  }
  zone.strength += amount
  zone.contributions.set(tier, (zone.contributions.get(tier) ?? 0) + amount)
}
