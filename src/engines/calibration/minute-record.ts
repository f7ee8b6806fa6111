/** The records of one minute close (`calibrator.md` §10.1 to §10.4). */
import { roundDecimal } from '../../base/numeric.ts'
import { isoTime } from '../liquidation/iso-time.ts'
import type { Approach, Candidate } from './approach.ts'
import type { Calibrator, LogRecord, Snapshot } from './calibrator-state.ts'
import type { MinuteInput } from './minute-step.ts'

export function inputsRecord(input: MinuteInput): LogRecord {
  const fields = [
    ['high', input.highUsd],
    ['low', input.lowUsd],
    ['close', input.closeUsd],
    ['perp_buy_vol', input.buyBase],
    ['perp_sell_vol', input.sellBase],
    ['perp_oi_change', input.oiChange],
    ['depth_band', input.depthBand],
  ] as const
  const missing = fields.filter(([, value]) => value === undefined).map(([name]) => name)
  return {
    type: 'minute_inputs',
    minute_key: Math.floor(input.timeS / 60),
    timestamp: isoTime(input.timeS),
    src: roundDecimal(input.srcUsd, 2),
    high: orNull(input.highUsd, 2),
    low: orNull(input.lowUsd, 2),
    close: orNull(input.closeUsd, 2),
    buy_vol: orNull(input.buyBase, 4),
    sell_vol: orNull(input.sellBase, 4),
    oi_change: orNull(input.oiChange, 4),
    ok: missing.length === 0,
    missing,
  }
}

/** Half-width of the band that the market gives (`pipeline.md` §8). */
const BAND_FRACTION = 0.02

export function bandRecord(input: MinuteInput): LogRecord {
  const { depthBand, srcUsd } = input
  const minuteKey = Math.floor(input.timeS / 60)
  if (depthBand === undefined || depthBand.size === 0) {
    return {
      type: 'depth_band_empty',
      minute_key: minuteKey,
      reason: depthBand === undefined ? 'state_missing' : 'no_book',
      src: roundDecimal(srcUsd, 2),
    }
  }
  const sorted = Float64Array.from(depthBand.values()).sort()
  // The reference sorts before it sums, and the last bit of a sum depends on the order.
  let totalUsd = 0
  for (const notionalUsd of sorted) totalUsd += notionalUsd
  return {
    type: 'depth_band_stats',
    minute_key: minuteKey,
    src: roundDecimal(srcUsd, 2),
    n_buckets: sorted.length,
    notional_total: roundDecimal(totalUsd, 2),
    notional_p50: roundDecimal(atShare(sorted, 0.5), 2),
    notional_p95: roundDecimal(atShare(sorted, 0.95), 2),
    bounds: [
      roundDecimal(srcUsd * (1 - BAND_FRACTION), 2),
      roundDecimal(srcUsd * (1 + BAND_FRACTION), 2),
    ],
  }
}

/** The value at place `trunc(n · share)` of values in ascending order. */
export const atShare = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.min(Math.trunc(sorted.length * share), sorted.length - 1)] ?? 0

export function approachRecord(
  state: Calibrator,
  snapshot: Snapshot,
  closeUsd: number,
  approach: Approach,
): LogRecord {
  const { candidates, usedCount, tooFarCount } = approach
  const unused = candidates.slice(usedCount)
  return {
    type: 'approach_minute_summary',
    symbol: state.symbol,
    minute_key: snapshot.minuteKey,
    timestamp: isoTime(snapshot.timeS),
    close: roundDecimal(closeUsd, 2),
    approach_candidates: candidates.length,
    approach_used: usedCount,
    approach_skipped: unused.length + tooFarCount,
    skip_reasons: {
      ...(unused.length > 0 ? { not_in_top_k: unused.length } : {}),
      ...(tooFarCount > 0 ? { too_far_from_price: tooFarCount } : {}),
    },
    selected_zones: candidates
      .slice(0, usedCount)
      .map((candidate, index) =>
        selectedZone(state, snapshot, candidate, approach.shares[index] ?? []),
      ),
    skipped_zones: unused.map(({ priceUsd, side, faded }, index) => ({
      zone_price: roundDecimal(priceUsd, 2),
      zone_side: side,
      S_eff: roundDecimal(faded, 4),
      skip_reason: 'not_in_top_k',
      rank: usedCount + index + 1,
    })),
  }
}

function selectedZone(
  state: Calibrator,
  snapshot: Snapshot,
  { priceUsd, side, distance, stress, faded }: Candidate,
  shares: readonly number[],
): LogRecord {
  const order = [...shares.keys()].sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0))
  const { before, now } = stress
  return {
    zone_price: roundDecimal(priceUsd, 2),
    zone_side: side,
    dist_pct: roundDecimal(distance, 6),
    S: roundDecimal(stress.total, 4),
    S_eff: roundDecimal(faded, 4),
    resp_top3: Object.fromEntries(
      order
        .slice(0, 3)
        .map((index) => [snapshot.ladder[index] ?? 0, roundDecimal(shares[index] ?? 0, 4)]),
    ),
    stress_breakdown: {
      aggression: roundDecimal(stress.aggression, 4),
      oi_fuel: roundDecimal(stress.oiFuel, 4),
      depth_thinning: roundDecimal(stress.thinning, 4),
    },
    depth_debug: {
      depth_prev: roundDecimal(before.notionalUsd, 2),
      depth_now: roundDecimal(now.notionalUsd, 2),
      thin_frac: roundDecimal(stress.thinFraction, 4),
      window: state.settings.depthWindowBuckets,
      n_buckets_prev: before.bucketCount,
      n_buckets_now: now.bucketCount,
    },
  }
}

const orNull = (value: number | undefined, digits: number): number | null =>
  value === undefined ? null : roundDecimal(value, digits)
