/** What a link is given, and what it tells of itself. */
import type { LinkGroup } from './link-group.ts'
import type { Recorder } from './recorder.ts'
import type { SessionConfig } from './session-state.ts'
import type { CaptureLog, World } from './world.ts'

export interface LinkOptions {
  /** Connections that bring the same streams. */
  readonly group: LinkGroup
  /** Connection ids of this link: `firstId`, `firstId + idStep` and so on. */
  readonly firstId: number
  readonly idStep: number
  readonly config: SessionConfig
  readonly joinMs: number
  readonly world: World
  readonly recorder: Recorder
  readonly log: CaptureLog
  /** The venue accepted a connection for the first time. */
  readonly onConnected: () => void
  /** A connection failed before any was accepted. */
  readonly onRefused: (reason: string) => void
}

/** What a link is doing, for health. */
export interface LinkState {
  readonly route: string
  readonly connected: boolean
  readonly connectCount: number
  readonly failureCount: number
  /** Connections that were replaced while they delivered, and those of them that left no proof. */
  readonly handoverCount: number
  readonly unprovedCount: number
}
