/**
 * Liquidations per unit of swept mass, by tier: online Poisson EM with a prior, so that swept mass
 * which produced nothing counts against its tier (`standard-profile.md` §3). Place 0 is the
 * background, whose mass is 1 in every minute.
 */
import { exp2 } from '../../base/elementary.ts'
import type { CalibratorSettings } from './calibrator-settings.ts'

export interface TierRates {
  /** By place: liquidations per unit of mass. */
  readonly weights: Float64Array
  /** Liquidations that each explained, and mass that was swept; both fade. */
  readonly explained: Float64Array
  readonly exposed: Float64Array
  readonly priors: Float64Array
}

/** Tiers of `isEnabled`; the others have weight 0 for ever. */
export function createTierRates(
  isEnabled: readonly boolean[],
  settings: CalibratorSettings,
): TierRates {
  const share = 1 / isEnabled.length
  const priors = [settings.priorBackground, ...isEnabled.map((enabled) => (enabled ? share : 0))]
  return {
    weights: Float64Array.from(priors),
    explained: new Float64Array(priors.length),
    exposed: new Float64Array(priors.length),
    priors: Float64Array.from(priors),
  }
}

/** Expected liquidations where `swept` was removed, place by place. */
export function rateOf({ weights }: TierRates, swept: Float64Array): number {
  let rate = 0
  for (let place = 1; place < weights.length; place += 1) {
    rate += (weights[place] ?? 0) * (swept[place - 1] ?? 0)
  }
  return rate + (weights[0] ?? 0)
}

export function fadeEvidence(
  { explained, exposed }: TierRates,
  minutes: number,
  settings: CalibratorSettings,
): void {
  const factor = exp2(-minutes / settings.memoryMinutes)
  for (let place = 0; place < explained.length; place += 1) {
    explained[place] = (explained[place] ?? 0) * factor
    exposed[place] = (exposed[place] ?? 0) * factor
  }
}

/** Keeps a rate of 0 from dividing. */
const RATE_MIN = 1e-9

/** Adds what one side of a minute says; `rate` is that of {@link rateOf}. */
export function addEvidence(
  { weights, explained, exposed }: TierRates,
  swept: Float64Array,
  rate: number,
  count: number,
): void {
  for (let place = 0; place < weights.length; place += 1) {
    const mass = place === 0 ? 1 : (swept[place - 1] ?? 0)
    const share = ((weights[place] ?? 0) * mass) / (rate + RATE_MIN)
    explained[place] = (explained[place] ?? 0) + count * share
    exposed[place] = (exposed[place] ?? 0) + mass
  }
}

export function updateWeights(rates: TierRates, { priorStrength }: CalibratorSettings): void {
  const { weights, explained, exposed, priors } = rates
  for (let place = 0; place < weights.length; place += 1) {
    weights[place] =
      ((explained[place] ?? 0) + priorStrength * (priors[place] ?? 0)) /
      ((exposed[place] ?? 0) + priorStrength)
  }
}
