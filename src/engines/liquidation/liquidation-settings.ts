/** Every number of the liquidation engines that changes a result, with the chapters' own names. */
import type { SettingSpecs, SettingsOf } from '../../base/setting.ts'
import type { PipelineSettings } from '../market-settings.ts'
import type { HeatmapSettings, ZonesSettings, ZoneTrackerSettings } from './heatmap-settings.ts'

export const STRESS_SETTINGS = {
  volLength: {
    default: 50,
    unit: 'minutes',
    doc: 'Length of the average that a minute’s volume is measured against.',
    why: 'stress-engine.md §3.',
    min: 1,
    max: 1440,
    whole: true,
  },
  buffer: {
    default: 0.002,
    unit: 'fraction',
    doc: 'Distance of a liquidation beyond 1/leverage.',
    why: 'stress-engine.md §3.',
    min: 0,
    max: 0.1,
  },
  fade: {
    default: 0.97,
    unit: 'factor per minute',
    doc: 'What is left of a zone’s strength after a minute.',
    why: 'stress-engine.md §3.',
    min: 0,
    max: 1,
  },
  logScale: {
    default: false,
    unit: '',
    doc: 'Take ln(ratio + 1) of the volume ratios.',
    why: 'stress-engine.md §3: off in the reference.',
  },
  zoneCreationThreshold: {
    default: 0.5,
    unit: 'ratio',
    doc: 'Neither side adds while both volume ratios are below it.',
    why: 'stress-engine.md §3.',
    min: 0,
    max: 50,
  },
  minStrengthAdd: {
    default: 0.01,
    unit: 'strength',
    doc: 'Smallest addition that is made.',
    why: 'stress-engine.md §3; it hides the top tiers (quirk 3).',
    min: 0,
    max: 1,
  },
  removalThreshold: {
    default: 0.01,
    unit: 'strength',
    doc: 'A weaker zone is dropped after fading.',
    why: 'stress-engine.md §3.',
    min: 0,
    max: 1,
  },
} as const satisfies SettingSpecs

export const TAPE_SETTINGS = {
  retentionMinutes: {
    default: 720,
    unit: 'minutes',
    doc: 'Ten times this is the largest number of events that the tape says it holds.',
    why: 'liquidation-tape.md §3 and quirk 7: it bounds a count and nothing else.',
    min: 1,
    max: 100_000,
    whole: true,
  },
  minBucketUsd: {
    default: 100,
    unit: 'USD',
    doc: 'A smaller bucket is dropped after fading.',
    why: 'liquidation-tape.md §3.',
    min: 0,
    max: 1e9,
  },
  learningBuffer: {
    default: 0.002,
    unit: 'fraction',
    doc: 'Taken off a liquidation’s distance before its leverage is read from it.',
    why: 'liquidation-tape.md §3: independent of heatmap.buffer.',
    min: 0,
    max: 0.1,
  },
  learningTiers: {
    default: '5,10,20,25,50,75,100,125',
    unit: 'leverage tiers',
    doc: 'Tiers that a liquidation’s distance can be sorted into.',
    why: 'liquidation-tape.md §3.',
  },
  samplesPerTier: {
    default: 500,
    unit: 'events',
    doc: 'Samples kept per tier, the newest.',
    why: 'liquidation-tape.md §3.',
    min: 1,
    max: 100_000,
    whole: true,
  },
  creditUnseenTiers: {
    default: false,
    reference: true,
    unit: '',
    doc: 'Answer for a tier without samples with those of all tiers together.',
    why: 'liquidation-tape.md quirk 1: the reference does, so that learning moves weight to tiers nobody saw. We answer that there are none.',
  },
  zoneWeightUsd: {
    default: 100_000,
    unit: 'USD',
    doc: 'Notional that is worth a zone weight of 1.',
    why: 'liquidation-tape.md §3.',
    min: 1,
    max: 1e9,
  },
} as const satisfies SettingSpecs

export const INFERENCE_SETTINGS = {
  leverageWeights: {
    default: '10:0,20:0.18,25:0.27,50:0.3,75:0.15,100:0.08,125:0.02',
    unit: 'tier:share',
    doc: 'Shares of the tiers at the start, in the order of projection.',
    why: 'entry-inference.md §3, W7 of calibrator.md §1.4; for all symbols.',
  },
  disabledTiers: {
    default: '10',
    unit: 'leverage tiers',
    doc: 'Tiers that nothing is projected on.',
    why: 'entry-inference.md §3.',
  },
  minOiChangePct: {
    default: 0.00005,
    unit: 'fraction',
    doc: 'A smaller rise of open interest, relative to the new one, opens nothing.',
    why: 'entry-inference.md §3.',
    min: 0,
    max: 1,
  },
  minWeight: {
    default: 0.1,
    unit: 'fraction',
    doc: 'Smallest share of new positions that are longs.',
    why: 'entry-inference.md §3.',
    min: 0,
    max: 1,
  },
  maxWeight: {
    default: 0.9,
    unit: 'fraction',
    doc: 'Largest share of new positions that are longs.',
    why: 'entry-inference.md §3.',
    min: 0,
    max: 1,
  },
  minSizeUsd: {
    default: 100,
    unit: 'USD',
    doc: 'Smaller sides, contributions and buckets are left out.',
    why: 'entry-inference.md §3.',
    min: 0,
    max: 1e9,
  },
  minTierWeight: {
    default: 0.01,
    unit: 'fraction',
    doc: 'Tiers of a smaller share are skipped.',
    why: 'entry-inference.md §3.',
    min: 0,
    max: 1,
  },
  oiDropCap: {
    default: 0.5,
    unit: 'fraction',
    doc: 'Most that a fall of open interest takes off all projections in a minute.',
    why: 'entry-inference.md §3.',
    min: 0,
    max: 1,
  },
  inferenceRing: {
    default: 720,
    unit: 'entries',
    doc: 'Largest number of inferred entries that the engine says it holds.',
    why: 'entry-inference.md §3: only its length is read.',
    min: 1,
    max: 1e6,
    whole: true,
  },
  zoneWeightUsd: {
    default: 100_000,
    unit: 'USD',
    doc: 'Projected size that is worth a zone weight of 1.',
    why: 'entry-inference.md §3.',
    min: 1,
    max: 1e9,
  },
  sweepZoneThreshold: {
    default: 0.5,
    unit: 'weight',
    doc: 'A swept zone at least this heavy makes a new one a step further.',
    why: 'entry-inference.md §5.4: never reached in the assembled engine (quirk 3).',
    min: 0,
    max: 1e6,
  },
  sweepZoneFactor: {
    default: 0.3,
    unit: 'fraction',
    doc: 'Share of a swept zone’s weight that the new one is given.',
    why: 'entry-inference.md §5.4.',
    min: 0,
    max: 1,
  },
  sweepZoneConfidence: {
    default: 0.5,
    unit: 'fraction',
    doc: 'Confidence of a zone made by a sweep.',
    why: 'entry-inference.md §5.4.',
    min: 0,
    max: 1,
  },
} as const satisfies SettingSpecs

/** What the engines are computed with; `pipeline.openInterestUnit` says what the input is in. */
export interface LiquidationSettings {
  readonly pipeline: Pick<PipelineSettings, 'openInterestUnit'>
  readonly stress: SettingsOf<typeof STRESS_SETTINGS>
  readonly tape: SettingsOf<typeof TAPE_SETTINGS>
  readonly inference: SettingsOf<typeof INFERENCE_SETTINGS>
  readonly heatmap: HeatmapSettings
  readonly zones: ZonesSettings
  readonly zoneTracker: ZoneTrackerSettings
}
