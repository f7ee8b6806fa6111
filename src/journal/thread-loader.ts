/** The program runs from its sources, and a thread does not inherit what loads them. */
export function threadLoader(): readonly string[] {
  const api = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  return ['--import', `data:text/javascript,import { register } from ${api}; register()`]
}
