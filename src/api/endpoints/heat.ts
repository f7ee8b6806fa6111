/** Snapshots of the heatmap, their history and their figures (`api.md` §9.2–9.6). */
import {
  heatStats,
  SnapshotV1,
  SnapshotV2,
  Stats,
  snapshotV1,
  snapshotV2,
  warningOf,
} from '../../projections/heat-bodies.ts'
import { HistoryBody, heatHistory } from '../../projections/heat-history.ts'
import { MINUTES_SHOWN_MAX } from '../../projections/past.ts'
import type { Shown } from '../../projections/state-at.ts'
import { endpoint, type JsonAnswer, minuteVersion, orMissing } from '../endpoint.ts'

export const minutesParameter = {
  kind: 'whole',
  min: 5,
  max: MINUTES_SHOWN_MAX,
  clamped: true,
  fallback: MINUTES_SHOWN_MAX,
  description: 'Newest minutes to show; out of range they are moved into it.',
  unit: 'min',
} as const

export const strideParameter = (max: number) =>
  ({
    kind: 'whole',
    min: 1,
    max,
    clamped: true,
    fallback: 1,
    description: 'Show each so-manieth, counted back from the newest.',
  }) as const

export const amountParameter = (description: string, unit: string) =>
  ({ kind: 'number', fallback: undefined, description, unit }) as const

/** A snapshot changes with the minute, and while it is old with each second of its age. */
const snapshotVersion = (shown: Shown): string => {
  const warning = warningOf(shown.state, shown.at.documents?.v1.ts ?? 0)
  return `${minuteVersion(shown)}${warning._warning ?? ''}`
}

export const HEAT_ENDPOINTS = [
  endpoint({
    path: '/v1/liq_heatmap',
    aliases: ['/liq_heatmap'],
    summary: 'V1 heatmap of the last minute',
    isOfSymbol: true,
    parameters: {
      window_minutes: { kind: 'whole', fallback: 60, description: 'Read, and not used.' },
    },
    body: SnapshotV1,
    versionOf: snapshotVersion,
    answer: (asked) =>
      orMissing(
        snapshotV1(asked),
        `No V1 snapshot available for ${asked.name}. Is the viewer running?`,
      ),
  }),
  endpoint({
    path: '/v1/liq_heatmap_history',
    aliases: ['/liq_heatmap_history'],
    summary: 'Minutes of the V1 heatmap',
    isOfSymbol: true,
    parameters: { minutes: minutesParameter, stride: strideParameter(30) },
    body: HistoryBody,
    versionOf: minuteVersion,
    answer: (asked): JsonAnswer => ({ json: heatHistory(asked, 'v1', asked.values) }),
  }),
  endpoint({
    path: '/v2/liq_heatmap',
    aliases: ['/liq_heatmap_v2'],
    summary: 'V2 heatmap of the last minute, with pools',
    isOfSymbol: true,
    parameters: {
      min_notional: {
        kind: 'number',
        fallback: 0,
        description: 'Smallest pool to show; 0 and below for all.',
        unit: 'USD',
      },
    },
    body: SnapshotV2,
    versionOf: snapshotVersion,
    answer: (asked) =>
      orMissing(
        snapshotV2(asked, asked.values.min_notional),
        `No V2 snapshot available for ${asked.name}. Is the viewer running?`,
      ),
  }),
  endpoint({
    path: '/v2/liq_heatmap_history',
    aliases: ['/liq_heatmap_v2_history'],
    summary: 'Minutes of the V2 heatmap',
    isOfSymbol: true,
    parameters: { minutes: minutesParameter, stride: strideParameter(30) },
    body: HistoryBody,
    versionOf: minuteVersion,
    answer: (asked): JsonAnswer => ({ json: heatHistory(asked, 'v2', asked.values) }),
  }),
  endpoint({
    path: '/v2/liq_stats',
    aliases: ['/liq_stats'],
    summary: 'Figures of the heatmap',
    isOfSymbol: true,
    parameters: {},
    body: Stats,
    answer: (asked) => orMissing(heatStats(asked), 'V2 heatmap not available'),
  }),
]
