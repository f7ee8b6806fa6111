/**
 * A number that changes a result, declared once. Types, validation, the table of `settings`, the
 * documentation of the API and the head of each report come from this declaration.
 */
import { RecorderError } from './errors.ts'

export type SettingValue = number | string | boolean

export interface SettingSpec<V extends SettingValue = SettingValue> {
  /** `standard`'s value. */
  readonly default: V
  /** `reference`'s value, where it differs. */
  readonly reference?: V
  /** Unit as a reader would say it: `USD`, `s`, `fraction`, `levels`; empty for a name or a switch. */
  readonly unit: string
  /** One sentence. */
  readonly doc: string
  /** Where the value comes from, and for a quirk: what the reference does, what we do and why. */
  readonly why: string
  readonly min?: number
  readonly max?: number
  /** A whole number is wanted. */
  readonly whole?: boolean
  readonly choices?: readonly V[]
}

/** The settings of one engine: short name to declaration. */
export type SettingSpecs = Readonly<Record<string, SettingSpec>>

type Widened<V> = V extends number
  ? number
  : V extends boolean
    ? boolean
    : V extends string
      ? string
      : never

/** The values that a set of declarations gives. */
export type SettingsOf<S extends SettingSpecs> = {
  readonly [Name in keyof S]: S[Name] extends { readonly choices: readonly (infer C)[] }
    ? C
    : Widened<S[Name]['default']>
}

export type Profile = 'standard' | 'reference'

/** The values of `profile`, before any override. */
export function defaultsOf<S extends SettingSpecs>(specs: S, profile: Profile): SettingsOf<S> {
  const values: Record<string, SettingValue> = {}
  for (const [name, spec] of Object.entries(specs)) {
    values[name] =
      profile === 'reference' && spec.reference !== undefined ? spec.reference : spec.default
  }
  return values as SettingsOf<S>
}

/**
 * Reads `text` as a value of `name`.
 * @throws {RecorderError} `SETTING_INVALID` with the range or the choices.
 */
export function parseSetting(name: string, spec: SettingSpec, text: string): SettingValue {
  const value = typed(spec, text)
  const fault = value === undefined ? `a ${typeof spec.default}` : faultOf(spec, value)
  if (value === undefined || fault !== undefined) {
    throw new RecorderError('SETTING_INVALID', `${name} must be ${fault}, was ${text}`)
  }
  return value
}

function typed(spec: SettingSpec, text: string): SettingValue | undefined {
  if (typeof spec.default === 'string') return text
  if (typeof spec.default === 'boolean') {
    return text === 'true' ? true : text === 'false' ? false : undefined
  }
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : undefined
}

function faultOf(spec: SettingSpec, value: SettingValue): string | undefined {
  if (spec.choices !== undefined && !spec.choices.includes(value)) {
    return `one of ${spec.choices.join(', ')}`
  }
  if (typeof value !== 'number') return undefined
  if (spec.whole === true && !Number.isInteger(value)) return 'a whole number'
  if (spec.min !== undefined && value < spec.min) return `>= ${spec.min} ${spec.unit}`.trimEnd()
  if (spec.max !== undefined && value > spec.max) return `<= ${spec.max} ${spec.unit}`.trimEnd()
  return undefined
}

/** The name of `names` nearest to `name` by edit distance: what the user probably meant. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      bestDistance = distance
      best = candidate
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
