/** Carries out what a session decides: sockets, timers, and facts in the journal. */
import type { PlannedConnection } from './plan.ts'
import type { Recorder } from './recorder.ts'
import { deadlineOf, hear, isActive, step } from './session.ts'
import {
  type Moment,
  type Session,
  type SessionConfig,
  type SessionEffect,
  type SessionInput,
  startSession,
} from './session-state.ts'
import {
  createStreamTable,
  interrupt,
  listenAnew,
  newlySilent,
  type StreamTable,
} from './stream-table.ts'
import type { CaptureLog, SocketHandle, World } from './world.ts'

export interface LinkOptions {
  readonly planned: PlannedConnection
  readonly venue: string
  /** Connection ids of this link: `firstId`, `firstId + idStep` and so on. */
  readonly firstId: number
  readonly idStep: number
  readonly config: SessionConfig
  readonly world: World
  readonly recorder: Recorder
  readonly log: CaptureLog
  /** The venue accepted a connection for the first time. */
  readonly onConnected: () => void
  /** A connection failed before any was accepted. */
  readonly onRefused: (reason: string) => void
}

/** What a link is doing, for health and `stats`. */
export interface LinkState {
  readonly route: string
  readonly connected: boolean
  readonly connectCount: number
  readonly failureCount: number
  /** Streams that should speak and do not, by the venue's names. */
  readonly silentStreams: readonly string[]
}

/** A socket that the session still knows; one that it gave up is deaf. */
interface Port {
  handle: SocketHandle | undefined
  deaf: boolean
}

export class Link {
  readonly #options: LinkOptions
  readonly #table: StreamTable
  readonly #session: Session
  readonly #ports = new Map<number, Port>()
  #cancelTimer: (() => void) | undefined
  #timerMs = Number.POSITIVE_INFINITY
  #acceptedCount = 0
  #connectCount = 0

  constructor(options: LinkOptions) {
    this.#options = options
    const { config, firstId, idStep, venue, planned } = options
    this.#table = createStreamTable(venue, planned.streams)
    this.#session = startSession(config, this.#now(), firstId, idStep)
  }

  get state(): LinkState {
    const { active, failureCount } = this.#session
    return {
      route: this.#options.planned.route,
      connected: active?.delivered === true,
      connectCount: this.#connectCount,
      failureCount,
      silentStreams: this.#table.streams
        .filter(({ silent }) => silent)
        .map(({ planned }) => planned.name),
    }
  }

  get frameCount(): number {
    return this.#table.streams.reduce((sum, { frameCount }) => sum + frameCount, 0)
  }

  start(): void {
    this.#step({ kind: 'ticked' })
  }

  stop(): void {
    this.#step({ kind: 'stopped' })
    this.#cancelTimer?.()
  }

  pause(): void {
    this.#step({ kind: 'paused' })
    for (const { handle } of this.#ports.values()) handle?.pause()
  }

  resume(): void {
    listenAnew(this.#table, this.#options.world.monoUs())
    this.#step({ kind: 'resumed' })
    for (const { handle } of this.#ports.values()) handle?.resume()
  }

  /** Cuts every connection, as a network would. */
  disconnect(): void {
    for (const { handle } of [...this.#ports.values()]) handle?.terminate()
  }

  /** Looks for streams that fell silent on a connection that is up. */
  watch(): void {
    const { active, paused } = this.#session
    if (active?.delivered !== true || paused) return
    const { log, planned, world } = this.#options
    const found = newlySilent(this.#table, world.monoUs())
    if (found.length === 0) return
    const streams = found.map((stream) => stream.planned.name)
    log.error({ route: planned.route, streams }, 'streams are acknowledged and silent')
  }

  #connect(id: number): void {
    const { world, planned, recorder } = this.#options
    const streams = planned.streams.map(({ name }) => name)
    recorder.fact('subscribe', { connectionId: id, route: planned.route, streams }, '', id)
    this.#connectCount += 1
    const port: Port = { handle: undefined, deaf: false }
    this.#ports.set(id, port)
    port.handle = world.openSocket(planned.url, {
      opened: () => {
        if (port.deaf) return
        this.#step({ kind: 'opened', id })
        if (this.#session.paused) port.handle?.pause()
      },
      received: (frame) => {
        if (!port.deaf) this.#received(id, frame)
      },
      closed: (code, reason) => {
        this.#ports.delete(id)
        if (!port.deaf) this.#step({ kind: 'closed', id, code, reason })
      },
    })
  }

  #received(id: number, frame: Uint8Array): void {
    const { world, recorder } = this.#options
    const recvTimeUs = world.nowUs()
    const monoTimeUs = world.monoUs()
    const session = this.#session
    const effects = hear(session, id, monoTimeUs / 1000, recvTimeUs / 1000)
    if (effects.length > 0) this.#carryOut(effects)
    recorder.frame(this.#table, id, !isActive(session, id), frame, recvTimeUs, monoTimeUs)
  }

  #step(input: SessionInput): void {
    this.#carryOut(step(this.#session, input, this.#now()))
    this.#arm()
  }

  #carryOut(effects: readonly SessionEffect[]): void {
    for (const effect of effects) this.#carryOutOne(effect)
  }

  #carryOutOne(effect: SessionEffect): void {
    const { recorder, planned, world, log } = this.#options
    const { route } = planned
    switch (effect.kind) {
      case 'connect':
        this.#connect(effect.id)
        return
      case 'accepted': {
        const { id, waitMs } = effect
        recorder.fact('ack', { connectionId: id, route, waitMs: Math.round(waitMs) }, '', id)
        if (isActive(this.#session, id)) listenAnew(this.#table, world.monoUs())
        log.info({ route, connectionId: id, waitMs }, 'connected')
        this.#acceptedCount += 1
        if (this.#acceptedCount === 1) this.#options.onConnected()
        return
      }
      case 'terminate': {
        const port = this.#ports.get(effect.id)
        this.#ports.delete(effect.id)
        if (port === undefined) return
        port.deaf = true
        port.handle?.terminate()
        return
      }
      case 'disconnected': {
        const { id, code, reason } = effect
        recorder.fact('disconnect', { connectionId: id, route, code, reason }, '', id)
        log.warn({ route, connectionId: id, code, reason }, 'disconnected')
        if (this.#acceptedCount === 0) this.#options.onRefused(reason)
        return
      }
      case 'gap':
        this.#gap(effect)
        return
    }
  }

  #gap({ cause, fromTimeMs, toTimeMs }: Extract<SessionEffect, { kind: 'gap' }>): void {
    const { recorder, planned, log } = this.#options
    const streams = planned.streams.map(({ name }) => name)
    recorder.fact('gap', {
      cause,
      symbol: symbolOf(planned),
      channel: '',
      fromTimeMs,
      toTimeMs,
      missingCount: 0,
      streams,
    })
    interrupt(this.#table)
    log.warn({ route: planned.route, cause, gapMs: toTimeMs - fromTimeMs }, 'capture interrupted')
  }

  /** A frame moves the deadline without touching the timer: what fires early only looks again. */
  #arm(): void {
    const deadlineMs = deadlineOf(this.#session)
    if (deadlineMs >= this.#timerMs) return
    this.#cancelTimer?.()
    this.#timerMs = deadlineMs
    const waitMs = Math.max(1, Math.ceil(deadlineMs - this.#now().monoMs))
    this.#cancelTimer = this.#options.world.setTimer(waitMs, () => {
      this.#timerMs = Number.POSITIVE_INFINITY
      this.#step({ kind: 'ticked' })
    })
  }

  #now(): Moment {
    const { world } = this.#options
    return { monoMs: world.monoUs() / 1000, wallMs: world.nowUs() / 1000 }
  }
}

/** A connection for one symbol names it in its gaps; for several, the gap is everybody's. */
function symbolOf({ streams }: PlannedConnection): string {
  const symbols = new Set(streams.map(({ symbol }) => symbol).filter((symbol) => symbol !== ''))
  const [only = ''] = symbols
  return symbols.size === 1 ? only : ''
}
