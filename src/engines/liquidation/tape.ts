/**
 * The liquidation tape: notional of actual liquidations per price level, fading, gone when price
 * crosses it; and samples of their distance from where they may have been entered
 * (`liquidation-tape.md`).
 */
import { mixNumber, type RunningHash, startHash } from '../../base/running-hash.ts'
import type { LiquidationContext } from './context.ts'
import { levelOf, priceOfLevel } from './level-grid.ts'
import type { Side } from './leverage.ts'
import { emitSweep, type MinuteRange } from './sweep-record.ts'
import { createOrReinforce, sweepZones, type Zones } from './zones.ts'

export interface TapeBucket {
  readonly level: number
  notionalUsd: number
  count: number
  /** Of its last event. Unit: s since 1970. */
  lastTimeS: number
}

export interface Tape {
  readonly long: Map<number, TapeBucket>
  readonly short: Map<number, TapeBucket>
  /** Signed distance from entry to liquidation by tier, the newest last; tiers as first seen. */
  readonly samples: Map<number, number[]>
  /** Of all samples ever taken, for digests. */
  readonly sampleHash: RunningHash
  /** Since the start, never faded. Unit: USD. */
  totalLongUsd: number
  totalShortUsd: number
  eventCount: number
}

export interface TapeEvent {
  readonly timeS: number
  readonly side: Side
  readonly priceUsd: number
  readonly sizeBase: number
  readonly notionalUsd: number
}

export const createTape = (): Tape => ({
  long: new Map(),
  short: new Map(),
  samples: new Map(),
  sampleHash: startHash(),
  totalLongUsd: 0,
  totalShortUsd: 0,
  eventCount: 0,
})

/** §5.1. `entryUsd`: where the position may have been entered, if anything is known of it. */
export function addTapeEvent(
  tape: Tape,
  zones: Zones,
  context: LiquidationContext,
  event: TapeEvent,
  entryUsd: number | undefined,
): void {
  const { timeS, side, notionalUsd } = event
  const level = levelOf(context.grid, event.priceUsd)
  const weight = notionalUsd / context.settings.tape.zoneWeightUsd
  createOrReinforce(zones, context, level, { side, weight, source: 'tape', confidence: 1 }, timeS)
  recordTapeEvent(tape, context, event, entryUsd)
}

/** The same without the zone. */
export function recordTapeEvent(
  tape: Tape,
  context: LiquidationContext,
  event: TapeEvent,
  entryUsd: number | undefined,
): void {
  const { timeS, side, notionalUsd } = event
  const level = levelOf(context.grid, event.priceUsd)
  if (side === 'long') tape.totalLongUsd += notionalUsd
  else tape.totalShortUsd += notionalUsd
  let bucket = tape[side].get(level)
  if (bucket === undefined) {
    bucket = { level, notionalUsd: 0, count: 0, lastTimeS: timeS }
    tape[side].set(level, bucket)
  }
  bucket.notionalUsd += notionalUsd
  bucket.count += 1
  bucket.lastTimeS = timeS
  tape.eventCount += 1
  if (entryUsd !== undefined) learnOffset(tape, context, event.priceUsd, entryUsd)
  context.emit?.('liq_tape', {
    type: 'forceOrder',
    ts: timeS,
    symbol: context.symbol,
    side,
    price: event.priceUsd,
    qty: event.sizeBase,
    notional: notionalUsd,
    bucket: priceOfLevel(context.grid, level),
    entry_est: entryUsd ?? null,
  })
}

/** §5.2: sorts the distance of a liquidation into the tier it looks like. */
export function learnOffset(
  tape: Tape,
  context: LiquidationContext,
  liquidationUsd: number,
  entryUsd: number,
): void {
  const { learningBuffer, samplesPerTier } = context.settings.tape
  if (entryUsd <= 0) return
  const offset = (entryUsd - liquidationUsd) / entryUsd
  const distance = Math.abs(offset)
  if (!(distance > learningBuffer)) return
  const tier = nearestTier(context.sampleTiers, 1 / (distance - learningBuffer))
  if (tier === undefined) return
  let ring = tape.samples.get(tier)
  if (ring === undefined) {
    ring = []
    tape.samples.set(tier, ring)
  }
  ring.push(offset)
  mixNumber(tape.sampleHash, tier)
  mixNumber(tape.sampleHash, offset)
  if (ring.length > samplesPerTier) ring.shift()
}

/** §5.3. */
export function decayTape(tape: Tape, context: LiquidationContext): void {
  const { tape: settings, heatmap } = context.settings
  for (const buckets of [tape.long, tape.short]) {
    for (const bucket of buckets.values()) {
      bucket.notionalUsd *= heatmap.decay
      if (bucket.notionalUsd < settings.minBucketUsd) buckets.delete(bucket.level)
    }
  }
}

/** §5.4: takes what the minute's range crossed off the tape, and off the zones. */
export function sweepTape(
  tape: Tape,
  zones: Zones,
  context: LiquidationContext,
  range: MinuteRange,
  minuteKey: number,
  timeS: number,
): { readonly count: number; readonly notionalUsd: number } {
  const total = { count: 0, notionalUsd: 0 }
  for (const side of ['short', 'long'] as const) {
    for (const bucket of tape[side].values()) {
      const priceUsd = priceOfLevel(context.grid, bucket.level)
      if (side === 'short' ? range.highUsd < priceUsd : range.lowUsd > priceUsd) continue
      tape[side].delete(bucket.level)
      total.count += 1
      total.notionalUsd += bucket.notionalUsd
      const { level, notionalUsd: totalUsd, count } = bucket
      // An average, despite its name (quirk 9).
      const peakUsd = totalUsd / Math.max(count, 1)
      const swept = { layer: 'tape', side, level, totalUsd, count, peakUsd } as const
      emitSweep(context, swept, range, minuteKey, timeS)
    }
  }
  sweepZones(zones, context, range, timeS)
  return total
}

export interface OffsetDistribution {
  readonly mean: number
  readonly std: number
  readonly count: number
}

/** §6.3: of one tier, or of all together where none is named. */
export function offsetDistribution(
  tape: Tape,
  context: LiquidationContext,
  tier?: number,
): OffsetDistribution {
  const samples = samplesOf(tape, context, tier)
  const count = samples.length
  if (count === 0) return { mean: 0, std: 0, count: 0 }
  let sum = 0
  for (const sample of samples) sum += sample
  const mean = sum / count
  let squares = 0
  for (const sample of samples) squares += (sample - mean) * (sample - mean)
  return { mean, std: Math.sqrt(squares / count), count }
}

/** How many samples speak for `tier`. */
export function sampleCount(tape: Tape, context: LiquidationContext, tier?: number): number {
  const own = tier === undefined ? undefined : tape.samples.get(tier)
  if (own !== undefined) return own.length
  if (tier !== undefined && !context.settings.tape.creditUnseenTiers) return 0
  let count = 0
  for (const ring of tape.samples.values()) count += ring.length
  return count
}

/** §6.3. */
export function tapeStats(tape: Tape, { symbol, settings }: LiquidationContext) {
  const samples = [...tape.samples].map(([tier, ring]) => [String(tier), ring.length] as const)
  return {
    symbol,
    total_events: tape.eventCount,
    total_long_notional: tape.totalLongUsd,
    total_short_notional: tape.totalShortUsd,
    long_buckets: tape.long.size,
    short_buckets: tape.short.size,
    events_in_window: Math.min(tape.eventCount, settings.tape.retentionMinutes * EVENTS_PER_MINUTE),
    offset_samples_by_lev: Object.fromEntries(samples),
  }
}

/** The ring of events holds this many times the retention in minutes (§3). */
const EVENTS_PER_MINUTE = 10

function samplesOf(tape: Tape, context: LiquidationContext, tier?: number): readonly number[] {
  const own = tier === undefined ? undefined : tape.samples.get(tier)
  if (own !== undefined) return own
  if (tier !== undefined && !context.settings.tape.creditUnseenTiers) return []
  return [...tape.samples.values()].flat()
}

/** The lower of two tiers equally near; `tiers` ascend. */
function nearestTier(tiers: readonly number[], leverage: number): number | undefined {
  let nearest: number | undefined
  let distance = Number.POSITIVE_INFINITY
  for (const tier of tiers) {
    if (Math.abs(tier - leverage) >= distance) continue
    nearest = tier
    distance = Math.abs(tier - leverage)
  }
  return nearest
}
