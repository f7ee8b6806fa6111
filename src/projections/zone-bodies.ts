/** V3: the zones that stand (`api.md` §9.7–9.9). */
import { roundDecimal } from '../base/numeric.ts'
import { activeZones, zoneSummary } from '../engines/liquidation/zone-views.ts'
import { shownEngines } from '../engines/symbol/symbol-engines.ts'
import {
  flag,
  list,
  map,
  number,
  numberOrNull,
  object,
  text,
  textOrNull,
  type ViewOf,
  whole,
  wholeOrNull,
} from './schema.ts'
import { clockS, type Shown } from './state-at.ts'

/** What a weight of 1 is called in USD (Q17): an estimate of an estimate. */
const USD_PER_WEIGHT = 100_000

const symbol = text('Short name of the contract, such as BTC.')
const ts = number('The moment shown.', 's since 1970')
const usd = (description: string) => number(description, 'USD')

const zoneFields = {
  weight: number('Standard model: liquidations expected if price gets there.', ''),
  created_at: whole('When it came to be.', 'ms since 1970'),
  last_reinforced_at: whole('When it last grew.', 'ms since 1970'),
  reinforcement_count: whole('How often it grew.'),
  source: text('`standing`; of the reference `tape`, `inference`, `combined`, `sweep`.'),
  tier_contributions: map('What each leverage adds.', number('Weight.', '')),
}

const Zone = object('A zone.', {
  price: usd('Price that sets it off.'),
  side: text('Of the positions in it: long or short.'),
  ...zoneFields,
})

const counters = {
  active_zones_long: whole('Zones that stand.'),
  active_zones_short: whole('Zones that stand.'),
  total_weight_long: number('Sum of their weights.', ''),
  total_weight_short: number('Sum of their weights.', ''),
  zones_created_total: whole('Since the start.'),
  zones_reinforced_total: whole('Since the start.'),
  zones_swept_total: whole('Since the start: price went through them.'),
  zones_expired_total: whole('Since the start: too old or too weak.'),
  zones_merged_total: whole('Since the start.'),
}

export const ZonesBody = object('Zones that stand, the heaviest first.', {
  symbol,
  ts,
  zones: list('The heaviest first.', Zone),
  zones_count: whole('Zones shown.'),
  summary: object('All zones, whatever the filter.', counters),
  filters: object('As asked for.', {
    side: textOrNull('long or short.'),
    min_leverage: wholeOrNull('Lowest leverage that counts.'),
    max_leverage: wholeOrNull('Highest leverage that counts.'),
    min_weight: numberOrNull('Lightest zone.', ''),
  }),
})

export const ZonesSummaryBody = object('Zones in figures.', { ...counters, symbol, ts })

const Level = object('A zone as a level.', {
  price: usd('Price that sets it off.'),
  weight: zoneFields.weight,
  notional_usd: usd('Weight times 100,000: an estimate.'),
  tier_contributions: zoneFields.tier_contributions,
  reinforcement_count: zoneFields.reinforcement_count,
  source: zoneFields.source,
  created_at: zoneFields.created_at,
  last_reinforced_at: zoneFields.last_reinforced_at,
})

export const ZonesHeatmapBody = object('Zones in the shape of the V2 heatmap.', {
  symbol,
  ts,
  long_levels: list('The heaviest first.', Level),
  short_levels: list('The heaviest first.', Level),
  meta: object('How they were chosen.', {
    min_leverage: wholeOrNull('As asked for.'),
    max_leverage: wholeOrNull('As asked for.'),
    min_weight: numberOrNull('As asked for.', ''),
    min_notional: numberOrNull('As asked for.', 'USD'),
    filtered: flag('Something was asked for.'),
    long_pools_count: whole('Levels shown.'),
    short_pools_count: whole('Levels shown.'),
    total_long_weight: number('Of all zones.', ''),
    total_short_weight: number('Of all zones.', ''),
    zones_created: whole('Since the start.'),
    zones_swept: whole('Since the start.'),
  }),
})

export interface ZoneQuery {
  readonly side: string | undefined
  readonly minLeverage: number | undefined
  readonly maxLeverage: number | undefined
  readonly minWeight: number | undefined
}

export function zonesBody(
  { state, at }: Shown,
  name: string,
  query: ZoneQuery,
): ViewOf<typeof ZonesBody> | undefined {
  const zones = zonesOf(at)
  if (zones === undefined) return undefined
  const shown = weighed(zones, query)
  return {
    symbol: name,
    ts: clockS(state),
    zones: shown,
    zones_count: shown.length,
    summary: zoneSummary(zones),
    filters: {
      side: query.side ?? null,
      min_leverage: query.minLeverage ?? null,
      max_leverage: query.maxLeverage ?? null,
      min_weight: query.minWeight ?? null,
    },
  }
}

export function zonesSummaryBody(
  { state, at }: Shown,
  name: string,
): ViewOf<typeof ZonesSummaryBody> | undefined {
  const zones = zonesOf(at)
  if (zones === undefined) return undefined
  return { ...zoneSummary(zones), symbol: name, ts: clockS(state) }
}

export function zonesHeatmapBody(
  { state, at }: Shown,
  name: string,
  query: ZoneQuery & { readonly minNotional: number },
): ViewOf<typeof ZonesHeatmapBody> | undefined {
  const zones = zonesOf(at)
  if (zones === undefined) return undefined
  const levels = { long: [] as LevelBody[], short: [] as LevelBody[] }
  for (const { side, price, weight, ...rest } of weighed(zones, query)) {
    const estimateUsd = weight * USD_PER_WEIGHT
    if (query.minNotional > 0 && estimateUsd < query.minNotional) continue
    levels[side].push({
      price,
      weight,
      notional_usd: roundDecimal(estimateUsd, 2),
      tier_contributions: rest.tier_contributions,
      reinforcement_count: rest.reinforcement_count,
      source: rest.source,
      created_at: rest.created_at,
      last_reinforced_at: rest.last_reinforced_at,
    })
  }
  const summary = zoneSummary(zones)
  const bounds = [query.minLeverage, query.maxLeverage, query.minWeight, query.minNotional]
  return {
    symbol: name,
    ts: clockS(state),
    long_levels: levels.long,
    short_levels: levels.short,
    meta: {
      min_leverage: query.minLeverage ?? null,
      max_leverage: query.maxLeverage ?? null,
      min_weight: query.minWeight ?? null,
      min_notional: query.minNotional,
      filtered: bounds.some((bound) => bound !== undefined && bound !== 0),
      long_pools_count: levels.long.length,
      short_pools_count: levels.short.length,
      total_long_weight: summary.total_weight_long,
      total_short_weight: summary.total_weight_short,
      zones_created: summary.zones_created_total,
      zones_swept: summary.zones_swept_total,
    },
  }
}

type LevelBody = ViewOf<typeof Level>

const zonesOf = ({ engines }: Shown['at']) =>
  engines === undefined ? undefined : shownEngines(engines).state.heatmap.zones

function weighed(zones: Parameters<typeof activeZones>[0], query: ZoneQuery) {
  const { side, minLeverage = 0, maxLeverage = 0, minWeight = 0 } = query
  const shown = activeZones(zones, {
    ...(side === undefined ? {} : { side }),
    minLeverage,
    maxLeverage,
  })
  return minWeight > 0 ? shown.filter(({ weight }) => weight >= minWeight) : shown
}
