/** The names of what a recording holds, as NDJSON, API and reports write them. */

/** Channels that a venue pushes over a WebSocket. */
export const SOCKET_CHANNELS = [
  'depth',
  'aggTrade',
  'trade',
  'bookTicker',
  'forceOrder',
  'markPrice',
] as const

/** Channels that are the replies to REST requests. */
export const REST_CHANNELS = [
  'depthSnapshot',
  'openInterest',
  'topLongShortAccountRatio',
  'topLongShortPositionRatio',
  'globalLongShortAccountRatio',
  'exchangeInfo',
  'serverTime',
] as const

/** What the recorder knows and no venue said. Entries of the venue {@link RECORDER_VENUE}. */
export const FACT_CHANNELS = [
  'start',
  'stop',
  'settings',
  'subscribe',
  'ack',
  'disconnect',
  'gap',
  'timer',
  'clockOffset',
  'digest',
  'alarm',
  'missing',
  'drift',
] as const

/**
 * Liquidations that were also asked for by their contract, from the stream of all markets; and those
 * that came before over another connection.
 */
export const WITNESS_CHANNEL = 'forceOrderAll'

export type SocketChannel = (typeof SOCKET_CHANNELS)[number]
export type RestChannel = (typeof REST_CHANNELS)[number]
export type FactChannel = (typeof FACT_CHANNELS)[number]

/** The venue of recorder facts. */
export const RECORDER_VENUE = 'recorder'
