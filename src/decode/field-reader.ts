/**
 * Reads fields of a parsed payload and says what is wrong with the first that is not as documented.
 * The tolerant path behind the scanners: it accepts any order of keys, and throws for no input.
 */
export type Fields = { readonly [key: string]: unknown }

const PLAIN_DECIMAL = /^\d+(\.\d+)?$/
const SIGNED_DECIMAL = /^-?\d+(\.\d+)?$/
const WHOLE_TEXT = /^\d{1,16}$/
const FOUND_LENGTH_MAX = 40

export class FieldReader {
  /** What was wrong first; empty as long as nothing was. */
  reason = ''
  /** Path of the object whose fields are read, with its dot. */
  path = ''

  begin(): void {
    this.reason = ''
    this.path = ''
  }

  /** Notes that `name` should have been `wanted`. The first note stands. */
  refuse(name: string, wanted: string, found: unknown): void {
    if (this.reason === '') this.reason = `${this.path}${name}: ${wanted}, was ${textOf(found)}`
  }

  /** A whole number from 0 below 2^53; `absent` where there is none, if that is allowed. */
  whole(fields: Fields, name: string, absent?: number): number {
    const value = fields[name]
    if (value === undefined && absent !== undefined) return absent
    // Adding 0 makes a negative zero positive.
    if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value) + 0
    this.refuse(name, 'a whole number', value)
    return Number.NaN
  }

  /** As {@link whole}, and as a text of digits, which some REST replies send. */
  wholeOrText(fields: Fields, name: string, absent: number): number {
    const value = fields[name]
    if (typeof value !== 'string') return this.whole(fields, name, absent)
    if (WHOLE_TEXT.test(value) && Number.isSafeInteger(Number(value))) return Number(value)
    this.refuse(name, 'a whole number', value)
    return Number.NaN
  }

  /** A plain decimal text. The empty text is none (`pipeline.md` §13). */
  decimal(fields: Fields, name: string, absent?: number): number {
    return this.#decimal(fields, name, PLAIN_DECIMAL, absent)
  }

  /** As {@link decimal}, with a sign allowed. */
  signedDecimal(fields: Fields, name: string, absent?: number): number {
    return this.#decimal(fields, name, SIGNED_DECIMAL, absent)
  }

  /** A text; empty where there is none, if that is allowed. */
  text(fields: Fields, name: string, absent?: ''): string {
    const value = fields[name]
    if (typeof value === 'string') return value
    if (value !== undefined || absent === undefined) this.refuse(name, 'a text', value)
    return ''
  }

  boolean(fields: Fields, name: string, absent: boolean): boolean {
    const value = fields[name]
    if (value === undefined) return absent
    if (typeof value !== 'boolean') this.refuse(name, 'true or false', value)
    return value === true
  }

  #decimal(fields: Fields, name: string, form: RegExp, absent: number | undefined): number {
    const value = fields[name]
    if (value === undefined && absent !== undefined) return absent
    const number = typeof value === 'string' && form.test(value) ? Number(value) : Number.NaN
    if (!Number.isFinite(number)) this.refuse(name, 'a decimal', value)
    return number
  }
}

export const isPlainDecimal = (value: unknown): value is string =>
  typeof value === 'string' && PLAIN_DECIMAL.test(value)

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What was found, short, whatever it is. */
function textOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return JSON.stringify(value.slice(0, FOUND_LENGTH_MAX))
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
