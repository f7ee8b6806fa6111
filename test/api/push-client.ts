/** A client of the push stream, as a browser is one. */
import { expect } from 'vitest'
import type { PushMessage } from '../../src/projections/push.ts'

export interface Received {
  readonly messages: readonly (PushMessage & { readonly id: number })[]
  readonly boundaries: readonly { readonly seq: number; readonly kind: string }[]
  /** Messages that came before the first boundary; all while there is none. */
  readonly pastCount: number
}

export const atEnd = ({ boundaries }: Received): boolean => boundaries.length > 0

/** Reads a stream until `isEnough`, then cuts it; or until the server is gone. */
export async function receive(
  url: string,
  isEnough: (received: Received) => boolean,
  lastEventId?: number,
): Promise<Received> {
  const stop = new AbortController()
  const headers = lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }
  const reply = await fetch(url, { headers, signal: stop.signal })
  expect(reply.headers.get('content-type')).toMatch(/^text\/event-stream/)
  const inbox = new Inbox()
  try {
    for await (const bytes of reply.body ?? []) {
      for (const part of inbox.partsOf(bytes)) {
        inbox.take(part)
        if (isEnough(inbox)) return inbox
      }
    }
  } catch (error) {
    // A server that was killed leaves its connection in the middle of something.
    if (!(error instanceof TypeError)) throw error
  } finally {
    stop.abort()
  }
  return inbox
}

class Inbox implements Received {
  readonly messages: (PushMessage & { id: number })[] = []
  readonly boundaries: { seq: number; kind: string }[] = []
  readonly #decoder = new TextDecoder()
  #pastCount: number | undefined
  #text = ''

  get pastCount(): number {
    return this.#pastCount ?? this.messages.length
  }

  /** Those that are whole. */
  partsOf(bytes: Uint8Array): readonly string[] {
    this.#text += this.#decoder.decode(bytes, { stream: true })
    const parts = this.#text.split('\n\n')
    this.#text = parts.pop() ?? ''
    return parts
  }

  take(part: string): void {
    const lines = part.split('\n')
    const field = (name: string) =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
    const data = field('data')
    if (data === undefined) return
    if (field('event') !== 'boundary') {
      this.messages.push({ ...JSON.parse(data), id: Number(field('id')) })
      return
    }
    this.boundaries.push(JSON.parse(data))
    this.#pastCount ??= this.messages.length
  }
}
