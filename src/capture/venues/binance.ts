/** Binance USD-M futures as of autumn 2026 (`binance-today.md`). */
import type { PayloadFields, StreamLoad, Venue, VenueEndpoint, VenueStream } from '../venue.ts'

const publicStream = {
  route: '/public',
  allMarkets: false,
  rule: 'active',
  optional: false,
} as const
const marketStream = { ...publicStream, route: '/market' } as const

/** Since 2026-04-23 a stream on the other route is acknowledged, and nothing ever comes. */
const STREAMS: readonly VenueStream[] = [
  {
    ...publicStream,
    channel: 'depth',
    name: '{symbol}@depth@100ms',
    twins: ['bookTicker', 'trade', 'aggTrade'],
    continuityIds: ['pu', 'u'],
  },
  {
    ...publicStream,
    channel: 'bookTicker',
    name: '{symbol}@bookTicker',
    // The book may move below its best prices; a trade is at them.
    twins: ['trade', 'aggTrade'],
    continuityIds: [],
  },
  // Not documented, and optional: nothing but the trade itself depends on it.
  {
    ...publicStream,
    channel: 'trade',
    name: '{symbol}@trade',
    optional: true,
    twins: ['aggTrade'],
    continuityIds: ['t'],
  },
  {
    ...marketStream,
    channel: 'aggTrade',
    name: '{symbol}@aggTrade',
    twins: ['trade'],
    continuityIds: ['a'],
  },
  {
    ...marketStream,
    channel: 'markPrice',
    name: '{symbol}@markPrice@1s',
    rule: 'steady',
    twins: [],
    continuityIds: [],
  },
  {
    ...marketStream,
    channel: 'forceOrder',
    name: '{symbol}@forceOrder',
    rule: 'rare',
    twins: [],
    continuityIds: [],
  },
  {
    ...marketStream,
    channel: 'forceOrder',
    name: '!forceOrder@arr',
    rule: 'rare',
    twins: [],
    allMarkets: true,
    continuityIds: [],
  },
]

const words = (text: string): readonly string[] => text.split(' ')
const fields = (required: string, optional: string): PayloadFields => ({
  required: words(required),
  optional: words(optional),
})

/** `st` and `ps` came with the merger of 2026-06-30, `nq` on 2025-12-31, `ap` of a mark price in 2025. */
const FIELDS: ReadonlyMap<string, PayloadFields> = new Map([
  ['depth', fields('e E T s U u pu b a', 'st ps')],
  ['bookTicker', fields('e u E T s b B a A', 'st ps')],
  ['trade', fields('e E T s t p q X m', 'st ps nq')],
  ['aggTrade', fields('e E s a p q f l T m', 'st ps nq')],
  ['markPrice', fields('e E s p i P r T', 'st ps ap')],
  [
    'forceOrder',
    fields('e E o o.s o.S o.o o.f o.q o.p o.ap o.X o.l o.z o.T', 'st ps o.st o.ps o.nq'),
  ],
  ['depthSnapshot', fields('lastUpdateId E T bids asks', 'st ps symbol pair')],
  ['openInterest', fields('openInterest symbol time', 'st ps pair contractType')],
  ['serverTime', fields('serverTime', '')],
])

/**
 * `bookTicker`, `depth` and `trade` as counted in six minutes of ETHUSDT of 2024-08-08, depth scaled to
 * 100 ms; the others by their documented pace. A forecast, which a recording that is there corrects.
 */
const LOADS: ReadonlyMap<string, StreamLoad> = new Map([
  ['depth', { framesPerSecond: 10, frameBytes: 2_000 }],
  ['bookTicker', { framesPerSecond: 157, frameBytes: 178 }],
  ['trade', { framesPerSecond: 41, frameBytes: 160 }],
  ['aggTrade', { framesPerSecond: 15, frameBytes: 220 }],
  ['markPrice', { framesPerSecond: 1, frameBytes: 230 }],
  ['forceOrder', { framesPerSecond: 0.02, frameBytes: 290 }],
  ['depthSnapshot', { framesPerSecond: 0, frameBytes: 40_000 }],
  ['exchangeInfo', { framesPerSecond: 0, frameBytes: 1_500_000 }],
])

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
  sentPerSecondMax: 10,
  streams: STREAMS,
  endpoints: ENDPOINTS,
  statisticsPerWindowMax: 1_000,
  statisticsWindowMs: 300_000,
  usedWeightHeader: 'x-mbx-used-weight-1m',
  rateHeaders: ['x-mbx-', 'retry-after'],
  fields: FIELDS,
  loads: LOADS,
}
