/** `/v1/health` in the fields of all three servers of the reference, and what ours knows beside (`api.md` §9.1). */
import { heatFrames } from './heat-history.ts'
import { FRAMES_SHOWN_MAX, MINUTES_SHOWN_MAX } from './past.ts'
import {
  flag,
  list,
  map,
  number,
  numberOrNull,
  object,
  oneOf,
  text,
  type ViewOf,
  whole,
} from './schema.ts'
import type { StateAt, SymbolAt } from './state-at.ts'
import { raisedAlarms, StreamBody, streamBodies } from './stream-health.ts'
import { shortSymbol } from './symbol-name.ts'
import type { StatusView } from './views.ts'

/** Of the interface of the reference, later version. */
const VERSION = '3.0.0'

const seconds = (description: string) => number(description, 's since 1970')

const SymbolHealth = object('What there is of one contract.', {
  v1_available: flag('There is a V1 snapshot.'),
  v1_ts: seconds('Its minute close; 0 before it.'),
  v2_available: flag('There is a V2 snapshot.'),
  v2_ts: seconds('Its minute close; 0 before it.'),
  v1_history_frames: whole('Minutes of V1.'),
  v2_history_frames: whole('Minutes of V2.'),
  book_stale: flag('The book shown is of before a resync, or there is none.'),
  book_levels_compared: whole('Levels compared with snapshots of the venue, at their ids.'),
  book_levels_differing: whole('Levels of them that differed.'),
})

const Snapshot = object('A snapshot.', {
  available: flag('It is there.'),
  ts: seconds('Its minute close; 0 before it.'),
})

export const HealthBody = object('Whether answers are meant, and everything that is wrong.', {
  ok: flag('The state stands, and live capture loses nothing.'),
  version: text('Of the interface.'),
  mode: text('embedded.'),
  uptime_s: number('Always 0: see /metrics.', 's'),
  snapshot_file: text('Empty: there is no file in between.'),
  snapshot_exists: flag('There is a snapshot.'),
  cache_age_s: numberOrNull('Since the last minute close; null before it.', 's'),
  ob_buffer: object('Frames of the order book.', {
    frames_in_memory: whole('Frames of the last twelve hours.'),
    last_ts: seconds('Slot of the newest; 0 before it.'),
    shared: flag('Always true.'),
  }),
  v1_snapshot: Snapshot,
  v2_snapshot: Snapshot,
  history: object('Minutes of the first contract.', {
    frames: whole('Minutes of V1.'),
    max_frames: whole('720.'),
    oldest_ts: numberOrNull('Oldest minute; null before it.', 's since 1970'),
    newest_ts: numberOrNull('Newest minute; null before it.', 's since 1970'),
    v1_frames: whole('Minutes of V1.'),
    v2_frames: whole('Minutes of V2.'),
  }),
  symbols: map('By short name.', SymbolHealth),
  ready: flag('The state stands.'),
  reason: text('Why it does not, or what is lost; empty when all is well.'),
  runs: oneOf('live: the tail of a capture. replay: a recording.', ['live', 'replay']),
  recording: text('Name of the recording.'),
  doneEntryCount: whole('Entries handled so far.', 'entries'),
  totalEntryCount: whole('Entries to handle until ready; 0 while nobody knows.', 'entries'),
  asOfMs: number('Clock that ages are measured by.', 'ms since 1970'),
  stalenessMs: number('Since the last entry.', 'ms'),
  gapCount: whole('Gaps that stand in the recording.'),
  faultCount: whole('Payloads that were not as the venue documents them.'),
  troubles: list('What is lost or about to be, one sentence each.', text('A sentence.')),
  streams: list('Health of each stream.', StreamBody),
})
export type HealthBody = ViewOf<typeof HealthBody>

/** `nowMs`: live the wall clock, over a recording the moment of the state. */
export function healthBody(
  state: StateAt,
  symbol: SymbolAt | undefined,
  status: StatusView,
  nowMs: number,
): HealthBody {
  const streams = streamBodies(state, nowMs)
  const troubles = state.mode === 'live' ? troublesOf(state, streams, nowMs) : []
  const v1 = symbol?.documents?.v1
  const v1TimeS = v1?.ts ?? 0
  const newestFrame = symbol?.past.frames.last(state.seq)
  const minutes = symbol?.past.minutes.before(state.seq, MINUTES_SHOWN_MAX) ?? []
  const frames = heatFrames(minutes, 'v1')
  return {
    ok: status.ready && troubles.length === 0,
    version: VERSION,
    mode: 'embedded',
    uptime_s: 0,
    snapshot_file: '',
    snapshot_exists: v1 !== undefined,
    cache_age_s: v1 === undefined ? null : Math.round((state.clockMs / 1000 - v1TimeS) * 10) / 10,
    ob_buffer: {
      frames_in_memory: symbol?.past.frames.before(state.seq, FRAMES_SHOWN_MAX).length ?? 0,
      last_ts: newestFrame?.frame.startTimeS ?? 0,
      shared: true,
    },
    v1_snapshot: { available: v1 !== undefined, ts: v1TimeS },
    v2_snapshot: { available: v1 !== undefined, ts: v1TimeS },
    history: {
      frames: frames.length,
      max_frames: MINUTES_SHOWN_MAX,
      oldest_ts: frames[0]?.timeS ?? null,
      newest_ts: frames.at(-1)?.timeS ?? null,
      v1_frames: frames.length,
      v2_frames: heatFrames(minutes, 'v2').length,
    },
    symbols: Object.fromEntries(
      [...state.symbols.values()].map((at) => [shortSymbol(at.symbol), symbolHealth(state, at)]),
    ),
    ready: status.ready,
    reason: status.ready ? (troubles[0] ?? '') : status.reason,
    runs: state.mode,
    recording: state.recording,
    doneEntryCount: state.seq,
    totalEntryCount: status.totalEntryCount,
    asOfMs: nowMs,
    stalenessMs: state.recvMs > 0 ? Math.max(0, nowMs - state.recvMs) : 0,
    gapCount: state.past.gaps.countBefore(state.seq),
    faultCount: state.faultCount,
    troubles,
    streams,
  }
}

function symbolHealth(state: StateAt, at: SymbolAt): ViewOf<typeof SymbolHealth> {
  const minutes = at.past.minutes.before(state.seq, MINUTES_SHOWN_MAX)
  const isThere = at.documents !== undefined
  const timeS = at.documents?.v1.ts ?? 0
  return {
    v1_available: isThere,
    v1_ts: timeS,
    v2_available: isThere,
    v2_ts: timeS,
    v1_history_frames: heatFrames(minutes, 'v1').length,
    v2_history_frames: heatFrames(minutes, 'v2').length,
    book_stale: isBookStale(at),
    book_levels_compared: at.market.book.audit.levelsCompared,
    book_levels_differing: at.market.book.audit.levelsDiffering - at.market.book.audit.levelsUnseen,
  }
}

function isBookStale({ market: { book } }: SymbolAt): boolean {
  return book.state !== 'synced' || book.levels.shown !== book.levels.live
}

/** Nothing at all for so long is loss, whatever single streams say. Unit: ms. */
const SILENT_MS = 30_000

function* lossesOf(
  state: StateAt,
  streams: readonly StreamBody[],
  nowMs: number,
): Generator<string> {
  const silentMs = nowMs - state.recvMs
  if (state.recvMs > 0 && silentMs > SILENT_MS) {
    yield `nothing has been recorded for ${Math.round(silentMs / 1000)} s`
  }
  for (const { name, state: word, reason } of streams) {
    if (word === 'dead') yield `${name} is dead: ${reason}`
    if (word === 'stale') yield `${name} is stale: ${reason}`
  }
  for (const { kind, level, subject, reason } of raisedAlarms(state)) {
    if (kind !== 'silence' && level === 'critical') yield `${kind} ${subject}: ${reason}`
  }
}

const troublesOf = (...given: Parameters<typeof lossesOf>): readonly string[] => [
  ...lossesOf(...given),
]
