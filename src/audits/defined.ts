/** Leaves out what is undefined: in a view that is absent, not `undefined`. */
export type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

export function defined<T extends object>(fields: T): Defined<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Defined<T>
}
