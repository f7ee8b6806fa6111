/** The market part of the reference's files, in its field names. `recv` and `line` are added outside. */
import { base64Of } from './base64.ts'
import type { BookReport } from './book-report.ts'
import type { BookFrame } from './frames.ts'
import type { Market } from './market.ts'
import type { MinuteClose } from './minute-close.ts'

/** A value of a JSON file. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** What `minutes.jsonl` says of the market at a rollover. */
export function minuteRow(symbol: string, close: MinuteClose): { readonly [key: string]: Json } {
  const { bar, volume, takers, openInterest, book, liquidations } = close
  return {
    minute_key: close.minuteKey,
    live: close.live,
    ohlc: {
      open: bar.openUsd,
      high: bar.highUsd,
      low: bar.lowUsd,
      close: bar.closeUsd,
      ticks: bar.tickCount,
      vola: bar.volaUsd,
    },
    ohlc4: close.ohlc4Usd,
    volume: {
      buy: volume.buyBase,
      sell: volume.sellBase,
      buy_trades: volume.buyTradeCount,
      sell_trades: volume.sellTradeCount,
    },
    aggression:
      takers === undefined
        ? null
        : {
            minute_key: takers.minute,
            taker_buy: takers.buyUsd,
            taker_sell: takers.sellUsd,
            trades: takers.tradeCount,
          },
    oi: {
      total: openInterest.total,
      change: openInterest.change,
      qty: openInterest.sizeBase === undefined ? {} : { [symbol]: openInterest.sizeBase },
    },
    ratios: { tta: close.ratios[0], ttp: close.ratios[1], gta: close.ratios[2] },
    funding: close.fundingFraction,
    liquidations: { buy_qty: liquidations.buyBase, sell_qty: liquidations.sellBase },
    book: {
      best_bid: book.bestBidUsd,
      best_ask: book.bestAskUsd,
      spread: book.spreadUsd,
      mid: book.midUsd,
      bid_depth: book.bidDepthBase,
      ask_depth: book.askDepthBase,
      imbalance: book.imbalance,
      voids: book.voidsBase,
      reinforces: book.reinforcesBase,
    },
  }
}

/** The `recon` of `minutes.jsonl`, which stands after what the later engines add. */
export function reconRow(report: BookReport): { readonly [key: string]: Json } {
  const { counts } = report
  return {
    state: report.state,
    last_applied_u: report.lastAppliedU,
    snapshot_last_update_id: report.snapshotLastUpdateId,
    levels_bid: report.bidCount,
    levels_ask: report.askCount,
    best_bid: report.bestBidUsd,
    best_ask: report.bestAskUsd,
    resyncs: counts.resyncs,
    diffs_buffered: report.bufferedCount,
    diffs_applied: counts.diffsApplied,
    diffs_discarded: counts.diffsDiscarded,
    last_gap_type: counts.lastGapType,
    last_gap_pu: counts.lastGapPu,
    last_gap_expected: counts.lastGapExpected,
    pu_gap_count: counts.puGapCount,
    u_gap_count: counts.uGapCount,
    max_sync_duration_s: counts.syncDurationSMax,
    diffs_in_current_sync: counts.diffsInCurrentSync,
  }
}

/** `ob_recon_stats.json`: the last that was written (`pipeline.md` §10.6); nothing before it. */
export function reconStatsFile(market: Market): { readonly [key: string]: Json } | undefined {
  const report = market.bookReport
  if (report === undefined) return undefined
  const { counts } = report
  return {
    state: report.state,
    synced: report.state === 'synced',
    snapshot_last_update_id: report.snapshotLastUpdateId,
    last_applied_u: report.lastAppliedU,
    first_diff_applied_U: report.firstDiffU,
    first_diff_applied_u: report.firstDiffLastU,
    levels_bid: report.bidCount,
    levels_ask: report.askCount,
    best_bid: report.bestBidUsd,
    best_ask: report.bestAskUsd,
    resyncs: counts.resyncs,
    diffs_buffered: report.bufferedCount,
    diffs_applied: counts.diffsApplied,
    diffs_discarded: counts.diffsDiscarded,
    last_update_ts: counts.lastUpdateClockMs / 1000,
    gap_tolerance: report.gapTolerance,
    last_gap_type: counts.lastGapType,
    last_gap_pu: counts.lastGapPu,
    last_gap_expected: counts.lastGapExpected,
    pu_gap_count: counts.puGapCount,
    u_gap_count: counts.uGapCount,
    max_sync_duration_s: counts.syncDurationSMax,
    diffs_in_current_sync: counts.diffsInCurrentSync,
    written_at: report.writtenClockMs / 1000,
  }
}

/** A row of `ob_frames.jsonl`. */
export function frameRow(frame: BookFrame): { readonly [key: string]: Json } {
  return {
    ts: frame.startTimeS,
    src: frame.srcUsd,
    step: frame.stepUsd,
    price_min: frame.priceMinUsd,
    price_max: frame.priceMaxUsd,
    n_prices: frame.bidLevels.length,
    norm_p50: frame.p50Usd,
    norm_p90: frame.p90Usd,
    norm_p95: frame.p95Usd,
    norm_p99: frame.p99Usd,
    norm_max: frame.maxUsd,
    bid_p50: frame.bid.p50Usd,
    bid_p95: frame.bid.p95Usd,
    bid_max: frame.bid.maxUsd,
    ask_p50: frame.ask.p50Usd,
    ask_p95: frame.ask.p95Usd,
    ask_max: frame.ask.maxUsd,
    total_bid_notional: frame.bid.totalUsd,
    total_ask_notional: frame.ask.totalUsd,
    bid_notional: filledOf(frame.bidNotionalUsd),
    ask_notional: filledOf(frame.askNotionalUsd),
    bid_u8: base64Of(frame.bidLevels),
    ask_u8: base64Of(frame.askLevels),
  }
}

/** `[index, notional]` of the buckets that hold anything. */
function filledOf(notionalUsd: Float64Array): Json {
  return Array.from(notionalUsd, (value, index) => [index, value] as const).filter(
    ([, value]) => value > 0,
  )
}
