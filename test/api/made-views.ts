/** Views of a made-up market, the same at each call, for tests of the API and the page. */
import { shortSymbol } from '../../src/projections/symbol-name.ts'
import type { BarView, GapView, StateViews, StatusView } from '../../src/projections/views.ts'

export const START_MS = Date.UTC(2026, 0, 5)
const MINUTES = 180
/** No entry at all came in these minutes. */
const SILENT = { from: 70, to: 79 }

export interface MadeViews extends StateViews {
  /** Changes what `status` says from here on. */
  set(change: Partial<StatusView>): void
}

export function madeViews(symbols: readonly string[] = ['BTCUSDT', 'ETHUSDT']): MadeViews {
  const bars = new Map(symbols.map((symbol, index) => [symbol, madeBars(symbol, index + 1)]))
  const asOfMs = START_MS + MINUTES * 60_000 - 12_345
  let status: StatusView = {
    ready: true,
    mode: 'replay',
    recording: 'demo',
    reason: '',
    doneEntryCount: 1_234_567,
    totalEntryCount: 1_234_567,
    entriesPerSecond: 612_345.6,
    symbols: symbols.map((symbol) => ({
      symbol: shortSymbol(symbol),
      clockMs: asOfMs,
      recvTimeMs: asOfMs + 21.5,
      bookSynced: true,
    })),
  }
  return {
    set: (change) => {
      status = { ...status, ...change }
    },
    status: () => status,
    symbols: () => symbols,
    bars: (symbol, minutesMax) => ({
      symbol: shortSymbol(symbol),
      asOfMs,
      source: 'mid',
      bars: bars.get(symbol)?.slice(-minutesMax) ?? [],
    }),
    book: (symbol, levelsMax) => madeBook(symbol, asOfMs, bars.get(symbol)?.at(-1), levelsMax),
    summary: () => ({
      recording: status.recording,
      mode: status.mode,
      entryCount: status.totalEntryCount,
      firstRecvTimeMs: START_MS,
      lastRecvTimeMs: asOfMs + 21.5,
      faultCount: 0,
      gapCount: 1,
      gaps: [GAP],
      channels: CHANNELS.map(([venue, channel, entryCount]) => ({ venue, channel, entryCount })),
      symbols: symbols.map((symbol) => ({
        symbol: shortSymbol(symbol),
        minuteCount: MINUTES - (SILENT.to - SILENT.from),
        gapCount: 1,
        digest: 'a3f1'.repeat(16),
      })),
      entriesPerSecond: status.entriesPerSecond,
    }),
  }
}

const GAP: GapView = {
  symbol: '',
  channel: '',
  cause: 'disconnect',
  recvTimeMs: START_MS + SILENT.to * 60_000 + 20_000,
  durationMs: (SILENT.to - SILENT.from) * 60_000 + 25_000,
  missingCount: 0,
}

const CHANNELS = [
  ['binance', 'bookTicker', 702_911],
  ['binance', 'aggTrade', 262_004],
  ['binance', 'depth', 215_880],
  ['binance', 'trade', 28_101],
  ['binance', 'markPrice', 21_580],
  ['binance', 'openInterest', 2_158],
  ['binance', 'topLongShortAccountRatio', 358],
  ['binance', 'topLongShortPositionRatio', 358],
  ['binance', 'globalLongShortAccountRatio', 358],
  ['binance', 'forceOrder', 412],
  ['binance', 'depthSnapshot', 74],
  ['recorder', 'digest', 342],
  ['recorder', 'gap', 1],
] as const

/** A walk with a slow swing, from a small generator of its own so that it never changes. */
function madeBars(symbol: string, seed: number): readonly BarView[] {
  const random = generator(seed * 7919)
  const basisUsd = symbol.startsWith('BTC') ? 96_420 : 3_412
  const tickUsd = symbol.startsWith('BTC') ? 0.1 : 0.01
  const rounded = (priceUsd: number): number => Math.round(priceUsd / tickUsd) * tickUsd
  let closeUsd = basisUsd
  const bars: BarView[] = []
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const openUsd = closeUsd
    const spanUsd = basisUsd * 0.0006 * (0.4 + random())
    closeUsd = rounded(openUsd + spanUsd * (random() - 0.5 + 0.35 * Math.sin(minute / 17 + seed)))
    if (minute >= SILENT.from && minute < SILENT.to) continue
    const turnover = 4 + 40 * random() * random()
    const bought = 0.35 + 0.3 * random()
    bars.push({
      openTimeMs: START_MS + minute * 60_000,
      openUsd,
      highUsd: rounded(Math.max(openUsd, closeUsd) + spanUsd * 0.4 * random()),
      lowUsd: rounded(Math.min(openUsd, closeUsd) - spanUsd * 0.4 * random()),
      closeUsd,
      tickCount: 600,
      buyBase: turnover * bought,
      sellBase: turnover * (1 - bought),
      tradeCount: Math.round(turnover * 30),
      complete: minute !== SILENT.from - 1 && minute !== SILENT.to && minute !== MINUTES - 1,
      gapCount: minute === SILENT.to ? 1 : 0,
    })
  }
  return bars
}

function madeBook(
  symbol: string,
  asOfMs: number,
  bar: BarView | undefined,
  levelsMax: number,
): ReturnType<StateViews['book']> {
  const tickUsd = symbol.startsWith('BTC') ? 0.1 : 0.01
  const midTick = Math.round((bar?.closeUsd ?? 0) / tickUsd)
  const random = generator(99)
  const side = (sign: number): [number, number][] => {
    let tick = midTick
    return Array.from({ length: levelsMax }, () => {
      tick += sign * (1 + Math.floor(random() * 3))
      const decimals = symbol.startsWith('BTC') ? 1 : 2
      return [Number((tick * tickUsd).toFixed(decimals)), Number((random() ** 3 * 9).toFixed(3))]
    })
  }
  const [bids, asks] = [side(-1), side(1)]
  const bestBidUsd = bids[0]?.[0] ?? 0
  const bestAskUsd = asks[0]?.[0] ?? 0
  return {
    symbol: shortSymbol(symbol),
    asOfMs,
    synced: true,
    lastUpdateId: 7_654_321_098,
    bestBidUsd,
    bestAskUsd,
    midUsd: (bestBidUsd + bestAskUsd) / 2,
    spreadUsd: bestAskUsd - bestBidUsd,
    bids,
    asks,
  }
}

/** Numbers from 0 to 1, always the same for a seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
