/** Twelve hours of a heatmap as bytes on one grid (`api.md` §6, §7, §9.3, §9.5). */
import { decimalsOf, roundDecimal, roundHalfEven } from '../base/numeric.ts'
import { type HeatFrame, MINUTES_SHOWN_MAX } from './past.ts'
import { number, numbers, object, text, whole, wholes } from './schema.ts'
import type { Shown } from './state-at.ts'

export const HistoryBody = object('Minutes of a heatmap, as bytes; flat, minute by minute.', {
  t: wholes('Time of each minute.', 'ms since 1970'),
  prices: numbers('Grid of each minute.', 'USD'),
  long: wholes('Byte for minute f and price p at f · prices + p.'),
  short: wholes('Byte for minute f and price p at f · prices + p.'),
  step: number('Height of a bucket.', 'USD'),
  scale: whole('The byte of strength 1: 255.'),
  _mode: text('embedded.'),
})

const encoder = new TextEncoder()

/** Half-width of the grid, for both maps (`api.md` §3). */
const BAND_FRACTION = 0.08
/** Where neither frame nor snapshot names a price. */
const FALLBACK = { srcUsd: 100_000, stepUsd: 20 }

export interface PriceLevels {
  readonly lowLevel: number
  readonly count: number
  readonly stepUsd: number
  readonly pricesUsd: readonly number[]
}

/** By index, so that a step that is not whole leaves no drift in the prices (Q15). */
export function priceLevels(lowLevel: number, highLevel: number, stepUsd: number): PriceLevels {
  const count = Math.max(0, highLevel - lowLevel + 1)
  const decimals = decimalsOf(stepUsd)
  const pricesUsd = Array.from({ length: count }, (_, index) =>
    roundDecimal((lowLevel + index) * stepUsd, decimals),
  )
  return { lowLevel, count, stepUsd, pricesUsd }
}

export const historyGrid = (srcUsd: number, stepUsd: number): PriceLevels =>
  priceLevels(
    roundHalfEven((srcUsd * (1 - BAND_FRACTION)) / stepUsd),
    roundHalfEven((srcUsd * (1 + BAND_FRACTION)) / stepUsd),
    stepUsd,
  )

/** The newest `count` of `items`, and of those each `stride`-th. */
export function strided<T>(
  items: readonly T[],
  count: number,
  stride: number,
  asReference: boolean,
): readonly T[] {
  const window = items.slice(-count)
  // The reference counts from the oldest, and so may leave out the newest (Q7).
  const first = asReference ? 0 : (window.length - 1) % stride
  return stride === 1
    ? window
    : window.filter((_, place) => place >= first && (place - first) % stride === 0)
}

export interface HistoryQuery {
  readonly minutes: number
  readonly stride: number
}

/** The body as JSON. It has up to a million cells, which `JSON.stringify` would stop a server for. */
export function heatHistory(
  { state, at, asReference }: Shown,
  map: 'v1' | 'v2',
  { minutes, stride }: HistoryQuery,
): Uint8Array {
  const all = heatFrames(at.past.minutes.before(state.seq, MINUTES_SHOWN_MAX), map)
  const frames = strided(all, minutes, stride, asReference)
  const current = at.documents?.[map]
  const newest = frames.at(-1)
  const srcUsd = (current?.src ?? 0) || (newest?.srcUsd ?? 0) || FALLBACK.srcUsd
  const grid = historyGrid(srcUsd, current?.step ?? newest?.stepUsd ?? FALLBACK.stepUsd)
  const head = {
    t: frames.map(({ timeS }) => Math.trunc(timeS * 1000)),
    prices: grid.pricesUsd,
  }
  const end = { step: grid.stepUsd, scale: 255, _mode: 'embedded' } as const
  return joinedBytes([
    encoder.encode(`${JSON.stringify(head).slice(0, -1)},"long":[`),
    byteList(flat(frames, 'long', grid)),
    encoder.encode('],"short":['),
    byteList(flat(frames, 'short', grid)),
    encoder.encode(`],${JSON.stringify(end).slice(1)}`),
  ])
}

/** One frame a minute, time only forwards (`api.md` §6.1). */
export function heatFrames(
  minutes: readonly { readonly v1: HeatFrame | undefined; readonly v2: HeatFrame | undefined }[],
  map: 'v1' | 'v2',
): readonly HeatFrame[] {
  const frames: HeatFrame[] = []
  let lastMinute = 0
  for (const minute of minutes) {
    const frame = minute[map]
    if (frame === undefined || frame.timeS <= 0) continue
    const minuteOfFrame = Math.floor(frame.timeS / 60)
    if (minuteOfFrame <= lastMinute) continue
    lastMinute = minuteOfFrame
    frames.push(frame)
  }
  return frames
}

/** The bytes of all frames on the grid, one row after the other. */
function flat(frames: readonly HeatFrame[], side: 'long' | 'short', grid: PriceLevels): Uint8Array {
  const bytes = new Uint8Array(frames.length * grid.count)
  for (const [index, frame] of frames.entries()) {
    bytes.set(rowOf(frame, side, grid), index * grid.count)
  }
  return bytes
}

const [COMMA, ZERO] = [44, 48]

/** As JSON has them: decimals with commas between. */
function byteList(bytes: Uint8Array): Uint8Array {
  const text = new Uint8Array(bytes.length * 4)
  let end = 0
  for (const byte of bytes) {
    if (end > 0) text[end++] = COMMA
    if (byte > 99) text[end++] = ZERO + Math.floor(byte / 100)
    if (byte > 9) text[end++] = ZERO + (Math.floor(byte / 10) % 10)
    text[end++] = ZERO + (byte % 10)
  }
  return text.subarray(0, end)
}

function joinedBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** The bytes of a frame on the grid, 0 where it has none. */
export function rowOf(
  frame: Pick<HeatFrame, 'lowLevel' | 'stepUsd' | 'long' | 'short'>,
  side: 'long' | 'short',
  grid: PriceLevels,
): Uint8Array {
  const bytes = frame[side]
  if (frame.stepUsd !== grid.stepUsd) return rowOfOtherStep(frame, bytes, grid)
  const row = new Uint8Array(grid.count)
  const offset = grid.lowLevel - frame.lowLevel
  const shown = bytes.subarray(Math.max(0, offset), Math.max(0, offset + grid.count))
  // Beside the grid altogether there is no place to set nothing at.
  if (shown.length > 0) row.set(shown, Math.max(0, -offset))
  return row
}

function rowOfOtherStep(
  { lowLevel, stepUsd }: Pick<HeatFrame, 'lowLevel' | 'stepUsd'>,
  bytes: Uint8Array,
  grid: PriceLevels,
): Uint8Array {
  const row = new Uint8Array(grid.count)
  for (const [place, byte] of bytes.entries()) {
    const level = roundHalfEven(((lowLevel + place) * stepUsd) / grid.stepUsd)
    const index = level - grid.lowLevel
    if (index >= 0 && index < row.length) row[index] = Math.max(row[index] ?? 0, byte)
  }
  return row
}
