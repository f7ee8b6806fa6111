/** Gives memory of exactly so many bytes for what is decompressed. */
export type Room = (byteLength: number) => Uint8Array

/** Memory of its own for each. */
export const newRoom: Room = (byteLength) => new Uint8Array(byteLength)

/** Blocks that are good at a time, where memory is used again: one in use, and the two after it. */
const BLOCKS_KEPT = 3

/** For the payloads of blocks, `reuse` as in `BlockRange`. */
export const blockRoom = (reuse = false): Room => (reuse ? roomInTurns(BLOCKS_KEPT) : newRoom)

/**
 * The same `count` pieces of memory again and again, each good for what was put into it until it is
 * its turn again. New memory for each block of a replay costs more than to copy the block.
 */
export function roomInTurns(count: number): Room {
  const pieces = Array.from({ length: count }, () => new ArrayBuffer(0))
  let turn = 0
  return (byteLength) => {
    turn = (turn + 1) % count
    let piece = pieces[turn]
    if (piece === undefined || piece.byteLength < byteLength) {
      // Blocks vary: some room to spare, or each larger one would begin anew.
      piece = new ArrayBuffer(Math.ceil(byteLength * 1.25))
      pieces[turn] = piece
    }
    // Another view each time: whoever remembers the last one sees that this is not it.
    return new Uint8Array(piece, 0, byteLength)
  }
}
