/** Short texts that come again and again (symbols, event names), each made a string only once. */
export class TextInterner {
  readonly #texts = new Map<number, string>()

  /** The text of `bytes[start..end)`, which are ASCII. */
  textOf(bytes: Uint8Array, start: number, end: number): string {
    let hash = end - start
    for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0
    const known = this.#texts.get(hash)
    if (known !== undefined && isText(known, bytes, start, end)) return known
    let text = ''
    for (let at = start; at < end; at += 1) text += String.fromCharCode(bytes[at] ?? 0)
    // Bounded, since the texts come from outside. Of two with one hash the first is kept.
    if (known === undefined && this.#texts.size < TEXT_COUNT_MAX) this.#texts.set(hash, text)
    return text
  }
}

/** Contracts of a venue are in the hundreds. */
const TEXT_COUNT_MAX = 4096

function isText(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let at = start; at < end; at += 1) {
    if (text.charCodeAt(at - start) !== bytes[at]) return false
  }
  return true
}
