/** V3: zones (`api.md` §9.7–9.9). */
import {
  type ZoneQuery,
  ZonesBody,
  ZonesHeatmapBody,
  ZonesSummaryBody,
  zonesBody,
  zonesHeatmapBody,
  zonesSummaryBody,
} from '../../projections/zone-bodies.ts'
import { endpoint, orMissing } from '../endpoint.ts'
import { amountParameter } from './heat.ts'

const leverage = (description: string) =>
  ({ kind: 'whole', fallback: undefined, description, unit: 'x' }) as const

const filters = {
  min_leverage: leverage('Lowest leverage that counts; 0 for no bound.'),
  max_leverage: leverage('Highest leverage that counts; 0 for no bound.'),
  min_weight: amountParameter('Lightest zone to show.', ''),
}

interface Values {
  readonly min_leverage: number | undefined
  readonly max_leverage: number | undefined
  readonly min_weight: number | undefined
}

const queryOf = (values: Values, side?: string): ZoneQuery => ({
  side,
  minLeverage: values.min_leverage,
  maxLeverage: values.max_leverage,
  minWeight: values.min_weight,
})

const missing = (name: string): string =>
  `No zone manager available for ${name}. Is the engine registered?`

export const ZONE_ENDPOINTS = [
  endpoint({
    path: '/v3/liq_zones',
    aliases: ['/liq_zones'],
    summary: 'Zones that stand',
    isOfSymbol: true,
    parameters: {
      side: { kind: 'text', choices: ['long', 'short'], description: 'Of the positions in it.' },
      ...filters,
    },
    body: ZonesBody,
    answer: (asked) =>
      orMissing(
        zonesBody(asked, asked.name, queryOf(asked.values, asked.values.side)),
        missing(asked.name),
      ),
  }),
  endpoint({
    path: '/v3/liq_zones_summary',
    aliases: ['/liq_zones_summary'],
    summary: 'Zones in figures',
    isOfSymbol: true,
    parameters: {},
    body: ZonesSummaryBody,
    answer: (asked) => orMissing(zonesSummaryBody(asked, asked.name), missing(asked.name)),
  }),
  endpoint({
    path: '/v3/liq_heatmap',
    aliases: ['/liq_zones_heatmap'],
    summary: 'Zones in the shape of the V2 heatmap',
    isOfSymbol: true,
    parameters: {
      ...filters,
      min_notional: {
        kind: 'number',
        fallback: 0,
        description: 'Smallest level to show; 0 and below for all.',
        unit: 'USD',
      },
    },
    body: ZonesHeatmapBody,
    answer: (asked) =>
      orMissing(
        zonesHeatmapBody(asked, asked.name, {
          ...queryOf(asked.values),
          minNotional: asked.values.min_notional,
        }),
        missing(asked.name),
      ),
  }),
]
