/** What a recorder claims is true: no gap, no missing id and no dead stream is told that was none. */
import { isAllLost, routeOf } from './check-losses.ts'
import type { Incident } from './faults.ts'
import { factsOf, type Recorded, type RecordedFact } from './recorded.ts'
import type { Simulation } from './simulation.ts'

/** What was sent later may be on its way. */
const LATENCY_MS = 100

export const checkClaims = (simulation: Simulation, recorded: Recorded): readonly string[] => [
  ...falseGaps(simulation, recorded),
  ...falseMissing(simulation, recorded),
  ...falseAlarms(simulation, recorded),
]

/** A gap that nothing explains. */
function falseGaps(simulation: Simulation, recorded: Recorded): readonly string[] {
  return factsOf(recorded, 'gap').flatMap((gap) => {
    const { seq, fact } = gap
    if (fact.toTimeMs < fact.fromTimeMs) return [`the gap at ${seq} ends before it begins`]
    return isTrueGap(simulation, recorded, gap)
      ? []
      : [`the gap at ${seq} (${fact.cause}) is of nothing that happened`]
  })
}

function isTrueGap(
  simulation: Simulation,
  recorded: Recorded,
  { seq, monoMs, wallMs, fact }: RecordedFact<'gap'>,
): boolean {
  const { network, endsMs, captureSettings } = simulation
  const { cause, streams } = fact
  // A recorder that is stopped while it replaces a connection cannot prove that nothing is missing.
  if (endsMs.some((endMs) => Math.abs(monoMs - endMs) < 1)) return true
  const heardMs = lastHeardMs(recorded, streams, seq)
  // Of two connections, one tells the gap of both when it is back, and the other may be back before.
  const begunMs = monoMs - (wallMs - fact.fromTimeMs)
  const sinceMs = captureSettings.connections > 1 ? Math.min(heardMs, begunMs) : heardMs
  const [only = '', ...more] = streams
  const isAlone = cause === 'silence' && more.length === 0
  if (isAlone && isAllLost(simulation, recorded, only, sinceMs, monoMs - LATENCY_MS)) return true
  // Late frames of the other route make a stream look silent.
  const isOfRoute = ({ route }: Incident): boolean =>
    route === '' || cause === 'silence' || streams.some((name) => routeOf(name) === route)
  const isOfStream = ({ stream }: Incident): boolean =>
    stream === '' || cause === 'silence' || streams.includes(stream)
  return network.incidents.some(
    (incident) =>
      incident.kind === cause &&
      isOfRoute(incident) &&
      isOfStream(incident) &&
      incident.fromMs <= monoMs &&
      incident.toMs >= sinceMs,
  )
}

/** When a gap can have begun: the last frame before it of any of its streams. */
function lastHeardMs(recorded: Recorded, streams: readonly string[], seq: number): number {
  let lastMs = 0
  for (const stream of streams) {
    for (const message of recorded.messages.get(stream)?.values() ?? []) {
      if (message.seq < seq && message.monoMs > lastMs) lastMs = message.monoMs
    }
  }
  return lastMs
}

/** Ids told as missing that are there, or more of them than are missing. */
function falseMissing(simulation: Simulation, recorded: Recorded): readonly string[] {
  return factsOf(recorded, 'missing').flatMap(({ seq, fact }) => {
    const { symbol, channel, beforeId, afterId, missingCount } = fact
    const isDepth = channel === 'depth'
    const name = `${symbol.toLowerCase()}@${isDepth ? 'depth@100ms' : channel}`
    const lastId = isDepth ? afterId : afterId - 1
    const sent = new Set(simulation.truth.streams.get(name)?.ids)
    const present = [...(recorded.messages.get(name) ?? [])].filter(
      ([id, message]) => id > beforeId && id <= lastId && message.seq < seq && sent.has(id),
    )
    const expected = lastId - beforeId - present.length
    const isRight = missingCount === expected && !(isDepth && present.length > 0)
    if (isRight && missingCount > 0) return []
    const told = `${missingCount} ids missing between ${beforeId} and ${afterId} at ${seq}`
    return [`${name}: ${told}, where ${present.length} are there`]
  })
}

/** A stream is called dead that was heard by nobody's fault. */
function falseAlarms(simulation: Simulation, recorded: Recorded): readonly string[] {
  return factsOf(recorded, 'alarm').flatMap(({ seq, monoMs, fact }) => {
    if (fact.kind !== 'silence' || fact.level !== 'dead' || fact.event !== 'raised') return []
    const heardMs = lastHeardMs(recorded, [fact.subject], seq)
    if (isAllLost(simulation, recorded, fact.subject, heardMs, monoMs - LATENCY_MS)) return []
    const sinceMs = Math.min(heardMs, monoMs - 9_000)
    // Late frames of its twins on the other route look the same from here, and so does a stream of a
    // steady pace that is silent beside one that is rare.
    const isExplained = simulation.network.incidents.some(
      ({ kind, fromMs, toMs }) =>
        (kind === 'silence' || kind === 'disconnect' || kind === 'outage') &&
        fromMs <= monoMs &&
        toMs >= sinceMs,
    )
    return isExplained
      ? []
      : [`${fact.subject} is called dead at ${seq}, and nothing happened: ${fact.reason}`]
  })
}
