/**
 * Which ids of a stream came and which did not. An event stands for the ids after that of the event
 * before it up to its own: one for a trade, the updates of a depth event, a second of a mark price.
 * What came late fills the hole that it left; what never came stays one.
 */

/** Ids after `afterId` up to `untilId` that did not come. */
export interface IdHole {
  readonly afterId: number
  readonly untilId: number
  /** Receive times of the events around it. Unit: ms since 1970. Clock: ours. */
  readonly fromTimeMs: number
  readonly toTimeMs: number
}

export class IdLedger {
  /** In order of their ids. */
  readonly #holes: IdHole[] = []
  #lastId = Number.NaN
  #lastTimeMs = 0

  get holes(): readonly IdHole[] {
    return this.#holes
  }

  /** `NaN` before the first. */
  get lastId(): number {
    return this.#lastId
  }

  /** Takes an event; returns how many ids it brought that were not there yet: 0 for one that came again. */
  take(beforeId: number, id: number, timeMs: number): number {
    const lastId = this.#lastId
    if (id <= lastId) return this.#fill(beforeId, id)
    // Before the first nothing is known to have been.
    const isFirst = Number.isNaN(lastId)
    if (!isFirst && beforeId > lastId) {
      const fromTimeMs = Math.min(this.#lastTimeMs, timeMs)
      this.#holes.push({ afterId: lastId, untilId: beforeId, fromTimeMs, toTimeMs: timeMs })
    }
    this.#lastId = id
    this.#lastTimeMs = timeMs
    return id - (isFirst ? beforeId : Math.max(beforeId, lastId))
  }

  #fill(beforeId: number, id: number): number {
    const holes = this.#holes
    let low = 0
    let high = holes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((holes[middle]?.untilId ?? 0) > beforeId) high = middle
      else low = middle + 1
    }
    const hole = holes[low]
    if (hole === undefined || hole.afterId >= id) return 0
    const fromId = Math.max(beforeId, hole.afterId)
    const toId = Math.min(id, hole.untilId)
    const left = { ...hole, untilId: fromId }
    const right = { ...hole, afterId: toId }
    holes.splice(low, 1, ...[left, right].filter(({ afterId, untilId }) => untilId > afterId))
    return toId - fromId
  }
}
