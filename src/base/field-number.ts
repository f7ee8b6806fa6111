/** Numbers of fields, found in the bytes of a payload without parsing it. */
const QUOTE = 0x22
const ZERO = 0x30
const SPACE = 0x20

const encoder = new TextEncoder()

/** A field's name as it stands in a payload, quotes and colon included. */
export const fieldName = (field: string): Uint8Array => encoder.encode(`"${field}":`)

/** The whole number that follows `name` in `bytes`; `NaN` where there is none. */
export function numberAfter(bytes: Uint8Array, name: Uint8Array): number {
  const last = bytes.length - name.length
  for (let at = 0; at <= last; at += 1) {
    if (bytes[at] !== QUOTE || !isAt(bytes, at, name)) continue
    let digitAt = at + name.length
    while (bytes[digitAt] === SPACE) digitAt += 1
    const id = numberAt(bytes, digitAt)
    // The same name may stand before something else: `"a":[` are asks.
    if (!Number.isNaN(id)) return id
  }
  return Number.NaN
}

function isAt(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let at = 1; at < name.length; at += 1) if (bytes[start + at] !== name[at]) return false
  return true
}

/** The whole number that begins at `from`; `NaN` where none does, or where it may have been cut. */
export function numberAt(bytes: Uint8Array, from: number): number {
  let at = from
  let value = 0
  let digit = (bytes[at] ?? 0) - ZERO
  while (digit >= 0 && digit <= 9) {
    value = value * 10 + digit
    at += 1
    digit = (bytes[at] ?? 0) - ZERO
  }
  // What nothing follows may be the beginning of a longer one.
  return at > from && at < bytes.length ? value : Number.NaN
}
