/**
 * Drives a market as the reference is driven (`pipeline.md` §3, golden README "Order of calls"):
 * the clock is the receive time, and the message that crosses a minute still counts into the old.
 */
import { defaultsOf } from '../../src/base/setting.ts'
import { Decoder } from '../../src/decode/decoder.ts'
import { encodeFrame, storedFrameOf } from '../../src/engines/frame-record.ts'
import { type BookFrame, FRAMES_SETTINGS } from '../../src/engines/frames.ts'
import {
  createMarket,
  type Market,
  onDepth,
  onForceOrder,
  onMark,
  onOpenInterest,
  onRatio,
  onSnapshot,
  onTrade,
} from '../../src/engines/market.ts'
import { type MarketSettings, PIPELINE_SETTINGS } from '../../src/engines/market-settings.ts'
import { closeMinute } from '../../src/engines/minute-close.ts'
import type { RatioKind } from '../../src/engines/open-interest.ts'
import { BOOK_SETTINGS } from '../../src/engines/order-book.ts'
import { frameRow, minuteRow, reconRow, reconStatsFile } from '../../src/engines/reference-rows.ts'
import type { InputLine } from './golden-input.ts'

export const REFERENCE: MarketSettings = {
  pipeline: defaultsOf(PIPELINE_SETTINGS, 'reference'),
  book: defaultsOf(BOOK_SETTINGS, 'reference'),
  frames: defaultsOf(FRAMES_SETTINGS, 'reference'),
}

export const STANDARD: MarketSettings = {
  pipeline: defaultsOf(PIPELINE_SETTINGS, 'standard'),
  book: defaultsOf(BOOK_SETTINGS, 'standard'),
  frames: defaultsOf(FRAMES_SETTINGS, 'standard'),
}

export interface ReferenceRun {
  readonly market: Market
  readonly minutes: object[]
  readonly frames: object[]
  readonly records: Uint8Array[]
  readonly reconStats: () => object | undefined
}

const ROLLING = new Set(['depth', 'aggTrade', 'forceOrder', 'markPrice'])

export function runReference(
  symbol: string,
  lines: Iterable<InputLine>,
  market: Market = createMarket(symbol, REFERENCE),
): ReferenceRun {
  const run: ReferenceRun = {
    market,
    minutes: [],
    frames: [],
    records: [],
    reconStats: () => reconStatsFile(market),
  }
  let openMinute = Number.NaN
  for (const input of lines) {
    const { line, recv, sym, ch } = input
    const minute = Math.floor(recv / 60_000)
    if (Number.isNaN(openMinute)) openMinute = minute
    if (sym !== symbol && ch !== 'forceOrder') continue
    const frame = handle(market, input)
    if (frame !== undefined) {
      run.frames.push({ recv, line, ...frameRow(frame) })
      run.records.push(encodeFrame(storedFrameOf(frame)))
    }
    if (!ROLLING.has(ch) || minute % 60 === openMinute % 60) continue
    openMinute = minute
    const close = closeMinute(market, minute - 1, minute, recv)
    run.minutes.push({
      recv,
      line,
      ...minuteRow(symbol, close),
      recon: reconRow(close.reconstruction),
    })
  }
  return run
}

const decoder = new Decoder()

/** Gives the market what a line holds; a payload that cannot be read fails the test. */
export function handle(market: Market, { line, ch, recv, raw }: InputLine): BookFrame | undefined {
  const handler = HANDLERS[ch]
  if (handler === undefined) throw new Error(`line ${line} is of an unknown channel ${ch}`)
  decoder.fault = ''
  const frame = handler(market, raw, recv)
  if (decoder.fault !== '') throw new Error(`line ${line}: ${decoder.fault}`)
  return frame
}

type Handler = (market: Market, raw: Uint8Array, clockMs: number) => BookFrame | undefined

const ratio =
  (kind: RatioKind): Handler =>
  (market, raw) => {
    if (decoder.readRatio(raw, 0, raw.length)) onRatio(market, kind, decoder.ratio)
    return undefined
  }

const HANDLERS: Readonly<Record<string, Handler>> = {
  depth(market, raw, clockMs) {
    if (!decoder.readDepth(raw, 0, raw.length)) return undefined
    return onDepth(market, decoder.depthUpdate, clockMs)
  },
  aggTrade(market, raw, clockMs) {
    if (decoder.readAggTrade(raw, 0, raw.length)) onTrade(market, decoder.aggTrade, clockMs)
    return undefined
  },
  forceOrder(market, raw) {
    if (decoder.readForceOrder(raw, 0, raw.length)) onForceOrder(market, decoder.forceOrder)
    return undefined
  },
  markPrice(market, raw) {
    if (decoder.readMarkPrice(raw, 0, raw.length)) onMark(market, decoder.markPrice)
    return undefined
  },
  depthSnapshot(market, raw, clockMs) {
    if (decoder.readDepthSnapshot(raw, 0, raw.length)) {
      onSnapshot(market, decoder.depthSnapshot, clockMs)
    }
    return undefined
  },
  openInterest(market, raw) {
    if (decoder.readOpenInterest(raw, 0, raw.length)) onOpenInterest(market, decoder.openInterest)
    return undefined
  },
  topLongShortAccountRatio: ratio('topAccount'),
  topLongShortPositionRatio: ratio('topPosition'),
  globalLongShortAccountRatio: ratio('global'),
}
