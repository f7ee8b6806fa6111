/** Checks a rule that only a bug of ours can break. Never for input: nobody catches what it throws. */
export function assert(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${rule}`)
}

/** Closes a union: the compiler refuses the call while a case is unhandled. */
export function assertNever(value: never): never {
  throw new Error(`assertion failed: no case for ${JSON.stringify(value)}`)
}
