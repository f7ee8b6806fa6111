/** The state of a market as plain data: what a checkpoint keeps, and what a digest covers. */
import type { Plain } from '../base/canonical.ts'
import { restoreBook, saveBook, saveBookDigest } from './book-plain.ts'
import { createMarket, type Market } from './market.ts'
import type { MarketSettings } from './market-settings.ts'
import type { MinuteBar } from './minute-bar.ts'
import { HISTORY_FIELDS } from './minute-history.ts'

/** All of the state. Holds views into it: use it before the next message. */
export const marketToPlain = (market: Market): Plain => saveMarket(market)

/**
 * What a digest covers: the same state, without what is only kept to be shown. The rings of frames
 * and minutes enter as their running hashes.
 */
export function marketDigest(market: Market): Plain {
  const { count, hash } = market.history
  return {
    ...saveParts(market),
    book: saveBookDigest(market.book),
    frames: saveFrames(market, false),
    history: { count, hash: { ...hash } },
  }
}

/** A market that goes on where {@link marketToPlain} was taken with the same settings. */
export function marketFromPlain(symbol: string, settings: MarketSettings, plain: Plain): Market {
  const saved = plain as unknown as ReturnType<typeof saveMarket>
  const market: Market = {
    ...createMarket(symbol, settings),
    book: restoreBook(saved.book, settings.book),
    frameCount: saved.frameCount,
    bookReport: saved.bookReport,
  }
  const { carried, ...metrics } = saved.metrics
  Object.assign(market.metrics, metrics)
  for (const [level, sizeBase] of carried) market.metrics.carried.set(level, sizeBase)
  Object.assign(market.frames, saved.frames)
  Object.assign(market.frameHash, saved.frameHash)
  restoreBar(market.midBar, saved.midBar)
  restoreBar(market.markBar, saved.markBar)
  restoreBar(market.tradeBar, saved.tradeBar)
  Object.assign(market.volume, saved.volume)
  market.takers.current = saved.takers.current
  market.takers.history.push(...saved.takers.history)
  Object.assign(market.openInterest, saved.openInterest)
  Object.assign(market.liquidations, saved.liquidations)
  Object.assign(market.mark, saved.mark)
  market.history.rows.set(saved.history.rows)
  market.history.count = saved.history.count
  Object.assign(market.history.hash, saved.history.hash)
  return market
}

function saveMarket(market: Market) {
  const { rows, count, hash } = market.history
  const used = Math.min(rows.length, count * HISTORY_FIELDS.length)
  return {
    ...saveParts(market),
    book: saveBook(market.book),
    frames: saveFrames(market, true),
    history: { rows: rows.subarray(0, used), count, hash: { ...hash } },
  }
}

function saveParts(market: Market) {
  const { metrics, takers, openInterest, liquidations, bookReport } = market
  return {
    metrics: { ...metrics, carried: new Map(metrics.carried) },
    frameHash: { ...market.frameHash },
    frameCount: market.frameCount,
    midBar: saveBar(market.midBar),
    markBar: saveBar(market.markBar),
    tradeBar: saveBar(market.tradeBar),
    volume: { ...market.volume },
    takers: {
      current: takers.current === undefined ? undefined : { ...takers.current },
      history: takers.history.map((minute) => ({ ...minute })),
    },
    openInterest: {
      ...openInterest,
      polledRatios: [...openInterest.polledRatios],
      ratios: [...openInterest.ratios],
    },
    liquidations: {
      buyBase: liquidations.buyBase,
      sellBase: liquidations.sellBase,
      buyCount: liquidations.buyCount,
      sellCount: liquidations.sellCount,
      lookalikeCount: liquidations.lookalikeCount,
      insaneCount: liquidations.insaneCount,
    },
    mark: { ...market.mark },
    bookReport:
      bookReport === undefined ? undefined : { ...bookReport, counts: { ...bookReport.counts } },
  }
}

function saveFrames({ frames }: Market, whole: boolean) {
  const { stepUsd, slot, srcUsd, settled } = frames
  if (!whole || settled === undefined) return { stepUsd, slot, srcUsd, settled: undefined }
  const { bid, ask } = settled
  return { stepUsd, slot, srcUsd, settled: { ...settled, bid: { ...bid }, ask: { ...ask } } }
}

function saveBar(bar: MinuteBar) {
  return { ...bar, pricesUsd: bar.pricesUsd.subarray(0, bar.tickCount) }
}

function restoreBar(into: MinuteBar, saved: ReturnType<typeof saveBar>): void {
  const { pricesUsd, ...rest } = saved
  Object.assign(into, rest)
  if (pricesUsd.length > into.pricesUsd.length)
    into.pricesUsd = new Float64Array(pricesUsd.length * 2)
  into.pricesUsd.set(pricesUsd)
}
