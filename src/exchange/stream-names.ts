/**
 * The venue's names of streams as a table: what a name delivers, and on which route
 * (`binance-today.md`). A stream on the wrong route is acknowledged and stays silent.
 */

/** `private` carries account data, of which a recording has none: clients open it all the same. */
export type StreamRoute = 'public' | 'market' | 'private'

interface StreamKind {
  /** The channel of a recording that feeds it. */
  readonly channel: string
  readonly route: StreamRoute
  /** What follows `<symbol>@`. A recording has one speed of depth, which serves every name of it. */
  readonly names: readonly string[]
  /** Streams of all contracts at once. */
  readonly allNames: readonly string[]
  /** The stream of all contracts sends lists. */
  readonly allIsList: boolean
}

export const STREAM_KINDS: readonly StreamKind[] = [
  {
    channel: 'depth',
    route: 'public',
    names: ['depth', 'depth@0ms', 'depth@100ms', 'depth@250ms', 'depth@500ms'],
    allNames: [],
    allIsList: false,
  },
  {
    channel: 'bookTicker',
    route: 'public',
    names: ['bookTicker'],
    allNames: ['!bookTicker'],
    allIsList: false,
  },
  { channel: 'trade', route: 'public', names: ['trade'], allNames: [], allIsList: false },
  { channel: 'aggTrade', route: 'market', names: ['aggTrade'], allNames: [], allIsList: false },
  {
    channel: 'markPrice',
    route: 'market',
    names: ['markPrice', 'markPrice@1s'],
    allNames: ['!markPrice@arr', '!markPrice@arr@1s'],
    allIsList: true,
  },
  {
    channel: 'forceOrder',
    route: 'market',
    names: ['forceOrder'],
    allNames: ['!forceOrder@arr'],
    allIsList: false,
  },
]

/** The route of a stream that a recording may hold under its own name. `undefined`: public. */
const OTHER_PUBLIC = /@(depth\d|rpiDepth)/

/** Whether the venue sends stream `name` to a socket of `route`. */
export function isServed(name: string, route: StreamRoute): boolean {
  return routeOf(name) === route
}

function routeOf(name: string): StreamRoute {
  const suffix = name.slice(name.indexOf('@') + 1)
  const kind = STREAM_KINDS.find(
    ({ names, allNames }) =>
      allNames.includes(name) || (!name.startsWith('!') && names.includes(suffix)),
  )
  if (kind !== undefined) return kind.route
  return OTHER_PUBLIC.test(name) ? 'public' : 'market'
}

export interface StreamTargets {
  /** Names that get the payload as it is. */
  readonly names: readonly string[]
  /** Names that get it as the one element of a list. */
  readonly listNames: readonly string[]
}

/** The streams that an entry of `channel` and `symbol` feeds, whatever socket they are on. */
export function targetsOf(channel: string, symbol: string): StreamTargets {
  const kind = STREAM_KINDS.find((candidate) => candidate.channel === channel)
  if (kind === undefined) return { names: [], listNames: [] }
  const own = kind.names.map((name) => `${symbol.toLowerCase()}@${name}`)
  return kind.allIsList
    ? { names: own, listNames: kind.allNames }
    : { names: [...own, ...kind.allNames], listNames: [] }
}
