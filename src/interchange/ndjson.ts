/**
 * The interchange format of `product.md` §5: one entry a line, in receive order.
 *
 * With facts, a line also carries what the plain form leaves out (`conn`, `mono`, `http`, `venueTime`
 * is computed again), so that an import of such an export has the digest of the original.
 */
import type { EntryDraft, HttpFacts, StreamKey } from '../model/block.ts'
import { RECORDER_VENUE } from '../model/channel.ts'

/** The exchange time of a payload, computed from its bytes: the same at capture and at import. */
export type VenueTimeOf = (channel: string, payload: Uint8Array) => number

/** What one line says, or why it cannot be taken. */
export type ParsedLine =
  | { readonly draft: EntryDraft; readonly reason?: undefined }
  | { readonly draft?: undefined; readonly reason: string }

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Reads lines of one file. Streams are interned, so that a file has one object for each. */
export class NdjsonReader {
  readonly #venueTimeOf: VenueTimeOf
  readonly #streams = new Map<string, StreamKey>()

  constructor(venueTimeOf: VenueTimeOf) {
    this.#venueTimeOf = venueTimeOf
  }

  parse(text: string): ParsedLine {
    const line = parseObject(text)
    if (line === undefined) return { reason: 'not a JSON object' }
    const { recv, ex, sym, ch, raw } = line
    if (typeof recv !== 'number' || !(recv > 0)) return { reason: 'recv: milliseconds expected' }
    if (typeof ex !== 'string' || ex === '') return { reason: 'ex: a venue expected' }
    if (typeof sym !== 'string') return { reason: 'sym: a symbol expected' }
    if (typeof ch !== 'string' || ch === '') return { reason: 'ch: a channel expected' }
    if (typeof raw !== 'string' || !raw.isWellFormed()) return { reason: 'raw: a string expected' }
    const payload = encoder.encode(raw)
    return {
      draft: {
        stream: this.#stream(ex, sym, ch),
        recvTimeUs: Math.round(recv * 1000),
        monoTimeUs: numberOr(line['mono'], Number.NaN),
        venueTimeMs: ex === RECORDER_VENUE ? Number.NaN : this.#venueTimeOf(ch, payload),
        connectionId: numberOr(line['conn'], 0),
        payload,
        http: httpOf(line['http']),
      },
    }
  }

  #stream(venue: string, symbol: string, channel: string): StreamKey {
    const name = `${venue}/${symbol}/${channel}`
    let stream = this.#streams.get(name)
    if (stream === undefined) {
      stream = { venue, symbol, channel }
      this.#streams.set(name, stream)
    }
    return stream
  }
}

/** One entry as a line, with its line feed. */
export function formatLine(entry: EntryDraft, options: { readonly facts: boolean }): string {
  const { venue, symbol, channel } = entry.stream
  const raw = JSON.stringify(decoder.decode(entry.payload))
  const head = `{"recv":${entry.recvTimeUs / 1000},"ex":${JSON.stringify(venue)},"sym":${JSON.stringify(symbol)},"ch":${JSON.stringify(channel)},"raw":${raw}`
  return `${head}${options.facts ? extrasOf(entry) : ''}}\n`
}

function extrasOf(entry: EntryDraft): string {
  const conn = entry.connectionId === 0 ? '' : `,"conn":${entry.connectionId}`
  const mono = Number.isNaN(entry.monoTimeUs) ? '' : `,"mono":${entry.monoTimeUs}`
  const http = entry.http === undefined ? '' : `,"http":${JSON.stringify(entry.http)}`
  return conn + mono + http
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    // The caller reports the line with its number.
    return undefined
  }
}

const numberOr = (value: unknown, other: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : other

function httpOf(value: unknown): HttpFacts | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { status, headers } = value as { status?: unknown; headers?: unknown }
  if (typeof status !== 'number' || typeof headers !== 'object' || headers === null)
    return undefined
  const texts = Object.entries(headers).filter(([, text]) => typeof text === 'string')
  return { status, headers: Object.fromEntries(texts) as Record<string, string> }
}
