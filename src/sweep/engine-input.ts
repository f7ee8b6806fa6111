/** What the engines of a symbol are given, taken from its market exactly as the pipeline takes it. */
import { depthBand } from '../engines/depth-band.ts'
import { positionSide } from '../engines/liquidation/liquidation-engines.ts'
import { minuteInputOf } from '../engines/liquidation/minute-input.ts'
import type { MinuteClose } from '../engines/minute-close.ts'
import type {
  EngineLiquidation,
  EngineMinute,
  SymbolEngines,
} from '../engines/symbol/symbol-engines.ts'
import type { ForceOrder } from '../model/messages.ts'
import type { SymbolRun } from '../pipeline/symbol-run.ts'

/** Of an order that the market has accepted, before the next entry is handled. */
export function liquidationOf(run: SymbolRun, order: ForceOrder): EngineLiquidation {
  const { market, heat, clock } = run
  const { metrics, mark } = market
  const { bestBidUsd, bestAskUsd } = metrics
  const timeMs = heat.byReceipt ? clock.nowMs : order.venueTimeMs
  return {
    timeS: timeMs / 1000,
    side: positionSide(order.side),
    priceUsd: order.price,
    sizeBase: order.sizeBase,
    markUsd: mark.markUsd,
    midUsd: bestBidUsd > 0 && bestAskUsd > 0 ? (bestBidUsd + bestAskUsd) / 2 : 0,
    lastUsd: metrics.midUsd,
    origin: { rawSymbol: order.symbol, rawSide: order.side },
  }
}

/** Of a minute that has just been closed. */
export function minuteOf(
  run: SymbolRun,
  close: MinuteClose,
  { model, liquidation }: SymbolEngines,
): EngineMinute {
  const { market, heat, clock } = run
  const timeS = heat.byReceipt ? clock.nowMs / 1000 : clock.openMinute * 60
  const { stepUsd } = liquidation.context.grid
  return {
    close,
    input: minuteInputOf(close, market.takers, timeS),
    depthBand:
      model === 'reference' ? depthBand(market.book.levels, close.ohlc4Usd, stepUsd) : undefined,
    documents: false,
  }
}
