/** Binance USD-M futures as of autumn 2026 (`binance-today.md`). */
import type { Venue, VenueEndpoint, VenueStream } from '../venue.ts'

const publicStream = { route: '/public', allMarkets: false, silenceMsMax: 0 } as const
const marketStream = { ...publicStream, route: '/market' } as const

/** Since 2026-04-23 a stream on the other route is acknowledged, and nothing ever comes. */
const STREAMS: readonly VenueStream[] = [
  {
    ...publicStream,
    channel: 'depth',
    name: '{symbol}@depth@100ms',
    // A thin book may stand still for seconds.
    silenceMsMax: 30_000,
    continuityIds: ['pu', 'u'],
  },
  {
    ...publicStream,
    channel: 'bookTicker',
    name: '{symbol}@bookTicker',
    continuityIds: [],
  },
  // Not documented, and optional: nothing but the trade itself depends on it.
  { ...publicStream, channel: 'trade', name: '{symbol}@trade', continuityIds: ['t'] },
  { ...marketStream, channel: 'aggTrade', name: '{symbol}@aggTrade', continuityIds: ['a'] },
  {
    ...marketStream,
    channel: 'markPrice',
    name: '{symbol}@markPrice@1s',
    silenceMsMax: 10_000,
    continuityIds: [],
  },
  { ...marketStream, channel: 'forceOrder', name: '{symbol}@forceOrder', continuityIds: [] },
  {
    ...marketStream,
    channel: 'forceOrder',
    name: '!forceOrder@arr',
    allMarkets: true,
    continuityIds: [],
  },
]

/** Ratio periods begin at 5m; their requests weigh nothing and have a pool of their own. */
const ratio = {
  query: 'symbol={symbol}&period=5m&limit=1',
  perSymbol: true,
  weight: 0,
  statistics: true,
  everyMs: 60_000,
} as const

const plain = { perSymbol: true, weight: 1, statistics: false } as const

const ENDPOINTS: readonly VenueEndpoint[] = [
  // First, since the offset of the clock belongs before what it explains.
  {
    ...plain,
    channel: 'serverTime',
    path: '/fapi/v1/time',
    query: '',
    perSymbol: false,
    everyMs: 60_000,
  },
  {
    ...plain,
    channel: 'exchangeInfo',
    path: '/fapi/v1/exchangeInfo',
    query: '',
    perSymbol: false,
    everyMs: 3_600_000,
  },
  {
    ...plain,
    channel: 'depthSnapshot',
    path: '/fapi/v1/depth',
    query: 'symbol={symbol}&limit=1000',
    weight: 20,
    everyMs: 300_000,
  },
  {
    ...plain,
    channel: 'openInterest',
    path: '/fapi/v1/openInterest',
    query: 'symbol={symbol}',
    everyMs: 10_000,
  },
  {
    ...ratio,
    channel: 'topLongShortAccountRatio',
    path: '/futures/data/topLongShortAccountRatio',
  },
  {
    ...ratio,
    channel: 'topLongShortPositionRatio',
    path: '/futures/data/topLongShortPositionRatio',
  },
  {
    ...ratio,
    channel: 'globalLongShortAccountRatio',
    path: '/futures/data/globalLongShortAccountRatio',
  },
]

export const BINANCE: Venue = {
  name: 'binance',
  wsUrl: 'wss://fstream.binance.com',
  restUrl: 'https://fapi.binance.com',
  socketPath: '/stream?streams=',
  // The venue allows 1024; a URL with 200 names stays under 8 KB.
  streamsPerConnectionMax: 200,
  streams: STREAMS,
  endpoints: ENDPOINTS,
  statisticsPerWindowMax: 1_000,
  statisticsWindowMs: 300_000,
  usedWeightHeader: 'x-mbx-used-weight-1m',
  rateHeaders: ['x-mbx-', 'retry-after'],
}
