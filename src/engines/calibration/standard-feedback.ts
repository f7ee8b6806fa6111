/**
 * The standard model between market and views. Order of calls:
 *
 * 1. start: `createStandardModel`; then, of a weights file, `loadStandard`;
 * 2. per liquidation of exactly this symbol: {@link countFromMarket};
 * 3. per minute close with a price: `closeStandardMinute` of {@link standardMinuteOf}; its result is
 *    what a score over a range adds up with `addRated` (`hazard.ts`); then `trackStandardZones`;
 * 4. for views: `standardHeatMap` makes the map that pools and snapshots are made of, and
 *    `standardDocument` the weights file.
 */

import type { Market } from '../market.ts'
import type { MinuteClose } from '../minute-close.ts'
import type { LiquidationOfSymbol } from './reference-feedback.ts'
import type { StandardModel } from './standard-model.ts'
import { countLiquidation, type StandardMinute } from './standard-positions.ts'

/** False for an order too far from the price of its moment: it is only counted as such. */
export function countFromMarket(
  model: StandardModel,
  { side, priceUsd, sizeBase }: LiquidationOfSymbol,
  { metrics, mark }: Market,
): boolean {
  // The bars are of the mid; before there is a book, the mark price is the best that is known.
  const srcUsd = metrics.midUsd > 0 ? metrics.midUsd : mark.markUsd
  return countLiquidation(model.positions, { side, priceUsd, sizeBase, srcUsd })
}

export const standardMinuteOf = ({
  closedMinute,
  bar,
  volume,
  openInterest,
}: MinuteClose): StandardMinute => ({
  minute: closedMinute,
  highUsd: bar.highUsd,
  lowUsd: bar.lowUsd,
  closeUsd: bar.closeUsd,
  tradedBase: volume.buyBase + volume.sellBase,
  oiChangeBase: openInterest.change,
})
