/**
 * Rivals that a map must beat (`standard-profile.md` §4): rates told from one number of each minute
 * and side, fitted on the past only. The number is either how far the minute went against that
 * side, or what a map held in the band that price crossed.
 */
import { log } from '../../base/elementary.ts'
import { type FitRow, fitLogLinear, rateOfFeatures } from './poisson-fit.ts'

export interface PathRival {
  readonly kind: 'adverseMove' | 'mapMass'
  /** By bin of the logarithm; the place of {@link NOTHING} is for a number of 0. */
  readonly bins: Map<number, { exposure: number; count: number }>
  beta: readonly number[]
  /** Greatest logarithm when `beta` was fitted: beyond it the rate is held. */
  xMax: number
  /** Added where there was mass at all (`mapMass`). */
  extraRate: number
  sinceFit: number
}

export const createPathRival = (kind: PathRival['kind']): PathRival => ({
  kind,
  bins: new Map(),
  beta: [log(RATE_PRIOR)],
  xMax: Number.POSITIVE_INFINITY,
  extraRate: 0,
  sinceFit: 0,
})

/** Percent by which a minute went beyond the last close, against longs or shorts. */
export const adversePercent = (
  lastCloseUsd: number,
  bar: { readonly highUsd: number; readonly lowUsd: number },
): { readonly long: number; readonly short: number } => ({
  long: Math.max(0, (100 * (lastCloseUsd - bar.lowUsd)) / lastCloseUsd),
  short: Math.max(0, (100 * (bar.highUsd - lastCloseUsd)) / lastCloseUsd),
})

/** What was expected of a minute and side with this number. */
export function rateOfPath(rival: PathRival, value: number): number {
  const x = Math.min(rival.xMax, log(Math.max(0, value) + offsetOf(rival)))
  const rate = rateOfFeatures(rival.beta, featuresOf(rival, x).slice(0, rival.beta.length))
  return rate + (value > 0 ? rival.extraRate : 0)
}

/** Learns what the minute brought; fits anew each hour. */
export function learnPath(rival: PathRival, value: number, count: number): void {
  const key = value > 0 ? Math.round(log(value + offsetOf(rival)) / BIN_WIDTH) : NOTHING
  const bin = rival.bins.get(key) ?? { exposure: 0, count: 0 }
  bin.exposure += 1
  bin.count += count
  rival.bins.set(key, bin)
  rival.sinceFit += 1
  if (rival.sinceFit < ROWS_PER_FIT) return
  rival.sinceFit = 0
  rival.xMax = Math.max(...rowsOf(rival).map(({ features }) => features[1] ?? 0))
  if (rival.kind === 'adverseMove') rival.beta = fitLogLinear(rowsOf(rival))
  else fitMass(rival)
}

/** Before the first fit. Unit: liquidations per minute and side. */
const RATE_PRIOR = 0.05
/** Of logarithms: narrower than any shape of the fit. */
const BIN_WIDTH = 0.05
const NOTHING = Number.MIN_SAFE_INTEGER
/** One hour, two sides. */
const ROWS_PER_FIT = 120
const MASS_STEPS = 20

/** 0.01 % of price; 1 USD of mass. */
const offsetOf = ({ kind }: PathRival): number => (kind === 'adverseMove' ? 0.01 : 1)

const featuresOf = ({ kind }: PathRival, x: number): readonly number[] =>
  kind === 'adverseMove' ? [1, x, x * x] : [1, x]

function rowsOf(rival: PathRival): readonly FitRow[] {
  return [...rival.bins].map(([key, { exposure, count }]) => ({
    features: featuresOf(rival, key === NOTHING ? log(offsetOf(rival)) : key * BIN_WIDTH),
    exposure,
    count,
  }))
}

/** λ = c (x + ε)^p + d [x > 0]: each event is shared between the two terms, then each is fitted. */
function fitMass(rival: PathRival): void {
  const rows = rowsOf(rival)
  const isPositive = [...rival.bins.keys()].map((key) => key !== NOTHING)
  const positiveExposure = rows.reduce(
    (sum, { exposure }, index) => sum + (isPositive[index] ? exposure : 0),
    0,
  )
  let beta = fitLogLinear(rows)
  let extraRate = rival.extraRate > 0 ? rival.extraRate : RATE_PRIOR
  for (let step = 0; step < MASS_STEPS; step += 1) {
    let extraCount = 0
    const shared = rows.map((row, index) => {
      if (!isPositive[index]) return row
      const rate = rateOfFeatures(beta, row.features)
      const extra = (row.count * extraRate) / (rate + extraRate)
      extraCount += extra
      return { ...row, count: row.count - extra }
    })
    beta = fitLogLinear(shared)
    extraRate = positiveExposure > 0 ? extraCount / positiveExposure : 0
    if (extraRate === 0) break
  }
  rival.beta = beta
  rival.extraRate = extraRate
}
