/**
 * The ids of one stream, over all connections that bring it: what was skipped, what came twice, and
 * what came late. While two connections overlap one may be ahead, so that a hole is a loss only when
 * nothing has filled it after a while.
 */
import { fieldName, numberAfter } from '../base/field-number.ts'

/** Ids that were skipped: those between `beforeId` and `afterId`. */
export interface Hole {
  readonly beforeId: number
  readonly afterId: number
  missingCount: number
  /** Ids that came late: over two connections each comes twice, and fills the hole once. */
  readonly filled: Set<number>
  /** The connection that went past it. */
  readonly connectionId: number
  /** Receive times of the frames around it. Unit: µs since 1970. Clock: wall. */
  readonly fromWallUs: number
  readonly toWallUs: number
  /** Unit: µs. Clock: monotonic. */
  readonly foundMonoUs: number
  readonly cause: string
}

export interface IdTrail {
  /** Names of the fields, quotes and colon included: that of the id, and that of the id before it. */
  readonly idName: Uint8Array
  /** Where events name their predecessor (`pu`); otherwise ids are dense. */
  readonly previousName: Uint8Array | undefined
  /** `NaN` before the first. */
  lastId: number
  lastConnectionId: number
  lastWallUs: number
  /** Ids that came again. */
  repeatedCount: number
  /** Ids that came again on the connection that had brought them. */
  duplicateCount: number
  /** Ids that filled a hole. */
  lateCount: number
  missingCount: number
  readonly holes: Hole[]
}

/** More holes at one time are one loss: the oldest is given up. */
const HOLES_MAX = 64

/** `continuityIds`: see `VenueStream`; nothing where there are none. */
export function startTrail(continuityIds: readonly string[]): IdTrail | undefined {
  const id = continuityIds.at(-1)
  const previous = continuityIds.length > 1 ? continuityIds[0] : undefined
  if (id === undefined) return undefined
  return {
    idName: fieldName(id),
    previousName: previous === undefined ? undefined : fieldName(previous),
    lastId: Number.NaN,
    lastConnectionId: 0,
    lastWallUs: 0,
    repeatedCount: 0,
    duplicateCount: 0,
    lateCount: 0,
    missingCount: 0,
    holes: [],
  }
}

/**
 * Takes the next frame. `cause`: why ids before it may be missing, as far as is known. Returns its
 * id; `NaN` where it has none.
 */
export function follow(
  trail: IdTrail,
  frame: Uint8Array,
  connectionId: number,
  wallUs: number,
  monoUs: number,
  cause: string,
): number {
  const id = numberAfter(frame, trail.idName)
  if (Number.isNaN(id)) return id
  const { lastId, previousName } = trail
  if (id <= lastId) {
    if (!fillHole(trail, frame, id)) {
      trail.repeatedCount += 1
      if (connectionId === trail.lastConnectionId) trail.duplicateCount += 1
    }
    return id
  }
  const beforeId = previousName === undefined ? id - 1 : numberAfter(frame, previousName)
  if (!Number.isNaN(lastId) && beforeId > lastId) {
    if (trail.holes.length >= HOLES_MAX) giveUpOldest(trail)
    trail.holes.push({
      beforeId: lastId,
      afterId: previousName === undefined ? id : beforeId,
      missingCount: beforeId - lastId,
      filled: new Set(),
      connectionId,
      fromWallUs: trail.lastWallUs,
      toWallUs: wallUs,
      foundMonoUs: monoUs,
      cause,
    })
  }
  trail.lastId = id
  trail.lastConnectionId = connectionId
  trail.lastWallUs = wallUs
  return id
}

/** Holes that nothing has filled in their time. They are counted, and not kept. */
export function settleHoles(trail: IdTrail, monoUs: number, holeUs: number): readonly Hole[] {
  if (trail.holes.length === 0) return NO_HOLES
  const isDue = ({ foundMonoUs }: Hole): boolean => monoUs - foundMonoUs >= holeUs
  const due = trail.holes.filter(isDue)
  if (due.length === 0) return NO_HOLES
  const left = trail.holes.filter((hole) => !isDue(hole))
  trail.holes.length = 0
  trail.holes.push(...left)
  for (const { missingCount } of due) trail.missingCount += missingCount
  return due
}

const NO_HOLES: readonly Hole[] = []

function fillHole(trail: IdTrail, frame: Uint8Array, id: number): boolean {
  const { holes, previousName } = trail
  for (let at = 0; at < holes.length; at += 1) {
    const hole = holes[at]
    if (hole === undefined || id <= hole.beforeId || id > hole.afterId) continue
    if (previousName === undefined) {
      if (id === hole.afterId || hole.filled.has(id)) continue
      hole.filled.add(id)
      hole.missingCount -= 1
    } else {
      // Diffs name the one before: what is between it and the hole's beginning is missing on.
      const previousId = numberAfter(frame, previousName)
      if (!(previousId >= hole.beforeId)) continue
      trail.lateCount += 1
      const left = partOf(hole, hole.beforeId, previousId)
      const right = partOf(hole, id, hole.afterId)
      holes.splice(at, 1, ...left, ...right)
      return true
    }
    trail.lateCount += 1
    if (hole.missingCount <= 0) holes.splice(at, 1)
    return true
  }
  return false
}

const partOf = (hole: Hole, beforeId: number, afterId: number): readonly Hole[] =>
  afterId > beforeId ? [{ ...hole, beforeId, afterId, missingCount: afterId - beforeId }] : []

function giveUpOldest(trail: IdTrail): void {
  const oldest = trail.holes.shift()
  const next = trail.holes[0]
  if (oldest !== undefined && next !== undefined) next.missingCount += oldest.missingCount
}
