/** Which WebSocket addresses the virtual exchange opens, and what each delivers. */
import type { StreamRoute } from './stream-names.ts'

const ROUTES: readonly StreamRoute[] = ['public', 'market', 'private']

export interface SocketTarget {
  readonly route: StreamRoute | 'any'
  /** Frames carry the wrapper of a combined stream. */
  readonly combined: boolean
  readonly streams: readonly string[]
}

/**
 * Reads the address of a socket; `undefined` if the venue has none such.
 * @param strictRoutes Unrouted addresses deliver what they do since 2026-04-23: the public kinds.
 */
export function socketTargetOf(
  target: URL,
  { strictRoutes }: { readonly strictRoutes: boolean },
): SocketTarget | undefined {
  const match = /^(?:\/(public|market|private))?\/(ws|stream)(?:\/(.*))?$/.exec(target.pathname)
  if (match === null) return undefined
  const [, named, form, path] = match
  const unrouted = strictRoutes ? 'public' : 'any'
  const route = ROUTES.find((name) => name === named) ?? unrouted
  const combined = form === 'stream'
  const list = combined ? target.searchParams.get('streams') : path
  // The query is decoded already; a path may have `@` and `!` as they are, or escaped.
  const streams = (list ?? '')
    .replaceAll('%40', '@')
    .replaceAll('%21', '!')
    .split('/')
    .filter((name) => name !== '')
  return { route, combined, streams }
}
