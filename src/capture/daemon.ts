/** The capture daemon: one session per route, the polls, and one journal that all of them fill. */
import { RecorderError } from '../base/errors.ts'
import type { SettingValue } from '../base/setting.ts'
import type { JournalWriter } from '../journal/journal.ts'
import type { CaptureSettings } from './capture-settings.ts'
import { Link, type LinkState } from './link.ts'
import { type CapturePlan, planCapture } from './plan.ts'
import { Recorder } from './recorder.ts'
import { RestPolls } from './rest.ts'
import type { Venue } from './venue.ts'
import type { CaptureLog, World } from './world.ts'

export interface CaptureOptions {
  readonly venue: Venue
  readonly symbols: readonly string[]
  /** Scheme, host and port; the venue's own where absent. */
  readonly wsUrl?: string | undefined
  readonly restUrl?: string | undefined
  readonly settings: CaptureSettings
  readonly writer: JournalWriter
  readonly world: World
  readonly log: CaptureLog
  /** Names this run in its facts. */
  readonly runId: string
  /** Version of moonreplay. */
  readonly version: string
  /** What `replay --check` will compute with: all settings in force, by their full names. */
  readonly inForce: {
    readonly profile: string
    readonly values: Readonly<Record<string, SettingValue>>
  }
  /**
   * Receive time of the last entry of an earlier run, which ended cleanly or not; nothing in a new
   * recording. Unit: ms since 1970. Clock: ours.
   */
  readonly resumeTimeMs?: number | undefined
  /** Goes on trying where the venue cannot be reached at the start. */
  readonly retryForever: boolean
}

export interface CaptureStats {
  readonly links: readonly LinkState[]
  readonly frameCount: number
  readonly entryCount: number
  /** Frames that were none of those asked for. */
  readonly unknownCount: number
  readonly replyCount: number
  readonly requestFailureCount: number
  /** Replies 429 and 418. */
  readonly refusedCount: number
  readonly usedWeight: number
  /** Appended and not yet durable. */
  readonly pendingBytes: number
  readonly paused: boolean
}

export interface Capture {
  readonly plan: CapturePlan
  /** Resolves when each route was accepted by the venue; never if capture ends before. */
  readonly connected: Promise<void>
  /** Resolves with what ended the capture by itself; it has stopped then, and not flushed. */
  readonly failed: Promise<RecorderError>
  /** The book of `symbol` wants a REST snapshot: call it for as long as it does. */
  requestSnapshot(symbol: string): void
  /** Cuts every connection, as a network would. */
  disconnectAll(): void
  stats(): CaptureStats
  /** Ends cleanly: closes connections, records the end, and flushes. The caller closes the journal. */
  stop(reason?: string): Promise<void>
}

const WATCH_MS = 1_000

/** @throws {RecorderError} `USAGE` for symbols or URLs that cannot be. */
export function startCapture(options: CaptureOptions): Capture {
  const { venue, symbols, wsUrl, restUrl, settings } = options
  const { weightPerMinuteMax } = settings
  const plan = planCapture(venue, { symbols, wsUrl, restUrl, weightPerMinuteMax })
  return new Daemon(options, plan).start()
}

class Daemon implements Capture {
  readonly plan: CapturePlan
  readonly connected: Promise<void>
  readonly failed: Promise<RecorderError>
  readonly #options: CaptureOptions
  readonly #recorder: Recorder
  readonly #links: readonly Link[]
  readonly #rest: RestPolls
  #resolveConnected: () => void = () => {}
  #resolveFailed: (error: RecorderError) => void = () => {}
  #cancelWatch: (() => void) | undefined
  #waitingCount: number
  #paused: boolean = false
  #ended: boolean = false

  constructor(options: CaptureOptions, plan: CapturePlan) {
    this.#options = options
    this.plan = plan
    this.connected = new Promise((resolve) => {
      this.#resolveConnected = resolve
    })
    this.failed = new Promise((resolve) => {
      this.#resolveFailed = resolve
    })
    const { writer, world, venue, settings, log } = options
    const recorder = new Recorder({
      writer,
      world,
      venue,
      symbols: plan.symbols,
      pendingBytesMax: settings.pendingBytesMax,
      onJoin: (symbol) => this.#rest.ask(symbol),
      onPressure: () => this.#pause(),
      onFailure: (error) => this.#fail(error),
    })
    this.#recorder = recorder
    this.#rest = new RestPolls({
      plan,
      venue,
      settings,
      world,
      recorder,
      log,
      onRefused: (reason) => this.#refused(plan.polls[0]?.url ?? '', reason),
    })
    this.#links = this.#makeLinks(recorder)
    this.#waitingCount = this.#links.length
    writer.onDurable(() => this.#resumeWhenDone())
  }

  start(): this {
    this.#recordStart()
    for (const link of this.#links) link.start()
    this.#rest.start()
    this.#watch()
    return this
  }

  requestSnapshot(symbol: string): void {
    this.#rest.ask(symbol)
  }

  disconnectAll(): void {
    for (const link of this.#links) link.disconnect()
  }

  stats(): CaptureStats {
    return {
      links: this.#links.map(({ state }) => state),
      frameCount: this.#links.reduce((sum, { frameCount }) => sum + frameCount, 0),
      entryCount: this.#recorder.entryCount,
      unknownCount: this.#recorder.unknownCount,
      replyCount: this.#rest.replyCount,
      requestFailureCount: this.#rest.failureCount,
      refusedCount: this.#rest.refusedCount,
      usedWeight: this.#rest.usedWeight,
      pendingBytes: this.#recorder.pendingBytes,
      paused: this.#paused,
    }
  }

  async stop(reason = 'asked'): Promise<void> {
    if (this.#ended) return
    this.#end(reason)
    await this.#options.writer.flush()
  }

  #makeLinks(recorder: Recorder): readonly Link[] {
    const { venue, settings, world, log } = this.#options
    const { connections } = this.plan
    return connections.map(
      (planned, index) =>
        new Link({
          planned,
          venue: venue.name,
          firstId: index + 1,
          idStep: connections.length,
          config: { ...settings, random: world.random },
          world,
          recorder,
          log,
          onConnected: () => {
            this.#waitingCount -= 1
            if (this.#waitingCount === 0) this.#resolveConnected()
          },
          onRefused: (reason) => this.#refused(planned.url, reason),
        }),
    )
  }

  #recordStart(): void {
    const { runId, version, venue, inForce, resumeTimeMs, world } = this.#options
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
    if (resumeTimeMs === undefined) return
    const toTimeMs = Math.max(world.nowUs() / 1000, resumeTimeMs)
    recorder.fact('gap', {
      cause: 'outage',
      symbol: '',
      channel: '',
      fromTimeMs: resumeTimeMs,
      toTimeMs,
      missingCount: 0,
      streams: [],
    })
  }

  /** A commit that failed shows at the latest here, also where nothing is said any more. */
  #watch(): void {
    const { world, writer } = this.#options
    this.#cancelWatch = world.setTimer(WATCH_MS, () => {
      for (const link of this.#links) link.watch()
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
    this.#options.log.error({ code: error.code }, 'capture stops')
    this.#end(error.code)
    this.#resolveFailed(error)
  }

  #end(reason: string): void {
    this.#ended = true
    this.#cancelWatch?.()
    this.#rest.stop()
    for (const link of this.#links) link.stop()
    this.#recorder.fact('stop', { runId: this.#options.runId, reason })
  }

  #pause(): void {
    if (this.#paused || this.#ended) return
    this.#paused = true
    for (const link of this.#links) link.pause()
    this.#recordPressure('paused')
  }

  #resumeWhenDone(): void {
    const { pendingBytesMax } = this.#options.settings
    if (!this.#paused || this.#ended || this.#recorder.pendingBytes > pendingBytesMax / 2) return
    this.#paused = false
    for (const link of this.#links) link.resume()
    this.#recordPressure('resumed')
  }

  #recordPressure(event: 'paused' | 'resumed'): void {
    const { pendingBytes } = this.#recorder
    this.#recorder.fact('timer', { event, pendingBytes })
    this.#options.log.warn({ event, pendingBytes }, 'journal is behind')
  }
}

function asRecorderError(error: unknown): RecorderError {
  if (error instanceof RecorderError) return error
  return new RecorderError('JOURNAL_WRITE_FAILED', 'the journal did not commit', { cause: error })
}
