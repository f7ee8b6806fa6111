/**
 * Parameters of a query as endpoints declare them: from one declaration come the check, the type and
 * the documentation. Texts of refusals are the reference's (`api.md` §2).
 */

interface Declared {
  readonly description: string
  readonly unit?: string
}

/** Whole numbers as the reference reads them: `50`, ` +50 `, `5_0`, `50.0`. */
export interface WholeParameter<D = number | undefined> extends Declared {
  readonly kind: 'whole'
  readonly min?: number
  readonly max?: number
  /** Out of range is moved into it, and not refused. */
  readonly clamped?: boolean
  readonly fallback: D
}

export interface NumberParameter<D = number | undefined> extends Declared {
  readonly kind: 'number'
  readonly min?: number
  readonly max?: number
  /** The bound itself is refused. */
  readonly above?: number
  readonly fallback: D
}

export interface TextParameter<V extends string = string> extends Declared {
  readonly kind: 'text'
  /** Absent: any, of at most so many letters. */
  readonly choices?: readonly V[]
  readonly lengthMax?: number
}

export type Parameter = WholeParameter | NumberParameter | TextParameter

export type Parameters = Readonly<Record<string, Parameter>>

export type ValueOf<P> =
  P extends TextParameter<infer V>
    ? V | undefined
    : P extends { readonly fallback: infer D }
      ? D extends number
        ? number
        : number | undefined
      : never

export type ValuesOf<P extends Parameters> = { readonly [Name in keyof P]: ValueOf<P[Name]> }

export interface Refusal {
  readonly message: string
  /** As the reference answers. */
  readonly detail: readonly {
    readonly type: string
    readonly loc: readonly string[]
    readonly msg: string
    readonly input: string
  }[]
}

const TEXT_LENGTH_MAX = 64

/** Reads what is declared and passes over the rest, as the reference does. */
export function readParameters<P extends Parameters>(
  declared: P,
  query: Readonly<Record<string, string | undefined>>,
): { readonly values: ValuesOf<P> } | { readonly refusal: Refusal } {
  const values: Record<string, string | number | undefined> = {}
  for (const [name, parameter] of Object.entries(declared)) {
    const given = query[name]
    const read = readOne(name, parameter, given)
    if (typeof read === 'object') return { refusal: read }
    values[name] = read
  }
  return { values: values as ValuesOf<P> }
}

/** A JSON Schema of one parameter. */
export function parameterSchema(parameter: Parameter): Readonly<Record<string, unknown>> {
  if (parameter.kind === 'text') {
    const { choices, lengthMax = TEXT_LENGTH_MAX } = parameter
    return {
      type: 'string',
      ...(choices === undefined ? { maxLength: lengthMax } : { enum: choices }),
    }
  }
  const { min, max, fallback } = parameter
  return {
    type: parameter.kind === 'whole' ? 'integer' : 'number',
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
    ...(parameter.kind === 'number' && parameter.above !== undefined
      ? { exclusiveMinimum: parameter.above }
      : {}),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(parameter.unit === undefined ? {} : { unit: parameter.unit }),
  }
}

function readOne(
  name: string,
  parameter: Parameter,
  given: string | undefined,
): string | number | undefined | Refusal {
  switch (parameter.kind) {
    case 'text':
      return readText(name, parameter, given)
    case 'whole': {
      if (given === undefined) return parameter.fallback
      const value = wholeOf(given)
      if (value === undefined) return refused(name, given, 'int_parsing', NO_INTEGER)
      return inRange(name, given, parameter, value)
    }
    case 'number': {
      if (given === undefined) return parameter.fallback
      const value = numberOf(given)
      if (value === undefined) return refused(name, given, 'float_parsing', NO_NUMBER)
      if (!Number.isFinite(value)) return refused(name, given, 'finite_number', NOT_FINITE)
      if (parameter.above !== undefined && value <= parameter.above) {
        const message = `Input should be greater than ${parameter.above}`
        return refused(name, given, 'greater_than', message)
      }
      return inRange(name, given, parameter, value)
    }
  }
}

const NO_INTEGER = 'Input should be a valid integer, unable to parse string as an integer'
const NO_NUMBER = 'Input should be a valid number, unable to parse string as a number'
const NOT_FINITE = 'Input should be a finite number'

function readText(
  name: string,
  { choices, lengthMax = TEXT_LENGTH_MAX }: TextParameter,
  given: string | undefined,
): string | undefined | Refusal {
  // An empty text is none, as the reference's filters have it.
  if (given === undefined || given === '') return undefined
  if (choices !== undefined && !choices.includes(given)) {
    return refused(name, given, 'enum', `Input should be ${choices.join(' or ')}`)
  }
  if (given.length > lengthMax) {
    const message = `String should have at most ${lengthMax} characters`
    return refused(name, given, 'string_too_long', message)
  }
  return given
}

function inRange(
  name: string,
  given: string,
  { min, max, ...more }: WholeParameter | NumberParameter,
  value: number,
): number | Refusal {
  if ('clamped' in more && more.clamped === true) {
    return Math.min(max ?? value, Math.max(min ?? value, value))
  }
  if (min !== undefined && value < min) {
    return refused(
      name,
      given,
      'greater_than_equal',
      `Input should be greater than or equal to ${min}`,
    )
  }
  if (max !== undefined && value > max) {
    return refused(name, given, 'less_than_equal', `Input should be less than or equal to ${max}`)
  }
  return value
}

const SHOWN_LENGTH_MAX = 100

const refused = (name: string, given: string, type: string, msg: string): Refusal => {
  const input = given.slice(0, SHOWN_LENGTH_MAX)
  return {
    message: `${name}: ${msg}; it was "${input}"`,
    detail: [{ type, loc: ['query', name], msg, input }],
  }
}

const WHOLE = /^[+-]?\d+(_\d+)*(\.0+)?$/
const DECIMAL = /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+)?$/
const WORDS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
}

function wholeOf(given: string): number | undefined {
  const text = given.trim()
  if (!WHOLE.test(text)) return undefined
  return Number(text.replaceAll('_', ''))
}

function numberOf(given: string): number | undefined {
  const text = given.trim().toLowerCase()
  const word = WORDS[text.replace(/^[+-]/, '')]
  if (word !== undefined) return text.startsWith('-') ? -word : word
  return DECIMAL.test(text) ? Number(text.replaceAll('_', '')) : undefined
}
