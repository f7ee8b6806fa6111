/** Order-book frames as JSON (`api.md` §9.10, §9.11). */
import { roundDecimal } from '../base/numeric.ts'
import {
  type BookBounds,
  bookGrid,
  fieldOn,
  ownGrid,
  ownRow,
  type RowField,
  rowOn,
} from './book-grid.ts'
import { type PriceLevels, priceLevels, strided } from './heat-history.ts'
import type { PackedFrame } from './packed-frame.ts'
import { FRAMES_SHOWN_MAX } from './past.ts'
import { flag, number, numbers, object, text, type ViewOf, whole, wholes } from './schema.ts'
import type { Shown, StateAt } from './state-at.ts'

/** A constant of the format. Unit: ms. */
export const FRAME_MS = 30_000
/** Two frames late. Unit: ms. */
const STALE_MS = 60_000
/** Rows times columns of a reply. */
export const CELLS_MAX = 4_000_000

const usd = (description: string) => number(description, 'USD')
const ms = (description: string) => whole(description, 'ms since 1970')

const times = {
  server_recv_ts_ms: ms('The moment shown.'),
  server_send_ts_ms: ms('The moment shown.'),
  data_is_stale: flag('The frame is more than two slots old.'),
}

const arrays = {
  prices: numbers('The grid.', 'USD'),
  bid_u8: wholes('Bids, 0 at the median and 255 at the 95th percentile.'),
  ask_u8: wholes('Asks, likewise.'),
  bid_notional_usd: numbers('Bids.', 'USD'),
  ask_notional_usd: numbers('Asks.', 'USD'),
  bid_size_btc: numbers('Bids in the base asset, whatever the contract.', 'base'),
  ask_size_btc: numbers('Asks in the base asset, whatever the contract.', 'base'),
}

export const BookFrameBody = object('The newest frame of the order book.', {
  symbol: text('Short name of the contract, such as BTC.'),
  frame_ts_ms: ms('Start of its slot.'),
  frame_interval_ms: whole('Length of a slot.', 'ms'),
  valid_from_ts_ms: ms('Start of its slot.'),
  valid_to_ts_ms: ms('End of its slot.'),
  ...times,
  ts: number('Start of its slot.', 's since 1970'),
  src: usd('Mid that it is drawn around.'),
  step: usd('Height of a bucket.'),
  price_min: usd('First bucket.'),
  price_max: usd('Last bucket.'),
  ...arrays,
  norm_p50: usd('Median of the filled buckets.'),
  norm_p90: usd('Percentile of the filled buckets.'),
  norm_p95: usd('Percentile of the filled buckets.'),
  norm_p99: usd('Percentile of the filled buckets.'),
  norm_max: usd('Fullest bucket.'),
  bid_p50: usd('Of bids.'),
  bid_p95: usd('Of bids.'),
  bid_max: usd('Of bids.'),
  ask_p50: usd('Of asks.'),
  ask_p95: usd('Of asks.'),
  ask_max: usd('Of asks.'),
  total_bid_notional: usd('All bids of the frame.'),
  total_ask_notional: usd('All asks of the frame.'),
  total_bid_btc: number('The same in the base asset.', 'base'),
  total_ask_btc: number('The same in the base asset.', 'base'),
  scale: whole('The byte of the 95th percentile: 255.'),
  _mode: text('shared_buffer.'),
})

export const BookHistoryBody = object(
  'Frames of the order book; flat, frame by frame.',
  {
    frame_interval_ms: whole('Length of a slot.', 'ms'),
    t: wholes('Start of each slot.', 'ms since 1970'),
    ...arrays,
    step: usd('Height of a bucket.'),
    scale: whole('The byte of the 95th percentile: 255.'),
    norm_method: text('p50_p95.'),
    _mode: text('shared_buffer.'),
  },
  {
    first_frame_ts_ms: ms('Start of the first slot.'),
    last_frame_ts_ms: ms('Start of the last slot.'),
    ...times,
    price_min: usd('First bucket.'),
    price_max: usd('Last bucket.'),
  },
)

export interface BookQuery extends BookBounds {
  /** Absent: that of the frames. */
  readonly step: number | undefined
}

export const frameMs = ({ startTimeS }: PackedFrame): number => Math.trunc(startTimeS * 1000)

export const isStale = ({ clockMs }: StateAt, frame: PackedFrame): boolean =>
  Math.trunc(clockMs) - frameMs(frame) > STALE_MS

export const newestFrame = ({ state, at }: Shown): PackedFrame | undefined =>
  at.past.frames.last(state.seq)?.frame

export function bookFrameBody(
  shown: Shown,
  name: string,
  frame: PackedFrame,
  query: BookQuery,
): ViewOf<typeof BookFrameBody> {
  const { state, asReference } = shown
  const isBound = query.priceMin !== undefined || query.priceMax !== undefined
  const grid = isBound ? gridOf([frame], query) : ownGrid(frame)
  const row = isBound ? rowOn(frame, grid, asReference) : ownRow(frame)
  // The reference pairs amounts of the frame with prices of the reply (Q8).
  const amounts = asReference ? ownRow(frame) : row
  const nowMs = Math.trunc(state.clockMs)
  const startMs = frameMs(frame)
  const ends = isBound ? grid.pricesUsd : [frame.priceMinUsd, frame.priceMaxUsd]
  return {
    symbol: name,
    frame_ts_ms: startMs,
    frame_interval_ms: FRAME_MS,
    valid_from_ts_ms: startMs,
    valid_to_ts_ms: startMs + FRAME_MS,
    server_recv_ts_ms: nowMs,
    server_send_ts_ms: nowMs,
    data_is_stale: isStale(state, frame),
    ts: frame.startTimeS,
    src: frame.srcUsd,
    step: asReference ? frame.stepUsd : grid.stepUsd,
    price_min: ends[0] ?? 0,
    price_max: ends.at(-1) ?? 0,
    prices: grid.pricesUsd,
    bid_u8: [...row.bids],
    ask_u8: [...row.asks],
    bid_notional_usd: [...amounts.bidUsd],
    ask_notional_usd: [...amounts.askUsd],
    bid_size_btc: isBound && asReference ? pairedSizes(amounts.bidUsd, grid) : [...row.bidBase],
    ask_size_btc: isBound && asReference ? pairedSizes(amounts.askUsd, grid) : [...row.askBase],
    norm_p50: row.p50Usd,
    norm_p90: frame.p90Usd,
    norm_p95: row.p95Usd,
    norm_p99: frame.p99Usd,
    norm_max: frame.maxUsd,
    bid_p50: frame.bid.p50Usd,
    bid_p95: frame.bid.p95Usd,
    bid_max: frame.bid.maxUsd,
    ask_p50: frame.ask.p50Usd,
    ask_p95: frame.ask.p95Usd,
    ask_max: frame.ask.maxUsd,
    total_bid_notional: frame.bid.totalUsd,
    total_ask_notional: frame.ask.totalUsd,
    total_bid_btc: sizeOf(frame.bid.totalUsd, frame.srcUsd),
    total_ask_btc: sizeOf(frame.ask.totalUsd, frame.srcUsd),
    scale: 255,
    _mode: 'shared_buffer',
  }
}

/** The frames that a history shows, the oldest first. */
export const historyFrames = (
  { state, at, asReference }: Shown,
  { minutes, stride }: { readonly minutes: number; readonly stride: number },
): readonly PackedFrame[] =>
  strided(at.past.frames.before(state.seq, FRAMES_SHOWN_MAX), 2 * minutes, stride, asReference).map(
    ({ frame }) => frame,
  )

/** The grid of a reply, or how many levels it would have if those are too many. */
export function gridOf(frames: readonly PackedFrame[], query: BookQuery): PriceLevels {
  const stepUsd = stepOf(frames, query)
  const { lowLevel, highLevel } = bookGrid(frames, stepUsd, query)
  return priceLevels(lowLevel, highLevel, stepUsd)
}

export const stepOf = (frames: readonly PackedFrame[], { step }: BookQuery): number =>
  step ?? frames.at(-1)?.stepUsd ?? 20

/** Levels that a reply would have: to be asked before it is made. */
export function columnsOf(frames: readonly PackedFrame[], query: BookQuery): number {
  const { lowLevel, highLevel } = bookGrid(frames, stepOf(frames, query), query)
  return Math.max(0, highLevel - lowLevel + 1)
}

/** Numbers whose text is made at once, at most, but for the last row: no piece takes long. */
const CELLS_A_PIECE = 20_000

/**
 * The body as JSON, in pieces: twelve hours of a deep book are some forty megabytes, which nobody may
 * make in one go. It looks at the state only before the first piece.
 */
export function bookHistoryPieces(
  shown: Shown,
  frames: readonly PackedFrame[],
  query: BookQuery,
): Iterable<string> {
  const tail = { scale: 255, norm_method: 'p50_p95', _mode: 'shared_buffer' }
  const last = frames.at(-1)
  if (last === undefined) {
    const head = { t: [], ...NO_ARRAYS, frame_interval_ms: FRAME_MS }
    return [JSON.stringify({ ...head, step: query.step ?? 20, ...tail })]
  }
  const grid = gridOf(frames, query)
  const { pricesUsd } = grid
  const nowMs = Math.trunc(shown.state.clockMs)
  const head = {
    frame_interval_ms: FRAME_MS,
    first_frame_ts_ms: frameMs(frames[0] ?? last),
    last_frame_ts_ms: frameMs(last),
    server_recv_ts_ms: nowMs,
    server_send_ts_ms: nowMs,
    data_is_stale: isStale(shown.state, last),
    t: frames.map(frameMs),
    prices: pricesUsd,
  }
  const end = {
    step: grid.stepUsd,
    price_min: pricesUsd[0] ?? 0,
    price_max: pricesUsd.at(-1) ?? 0,
    ...tail,
  }
  const textOf = (frame: PackedFrame, field: RowField) =>
    fieldOn(frame, grid, field, shown.asReference).join(',')
  const framesAPiece = Math.max(1, Math.floor(CELLS_A_PIECE / Math.max(1, grid.count)))
  return joinedPieces(head, frames, { textOf, framesAPiece }, end)
}

const ROW_FIELDS = [
  ['bid_u8', 'bids'],
  ['ask_u8', 'asks'],
  ['bid_notional_usd', 'bidUsd'],
  ['ask_notional_usd', 'askUsd'],
  ['bid_size_btc', 'bidBase'],
  ['ask_size_btc', 'askBase'],
] as const satisfies readonly (readonly [string, RowField])[]

function* joinedPieces(
  head: object,
  frames: readonly PackedFrame[],
  rows: {
    readonly textOf: (frame: PackedFrame, field: RowField) => string
    readonly framesAPiece: number
  },
  end: object,
): Generator<string> {
  yield JSON.stringify(head).slice(0, -1)
  for (const [name, field] of ROW_FIELDS) {
    yield `,"${name}":[`
    let isFirst = true
    for (let from = 0; from < frames.length; from += rows.framesAPiece) {
      const some = frames.slice(from, from + rows.framesAPiece)
      const text = some.map((frame) => rows.textOf(frame, field)).filter((row) => row !== '')
      if (text.length === 0) continue
      yield isFirst ? text.join(',') : `,${text.join(',')}`
      isFirst = false
    }
    yield ']'
  }
  yield `,${JSON.stringify(end).slice(1)}`
}

const NO_ARRAYS = {
  prices: [],
  bid_u8: [],
  ask_u8: [],
  bid_notional_usd: [],
  ask_notional_usd: [],
  bid_size_btc: [],
  ask_size_btc: [],
}

/** Amounts of the frame by position over prices of the grid: what the reference does (Q8). */
const pairedSizes = (valuesUsd: Float64Array, { pricesUsd }: PriceLevels): number[] =>
  pricesUsd.map((priceUsd, place) => sizeOf(valuesUsd[place] ?? 0, priceUsd))

const sizeOf = (valueUsd: number, priceUsd: number): number =>
  valueUsd === 0 || priceUsd <= 0 ? 0 : roundDecimal(valueUsd / priceUsd, 6)
