/**
 * What a recorder must know of a payload before it is journaled, found by a search for single
 * fields: exchange time, kind and contract. It fills columns of the journal and decides nothing
 * else, since a replay decodes the bytes.
 */
import { numberAt } from '../base/field-number.ts'
import { isFields } from './field-reader.ts'
import { TextInterner } from './text-interner.ts'

/** The exchange time of `pipeline.md` §1.3. Unit: ms since 1970. `NaN`: none, or not to be read. */
export function venueTimeOf(channel: string, payload: Uint8Array): number {
  switch (channel) {
    case 'depth':
    case 'aggTrade':
    case 'trade':
    case 'bookTicker':
    case 'depthSnapshot':
      return timeAt(payload, fieldFrom(payload, 0, LETTER.T))
    case 'markPrice':
      // `T` of a mark price is the next funding.
      return timeAt(payload, fieldFrom(payload, 0, LETTER.E))
    case 'forceOrder': {
      const order = fieldFrom(payload, 0, LETTER.o)
      return order < 0 ? Number.NaN : timeAt(payload, fieldFrom(payload, order, LETTER.T))
    }
    case 'openInterest':
      return timeOfReply(payload, 'time')
    case 'exchangeInfo':
    case 'serverTime':
      return timeOfReply(payload, 'serverTime')
    default:
      return channel.endsWith('LongShortAccountRatio') || channel.endsWith('LongShortPositionRatio')
        ? timeOfReply(payload, 'timestamp')
        : Number.NaN
  }
}

export interface FrameHead {
  /** Our name of the channel; the venue's name of the event where we have none. */
  readonly channel: string
  /** Upper case; empty where the event names no contract. */
  readonly symbol: string
}

/**
 * Kind and contract of a frame of a socket, with or without the wrapper of a combined stream.
 * `undefined`: the frame is no single event of a market; {@link replyOf} tells replies from others.
 */
export function headOf(frame: Uint8Array): FrameHead | undefined {
  const kindAt = fieldFrom(frame, 0, LETTER.e)
  const event = textAt(frame, kindAt)
  if (event === '' || isList(frame, kindAt)) return undefined
  // Of a forced order, the first `s` is that of the order.
  return interned(CHANNELS.get(event) ?? event, textAt(frame, fieldFrom(frame, kindAt, LETTER.s)))
}

/** What the venue says about a request that a socket sent. */
export interface SocketReply {
  /** `NaN`: the reply does not say to what. */
  readonly requestId: number
  /** Code and sentence of a refusal; `undefined`: accepted. */
  readonly error: { readonly code: number; readonly message: string } | undefined
}

/** Reads `{"result":null,"id":1}`, `{"error":{"code":2,"msg":"…"},"id":1}` and `{"code":2,"msg":"…"}`. */
export function replyOf(frame: Uint8Array): SocketReply | undefined {
  const parsed = parsedOf(frame)
  if (!isFields(parsed)) return undefined
  const requestId = typeof parsed['id'] === 'number' ? parsed['id'] : Number.NaN
  const { code, msg } = isFields(parsed['error']) ? parsed['error'] : parsed
  if (typeof code === 'number') {
    return { requestId, error: { code, message: typeof msg === 'string' ? msg : '' } }
  }
  return 'result' in parsed && 'id' in parsed ? { requestId, error: undefined } : undefined
}

/** Events whose channel has another name. */
const CHANNELS: ReadonlyMap<string, string> = new Map([
  ['depthUpdate', 'depth'],
  ['markPriceUpdate', 'markPrice'],
])

const LETTER = { E: 0x45, T: 0x54, e: 0x65, o: 0x6f, s: 0x73 } as const
const QUOTE = 0x22
const COLON = 0x3a
const SPACE = 0x20
const BRACKET_OPEN = 0x5b

/** Where the value of the first field that has this one letter for a name begins; -1: there is none. */
function fieldFrom(bytes: Uint8Array, from: number, letter: number): number {
  if (from < 0) return -1
  const last = bytes.length - 2
  for (let at = from + 1; at < last; at += 1) {
    if (bytes[at] !== letter || bytes[at - 1] !== QUOTE || bytes[at + 1] !== QUOTE) continue
    let valueAt = at + 2
    while (bytes[valueAt] === SPACE) valueAt += 1
    if (bytes[valueAt] !== COLON) continue
    valueAt += 1
    while (bytes[valueAt] === SPACE) valueAt += 1
    return valueAt
  }
  return -1
}

function timeAt(bytes: Uint8Array, from: number): number {
  const time = from < 0 ? Number.NaN : numberAt(bytes, from)
  return time <= Number.MAX_SAFE_INTEGER ? time : Number.NaN
}

const interner = new TextInterner()

/** The text that begins with a quote at `from`; empty where there is none. */
function textAt(bytes: Uint8Array, from: number): string {
  if (from < 0 || bytes[from] !== QUOTE) return ''
  const end = bytes.indexOf(QUOTE, from + 1)
  return end < 0 ? '' : interner.textOf(bytes, from + 1, end)
}

/** Whether a list comes before the event's kind: then the frame holds many events. */
function isList(frame: Uint8Array, kindAt: number): boolean {
  const opening = frame.indexOf(BRACKET_OPEN)
  return opening >= 0 && opening < kindAt
}

const heads = new Map<string, Map<string, FrameHead>>()
/** Contracts of a venue are in the hundreds; the names come from outside. */
const HEAD_COUNT_MAX = 4096

function interned(channel: string, symbol: string): FrameHead {
  const known = heads.get(channel)?.get(symbol)
  if (known !== undefined) return known
  const head = { channel, symbol: symbol.toUpperCase() }
  const ofChannel = heads.get(channel) ?? new Map<string, FrameHead>()
  if (heads.size < HEAD_COUNT_MAX) heads.set(channel, ofChannel)
  if (ofChannel.size < HEAD_COUNT_MAX) ofChannel.set(symbol, head)
  return head
}

const decoder = new TextDecoder()

/** Replies to requests come seldom: they are parsed. */
function timeOfReply(payload: Uint8Array, name: string): number {
  const parsed = parsedOf(payload)
  const item: unknown = Array.isArray(parsed) ? parsed[0] : parsed
  const value = isFields(item) ? item[name] : undefined
  const time = typeof value === 'string' && value !== '' ? Number(value) : value
  return Number.isSafeInteger(time) ? Number(time) : Number.NaN
}

function parsedOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch {
    // No JSON: it has neither a time nor an answer, and the decoder will name the fault.
    return undefined
  }
}
