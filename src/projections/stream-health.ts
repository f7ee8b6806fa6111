/**
 * Which streams deliver: told from the age of their last entry, from how often streams of their kind
 * speak, and from what the recorder worried about. A rare stream that is silent is quiet, and no more.
 */
import type { AlarmRecord, Mark, StreamName } from './past.ts'
import { list, number, object, oneOf, text, type ViewOf, whole } from './schema.ts'
import type { StateAt } from './state-at.ts'
import { shortSymbol } from './symbol-name.ts'

const STATES = ['fresh', 'quiet', 'stale', 'dead'] as const
export type StreamState = (typeof STATES)[number]

export const StreamBody = object('One kind of entry of one contract.', {
  name: text('Symbol and channel.'),
  venue: text('Venue.'),
  symbol: text('Short name of the contract; empty for all.'),
  channel: text('Channel.'),
  state: oneOf(
    'fresh: it speaks. quiet: silent as it may be. stale: silent for too long. dead: not delivering.',
    STATES,
  ),
  ageMs: number('Since its last entry.', 'ms'),
  lastRecvMs: number('Receive time of its last entry.', 'ms since 1970'),
  entryCount: whole('Entries.', 'entries'),
  reason: text('Why it is not fresh; empty when it is.'),
})
export type StreamBody = ViewOf<typeof StreamBody>

export const StreamsBody = object('Health of each stream.', {
  asOfMs: number('Clock that ages are measured by.', 'ms since 1970'),
  streams: list('By symbol, the most talkative first.', StreamBody),
})

/** Silence in ms up to which a stream is fresh, quiet and stale; above it is dead. */
interface Pace {
  readonly freshMs: number
  readonly quietMs: number
  readonly staleMs: number
}

const pace = (freshS: number, quietS: number, staleS: number): Pace => ({
  freshMs: freshS * 1000,
  quietMs: quietS * 1000,
  staleMs: staleS * 1000,
})

/** Events that a market need not have: their silence alone proves nothing. */
const RARE = pace(60, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
const PACES: Readonly<Record<string, Pace>> = {
  depth: pace(3, 15, 60),
  bookTicker: pace(5, 30, 120),
  aggTrade: pace(5, 60, 600),
  trade: pace(5, 60, 600),
  markPrice: pace(5, 15, 60),
  openInterest: pace(90, 300, 900),
  topLongShortAccountRatio: pace(400, 900, 1800),
  topLongShortPositionRatio: pace(400, 900, 1800),
  globalLongShortAccountRatio: pace(400, 900, 1800),
}
const STEADY_CHANNELS = new Set(['depth', 'bookTicker', 'aggTrade', 'markPrice'])
/** Without anything from a venue for so long, its rare streams are in doubt too. Unit: ms. */
const VENUE_SILENT_MS = 60_000

/** All streams of venues; `nowMs`: the clock that ages are measured by. */
export function streamBodies(state: StateAt, nowMs: number): readonly StreamBody[] {
  const { mark, past } = state
  if (mark === undefined) return []
  const alarms = raisedAlarms(state).filter(({ kind }) => kind === 'silence')
  const venueAgesMs = venueAges(past.streams, mark, nowMs)
  const bodies: StreamBody[] = []
  for (const [place, stream] of past.streams.entries()) {
    const entryCount = mark.entryCounts[place] ?? 0
    if (entryCount === 0 || stream.venue === 'recorder') continue
    const lastRecvMs = mark.lastRecvsMs[place] ?? 0
    const ageMs = Math.max(0, nowMs - lastRecvMs)
    const alarm = alarms.find((one) => isAbout(one, stream))
    const verdict =
      alarm === undefined
        ? byAge(stream, ageMs, venueAgesMs.get(stream.venue) ?? ageMs)
        : byAlarm(alarm)
    const { venue, channel } = stream
    const symbol = stream.symbol === '' ? '' : shortSymbol(stream.symbol)
    const name = symbol === '' ? channel : `${symbol} ${channel}`
    bodies.push({ name, venue, symbol, channel, ageMs, lastRecvMs, entryCount, ...verdict })
  }
  return bodies.sort(inOrder)
}

function inOrder(a: StreamBody, b: StreamBody): number {
  if (a.symbol === b.symbol) return b.entryCount - a.entryCount
  return a.symbol < b.symbol ? -1 : 1
}

/** By venue, the age of its youngest entry that was to be expected. */
function venueAges(streams: readonly StreamName[], mark: Mark, nowMs: number): Map<string, number> {
  const agesMs = new Map<string, number>()
  for (const [place, { venue, channel }] of streams.entries()) {
    if (!STEADY_CHANNELS.has(channel) || (mark.entryCounts[place] ?? 0) === 0) continue
    const ageMs = nowMs - (mark.lastRecvsMs[place] ?? 0)
    agesMs.set(venue, Math.min(agesMs.get(venue) ?? ageMs, ageMs))
  }
  return agesMs
}

export const streamsBody = (state: StateAt, nowMs: number): ViewOf<typeof StreamsBody> => ({
  asOfMs: nowMs,
  streams: streamBodies(state, nowMs),
})

/** Those that the run of the recorder raised and did not clear since. */
export function raisedAlarms({ past, seq }: StateAt): readonly AlarmRecord[] {
  const startSeq = past.starts.last(seq)?.seq ?? 0
  const raised = new Map<string, AlarmRecord>()
  for (const alarm of past.alarms.between(startSeq, seq, Number.POSITIVE_INFINITY)) {
    const key = `${alarm.kind}/${alarm.symbol}/${alarm.channel}/${alarm.subject}`
    if (alarm.event === 'raised') raised.set(key, alarm)
    else raised.delete(key)
  }
  return [...raised.values()]
}

const isAbout = (alarm: AlarmRecord, { symbol, channel }: StreamName): boolean =>
  alarm.symbol === symbol && alarm.channel === channel

interface Verdict {
  readonly state: StreamState
  readonly reason: string
}

const byAlarm = ({ level, reason }: AlarmRecord): Verdict => ({
  state: level === 'dead' ? 'dead' : 'stale',
  reason,
})

function byAge({ channel }: StreamName, ageMs: number, venueAgeMs: number): Verdict {
  const { freshMs, quietMs, staleMs } = PACES[channel] ?? RARE
  const ageS = Math.round(ageMs / 1000)
  if (ageMs <= freshMs) return { state: 'fresh', reason: '' }
  if (venueAgeMs > VENUE_SILENT_MS && !(channel in PACES)) {
    return { state: 'stale', reason: 'nothing at all comes from its venue' }
  }
  if (ageMs <= quietMs) return { state: 'quiet', reason: `silent for ${ageS} s, as it may be` }
  const reason = `silent for ${ageS} s, and it speaks at least every ${quietMs / 1000} s`
  return { state: ageMs <= staleMs ? 'stale' : 'dead', reason }
}
