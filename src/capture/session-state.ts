/** What a session knows, hears and asks for; `session.ts` decides. */

export interface SessionConfig {
  readonly silenceMsMax: number
  readonly connectMsMax: number
  readonly retryMsMin: number
  readonly retryMsMax: number
  readonly connectionAgeMsMax: number
  readonly handoverMs: number
  readonly handoverMsMax: number
  /** From 0 to 1: how much of the random half of a wait is waited. */
  readonly random: () => number
}

/** Now, on both of our clocks. Deadlines are on the one that never steps. */
export interface Moment {
  readonly monoMs: number
  readonly wallMs: number
}

export type SessionInput =
  | { readonly kind: 'opened'; readonly id: number }
  | { readonly kind: 'closed'; readonly id: number; readonly code: number; readonly reason: string }
  | { readonly kind: 'ticked' }
  /** We stopped reading, or went on: meanwhile silence means nothing. */
  | { readonly kind: 'paused' | 'resumed' }
  /** Replace the connection now, by one that delivers. */
  | { readonly kind: 'rotate' }
  /** Both connections delivered the same ids: the old one may go. */
  | { readonly kind: 'overlapped' }
  /** The connection delivers nothing of what it should, however it looks. */
  | { readonly kind: 'gaveUp' }
  | { readonly kind: 'stopped' }

export type SessionEffect =
  | { readonly kind: 'connect'; readonly id: number }
  | { readonly kind: 'accepted'; readonly id: number; readonly waitMs: number }
  | { readonly kind: 'terminate'; readonly id: number }
  | {
      readonly kind: 'disconnected'
      readonly id: number
      readonly code: number
      readonly reason: string
    }
  | {
      readonly kind: 'gap'
      readonly cause: 'disconnect' | 'silence'
      readonly fromTimeMs: number
      readonly toTimeMs: number
    }

/** A connection, from the attempt on. */
export interface Leg {
  readonly id: number
  /** When it was asked for, then when it opened. Unit: ms. Clock: monotonic. */
  sinceMs: number
  open: boolean
  /** The last frame; before it, when the connection opened. Unit: ms. Clock: monotonic. */
  heardMs: number
  /** It has delivered a frame. */
  delivered: boolean
}

export interface Session {
  readonly config: SessionConfig
  /** Delivers, or is about to. */
  active: Leg | undefined
  /** Takes over from `active` with its first frame. */
  successor: Leg | undefined
  /** The one before `active`, heard from `retireMs` on only until both delivered the same ids. */
  retiring: Leg | undefined
  retireMs: number
  /** Until then at most. */
  retireByMs: number
  overlapped: boolean
  /** The replacement was asked for, not due. */
  rotateAsked: boolean
  /** When to connect, while nothing is active. Unit: ms. Clock: monotonic. */
  connectMs: number
  /** When to look for a successor. */
  rotateMs: number
  /** Attempts in a row that delivered nothing. */
  failureCount: number
  /**
   * Last frame of `active`, or while it brings none of the leaving one; before it, when the session
   * began. Unit: ms. Clock: wall.
   */
  lastFrameWallMs: number
  /** The leaving connection brought frames after the one that counts was lost. */
  leavingSpoke: boolean
  /** Why frames may be missing since `lastFrameWallMs`; empty while none are. */
  lostCause: '' | 'disconnect' | 'silence'
  paused: boolean
  /** Since when it is, or was for the last time. Unit: ms. Clock: monotonic. */
  pausedMs: number
  stopped: boolean
  nextId: number
  readonly idStep: number
}

/** Ids are `firstId`, `firstId + idStep` and so on, so that those of several sessions differ. */
export const startSession = (
  config: SessionConfig,
  now: Moment,
  firstId: number,
  idStep: number,
): Session => ({
  config,
  active: undefined,
  successor: undefined,
  retiring: undefined,
  retireMs: Number.POSITIVE_INFINITY,
  retireByMs: Number.POSITIVE_INFINITY,
  overlapped: false,
  rotateAsked: false,
  connectMs: now.monoMs,
  rotateMs: Number.POSITIVE_INFINITY,
  failureCount: 0,
  lastFrameWallMs: now.wallMs,
  leavingSpoke: false,
  lostCause: '',
  paused: false,
  pausedMs: 0,
  stopped: false,
  nextId: firstId,
  idStep,
})
