/** One grid for several frames, frames on such a grid, and binary replies (`orderbook.md` §6). */
import { roundHalfEven } from '../base/numeric.ts'
import { framePricesUsd, type StoredFrame } from './frame-record.ts'
import { bucketPriceUsd } from './frames.ts'

export interface PriceGrid {
  readonly pricesUsd: readonly number[]
  readonly priceMinUsd: number
  readonly priceMaxUsd: number
  readonly stepUsd: number
}

/** The grid that covers all frames, or the bounds that are asked for, snapped to the step. */
export function unifiedGrid(
  frames: readonly StoredFrame[],
  stepUsd: number,
  bounds: { readonly minUsd?: number | undefined; readonly maxUsd?: number | undefined } = {},
): PriceGrid {
  if (frames.length === 0) return { pricesUsd: [], priceMinUsd: 0, priceMaxUsd: 0, stepUsd }
  const minUsd = bounds.minUsd ?? Math.min(...frames.map((frame) => frame.priceMinUsd))
  const maxUsd = bounds.maxUsd ?? Math.max(...frames.map((frame) => frame.priceMaxUsd))
  const lowIndex = roundHalfEven(minUsd / stepUsd)
  const highIndex = roundHalfEven(maxUsd / stepUsd)
  return {
    pricesUsd: Array.from({ length: Math.max(0, highIndex - lowIndex + 1) }, (_, index) =>
      bucketPriceUsd(lowIndex + index, stepUsd),
    ),
    priceMinUsd: bucketPriceUsd(lowIndex, stepUsd),
    priceMaxUsd: bucketPriceUsd(highIndex, stepUsd),
    stepUsd,
  }
}

/**
 * Both sides of a frame on another grid. Buckets that meet are not added: the later one stands, as
 * in the reference.
 */
export function resample(
  frame: StoredFrame,
  grid: PriceGrid,
): { readonly bids: Uint8Array; readonly asks: Uint8Array } {
  const indexOfBucket = new Map<number, number>()
  for (const [index, priceUsd] of framePricesUsd(frame).entries()) {
    indexOfBucket.set(roundHalfEven(priceUsd / grid.stepUsd), index)
  }
  const on = (levels: Uint8Array) =>
    Uint8Array.from(grid.pricesUsd, (priceUsd) => {
      const index = indexOfBucket.get(roundHalfEven(priceUsd / grid.stepUsd))
      return index === undefined ? 0 : (levels[index] ?? 0)
    })
  return { bids: on(frame.bidLevels), asks: on(frame.askLevels) }
}

/** The reply for one frame: header, bid bytes, ask bytes. */
export function frameReply(frame: StoredFrame): Uint8Array {
  const columns = frame.bidLevels.length
  const header = replyHeader(frame, frame, { rows: 1, columns, stepUsd: frame.stepUsd })
  return joined([header, frame.bidLevels, frame.askLevels])
}

/** The reply for a history: header, all bid rows, all ask rows, start of each frame in ms. */
export function historyReply(frames: readonly StoredFrame[], grid: PriceGrid): Uint8Array {
  const first = frames[0]
  const last = frames.at(-1)
  if (first === undefined || last === undefined) return new Uint8Array(0)
  const rows = frames.map((frame) => resample(frame, grid))
  const header = replyHeader(first, combined(frames, last, grid), {
    rows: frames.length,
    columns: grid.pricesUsd.length,
    stepUsd: grid.stepUsd,
  })
  const times = new DataView(new ArrayBuffer(8 * frames.length))
  for (const [index, frame] of frames.entries()) {
    times.setBigUint64(8 * index, BigInt(Math.trunc(frame.startTimeS * 1000)), true)
  }
  return joined([
    header,
    ...rows.map(({ bids }) => bids),
    ...rows.map(({ asks }) => asks),
    new Uint8Array(times.buffer),
  ])
}

type HeaderValues = Pick<
  StoredFrame,
  'priceMinUsd' | 'priceMaxUsd' | 'srcUsd' | 'p50Usd' | 'p90Usd' | 'p95Usd' | 'p99Usd' | 'maxUsd'
>

const HEADER_BYTES = 64
/** A constant of the format, whatever the slot is. */
const INTERVAL_MS = 30_000

function replyHeader(
  first: StoredFrame,
  values: HeaderValues,
  shape: { readonly rows: number; readonly columns: number; readonly stepUsd: number },
): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES))
  view.setUint8(0, 1)
  view.setBigUint64(4, BigInt(Math.trunc(first.startTimeS * 1000)), true)
  view.setUint32(12, INTERVAL_MS, true)
  view.setUint16(16, shape.rows, true)
  view.setUint16(18, shape.columns, true)
  view.setFloat64(20, values.priceMinUsd, true)
  view.setFloat64(28, values.priceMaxUsd, true)
  view.setFloat64(36, shape.stepUsd, true)
  view.setFloat64(44, values.srcUsd, true)
  const thousands = [values.p50Usd, values.p90Usd, values.p95Usd, values.p99Usd, values.maxUsd]
  for (const [index, valueUsd] of thousands.entries()) {
    view.setUint16(52 + 2 * index, Math.min(65_535, Math.trunc(valueUsd / 1000)), true)
  }
  return new Uint8Array(view.buffer)
}

/** The values of several frames: medians of the percentiles, the greatest maximum. */
function combined(
  frames: readonly StoredFrame[],
  last: StoredFrame,
  { pricesUsd }: PriceGrid,
): HeaderValues {
  const medianOf = (name: 'p50Usd' | 'p90Usd' | 'p95Usd' | 'p99Usd') =>
    median(frames.map((frame) => frame[name]))
  return {
    priceMinUsd: pricesUsd[0] ?? 0,
    priceMaxUsd: pricesUsd.at(-1) ?? 0,
    srcUsd: last.srcUsd,
    p50Usd: medianOf('p50Usd'),
    p90Usd: medianOf('p90Usd'),
    p95Usd: medianOf('p95Usd'),
    p99Usd: medianOf('p99Usd'),
    maxUsd: Math.max(...frames.map((frame) => frame.maxUsd)),
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
