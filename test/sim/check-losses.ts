/**
 * Every loss is told, with its cause: what the venue sent and the recording lacks, against gaps, missing
 * ids and alarms.
 */
import { speaksOn } from '../capture/fake-world.ts'
import { type Incident, ROUTES } from './faults.ts'
import { factsOf, type Recorded, type RecordedFact, type RecordedMessage } from './recorded.ts'
import type { Simulation } from './simulation.ts'
import type { SentStream } from './truth.ts'

/** Silence that nobody can be asked to notice. */
const NOTICED_MS = 13_000
/** Holes are settled so long after the frame that showed them, at the latest. */
const SETTLED_MS = 4_500
/** A connection that was replaced without proof is told so much later, at the latest. */
const TOLD_MS = 12_000
const STALL_MS = 25_000
/** Frames of a twin that prove a silent stream dead, some of them lost themselves. */
const PROOF_COUNT = 12
/** They may be ahead of it for so long. */
const PROOF_MS = 5_000

export function checkLosses(simulation: Simulation, recorded: Recorded): string[] {
  const problems: string[] = []
  for (const [stream, sent] of simulation.truth.streams) {
    const check = new StreamCheck(simulation, recorded, stream)
    problems.push(...check.run(sent))
  }
  return problems
}

export const routeOf = (stream: string): string =>
  ROUTES.find((route) => speaksOn(stream, route)) ?? ''

const hasIds = (stream: string): boolean => /@(depth@100ms|trade|aggTrade)$/.test(stream)

const isRare = (stream: string): boolean => stream.toLowerCase().includes('forceorder')

/**
 * A stream of liquidations of which everything was lost for a while: whoever hears the same from another
 * stream must call it silent, whatever happened to its frames one by one.
 */
export function isAllLost(
  { truth }: Simulation,
  recorded: Recorded,
  stream: string,
  fromMs: number,
  toMs: number,
): boolean {
  if (!isRare(stream)) return false
  const { ids = [], timesMs = [] } = truth.streams.get(stream) ?? {}
  const sent = ids.filter((_, index) => {
    const timeMs = timesMs[index] ?? 0
    return timeMs > fromMs && timeMs < toMs
  })
  return sent.length > 0 && !sent.some((id) => recorded.messages.get(stream)?.has(id))
}

/** Faults that may have cost frames of a stream in a stretch of time. */
function incidentsIn(
  { network }: Simulation,
  route: string,
  stream: string,
  fromMs: number,
  toMs: number,
): readonly Incident[] {
  return network.incidents.filter(
    (incident) =>
      incident.kind !== 'late' &&
      (incident.route === '' || incident.route === route) &&
      (incident.stream === '' || incident.stream === stream) &&
      incident.fromMs <= toMs &&
      incident.toMs >= fromMs,
  )
}

interface Neighbour extends RecordedMessage {
  readonly id: number
  /** What happened to what was sent after it may have happened before it arrived. */
  readonly sentMs: number
}

/** Messages in a row that the recording lacks, between two that it has. */
interface Loss {
  readonly ids: readonly number[]
  readonly before: Neighbour
  /** Nothing: the recording ends with the loss. */
  readonly after: Neighbour | undefined
}

class StreamCheck {
  readonly #simulation: Simulation
  readonly #recorded: Recorded
  readonly #stream: string
  readonly #route: string
  readonly #present: ReadonlyMap<number, RecordedMessage>

  constructor(simulation: Simulation, recorded: Recorded, stream: string) {
    this.#simulation = simulation
    this.#recorded = recorded
    this.#stream = stream
    this.#route = routeOf(stream)
    this.#present = recorded.messages.get(stream) ?? new Map()
  }

  run(sent: SentStream): readonly string[] {
    return this.#losses(sent).flatMap((loss) => {
      const problem = this.#problemOf(loss)
      return problem === undefined ? [] : [problem]
    })
  }

  /** Before its first message a stream was not recorded, which is no loss. */
  #losses({ ids, timesMs }: SentStream): readonly Loss[] {
    const losses: Loss[] = []
    let before: Neighbour | undefined
    let lost: number[] = []
    for (const [index, id] of ids.entries()) {
      const found = this.#present.get(id)
      if (found === undefined) {
        if (before !== undefined) lost.push(id)
        continue
      }
      const here = { ...found, id, sentMs: timesMs[index] ?? 0 }
      if (before !== undefined && lost.length > 0) losses.push({ ids: lost, before, after: here })
      lost = []
      before = here
    }
    if (before !== undefined && lost.length > 0)
      losses.push({ ids: lost, before, after: undefined })
    return losses
  }

  #problemOf(loss: Loss): string | undefined {
    const { ids, before, after } = loss
    const { fromMs, toMs } = this.#window(loss)
    const incidents = incidentsIn(this.#simulation, this.#route, this.#stream, fromMs, toMs)
    const causes = this.#causes(loss, incidents, fromMs, toMs)
    // Nothing came between the two, which is what others call silence.
    if (isRare(this.#stream)) causes.add('silence')
    const where = `${this.#stream}: ${ids.length} from id ${ids[0]} (${fromMs.toFixed(0)} to ${toMs.toFixed(0)} ms)`
    if (after === undefined) {
      return this.#isUntoldAtEnd(loss, incidents) ? `${where} lost at the end, unsaid` : undefined
    }
    if (causes.size === 0) {
      return this.#isUnderWay(ids, after, fromMs, toMs)
        ? undefined
        : `${where} lost without any fault`
    }
    const missing = this.#missing(ids)
    const gaps = this.#gapsBetween(before, after)
    const isToldLater = this.#isToldLater(before, after)
    // What a connection that was replaced had under way looks like skipped ids, until it is lost.
    if (gaps.length > 0 || isToldLater || this.#isOvertaken(fromMs, toMs)) causes.add('ids')
    const wrong = [...missing, ...gaps].find(({ fact }) => !causes.has(fact.cause))
    if (wrong !== undefined) {
      return `${where} told as ${wrong.fact.cause} at ${wrong.seq}, was ${[...causes].join(' or ')}`
    }
    if (gaps.length > 0 || isToldLater) return undefined
    if (hasIds(this.#stream)) return this.#untoldIds(loss, missing, where)
    return this.#isUntold(loss, incidents) ? `${where} lost, and no gap says so` : undefined
  }

  /** From when the message before was sent to when the one after arrived. */
  #window({ before, after }: Loss): { readonly fromMs: number; readonly toMs: number } {
    const afterMs = after?.monoMs ?? this.#endMs
    const fromMs = Math.min(before.sentMs, before.monoMs, afterMs)
    const toMs = Math.max(before.monoMs, afterMs)
    // What was overtaken may have met its fate later.
    const overtakenMs = this.#simulation.network.incidents
      .filter(
        (incident) =>
          incident.kind === 'late' &&
          (incident.stream === this.#stream ||
            (incident.stream === '' && incident.route === this.#route)) &&
          incident.fromMs <= toMs &&
          incident.toMs >= fromMs,
      )
      .map((incident) => incident.toMs)
    return { fromMs, toMs: Math.max(toMs, ...overtakenMs) }
  }

  /**
   * A recorder that fails closes its sockets, and late frames are then still under way. So is one that
   * the venue held up, on a connection that was replaced before it came: that is told as ids.
   */
  #isUnderWay(
    ids: readonly number[],
    after: Neighbour | undefined,
    fromMs: number,
    toMs: number,
  ): boolean {
    if (!this.#wasLate(fromMs, toMs)) return false
    // Sent out of order behind the end of its connection, and without an id: nobody can know of it.
    if (!hasIds(this.#stream) && this.#isOvertaken(fromMs, toMs)) return true
    const isTold = hasIds(this.#stream) && this.#missing(ids).length > 0
    return isTold || this.#isCutShort(after, TOLD_MS)
  }

  /** Lost with its connection after later ones had come: nobody can tell it from one that was skipped. */
  #isOvertaken(fromMs: number, toMs: number): boolean {
    return this.#met('late', fromMs, toMs, ({ stream }) => stream === this.#stream)
  }

  #wasLate(fromMs: number, toMs: number): boolean {
    return this.#met('late', fromMs, toMs, ({ route }) => route === '' || route === this.#route)
  }

  #met(
    kind: Incident['kind'],
    fromMs: number,
    toMs: number,
    isOurs: (incident: Incident) => boolean,
  ): boolean {
    return this.#simulation.network.incidents.some(
      (incident) =>
        incident.kind === kind &&
        isOurs(incident) &&
        incident.fromMs <= toMs &&
        incident.toMs >= fromMs,
    )
  }

  /** What a recorder may give as the cause. */
  #causes(loss: Loss, incidents: readonly Incident[], fromMs: number, toMs: number): Set<string> {
    const causes = new Set<string>(incidents.map(({ kind }) => kind))
    // Other streams that are silent may end the connection of all.
    if (this.#isRouteMute(fromMs, toMs) && (causes.size > 0 || this.#isGivenUp(loss))) {
      causes.add('silence')
    }
    // A recorder that stops while its disk stands still has not read what waits in the sockets.
    if (causes.size > 0 && this.#isStalled) causes.add('paused')
    // A stream that the venue does not deliver looks like skipped ids where nobody notices.
    if (causes.has('silence')) causes.add('ids')
    return causes
  }

  /** A connection looked dead, and was given up, as is told. */
  #isGivenUp({ before, after }: Loss): boolean {
    return this.#gapsBetween(before, after).some(({ fact }) => fact.cause === 'silence')
  }

  /** Some stream of the route was not delivered. */
  #isRouteMute(fromMs: number, toMs: number): boolean {
    return this.#met('silence', fromMs, toMs, ({ route }) => route === this.#route)
  }

  /** The last frames may be on their way when the recorder is stopped. */
  #isUntoldAtEnd({ before }: Loss, incidents: readonly Incident[]): boolean {
    const isLong = this.#endMs - before.monoMs >= NOTICED_MS
    const isTold = this.#isAlarmed(before) || this.#gapsBetween(before, undefined).length > 0
    // Nobody may have been there any more to tell it.
    const isDown = incidents.some(
      ({ kind, toMs }) => kind === 'disconnect' || (kind === 'outage' && toMs >= this.#endMs),
    )
    return isLong && !isTold && !isDown && this.#mustNotice(before, undefined)
  }

  /** Of a stream without ids. */
  #isUntold({ before, after }: Loss, incidents: readonly Incident[]): boolean {
    if (this.#needsGap(incidents)) return !this.#isCutShort(after, TOLD_MS)
    return incidents.some(({ kind }) => kind === 'silence') && this.#mustNotice(before, after)
  }

  get #endMs(): number {
    return this.#simulation.endsMs.at(-1) ?? this.#simulation.lengthMs
  }

  /**
   * What befell the whole connection must be told. Of several connections, one costs nothing by itself,
   * and a frame without an id may be skipped beside it.
   */
  #needsGap(incidents: readonly Incident[]): boolean {
    return (
      this.#simulation.captureSettings.connections === 1 &&
      incidents.some(
        ({ stream, isHeldUp, isAttempt }) =>
          stream === '' && isHeldUp !== true && isAttempt !== true,
      ) &&
      !incidents.some(({ kind }) => kind === 'ids')
    )
  }

  #untoldIds(
    { ids, after }: Loss,
    missing: readonly RecordedFact<'missing'>[],
    where: string,
  ): string | undefined {
    const untold = ids.filter(
      (id) => !missing.some(({ fact }) => id > fact.beforeId && id <= fact.afterId),
    )
    if (untold.length === 0) return undefined
    return this.#isCutShort(after, SETTLED_MS)
      ? undefined
      : `${where} lost, and neither gap nor missing ids say so`
  }

  /** A process that ends before a loss is certain has not told it; its end is an outage. */
  #isCutShort(after: Neighbour | undefined, withinMs: number): boolean {
    const shownMs = after?.monoMs ?? 0
    // What is told to a disk that stands still is not yet there.
    const lateMs = withinMs + (this.#isStalled ? STALL_MS : 0)
    return this.#simulation.endsMs.some((endMs) => endMs >= shownMs && endMs < shownMs + lateMs)
  }

  get #isStalled(): boolean {
    return this.#simulation.plan.faults.some(({ kind }) => /^disk(Stall|Full)$/.test(kind))
  }

  #missing(ids: readonly number[]): readonly RecordedFact<'missing'>[] {
    return factsOf(this.#recorded, 'missing').filter(
      ({ fact }) =>
        this.#isOurs(fact) && ids.some((id) => id > fact.beforeId && id <= fact.afterId),
    )
  }

  #gapsBetween(before: Neighbour, after: Neighbour | undefined): readonly RecordedFact<'gap'>[] {
    const afterSeq = after?.seq ?? Number.POSITIVE_INFINITY
    const [fromSeq, toSeq] = [Math.min(before.seq, afterSeq), Math.max(before.seq, afterSeq)]
    return this.#gaps().filter(({ seq }) => seq > fromSeq && seq < toSeq)
  }

  /** Some seconds later, of the time between the two; where a clock steps, times tell nothing. */
  #isToldLater(before: Neighbour, after: Neighbour): boolean {
    const { hasClockJump } = this.#simulation
    return this.#gaps().some(
      ({ seq, monoMs, fact }) =>
        seq > after.seq &&
        monoMs < after.monoMs + TOLD_MS &&
        (hasClockJump || (fact.fromTimeMs <= after.wallMs && fact.toTimeMs > before.wallMs)),
    )
  }

  #gaps(): readonly RecordedFact<'gap'>[] {
    return factsOf(this.#recorded, 'gap').filter(
      ({ fact }) => fact.streams.length === 0 || fact.streams.includes(this.#stream),
    )
  }

  #isOurs({ symbol, channel }: { readonly symbol: string; readonly channel: string }): boolean {
    return (
      this.#stream.startsWith(`${symbol.toLowerCase()}@`) && this.#stream.split('@')[1] === channel
    )
  }

  #isAlarmed({ seq }: Neighbour): boolean {
    return factsOf(this.#recorded, 'alarm').some(
      (alarm) => alarm.seq > seq && alarm.fact.subject === this.#stream,
    )
  }

  /** Whether the silence of a stream shows: by its pace, or by what else moved. */
  #mustNotice(before: Neighbour, after: Neighbour | undefined): boolean {
    const isLong = (after?.monoMs ?? this.#endMs) - before.monoMs >= NOTICED_MS
    if (!isLong || isRare(this.#stream)) return false
    if (this.#stream.endsWith('markPrice@1s')) return true
    const symbol = this.#stream.split('@')[0] ?? ''
    const twin = this.#recorded.messages.get(`${symbol}@aggTrade`) ?? new Map()
    const toSeq = after?.seq ?? Number.POSITIVE_INFINITY
    const dueMs = (after?.monoMs ?? this.#endMs) - PROOF_MS
    let count = 0
    for (const { seq, monoMs } of twin.values()) {
      if (seq > before.seq && seq < toSeq && monoMs < dueMs) count += 1
    }
    return count >= PROOF_COUNT * this.#simulation.captureSettings.connections
  }
}
