/** The network between the venue and a recorder, with everything that goes wrong on it. */
import type { SocketHandle, SocketHandlers, World } from '../../src/capture/world.ts'
import { Random } from '../../src/exchange/random.ts'
import { speaksOn } from '../capture/fake-world.ts'
import type { SimClock } from './clock.ts'
import type { VenueMessage } from './contract.ts'
import { type FrameFaults, type Incident, ROUTES } from './faults.ts'
import { garbageFrame, spoiled } from './garbage.ts'
import { SimRest } from './rest.ts'
import type { SimVenue } from './venue.ts'

/** The process that a socket belongs to; nothing reaches one that is gone. */
export interface Host {
  isDead: boolean
  /** Each frame as it is handed over, before and after. */
  readonly onDelivered: (frame: Uint8Array) => void
  readonly onHandled: () => void
}

interface SimSocket extends SocketHandle {
  readonly route: string
  readonly streams: ReadonlySet<string>
  readonly host: Host
  readonly handlers: SocketHandlers
  openedMs: number
  isOpen: boolean
  isEnded: boolean
  isPaused: boolean
  /** The network lost it, and neither side knows. */
  halfOpen: Incident | undefined
  readonly waiting: Uint8Array[]
  isDraining: boolean
  lastArrivalMs: number
  /** When each frame was sent that is under way. */
  readonly flyingMs: number[]
  cancelAge: () => void
}

const LATENCY_MS = { low: 10, high: 40 } as const
const encoder = new TextEncoder()

export interface NetworkOptions {
  readonly seed: number
  readonly clock: SimClock
  readonly venue: SimVenue
  readonly frames: FrameFaults
  /** The venue ends a connection at this age. */
  readonly connectionAgeMsMax: number
  /** Told of everything that the venue sends, before anything happens to it. */
  readonly onSent: (messages: readonly VenueMessage[]) => void
}

export class SimNetwork {
  readonly incidents: Incident[] = []
  readonly rest: SimRest
  /** Until then connections of a route are refused, or its frames wait. Unit: ms. */
  readonly refusedUntilMs = new Map<string, number>()
  readonly stalledUntilMs = new Map<string, number>()
  /** Streams that the venue accepts and does not deliver. */
  readonly mute = new Set<string>()
  /** Sockets that the venue had to end because of their age. */
  agedCount = 0
  /** Frames on their way. */
  flyingCount = 0
  readonly #options: NetworkOptions
  readonly #random: Random
  #sockets: SimSocket[] = []
  readonly #scratch = new Uint8Array(1 << 20)

  constructor(options: NetworkOptions) {
    this.#options = options
    this.#random = new Random(options.seed, 'network')
    const { clock, venue } = options
    this.rest = new SimRest({ clock, venue, random: new Random(options.seed, 'rest') })
    venue.onMessages = (messages) => {
      options.onSent(messages)
      this.#send(messages)
    }
  }

  get openSocketCount(): number {
    return this.#sockets.length
  }

  /** What the recorder of `host` sees of the world. */
  worldOf(host: Host, random: () => number): World {
    const { clock } = this.#options
    return {
      nowUs: () => Math.round(clock.wallMs * 1000),
      monoUs: () => Math.round(clock.timeMs * 1000),
      setTimer: (waitMs, task) =>
        clock.schedule(waitMs, () => {
          if (!host.isDead) task()
        }),
      random,
      openSocket: (url, handlers) => this.#open(host, url, handlers),
      request: (url, timeoutMs, signal) => this.rest.request(host, url, timeoutMs, signal),
    }
  }

  cut(route: string): void {
    for (const socket of this.#of(route)) {
      this.#noteEnd(socket)
      this.#end(socket, 1006, 'cut')
    }
  }

  halfOpen(route: string): void {
    for (const socket of this.#of(route)) {
      socket.halfOpen ??= this.note('silence', route, '', Number.POSITIVE_INFINITY)
    }
  }

  /** The process of `host` is gone: its sockets are, too. */
  forget(host: Host): void {
    this.noteUnderWay()
    for (const socket of this.#sockets.filter((one) => one.host === host)) {
      socket.isEnded = true
      this.#remove(socket)
    }
  }

  /** The recorder ends: what is still on its way does not arrive any more. */
  noteUnderWay(): void {
    for (const { route, flyingMs } of this.#sockets) {
      const [fromMs] = flyingMs
      if (fromMs !== undefined) this.note('silence', route).fromMs = fromMs
    }
  }

  note(kind: Incident['kind'], route: string, stream = '', toMs?: number): Incident {
    const { timeMs } = this.#options.clock
    // What was on its way when it happened is part of it.
    const incident = { kind, route, stream, fromMs: timeMs - 100, toMs: toMs ?? timeMs + 100 }
    this.incidents.push(incident)
    return incident
  }

  /** A stream of its route says nothing until `toMs`. */
  noteMute(stream: string, toMs: number): void {
    for (const route of ROUTES) {
      if (speaksOn(stream, route)) this.note('silence', route, stream, toMs)
    }
  }

  #of(route: string): readonly SimSocket[] {
    return this.#sockets.filter((socket) => route === '' || socket.route === route)
  }

  #open(host: Host, url: string, handlers: SocketHandlers): SocketHandle {
    const { clock } = this.#options
    const { pathname, searchParams } = new URL(url)
    const socket: SimSocket = {
      route: pathname.replace(/\/stream$/, ''),
      streams: new Set((searchParams.get('streams') ?? '').split('/')),
      host,
      handlers,
      openedMs: 0,
      isOpen: false,
      isEnded: false,
      isPaused: false,
      halfOpen: undefined,
      waiting: [],
      isDraining: false,
      lastArrivalMs: 0,
      flyingMs: [],
      cancelAge: () => {},
      terminate: () => this.#end(socket, 0, ''),
      pause: () => {
        socket.isPaused = true
      },
      resume: () => {
        socket.isPaused = false
        this.#drain(socket)
      },
    }
    this.#sockets.push(socket)
    clock.schedule(this.#random.between(20, 200), () => {
      if (socket.isEnded) return
      if ((this.refusedUntilMs.get(socket.route) ?? 0) > clock.timeMs) {
        this.note('disconnect', socket.route).isAttempt = true
        this.#end(socket, 0, 'connect ECONNREFUSED 127.0.0.1:1')
        return
      }
      socket.isOpen = true
      socket.openedMs = clock.timeMs
      this.#limitAge(socket)
      handlers.opened()
    })
    return socket
  }

  /** What is under way is lost, however long ago it was sent. */
  #noteEnd({ route, flyingMs }: SimSocket): void {
    const incident = this.note('disconnect', route)
    incident.fromMs = Math.min(incident.fromMs, ...flyingMs.slice(0, 1))
  }

  #limitAge(socket: SimSocket): void {
    const { clock, connectionAgeMsMax } = this.#options
    socket.cancelAge = clock.schedule(connectionAgeMsMax, () => {
      this.agedCount += 1
      this.#noteEnd(socket)
      this.#end(socket, 1001, 'connection is too old')
    })
  }

  #end(socket: SimSocket, code: number, reason: string): void {
    if (socket.isEnded) return
    socket.isEnded = true
    socket.isOpen = false
    if (socket.halfOpen !== undefined) socket.halfOpen.toMs = this.#options.clock.timeMs
    this.#remove(socket)
    this.#options.clock.schedule(0, () => {
      if (!socket.host.isDead) socket.handlers.closed(code, reason)
    })
  }

  #remove(socket: SimSocket): void {
    socket.cancelAge()
    this.#sockets = this.#sockets.filter((other) => other !== socket)
  }

  #send(messages: readonly VenueMessage[]): void {
    for (const { stream, payload } of messages) {
      if (this.mute.has(stream)) continue
      const listeners = this.#sockets.filter(
        ({ isOpen, halfOpen, route, streams }) =>
          isOpen && halfOpen === undefined && streams.has(stream) && speaksOn(stream, route),
      )
      if (listeners.length === 0) continue
      const frame = encoder.encode(`{"stream":"${stream}","data":${payload}}`)
      for (const socket of listeners) this.#sendOne(socket, stream, frame)
    }
  }

  #sendOne(socket: SimSocket, stream: string, frame: Uint8Array): void {
    const { frames } = this.#options
    const random = this.#random
    if (random.chance(frames.garbage)) this.#carry(socket, garbageFrame(random, stream), 0)
    if (random.chance(frames.drop)) {
      this.note('ids', socket.route, stream)
      return
    }
    if (random.chance(frames.spoil)) {
      this.note('ids', socket.route, stream)
      this.#carry(socket, spoiled(random, frame), 0)
      return
    }
    if (random.chance(frames.reorder)) {
      this.note('late', socket.route, stream, this.#options.clock.timeMs + 2_000)
      this.#carryLate(socket, stream, frame, random.between(100, 1_800))
      return
    }
    const delayMs = random.chance(frames.delay) ? random.between(100, 3_000) : 0
    if (delayMs > 0) {
      this.note('late', socket.route, '', this.#options.clock.timeMs + delayMs + 200)
    }
    this.#carry(socket, frame, delayMs)
    if (random.chance(frames.duplicate)) this.#carry(socket, frame, 0)
  }

  /** In order, as TCP does. */
  #carry(socket: SimSocket, frame: Uint8Array, delayMs: number): void {
    const { clock } = this.#options
    const latencyMs = this.#random.between(LATENCY_MS.low, LATENCY_MS.high) + delayMs
    const stalledMs = this.stalledUntilMs.get(socket.route) ?? 0
    const atMs = Math.max(socket.lastArrivalMs, clock.timeMs + latencyMs, stalledMs)
    socket.lastArrivalMs = atMs
    socket.flyingMs.push(clock.timeMs)
    this.flyingCount += 1
    clock.schedule(atMs - clock.timeMs, () => {
      socket.flyingMs.shift()
      this.#arrive(socket, frame)
    })
  }

  /**
   * Held up by the venue, so that what came later is sent first; over the network all keep their order.
   * Where the connection ends before, it is a frame that was skipped.
   */
  #carryLate(socket: SimSocket, stream: string, frame: Uint8Array, delayMs: number): void {
    const { clock } = this.#options
    const sentMs = clock.timeMs
    this.flyingCount += 1
    clock.schedule(delayMs, () => {
      this.flyingCount -= 1
      if (!socket.isEnded) {
        this.#carry(socket, frame, 0)
        return
      }
      const { route } = socket
      this.incidents.push({ kind: 'ids', route, stream, fromMs: sentMs, toMs: sentMs })
    })
  }

  #arrive(socket: SimSocket, frame: Uint8Array): void {
    this.flyingCount -= 1
    if (socket.isEnded || socket.halfOpen !== undefined) return
    if (socket.isPaused || socket.waiting.length > 0) socket.waiting.push(frame)
    else this.#deliver(socket, frame)
  }

  /** What waited is read as fast as it can be, until reading stops again. */
  #drain(socket: SimSocket): void {
    if (socket.isDraining) return
    socket.isDraining = true
    this.#options.clock.schedule(1, () => {
      socket.isDraining = false
      for (let count = 0; count < 8; count += 1) {
        if (socket.isPaused || socket.isEnded) return
        const frame = socket.waiting.shift()
        if (frame === undefined) return
        this.#deliver(socket, frame)
      }
      this.#drain(socket)
    })
  }

  /** The bytes are good until the call returns, and no longer. */
  #deliver(socket: SimSocket, frame: Uint8Array): void {
    const { host, handlers } = socket
    if (host.isDead) return
    host.onDelivered(frame)
    const lent = this.#scratch.subarray(0, frame.length)
    lent.set(frame)
    handlers.received(lent)
    lent.fill(0x3f)
    host.onHandled()
  }
}
