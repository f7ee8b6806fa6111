/**
 * The reference calibrator between market and liquidation engines. Order of calls, that of the
 * golden README and of `pipeline.md` §4.3 and §10.4:
 *
 * 1. start: `createCalibrator`; then, of a weights file, `loadWeights`;
 * 2. per liquidation of the symbol: {@link calibrateOnLiquidation}, then the liquidation engines'
 *    `onForceOrder`;
 * 3. per minute close with a price: the liquidation engines' `onMinute`, given
 *    {@link savedLadderWeights} (they take it at the first close only), then
 *    {@link calibrateOnMinute}, which hands new weights back to them; its `document`, if there is
 *    one, is the weights file to save. Then `calibratorRow`, for `minutes.jsonl`.
 */
import { type HeatMap, strengthsByPrice } from '../liquidation/heat-map.ts'
import { priceOfLevel } from '../liquidation/level-grid.ts'
import {
  type LadderWeights,
  type LiquidationEngines,
  type MinuteResult,
  setWeights,
} from '../liquidation/liquidation-engines.ts'
import type { Market } from '../market.ts'
import type { MinuteClose } from '../minute-close.ts'
import type { Calibrator, Emit, PositionSide } from './calibrator-state.ts'
import { unionInHashOrder } from './hash-order.ts'
import { onLiquidation } from './liquidation-step.ts'
import { onMinuteSnapshot } from './minute-step.ts'
import { persistedWeights } from './weights-file.ts'
import type { CalibrationResult } from './window-calibration.ts'

export interface LiquidationOfSymbol {
  /** Unit: s since 1970. */
  readonly timeS: number
  readonly side: PositionSide
  readonly priceUsd: number
  readonly sizeBase: number
}

export function calibrateOnLiquidation(
  state: Calibrator,
  event: LiquidationOfSymbol,
  { metrics, mark }: Market,
  emit?: Emit,
): void {
  const { bestBidUsd, bestAskUsd } = metrics
  const markUsd = state.settings.markSource === 'wired' ? mark.markUsd : 0
  const midUsd = bestBidUsd > 0 && bestAskUsd > 0 ? (bestBidUsd + bestAskUsd) / 2 : 0
  onLiquidation(state, { ...event, markUsd, midUsd, lastUsd: metrics.midUsd }, emit)
}

/** What a minute close is made of, after the liquidation engines had it. */
export interface ClosedMinute {
  /** Unit: s since 1970. */
  readonly timeS: number
  readonly close: MinuteClose
  readonly result: MinuteResult
  /** `depthBand` of the book on view; nothing when there is no book. */
  readonly depthBand: ReadonlyMap<number, number> | undefined
}

export function calibrateOnMinute(
  state: Calibrator,
  liquidation: LiquidationEngines,
  { timeS, close, result, depthBand }: ClosedMinute,
  emit?: Emit,
): CalibrationResult | undefined {
  const { bar, volume } = close
  const calibration = onMinuteSnapshot(
    state,
    {
      timeS,
      srcUsd: close.ohlc4Usd,
      predictedLongs: predicted(state, liquidation, result.map, 'long'),
      predictedShorts: predicted(state, liquidation, result.map, 'short'),
      ladder: result.ladder.map(([tier]) => tier),
      weights: result.ladder.map(([, weight]) => weight),
      buffer: result.bufferFraction,
      stepUsd: liquidation.context.grid.stepUsd,
      highUsd: bar.highUsd,
      lowUsd: bar.lowUsd,
      closeUsd: bar.closeUsd,
      buyBase: volume.buyBase,
      sellBase: volume.sellBase,
      oiChange: close.openInterest.change,
      depthBand,
    },
    emit,
  )
  if (calibration !== undefined) {
    const { weights, buffer } = calibration
    setWeights(liquidation, { weights, bufferFraction: buffer })
  }
  return calibration
}

/** What a weights file gave, for the first minute close. */
export function savedLadderWeights(state: Calibrator): LadderWeights | undefined {
  const saved = persistedWeights(state)
  return saved === undefined ? undefined : { weights: saved.weights, bufferFraction: saved.buffer }
}

/** Zones of a side in the order that decides ties. */
function predicted(
  { settings }: Calibrator,
  { context, state }: LiquidationEngines,
  map: HeatMap,
  side: PositionSide,
): ReadonlyMap<number, number> {
  const strengths = strengthsByPrice(map, side)
  if (settings.zoneOrder === 'price') return strengths
  const { tape, inference } = state.heatmap
  const pricesOf = (levels: Iterable<number>) =>
    Array.from(levels, (level) => priceOfLevel(context.grid, level))
  const ordered = new Map<number, number>()
  for (const priceUsd of unionInHashOrder(
    pricesOf(tape[side].keys()),
    pricesOf(inference[side].keys()),
  )) {
    const strength = strengths.get(priceUsd)
    if (strength !== undefined) ordered.set(priceUsd, strength)
  }
  return ordered
}
