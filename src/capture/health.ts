/** What a running capture says of itself: for the API, for Prometheus, and for who looks at it. */
import type { Alarm } from './alarms.ts'
import type { LinkGroup } from './link-group.ts'
import type { LinkState } from './link-options.ts'
import type { Pressure } from './pressure.ts'
import type { Recorder } from './recorder.ts'
import type { RestPolls } from './rest.ts'
import type { Drift } from './schema-watch.ts'
import type { Supervisor } from './supervisor.ts'
import type { StreamLevel } from './watched.ts'

/** One subscription. */
export interface StreamHealth {
  /** The venue's name of it. */
  readonly stream: string
  readonly route: string
  /** Empty for a stream of all markets. */
  readonly symbol: string
  readonly channel: string
  readonly level: StreamLevel
  /** Why it is not `ok`; empty when it is. */
  readonly reason: string
  readonly frameCount: number
  readonly framesPerSecond: number
  /** Receive time of its last frame; 0 before it. Unit: ms since 1970. Clock: ours. */
  readonly lastFrameTimeMs: number
  /** Since its last frame, or since its connection opened. Unit: ms. */
  readonly silentMs: number
  /** How long it may be silent, as learned; 0 where nothing is learned. Unit: ms. */
  readonly silenceMsMax: number
}

export interface LimitHealth {
  readonly usedWeight: number
  readonly weightMax: number
  /** Nothing is asked before; 0 where nothing holds us back. Unit: ms since 1970. Clock: ours. */
  readonly blockedUntilMs: number
  readonly statisticsUsed: number
  readonly statisticsMax: number
}

export interface StorageHealth {
  /** Appended and not yet durable. */
  readonly pendingBytes: number
  /** The sequence that the next durable entry gets. */
  readonly durableSeq: number
  readonly enginesPaused: boolean
  readonly socketsPaused: boolean
  /** `NaN` where nobody knows. */
  readonly freeBytes: number
  /** The reserve is there, to be given up when the disk is full. */
  readonly reserveHeld: boolean
  /** Why segments are not sealed any more; empty while they are. */
  readonly sealFailure: string
  /** What retention has deleted in this run. */
  readonly removedSegmentCount: number
  readonly removedBytes: number
}

/** Counters only grow within a run. */
export const CAPTURE_COUNTERS = {
  entries: 'Entries appended to the journal, facts included.',
  frames: 'Frames of streams that were asked for.',
  unknownFrames: 'Frames of none of the streams that were asked for.',
  driftFrames: 'Messages that are not as the venue documents them.',
  coinMargined: 'Liquidations of coin-margined contracts, which are kept and left out of results.',
  witnessed: 'Liquidations that came before over another connection or stream.',
  repeatedIds: 'Frames with an id that was there already.',
  duplicateIds: 'Such frames over the connection that had brought the id.',
  lateIds: 'Frames that filled a hole.',
  missingIds: 'Ids that were skipped and never came.',
  connects: 'Attempts to connect.',
  handovers: 'Connections replaced while they delivered.',
  unprovedHandovers: 'Those without proof that nothing is missing.',
  gaps: 'Gaps recorded.',
  replies: 'Replies to REST requests.',
  failedRequests: 'REST requests without a reply.',
  refusedRequests: 'Replies 429 and 418.',
  alarms: 'Alarms raised.',
} as const

export type CounterName = keyof typeof CAPTURE_COUNTERS

export interface CaptureHealth {
  /** `ok`; `degraded`: an alarm stands; `paused`: the disk is behind; `stopped`. */
  readonly state: 'ok' | 'degraded' | 'paused' | 'stopped'
  readonly streams: readonly StreamHealth[]
  readonly links: readonly LinkState[]
  readonly alarms: readonly Alarm[]
  readonly drifts: readonly Drift[]
  readonly limits: LimitHealth
  readonly storage: StorageHealth
  readonly counters: Readonly<Record<CounterName, number>>
}

export interface HealthSources {
  readonly groups: readonly LinkGroup[]
  readonly supervisor: Supervisor
  readonly recorder: Recorder
  readonly rest: RestPolls
  readonly pressure: Pressure
  readonly durableSeq: number
  readonly sealFailure: string
  readonly isStopped: boolean
  readonly monoUs: number
}

export function healthOf(sources: HealthSources): CaptureHealth {
  const { groups, recorder, rest, supervisor, pressure, durableSeq, sealFailure } = sources
  const { freeBytes, reserveHeld, removedSegmentCount, removedBytes } = supervisor
  const { enginesPaused, socketsPaused } = pressure
  const { pendingBytes } = recorder
  return {
    state: stateOf(sources),
    streams: streamsOf(sources),
    links: groups.flatMap(({ links }) => links.map(({ state }) => state)),
    alarms: supervisor.alarms.active,
    drifts: recorder.schema.drifts.map((drift) => ({ ...drift })),
    limits: rest.limits,
    storage: {
      pendingBytes,
      durableSeq,
      enginesPaused,
      socketsPaused,
      freeBytes,
      reserveHeld,
      sealFailure,
      removedSegmentCount,
      removedBytes,
    },
    counters: countersOf(sources),
  }
}

function stateOf({ isStopped, pressure, supervisor }: HealthSources): CaptureHealth['state'] {
  if (isStopped) return 'stopped'
  if (pressure.socketsPaused) return 'paused'
  const { watch, alarms } = supervisor
  // A stream that no document promises may never come; that is said, and is nothing to mend.
  const dispensable = new Set(
    watch.watched
      .filter(({ stream }) => stream.planned.optional && stream.frameCount === 0)
      .map(({ stream }) => stream.planned.name),
  )
  return alarms.active.some(({ subject }) => !dispensable.has(subject)) ? 'degraded' : 'ok'
}

function streamsOf({ supervisor, groups, monoUs }: HealthSources): readonly StreamHealth[] {
  return supervisor.watch.watched.map(({ stream, group, judgement, limitMs }) => ({
    stream: stream.planned.name,
    route: groups[group]?.planned.route ?? '',
    symbol: stream.planned.symbol,
    channel: stream.planned.channel,
    level: judgement.level,
    reason: judgement.reason,
    frameCount: stream.frameCount,
    framesPerSecond: stream.pace.framesPerSecond,
    lastFrameTimeMs: stream.frameCount > 0 ? stream.lastWallUs / 1000 : 0,
    silentMs: stream.lastMonoUs > 0 ? (monoUs - stream.lastMonoUs) / 1000 : 0,
    silenceMsMax: limitMs,
  }))
}

function countersOf({
  groups,
  recorder,
  rest,
  supervisor,
}: HealthSources): Readonly<Record<CounterName, number>> {
  const streams = groups.flatMap(({ table }) => table.streams)
  const trails = streams.flatMap(({ trail }) => trail ?? [])
  const links = groups.flatMap((group) => group.links.map(({ state }) => state))
  return {
    entries: recorder.entryCount,
    frames: sum(streams, ({ frameCount }) => frameCount),
    unknownFrames: recorder.unknownCount,
    driftFrames: recorder.schema.driftCount,
    coinMargined: recorder.coinMarginedCount,
    witnessed: recorder.witnessCount,
    repeatedIds: sum(trails, ({ repeatedCount }) => repeatedCount),
    duplicateIds: sum(trails, ({ duplicateCount }) => duplicateCount),
    lateIds: sum(trails, ({ lateCount }) => lateCount),
    missingIds: sum(trails, ({ missingCount }) => missingCount),
    connects: sum(links, ({ connectCount }) => connectCount),
    handovers: sum(links, ({ handoverCount }) => handoverCount),
    unprovedHandovers: sum(links, ({ unprovedCount }) => unprovedCount),
    gaps: recorder.gapCount,
    replies: rest.replyCount,
    failedRequests: rest.failureCount,
    refusedRequests: rest.refusedCount,
    alarms: supervisor.alarms.raisedCount,
  }
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0)
