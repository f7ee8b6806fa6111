/**
 * The streams of one connection, found by the name with which a combined frame begins:
 * `{"stream":"btcusdt@depth@100ms","data":…}`. No string is made and nothing is parsed.
 */
import type { StreamKey } from '../model/block.ts'
import { type IdTrail, startTrail } from './id-trail.ts'
import type { PlannedStream } from './plan.ts'
import { type Pace, startPace } from './stream-pace.ts'

/** A stream as it is heard. Changed in place. */
export interface HeardStream {
  readonly planned: PlannedStream
  readonly key: StreamKey
  readonly nameBytes: Uint8Array
  /** The next one with the same hash. */
  readonly next: HeardStream | undefined
  frameCount: number
  /** Last frame; before it, when its connection opened. Unit: µs. Clock: monotonic. */
  lastMonoUs: number
  /** Last frame; before it, when its connection opened; 0 before that. Unit: µs. Clock: wall. */
  lastWallUs: number
  /** Exchange time of the last frame; `NaN` before the first, and where it has none. */
  lastVenueTimeMs: number
  /** How often it speaks. */
  readonly pace: Pace
  /** Its ids; nothing where it has none. */
  readonly trail: IdTrail | undefined
  /** Of a liquidation stream: the last events, by contract and time, and who delivered them. */
  readonly recent: Map<string, number>
  /** Of a liquidation stream: events, each counted once however many connections brought it. */
  eventCount: number
  /** Of the stream of all markets: the same by contract, captured ones only. */
  readonly namedCounts: Map<string, number>
  /** Found silent. A gap ends with the next frame, that began then. Unit: µs. Clock: wall. */
  silentSinceWallUs: number
  /** Why frames before the next one may be missing; empty while none are. */
  interrupted: '' | 'start' | 'disconnect' | 'silence'
}

export interface StreamTable {
  readonly streams: readonly HeardStream[]
  readonly byHash: ReadonlyMap<number, HeardStream>
}

const PREFIX = new TextEncoder().encode('{"stream":"')
const QUOTE = 0x22
const HASH_START = 0x811c9dc5
const HASH_FACTOR = 0x01000193

export function createStreamTable(venue: string, planned: readonly PlannedStream[]): StreamTable {
  const encoder = new TextEncoder()
  const byHash = new Map<number, HeardStream>()
  const streams = planned.map((one) => {
    const nameBytes = encoder.encode(one.name)
    let hash = HASH_START
    for (const byte of nameBytes) hash = Math.imul(hash ^ byte, HASH_FACTOR)
    const stream: HeardStream = {
      planned: one,
      key: { venue, symbol: one.symbol, channel: one.channel },
      nameBytes,
      next: byHash.get(hash),
      frameCount: 0,
      lastMonoUs: 0,
      lastWallUs: 0,
      lastVenueTimeMs: Number.NaN,
      pace: startPace(),
      trail: startTrail(one.continuityIds),
      recent: new Map(),
      eventCount: 0,
      namedCounts: new Map(),
      silentSinceWallUs: Number.NaN,
      interrupted: 'start',
    }
    byHash.set(hash, stream)
    return stream
  })
  return { streams, byHash }
}

/** The stream of a combined frame; nothing for any other frame, or a stream that was not asked for. */
export function streamOf(table: StreamTable, frame: Uint8Array): HeardStream | undefined {
  const start = PREFIX.length
  for (let at = 0; at < start; at += 1) if (frame[at] !== PREFIX[at]) return undefined
  let hash = HASH_START
  let end = start
  for (; end < frame.length; end += 1) {
    const byte = frame[end] ?? QUOTE
    if (byte === QUOTE) break
    hash = Math.imul(hash ^ byte, HASH_FACTOR)
  }
  let stream = table.byHash.get(hash)
  while (stream !== undefined && !isNamed(stream, frame, start, end)) stream = stream.next
  return stream
}

/** Counts silence from now on: the connection is new. */
export function listenAnew(table: StreamTable, monoUs: number, wallUs: number): void {
  for (const stream of table.streams) {
    stream.lastMonoUs = monoUs
    if (stream.frameCount === 0) stream.lastWallUs = wallUs
  }
}

/** Nothing was read for a while, which is nobody's silence; what was silent before goes on being so. */
export function passOver(table: StreamTable, fromMonoUs: number, toMonoUs: number): void {
  for (const stream of table.streams) {
    if (stream.lastMonoUs === 0) continue
    stream.lastMonoUs = Math.min(toMonoUs, stream.lastMonoUs + toMonoUs - fromMonoUs)
  }
}

/** The connection was down, which one fact says for all its streams. */
export function interrupt(table: StreamTable, cause: 'disconnect' | 'silence'): void {
  for (const stream of table.streams) {
    if (stream.interrupted === '') stream.interrupted = cause
    stream.silentSinceWallUs = Number.NaN
  }
}

function isNamed(
  { nameBytes }: HeardStream,
  frame: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (nameBytes.length !== end - start) return false
  for (let at = 0; at < nameBytes.length; at += 1) {
    if (nameBytes[at] !== frame[start + at]) return false
  }
  return true
}
