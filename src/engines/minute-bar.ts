/**
 * Open, high, low and close of the sampled prices of a minute (`pipeline.md` §4.1, §10.5).
 *
 * The last price of a minute is the first sample of the next, and its open; high and low stay
 * those of the old minute until the new one gets a sample of its own.
 */
import { pairwiseSum } from '../base/numeric.ts'

export interface MinuteBar {
  /** All 0 before the first price. Unit: USD. */
  openUsd: number
  highUsd: number
  lowUsd: number
  closeUsd: number
  /** Population standard deviation of the samples; kept while there is but one. Unit: USD. */
  volaUsd: number
  /** Samples of the minute, from the first on. */
  pricesUsd: Float64Array
  tickCount: number
  /** Extremes of the samples, which a new minute starts with its open. */
  sampleHighUsd: number
  sampleLowUsd: number
}

export function createMinuteBar(): MinuteBar {
  return {
    openUsd: 0,
    highUsd: 0,
    lowUsd: 0,
    closeUsd: 0,
    volaUsd: 0,
    pricesUsd: new Float64Array(1024),
    tickCount: 0,
    sampleHighUsd: Number.NEGATIVE_INFINITY,
    sampleLowUsd: Number.POSITIVE_INFINITY,
  }
}

export function addPrice(bar: MinuteBar, priceUsd: number): void {
  addSample(bar, priceUsd)
  if (bar.tickCount === 1) bar.openUsd = priceUsd
  bar.closeUsd = priceUsd
  bar.highUsd = bar.sampleHighUsd
  bar.lowUsd = bar.sampleLowUsd
}

/** Computes the deviation, which only the close of a minute needs. */
export function settleVola(bar: MinuteBar): void {
  const count = bar.tickCount
  if (count < 2) return
  const meanUsd = pairwiseSum(bar.pricesUsd, 0, count) / count
  const squares = bar.pricesUsd
    .subarray(0, count)
    .map((priceUsd) => (priceUsd - meanUsd) * (priceUsd - meanUsd))
  bar.volaUsd = Math.sqrt(pairwiseSum(squares) / count)
}

/** Starts the next minute with the last price. */
export function startNextBar(bar: MinuteBar): void {
  bar.openUsd = bar.closeUsd
  bar.tickCount = 0
  bar.sampleHighUsd = Number.NEGATIVE_INFINITY
  bar.sampleLowUsd = Number.POSITIVE_INFINITY
  if (bar.closeUsd > 0) addSample(bar, bar.closeUsd)
}

function addSample(bar: MinuteBar, priceUsd: number): void {
  if (bar.tickCount === bar.pricesUsd.length) {
    const grown = new Float64Array(bar.tickCount * 2)
    grown.set(bar.pricesUsd)
    bar.pricesUsd = grown
  }
  bar.pricesUsd[bar.tickCount] = priceUsd
  bar.tickCount += 1
  if (priceUsd > bar.sampleHighUsd) bar.sampleHighUsd = priceUsd
  if (priceUsd < bar.sampleLowUsd) bar.sampleLowUsd = priceUsd
}
