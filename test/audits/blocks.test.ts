/** Intervals by drawing blocks: when there are enough of them to say anything. */
import { describe, expect, test } from 'vitest'
import { BLOCKS_MIN, blockColumns, drawBlocks, withInterval } from '../../src/audits/block-draws.ts'

const plain = { value: 0.5, sampleCount: 100, insufficient: false, overGap: false }

/** Of a share whose every block holds two samples, one of them a hit. */
function shareOver(blockCount: number) {
  const minutes = Array.from({ length: blockCount }, (_, block) => block * 120)
  const draws = drawBlocks(minutes, { blockMinutes: 120, draws: 200, seed: 1 })
  const [samples, hits] = blockColumns(draws, 2)
  samples?.fill(2)
  hits?.fill(1)
  const columns = [samples ?? new Float64Array(0), hits ?? new Float64Array(0)]
  return withInterval(plain, draws, samples, columns, ([all = 0, some = 0]) => some / all)
}

describe('an interval', () => {
  test('stands on six blocks or more', () => {
    expect(BLOCKS_MIN).toBe(6)
    expect(shareOver(6)).toEqual({ ...plain, interval: { low: 0.5, high: 0.5 } })
  })

  test('of fewer is left out, and that is said', () => {
    for (const blockCount of [0, 1, 2, 5]) {
      expect(shareOver(blockCount)).toEqual({ ...plain, fewBlocks: true })
    }
  })
})
