/** What a capture will connect to, subscribe and poll, before it does: `capture --plan`. */
import { RecorderError } from '../base/errors.ts'
import type { RestChannel, SocketChannel } from '../model/channel.ts'
import type { SilenceRule, Venue, VenueEndpoint, VenueStream } from './venue.ts'

export interface PlannedStream {
  /** The venue's name of it. */
  readonly name: string
  readonly channel: SocketChannel
  /** Empty for a stream of all markets. */
  readonly symbol: string
  readonly rule: SilenceRule
  readonly optional: boolean
  readonly twins: readonly SocketChannel[]
  readonly continuityIds: readonly string[]
}

export interface PlannedConnection {
  readonly route: string
  readonly url: string
  readonly streams: readonly PlannedStream[]
}

export interface PlannedPoll {
  readonly channel: RestChannel
  /** Empty where one request is about all. */
  readonly symbol: string
  readonly path: string
  readonly url: string
  readonly weight: number
  readonly statistics: boolean
  readonly everyMs: number
}

export interface CapturePlan {
  readonly venue: string
  readonly symbols: readonly string[]
  readonly connections: readonly PlannedConnection[]
  readonly polls: readonly PlannedPoll[]
  /** Of the polls, without snapshots that a book asks for. */
  readonly weightPerMinute: number
  readonly weightPerMinuteMax: number
  /** Each of {@link connections} is opened so many times. */
  readonly connectionCopies: number
  /** What the venue lets one connection send. */
  readonly sentPerSecondMax: number
  /** Requests of the second pool, in its window of `statisticsWindowMs`. */
  readonly statisticsPerWindow: number
  readonly statisticsPerWindowMax: number
  readonly statisticsWindowMs: number
}

export interface PlanOptions {
  readonly symbols: readonly string[]
  /** Scheme, host and port; the venue's own where absent. */
  readonly wsUrl?: string | undefined
  readonly restUrl?: string | undefined
  readonly weightPerMinuteMax: number
  /** Default: 1. */
  readonly connectionCopies?: number | undefined
}

const SYMBOL = /^[A-Z0-9]+(_[A-Z0-9]+)?$/

/** @throws {RecorderError} `USAGE` for a symbol, a base URL or a weight that cannot be. */
export function planCapture(venue: Venue, options: PlanOptions): CapturePlan {
  const symbols = [...new Set(options.symbols)]
  const bad = symbols.find((symbol) => !SYMBOL.test(symbol))
  if (bad !== undefined || symbols.length === 0) {
    throw new RecorderError('USAGE', `--symbols wants names such as BTCUSDT, was "${bad ?? ''}"`)
  }
  const wsUrl = baseOf('--ws-url', options.wsUrl ?? venue.wsUrl, /^wss?:$/)
  const restUrl = baseOf('--rest-url', options.restUrl ?? venue.restUrl, /^https?:$/)
  const polls = venue.endpoints.flatMap((endpoint) => pollsOf(endpoint, symbols, restUrl))
  const inPool = polls.filter((poll) => poll.statistics)
  const plan: CapturePlan = {
    venue: venue.name,
    symbols,
    connections: connectionsOf(venue, symbols, wsUrl),
    polls,
    weightPerMinute: rate(polls, 60_000, ({ weight }) => weight),
    weightPerMinuteMax: options.weightPerMinuteMax,
    connectionCopies: options.connectionCopies ?? 1,
    sentPerSecondMax: venue.sentPerSecondMax,
    statisticsPerWindow: rate(inPool, venue.statisticsWindowMs, () => 1),
    statisticsPerWindowMax: venue.statisticsPerWindowMax,
    statisticsWindowMs: venue.statisticsWindowMs,
  }
  refuseTooMany(plan)
  return plan
}

function baseOf(flag: string, text: string, protocol: RegExp): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isBase = url !== undefined && protocol.test(url.protocol) && url.pathname === '/'
  if (!isBase || url.search !== '' || url.hash !== '') {
    throw new RecorderError('USAGE', `${flag} wants scheme, host and port only, was ${text}`)
  }
  return url.origin
}

/** The streams of a symbol stay together, so that each connection has one that always speaks. */
function connectionsOf(
  venue: Venue,
  symbols: readonly string[],
  wsUrl: string,
): readonly PlannedConnection[] {
  const routes = [...new Set(venue.streams.map(({ route }) => route))]
  return routes.flatMap((route) => {
    const onRoute = venue.streams.filter((stream) => stream.route === route)
    const shared = onRoute.filter(({ allMarkets }) => allMarkets)
    const own = onRoute.filter(({ allMarkets }) => !allMarkets)
    const symbolCountMax = Math.floor((venue.streamsPerConnectionMax - shared.length) / own.length)
    const connections: PlannedConnection[] = []
    for (let at = 0; at < symbols.length; at += symbolCountMax) {
      const part = symbols.slice(at, at + symbolCountMax)
      const streams = part.flatMap((symbol) => own.map((stream) => planned(stream, symbol)))
      if (at === 0) streams.push(...shared.map((stream) => planned(stream, '')))
      const names = streams.map(({ name }) => name).join('/')
      connections.push({ route, url: `${wsUrl}${route}${venue.socketPath}${names}`, streams })
    }
    return connections
  })
}

function planned(stream: VenueStream, symbol: string): PlannedStream {
  const { channel, rule, optional, twins, continuityIds } = stream
  const name = stream.name.replace('{symbol}', symbol.toLowerCase())
  return { name, channel, symbol, rule, optional, twins, continuityIds }
}

function pollsOf(
  endpoint: VenueEndpoint,
  symbols: readonly string[],
  restUrl: string,
): readonly PlannedPoll[] {
  const { channel, path, weight, statistics, everyMs } = endpoint
  return (endpoint.perSymbol ? symbols : ['']).map((symbol) => {
    const query = endpoint.query.replace('{symbol}', symbol)
    const url = `${restUrl}${path}${query === '' ? '' : `?${query}`}`
    return { channel, symbol, path, url, weight, statistics, everyMs }
  })
}

function rate(
  polls: readonly PlannedPoll[],
  windowMs: number,
  costOf: (poll: PlannedPoll) => number,
): number {
  return polls.reduce((sum, poll) => sum + (costOf(poll) * windowMs) / poll.everyMs, 0)
}

function refuseTooMany(plan: CapturePlan): void {
  const { symbols, weightPerMinute, weightPerMinuteMax } = plan
  const { statisticsPerWindow, statisticsPerWindowMax } = plan
  // Half of the pool stays free for the snapshots of books that lost their thread.
  if (weightPerMinute > weightPerMinuteMax / 2 || statisticsPerWindow > statisticsPerWindowMax) {
    throw new RecorderError(
      'USAGE',
      `${symbols.length} symbols need ${weightPerMinute.toFixed(0)} weight a minute and ` +
        `${statisticsPerWindow.toFixed(0)} ratio requests; ${weightPerMinuteMax / 2} and ` +
        `${statisticsPerWindowMax} are there: capture fewer symbols`,
    )
  }
}
