/** A segment that can be read, sealed or not: its blocks from a sequence on, its index, its links. */
import { RecorderError } from '../base/errors.ts'
import { BlockScan, type Damage, type ScannedBlock } from './block-scan.ts'
import type { BlockThread } from './block-thread.ts'
import { Chain, type ChainLink, FIRST_LINK, groupStart } from './chain.ts'
import type { Codec } from './codec.ts'
import { decodeAhead } from './decode-ahead.ts'
import type { BlockFacts } from './keys.ts'
import type { Room } from './room.ts'
import type { SegmentStore } from './segment-store.ts'

export class SegmentSource {
  readonly firstSeq: number
  readonly endSeq: number
  readonly store: SegmentStore
  /** What messages call it. */
  readonly name: string
  readonly #codec: Codec
  readonly #thread: BlockThread | undefined
  #index: readonly BlockFacts[] | undefined

  constructor(options: {
    readonly firstSeq: number
    readonly endSeq: number
    readonly store: SegmentStore
    readonly name: string
    readonly codec: Codec
    readonly index?: readonly BlockFacts[]
    /** Decodes ahead of whoever reads. */
    readonly thread?: BlockThread | undefined
  }) {
    this.firstSeq = options.firstSeq
    this.endSeq = options.endSeq
    this.store = options.store
    this.name = options.name
    this.#codec = options.codec
    this.#thread = options.thread
    this.#index = options.index
  }

  /** Facts of all blocks, read once. */
  async index(): Promise<readonly BlockFacts[]> {
    this.#index ??= await this.store.index()
    return this.#index
  }

  /**
   * Blocks from the one that holds `fromSeq` to the one before `toSeq`, each checked. `room`: for
   * their payloads.
   * @throws {RecorderError} `JOURNAL_DAMAGED`, unless `onDamage` takes what cannot be read.
   */
  async *blocks(
    fromSeq: number,
    toSeq: number,
    onDamage: (damage: Damage) => void = (damage) => this.#refuse(damage),
    room?: Room | undefined,
  ): AsyncGenerator<ScannedBlock> {
    const endSeq = Math.min(toSeq, this.endSeq)
    if (fromSeq >= endSeq) return
    const start = fromSeq > this.firstSeq ? await this.#blockOf(fromSeq, onDamage) : undefined
    const scan = new BlockScan(this.#codec, start?.seq ?? this.firstSeq, onDamage, room)
    for await (const { row, result } of decodeAhead(this.store.blockRows(start), this.#thread)) {
      if (scan.nextSeq >= endSeq) return
      const scanned = scan.accept(row, result)
      if (scanned !== undefined) yield scanned
    }
    scan.end(endSeq)
  }

  /** The link that covers exactly the entries before `seq`, where it stands in this segment. */
  async linkAt(seq: number): Promise<ChainLink | undefined> {
    return (await this.store.links()).find((link) => link.seq === seq)
  }

  /** The block to start at; nothing where the index is damaged: then from the first block on. */
  async #blockOf(seq: number, onDamage: (damage: Damage) => void): Promise<BlockFacts | undefined> {
    try {
      const index = await this.index()
      return index[blockIndexOf(index, seq)]
    } catch (error) {
      if (!(error instanceof RecorderError)) throw error
      onDamage({ fromSeq: this.firstSeq, toSeq: this.firstSeq, problem: error.message })
      return undefined
    }
  }

  #refuse(damage: Damage): void {
    throw damageError(this.name, damage)
  }
}

/** Place of the block that holds `seq`; the last block for a later one. */
export function blockIndexOf(index: readonly BlockFacts[], seq: number): number {
  return Math.max(0, lowerBound(index, (facts) => facts.seq > seq) - 1)
}

/** Number of leading items for which `isBeyond` is false; it must not become false again. */
export function lowerBound<T>(items: readonly T[], isBeyond: (item: T) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = items[middle]
    if (item === undefined || isBeyond(item)) high = middle
    else low = middle + 1
  }
  return low
}

/** `JOURNAL_DAMAGED`, naming file and sequences. */
export function damageError(path: string, { fromSeq, toSeq, problem }: Damage): RecorderError {
  const range = toSeq > fromSeq ? `entries ${fromSeq} to ${toSeq - 1} cannot be read: ` : ''
  return new RecorderError('JOURNAL_DAMAGED', `${path}: ${range}${problem}`, {
    details: { path, fromSeq, toSeq },
  })
}

/**
 * The chain over all entries before `seq`, by reading at most one group of them. `sources` are in
 * order and without holes.
 */
export async function resumeChain(sources: readonly SegmentSource[], seq: number): Promise<Chain> {
  const start = groupStart(seq)
  const chain = new Chain(await linkBefore(sources, start))
  for (const source of sources) {
    if (source.endSeq <= start || source.firstSeq >= seq) continue
    for await (const { block } of source.blocks(chain.nextSeq, seq)) chain.add(block, seq)
  }
  chain.takeLinks()
  return chain
}

async function linkBefore(sources: readonly SegmentSource[], seq: number): Promise<ChainLink> {
  if (seq === 0) return FIRST_LINK
  const source = sources.find(({ firstSeq, endSeq }) => firstSeq < seq && seq <= endSeq)
  const link = await source?.linkAt(seq)
  if (source === undefined || link === undefined) {
    const problem = `the digest chain has no link at sequence ${seq}`
    throw damageError(source?.name ?? 'journal', { fromSeq: seq, toSeq: seq, problem })
  }
  return link
}
