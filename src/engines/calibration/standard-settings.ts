/** Settings of the standard entry model, beside those of the reference's under `inference` (`standard-profile.md` §2). */
import { RecorderError } from '../../base/errors.ts'
import type { SettingSpecs, SettingsOf } from '../../base/setting.ts'
import { parseTiers } from '../liquidation/leverage.ts'
import type { CalibratorSettings } from './calibrator-settings.ts'
import { fraction, quantity } from './declare.ts'

export const STANDARD_INFERENCE_SETTINGS = {
  model: {
    default: 'standard',
    reference: 'reference',
    choices: ['standard', 'reference'],
    unit: '',
    doc: 'Where positions are assumed to stand: entered at the far extreme of each minute, or at its mean when open interest rises.',
    why: 'standard-profile.md §1: mass at the far extreme scores 1.55 nats an event, the reference’s projections 0.42.',
  },
  tiers: {
    default: '10,20,25,50,75,100,125,150',
    unit: 'leverage tiers',
    doc: 'Standard model: leverage tiers.',
    why: 'standard-profile.md §3: 150x is real, a peak at 0.27 %.',
  },
  mmr: fraction(
    0.004,
    'Standard model: maintenance margin, by which a trigger lies before 1/leverage.',
    'standard-profile.md §3: median distance of orders from the mark price in quiet minutes.',
    { min: 0, max: 0.1 },
  ),
  halfLifeMinutes: quantity(
    'minutes',
    720,
    'Standard model: time in which half of the standing positions close by themselves.',
    'standard-profile.md §3: 240 to 1440 are equal.',
    { min: 1, max: 525_600 },
  ),
  spreadFraction: fraction(
    0.12,
    'Standard model: half-width of a tier’s triggers, as a share of their distance.',
    'standard-profile.md §2.',
  ),
  spreadMin: fraction(
    0.0005,
    'Standard model: least half-width, as a share of price.',
    'standard-profile.md §2.',
    { min: 1e-6, max: 0.1 },
  ),
  bucketGrid: {
    default: 'heatmap',
    choices: ['heatmap', 'price'],
    unit: '',
    doc: 'Standard model: buckets as high as those of the heatmap, or bucketFraction of the first price.',
    why: 'standard-profile.md §3: the endpoints of the heatmap have its grid; finer buckets gain 0.03 nats at most.',
  },
  bucketFraction: fraction(
    0.00015,
    'Standard model: height of a bucket under bucketGrid price, rounded to a tick.',
    'standard-profile.md §3.',
    { min: 1e-6, max: 0.01 },
  ),
  entryMass: {
    default: 'range',
    choices: ['range', 'constant', 'tradedNotional', 'oiRise'],
    unit: '',
    doc: 'Standard model: what the mass entered in a minute is in proportion to.',
    why: 'standard-profile.md §2: the range in percent; the others to compare. All but range are scaled to a mean of 0.1.',
  },
} as const satisfies SettingSpecs

export type StandardInferenceSettings = SettingsOf<typeof STANDARD_INFERENCE_SETTINGS>

export interface StandardSettings {
  readonly inference: StandardInferenceSettings
  readonly calibrator: CalibratorSettings
}

/**
 * The tiers of `inference.tiers`, ascending.
 * @throws {RecorderError} `SETTING_INVALID` when one is not above 1, or stands twice.
 */
export function standardTiers({ tiers }: StandardInferenceSettings): readonly number[] {
  const values = parseTiers('inference.tiers', tiers)
  if (values.some((tier) => tier <= 1) || new Set(values).size !== values.length) {
    throw new RecorderError(
      'SETTING_INVALID',
      `inference.tiers must be different numbers above 1, was ${tiers}`,
    )
  }
  return values.sort((a, b) => a - b)
}
