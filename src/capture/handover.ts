/**
 * Proves that a connection which replaces another has joined it without a hole: the old one must have
 * come as far as the new one began, in every stream that numbers its messages, and in any stream by
 * exchange time. A connection delivers in order, so that nothing of before is still under way then.
 */
import { venueTimeOf } from '../decode/venue-time.ts'
import { idAfter } from './id-trail.ts'
import type { Blind } from './link-group.ts'
import type { HeardStream } from './stream-table.ts'

interface Seam {
  readonly stream: HeardStream
  /** The last id over the old connection. */
  oldLastId: number
  oldSpoke: boolean
  /** The id before the first one over the new connection; `NaN` before that. */
  newBeforeId: number
}

/** Exchange times of one stream. Unit: ms. `NaN`: none. */
interface Progress {
  oldTimeMs: number
  newFirstTimeMs: number
}

export class Handover {
  readonly newId: number
  /** What may be missing where there is no proof. */
  readonly blind: Blind
  readonly #progress = new Map<HeardStream, Progress>()
  #hasCaughtUp: boolean = false
  readonly #seams: readonly Seam[]

  /**
   * Made before the first frame of the new connection is recorded. `blind`: from the last frame before
   * it to that one.
   */
  constructor(streams: readonly HeardStream[], newId: number, blind: Blind) {
    this.newId = newId
    const { fromTimeMs, toTimeMs } = blind
    // The wall clock may have stepped back meanwhile; a length of time is never negative.
    this.blind = { fromTimeMs: Math.min(fromTimeMs, toTimeMs), toTimeMs }
    this.#seams = streams
      .filter(({ trail }) => trail !== undefined && !Number.isNaN(trail.lastId))
      .map((stream) => ({
        stream,
        oldLastId: stream.trail?.lastId ?? Number.NaN,
        oldSpoke: false,
        newBeforeId: Number.NaN,
      }))
  }

  /** Takes a frame of either connection. */
  take(stream: HeardStream, connectionId: number, frame: Uint8Array): void {
    if (!this.#hasCaughtUp) this.#takeTime(stream, connectionId, frame)
    const seam = this.#seams.find((one) => one.stream === stream)
    const { trail } = stream
    if (seam === undefined || trail === undefined) return
    const id = idAfter(frame, trail.idName)
    if (Number.isNaN(id)) return
    if (connectionId !== this.newId) {
      seam.oldLastId = Math.max(seam.oldLastId, id)
      seam.oldSpoke = true
    } else if (Number.isNaN(seam.newBeforeId)) {
      const { previousName } = trail
      seam.newBeforeId = previousName === undefined ? id - 1 : idAfter(frame, previousName)
    }
  }

  /** Each stream that spoke meanwhile did so over both, and left nothing out between them. */
  get isProved(): boolean {
    if (!this.#hasCaughtUp) return false
    return this.#seams.every(({ newBeforeId, oldLastId, oldSpoke }) =>
      Number.isNaN(newBeforeId) ? !oldSpoke : newBeforeId <= oldLastId,
    )
  }

  #takeTime(stream: HeardStream, connectionId: number, frame: Uint8Array): void {
    const timeMs = venueTimeOf(stream.planned.channel, frame)
    if (Number.isNaN(timeMs)) return
    const known = this.#progress.get(stream)
    const progress = known ?? { oldTimeMs: Number.NaN, newFirstTimeMs: Number.NaN }
    this.#progress.set(stream, progress)
    if (connectionId !== this.newId) progress.oldTimeMs = timeMs
    else if (Number.isNaN(progress.newFirstTimeMs)) progress.newFirstTimeMs = timeMs
    this.#hasCaughtUp = progress.oldTimeMs >= progress.newFirstTimeMs
  }
}
