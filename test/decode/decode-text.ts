/** Runs a payload, given as text, through the decoder of its channel. */

import type { Decoder } from '../../src/decode/decoder.ts'
import { DepthUpdate } from '../../src/model/messages.ts'

type Read = (decoder: Decoder, bytes: Uint8Array, start: number, end: number) => boolean

interface Route {
  readonly read: Read
  readonly message: (decoder: Decoder) => object
  readonly counts: keyof Decoder['counts']
}

const RATIO: Route = {
  read: (decoder, ...range) => decoder.readRatio(...range),
  message: (decoder) => decoder.ratio,
  counts: 'longShortRatio',
}

const ROUTES: Readonly<Record<string, Route>> = {
  depth: {
    read: (decoder, ...range) => decoder.readDepth(...range),
    message: (decoder) => decoder.depthUpdate,
    counts: 'depth',
  },
  aggTrade: {
    read: (decoder, ...range) => decoder.readAggTrade(...range),
    message: (decoder) => decoder.aggTrade,
    counts: 'aggTrade',
  },
  trade: {
    read: (decoder, ...range) => decoder.readTrade(...range),
    message: (decoder) => decoder.trade,
    counts: 'trade',
  },
  bookTicker: {
    read: (decoder, ...range) => decoder.readBookTicker(...range),
    message: (decoder) => decoder.bookTicker,
    counts: 'bookTicker',
  },
  forceOrder: {
    read: (decoder, ...range) => decoder.readForceOrder(...range),
    message: (decoder) => decoder.forceOrder,
    counts: 'forceOrder',
  },
  markPrice: {
    read: (decoder, ...range) => decoder.readMarkPrice(...range),
    message: (decoder) => decoder.markPrice,
    counts: 'markPrice',
  },
  depthSnapshot: {
    read: (decoder, ...range) => decoder.readDepthSnapshot(...range),
    message: (decoder) => decoder.depthSnapshot,
    counts: 'depthSnapshot',
  },
  openInterest: {
    read: (decoder, ...range) => decoder.readOpenInterest(...range),
    message: (decoder) => decoder.openInterest,
    counts: 'openInterest',
  },
  topLongShortAccountRatio: RATIO,
  topLongShortPositionRatio: RATIO,
  globalLongShortAccountRatio: RATIO,
  exchangeInfo: {
    read: (decoder, ...range) => decoder.readExchangeInfo(...range),
    message: (decoder) => decoder.exchangeInfo,
    counts: 'exchangeInfo',
  },
  serverTime: {
    read: (decoder, ...range) => decoder.readServerTime(...range),
    message: (decoder) => decoder.serverTime,
    counts: 'serverTime',
  },
}

export interface Decoded {
  /** A copy of the message as plain data, levels cut to their number; `undefined` for a fault. */
  readonly message: Readonly<Record<string, unknown>> | undefined
  readonly way: 'fast' | 'slow' | 'fault'
  readonly fault: string
  readonly coinMargined: boolean
}

export const isDecoded = (channel: string): boolean => Object.hasOwn(ROUTES, channel)

const encoder = new TextEncoder()

export const decodeText = (decoder: Decoder, channel: string, text: string): Decoded =>
  decodeBytes(decoder, channel, encoder.encode(text))

export function decodeBytes(
  decoder: Decoder,
  channel: string,
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
): Decoded {
  const route = ROUTES[channel]
  if (route === undefined) throw new Error(`no decoder of ${channel}`)
  const { fastCount } = decoder.counts[route.counts]
  const isRead = route.read(decoder, bytes, start, end)
  const isFast = decoder.counts[route.counts].fastCount > fastCount
  return {
    message: isRead ? plain(route.message(decoder)) : undefined,
    way: isRead ? (isFast ? 'fast' : 'slow') : 'fault',
    fault: isRead ? '' : decoder.fault,
    coinMargined: decoder.coinMargined,
  }
}

function plain(message: object): Record<string, unknown> {
  if (!(message instanceof DepthUpdate)) return { ...message }
  const count = message.bidCount + message.askCount
  return {
    ...message,
    priceUnits: [...message.priceUnits.subarray(0, count)],
    sizeUnits: [...message.sizeUnits.subarray(0, count)],
  }
}
