/**
 * Proves that a connection which replaces another has joined it without a hole: the old one must have
 * come as far as the new one began, in every stream that numbers its messages.
 */
import { idAfter } from './id-trail.ts'
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

  /** Made before the first frame of the new connection is recorded. */
  constructor(streams: readonly HeardStream[], newId: number) {
    this.newId = newId
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
    return this.#seams.every(({ newBeforeId, oldLastId, oldSpoke }) =>
      Number.isNaN(newBeforeId) ? !oldSpoke : newBeforeId <= oldLastId,
    )
  }
}
