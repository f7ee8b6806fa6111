/** Order-book frames (`api.md` §9.10–9.13) and open interest. */

import { bookFrameBytes, bookHistoryBytes, COLUMNS_MAX } from '../../projections/book-binary.ts'
import {
  BookFrameBody,
  BookHistoryBody,
  type BookQuery,
  bookFrameBody,
  bookHistoryPieces,
  CELLS_MAX,
  columnsOf,
  FRAME_MS,
  frameMs,
  historyFrames,
  isStale,
  newestFrame,
} from '../../projections/book-bodies.ts'
import {
  BookDebugBody,
  BookStatsBody,
  bookDebugBody,
  bookStatsBody,
  OpenInterestBody,
  openInterestBody,
} from '../../projections/book-stats.ts'
import type { PackedFrame } from '../../projections/packed-frame.ts'
import { type BytesAnswer, endpoint, orMissing, type PiecesAnswer } from '../endpoint.ts'
import { RequestError } from '../failure.ts'
import { amountParameter, minutesParameter, strideParameter } from './heat.ts'

const gridParameters = {
  range_pct: {
    kind: 'number',
    above: 0,
    max: 1,
    fallback: 0.1,
    description: 'Read, and not used.',
    unit: 'fraction',
  },
  step: {
    kind: 'number',
    above: 0,
    fallback: undefined,
    description: 'Height of a bucket. Absent: that of the frames.',
    unit: 'USD',
  },
  price_min: amountParameter('First bucket. Absent: that of the frames.', 'USD'),
  price_max: amountParameter('Last bucket. Absent: that of the frames.', 'USD'),
  format: { kind: 'text', description: '`bin` for bytes; all else is JSON.' },
} as const

interface GridValues {
  readonly step: number | undefined
  readonly price_min: number | undefined
  readonly price_max: number | undefined
  readonly format: string | undefined
}

/** Refuses what would be too large before any of it is made. */
function queryOf(values: GridValues, frames: readonly PackedFrame[], rows: number): BookQuery {
  const { step, price_min: priceMin, price_max: priceMax } = values
  const query = { step, priceMin, priceMax }
  if (priceMin !== undefined && priceMax !== undefined && priceMin > priceMax) {
    throw refused('price_min', 'price_min must not be above price_max')
  }
  const columns = frames.length === 0 ? 0 : columnsOf(frames, query)
  // What is not a number is too many as well.
  const isRoom = columns <= COLUMNS_MAX && columns * Math.max(1, rows) <= CELLS_MAX
  if (!isRoom) {
    throw refused('step', `step is too small for this range: ${columns} buckets a frame`)
  }
  return query
}

const refused = (name: string, message: string): RequestError =>
  new RequestError('PARAMETER_INVALID', message, [
    { type: 'value_error', loc: ['query', name], msg: message, input: '' },
  ])

export const BOOK_ENDPOINTS = [
  endpoint({
    path: '/v2/orderbook_heatmap_30s',
    aliases: ['/orderbook_heatmap'],
    summary: 'Newest frame of the order book',
    isOfSymbol: true,
    isBinary: true,
    parameters: gridParameters,
    body: BookFrameBody,
    answer: (asked) => {
      const { state, values } = asked
      const frame = orMissing(newestFrame(asked), 'No orderbook frames available yet')
      const query = queryOf(values, [frame], 1)
      if (values.format !== 'bin') return bookFrameBody(asked, asked.name, frame, query)
      return {
        bytes: bookFrameBytes(frame),
        headers: {
          'x-frame-ts-ms': String(frameMs(frame)),
          'x-frame-interval-ms': String(FRAME_MS),
          'x-data-is-stale': String(isStale(state, frame)),
          'x-server-send-ts-ms': String(Math.trunc(state.clockMs)),
        },
      } satisfies BytesAnswer
    },
  }),
  endpoint({
    path: '/v2/orderbook_heatmap_30s_history',
    aliases: ['/orderbook_heatmap_history'],
    summary: 'Frames of the order book',
    isOfSymbol: true,
    isBinary: true,
    parameters: { minutes: minutesParameter, stride: strideParameter(60), ...gridParameters },
    body: BookHistoryBody,
    answer: (asked) => {
      const { state, values, asReference } = asked
      const frames = historyFrames(asked, values)
      const query = queryOf(values, frames, frames.length)
      if (values.format !== 'bin') {
        return { pieces: bookHistoryPieces(asked, frames, query) } satisfies PiecesAnswer
      }
      const bytes = bookHistoryBytes(frames, query, asReference)
      const [first, last] = [frames[0], frames.at(-1)]
      const columns = new DataView(bytes.buffer, bytes.byteOffset).getUint16(18, true)
      return {
        bytes,
        headers: {
          'x-first-frame-ts-ms': String(first === undefined ? 0 : frameMs(first)),
          'x-last-frame-ts-ms': String(last === undefined ? 0 : frameMs(last)),
          'x-frame-count': String(frames.length),
          'x-price-count': String(columns),
          'x-frame-interval-ms': String(FRAME_MS),
          'x-data-is-stale': String(last === undefined || isStale(state, last)),
          'x-server-send-ts-ms': String(Math.trunc(state.clockMs)),
        },
      } satisfies BytesAnswer
    },
  }),
  endpoint({
    path: '/v2/orderbook_heatmap_30s_stats',
    aliases: ['/orderbook_heatmap_stats'],
    summary: 'Buffer of frames and book in figures',
    isOfSymbol: true,
    parameters: {},
    body: BookStatsBody,
    answer: (asked) => bookStatsBody(asked),
  }),
  endpoint({
    path: '/v2/orderbook_heatmap_30s_debug',
    aliases: ['/orderbook_heatmap_debug'],
    summary: 'The same for those who look for a fault',
    isOfSymbol: true,
    parameters: {},
    body: BookDebugBody,
    answer: (asked) => bookDebugBody(asked),
  }),
  endpoint({
    path: '/oi',
    summary: 'Open interest',
    isOfSymbol: true,
    parameters: {},
    body: OpenInterestBody,
    answer: (asked) =>
      orMissing(
        openInterestBody(asked, asked.name),
        `No OI data available for ${asked.name}. Poller may still be initializing.`,
      ),
  }),
]
