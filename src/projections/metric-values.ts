/** Metrics of the last closed minute, as far as engines keep them as one number. */
import type { MinuteClose } from '../engines/minute-close.ts'
import { METRICS, type MetricName } from './metric-catalogue.ts'
import { asOfMs } from './minute-bodies.ts'
import { list, number, numberOrNull, object, text, type ViewOf } from './schema.ts'
import type { Shown } from './state-at.ts'

export const MetricsBody = object('The metric catalogue, with the last closed minute.', {
  symbol: text('Short name of the contract, such as BTC.'),
  asOfMs: number('Engine clock of the state shown; 0 before the first entry.', 'ms since 1970'),
  metrics: list(
    'In the order of the catalogue.',
    object('A metric.', {
      name: text('Name.'),
      unit: text('Unit.'),
      value: numberOrNull('Of the last closed minute; null where engines keep no number.', ''),
      definition: text('What it is.'),
      source: text('Channels that it comes from.'),
    }),
  ),
})

type Value = (close: MinuteClose) => number | undefined

const VALUES: { readonly [Name in MetricName]?: Value } = {
  timestamp: ({ closedMinute }) => closedMinute,
  perp_open: ({ bar }) => bar.openUsd,
  perp_close: ({ bar }) => bar.closeUsd,
  perp_high: ({ bar }) => bar.highUsd,
  perp_low: ({ bar }) => bar.lowUsd,
  perp_Vola: ({ bar }) => bar.volaUsd,
  perp_buyVol: ({ volume }) => volume.buyBase,
  perp_sellVol: ({ volume }) => volume.sellBase,
  perp_numberBuyTrades: ({ volume }) => volume.buyTradeCount,
  perp_numberSellTrades: ({ volume }) => volume.sellTradeCount,
  perp_totalVoids: ({ book }) => book.voidsBase,
  perp_totalReinforces: ({ book }) => book.reinforcesBase,
  perp_weighted_funding: ({ fundingFraction }) => fundingFraction,
  perp_total_oi: ({ openInterest }) => openInterest.sizeBase,
  perp_oi_change: ({ openInterest }) => openInterest.change,
  perp_liquidations_longsTotal: ({ liquidations }) => liquidations.sellBase,
  perp_liquidations_shortsTotal: ({ liquidations }) => liquidations.buyBase,
  perp_TTA_ratio: ({ ratios }) => ratios[0],
  perp_TTP_ratio: ({ ratios }) => ratios[1],
  perp_GTA_ratio: ({ ratios }) => ratios[2],
}

export function metricsBody({ state, at }: Shown, name: string): ViewOf<typeof MetricsBody> {
  const close = at.past.minutes.last(state.seq)?.close
  return {
    symbol: name,
    asOfMs: asOfMs(at),
    metrics: METRICS.map((metric) => ({
      name: metric.name,
      unit: metric.unit,
      value: close === undefined ? null : (VALUES[metric.name]?.(close) ?? null),
      definition: metric.definition,
      source: metric.source,
    })),
  }
}
