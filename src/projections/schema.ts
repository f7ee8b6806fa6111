/**
 * A view is declared once, as a JSON Schema with units and descriptions: from it come the type that
 * the compiler sees, the serializer of the API and its documentation.
 */

interface Described {
  readonly description: string
  /** As a reader would say it: `USD`, `ms since 1970`, `base`; absent for names and switches. */
  readonly unit?: string
}

export interface NumberSchema extends Described {
  readonly type: 'number' | 'integer'
}

export interface TextSchema<V extends string = string> extends Described {
  readonly type: 'string'
  readonly enum?: readonly V[]
}

export interface SwitchSchema extends Described {
  readonly type: 'boolean'
}

export interface ListSchema<Item extends Schema = Schema> extends Described {
  readonly type: 'array'
  readonly items: Item
}

/** A row of numbers, written as an array because there are many. */
export interface PairSchema extends Described {
  readonly type: 'array'
  readonly items: { readonly type: 'number' }
  readonly minItems: 2
  readonly maxItems: 2
}

/** What there need not be: `null` where it is not known. */
export interface NullableSchema<T extends 'number' | 'integer' | 'string' = 'number'>
  extends Described {
  readonly type: readonly [T, 'null']
}

/** Values of one kind under names that are not known beforehand. */
export interface MapSchema<Item extends Schema = Schema> extends Described {
  readonly type: 'object'
  readonly additionalProperties: Item
}

type Fields = Readonly<Record<string, Schema>>

export interface ObjectSchema<F extends Fields = Fields, O extends Fields = Fields>
  extends Described {
  readonly type: 'object'
  readonly properties: F & O
  readonly required: readonly (keyof F & string)[]
  readonly additionalProperties: false
}

export type Schema =
  | NumberSchema
  | TextSchema
  | SwitchSchema
  | PairSchema
  | NullableSchema<'number' | 'integer' | 'string'>
  | {
      readonly type: 'object'
      readonly additionalProperties: Schema
      readonly description: string
    }
  | { readonly type: 'array'; readonly items: Schema; readonly description: string }
  | {
      readonly type: 'object'
      readonly properties: Fields
      readonly required: readonly string[]
      readonly additionalProperties: false
      readonly description: string
    }

/** The type of what a schema describes. */
export type ViewOf<S> = S extends NumberSchema
  ? number
  : S extends SwitchSchema
    ? boolean
    : S extends PairSchema
      ? readonly [number, number]
      : S extends TextSchema<infer V>
        ? V
        : S extends ListSchema<infer Item>
          ? readonly ViewOf<Item>[]
          : S extends NullableSchema<infer T>
            ? (T extends 'string' ? string : number) | null
            : S extends MapSchema<infer Item>
              ? { readonly [name: string]: ViewOf<Item> }
              : S extends ObjectSchema<infer F, infer O>
                ? ObjectOf<F, O>
                : never

type ObjectOf<F, O> = { readonly [Name in keyof F]: ViewOf<F[Name]> } & {
  readonly [Name in Exclude<keyof O, keyof F>]?: ViewOf<O[Name]> | undefined
}

export const number = (description: string, unit: string): NumberSchema => ({
  type: 'number',
  description,
  unit,
})

export const whole = (description: string, unit = ''): NumberSchema => ({
  type: 'integer',
  description,
  ...(unit === '' ? {} : { unit }),
})

export const text = (description: string): TextSchema => ({ type: 'string', description })

export const oneOf = <const V extends string>(
  description: string,
  values: readonly V[],
): TextSchema<V> => ({ type: 'string', description, enum: values })

export const flag = (description: string): SwitchSchema => ({ type: 'boolean', description })

export const pair = (description: string): PairSchema => ({
  type: 'array',
  description,
  items: { type: 'number' },
  minItems: 2,
  maxItems: 2,
})

export const list = <Item extends Schema>(description: string, items: Item): ListSchema<Item> => ({
  type: 'array',
  description,
  items,
})

/** A number that is `null` where it is not known. */
export const numberOrNull = (description: string, unit: string): NullableSchema<'number'> => ({
  type: ['number', 'null'],
  description,
  unit,
})

export const wholeOrNull = (description: string): NullableSchema<'integer'> => ({
  type: ['integer', 'null'],
  description,
})

export const textOrNull = (description: string): NullableSchema<'string'> => ({
  type: ['string', 'null'],
  description,
})

export const numbers = (description: string, unit: string): ListSchema<NumberSchema> =>
  list(description, number(description, unit))

export const wholes = (description: string, unit = ''): ListSchema<NumberSchema> =>
  list(description, whole(description, unit))

export const map = <Item extends Schema>(description: string, items: Item): MapSchema<Item> => ({
  type: 'object',
  description,
  additionalProperties: items,
})

/** An object: the fields that are always there, and those that need not be. */
export const object = <F extends Fields, O extends Fields = Record<never, never>>(
  description: string,
  properties: F,
  optional?: O,
): ObjectSchema<F, O> => ({
  type: 'object',
  description,
  properties: { ...properties, ...(optional ?? ({} as O)) },
  required: Object.keys(properties),
  additionalProperties: false,
})
