/**
 * Diffs that wait for a snapshot, in order of arrival: copies, in objects that are used again, in a
 * ring, since a full list would be moved with each diff that comes.
 */
import { assert } from '../base/assert.ts'
import { DepthUpdate } from '../model/messages.ts'

export interface DiffRing {
  /** As many as ever waited at once; those beyond `count` wait no more. */
  slots: DepthUpdate[]
  /** Slot of the oldest. */
  first: number
  count: number
}

export const createDiffRing = (): DiffRing => ({ slots: [], first: 0, count: 0 })

/** Keeps a copy of `diff`; the oldest gives way to a diff beyond `countMax`. Returns the copy. */
export function keepDiff(ring: DiffRing, diff: DepthUpdate, countMax: number): DepthUpdate {
  if (ring.count >= countMax) letGo(ring, ring.count - countMax + 1)
  if (ring.count === ring.slots.length) {
    if (ring.first > 0) ring.slots = waitingDiffs(ring)
    ring.first = 0
    ring.slots.push(new DepthUpdate())
  }
  const kept = slotAt(ring, ring.count)
  kept.copyFrom(diff)
  ring.count += 1
  return kept
}

/** The oldest first. */
export const waitingDiffs = (ring: DiffRing): DepthUpdate[] =>
  Array.from({ length: ring.count }, (_, place) => slotAt(ring, place))

/** Lets the first `count` diffs go. */
export function letGo(ring: DiffRing, count: number): void {
  ring.first = (ring.first + count) % Math.max(1, ring.slots.length)
  ring.count -= count
}

function slotAt({ slots, first }: DiffRing, place: number): DepthUpdate {
  const slot = slots[(first + place) % slots.length]
  assert(slot !== undefined, 'a diff that waits has a slot')
  return slot
}
