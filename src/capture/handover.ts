/**
 * Proves that a connection which replaces another has joined it without a hole: the old one must have
 * come as far as the new one began, by exchange time, and by ids in every stream that numbers its
 * messages. A connection delivers in order, so that what it sent before is then here too.
 */
import { numberAfter } from '../base/field-number.ts'
import type { DeafStretch } from './link-group.ts'
import type { HeardStream } from './stream-table.ts'

interface Seam {
  readonly stream: HeardStream
  /** The last id over the old connection. */
  oldLastId: number
  oldSpoke: boolean
  /** The id before the first one over the new connection; `NaN` before that. */
  newBeforeId: number
}

export class Handover {
  readonly newId: number
  readonly #seams: readonly Seam[]
  /** The last exchange time over the old connection, and the first over the new one. */
  #oldTimeMs: number
  #newTimeMs = Number.NaN
  #newMonoMs = Number.NaN

  /**
   * Made before the first frame of the new connection is recorded. `oldTimeMs`: how far the old one
   * has come by exchange time; `-Infinity` where it delivered nothing.
   */
  constructor(streams: readonly HeardStream[], newId: number, oldTimeMs: number) {
    this.newId = newId
    this.#oldTimeMs = oldTimeMs
    this.#seams = streams
      .filter(({ trail }) => trail !== undefined && !Number.isNaN(trail.lastId))
      .map((stream) => ({
        stream,
        oldLastId: stream.trail?.lastId ?? Number.NaN,
        oldSpoke: false,
        newBeforeId: Number.NaN,
      }))
  }

  /** Takes a frame of either connection, as it was recorded. */
  take(stream: HeardStream, connectionId: number, frame: Uint8Array, monoMs: number): void {
    const isNew = connectionId === this.newId
    const { trail, lastVenueTimeMs } = stream
    if (isNew && Number.isNaN(this.#newTimeMs)) {
      this.#newTimeMs = lastVenueTimeMs
      this.#newMonoMs = monoMs
    }
    if (!isNew && lastVenueTimeMs > this.#oldTimeMs) this.#oldTimeMs = lastVenueTimeMs
    const seam = this.#seams.find((one) => one.stream === stream)
    if (seam === undefined || trail === undefined) return
    const id = numberAfter(frame, trail.idName)
    if (Number.isNaN(id)) return
    if (!isNew) {
      seam.oldLastId = Math.max(seam.oldLastId, id)
      seam.oldSpoke = true
    } else if (Number.isNaN(seam.newBeforeId)) {
      const { previousName } = trail
      seam.newBeforeId = previousName === undefined ? id - 1 : numberAfter(frame, previousName)
    }
  }

  /** The old one has come past the beginning of the new one, and no id is missing between them. */
  get isProved(): boolean {
    if (!(this.#oldTimeMs > this.#newTimeMs)) return false
    return this.#seams.every(({ newBeforeId, oldLastId, oldSpoke }) =>
      Number.isNaN(newBeforeId) ? !oldSpoke : newBeforeId <= oldLastId,
    )
  }

  /** The stretch that neither delivered, as far as exchange times tell. */
  get hole(): DeafStretch | undefined {
    const missingMs = this.#newTimeMs - this.#oldTimeMs
    if (!(missingMs > 0 && missingMs < Number.POSITIVE_INFINITY)) return undefined
    return { fromMonoMs: this.#newMonoMs - missingMs, toMonoMs: this.#newMonoMs }
  }
}

/** The handovers of one link: at most one at a time. */
export class Handovers {
  /** Connections that were replaced while they delivered, and those of them that left no proof. */
  count = 0
  unprovedCount = 0
  #current: Handover | undefined
  /** How far the connection has come that delivers, by exchange time. */
  #timeMs = Number.NEGATIVE_INFINITY

  /** Whether `newId` has yet to be told of; called before the first frame of it is recorded. */
  begins(newId: number): boolean {
    return this.#current?.newId !== newId
  }

  begin(streams: readonly HeardStream[], newId: number): void {
    this.#current = new Handover(streams, newId, this.#timeMs)
    this.#timeMs = Number.NEGATIVE_INFINITY
    this.count += 1
  }

  /** A frame of the connection that delivers, while none is leaving. */
  hear({ lastVenueTimeMs }: HeardStream): void {
    if (lastVenueTimeMs > this.#timeMs) this.#timeMs = lastVenueTimeMs
  }

  /** A frame while an old connection is leaving. Whether it may go. */
  take(stream: HeardStream, connectionId: number, frame: Uint8Array, monoMs: number): boolean {
    const current = this.#current
    if (current === undefined) return false
    if (connectionId === current.newId) this.hear(stream)
    current.take(stream, connectionId, frame, monoMs)
    return current.isProved
  }

  /** The old connection is gone. Nothing: all that it sent is here; else what may be missing. */
  end(): { readonly hole: DeafStretch | undefined } | undefined {
    const current = this.#current
    this.#current = undefined
    if (current === undefined || current.isProved) return undefined
    this.unprovedCount += 1
    return { hole: current.hole }
  }
}
