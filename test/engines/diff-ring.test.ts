import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDiffRing, keepDiff, letGo, waitingDiffs } from '../../src/engines/diff-ring.ts'
import { DepthUpdate } from '../../src/model/messages.ts'

/** A diff that is kept, or how many of those that wait go, in hundredths. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ id: fc.nat(), levels: fc.nat(300) }) },
  { weight: 1, arbitrary: fc.record({ goHundredths: fc.nat(100) }) },
)

describe('DiffRing', () => {
  test('holds what a list would hold that drops its oldest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.array(step), (countMax, steps) => {
        const ring = createDiffRing()
        const list: { id: number; levels: number }[] = []
        for (const next of steps) {
          if ('id' in next) {
            const diff = new DepthUpdate()
            diff.lastUpdateId = next.id
            diff.bidCount = next.levels
            diff.reserve(next.levels)
            diff.priceUnits.fill(next.id, 0, next.levels)
            keepDiff(ring, diff, countMax)
            list.push(next)
            if (list.length > countMax) list.shift()
          } else {
            const count = Math.floor((list.length * next.goHundredths) / 100)
            letGo(ring, count)
            list.splice(0, count)
          }
          const rows = waitingDiffs(ring).map(({ lastUpdateId, bidCount, priceUnits }) => ({
            id: lastUpdateId,
            levels: priceUnits.subarray(0, bidCount).filter((units) => units === lastUpdateId)
              .length,
          }))
          expect(rows).toEqual(list)
        }
      }),
    )
  })
})
