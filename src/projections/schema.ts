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

type Fields = Readonly<Record<string, Schema>>

export interface ObjectSchema<F extends Fields = Fields> extends Described {
  readonly type: 'object'
  readonly properties: F
  readonly required: readonly (keyof F & string)[]
  readonly additionalProperties: false
}

export type Schema =
  | NumberSchema
  | TextSchema
  | SwitchSchema
  | PairSchema
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
          : S extends ObjectSchema<infer F>
            ? { readonly [Name in keyof F]: ViewOf<F[Name]> }
            : never

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

/** An object of which every field is always there. */
export const object = <F extends Fields>(description: string, properties: F): ObjectSchema<F> => ({
  type: 'object',
  description,
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})
