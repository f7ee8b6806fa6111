/** Settings of what moves the reference calibrator's weights (`calibrator.md` §4). */
import type { SettingSpecs } from '../../base/setting.ts'
import { count, fraction, quantity } from './declare.ts'

const SIGNED = { min: -1, max: 1 }

export const LEARNING_SETTINGS = {
  windowMinutes: count(
    'minutes',
    15,
    'Minute closes per calibration, and age at which snapshots are dropped.',
    'calibrator.md §4.1: the viewer overrides the class default of 30.',
    { min: 1, max: 10_080 },
  ),
  snapshotSlackMinutes: count(
    'minutes',
    5,
    'How much longer than a window a snapshot is kept.',
    'calibrator.md §4.3.',
    { min: 0, max: 1440 },
  ),
  learningRate: fraction(
    0.1,
    'Relative change of a weight per unit of score above the mean, before anchoring.',
    'calibrator.md §4.1.',
    { min: 0, max: 100 },
  ),
  anchorLambda: fraction(
    0.1,
    'Share of the step that is taken.',
    'calibrator.md §4.2; with learningRate the effective step (Q8).',
  ),
  alpha: quantity(
    'events',
    1,
    'Prior hits of each tier; the prior score is alpha / beta.',
    'calibrator.md §4.1.',
    { min: 0, max: 1000 },
  ),
  beta: quantity('events', 5, 'Prior events of each tier.', 'calibrator.md §4.1.', {
    min: 0.001,
    max: 1000,
  }),
  weightRatioMin: fraction(
    0.85,
    'Least ratio of new to old weight before anchoring.',
    'calibrator.md §4.3; never binds at the default rate (Q8).',
  ),
  weightRatioMax: fraction(
    1.2,
    'Greatest ratio of new to old weight before anchoring.',
    'calibrator.md §4.3; never binds at the default rate (Q8).',
    { min: 1, max: 100 },
  ),
  weightCap: fraction(
    0.35,
    'Greatest weight before anchoring and normalisation.',
    'calibrator.md §4.3; no hard limit (Q8).',
  ),
  minMassMid: fraction(
    0.25,
    'Least weight that the tiers up to midLevThreshold hold together.',
    'calibrator.md §4.2.',
  ),
  midLevThreshold: quantity('x', 25, 'Highest tier that counts as middle.', 'calibrator.md §4.2.', {
    min: 1,
    max: 1000,
  }),
  floorDrainMax: fraction(
    0.9,
    'Greatest share that the floor takes from the high tiers at once.',
    'calibrator.md §4.3.',
  ),
  tauPctBase: fraction(
    0.0012,
    'Distance, as a share of price, over which responsibility falls by e.',
    'calibrator.md §4.2.',
    { min: 1e-6, max: 1 },
  ),
  deltaPctBase: fraction(
    0.0008,
    'Distance, as a share of price, over which the credit of a hit falls by e.',
    'calibrator.md §4.2.',
    { min: 1e-6, max: 1 },
  ),
  volBaseline: fraction(
    0.0015,
    'Return per event at which both distances are unscaled; also the first volatility.',
    'calibrator.md §4.2.',
    { min: 1e-6, max: 1 },
  ),
  volScaleMin: quantity('', 0.7, 'Least scale of both distances.', 'calibrator.md §4.2.', {
    min: 0.01,
    max: 1,
  }),
  volScaleMax: quantity('', 1.6, 'Greatest scale of both distances.', 'calibrator.md §4.2.', {
    min: 1,
    max: 100,
  }),
  volEwmaAlpha: fraction(0.1, 'Weight of the newest return.', 'calibrator.md §4.2.'),
  maintenanceTerm: fraction(
    0.01,
    'Maintenance margin per 1/L in the distance of a level.',
    'calibrator.md §0.',
  ),
  distBandNear: fraction(0.01, 'Distance up to which an event is near.', 'calibrator.md §4.2.'),
  distBandMid: fraction(
    0.025,
    'Distance beyond which an event teaches nothing.',
    'calibrator.md §4.2.',
  ),
  approachPct: fraction(
    0.0075,
    'How far beyond the window’s liquidations a zone counts as reachable.',
    'calibrator.md §4.2.',
  ),
  approachLearnPct: fraction(
    0.0035,
    'Distance of a close at which it approaches a zone.',
    'calibrator.md §4.2.',
  ),
  approachTopK: count('zones', 3, 'Zones per minute that may teach.', 'calibrator.md §4.2.', {
    min: 0,
    max: 1000,
  }),
  approachHitMult: fraction(0.25, 'Credit of an approach.', 'calibrator.md §4.2.', {
    min: 0,
    max: 10,
  }),
  approachDistDecayD0: fraction(
    0.002,
    'Distance over which stress falls by e.',
    'calibrator.md §4.2.',
    { min: 1e-6, max: 1 },
  ),
  unreachedPenalty: fraction(
    0.05,
    'Credit taken per zone that was reachable and not reached.',
    'calibrator.md §4.2.',
    SIGNED,
  ),
  imbK: fraction(0.15, 'Imbalance over which aggression saturates by e.', 'calibrator.md §4.2.', {
    min: 1e-6,
    max: 100,
  }),
  oiScale: quantity(
    'contracts',
    1000,
    'Change of open interest over which its stress saturates by e.',
    'calibrator.md §4.2 and Q9: meant in contracts; under pipeline.openInterestUnit usdPerPoll it is given USD and always saturated.',
    { min: 1e-6, max: 1e12 },
  ),
  depthWindowBuckets: count(
    'buckets',
    3,
    'Buckets on each side of a zone whose depth is summed.',
    'calibrator.md §4.2.',
    { min: 0, max: 1000 },
  ),
  stressWeightDepth: fraction(0.45, 'Weight of thinning depth in stress.', 'calibrator.md §4.2.'),
  stressWeightAggression: fraction(0.35, 'Weight of aggression in stress.', 'calibrator.md §4.2.'),
  stressWeightOi: fraction(0.2, 'Weight of open interest in stress.', 'calibrator.md §4.2.'),
} as const satisfies SettingSpecs
