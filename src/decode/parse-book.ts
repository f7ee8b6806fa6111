/** The tolerant way to a book message: what is missing, and how levels fall back, is `orderbook.md` §2. */
import type { DepthSnapshot, DepthUpdate } from '../model/messages.ts'
import { type FieldReader, type Fields, isPlainDecimal } from './field-reader.ts'

export function parseDepth(reader: FieldReader, fields: Fields, message: DepthUpdate): void {
  message.eventTimeMs = reader.whole(fields, 'E')
  message.venueTimeMs = reader.whole(fields, 'T')
  message.firstUpdateId = reader.whole(fields, 'U', 0)
  message.lastUpdateId = reader.whole(fields, 'u', 0)
  message.prevUpdateId = reader.whole(fields, 'pu', 0)
  parseSides(
    reader,
    fields,
    sideOf(reader, fields, 'b', 'bids'),
    sideOf(reader, fields, 'a', 'asks'),
    message,
  )
}

export function parseDepthSnapshot(
  reader: FieldReader,
  fields: Fields,
  message: DepthSnapshot,
): void {
  const { lastUpdateId, bids, asks } = fields
  // Anything may be missing, but a reply without all three is no book: it would empty ours.
  if (lastUpdateId === undefined && bids === undefined && asks === undefined) {
    reader.refuse('lastUpdateId', 'a whole number', undefined)
  }
  message.lastUpdateId = reader.whole(fields, 'lastUpdateId', 0)
  message.eventTimeMs = reader.whole(fields, 'E', Number.NaN)
  message.venueTimeMs = reader.whole(fields, 'T', Number.NaN)
  parseSides(reader, fields, 'bids', 'asks', message)
}

/** The name under which a side is sent: the other one too where the first is missing or empty. */
function sideOf(reader: FieldReader, fields: Fields, name: string, other: string): string {
  const levels = fields[name]
  if (levels !== undefined && !Array.isArray(levels)) reader.refuse(name, 'a list', levels)
  const isEmpty = !Array.isArray(levels) || levels.length === 0
  return isEmpty && Array.isArray(fields[other]) ? other : name
}

function parseSides(
  reader: FieldReader,
  fields: Fields,
  bidName: string,
  askName: string,
  message: DepthUpdate,
): void {
  const bids = levelsOf(reader, fields, bidName)
  const asks = levelsOf(reader, fields, askName)
  message.bidCount = bids.length
  message.askCount = asks.length
  message.priceDecimals = 0
  message.sizeDecimals = 0
  message.reserve(bids.length + asks.length)
  // All levels of a message have the decimals of the longest.
  for (const [price, size] of [...bids, ...asks]) {
    message.priceDecimals = Math.max(message.priceDecimals, decimalCount(price))
    message.sizeDecimals = Math.max(message.sizeDecimals, decimalCount(size))
  }
  fillUnits(reader, bidName, bids, 0, message)
  fillUnits(reader, askName, asks, bids.length, message)
}

type TextLevel = readonly [price: string, size: string]

function levelsOf(reader: FieldReader, fields: Fields, name: string): readonly TextLevel[] {
  const levels = fields[name] ?? []
  if (!Array.isArray(levels)) {
    reader.refuse(name, 'a list', levels)
    return []
  }
  for (const [index, level] of levels.entries()) {
    if (!Array.isArray(level)) {
      reader.refuse(`${name}[${index}]`, 'a level', level)
    } else if (!isPlainDecimal(level[0])) {
      reader.refuse(`${name}[${index}][0]`, 'a decimal', level[0])
    } else if (!isPlainDecimal(level[1])) {
      reader.refuse(`${name}[${index}][1]`, 'a decimal', level[1])
    }
  }
  return reader.reason === '' ? (levels as readonly TextLevel[]) : []
}

function fillUnits(
  reader: FieldReader,
  name: string,
  levels: readonly TextLevel[],
  first: number,
  message: DepthUpdate,
): void {
  const { priceDecimals, sizeDecimals, priceUnits, sizeUnits } = message
  for (const [index, [price, size]] of levels.entries()) {
    priceUnits[first + index] = unitsOf(reader, `${name}[${index}][0]`, price, priceDecimals)
    sizeUnits[first + index] = unitsOf(reader, `${name}[${index}][1]`, size, sizeDecimals)
  }
}

const decimalCount = (text: string): number => {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

/** Powers of ten above this one are not exact doubles. */
const DECIMALS_MAX = 22

function unitsOf(reader: FieldReader, name: string, text: string, decimals: number): number {
  if (decimals <= DECIMALS_MAX) {
    const units = Number(text.replace('.', '') + '0'.repeat(decimals - decimalCount(text)))
    if (Number.isSafeInteger(units)) return units
  }
  reader.refuse(name, `below 2^53 units at ${decimals} decimals`, text)
  return Number.NaN
}
