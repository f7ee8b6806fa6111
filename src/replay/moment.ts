/** Points of a recording as a user names them, and the range of sequences between two of them. */
import { RecorderError } from '../base/errors.ts'

/** A place in a recording: an exchange time, a sequence, or so long before the end. */
export type Moment =
  | { readonly kind: 'time'; readonly venueTimeMs: number }
  | { readonly kind: 'seq'; readonly seq: number }
  | { readonly kind: 'beforeEnd'; readonly backMs: number }

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * Reads ISO 8601 (UTC where it names no zone), epoch milliseconds, `seq:N`, or `-2h`.
 * @throws {RecorderError} `USAGE`
 */
export function parseMoment(flag: string, text: string): Moment {
  const seq = /^seq:(\d+)$/.exec(text)
  if (seq !== null) return { kind: 'seq', seq: Number(seq[1]) }
  if (text.startsWith('-')) return { kind: 'beforeEnd', backMs: parseSpan(flag, text.slice(1)) }
  if (/^\d+(\.\d+)?$/.test(text)) return { kind: 'time', venueTimeMs: Number(text) }
  const venueTimeMs = ISO.test(text) ? Date.parse(withZone(text)) : Number.NaN
  if (Number.isNaN(venueTimeMs)) throw unreadable(flag, text)
  return { kind: 'time', venueTimeMs }
}

/**
 * Reads a length of time such as `90s`, `6h` or `500ms`.
 * @throws {RecorderError} `USAGE`
 */
export function parseSpan(flag: string, text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
  const unitMs = UNIT_MS[parts?.[2] ?? '']
  if (parts === null || unitMs === undefined) throw unreadable(flag, text)
  return Number(parts[1]) * unitMs
}

const withZone = (text: string): string =>
  !text.includes('T') || /(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`

function unreadable(flag: string, text: string): RecorderError {
  const forms = '2026-01-05T12:00:00Z, epoch milliseconds, seq:N, or -2h from the end'
  return new RecorderError('USAGE', `${flag} must be a moment such as ${forms}; was "${text}"`)
}
