/** Order-book frames in bytes (`api.md` §8.4). */
import { frameReply, historyReply } from '../engines/frame-grid.ts'
import { type StoredFrame, storedFrameOf } from '../engines/frame-record.ts'
import { type BookQuery, FRAME_MS, gridOf } from './book-bodies.ts'
import { rowOn } from './book-grid.ts'
import type { PackedFrame } from './packed-frame.ts'

/** What the header has room for. */
export const COLUMNS_MAX = 65_535
const HEADER_BYTES = 64

/** The frame as it is: grid and bounds that are asked for have no effect here. */
export const bookFrameBytes = (frame: PackedFrame): Uint8Array => frameReply(storedFrameOf(frame))

export function bookHistoryBytes(
  frames: readonly PackedFrame[],
  query: BookQuery,
  asReference: boolean,
): Uint8Array {
  if (frames.length === 0) return emptyReply(query.step ?? 20)
  const grid = gridOf(frames, query)
  const { pricesUsd, stepUsd } = grid
  const [priceMinUsd = 0, priceMaxUsd = 0] = [pricesUsd[0], pricesUsd.at(-1)]
  const onGrid = frames.map((frame): StoredFrame => {
    const { bids, asks } = rowOn(frame, grid, asReference)
    return {
      ...storedFrameOf(frame),
      stepUsd,
      priceMinUsd,
      priceMaxUsd,
      bidLevels: bids,
      askLevels: asks,
    }
  })
  return historyReply(onGrid, { pricesUsd, priceMinUsd, priceMaxUsd, stepUsd })
}

/** Version 1, no rows. */
function emptyReply(stepUsd: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES))
  view.setUint8(0, 1)
  view.setUint32(12, FRAME_MS, true)
  view.setFloat64(36, stepUsd, true)
  return new Uint8Array(view.buffer)
}
