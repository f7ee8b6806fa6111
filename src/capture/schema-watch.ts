/**
 * Whether messages still have the fields that the venue documents. Each frame gives a signature of
 * its field names, which costs one pass over its bytes; only a signature that is new is parsed.
 */
import type { PayloadFields, Venue } from './venue.ts'

/** A kind of message that is not as documented, and how often it came. Changed in place. */
export interface Drift {
  readonly symbol: string
  readonly channel: string
  readonly reason: string
  readonly sample: string
  readonly firstTimeMs: number
  frameCount: number
}

/** What a signature was found to mean: nothing is wrong, or this. */
type Verdict = Drift | 'fits'

const HASH_START = 0x811c9dc5
const HASH_FACTOR = 0x01000193
const CHAR = { quote: 0x22, escape: 0x5c, colon: 0x3a } as const
const BRACKET = { open: 0x5b, close: 0x5d } as const
const BRACE = { open: 0x7b, close: 0x7d } as const
/** The payload of a combined frame begins behind this. */
const DATA = new TextEncoder().encode('"data":')
const SAMPLE_BYTES_MAX = 2_048
/** A venue that makes field names up is one drift: beyond this, what is new is counted as the last. */
const SIGNATURES_MAX = 256
const NO_FIELDS: ReadonlyMap<number, Verdict> = new Map()

const decoder = new TextDecoder()

export class SchemaWatch {
  readonly drifts: Drift[] = []
  readonly #fields: Venue['fields']
  readonly #onDrift: (drift: Drift) => void
  readonly #known = new Map<string, Map<number, Verdict>>()
  readonly #strange = new Map<string, Drift>()
  #signatureCount = 0
  /** Frames that are not as documented. */
  driftCount = 0

  /** `onDrift`: called once for each kind. */
  constructor(fields: Venue['fields'], onDrift: (drift: Drift) => void) {
    this.#fields = fields
    this.#onDrift = onDrift
  }

  /** Checks a payload of a known channel; `wrapped`: in the wrapper of a combined stream. */
  check(
    channel: string,
    symbol: string,
    payload: Uint8Array,
    wrapped: boolean,
    wallMs: number,
  ): void {
    const fields = this.#fields.get(channel)
    if (fields === undefined) return
    const signature = fieldSignature(payload, wrapped ? payloadStart(payload) : 0)
    const verdict = (this.#known.get(channel) ?? NO_FIELDS).get(signature)
    if (verdict === 'fits') return
    if (verdict !== undefined) {
      verdict.frameCount += 1
      this.driftCount += 1
      return
    }
    this.#learn(fields, channel, symbol, payload, wrapped, signature, wallMs)
  }

  /** Counts a message of a kind that was not asked for. */
  takeStrange(
    channel: string,
    symbol: string,
    reason: string,
    payload: Uint8Array,
    wallMs: number,
  ): void {
    this.driftCount += 1
    const known = this.#strange.get(channel)
    if (known !== undefined) {
      known.frameCount += 1
      return
    }
    if (this.#strange.size >= SIGNATURES_MAX) return
    this.#strange.set(channel, this.#found(channel, symbol, reason, payload, wallMs))
  }

  #learn(
    fields: PayloadFields,
    channel: string,
    symbol: string,
    payload: Uint8Array,
    wrapped: boolean,
    signature: number,
    wallMs: number,
  ): void {
    const reason = differenceOf(fields, payload, wrapped)
    if (reason === '') {
      this.#remember(channel, signature, 'fits')
      return
    }
    this.driftCount += 1
    const same = this.drifts.find((drift) => drift.channel === channel && drift.reason === reason)
    if (same !== undefined) same.frameCount += 1
    const drift = same ?? this.#found(channel, symbol, reason, payload, wallMs)
    this.#remember(channel, signature, drift)
  }

  #remember(channel: string, signature: number, verdict: Verdict): void {
    if (this.#signatureCount >= SIGNATURES_MAX) return
    this.#signatureCount += 1
    const known = this.#known.get(channel) ?? new Map<number, Verdict>()
    this.#known.set(channel, known)
    known.set(signature, verdict)
  }

  #found(
    channel: string,
    symbol: string,
    reason: string,
    payload: Uint8Array,
    wallMs: number,
  ): Drift {
    const sample = decoder.decode(payload.subarray(0, SAMPLE_BYTES_MAX))
    const drift: Drift = { symbol, channel, reason, sample, firstTimeMs: wallMs, frameCount: 1 }
    if (this.drifts.length < SIGNATURES_MAX) {
      this.drifts.push(drift)
      this.#onDrift(drift)
    }
    return drift
  }
}

/** The same for two payloads with the same field names, in whatever order. Lists are passed over. */
export function fieldSignature(bytes: Uint8Array, start: number): number {
  let sum = 0
  let depth = 0
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === CHAR.quote) {
      const end = textEnd(bytes, at)
      if (bytes[end + 1] === CHAR.colon) sum += Math.imul(hashOf(bytes, at, end), depth * 2 + 1)
      at = end
    } else if (byte === BRACKET.open) at = endOfList(bytes, at)
    else if (byte === BRACE.open) depth += 1
    else if (byte === BRACE.close) depth -= 1
  }
  return sum | 0
}

/** Where the quote stands that ends the text which begins at `start`. */
function textEnd(bytes: Uint8Array, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== CHAR.quote) at += bytes[at] === CHAR.escape ? 2 : 1
  return at
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = HASH_START
  for (let at = start + 1; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), HASH_FACTOR)
  return hash
}

/** Where the list that begins at `start` ends. */
function endOfList(bytes: Uint8Array, start: number): number {
  let depth = 0
  for (let at = start; at < bytes.length; at += 1) {
    if (bytes[at] === BRACKET.open) depth += 1
    else if (bytes[at] === BRACKET.close) {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return bytes.length
}

function payloadStart(frame: Uint8Array): number {
  const last = Math.min(frame.length - DATA.length, 256)
  for (let at = 0; at <= last; at += 1) {
    let length = 0
    while (length < DATA.length && frame[at + length] === DATA[length]) length += 1
    if (length === DATA.length) return at + DATA.length
  }
  return 0
}

/** Fields that are missing or new, as a sentence; empty where the payload is as documented. */
function differenceOf(fields: PayloadFields, payload: Uint8Array, wrapped: boolean): string {
  const names = namesOf(payload, wrapped)
  if (names === undefined) return 'it is no JSON object'
  const missing = fields.required.filter((name) => !names.has(name))
  const known = new Set([...fields.required, ...fields.optional])
  const added = [...names].filter((name) => !known.has(name))
  const parts: string[] = []
  if (missing.length > 0) parts.push(`without ${missing.join(', ')}`)
  if (added.length > 0) parts.push(`with the new ${added.join(', ')}`)
  return parts.join(', ')
}

function namesOf(payload: Uint8Array, wrapped: boolean): ReadonlySet<string> | undefined {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(payload))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
  const data = wrapped && isRecord(value) ? value['data'] : value
  if (!isRecord(data)) return undefined
  const names = new Set<string>()
  for (const [name, inner] of Object.entries(data)) {
    names.add(name)
    if (isRecord(inner)) for (const nested of Object.keys(inner)) names.add(`${name}.${nested}`)
  }
  return names
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
