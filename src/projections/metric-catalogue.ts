/** The metric catalogue of `dashboard.md` §9: names, units, definitions, and the channels they come from. */

export interface Metric {
  readonly name: string
  readonly unit: string
  readonly definition: string
  /** Channels of the journal. */
  readonly source: string
  /** Why there is no value of it; empty where there is. */
  readonly absent: string
}

type Row = readonly [name: string, unit: string, definition: string, source: string]

const ROWS = [
  ['timestamp', 'minute', 'Minute that closed.', 'any'],
  ['perp_open', 'USD', 'Price at the start of the minute: the mid of the book.', 'depth, aggTrade'],
  ['perp_close', 'USD', 'Last price of the minute.', 'depth, aggTrade'],
  ['perp_high', 'USD', 'Highest price of the minute.', 'depth, aggTrade'],
  ['perp_low', 'USD', 'Lowest price of the minute.', 'depth, aggTrade'],
  [
    'perp_Vola',
    'USD',
    'Population standard deviation of the prices sampled, one for each depth message.',
    'depth',
  ],
  ['perp_books', 'level→base', 'Whole book by price level of 50 USD, counted from below.', 'depth'],
  ['perp_buyVol', 'base', 'Sum of what takers bought.', 'aggTrade'],
  ['perp_sellVol', 'base', 'Sum of what takers sold.', 'aggTrade'],
  ['perp_VolProfile', 'level→base', 'Traded volume by price level.', 'aggTrade'],
  ['perp_buyVolProfile', 'level→base', 'Bought volume by price level.', 'aggTrade'],
  ['perp_sellVolProfile', 'level→base', 'Sold volume by price level.', 'aggTrade'],
  ['perp_numberBuyTrades', 'count', 'Trades in which takers bought.', 'aggTrade'],
  ['perp_numberSellTrades', 'count', 'Trades in which takers sold.', 'aggTrade'],
  ['perp_orderedBuyTrades', 'base[]', 'Sizes of bought trades in their order.', 'aggTrade'],
  ['perp_orderedSellTrades', 'base[]', 'Sizes of sold trades in their order.', 'aggTrade'],
  ['perp_voids', 'level→base', 'What the last depth message took away, by level.', 'depth'],
  ['perp_reinforces', 'level→base', 'What the last depth message added, by level.', 'depth'],
  ['perp_totalVoids', 'base', 'What the last depth message of the minute took away.', 'depth'],
  ['perp_totalReinforces', 'base', 'What the last depth message of the minute added.', 'depth'],
  [
    'perp_totalVoidsVola',
    'base',
    'Standard deviation over levels of what was taken away.',
    'depth, aggTrade',
  ],
  [
    'perp_voidsDuration',
    'level→s',
    'Median time between seconds in which a level lost size.',
    'depth, aggTrade',
  ],
  ['perp_voidsDurationVola', 'level→s', 'Standard deviation of those seconds.', 'depth, aggTrade'],
  [
    'perp_reinforcesDuration',
    'level→s',
    'Median time between seconds in which a level gained size.',
    'depth, aggTrade',
  ],
  [
    'perp_reinforcesDurationVola',
    'level→s',
    'Standard deviation of those seconds.',
    'depth, aggTrade',
  ],
  [
    'perp_weighted_funding',
    'fraction',
    'Funding rate, weighed by open interest over instruments.',
    'markPrice, openInterest',
  ],
  [
    'perp_total_oi',
    'base',
    'Open interest as last polled, summed over instruments.',
    'openInterest',
  ],
  ['perp_oi_change', 'base', 'Change of open interest in the minute.', 'openInterest'],
  [
    'perp_oi_Vola',
    'base',
    'Standard deviation of changes over seconds and levels.',
    'openInterest',
  ],
  ['perp_oi_increases', 'level→base', 'Increases by the level of the price then.', 'openInterest'],
  ['perp_oi_increases_Vola', 'level→base', 'Their standard deviation.', 'openInterest'],
  ['perp_oi_decreases', 'level→base', 'Decreases by the level of the price then.', 'openInterest'],
  ['perp_oi_decreases_Vola', 'level→base', 'Their standard deviation.', 'openInterest'],
  ['perp_oi_turnover', 'level→base', 'Increases and decreases together, by level.', 'openInterest'],
  ['perp_oi_turnover_Vola', 'level→base', 'Their standard deviation.', 'openInterest'],
  ['perp_oi_total', 'level→base', 'Net change by level.', 'openInterest'],
  ['perp_oi_total_Vola', 'level→base', 'Its standard deviation.', 'openInterest'],
  ['perp_orderedOIChanges', 'base[]', 'Changes in their order.', 'openInterest'],
  ['perp_OIs_per_instrument', 'name→base', 'Open interest of each instrument.', 'openInterest'],
  [
    'perp_fundings_per_instrument',
    'name→fraction',
    'Funding rate of each instrument.',
    'markPrice',
  ],
  [
    'perp_liquidations_longsTotal',
    'base',
    'Longs liquidated: forced orders that sell. The reference has the sides the other way round.',
    'forceOrder',
  ],
  ['perp_liquidations_longs', 'level→base', 'Longs liquidated, by level.', 'forceOrder'],
  [
    'perp_liquidations_shortsTotal',
    'base',
    'Shorts liquidated: forced orders that buy.',
    'forceOrder',
  ],
  ['perp_liquidations_shorts', 'level→base', 'Shorts liquidated, by level.', 'forceOrder'],
  ['perp_liquidations_orderedLongs', 'base[]', 'Longs liquidated in their order.', 'forceOrder'],
  ['perp_liquidations_orderedShorts', 'base[]', 'Shorts liquidated in their order.', 'forceOrder'],
  [
    'perp_TTA_ratio',
    'ratio',
    'Longs over shorts, accounts of top traders.',
    'topLongShortAccountRatio',
  ],
  [
    'perp_TTP_ratio',
    'ratio',
    'Longs over shorts, positions of top traders.',
    'topLongShortPositionRatio',
  ],
  ['perp_GTA_ratio', 'ratio', 'Longs over shorts, all accounts.', 'globalLongShortAccountRatio'],
] as const satisfies readonly Row[]

export type MetricName = (typeof ROWS)[number][0]

const BY_SECOND = 'needs a table of the seconds of each minute, which is not kept'
const AS_TOTAL = 'kept as a total only'
const ABSENT: { readonly [Name in MetricName]?: string } = {
  perp_VolProfile: AS_TOTAL,
  perp_buyVolProfile: AS_TOTAL,
  perp_sellVolProfile: AS_TOTAL,
  perp_orderedBuyTrades: AS_TOTAL,
  perp_orderedSellTrades: AS_TOTAL,
  perp_voids: AS_TOTAL,
  perp_reinforces: AS_TOTAL,
  perp_totalVoidsVola: BY_SECOND,
  perp_voidsDuration: BY_SECOND,
  perp_voidsDurationVola: BY_SECOND,
  perp_reinforcesDuration: BY_SECOND,
  perp_reinforcesDurationVola: BY_SECOND,
  perp_oi_Vola: BY_SECOND,
  perp_oi_increases: BY_SECOND,
  perp_oi_increases_Vola: BY_SECOND,
  perp_oi_decreases: BY_SECOND,
  perp_oi_decreases_Vola: BY_SECOND,
  perp_oi_turnover: BY_SECOND,
  perp_oi_turnover_Vola: BY_SECOND,
  perp_oi_total: BY_SECOND,
  perp_oi_total_Vola: BY_SECOND,
  perp_orderedOIChanges: BY_SECOND,
}

export const METRICS: readonly (Metric & { readonly name: MetricName })[] = ROWS.map(
  ([name, unit, definition, source]) => ({
    name,
    unit,
    definition,
    source,
    absent: ABSENT[name] ?? '',
  }),
)
