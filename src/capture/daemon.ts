/** The capture daemon: one session per route, the polls, and one journal that all of them fill. */
import { RecorderError } from '../base/errors.ts'
import type { Capture, CaptureOptions } from './capture.ts'
import type { CaptureSettings } from './capture-settings.ts'
import { type CaptureHealth, healthOf } from './health.ts'
import { Link } from './link.ts'
import { LinkGroup } from './link-group.ts'
import { type CapturePlan, type PlannedConnection, planCapture } from './plan.ts'
import { Pressure } from './pressure.ts'
import { Recorder } from './recorder.ts'
import { RestPolls } from './rest.ts'
import { scheduleRetention } from './retention.ts'
import type { StoragePort } from './storage.ts'
import { Supervisor } from './supervisor.ts'

const WATCH_MS = 1_000

/** @throws {RecorderError} `USAGE` for symbols or URLs that cannot be. */
export function startCapture(options: CaptureOptions): Capture {
  const { venue, symbols, wsUrl, restUrl, settings } = options
  const { weightPerMinuteMax, connections: connectionCopies } = settings
  const limits = { weightPerMinuteMax, connectionCopies }
  const plan = planCapture(venue, { symbols, wsUrl, restUrl, ...limits })
  return new Daemon(options, plan).start()
}

class Daemon implements Capture {
  readonly plan: CapturePlan
  readonly connected: Promise<void>
  readonly failed: Promise<RecorderError>
  readonly #options: CaptureOptions
  readonly #recorder: Recorder
  readonly #groups: readonly LinkGroup[]
  readonly #links: readonly Link[]
  readonly #rest: RestPolls
  readonly #pressure: Pressure
  readonly #supervisor: Supervisor
  #resolveConnected: () => void = () => {}
  #resolveFailed: (error: RecorderError) => void = () => {}
  #cancelWatch: (() => void) | undefined
  #endRetention: (() => void) | undefined
  #waitingCount: number
  #ended: boolean = false
  /** When the journal fell so far behind that sockets are not read. Clock: wall. */
  #pausedTimeMs: number | undefined

  constructor(options: CaptureOptions, plan: CapturePlan) {
    this.#options = options
    this.plan = plan
    this.connected = new Promise((resolve) => {
      this.#resolveConnected = resolve
    })
    this.failed = new Promise((resolve) => {
      this.#resolveFailed = resolve
    })
    const { writer, world, venue, settings, log, limitStore, storage, sealFailure } = options
    this.#pressure = new Pressure({
      ...settings,
      onEngines: (isPaused) => this.#onEngines(isPaused),
      onSockets: (isPaused) => this.#onSockets(isPaused),
    })
    const recorder = new Recorder({
      writer,
      world,
      venue,
      symbols: plan.symbols,
      onJoin: (symbol) => this.#rest.ask(symbol),
      onPending: (pendingBytes) => this.#pressure.update(pendingBytes),
      onDrift: (drift) => this.#supervisor.onDrift(drift),
      onFailure: (error) => this.#fail(error),
    })
    this.#recorder = recorder
    const onRefused = (reason: string): void => this.#refused(plan.polls[0]?.url ?? '', reason)
    this.#rest = new RestPolls({
      plan,
      venue,
      settings,
      world,
      recorder,
      log,
      limitStore,
      onRefused,
    })
    this.#groups = plan.connections.map((planned) => new LinkGroup(venue.name, planned))
    this.#links = this.#makeLinks(recorder)
    this.#waitingCount = this.#links.length
    this.#supervisor = new Supervisor({
      groups: this.#groups,
      settings,
      world,
      recorder,
      rest: this.#rest,
      pressure: this.#pressure,
      storage,
      sealFailure: sealFailure ?? (() => undefined),
      log,
    })
  }

  start(): this {
    this.#recordStart()
    for (const link of this.#links) link.start()
    this.#rest.start()
    this.#watch()
    this.#startRetention()
    return this
  }

  requestSnapshot(symbol: string): void {
    this.#rest.ask(symbol)
  }

  disconnectAll(): void {
    for (const link of this.#links) link.disconnect()
  }

  rotate(): void {
    for (const link of this.#links) link.rotate()
  }

  health(): CaptureHealth {
    const { writer, sealFailure, world } = this.#options
    return healthOf({
      groups: this.#groups,
      supervisor: this.#supervisor,
      recorder: this.#recorder,
      rest: this.#rest,
      pressure: this.#pressure,
      durableSeq: writer.durableSeq,
      sealFailure: sealFailure?.()?.message ?? '',
      isStopped: this.#ended,
      monoUs: world.monoUs(),
    })
  }

  async stop(reason = 'asked'): Promise<void> {
    if (this.#ended) return
    this.#end(reason)
    await this.#options.writer.flush()
  }

  #makeLinks(recorder: Recorder): readonly Link[] {
    const { settings, world, log } = this.#options
    const { connectionCopies } = this.plan
    const idStep = this.#groups.length * connectionCopies
    const links: Link[] = []
    for (const group of this.#groups) {
      const { planned } = group
      for (let copy = 0; copy < connectionCopies; copy += 1) {
        const link = new Link({
          group,
          firstId: links.length + 1,
          idStep,
          config: { ...settings, ...silenceOf(planned, settings), random: world.random },
          joinMs: settings.joinMs,
          world,
          recorder,
          log,
          onConnected: () => {
            this.#waitingCount -= 1
            if (this.#waitingCount === 0) this.#resolveConnected()
          },
          onRefused: (reason) => this.#refused(planned.url, reason),
        })
        group.links.push(link)
        links.push(link)
      }
    }
    return links
  }

  #recordStart(): void {
    const { runId, version, venue, inForce, resumeTimeMs } = this.#options
    const { symbols, connections, polls } = this.plan
    const recorder = this.#recorder
    const urls = [...connections.map(({ url }) => url), polls[0]?.url ?? '']
    recorder.fact('start', {
      runId,
      version,
      venue: venue.name,
      symbols,
      urls: [...new Set(urls.map((url) => new URL(url).origin))],
    })
    recorder.fact('settings', { profile: inForce.profile, settings: inForce.values })
    if (resumeTimeMs !== undefined) this.#tellGap('outage', resumeTimeMs)
  }

  /** A gap in all streams, from then until now. */
  #tellGap(cause: 'outage' | 'paused', fromTimeMs: number): void {
    const toTimeMs = Math.max(this.#options.world.nowUs() / 1000, fromTimeMs)
    const ofAll = { symbol: '', channel: '', missingCount: 0, streams: [] }
    this.#recorder.fact('gap', { cause, fromTimeMs, toTimeMs, ...ofAll })
  }

  #startRetention(): void {
    const { retention, world, log } = this.#options
    if (retention === undefined) return
    const supervisor = this.#supervisor
    this.#endRetention = scheduleRetention({
      ...retention,
      world,
      log,
      onResult: (result) => supervisor.onRetained(result),
      onFailure: (reason) => supervisor.onRetentionFailed(reason),
    })
  }

  /** A commit that failed shows at the latest here, also where nothing is said any more. */
  #watch(): void {
    const { world, writer } = this.#options
    this.#cancelWatch = world.setTimer(WATCH_MS, () => {
      this.#supervisor.look()
      writer.flush().then(
        () => {},
        (error: unknown) => this.#fail(asRecorderError(error)),
      )
      this.#watch()
    })
  }

  /** The venue was not there when capture began: the user hears it at once, and may try again. */
  #refused(url: string, reason: string): void {
    if (this.#options.retryForever) return
    const { origin } = new URL(url)
    this.#fail(new RecorderError('VENUE_UNREACHABLE', `${origin} cannot be reached: ${reason}`))
  }

  #fail(error: RecorderError): void {
    if (this.#ended) return
    const { log, writer, storage } = this.#options
    const { code, message } = error
    log.error({ code, reason: message, durableSeq: writer.durableSeq }, 'capture stops')
    this.#end(code)
    if (code === 'JOURNAL_WRITE_FAILED') this.#giveUpReserve(storage)
    this.#resolveFailed(error)
  }

  #end(reason: string): void {
    this.#ended = true
    this.#cancelWatch?.()
    this.#endRetention?.()
    this.#rest.stop()
    for (const link of this.#links) link.stop()
    // What waits in the sockets is never read: they are paused, and close.
    if (this.#pausedTimeMs !== undefined) this.#tellGap('paused', this.#pausedTimeMs)
    this.#recorder.fact('stop', { runId: this.#options.runId, reason })
  }

  /** What is open must be closed and sealed, which takes room that a full disk has no more. */
  #giveUpReserve(storage: StoragePort | undefined): void {
    storage?.releaseReserve().catch((cause: unknown) => {
      this.#options.log.error({ reason: String(cause) }, 'the reserve cannot be given up')
    })
  }

  #onEngines(isPaused: boolean): void {
    if (this.#ended) return
    this.#recordPressure(isPaused ? 'enginesPaused' : 'enginesResumed')
    this.#options.onEngines?.(isPaused)
  }

  #onSockets(isPaused: boolean): void {
    if (this.#ended) return
    const { world } = this.#options
    for (const group of this.#groups) {
      if (isPaused) group.pause(world.monoUs())
      else group.resume(world.monoUs())
    }
    this.#pausedTimeMs = isPaused ? world.nowUs() / 1000 : undefined
    this.#recordPressure(isPaused ? 'paused' : 'resumed')
  }

  #recordPressure(event: string): void {
    const { pendingBytes } = this.#recorder
    this.#recorder.fact('timer', { event, pendingBytes })
    this.#options.log.warn({ event, pendingBytes }, 'journal is behind')
  }
}

/**
 * How long a connection may say nothing at all. One without a stream of a steady pace may be silent
 * because its market is; there, other streams prove it dead.
 */
const silenceOf = (
  { streams }: PlannedConnection,
  { silenceMsMax, depthSilenceMsMax }: CaptureSettings,
): { readonly silenceMsMax: number } => ({
  silenceMsMax: streams.some(({ rule }) => rule === 'steady')
    ? silenceMsMax
    : Math.max(silenceMsMax, depthSilenceMsMax),
})

function asRecorderError(error: unknown): RecorderError {
  if (error instanceof RecorderError) return error
  return new RecorderError('JOURNAL_WRITE_FAILED', 'the journal did not commit', { cause: error })
}
