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

/** Pieces that a pool keeps at most: as many blocks as one commit writes. */
const PIECES_MAX = 8

/** Memory that is given back by whoever took it, once nobody looks at it any more. */
export class RoomPool {
  readonly #pieces: ArrayBuffer[] = []

  readonly room: Room = (byteLength) => {
    const kept = this.#pieces.pop()
    const isEnough = kept !== undefined && kept.byteLength >= byteLength
    const piece = isEnough ? kept : new ArrayBuffer(Math.ceil(byteLength * 1.25))
    return new Uint8Array(piece, 0, byteLength)
  }

  giveBack({ buffer }: Uint8Array): void {
    if (this.#pieces.length < PIECES_MAX) this.#pieces.push(buffer as ArrayBuffer)
  }
}
