/** Bytes of a payload as what `JSON.parse` gives, or a reason why they give nothing. */
import { type FieldReader, type Fields, isFields } from './field-reader.ts'

// A mark at the beginning is not JSON and must not vanish.
const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The object of a payload, out of the wrapper of a combined stream. An error of the venue is none. */
export function parseObject(
  reader: FieldReader,
  bytes: Uint8Array,
  start: number,
  end: number,
): Fields | undefined {
  const parsed = parseJson(reader, bytes, start, end)
  if (reader.reason !== '') return undefined
  const fields = unwrapped(parsed)
  if (!isFields(fields)) {
    reader.refuse('payload', 'an object', fields)
    return undefined
  }
  return isVenueError(reader, fields) ? undefined : fields
}

/** The list of a payload. */
export function parseList(
  reader: FieldReader,
  bytes: Uint8Array,
  start: number,
  end: number,
): readonly unknown[] | undefined {
  const parsed = parseJson(reader, bytes, start, end)
  if (reader.reason !== '') return undefined
  if (Array.isArray(parsed)) return parsed
  if (!(isFields(parsed) && isVenueError(reader, parsed))) {
    reader.refuse('payload', 'a list', parsed)
  }
  return undefined
}

/** `{"code":-1003,"msg":"…"}`, which comes in place of an answer. */
function isVenueError(reader: FieldReader, { code, msg }: Fields): boolean {
  if (typeof code !== 'number' || typeof msg !== 'string') return false
  reader.reason = `venue error ${code}: ${msg}`
  return true
}

function unwrapped(parsed: unknown): unknown {
  if (!isFields(parsed)) return parsed
  const { stream, data } = parsed
  return typeof stream === 'string' && typeof data === 'object' ? data : parsed
}

function parseJson(reader: FieldReader, bytes: Uint8Array, start: number, end: number): unknown {
  try {
    return JSON.parse(text.decode(bytes.subarray(start, end)))
  } catch {
    // Not UTF-8, or not JSON: for a reader of the reason both are the same, and the bytes are kept.
    reader.refuse('payload', 'JSON', beginningOf(bytes, start, end))
    return undefined
  }
}

function beginningOf(bytes: Uint8Array, start: number, end: number): string {
  let beginning = ''
  for (const byte of bytes.subarray(start, Math.min(end, start + 40))) {
    beginning += String.fromCharCode(byte)
  }
  return beginning
}
