/** What capture asks of the world. A test gives one that is simulated. */

export interface SocketHandlers {
  readonly opened: () => void
  /** The bytes are good until the call returns. */
  readonly received: (frame: Uint8Array) => void
  /** Called once, also for a connection that was refused: then `code` is 0. */
  readonly closed: (code: number, reason: string) => void
}

export interface SocketHandle {
  /** Ends the connection at once; `closed` follows unless it was called before. */
  terminate(): void
  /** Stops reading, so that the venue's bytes wait in the network. */
  pause(): void
  resume(): void
}

export interface HttpReply {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface World {
  /** Wall time. Unit: µs since 1970. */
  readonly nowUs: () => number
  /** A clock that never steps. Unit: µs. */
  readonly monoUs: () => number
  readonly setTimer: (waitMs: number, task: () => void) => () => void
  /** From 0 up to, not including, 1. Spreads reconnects; decides nothing that a replay sees. */
  readonly random: () => number
  readonly openSocket: (url: string, handlers: SocketHandlers) => SocketHandle
  /** Rejects with a {@link RequestFailure} where no reply came. */
  readonly request: (url: string, timeoutMs: number, signal: AbortSignal) => Promise<HttpReply>
}

/** A request that got no reply. */
export class RequestFailure extends Error {
  /** The system's word, such as `ECONNREFUSED`, or `TIMEOUT`. */
  readonly code: string

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'RequestFailure'
    this.code = code
  }
}

/** The part of a log that capture writes to. */
export interface CaptureLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
