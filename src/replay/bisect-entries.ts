/**
 * The first entry in which two recordings differ. Where they are equal is found by their digest
 * chains, which costs a few reads; only the group that differs is compared entry by entry.
 */
import { GROUP_COUNT } from '../journal/chain.ts'
import type { JournalReader, SeekingReader } from '../journal/journal.ts'
import { type Block, type EntryDraft, entryAt } from '../model/block.ts'
import { RECORDER_VENUE } from '../model/channel.ts'

/** One side of a difference. */
export interface EntrySide {
  readonly seq: number
  readonly venue: string
  readonly symbol: string
  readonly channel: string
  readonly recvTimeUs: number
  /** `null`: the entry has none. */
  readonly venueTimeMs: number | null
  readonly connectionId: number
  /** The payload as text. */
  readonly payload: string
}

export interface EntryDifference {
  /** `null`: the recording has ended. */
  readonly a: EntrySide | null
  readonly b: EntrySide | null
  /** What differs: `stream`, `payload`, `times`, `connection`, `http`; none where one has ended. */
  readonly fields: readonly string[]
}

const decoder = new TextDecoder()

/** Over everything that an entry is. Nothing: the recordings are equal. */
export async function firstDifferentEntry(
  a: SeekingReader,
  b: SeekingReader,
): Promise<EntryDifference | undefined> {
  if (a.nextSeq === b.nextSeq && (await a.digest()) === (await b.digest())) return undefined
  const fromSeq = await equalUntil(a, b)
  return await firstDifference(a, b, fromSeq, differingFields, () => true)
}

/**
 * Over what the venue said and nothing else: facts of the recorder are passed over, and when and over
 * which connection a message came does not count. All entries before `fromSeq` are equal.
 */
export async function firstDifferentMessage(
  a: JournalReader,
  b: JournalReader,
  fromSeq: number,
): Promise<EntryDifference | undefined> {
  const isMessage = ({ stream }: EntryDraft): boolean => stream.venue !== RECORDER_VENUE
  const fields = (one: EntryDraft, other: EntryDraft): readonly string[] =>
    differingFields(one, other).filter((name) => name === 'stream' || name === 'payload')
  return await firstDifference(a, b, fromSeq, fields, isMessage)
}

/** A multiple of the group's size before which all entries are equal; the greatest there is. */
async function equalUntil(a: SeekingReader, b: SeekingReader): Promise<number> {
  let equal = 0
  let different = Math.floor(Math.min(a.nextSeq, b.nextSeq) / GROUP_COUNT) + 1
  while (different - equal > 1) {
    const middle = (equal + different) >> 1
    const seq = middle * GROUP_COUNT
    if ((await a.digest(seq)) === (await b.digest(seq))) equal = middle
    else different = middle
  }
  return equal * GROUP_COUNT
}

async function firstDifference(
  a: JournalReader,
  b: JournalReader,
  fromSeq: number,
  fieldsOf: (one: EntryDraft, other: EntryDraft) => readonly string[],
  isWanted: (entry: EntryDraft) => boolean,
): Promise<EntryDifference | undefined> {
  const [cursorA, cursorB] = [new EntryCursor(a, fromSeq), new EntryCursor(b, fromSeq)]
  try {
    for (;;) {
      const one = await cursorA.next(isWanted)
      const other = await cursorB.next(isWanted)
      if (one === undefined && other === undefined) return undefined
      const fields = one === undefined || other === undefined ? [] : fieldsOf(one, other)
      if (one !== undefined && other !== undefined && fields.length === 0) continue
      return { a: sideOf(one), b: sideOf(other), fields }
    }
  } finally {
    await cursorA.end()
    await cursorB.end()
  }
}

type Entry = ReturnType<typeof entryAt>

/** One entry of a recording after the other. */
class EntryCursor {
  readonly #blocks: AsyncIterator<Block>
  readonly #fromSeq: number
  #block: Block | undefined
  #index = 0

  constructor(reader: JournalReader, fromSeq: number) {
    this.#fromSeq = fromSeq
    this.#blocks = reader.blocks({ fromSeq })[Symbol.asyncIterator]()
  }

  async next(isWanted: (entry: EntryDraft) => boolean): Promise<Entry | undefined> {
    for (;;) {
      const block = this.#block
      if (block === undefined || this.#index >= block.count) {
        const { value, done } = await this.#blocks.next()
        if (done === true) return undefined
        this.#block = value
        this.#index = Math.max(0, this.#fromSeq - value.firstSeq)
        continue
      }
      const entry = entryAt(block, this.#index)
      this.#index += 1
      if (isWanted(entry)) return entry
    }
  }

  async end(): Promise<void> {
    await this.#blocks.return?.()
  }
}

function differingFields(one: EntryDraft, other: EntryDraft): readonly string[] {
  const fields: string[] = []
  const { stream } = one
  const isSameStream =
    stream.venue === other.stream.venue &&
    stream.symbol === other.stream.symbol &&
    stream.channel === other.stream.channel
  if (!isSameStream) fields.push('stream')
  if (Buffer.compare(one.payload, other.payload) !== 0) fields.push('payload')
  const isSameTime =
    Object.is(one.recvTimeUs, other.recvTimeUs) &&
    Object.is(one.monoTimeUs, other.monoTimeUs) &&
    Object.is(one.venueTimeMs, other.venueTimeMs)
  if (!isSameTime) fields.push('times')
  if (one.connectionId !== other.connectionId) fields.push('connection')
  if (httpText(one) !== httpText(other)) fields.push('http')
  return fields
}

function httpText({ http }: EntryDraft): string {
  if (http === undefined) return ''
  const headers = Object.entries(http.headers).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([http.status, headers])
}

function sideOf(entry: Entry | undefined): EntrySide | null {
  if (entry === undefined) return null
  const { seq, stream, recvTimeUs, venueTimeMs, connectionId, payload } = entry
  return {
    seq,
    ...stream,
    recvTimeUs,
    venueTimeMs: Number.isNaN(venueTimeMs) ? null : venueTimeMs,
    connectionId,
    payload: decoder.decode(payload),
  }
}
