/** What a capture is given, and what it gives to whoever started it. */
import type { RecorderError } from '../base/errors.ts'
import type { SettingValue } from '../base/setting.ts'
import type { JournalWriter } from '../journal/journal.ts'
import type { CaptureSettings } from './capture-settings.ts'
import type { CaptureHealth } from './health.ts'
import type { LimitStore } from './limit-file.ts'
import type { CapturePlan } from './plan.ts'
import type { RetentionPort } from './retention.ts'
import type { StoragePort } from './storage.ts'
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
  /** Where limits outlast the process; nothing: they begin anew. */
  readonly limitStore?: LimitStore | undefined
  /** The disk; nothing: it is not looked at. */
  readonly storage?: StoragePort | undefined
  /** Why the journal does not seal its segments any more. */
  readonly sealFailure?: (() => RecorderError | undefined) | undefined
  /** Deletes what is older, once it is verified; nothing: everything is kept. */
  readonly retention?: { readonly port: RetentionPort; readonly keepMs: number } | undefined
  /** The disk is behind, or almost full: engines must not add to it. Called at each change. */
  readonly onEngines?: ((isPaused: boolean) => void) | undefined
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
  /** Replaces every connection by one that delivers already: nothing is lost by it. */
  rotate(): void
  health(): CaptureHealth
  /** Ends cleanly: closes connections, records the end, and flushes. The caller closes the journal. */
  stop(reason?: string): Promise<void>
}
