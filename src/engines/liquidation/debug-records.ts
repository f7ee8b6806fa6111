/** Records by which a person checks what the engines were given (`pipeline.md` §11.4). */
import { roundDecimal } from '../../base/numeric.ts'
import type { TakerMinute } from '../taker-flow.ts'
import type { LiquidationContext } from './context.ts'
import { isoTime } from './iso-time.ts'
import type { Side } from './leverage.ts'
import { shownZones, type ZoneTracker } from './zone-tracker.ts'

/** What is known of a liquidation beside what the engines take. Prices are 0 where unknown. */
export interface LiquidationOrigin {
  readonly rawSymbol: string
  readonly rawSide: string
  readonly markUsd: number
  readonly midUsd: number
  readonly lastUsd: number
}

export interface CheckedLiquidation {
  readonly timeS: number
  readonly side: Side
  readonly priceUsd: number
  readonly sizeBase: number
  readonly notionalUsd: number
}

/** Only the first liquidations are written down (`pipeline.md` §4.3). */
export const SANITY_RECORDS_MAX = 50

export function emitSanity(
  { emit }: LiquidationContext,
  eventNumber: number,
  event: CheckedLiquidation,
  origin: LiquidationOrigin,
): void {
  if (emit === undefined) return
  const { markUsd, midUsd, lastUsd } = origin
  const sources = { mark: markUsd, mid: midUsd, last: lastUsd }
  const [source, sourceUsd] = Object.entries(sources).find(([, usd]) => usd > 0) ?? ['none', 0]
  const checks = { price: event.priceUsd, qty: event.sizeBase, event_src: sourceUsd }
  const failures = Object.entries(checks)
    .filter(([, value]) => value <= 0)
    .map(([name]) => `${name}<=0`)
  emit('liq_debug', {
    type: failures.length === 0 ? 'event_sanity_ok' : 'event_sanity_fail',
    event_num: eventNumber,
    ...(failures.length === 0 ? {} : { failures }),
    raw_symbol: origin.rawSymbol,
    raw_side: origin.rawSide,
    calib_side: event.side,
    price: event.priceUsd,
    qty: event.sizeBase,
    notional: event.notionalUsd,
    mark_price: markUsd,
    mid_price: midUsd,
    last_price: lastUsd,
    event_src_price: sourceUsd,
    src_source: source,
    ts: isoTime(event.timeS),
  })
}

/** The taker flow of a minute close, and what it was chosen from. */
export interface AggressionMinute {
  /** Minutes since 1970: whose trades the flow is made of. */
  readonly takerMinute: number
  readonly tradeCount: number
  /** There was no minute to take it from: volumes of the bar at its price. */
  readonly isFallback: boolean
  readonly lastMinutes: readonly TakerMinute[]
  /** Unit: base. */
  readonly buyBase: number
  readonly sellBase: number
}

export function emitAggression(
  { emit }: LiquidationContext,
  flow: AggressionMinute,
  minute: {
    readonly minuteKey: number
    readonly srcUsd: number
    readonly takerBuyUsd: number
    readonly takerSellUsd: number
    readonly timeS: number
  },
): void {
  if (emit === undefined) return
  const { takerBuyUsd, takerSellUsd } = minute
  const totalUsd = takerBuyUsd + takerSellUsd
  const volumes = {
    perp_buyVol_btc: roundDecimal(flow.buyBase, 6),
    perp_sellVol_btc: roundDecimal(flow.sellBase, 6),
  }
  emit('liq_debug', {
    type: 'aggression_minute',
    minute_key: flow.takerMinute,
    v2_minute_key: minute.minuteKey,
    src: roundDecimal(minute.srcUsd, 2),
    trade_count: flow.tradeCount,
    buy_notional_usd: roundDecimal(takerBuyUsd, 2),
    sell_notional_usd: roundDecimal(takerSellUsd, 2),
    total_notional_usd: roundDecimal(totalUsd, 2),
    buy_pct: roundDecimal(totalUsd > 0 ? takerBuyUsd / totalUsd : 0.5, 4),
    fallback_used: flow.isFallback,
    history_last_5: flow.lastMinutes.map((taker) => ({
      minute_key: taker.minute,
      trade_count: taker.tradeCount,
      taker_buy_notional: roundDecimal(taker.buyUsd, 2),
      taker_sell_notional: roundDecimal(taker.sellUsd, 2),
    })),
    ...(flow.isFallback ? volumes : {}),
    ts: isoTime(minute.timeS),
  })
}

export function emitTracker(
  { emit, grid, settings }: LiquidationContext,
  tracker: ZoneTracker,
  minute: number,
  timeS: number,
): void {
  if (emit === undefined) return
  const { maxZones, enterMargin, exitMargin, ttlMinutes } = settings.zoneTracker
  const displayed = (side: Side) =>
    shownZones(tracker[side]).map((zone) => [
      zone.priceUsd,
      roundDecimal(zone.strength, 3),
      minute - zone.entryMinute,
    ])
  emit('liq_debug', {
    type: 'zone_tracker_debug',
    minute,
    displayed_long: displayed('long'),
    displayed_short: displayed('short'),
    config: {
      steps: grid.stepUsd,
      max_zones: maxZones,
      enter_margin: enterMargin,
      exit_margin: exitMargin,
      ttl_minutes: ttlMinutes,
    },
    ts: isoTime(timeS),
  })
}
