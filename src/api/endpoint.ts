/** What an endpoint is: a path, parameters, a body that is described, and how it is made of a state. */
import { type Parameters, readParameters, type ValuesOf } from '../projections/parameters.ts'
import type { Schema } from '../projections/schema.ts'
import type { Shown, StateAt } from '../projections/state-at.ts'
import type { StateSource } from '../projections/state-source.ts'
import { shortSymbol } from '../projections/symbol-name.ts'
import { RequestError } from './failure.ts'

export interface BytesAnswer {
  readonly bytes: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** JSON whose text is made already. */
export interface JsonAnswer {
  readonly json: Uint8Array
}

/** JSON that is too long to be made at once. */
export interface PiecesAnswer {
  readonly pieces: Iterable<string>
}

/** One request to one symbol of one state. */
export interface Asked<V> extends Shown {
  /** Short name of the symbol. */
  readonly name: string
  readonly values: V
  readonly source: StateSource
  /** Clock of the answer: that of the source, or of a state of the past that was asked for. */
  readonly nowMs: number
}

interface Declared {
  readonly path: string
  readonly aliases?: readonly string[]
  readonly summary: string
  /** Bodies of the whole recording have no symbol. */
  readonly isOfSymbol: boolean
  readonly body: Schema
  /** Also answers in bytes. */
  readonly isBinary?: boolean
  /** Answers the present only: what is judged by a clock is not kept. */
  readonly isVolatile?: boolean
}

export interface Endpoint extends Declared {
  readonly parameters: Parameters
  readonly prepare: (query: Query) => Prepared
}

export type Query = Readonly<Record<string, string | undefined>>

/** A query that was read. */
export interface Prepared {
  /** The same for queries that mean the same. */
  readonly key: string
  /** The same as long as the body is; absent it is another with each entry. */
  readonly versionOf: (state: StateAt, asked: Shown | undefined) => string
  readonly answer: (asked: Omit<Asked<unknown>, 'values'>) => unknown
}

interface Definition<P extends Parameters> extends Declared {
  readonly parameters: P
  readonly versionOf?: (shown: Shown) => string
  /** A body, {@link BytesAnswer}, {@link JsonAnswer} or {@link PiecesAnswer}. */
  readonly answer: (asked: Asked<ValuesOf<P>>) => unknown
}

export function endpoint<const P extends Parameters>(definition: Definition<P>): Endpoint {
  const { answer, versionOf, parameters, ...declared } = definition
  return {
    ...declared,
    parameters,
    prepare: (query) => {
      const read = readParameters(parameters, query)
      if ('refusal' in read) {
        const { message, detail } = read.refusal
        throw new RequestError('PARAMETER_INVALID', message, detail)
      }
      const { values } = read
      return {
        key: JSON.stringify(values),
        versionOf: (state, shown) =>
          shown === undefined || versionOf === undefined ? `s${state.seq}` : versionOf(shown),
        answer: (asked) => answer({ ...asked, values }),
      }
    },
  }
}

export const isBytes = (answer: unknown): answer is BytesAnswer =>
  typeof answer === 'object' && answer !== null && 'bytes' in answer

export const isJson = (answer: unknown): answer is JsonAnswer =>
  typeof answer === 'object' && answer !== null && 'json' in answer

export const isPieces = (answer: unknown): answer is PiecesAnswer =>
  typeof answer === 'object' && answer !== null && 'pieces' in answer

/** What there is not yet is 404, with the text of the reference. */
export function orMissing<T>(body: T | undefined, detail: string): T {
  if (body !== undefined) return body
  throw new RequestError('NOT_THERE_YET', `${detail.replace(/\.? [^.]*\?$/, '')}`, detail)
}

/** Bodies that only a minute close changes. */
export const minuteVersion = ({ state, at }: Shown): string =>
  `m${at.past.minutes.last(state.seq)?.seq ?? -1}`

export const symbolList = (state: StateAt): string =>
  [...state.symbols.keys()].map(shortSymbol).join(', ')
