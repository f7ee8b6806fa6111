/**
 * Which channels have their messages in columns, and which fields stand in them, in this order. A
 * boolean is 0 or 1, a text its place among the texts of its section.
 */
import type { Decoder } from '../decode/decoder.ts'
import type { StreamKey } from '../model/block.ts'
import { RECORDER_VENUE, SOCKET_CHANNELS, type SocketChannel } from '../model/channel.ts'
import type {
  AggTrade,
  BookTicker,
  DepthUpdate,
  ForceOrder,
  MarkPrice,
  Trade,
} from '../model/messages.ts'

export const DEPTH_FIELDS = [
  'eventTimeMs',
  'venueTimeMs',
  'firstUpdateId',
  'lastUpdateId',
  'prevUpdateId',
  'priceDecimals',
  'sizeDecimals',
  'bidCount',
  'askCount',
] as const satisfies readonly (keyof DepthUpdate)[]

export const AGG_TRADE_FIELDS = [
  'eventTimeMs',
  'venueTimeMs',
  'aggTradeId',
  'firstTradeId',
  'lastTradeId',
  'price',
  'sizeBase',
  'buyerIsMaker',
] as const satisfies readonly (keyof AggTrade)[]

export const TRADE_FIELDS = [
  'eventTimeMs',
  'venueTimeMs',
  'tradeId',
  'price',
  'sizeBase',
  'buyerIsMaker',
] as const satisfies readonly (keyof Trade)[]

export const TICKER_FIELDS = [
  'eventTimeMs',
  'venueTimeMs',
  'updateId',
  'bidPrice',
  'bidSizeBase',
  'askPrice',
  'askSizeBase',
] as const satisfies readonly (keyof BookTicker)[]

export const ORDER_FIELDS = [
  'eventTimeMs',
  'venueTimeMs',
  'symbol',
  'side',
  'price',
  'averagePrice',
  'sizeBase',
  'filledBase',
  'status',
] as const satisfies readonly (keyof ForceOrder)[]

export const MARK_FIELDS = [
  'eventTimeMs',
  'markPrice',
  'indexPrice',
  'fundingFraction',
  'nextFundingTimeMs',
] as const satisfies readonly (keyof MarkPrice)[]

export type MessageValue = number | boolean | string

/** How one channel is read from bytes, and what of it is kept. */
export interface ChannelFields {
  readonly fields: readonly string[]
  readonly read: (decoder: Decoder, bytes: Uint8Array, start: number, end: number) => boolean
  readonly message: (decoder: Decoder) => Readonly<Record<string, MessageValue>>
}

const asValues = (message: object): Readonly<Record<string, MessageValue>> =>
  message as Readonly<Record<string, MessageValue>>

export const CHANNEL_FIELDS: Readonly<Record<SocketChannel, ChannelFields>> = {
  depth: {
    fields: DEPTH_FIELDS,
    read: (decoder, bytes, start, end) => decoder.readDepth(bytes, start, end),
    message: ({ depthUpdate }) => asValues(depthUpdate),
  },
  aggTrade: {
    fields: AGG_TRADE_FIELDS,
    read: (decoder, bytes, start, end) => decoder.readAggTrade(bytes, start, end),
    message: ({ aggTrade }) => asValues(aggTrade),
  },
  trade: {
    fields: TRADE_FIELDS,
    read: (decoder, bytes, start, end) => decoder.readTrade(bytes, start, end),
    message: ({ trade }) => asValues(trade),
  },
  bookTicker: {
    fields: TICKER_FIELDS,
    read: (decoder, bytes, start, end) => decoder.readBookTicker(bytes, start, end),
    message: ({ bookTicker }) => asValues(bookTicker),
  },
  forceOrder: {
    fields: ORDER_FIELDS,
    read: (decoder, bytes, start, end) => decoder.readForceOrder(bytes, start, end),
    message: ({ forceOrder }) => asValues(forceOrder),
  },
  markPrice: {
    fields: MARK_FIELDS,
    read: (decoder, bytes, start, end) => decoder.readMarkPrice(bytes, start, end),
    message: ({ markPrice }) => asValues(markPrice),
  },
}

/** The channel of a stream whose messages stand in columns; nothing for one that stays bytes. */
export function columnChannelOf({ venue, channel }: StreamKey): SocketChannel | undefined {
  if (venue === RECORDER_VENUE) return undefined
  return SOCKET_CHANNELS.find((name) => name === channel)
}
