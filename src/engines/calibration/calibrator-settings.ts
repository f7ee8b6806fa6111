/** The settings of the calibrator, of both models (`calibrator.md` §4, `standard-profile.md` §3). */
import type { SettingSpecs, SettingsOf } from '../../base/setting.ts'
import { parseTiers } from '../liquidation/leverage.ts'
import { count, flag, quantity } from './declare.ts'
import { LEARNING_SETTINGS } from './learning-settings.ts'
import { TUNING_SETTINGS } from './tuning-settings.ts'

export const CALIBRATOR_SETTINGS = {
  model: {
    default: 'standard',
    reference: 'reference',
    choices: ['standard', 'reference'],
    unit: '',
    doc: 'Which calibrator learns: rates of swept mass, or shares of levels near an event.',
    why: 'standard-profile.md §1: the distance of an order from price says nothing of leverage, which is what the reference learns it from.',
  },
  disabledTiers: {
    default: '',
    reference: '10',
    unit: 'leverage tiers',
    doc: 'Tiers that are switched off.',
    why: 'calibrator.md §1.2 and Q1: the reference switches 10x off for a fault of its parser. In the standard model an unused tier falls to nothing by itself.',
  },
  memoryMinutes: quantity(
    'minutes',
    1440,
    'Standard model: time in which evidence loses half its weight.',
    'standard-profile.md §3: one to three days are equal.',
    { min: 1, max: 525_600 },
  ),
  priorStrength: quantity(
    'touches',
    20,
    'Standard model: swept mass that the prior is worth.',
    'standard-profile.md §3: without it an unvisited tier explodes.',
    { min: 0.001, max: 100_000 },
  ),
  priorBackground: quantity(
    'liquidations per minute',
    0.05,
    'Standard model: prior rate of the background; each tier starts at one over their number.',
    'standard-profile.md §3.',
    { min: 1e-6, max: 100 },
  ),
  coldMinutes: count(
    'minutes',
    240,
    'Standard model: closed minutes at the start that neither teach nor are scored.',
    'standard-profile.md §4: the map is not warm.',
    { min: 0, max: 100_000 },
  ),
  holeMinutes: count(
    'minutes',
    5,
    'Standard model: closed minutes after a hole that neither teach nor are scored.',
    'standard-profile.md §4.',
    { min: 0, max: 100_000 },
  ),
  insaneEvents: {
    default: 'drop',
    reference: 'keep',
    choices: ['drop', 'keep'],
    unit: '',
    doc: 'What becomes of events beyond maxEventPriceDeviation: kept out of every statistic, or counted and attributed.',
    why: 'calibrator.md Q1 and Q18: the reference logs a rejection and goes on, which is what disabled its 10x tier.',
  },
  underflow: {
    default: 'nothing',
    reference: 'uniform',
    choices: ['nothing', 'uniform'],
    unit: '',
    doc: 'What an event is attributed to when it is too far from every level for any share to be left.',
    why: 'calibrator.md Q1: the reference shares it evenly and then names the first tier of its ladder.',
  },
  disabledTierLearning: flag(
    false,
    'Whether disabled tiers take part in attribution, scores and weights.',
    'calibrator.md Q5: in the reference they take shares, and their weight keeps moving. We leave them out of every sum, and their weight is 0.',
    { reference: true },
  ),
  safetyEntropyBasis: {
    default: 'enabledTiers',
    reference: 'absolute',
    choices: ['enabledTiers', 'absolute'],
    unit: '',
    doc: 'Whether safetyEntropyMin holds as it is, or in proportion to the greatest entropy of the enabled tiers.',
    why: 'calibrator.md Q6: the default weights have 1.588 nats, so the reference switches learning off after three windows.',
  },
  markSource: {
    default: 'wired',
    reference: 'absent',
    choices: ['wired', 'absent'],
    unit: '',
    doc: 'Whether the mark price reaches the calibrator as the first choice of an event’s reference price.',
    why: 'calibrator.md Q2: the reference looks for it in a field that does not exist, and uses the mid of the book.',
  },
  markCounter: {
    default: 'mark',
    reference: 'fallback',
    choices: ['mark', 'fallback'],
    unit: '',
    doc: 'Under which name an event at mark price is counted.',
    why: 'calibrator.md Q3: the reference counts it as fallback, so that its warning of a missing mark price is bound to come.',
  },
  zoneOrder: {
    default: 'price',
    reference: 'hashSet',
    choices: ['price', 'hashSet'],
    unit: '',
    doc: 'Order of the predicted zones of a side, which decides between equally near or equally strong ones.',
    why: 'calibrator.md §15: the reference has them in the order of a hash set. We take the lower price first.',
  },
  ...LEARNING_SETTINGS,
  ...TUNING_SETTINGS,
} as const satisfies SettingSpecs

export type CalibratorSettings = SettingsOf<typeof CALIBRATOR_SETTINGS>

/**
 * The tiers that `calibrator.disabledTiers` names.
 * @throws {RecorderError} `SETTING_INVALID` for a list that cannot be read.
 */
export const disabledTiersOf = ({
  disabledTiers,
}: Pick<CalibratorSettings, 'disabledTiers'>): readonly number[] =>
  parseTiers('calibrator.disabledTiers', disabledTiers)
