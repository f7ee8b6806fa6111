/**
 * What a message must hold, from `JSON.parse` and `Number` alone: written against the chapters and
 * apart from the decoders, for payloads with all documented fields.
 */

type Json = Readonly<Record<string, unknown>>
type TextLevels = readonly (readonly [string, string])[]

/** Fields of `text` as the message of `channel` must have them; `undefined` if it is not JSON. */
export function expectedOf(channel: string, text: string): Json | undefined {
  let parsed: Json
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  const data = (typeof parsed['stream'] === 'string' ? parsed['data'] : parsed) as Json
  return EXPECTED[channel]?.(data)
}

const EXPECTED: Readonly<Record<string, (data: Json) => Json>> = {
  depth: (data) => ({
    eventTimeMs: data['E'],
    venueTimeMs: data['T'],
    firstUpdateId: data['U'],
    lastUpdateId: data['u'],
    prevUpdateId: data['pu'],
    ...levels(data['b'] as TextLevels, data['a'] as TextLevels),
  }),
  depthSnapshot: (data) => ({
    eventTimeMs: data['E'],
    venueTimeMs: data['T'],
    firstUpdateId: 0,
    lastUpdateId: data['lastUpdateId'],
    prevUpdateId: 0,
    ...levels(data['bids'] as TextLevels, data['asks'] as TextLevels),
  }),
  aggTrade: (data) => ({
    eventTimeMs: data['E'],
    venueTimeMs: data['T'],
    aggTradeId: data['a'],
    firstTradeId: data['f'],
    lastTradeId: data['l'],
    price: Number(data['p']),
    sizeBase: Number(data['q']),
    buyerIsMaker: data['m'],
  }),
  trade: (data) => ({
    eventTimeMs: data['E'],
    venueTimeMs: data['T'],
    tradeId: data['t'],
    price: Number(data['p']),
    sizeBase: Number(data['q']),
    buyerIsMaker: data['m'],
  }),
  bookTicker: (data) => ({
    eventTimeMs: data['E'],
    venueTimeMs: data['T'],
    updateId: data['u'],
    bidPrice: Number(data['b']),
    bidSizeBase: Number(data['B']),
    askPrice: Number(data['a']),
    askSizeBase: Number(data['A']),
  }),
  forceOrder: (data) => {
    const order = data['o'] as Json
    return {
      eventTimeMs: data['E'],
      venueTimeMs: order['T'],
      symbol: order['s'],
      side: order['S'],
      price: Number(order['p']),
      averagePrice: Number(order['ap']),
      sizeBase: Number(order['q']),
      filledBase: Number(order['z']),
      status: order['X'],
    }
  },
  markPrice: (data) => ({
    eventTimeMs: data['E'],
    markPrice: Number(data['p']),
    indexPrice: Number(data['i']),
    fundingFraction: Number(data['r']),
    nextFundingTimeMs: data['T'],
  }),
  openInterest: (data) => ({
    venueTimeMs: data['time'],
    openInterestBase: Number(data['openInterest']),
  }),
  topLongShortAccountRatio: ratio,
  topLongShortPositionRatio: ratio,
  globalLongShortAccountRatio: ratio,
}

function ratio(list: Json): Json {
  const item = list[0] as Json
  return {
    venueTimeMs: Number(item['timestamp']),
    ratio: Number(item['longShortRatio']),
    longFraction: Number(item['longAccount']),
    shortFraction: Number(item['shortAccount']),
    empty: false,
  }
}

function levels(bids: TextLevels, asks: TextLevels): Json {
  const all = [...bids, ...asks]
  const priceDecimals = Math.max(0, ...all.map(([price]) => decimals(price)))
  const sizeDecimals = Math.max(0, ...all.map(([, size]) => decimals(size)))
  return {
    priceDecimals,
    sizeDecimals,
    bidCount: bids.length,
    askCount: asks.length,
    // Through whole numbers of any length, so that no rounding hides.
    priceUnits: all.map(([price]) => Number(units(price, priceDecimals))),
    sizeUnits: all.map(([, size]) => Number(units(size, sizeDecimals))),
  }
}

const decimals = (text: string): number => text.split('.')[1]?.length ?? 0

function units(text: string, decimalCount: number): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(decimalCount, '0'))
}
