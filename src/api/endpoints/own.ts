/** What page and terminal need beyond the reference. */

import { DashboardView } from '../../projections/dashboard-view.ts'
import { MetricsBody, metricsBody } from '../../projections/metric-values.ts'
import {
  barsBody,
  LiquidationsBody,
  liquidationsBody,
  MinutesBody,
  minutesBody,
  WeightsBody,
  weightsBody,
  ZoneChangesBody,
  zoneChangesBody,
} from '../../projections/minute-bodies.ts'
import { MINUTES_SHOWN_MAX } from '../../projections/past.ts'
import {
  bookBody,
  summaryBody,
  ZoneLivesBody,
  zoneLivesBody,
} from '../../projections/state-bodies.ts'
import { StreamsBody, streamsBody } from '../../projections/stream-health.ts'
import { BarsView, BookView, RecordingView } from '../../projections/views.ts'
import { endpoint } from '../endpoint.ts'

const LEVELS_MAX = 1_000

const minutes = {
  kind: 'whole',
  min: 1,
  max: MINUTES_SHOWN_MAX,
  fallback: MINUTES_SHOWN_MAX,
  description: 'Newest minutes to show.',
  unit: 'min',
} as const

export const OWN_ENDPOINTS = [
  endpoint({
    path: '/v1/dashboard',
    summary: 'What the terminal shows',
    isOfSymbol: true,
    parameters: {},
    body: DashboardView,
    answer: ({ at }) => at.dashboard(),
  }),
  endpoint({
    path: '/v1/bars',
    summary: 'Newest minutes of the price',
    isOfSymbol: true,
    parameters: { minutes },
    body: BarsView,
    answer: (asked) => barsBody(asked, asked.name, asked.values.minutes),
  }),
  endpoint({
    path: '/v1/book',
    summary: 'The order book',
    isOfSymbol: true,
    parameters: {
      levels: {
        kind: 'whole',
        min: 1,
        max: LEVELS_MAX,
        fallback: 20,
        description: 'Best levels of each side to show.',
      },
    },
    body: BookView,
    answer: (asked) => bookBody(asked, asked.name, asked.values.levels),
  }),
  endpoint({
    path: '/v1/summary',
    summary: 'What the recording holds',
    isOfSymbol: false,
    parameters: {},
    body: RecordingView,
    answer: ({ state }) => summaryBody(state),
  }),
  endpoint({
    path: '/v1/streams',
    summary: 'Health of each stream',
    isOfSymbol: false,
    isVolatile: true,
    parameters: {},
    body: StreamsBody,
    answer: ({ state, nowMs }) => streamsBody(state, nowMs),
  }),
  endpoint({
    path: '/v1/minutes',
    summary: 'Closed minutes in figures',
    isOfSymbol: true,
    parameters: { minutes },
    body: MinutesBody,
    answer: (asked) => minutesBody(asked, asked.name, asked.values.minutes),
  }),
  endpoint({
    path: '/v1/liquidations',
    summary: 'Liquidations',
    isOfSymbol: true,
    parameters: { minutes },
    body: LiquidationsBody,
    answer: (asked) => liquidationsBody(asked, asked.name, asked.values.minutes),
  }),
  endpoint({
    path: '/v1/weights',
    summary: 'Leverage weights and their history',
    isOfSymbol: true,
    parameters: { minutes },
    body: WeightsBody,
    answer: (asked) => weightsBody(asked, asked.name, asked.values.minutes),
  }),
  endpoint({
    path: '/v1/zones',
    summary: 'Zones that stand, with their life',
    isOfSymbol: true,
    parameters: {},
    body: ZoneLivesBody,
    answer: (asked) => zoneLivesBody(asked, asked.name),
  }),
  endpoint({
    path: '/v1/zone-changes',
    summary: 'Zones created, grown, merged, swept and expired',
    isOfSymbol: true,
    parameters: { minutes },
    body: ZoneChangesBody,
    answer: (asked) => zoneChangesBody(asked, asked.name, asked.values.minutes),
  }),
  endpoint({
    path: '/v1/metrics',
    summary: 'The metric catalogue with present values',
    isOfSymbol: true,
    parameters: {},
    body: MetricsBody,
    answer: (asked) => metricsBody(asked, asked.name),
  }),
]
