/**
 * Frames byte by byte: the payload inside the wrapper of a combined stream, and a wrapper around a
 * payload. Nothing is ever written anew: a client gets the bytes that the venue sent.
 */
import { encodeText } from './payload-writer.ts'

const STREAM_START = encodeText('{"stream":"')
const DATA_START = encodeText('","data":')
const QUOTE = 0x22
const BRACE_CLOSE = 0x7d

/** The payload without the wrapper of a combined stream; a view, or `frame` itself without one. */
export function innerOf(frame: Uint8Array): Uint8Array {
  const nameEnd = endOfStreamName(frame)
  if (nameEnd === undefined) return frame
  return frame.subarray(nameEnd + DATA_START.length, frame.length - 1)
}

/** The stream that a wrapped frame names; empty for a bare payload. */
export function streamNameOf(frame: Uint8Array): string {
  const nameEnd = endOfStreamName(frame)
  if (nameEnd === undefined) return ''
  return asciiText(frame, STREAM_START.length, nameEnd)
}

/** `inner` as a combined socket delivers it. */
export function wrapped(streamName: string, inner: Uint8Array): Buffer {
  return Buffer.concat([STREAM_START, encodeText(streamName), DATA_START, inner, CLOSE])
}

/** `inner` as the one element of a list. */
export function listed(inner: Uint8Array): Buffer {
  return Buffer.concat([encodeText('['), inner, encodeText(']')])
}

/** The whole number after `"key":` at its first place, `NaN` where there is none. */
export function numberAfter(bytes: Uint8Array, key: string): number {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(`"${key}":`)
  if (start < 0) return Number.NaN
  let value = 0
  let at = start + key.length + 3
  const first = at
  for (; at < bytes.length; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  return at === first ? Number.NaN : value
}

const CLOSE = Uint8Array.of(BRACE_CLOSE)

function endOfStreamName(frame: Uint8Array): number | undefined {
  if (!startsWith(frame, 0, STREAM_START)) return undefined
  const end = frame.indexOf(QUOTE, STREAM_START.length)
  if (end < 0 || !startsWith(frame, end, DATA_START)) return undefined
  return frame.at(-1) === BRACE_CLOSE ? end : undefined
}

function startsWith(bytes: Uint8Array, at: number, start: Uint8Array): boolean {
  for (let index = 0; index < start.length; index += 1) {
    if (bytes[at + index] !== start[index]) return false
  }
  return true
}

function asciiText(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
}
