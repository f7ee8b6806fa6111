/** Who listens to which stream, and the delivery of recorded messages to them. */
import { type Block, entryAt } from '../model/block.ts'
import { RECORDER_VENUE, SOCKET_CHANNELS } from '../model/channel.ts'
import { innerOf, listed, numberAfter, streamNameOf, wrapped } from './frames.ts'
import { hashOfBytes, RecentIds } from './recent-ids.ts'
import { isServed, type StreamRoute, targetsOf } from './stream-names.ts'

/** What a socket is to the hub. */
export interface Listener {
  /** `any`: an old client on the unrouted address, which gets every kind. */
  readonly route: StreamRoute | 'any'
  /** Wants the wrapper of a combined stream. */
  readonly combined: boolean
  deliver(frame: Uint8Array): void
}

/** Messages remembered per recorded stream, to say once what was recorded twice. */
const RECENT_MESSAGES = 1_024

/** The number that tells two messages of a channel apart. A liquidation has none: its order does. */
const ID_KEYS: Readonly<Record<string, string>> = {
  depth: 'u',
  bookTicker: 'u',
  aggTrade: 'a',
  trade: 't',
  markPrice: 'E',
}

/** What was recorded under one venue, symbol and channel, or under one name that we do not know. */
interface Source {
  readonly recent: RecentIds
  readonly idKey: string | undefined
  readonly names: readonly string[]
  readonly listNames: readonly string[]
}

export class StreamHub {
  sentCount = 0
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #sources = new Map<string, Source>()

  listen(name: string, listener: Listener): void {
    const known = this.#listeners.get(name)
    if (known === undefined) this.#listeners.set(name, new Set([listener]))
    else known.add(listener)
  }

  leave(name: string, listener: Listener): void {
    const listeners = this.#listeners.get(name)
    listeners?.delete(listener)
    if (listeners?.size === 0) this.#listeners.delete(name)
  }

  /** Sends entry `index` to all who listen; REST replies and recorder facts go to nobody. */
  publish(block: Block, index: number): void {
    const { stream, payload } = entryAt(block, index)
    if (stream.venue === RECORDER_VENUE || block.http.has(index)) return
    const isKnown = (SOCKET_CHANNELS as readonly string[]).includes(stream.channel)
    const ownName = isKnown ? '' : streamNameOf(payload)
    if (!isKnown && ownName === '') return
    const source = this.#sourceOf(stream.channel, stream.symbol, ownName)
    const inner = innerOf(payload)
    if (source.recent.has(idOf(inner, source.idKey))) return
    for (const name of source.names) this.#send(name, inner)
    if (source.listNames.some((name) => this.#listeners.has(name))) {
      const list = listed(inner)
      for (const name of source.listNames) this.#send(name, list)
    }
  }

  /** Another pass repeats every message. */
  restart(): void {
    this.#sources.clear()
  }

  #send(name: string, inner: Uint8Array): void {
    const listeners = this.#listeners.get(name)
    if (listeners === undefined) return
    // Sockets send later, and the block that these bytes are in may be used again by then.
    let bare: Uint8Array | undefined
    let combined: Uint8Array | undefined
    for (const listener of listeners) {
      if (listener.route !== 'any' && !isServed(name, listener.route)) continue
      this.sentCount += 1
      if (listener.combined) {
        combined ??= wrapped(name, inner)
        listener.deliver(combined)
      } else {
        bare ??= inner.slice()
        listener.deliver(bare)
      }
    }
  }

  #sourceOf(channel: string, symbol: string, ownName: string): Source {
    const key = ownName === '' ? `${channel} ${symbol}` : ownName
    const known = this.#sources.get(key)
    if (known !== undefined) return known
    const targets =
      ownName === '' ? targetsOf(channel, symbol) : { names: [ownName], listNames: [] }
    const source = {
      ...targets,
      recent: new RecentIds(RECENT_MESSAGES),
      idKey: ownName === '' ? ID_KEYS[channel] : undefined,
    }
    this.#sources.set(key, source)
    return source
  }
}

function idOf(inner: Uint8Array, key: string | undefined): number {
  if (key !== undefined) return numberAfter(inner, key)
  const order = Buffer.from(inner.buffer, inner.byteOffset, inner.byteLength).indexOf('"o":{')
  return hashOfBytes(order < 0 ? inner : inner.subarray(order))
}
