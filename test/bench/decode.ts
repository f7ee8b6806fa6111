/** How fast payloads become messages, against `JSON.parse` of the same texts in the same process. */
import { Decoder } from '../../src/decode/decoder.ts'
import { headOf, venueTimeOf } from '../../src/decode/venue-time.ts'
import type { ChannelPayload } from '../decode/shared-payloads.ts'

export interface DecodeRates {
  readonly name: string
  readonly messageCount: number
  readonly payloadBytes: number
  /** `JSON.parse` of each text, nothing read out of it. Unit: messages per second. */
  readonly jsonPerSecond: number
  /** All fields of every message. Unit: messages per second. */
  readonly decodedPerSecond: number
  readonly decodedBytesPerSecond: number
  /** Share of the messages that left the fast path. */
  readonly slowFraction: number
  /** Kind, contract and exchange time of a frame on its way into a journal. Unit: frames per second. */
  readonly headsPerSecond: number
}

/** Best of `roundCount` for each, payloads in memory: texts for `JSON.parse`, joined bytes for us. */
export function measureDecode(
  name: string,
  payloads: Iterable<ChannelPayload>,
  roundCount = 3,
): DecodeRates {
  const decoder = new Decoder()
  const known = [...payloads].filter(({ channel }) => KINDS.includes(channel))
  const texts = known.map(({ text }) => text)
  const bytes = new TextEncoder().encode(texts.join(''))
  const channels = known.map(({ channel }) => channel)
  const kinds = Uint8Array.from(channels, (channel) => KINDS.indexOf(channel))
  const offsets = offsetsOf(texts)
  const frames = channels.map((_, index) => bytes.slice(offsets[index], offsets[index + 1]))
  const messageCount = texts.length

  const parseAll = () => {
    for (const text of texts) JSON.parse(text)
  }
  const decodeAll = () => {
    for (let index = 0; index < messageCount; index += 1) {
      read(decoder, kinds[index] ?? 0, bytes, offsets[index] ?? 0, offsets[index + 1] ?? 0)
    }
  }
  const headAll = () => {
    for (const [index, frame] of frames.entries()) {
      headOf(frame)
      venueTimeOf(channels[index] ?? '', frame)
    }
  }

  const decodeSeconds = bestOf(roundCount, decodeAll)
  return {
    name,
    messageCount,
    payloadBytes: bytes.length,
    jsonPerSecond: messageCount / bestOf(roundCount, parseAll),
    decodedPerSecond: messageCount / decodeSeconds,
    decodedBytesPerSecond: bytes.length / decodeSeconds,
    slowFraction: slowFraction(decoder),
    headsPerSecond: messageCount / bestOf(roundCount, headAll),
  }
}

/** In the order of the cases below. */
const KINDS: readonly string[] = [
  'depth',
  'aggTrade',
  'trade',
  'bookTicker',
  'forceOrder',
  'markPrice',
  'depthSnapshot',
  'openInterest',
  'topLongShortAccountRatio',
  'topLongShortPositionRatio',
  'globalLongShortAccountRatio',
]

/** Chooses by a small number, as the pipeline does. */
function read(
  decoder: Decoder,
  kind: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  switch (kind) {
    case 0:
      return decoder.readDepth(bytes, start, end)
    case 1:
      return decoder.readAggTrade(bytes, start, end)
    case 2:
      return decoder.readTrade(bytes, start, end)
    case 3:
      return decoder.readBookTicker(bytes, start, end)
    case 4:
      return decoder.readForceOrder(bytes, start, end)
    case 5:
      return decoder.readMarkPrice(bytes, start, end)
    case 6:
      return decoder.readDepthSnapshot(bytes, start, end)
    case 7:
      return decoder.readOpenInterest(bytes, start, end)
    default:
      return decoder.readRatio(bytes, start, end)
  }
}

/** Payloads are ASCII, so that characters are bytes. */
function offsetsOf(texts: readonly string[]): Uint32Array {
  const offsets = new Uint32Array(texts.length + 1)
  for (const [index, text] of texts.entries()) {
    offsets[index + 1] = (offsets[index] ?? 0) + text.length
  }
  return offsets
}

/** Least time of `roundCount` calls, after one that is not counted. Unit: s. */
function bestOf(roundCount: number, work: () => void): number {
  work()
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < roundCount; round += 1) {
    const startMs = performance.now()
    work()
    best = Math.min(best, performance.now() - startMs)
  }
  return best / 1000
}

function slowFraction({ counts }: Decoder): number {
  const all = Object.values(counts)
  const slowCount = all.reduce((sum, count) => sum + count.slowCount + count.faultCount, 0)
  return slowCount / all.reduce((sum, count) => sum + count.fastCount, slowCount)
}
