/** REST replies other than the book (`pipeline.md` §1.2 and §5). They come seldom, so objects do. */
import type {
  ExchangeInfo,
  Instrument,
  LongShortRatio,
  OpenInterest,
  ServerTime,
} from '../model/messages.ts'
import { type FieldReader, type Fields, isFields } from './field-reader.ts'

export function parseOpenInterest(
  reader: FieldReader,
  fields: Fields,
  message: OpenInterest,
): void {
  message.venueTimeMs = reader.whole(fields, 'time')
  message.openInterestBase = reader.decimal(fields, 'openInterest', 0)
}

/** Only the first item of the list counts; the position ratio may name its shares differently. */
export function parseRatio(
  reader: FieldReader,
  list: readonly unknown[],
  message: LongShortRatio,
): void {
  const [item] = list
  const isEmpty = list.length === 0
  message.empty = isEmpty
  if (isEmpty) {
    message.venueTimeMs = Number.NaN
    message.ratio = 0
    message.longFraction = 0
    message.shortFraction = 0
    return
  }
  if (!isFields(item)) {
    reader.refuse('[0]', 'an object', item)
    return
  }
  reader.path = '[0].'
  message.venueTimeMs = reader.wholeOrText(item, 'timestamp', Number.NaN)
  message.ratio = reader.decimal(item, 'longShortRatio', 0)
  message.longFraction = shareOf(reader, item, 'longAccount', 'longPosition')
  message.shortFraction = shareOf(reader, item, 'shortAccount', 'shortPosition')
}

export function parseExchangeInfo(
  reader: FieldReader,
  fields: Fields,
  message: ExchangeInfo,
): void {
  message.serverTimeMs = reader.whole(fields, 'serverTime', Number.NaN)
  const { symbols } = fields
  if (!Array.isArray(symbols)) {
    reader.refuse('symbols', 'a list', symbols)
    return
  }
  const instruments: Instrument[] = []
  for (const [index, symbol] of symbols.entries()) {
    reader.path = `symbols[${index}].`
    if (isFields(symbol)) instruments.push(instrumentOf(reader, symbol))
    else reader.refuse('symbol', 'an object', symbol)
  }
  message.instruments = instruments
}

export function parseServerTime(reader: FieldReader, fields: Fields, message: ServerTime): void {
  message.serverTimeMs = reader.whole(fields, 'serverTime')
}

function shareOf(reader: FieldReader, item: Fields, name: string, other: string): number {
  return reader.decimal(item, item[name] === undefined ? other : name, 0)
}

function instrumentOf(reader: FieldReader, symbol: Fields): Instrument {
  return {
    symbol: reader.text(symbol, 'symbol'),
    status: reader.text(symbol, 'status', ''),
    contractType: reader.text(symbol, 'contractType', ''),
    priceDecimals: reader.whole(symbol, 'pricePrecision'),
    sizeDecimals: reader.whole(symbol, 'quantityPrecision'),
    tickSize: stepOf(reader, symbol, 'PRICE_FILTER', 'tickSize'),
    stepSizeBase: stepOf(reader, symbol, 'LOT_SIZE', 'stepSize'),
  }
}

function stepOf(reader: FieldReader, symbol: Fields, filterType: string, name: string): number {
  const filters: readonly unknown[] = Array.isArray(symbol['filters']) ? symbol['filters'] : []
  const filter = filters.find((entry) => isFields(entry) && entry['filterType'] === filterType)
  return isFields(filter) ? reader.decimal(filter, name, Number.NaN) : Number.NaN
}
