/**
 * The network between the simulated venue and the recorder: latency with jitter and spikes, order
 * kept within a connection and nowhere else, and outages in which nothing arrives.
 */
import type { EntryDraft, HttpFacts, StreamKey } from '../model/block.ts'
import type { FactChannel } from '../model/channel.ts'
import { encodeFact, type FactOf, factStream } from '../model/facts.ts'
import type { Random } from './random.ts'

/** A venue sends two kinds of stream over sockets of their own (`binance-today.md`), and REST. */
export type Route = 'public' | 'market' | 'rest'

/**
 * The way from the venue: it wanders around 33 ms, with quartiles of 24 and 45, and is the same for
 * both sockets; each message then has a little of its own.
 */
const LATENCY_MS = { usual: 33, least: 8, wander: 0.5, pull: 0.0008, own: 1.5 } as const
const SPIKES_PER_MESSAGE = 1 / 4_000
const SPIKE_MS = { low: 250, high: 1_200 } as const
/** Time from a REST body being made to its arrival. */
const REST_MS = { low: 40, high: 240 } as const
/** The monotonic clock of the recorder's machine at the start of the recording. Unit: µs. */
const MONO_START_US = 3_600_000_000

export class ArrivalQueue {
  readonly #random: Random
  readonly #startTimeUs: number
  readonly #lastRecvUs: Record<Route, number> = { public: 0, market: 0, rest: 0 }
  /** Not yet released, in order of arrival. */
  #pending: EntryDraft[] = []
  #connectionId = 1
  #latencyMs: number = LATENCY_MS.usual
  #silentUntilMs = 0

  constructor(random: Random, startTimeMs: number) {
    this.#random = random
    this.#startTimeUs = startTimeMs * 1000
  }

  /** Nothing that the venue sends before `timeMs` arrives; then the sockets are new ones. */
  silenceUntil(timeMs: number): void {
    this.#silentUntilMs = timeMs
    this.#connectionId += 2
  }

  isSilent(timeMs: number): boolean {
    return timeMs < this.#silentUntilMs
  }

  /** A message leaves the venue at `eventTimeMs`. */
  send(
    route: 'public' | 'market',
    stream: StreamKey,
    eventTimeMs: number,
    venueTimeMs: number,
    payload: Uint8Array,
  ): void {
    const random = this.#random
    const pull = LATENCY_MS.pull * (LATENCY_MS.usual - this.#latencyMs)
    this.#latencyMs += pull + LATENCY_MS.wander * random.normal()
    this.#latencyMs = Math.max(LATENCY_MS.least, this.#latencyMs)
    let latencyMs = this.#latencyMs + LATENCY_MS.own * random.heavy(0.1)
    if (random.chance(SPIKES_PER_MESSAGE)) latencyMs += random.between(SPIKE_MS.low, SPIKE_MS.high)
    const recvTimeUs = this.#arrival(route, eventTimeMs, latencyMs)
    if (this.isSilent(eventTimeMs)) return
    const connectionId = route === 'public' ? this.#connectionId : this.#connectionId + 1
    this.#add(stream, recvTimeUs, venueTimeMs, connectionId, payload, undefined)
  }

  /** A REST reply is made at `eventTimeMs`. */
  reply(
    stream: StreamKey,
    eventTimeMs: number,
    venueTimeMs: number,
    payload: Uint8Array,
    http: HttpFacts,
  ): void {
    const latencyMs = this.#random.between(REST_MS.low, REST_MS.high)
    const recvTimeUs = this.#arrival('rest', eventTimeMs, latencyMs)
    if (this.isSilent(eventTimeMs)) return
    this.#add(stream, recvTimeUs, venueTimeMs, 0, payload, http)
  }

  /** What the recorder itself knows at `timeMs`. */
  note<C extends FactChannel>(channel: C, timeMs: number, fact: FactOf<C>): void {
    const payload = encodeFact(channel, fact)
    this.#add(factStream(channel), timeMs * 1000, Number.NaN, 0, payload, undefined)
  }

  /** Takes out what had arrived by `timeMs`. */
  release(timeMs: number): EntryDraft[] {
    const untilUs = timeMs * 1000
    let count = 0
    while (count < this.#pending.length) {
      const draft = this.#pending[count]
      if (draft === undefined || draft.recvTimeUs > untilUs) break
      count += 1
    }
    const released = this.#pending
    this.#pending = released.splice(count)
    return released
  }

  #arrival(route: Route, eventTimeMs: number, latencyMs: number): number {
    // A socket delivers in order: what overtook a late message waits right behind it.
    const recvTimeUs = Math.max(
      Math.floor((eventTimeMs + latencyMs) * 1000),
      this.#lastRecvUs[route] + 4 + this.#random.below(60),
    )
    this.#lastRecvUs[route] = recvTimeUs
    return recvTimeUs
  }

  #add(
    stream: StreamKey,
    recvTimeUs: number,
    venueTimeMs: number,
    connectionId: number,
    payload: Uint8Array,
    http: HttpFacts | undefined,
  ): void {
    const monoTimeUs = recvTimeUs - this.#startTimeUs + MONO_START_US
    const draft = { stream, recvTimeUs, monoTimeUs, venueTimeMs, connectionId, payload, http }
    let at = this.#pending.length
    while (at > 0 && (this.#pending[at - 1]?.recvTimeUs ?? 0) > recvTimeUs) at -= 1
    if (at === this.#pending.length) this.#pending.push(draft)
    else this.#pending.splice(at, 0, draft)
  }
}
