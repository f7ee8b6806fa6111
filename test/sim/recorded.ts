/** A recording as the checkers read it: once, with what each frame and fact says. */
import { type Block, entryAt } from '../../src/model/block.ts'
import { FACT_CHANNELS, type FactChannel, RECORDER_VENUE } from '../../src/model/channel.ts'
import { type FactOf, parseFact } from '../../src/model/facts.ts'

/** A message of the venue that is in the recording. */
export interface RecordedMessage {
  readonly seq: number
  /** Unit: ms since the simulation began. */
  readonly monoMs: number
  /** Receive time by the recorder's clock. Unit: ms since 1970. */
  readonly wallMs: number
}

export interface RecordedFact<C extends FactChannel = FactChannel> {
  readonly seq: number
  readonly monoMs: number
  /** By the recorder's clock. Unit: ms since 1970. */
  readonly wallMs: number
  readonly channel: C
  readonly fact: FactOf<C>
}

export interface Recorded {
  /** By stream and id; the first where it came twice. */
  readonly messages: ReadonlyMap<string, ReadonlyMap<number, RecordedMessage>>
  readonly facts: readonly RecordedFact[]
  readonly entryCount: number
}

/** The field that numbers the messages of a stream, by what its name ends in. */
const ID_FIELDS: readonly (readonly [string, string])[] = [
  ['@depth@100ms', '"u":'],
  ['@bookTicker', '"u":'],
  ['@trade', '"t":'],
  ['@aggTrade', '"a":'],
  ['@markPrice@1s', '"E":'],
  ['@forceOrder', ',"T":'],
  ['!forceOrder@arr', ',"T":'],
]
const PREFIX = '{"stream":"'

export class RecordedReader {
  readonly #messages = new Map<string, Map<number, RecordedMessage>>()
  readonly #facts: RecordedFact[] = []
  #entryCount = 0

  take(block: Block): void {
    for (let index = 0; index < block.count; index += 1) {
      const { seq, stream, payload, monoTimeUs, recvTimeUs } = entryAt(block, index)
      this.#entryCount += 1
      if (stream.venue === RECORDER_VENUE) {
        const times = { monoMs: monoTimeUs / 1000, wallMs: recvTimeUs / 1000 }
        this.#takeFact({ seq, ...times }, stream.channel, payload)
      } else if ((block.connectionIds[index] ?? 0) > 0) {
        const head = { seq, monoMs: monoTimeUs / 1000, wallMs: recvTimeUs / 1000 }
        this.#takeFrame(head, payload)
      }
    }
  }

  recorded(): Recorded {
    return { messages: this.#messages, facts: this.#facts, entryCount: this.#entryCount }
  }

  #takeFact(head: RecordedMessage, name: string, payload: Uint8Array): void {
    const channel = FACT_CHANNELS.find((known) => known === name)
    if (channel === undefined) return
    const fact = parseFact(channel, payload)
    if (fact !== undefined) this.#facts.push({ ...head, channel, fact })
  }

  #takeFrame(head: RecordedMessage, payload: Uint8Array): void {
    const text = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1')
    if (!text.startsWith(PREFIX)) return
    const stream = text.slice(PREFIX.length, text.indexOf('"', PREFIX.length))
    const field = ID_FIELDS.find(([ending]) => stream.endsWith(ending))?.[1]
    if (field === undefined) return
    // A frame that was cut in the middle of its id, or right after it, names none.
    const at = text.indexOf(field)
    const id = at < 0 ? undefined : /^\d+(?=\D)/.exec(text.slice(at + field.length, at + 40))?.[0]
    if (id === undefined) return
    this.#note(stream, Number(id), head)
  }

  #note(stream: string, id: number, head: RecordedMessage): void {
    let known = this.#messages.get(stream)
    if (known === undefined) {
      known = new Map()
      this.#messages.set(stream, known)
    }
    if (!known.has(id)) known.set(id, head)
  }
}

/** Facts of one channel. */
export function factsOf<C extends FactChannel>(
  { facts }: Recorded,
  channel: C,
): readonly RecordedFact<C>[] {
  return facts.filter((one): one is RecordedFact<C> => one.channel === channel)
}
