/**
 * A minute of a liquidation heatmap as 4096 bytes, little-endian (`orderbook.md` §7, format B): a
 * header of 44 bytes, 1000 bytes of longs, 1000 of shorts, zeros.
 *
 * The count in the header is that of the snapshot, also above 1000; a reader that believes it
 * takes bytes of the shorts for longs (LQ2). It is read as the reference reads it.
 */
import { roundHalfEven } from '../base/numeric.ts'
import { RECORD_BYTES } from './frame-record.ts'

/** A snapshot of a liquidation heatmap: intensities are 0 to 1. */
export interface LiquidationSnapshot {
  readonly timeS: number
  readonly srcUsd: number
  readonly priceMinUsd: number
  readonly priceMaxUsd: number
  readonly pricesUsd: readonly number[]
  readonly longIntensities: readonly number[]
  readonly shortIntensities: readonly number[]
}

/** The same with intensities as bytes. */
export interface LiquidationFrame {
  readonly timeS: number
  readonly srcUsd: number
  readonly priceMinUsd: number
  readonly priceMaxUsd: number
  readonly pricesUsd: readonly number[]
  readonly longs: Uint8Array
  readonly shorts: Uint8Array
}

const HEADER_BYTES = 44
const WIDTH = 1000
/** The step of a snapshot that has fewer than two prices. Unit: USD. */
const STEP_USD_FALLBACK = 20

/** Nothing when a frame of this minute or a later one was there before. */
export function liquidationFrameOf(
  snapshot: LiquidationSnapshot,
  lastTimeS: number,
): LiquidationFrame | undefined {
  if (!(snapshot.timeS > 0)) return undefined
  const lastMinute = lastTimeS > 0 ? Math.floor(lastTimeS / 60) : -1
  if (Math.floor(snapshot.timeS / 60) <= lastMinute) return undefined
  const { longIntensities, shortIntensities, ...rest } = snapshot
  return { ...rest, longs: bytesOf(longIntensities), shorts: bytesOf(shortIntensities) }
}

export function encodeLiquidationFrame(frame: LiquidationFrame): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES)
  const view = new DataView(bytes.buffer)
  const [first, second] = frame.pricesUsd
  const stepUsd = first === undefined || second === undefined ? STEP_USD_FALLBACK : second - first
  view.setFloat64(0, frame.timeS, true)
  view.setFloat64(8, frame.srcUsd, true)
  view.setFloat64(16, frame.priceMinUsd, true)
  view.setFloat64(24, frame.priceMaxUsd, true)
  view.setFloat64(32, stepUsd, true)
  view.setUint32(40, frame.longs.length, true)
  bytes.set(frame.longs.subarray(0, WIDTH), HEADER_BYTES)
  bytes.set(frame.shorts.subarray(0, WIDTH), HEADER_BYTES + WIDTH)
  return bytes
}

/** Nothing for a record that holds no frame. */
export function decodeLiquidationFrame(bytes: Uint8Array): LiquidationFrame | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const timeS = view.getFloat64(0, true)
  const count = view.getUint32(40, true)
  if (!(timeS > 0) || count === 0) return undefined
  const priceMinUsd = view.getFloat64(16, true)
  const priceMaxUsd = view.getFloat64(24, true)
  const stepUsd = view.getFloat64(32, true)
  return {
    timeS,
    srcUsd: view.getFloat64(8, true),
    priceMinUsd,
    priceMaxUsd,
    pricesUsd: pricesByAddition(priceMinUsd, priceMaxUsd + 0.01, stepUsd, count),
    longs: bytes.slice(HEADER_BYTES, HEADER_BYTES + count),
    shorts: bytes.slice(HEADER_BYTES + WIDTH, HEADER_BYTES + WIDTH + count),
  }
}

/** The last `minutes` frames, by count, and of those each `stride`-th from the oldest on. */
export function selectLiquidationFrames<T>(
  frames: readonly T[],
  minutes: number,
  stride = 1,
): readonly T[] {
  if (minutes <= 0) return []
  return frames.slice(-minutes).filter((_, index) => index % stride === 0)
}

/** Prices around `srcUsd` for a history of frames. */
export function historyPricesUsd(srcUsd: number, stepUsd: number, bandFraction = 0.08): number[] {
  if (!(srcUsd > 0)) return []
  const snapped = (priceUsd: number) => roundHalfEven(priceUsd / stepUsd) * stepUsd
  const lowUsd = snapped(srcUsd * (1 - bandFraction))
  const highUsd = snapped(srcUsd * (1 + bandFraction))
  return pricesByAddition(lowUsd, highUsd, stepUsd, Number.POSITIVE_INFINITY)
}

/** The bytes of a frame at exactly these prices; 0 where it has none. */
export function onPrices(
  frame: LiquidationFrame,
  pricesUsd: readonly number[],
): { readonly longs: Uint8Array; readonly shorts: Uint8Array } {
  const indexOfPrice = new Map(frame.pricesUsd.map((priceUsd, index) => [priceUsd, index]))
  const on = (bytes: Uint8Array) =>
    Uint8Array.from(pricesUsd, (priceUsd) => bytes[indexOfPrice.get(priceUsd) ?? -1] ?? 0)
  return { longs: on(frame.longs), shorts: on(frame.shorts) }
}

const bytesOf = (intensities: readonly number[]): Uint8Array =>
  Uint8Array.from(intensities, (value) => Math.min(255, Math.max(0, Math.trunc(value * 255))))

/** At most `countMax` prices; a step that leads nowhere gives one. */
function pricesByAddition(
  minUsd: number,
  limitUsd: number,
  stepUsd: number,
  countMax: number,
): number[] {
  const pricesUsd: number[] = []
  for (let priceUsd = minUsd; priceUsd <= limitUsd; priceUsd += stepUsd) {
    if (pricesUsd.length >= countMax) break
    pricesUsd.push(priceUsd)
    if (priceUsd + stepUsd <= priceUsd) break
  }
  return pricesUsd
}
