/**
 * Which settings a run reads. A run is a computation without chance, so that a setting which it never
 * reads can be given any value without changing anything: such trials need no run of their own.
 */
import type { Settings } from '../pipeline/settings.ts'

/** Settings to run with once, and the full names that were read of them, which grow meanwhile. */
export function tracedSettings(settings: Settings): {
  readonly settings: Settings
  readonly read: ReadonlySet<string>
} {
  const read = new Set<string>()
  const engines = Object.entries(settings).map(([engine, values]) => [
    engine,
    new Proxy<object>(values, {
      get: (target, name, receiver) => {
        read.add(`${engine}.${String(name)}`)
        return Reflect.get(target, name, receiver) as unknown
      },
      // Whoever copies all of them may read any of them later.
      ownKeys: (target) => {
        for (const name of Object.keys(target)) read.add(`${engine}.${name}`)
        return Reflect.ownKeys(target)
      },
    }),
  ])
  return { settings: Object.fromEntries(engines) as Settings, read }
}
