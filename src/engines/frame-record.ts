/**
 * A frame as 4096 bytes, little-endian, without padding between fields (`orderbook.md` §4): a
 * header of 76 bytes, 1000 bid bytes, 1000 ask bytes, zeros.
 *
 * The record holds no percentiles but two: the others come back as 0.
 */
import { RecorderError } from '../base/errors.ts'
import { roundHalfEven } from '../base/numeric.ts'
import { type BookFrame, bucketPriceUsd } from './frames.ts'

export const RECORD_BYTES = 4096

/** The part of a frame that a record keeps. */
export interface StoredFrame {
  readonly startTimeS: number
  readonly srcUsd: number
  readonly stepUsd: number
  readonly priceMinUsd: number
  readonly priceMaxUsd: number
  readonly bidLevels: Uint8Array
  readonly askLevels: Uint8Array
  readonly p50Usd: number
  readonly p90Usd: number
  readonly p95Usd: number
  readonly p99Usd: number
  readonly maxUsd: number
  readonly totalBidUsd: number
  readonly totalAskUsd: number
}

const HEADER_BYTES = 76
const BUCKETS = 1000

/** All but the books themselves, which may be packed. */
export function storedFrameOf(
  frame: Omit<BookFrame, 'bidNotionalUsd' | 'askNotionalUsd'>,
): StoredFrame {
  return {
    startTimeS: frame.startTimeS,
    srcUsd: frame.srcUsd,
    stepUsd: frame.stepUsd,
    priceMinUsd: frame.priceMinUsd,
    priceMaxUsd: frame.priceMaxUsd,
    bidLevels: frame.bidLevels,
    askLevels: frame.askLevels,
    p50Usd: frame.p50Usd,
    p90Usd: frame.p90Usd,
    p95Usd: frame.p95Usd,
    p99Usd: frame.p99Usd,
    maxUsd: frame.maxUsd,
    totalBidUsd: frame.bid.totalUsd,
    totalAskUsd: frame.ask.totalUsd,
  }
}

export function encodeFrame(frame: StoredFrame): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES)
  const view = new DataView(bytes.buffer)
  view.setFloat64(0, frame.startTimeS, true)
  view.setFloat64(8, frame.srcUsd, true)
  view.setFloat64(16, frame.stepUsd, true)
  view.setFloat64(24, frame.priceMinUsd, true)
  view.setFloat64(32, frame.priceMaxUsd, true)
  view.setUint32(40, frame.bidLevels.length, true)
  view.setFloat64(44, frame.p50Usd, true)
  view.setFloat64(52, frame.p95Usd, true)
  view.setFloat64(60, frame.totalBidUsd, true)
  view.setFloat64(68, frame.totalAskUsd, true)
  bytes.set(frame.bidLevels.subarray(0, BUCKETS), HEADER_BYTES)
  bytes.set(frame.askLevels.subarray(0, BUCKETS), HEADER_BYTES + BUCKETS)
  return bytes
}

/** @throws {RecorderError} `FORMAT_UNKNOWN` when the bytes are too few for a header. */
export function decodeFrame(bytes: Uint8Array): StoredFrame {
  if (bytes.length < HEADER_BYTES) {
    const message = `a book frame has ${RECORD_BYTES} bytes, this one ${bytes.length}`
    throw new RecorderError('FORMAT_UNKNOWN', message)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = view.getUint32(40, true)
  return {
    startTimeS: view.getFloat64(0, true),
    srcUsd: view.getFloat64(8, true),
    stepUsd: view.getFloat64(16, true),
    priceMinUsd: view.getFloat64(24, true),
    priceMaxUsd: view.getFloat64(32, true),
    bidLevels: bytes.slice(HEADER_BYTES, HEADER_BYTES + count),
    askLevels: bytes.slice(HEADER_BYTES + BUCKETS, HEADER_BYTES + BUCKETS + count),
    p50Usd: view.getFloat64(44, true),
    p90Usd: 0,
    p95Usd: view.getFloat64(52, true),
    p99Usd: 0,
    maxUsd: 0,
    totalBidUsd: view.getFloat64(60, true),
    totalAskUsd: view.getFloat64(68, true),
  }
}

/** The notional that an intensity stands for, as far as a byte can tell. Unit: USD. */
export function approximateNotionalUsd(frame: StoredFrame, intensity: number): number {
  if (intensity === 0) return 0
  const scaleUsd = frame.p95Usd > frame.p50Usd ? frame.p95Usd - frame.p50Usd : 1
  return (intensity / 255) * scaleUsd + frame.p50Usd
}

/** Prices of the buckets, by index, so that a step that is not whole leaves no drift in them. */
export function framePricesUsd({ priceMinUsd, stepUsd, bidLevels }: StoredFrame): number[] {
  const lowIndex = roundHalfEven(priceMinUsd / stepUsd)
  return Array.from(bidLevels, (_, index) => bucketPriceUsd(lowIndex + index, stepUsd))
}
