/** Carries out what a session decides: sockets, timers, and facts in the journal. */
import { Handovers } from './handover.ts'
import { type Blind, type DeafStretch, type LinkGroup, wallTimesOf } from './link-group.ts'
import type { LinkOptions, LinkState } from './link-options.ts'
import { deadlineOf, hear, isActive, step } from './session.ts'
import {
  type Moment,
  type Session,
  type SessionEffect,
  type SessionInput,
  startSession,
} from './session-state.ts'
import { interrupt, listenAnew } from './stream-table.ts'
import type { SocketHandle } from './world.ts'

/** A socket that the session still knows; one that it gave up is deaf. */
interface Port {
  handle: SocketHandle | undefined
  deaf: boolean
  cancelJoin: (() => void) | undefined
}

export class Link {
  readonly #options: LinkOptions
  readonly #session: Session
  readonly #ports = new Map<number, Port>()
  #cancelTimer: (() => void) | undefined
  #timerMs = Number.POSITIVE_INFINITY
  #acceptedCount = 0
  #connectCount = 0
  readonly #handovers = new Handovers()
  /** Since when it delivers without a break. Unit: ms. Clock: monotonic. `NaN`: it does not. */
  #deliversSinceMs = Number.NaN
  /** The last frame that counts; before it, when the link was made. Unit: ms. Clock: monotonic. */
  #lastFrameMonoMs: number

  constructor(options: LinkOptions) {
    this.#options = options
    const { config, firstId, idStep } = options
    const now = this.#now()
    this.#session = startSession(config, now, firstId, idStep)
    this.#lastFrameMonoMs = now.monoMs
  }

  get state(): LinkState {
    const { active, failureCount } = this.#session
    return {
      route: this.#options.group.planned.route,
      connected: active?.delivered === true,
      connectCount: this.#connectCount,
      failureCount,
      handoverCount: this.#handovers.count,
      unprovedCount: this.#handovers.unprovedCount,
    }
  }

  /** The venue accepted the connection, which has not ended. */
  get isUp(): boolean {
    return this.#session.active?.open === true
  }

  get isPaused(): boolean {
    return this.#session.paused
  }

  /** See {@link LinkGroup.uncovered}. */
  get delivery(): { readonly sinceMs: number; readonly lastFrameMs: number } {
    return { sinceMs: this.#deliversSinceMs, lastFrameMs: this.#lastFrameMonoMs }
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
    this.#step({ kind: 'resumed' })
    for (const { handle } of this.#ports.values()) handle?.resume()
  }

  /** Cuts every connection, as a network would. */
  disconnect(): void {
    for (const { handle } of [...this.#ports.values()]) handle?.terminate()
  }

  /** Replaces the connection by one that delivers, without a hole. */
  rotate(): void {
    this.#step({ kind: 'rotate' })
  }

  /** Ends a connection that looks well and delivers nothing. */
  giveUp(): void {
    this.#step({ kind: 'gaveUp' })
  }

  #connect(id: number): void {
    const { world, recorder, group } = this.#options
    const { planned } = group
    const streams = planned.streams.map(({ name }) => name)
    recorder.fact('subscribe', { connectionId: id, route: planned.route, streams }, '', id)
    this.#connectCount += 1
    const port: Port = { handle: undefined, deaf: false, cancelJoin: undefined }
    this.#ports.set(id, port)
    port.handle = world.openSocket(planned.url, {
      opened: () => {
        if (port.deaf) return
        this.#step({ kind: 'opened', id })
        if (this.#session.paused) port.handle?.pause()
        else this.#join(id, port)
      },
      received: (frame) => {
        if (!port.deaf) this.#received(id, frame)
      },
      closed: (code, reason) => {
        this.#ports.delete(id)
        port.cancelJoin?.()
        if (!port.deaf) this.#step({ kind: 'closed', id, code, reason })
      },
    })
  }

  /** Where another connection delivers, this one begins a little behind it. */
  #join(id: number, port: Port): void {
    const { group, world, joinMs } = this.#options
    const isAlone = isActive(this.#session, id) && !group.othersDeliver(this)
    if (isAlone) return
    port.handle?.pause()
    port.cancelJoin = world.setTimer(joinMs, () => {
      port.cancelJoin = undefined
      if (!this.#session.paused) port.handle?.resume()
    })
  }

  #received(id: number, frame: Uint8Array): void {
    const { world, recorder, group } = this.#options
    const recvTimeUs = world.nowUs()
    const monoTimeUs = world.monoUs()
    const session = this.#session
    const effects = hear(session, id, monoTimeUs / 1000, recvTimeUs / 1000)
    if (effects.length > 0) this.#carryOut(effects)
    const newId = session.active?.id ?? id
    if (id === newId) {
      this.#lastFrameMonoMs = monoTimeUs / 1000
      if (Number.isNaN(this.#deliversSinceMs)) this.#deliversSinceMs = monoTimeUs / 1000
    }
    if (session.retiring !== undefined && this.#handovers.begins(newId)) {
      this.#endHandover('silence')
      this.#handovers.begin(group.table.streams, newId)
      // The old one has a time to leave now, which may be earlier than what was waited for.
      this.#arm()
    }
    const stream = recorder.frame(group.table, id, frame, recvTimeUs, monoTimeUs)
    if (stream === undefined) return
    if (session.retiring === undefined) {
      if (id === newId) this.#handovers.hear(stream)
      return
    }
    const isProved = this.#handovers.take(stream, id, frame, monoTimeUs / 1000)
    if (isProved && !session.overlapped) this.#step({ kind: 'overlapped' })
  }

  #step(input: SessionInput): void {
    const { retiring } = this.#session
    this.#carryOut(step(this.#session, input, this.#now()))
    if (this.#session.lostCause !== '') this.#deliversSinceMs = Number.NaN
    if (retiring !== undefined && this.#session.retiring === undefined) {
      this.#endHandover(input.kind === 'closed' ? 'disconnect' : 'silence')
    }
    this.#arm()
  }

  #carryOut(effects: readonly SessionEffect[]): void {
    for (const effect of effects) this.#carryOutOne(effect)
  }

  #carryOutOne(effect: SessionEffect): void {
    const { recorder, group, log } = this.#options
    const { route } = group.planned
    switch (effect.kind) {
      case 'connect':
        this.#connect(effect.id)
        return
      case 'accepted': {
        const { id, waitMs } = effect
        recorder.fact('ack', { connectionId: id, route, waitMs: Math.round(waitMs) }, '', id)
        if (isActive(this.#session, id)) this.#listenAnew()
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
        port.cancelJoin?.()
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

  #gap({ cause, ...wall }: Extract<SessionEffect, { kind: 'gap' }>): void {
    const hole = { fromMonoMs: this.#lastFrameMonoMs, toMonoMs: this.#now().monoMs }
    if (this.#tellGap(cause, hole, wall)) interrupt(this.#options.group.table, cause)
  }

  /** Nothing to tell where another connection of the group delivered meanwhile. */
  #tellGap(
    cause: 'disconnect' | 'silence',
    hole: DeafStretch,
    { fromTimeMs, toTimeMs }: Blind,
  ): boolean {
    const { recorder, group, log } = this.#options
    const { symbol, planned } = group
    const blind = group.uncovered(this, hole, { fromTimeMs, toTimeMs })
    if (blind === undefined) return false
    const streams = planned.streams.map(({ name }) => name)
    recorder.fact('gap', { cause, symbol, channel: '', ...blind, missingCount: 0, streams })
    const gapMs = blind.toTimeMs - blind.fromTimeMs
    log.warn({ route: planned.route, cause, gapMs }, 'capture interrupted')
    return true
  }

  /** A hole is told without another snapshot: ids say whether diffs are missing. */
  #endHandover(cause: 'disconnect' | 'silence'): void {
    const unproved = this.#handovers.end()
    if (unproved === undefined) return
    const { route } = this.#options.group.planned
    this.#options.log.warn({ route }, 'a connection was replaced without proof of its ids')
    const { hole } = unproved
    if (hole !== undefined) this.#tellGap(cause, hole, wallTimesOf(hole, this.#now()))
  }

  /** Another connection that delivers makes silence count on. */
  #listenAnew(): void {
    const { group, world } = this.#options
    if (!group.othersDeliver(this)) listenAnew(group.table, world.monoUs(), world.nowUs())
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
