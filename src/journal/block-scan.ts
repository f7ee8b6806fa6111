/**
 * Rows of a segment become blocks, each checked: its checksum, its key against its content, and that
 * no sequence is missing between two of them.
 */
import type { Block } from '../model/block.ts'
import { type BadBlock, decodeBlock, isBadBlock, type StoredBlock } from './block-codec.ts'
import type { Codec } from './codec.ts'
import { decodeKey, type KeyParts, type Row } from './keys.ts'
import type { Room } from './room.ts'

/** Entries `[fromSeq, toSeq)` that cannot be read. */
export interface Damage {
  readonly fromSeq: number
  readonly toSeq: number
  readonly problem: string
}

export interface ScannedBlock {
  readonly block: Block
  readonly key: KeyParts
  /** The row it came from. */
  readonly row: Row
}

export class BlockScan {
  readonly #codec: Codec
  readonly #room: Room | undefined
  /** Called where the reading goes on after, or ends within, entries that cannot be read. */
  readonly #onDamage: (damage: Damage) => void
  #problem: string | undefined
  nextSeq: number

  /** `nextSeq`: the first sequence of the block that is expected next. `room`: for payloads. */
  constructor(
    codec: Codec,
    nextSeq: number,
    onDamage: (damage: Damage) => void,
    room?: Room | undefined,
  ) {
    this.#codec = codec
    this.#room = room
    this.nextSeq = nextSeq
    this.#onDamage = onDamage
  }

  /**
   * The block of `row`; nothing where it fails its checks. `result`: what decoding it gave, where
   * that was done elsewhere.
   * @throws {RecorderError} `FORMAT_UNKNOWN`
   */
  accept(
    row: Row,
    result: StoredBlock | BadBlock = decodeBlock(row.value, this.#codec, this.#room),
  ): ScannedBlock | undefined {
    const key = decodeKey(row.key)
    const problem = isBadBlock(result)
      ? result.problem
      : this.#problemOf(key, result.keyTimeUs, result.block)
    if (problem !== undefined || key === undefined || isBadBlock(result)) {
      this.#problem ??= problem
      return undefined
    }
    const { block } = result
    if (block.firstSeq > this.nextSeq) this.#report(block.firstSeq)
    this.#problem = undefined
    this.nextSeq = block.firstSeq + block.count
    return { block, key, row }
  }

  /** No row follows: everything before `endSeq` should have been read. */
  end(endSeq: number): void {
    if (this.nextSeq < endSeq) this.#report(endSeq)
    this.#problem = undefined
    this.nextSeq = Math.max(this.nextSeq, endSeq)
  }

  #report(toSeq: number): void {
    const problem = this.#problem ?? 'entries are missing'
    this.#onDamage({ fromSeq: this.nextSeq, toSeq, problem })
  }

  #problemOf(key: KeyParts | undefined, keyTimeUs: number, block: Block): string | undefined {
    if (key === undefined) return 'its key is not of this format'
    if (key.seq !== block.firstSeq || key.timeUs !== keyTimeUs) {
      return `its key says sequence ${key.seq}, its content ${block.firstSeq}`
    }
    return block.firstSeq < this.nextSeq ? 'its sequences were read before' : undefined
  }
}
