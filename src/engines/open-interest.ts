/**
 * Open interest and the three long/short ratios as the poller delivers them (`pipeline.md` §5).
 *
 * Both kinds of replies end in the same aggregation: a round of ratios prices the open interest
 * anew, and what looks like a change of it is then a move of price (P-Q4).
 */

/** In the order in which a round asks for them. */
export type RatioKind = 'topAccount' | 'topPosition' | 'global'

export interface OpenInterestState {
  /** Last polled quantity; nothing before the first. Unit: base. */
  sizeBase: number | undefined
  /** That quantity at the mid of its last pricing. Unit: USD. */
  valueUsd: number
  /** Last delivered total, 0 before it, and its difference to the one before. Unit: USD. */
  totalUsd: number
  changeUsd: number
  /** Quantity at the last minute close that had one. Unit: base. */
  closeSizeBase: number | undefined
  /** Longs over shorts, as last polled; 0 before it. */
  readonly polledRatios: [number, number, number]
  /** As last delivered. */
  readonly ratios: [number, number, number]
  /** Which ratio of a round is awaited. */
  nextRatio: number
}

const RATIO_INDEX: Readonly<Record<RatioKind, number>> = {
  topAccount: 0,
  topPosition: 1,
  global: 2,
}

export function createOpenInterest(): OpenInterestState {
  return {
    sizeBase: undefined,
    valueUsd: 0,
    totalUsd: 0,
    changeUsd: 0,
    closeSizeBase: undefined,
    polledRatios: [0, 0, 0],
    ratios: [0, 0, 0],
    nextRatio: 0,
  }
}

/** `undefined` keeps the quantity of before. */
export function takeOpenInterest(
  state: OpenInterestState,
  sizeBase: number | undefined,
  priceUsd: number,
): void {
  if (sizeBase !== undefined) state.sizeBase = sizeBase
  aggregate(state, priceUsd)
}

/**
 * Takes the reply for one ratio; `undefined` is one without a value. A reply out of order fails
 * those before it, and ends the round that they belong to.
 */
export function takeRatio(
  state: OpenInterestState,
  kind: RatioKind,
  ratio: number | undefined,
  priceUsd: number,
): void {
  const index = RATIO_INDEX[kind]
  if (index < state.nextRatio) aggregate(state, priceUsd)
  if (ratio !== undefined) state.polledRatios[index] = ratio
  state.nextRatio = index + 1
  if (state.nextRatio < state.polledRatios.length) return
  state.nextRatio = 0
  aggregate(state, priceUsd)
}

/** Change of the quantity since the last call that had one, 0 until there are two. Unit: base. */
export function closeOpenInterest(state: OpenInterestState): number {
  const { sizeBase, closeSizeBase } = state
  if (sizeBase === undefined) return 0
  state.closeSizeBase = sizeBase
  return closeSizeBase === undefined ? 0 : sizeBase - closeSizeBase
}

function aggregate(state: OpenInterestState, priceUsd: number): void {
  for (const [index, ratio] of state.polledRatios.entries()) {
    if (ratio > 0) state.ratios[index] = ratio
  }
  const totalUsd = priced(state, priceUsd)
  if (totalUsd <= 0) return
  if (state.totalUsd > 0) state.changeUsd = totalUsd - state.totalUsd
  state.totalUsd = totalUsd
}

/** Without a quantity the old value counts on; without a price nothing does. */
function priced(state: OpenInterestState, priceUsd: number): number {
  const sizeBase = state.sizeBase ?? 0
  if (sizeBase <= 0) return state.valueUsd
  if (priceUsd <= 0) return 0
  state.valueUsd = sizeBase * priceUsd
  return state.valueUsd
}
