/**
 * What the recorder knows and no venue said, as entries of the venue `recorder`. The payload is one
 * JSON object with its keys in the order of `SHAPES`, so that the same fact gives the same bytes.
 */
import type { SettingValue } from '../base/setting.ts'
import type { StreamKey } from './block.ts'
import { type FactChannel, RECORDER_VENUE } from './channel.ts'

/** A run of the recorder begins. */
export interface StartFact {
  readonly runId: string
  /** Version of moonreplay. */
  readonly version: string
  readonly venue: string
  readonly symbols: readonly string[]
  /** Base URLs as given; empty where the run has none (`simulate`, `import`). */
  readonly urls: readonly string[]
}

/** A run ends. After a crash there is none. */
export interface StopFact {
  readonly runId: string
  readonly reason: string
}

/** Settings in force from here on: full name to value. */
export interface SettingsFact {
  readonly profile: string
  readonly settings: Readonly<Record<string, SettingValue>>
}

/** A connection asks for streams, by their names in its URL. */
export interface SubscribeFact {
  readonly connectionId: number
  readonly route: string
  readonly streams: readonly string[]
}

/** The venue accepted a connection. It does so on a wrong route as well: only data prove a stream. */
export interface AckFact {
  readonly connectionId: number
  readonly route: string
  /** From asking to acceptance. Unit: ms. */
  readonly waitMs: number
}

/** A connection ended, or a REST request got no reply: then `connectionId` is 0, `route` the path. */
export interface DisconnectFact {
  readonly connectionId: number
  readonly route: string
  /** Close code of the WebSocket; 0 where there was none. */
  readonly code: number
  readonly reason: string
}

/** Something is missing from the recording. */
export interface GapFact {
  /**
   * `disconnect`: a connection was down. `silence`: it was up and said nothing. `outage`: the
   * recorder did not run, or did not end cleanly. `paused`: it stopped while the journal was so far
   * behind that sockets were not read.
   */
  readonly cause: string
  /** Empty: all symbols. */
  readonly symbol: string
  /** Empty: all channels of `streams`. */
  readonly channel: string
  /** Receive time of the last frame before. Unit: ms since 1970. Clock: ours. */
  readonly fromTimeMs: number
  /** Receive time of the first frame after. Unit: ms since 1970. Clock: ours. */
  readonly toTimeMs: number
  /** Ids missing, where ids tell; 0 otherwise. */
  readonly missingCount: number
  /** The streams that were not heard, by the venue's names; empty: all. */
  readonly streams: readonly string[]
}

/**
 * What the recorder did to itself: it stopped reading (`paused`) and went on (`resumed`), or held the
 * engines (`enginesPaused`) and let them go on (`enginesResumed`).
 */
export interface TimerFact {
  readonly event: string
  /** Entries appended and not yet durable. Unit: bytes. */
  readonly pendingBytes: number
}

/** How the clocks compare, measured against the venue's server time. */
export interface ClockOffsetFact {
  /** The venue's clock minus ours. Unit: ms. */
  readonly offsetMs: number
  /** Round trip of the request: the offset is true to half of it. Unit: ms. */
  readonly rttMs: number
}

/** The state of a symbol at the close of a minute, as live capture computed it. */
export interface DigestFact {
  readonly symbol: string
  /** The minute that closed, counted from 1970. */
  readonly minute: number
  /** SHA-256, hexadecimal. */
  readonly digest: string
  /** The entry that closed the minute. */
  readonly seq: number
  /** Version of the state: digests of two versions do not compare. */
  readonly version: number
}

/** The recorder began to worry about something, or no longer does. */
export interface AlarmFact {
  /** `raised` or `cleared`. An alarm that gets worse is raised again with its new level. */
  readonly event: string
  /** What it is about: `silence` of a stream, `drift` of a schema, `disk`, `seal`, `limit`, `retention`. */
  readonly kind: string
  /** `stale`: longer than expected. `dead`: proved. `warning`, `critical`: of all other kinds. */
  readonly level: string
  readonly symbol: string
  readonly channel: string
  /** The venue's name of the stream, or the path of the file; empty where it is about neither. */
  readonly subject: string
  readonly reason: string
  /** Since when, as far as is known. Unit: ms since 1970. Clock: ours. */
  readonly sinceTimeMs: number
}

/**
 * Ids that a stream skipped and no connection brought later. Beside the gap, which says why we were
 * blind, this says what we did not see; a replay finds the same in the payloads.
 */
export interface MissingFact {
  readonly symbol: string
  readonly channel: string
  /** `disconnect`, `silence`: ids of a gap. `ids`: the connection was up and skipped them. */
  readonly cause: string
  /** The connection that delivered what came after the hole. */
  readonly connectionId: number
  /** The last id before the hole, and the first after it. */
  readonly beforeId: number
  readonly afterId: number
  readonly missingCount: number
  /** Receive times of the frames around it. Unit: ms since 1970. Clock: ours. */
  readonly fromTimeMs: number
  readonly toTimeMs: number
}

/** A message that is not as the venue documents it, told once of each kind. It is kept like any other. */
export interface DriftFact {
  readonly symbol: string
  readonly channel: string
  readonly reason: string
  /** The beginning of the first such message. */
  readonly sample: string
}

interface FactsByChannel {
  readonly start: StartFact
  readonly stop: StopFact
  readonly settings: SettingsFact
  readonly subscribe: SubscribeFact
  readonly ack: AckFact
  readonly disconnect: DisconnectFact
  readonly gap: GapFact
  readonly timer: TimerFact
  readonly clockOffset: ClockOffsetFact
  readonly digest: DigestFact
  readonly alarm: AlarmFact
  readonly missing: MissingFact
  readonly drift: DriftFact
}

export type FactOf<C extends FactChannel> = FactsByChannel[C]

type FieldKind = 'text' | 'number' | 'texts' | 'values'

/** The keys of each fact in the order in which they are written, and what each holds. */
const SHAPES: {
  readonly [C in FactChannel]: { readonly [Field in keyof FactsByChannel[C]]: FieldKind }
} = {
  start: { runId: 'text', version: 'text', venue: 'text', symbols: 'texts', urls: 'texts' },
  stop: { runId: 'text', reason: 'text' },
  settings: { profile: 'text', settings: 'values' },
  subscribe: { connectionId: 'number', route: 'text', streams: 'texts' },
  ack: { connectionId: 'number', route: 'text', waitMs: 'number' },
  disconnect: { connectionId: 'number', route: 'text', code: 'number', reason: 'text' },
  gap: {
    cause: 'text',
    symbol: 'text',
    channel: 'text',
    fromTimeMs: 'number',
    toTimeMs: 'number',
    missingCount: 'number',
    streams: 'texts',
  },
  timer: { event: 'text', pendingBytes: 'number' },
  clockOffset: { offsetMs: 'number', rttMs: 'number' },
  digest: {
    symbol: 'text',
    minute: 'number',
    digest: 'text',
    seq: 'number',
    version: 'number',
  },
  alarm: {
    event: 'text',
    kind: 'text',
    level: 'text',
    symbol: 'text',
    channel: 'text',
    subject: 'text',
    reason: 'text',
    sinceTimeMs: 'number',
  },
  missing: {
    symbol: 'text',
    channel: 'text',
    cause: 'text',
    connectionId: 'number',
    beforeId: 'number',
    afterId: 'number',
    missingCount: 'number',
    fromTimeMs: 'number',
    toTimeMs: 'number',
  },
  drift: { symbol: 'text', channel: 'text', reason: 'text', sample: 'text' },
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The payload of a fact. */
export function encodeFact<C extends FactChannel>(channel: C, fact: FactOf<C>): Uint8Array {
  const fields = fact as unknown as Readonly<Record<string, unknown>>
  const ordered: Record<string, unknown> = {}
  for (const name of Object.keys(SHAPES[channel])) ordered[name] = fields[name]
  return encoder.encode(JSON.stringify(ordered))
}

/** The fact in a payload; nothing where a field is missing or of another kind. More keys may follow. */
export function parseFact<C extends FactChannel>(
  channel: C,
  payload: Uint8Array,
): FactOf<C> | undefined {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(payload))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Readonly<Record<string, unknown>>
  for (const [name, kind] of Object.entries<FieldKind>(SHAPES[channel])) {
    if (!holds(kind, fields[name])) return undefined
  }
  return fields as unknown as FactOf<C>
}

/** The stream of a fact: those about one symbol stand under it. */
export const factStream = (channel: FactChannel, symbol = ''): StreamKey => ({
  venue: RECORDER_VENUE,
  symbol,
  channel,
})

function holds(kind: FieldKind, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
    case 'values':
      return (
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every((item) => /^(number|string|boolean)$/.test(typeof item))
      )
  }
}
