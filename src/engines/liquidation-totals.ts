/** Which forced orders belong to a symbol, and their totals of the minute (`pipeline.md` §4.3). */
import type { ForceOrder } from '../model/messages.ts'
import type { PipelineSettings } from './market-settings.ts'

export interface LiquidationTotals {
  readonly symbol: string
  /** Base asset, whose letters the reference looks for. */
  readonly baseAsset: string
  readonly exact: boolean
  readonly dropInsane: boolean
  /** Quantity of the orders that buy, closing shorts, in the open minute. Unit: base. */
  buyBase: number
  /** Of all others: sells close longs. */
  sellBase: number
  buyCount: number
  sellCount: number
  /** Since the start: orders of a symbol that only contains our base asset, and were refused. */
  lookalikeCount: number
  /** Since the start: orders without a positive price and size that were refused. */
  insaneCount: number
}

/** `foreign`: of another symbol. */
export type LiquidationVerdict = 'accepted' | 'foreign' | 'insane'

const QUOTE_ASSET = /(USDT|USDC|BUSD|USD)(_.*)?$/

export function createLiquidationTotals(
  symbol: string,
  settings: PipelineSettings,
): LiquidationTotals {
  return {
    symbol,
    baseAsset: symbol.replace(QUOTE_ASSET, '') || symbol,
    exact: settings.symbolMatch === 'exact',
    dropInsane: settings.insaneEvents === 'drop',
    buyBase: 0,
    sellBase: 0,
    buyCount: 0,
    sellCount: 0,
    lookalikeCount: 0,
    insaneCount: 0,
  }
}

export function addLiquidation(totals: LiquidationTotals, order: ForceOrder): LiquidationVerdict {
  if (order.symbol !== totals.symbol) {
    if (!order.symbol.includes(totals.baseAsset)) return 'foreign'
    if (totals.exact) {
      totals.lookalikeCount += 1
      return 'foreign'
    }
  }
  if (totals.dropInsane && !(order.price > 0 && order.sizeBase > 0)) {
    totals.insaneCount += 1
    return 'insane'
  }
  if (order.side.toLowerCase() === 'buy') {
    totals.buyBase += order.sizeBase
    totals.buyCount += 1
  } else {
    totals.sellBase += order.sizeBase
    totals.sellCount += 1
  }
  return 'accepted'
}

export function startNextTotals(totals: LiquidationTotals): void {
  totals.buyBase = 0
  totals.sellBase = 0
  totals.buyCount = 0
  totals.sellCount = 0
}
