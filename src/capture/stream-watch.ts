/**
 * Which streams have fallen silent, and what that means: a market that sleeps, or a route that does
 * not deliver. One silent stream proves nothing by itself; streams that cannot move without it do.
 */
import type { CaptureSettings } from './capture-settings.ts'
import { learnPace, silenceLimit } from './stream-pace.ts'
import type { HeardStream, StreamTable } from './stream-table.ts'
import { type Judgement, startWatched, type Watched } from './watched.ts'

export interface Group {
  readonly table: StreamTable
  /** How many connections bring each frame. */
  readonly connectionCount: number
}

/** What is known of the connections of a group. */
export interface Listening {
  /** A connection is open, and is being read. */
  readonly isUp: boolean
  /** We do not read ourselves: silence means nothing. */
  readonly isPaused: boolean
}

/**
 * Frames of twins may be ahead of the stream for this long, where they come over another connection: a
 * lost packet holds a connection up for seconds.
 */
const PROOF_US = 3_500_000
/** No limit is learned below this part of the longest silence that is allowed. */
const HASTY_FRACTION = 1 / 6
const RARE_QUIET_US = 60_000_000

export class StreamWatch {
  readonly watched: readonly Watched[]
  readonly #groups: readonly Group[]
  readonly #settings: CaptureSettings
  #lastMonoUs = Number.NaN

  constructor(groups: readonly Group[], settings: CaptureSettings) {
    this.#groups = groups
    this.#settings = settings
    const all = groups.flatMap(({ table }) => table.streams)
    this.watched = groups.flatMap(({ table }, group) =>
      table.streams.map((stream) => startWatched(stream, group, all)),
    )
  }

  /** Looks at every stream. Returns those of which something else is thought than before. */
  look(monoUs: number, listening: readonly Listening[]): readonly Watched[] {
    const passedMs = Number.isNaN(this.#lastMonoUs) ? 0 : (monoUs - this.#lastMonoUs) / 1000
    this.#lastMonoUs = monoUs
    for (const watched of this.watched) this.#learn(watched, passedMs, listening[watched.group])
    const changed: Watched[] = []
    for (const watched of this.watched) {
      const state = listening[watched.group]
      if (state?.isPaused === true) continue
      const judgement = this.#judge(watched, monoUs, state?.isUp === true)
      const before = watched.judgement
      if (!isAlarming(judgement) && isAlarming(before) && !this.#isOver(watched)) continue
      watched.judgement = judgement
      const isSameLevel = judgement.level === before.level
      // What is about the connection first and about the stream then is over by other frames.
      if (isSameLevel && judgement.ofConnection === before.ofConnection) continue
      watched.judgedFrameCount = this.#countFor(watched)
      if (!isSameLevel) changed.push(watched)
    }
    return changed
  }

  /** Whether no stream of a group delivers that should: its connection is half open. */
  isGroupDead(group: number): boolean {
    const ofGroup = this.watched.filter((one) => one.group === group)
    const speaking = ofGroup
      .filter(({ stream }) => stream.planned.rule !== 'rare')
      .map(({ judgement }) => judgement)
    return (
      speaking.some(({ level }) => level === 'dead') &&
      speaking.every(({ level }) => level === 'dead' || level === 'stale')
    )
  }

  /** A new connection alone ends no alarm: the retired routes accept everybody. */
  #isOver(watched: Watched): boolean {
    return this.#countFor(watched) > watched.judgedFrameCount
  }

  #countFor({ judgement, stream, group }: Watched): number {
    if (judgement.ofConnection !== true) return stream.frameCount
    return frameCountOf(this.#groups[group]?.table.streams ?? [])
  }

  #learn(watched: Watched, passedMs: number, state: Listening | undefined): void {
    const { stream } = watched
    const isHeard = state?.isUp === true && !state.isPaused
    const newCount = learnPace(
      stream.pace,
      stream.frameCount,
      isHeard ? passedMs : 0,
      this.#settings,
    )
    // A connection that is new begins anew as well: what moved before it proves nothing.
    const isSame = stream.lastMonoUs === watched.sinceMonoUs
    if (newCount === 0 && isHeard && isSame) return
    watched.sinceMonoUs = stream.lastMonoUs
    watched.twinBase = this.#twinCount(watched)
    watched.otherBase = frameCountOf(watched.others)
    watched.provedMonoUs = Number.NaN
  }

  #judge(watched: Watched, monoUs: number, isUp: boolean): Judgement {
    const { stream } = watched
    const { streamSilenceMs } = this.#settings
    const silentMs = (monoUs - stream.lastMonoUs) / 1000
    this.#prove(watched, monoUs)
    if (!isUp) return this.#withoutConnection(watched, silentMs)
    const broken = silentMs > streamSilenceMs ? this.#brokenRoute(watched, monoUs) : undefined
    if (broken !== undefined) return { level: 'dead', reason: broken, ofConnection: true }
    const { rule } = stream.planned
    if (rule === 'rare') return this.#rare(watched, silentMs, monoUs)
    if (rule === 'active') return this.#active(watched, silentMs, monoUs)
    if (silentMs <= streamSilenceMs) return spoke(stream)
    const moved = frameCountOf(watched.others) - watched.otherBase
    const beside = moved > 0 ? `, while ${moved} other frames of its contract came` : ''
    return { level: 'dead', reason: `it speaks at a steady pace, and is silent${beside}` }
  }

  #withoutConnection({ judgement }: Watched, silentMs: number): Judgement {
    if (silentMs > this.#settings.streamSilenceMs) {
      return { level: 'dead', reason: 'its connection is down', ofConnection: true }
    }
    // A cut that heals at once is no alarm, and none that stands is taken back by one.
    return judgement
  }

  /** A steady stream that is silent, on a connection on which nothing comes at all. */
  #brokenRoute({ group }: Watched, monoUs: number): string | undefined {
    const streams = this.#groups[group]?.table.streams ?? []
    const steady = streams.find(({ planned }) => planned.rule === 'steady')
    if (steady === undefined) return undefined
    const silentUs = this.#settings.streamSilenceMs * 1000
    const isSilent = streams.every(({ lastMonoUs }) => monoUs - lastMonoUs > silentUs)
    if (!isSilent) return undefined
    const { name } = steady.planned
    return `nothing comes over its connection, not even ${name}: a broken route, no quiet market`
  }

  #active(watched: Watched, silentMs: number, monoUs: number): Judgement {
    const { stream } = watched
    const { streamSilenceMs, busyFrameCount } = this.#settings
    const msMax = this.#silenceMsMax(stream)
    // Twins tell a fault from a lull within seconds; what is learned alone must not be hasty.
    const msMin = Math.max(streamSilenceMs, msMax * HASTY_FRACTION)
    watched.limitMs = silenceLimit(stream.pace, this.#settings, msMin, msMax)
    if (silentMs <= streamSilenceMs) return spoke(stream)
    const isUnheard = stream.frameCount === 0
    if (monoUs - watched.provedMonoUs >= PROOF_US) {
      if (isUnheard && stream.planned.optional) return UNHEARD
      const names = watched.twins.map(({ planned }) => planned.name).join(', ')
      return { level: 'dead', reason: `silent while ${names} moved, which cannot be` }
    }
    if (isUnheard) {
      const moved = frameCountOf(watched.others) - watched.otherBase
      const isOdd = stream.planned.channel === 'depth' || moved >= busyFrameCount
      if (isOdd) return UNHEARD
    }
    if (silentMs <= watched.limitMs) return { level: 'quiet', reason: 'as slow as it lately was' }
    const isMoving = watched.others.some(
      ({ lastMonoUs, frameCount }) =>
        frameCount > 0 && monoUs - lastMonoUs < streamSilenceMs * 1000,
    )
    if (isMoving || silentMs > msMax) {
      const limit = `${Math.round(watched.limitMs)} ms`
      return { level: 'stale', reason: `silent for longer than the ${limit} that it should be` }
    }
    return { level: 'quiet', reason: 'the whole market of its contract is quiet' }
  }

  #rare(watched: Watched, silentMs: number, monoUs: number): Judgement {
    const { stream } = watched
    if (monoUs - watched.provedMonoUs >= PROOF_US) {
      const other =
        stream.planned.symbol === '' ? 'those of single contracts' : 'that of all markets'
      return { level: 'dead', reason: `liquidations that it should name came over ${other}` }
    }
    const { liquidationSilenceMsMax } = this.#settings
    if (stream.planned.symbol === '') {
      watched.limitMs = liquidationSilenceMsMax
      if (silentMs > liquidationSilenceMsMax) {
        return { level: 'stale', reason: 'no liquidation in any market, which is unheard of' }
      }
    }
    if (stream.frameCount > 0 && silentMs * 1000 <= RARE_QUIET_US) return spoke(stream)
    return { level: 'quiet', reason: 'no liquidation, as is normal' }
  }

  #prove(watched: Watched, monoUs: number): void {
    const { proofFrameCount, liquidationWitnessCount } = this.#settings
    const isRare = watched.stream.planned.rule === 'rare'
    const connectionCount = this.#groups[watched.group]?.connectionCount ?? 1
    const wanted = isRare ? liquidationWitnessCount : proofFrameCount * connectionCount
    const count = this.#twinCount(watched)
    // Twins that were held up bring what is older than the silence, and prove nothing.
    if (!isRare && !isPassed(watched)) watched.twinBase = count
    const isProved = count - watched.twinBase >= wanted
    if (!isProved) watched.provedMonoUs = Number.NaN
    else if (Number.isNaN(watched.provedMonoUs)) watched.provedMonoUs = monoUs
  }

  /** Of a liquidation stream: events that the other kind of stream named. */
  #twinCount({ stream, twins }: Watched): number {
    const { rule, symbol } = stream.planned
    if (rule !== 'rare') return frameCountOf(twins)
    let count = 0
    for (const twin of twins) {
      count += symbol === '' ? twin.eventCount : (twin.namedCounts.get(symbol) ?? 0)
    }
    return count
  }

  #silenceMsMax({ planned }: HeardStream): number {
    const { depthSilenceMsMax, tickerSilenceMsMax, tradeSilenceMsMax } = this.#settings
    if (planned.channel === 'depth') return depthSilenceMsMax
    return planned.channel === 'bookTicker' ? tickerSilenceMsMax : tradeSilenceMsMax
  }
}

/** Whether some twin has come further than the stream, by exchange time. */
const isPassed = ({ stream, twins }: Watched): boolean =>
  twins.some(({ lastVenueTimeMs }) => !(lastVenueTimeMs <= stream.lastVenueTimeMs))

const UNHEARD: Judgement = { level: 'stale', reason: 'acknowledged, and never heard' }

const isAlarming = ({ level }: Judgement): boolean => level === 'stale' || level === 'dead'

const spoke = (stream: HeardStream): Judgement =>
  stream.frameCount > 0
    ? { level: 'ok', reason: '' }
    : { level: 'waiting', reason: 'acknowledged, not heard yet' }

const frameCountOf = (streams: readonly HeardStream[]): number =>
  streams.reduce((sum, { frameCount }) => sum + frameCount, 0)
