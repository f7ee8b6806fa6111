/** Settings of what the reference calibrator tunes beside the weights, and of its safety stops (`calibrator.md` §4). */
import type { SettingSpecs } from '../../base/setting.ts'
import { count, flag, fraction, quantity } from './declare.ts'

const SAMPLES = { min: 1, max: 100_000 }
const CYCLES = { min: 1, max: 1_000_000 }
const FACTOR = { min: 0, max: 1000 }

export const TUNING_SETTINGS = {
  hitBucketTolerance: count(
    'buckets',
    5,
    'Greatest distance of a hit, at the start.',
    'calibrator.md §4.1: the viewer overrides the class default of 2.',
    { min: 0, max: 10_000 },
  ),
  loadedHitBucketTolerance: count(
    'buckets',
    4,
    'Greatest distance of a hit after a weights file was loaded, whatever the file says.',
    'calibrator.md §4.2, HIT_BUCKET_TOLERANCE.',
    { min: 0, max: 10_000 },
  ),
  enableToleranceTuning: flag(true, 'Whether misses move the tolerance.', 'calibrator.md §4.1.'),
  toleranceLr: fraction(0.2, 'Relative step of the tolerance.', 'calibrator.md §4.1.'),
  minTolerance: count('buckets', 2, 'Least tolerance.', 'calibrator.md §4.1.', {
    min: 0,
    max: 10_000,
  }),
  maxTolerance: count('buckets', 50, 'Greatest tolerance.', 'calibrator.md §4.1.', {
    min: 1,
    max: 10_000,
  }),
  toleranceSamplesMin: count(
    'misses',
    5,
    'Misses of a window that a change of the tolerance needs.',
    'calibrator.md §4.3.',
    SAMPLES,
  ),
  tolerancePercentile: fraction(
    0.75,
    'Percentile of the misses that is compared with the tolerance.',
    'calibrator.md §4.3.',
    { min: 0, max: 0.999 },
  ),
  toleranceRaiseAbove: quantity(
    '',
    1.5,
    'Multiple of the tolerance above which it rises.',
    'calibrator.md §4.3.',
    FACTOR,
  ),
  toleranceLowerBelow: quantity(
    '',
    0.5,
    'Multiple of the tolerance below which it may fall.',
    'calibrator.md §4.3; cannot be reached (Q13).',
    FACTOR,
  ),
  toleranceLowerHitRate: fraction(
    0.5,
    'Hit rate above which the tolerance may fall.',
    'calibrator.md §4.3.',
  ),
  initialBuffer: fraction(0.002, 'Buffer before the first minute.', 'calibrator.md §4.3.'),
  enableBufferTuning: flag(true, 'Whether directions move the buffer.', 'calibrator.md §4.1.'),
  bufferLr: fraction(0.02, 'Relative step of the buffer.', 'calibrator.md §4.1.'),
  minBuffer: fraction(0.0005, 'Least buffer.', 'calibrator.md §4.1.'),
  maxBuffer: fraction(0.01, 'Greatest buffer.', 'calibrator.md §4.1.'),
  bufferSamplesMin: count(
    'events',
    10,
    'Directions of a window that a change of the buffer needs.',
    'calibrator.md §4.3.',
    SAMPLES,
  ),
  bufferDeadZoneSteps: quantity(
    'steps',
    0.5,
    'Mean direction up to which the buffer stays.',
    'calibrator.md §4.3.',
    FACTOR,
  ),
  biasEta: fraction(0.1, 'Weight of the newest window in the bias.', 'calibrator.md §4.2.'),
  biasCap: fraction(0.008, 'Greatest bias.', 'calibrator.md §4.2.'),
  minBiasSamples: count(
    'events',
    10,
    'Misses of a side that a change of its bias needs.',
    'calibrator.md §4.2.',
    SAMPLES,
  ),
  offsetLearningRate: fraction(
    0.5,
    'Share of the median miss that is added to the offset.',
    'calibrator.md §4.3.',
  ),
  offsetSamplesMin: count(
    'events',
    3,
    'Misses of a side that a change of its offset needs.',
    'calibrator.md §4.3.',
    SAMPLES,
  ),
  maxOffsetPct: fraction(0.005, 'Greatest offset as a share of price.', 'calibrator.md §4.2.'),
  maxOffsetUsd: quantity('USD', 2000, 'Greatest offset.', 'calibrator.md §4.2.', {
    min: 0,
    max: 1e9,
  }),
  offsetFallbackPriceUsd: quantity(
    'USD',
    80_000,
    'Price that limits the offset while none is known.',
    'calibrator.md §4.3.',
    { min: 0, max: 1e9 },
  ),
  maxEventPriceDeviation: fraction(
    0.15,
    'Distance from the reference price beyond which an event is insane.',
    'calibrator.md §4.2.',
    { min: 0.001, max: 1000 },
  ),
  impliedBandNear: fraction(
    0.0025,
    'Distance from the nearest level that counts as near.',
    'calibrator.md §4.2.',
  ),
  impliedBandMid: fraction(
    0.0075,
    'Distance from the nearest level that counts as middle.',
    'calibrator.md §4.2.',
  ),
  maxWeight: fraction(
    0.4,
    'Weight at which the safety check counts.',
    'calibrator.md §4.1: only in the safety check, never a limit.',
  ),
  safetyWeightMargin: fraction(
    0.01,
    'How close to maxWeight the safety check counts.',
    'calibrator.md §4.3.',
  ),
  safetyBoundsEpsilon: fraction(
    1e-6,
    'How close to its bounds the buffer counts as pinned.',
    'calibrator.md §4.3.',
  ),
  safetyEntropyMin: quantity(
    'nats',
    1.6,
    'Entropy of the weights below which the safety check counts.',
    'calibrator.md §4.2; see safetyEntropyBasis.',
    { min: 0, max: 10 },
  ),
  safetyConsecutiveEntropyTrip: count(
    'cycles',
    3,
    'Cycles of low entropy that stop learning.',
    'calibrator.md §4.2.',
    CYCLES,
  ),
  safetyConsecutiveClampTrip: count(
    'cycles',
    3,
    'Cycles at maxWeight that stop learning.',
    'calibrator.md §4.2.',
    CYCLES,
  ),
  safetyConsecutiveBoundsTrip: count(
    'cycles',
    6,
    'Cycles with buffer or tolerance at a bound that stop learning.',
    'calibrator.md §4.2.',
    CYCLES,
  ),
  safetyMarkMissingWarnMinutes: count(
    'minutes',
    1440,
    'Time without an event at mark price after which it is said.',
    'calibrator.md §4.2.',
    CYCLES,
  ),
} as const satisfies SettingSpecs
