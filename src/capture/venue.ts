/** What a venue offers, as data: which stream stands on which route, and what a request costs. */
import type { RestChannel, SocketChannel } from '../model/channel.ts'

export interface VenueStream {
  /** Our name of what it delivers. */
  readonly channel: SocketChannel
  /** The venue's name of the stream, `{symbol}` standing for the symbol in lower case. */
  readonly name: string
  readonly route: string
  /** One stream for all markets: subscribed once, and each payload names its symbol. */
  readonly allMarkets: boolean
  readonly rule: SilenceRule
  /** Not documented by the venue: nothing depends on it. */
  readonly optional: boolean
  /** Channels of the same contract that cannot move for long while this one stands still. */
  readonly twins: readonly SocketChannel[]
  /** Fields of the payload that number its messages without holes; empty where none do. */
  readonly continuityIds: readonly string[]
}

/**
 * What silence means. `steady`: the stream speaks at its own pace, whatever the market does.
 * `active`: it speaks when the market moves. `rare`: it may be silent for hours.
 */
export type SilenceRule = 'steady' | 'active' | 'rare'

/** The fields of a payload, nested ones as `o.s`, as the venue documents them. */
export interface PayloadFields {
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

/** What a stream brings in a day, roughly: for a forecast. */
export interface StreamLoad {
  readonly framesPerSecond: number
  /** Of the payload, wrapper included. */
  readonly frameBytes: number
}

export interface VenueEndpoint {
  readonly channel: RestChannel
  readonly path: string
  /** `{symbol}` stands for the symbol in upper case. */
  readonly query: string
  readonly perSymbol: boolean
  /** Of the pool that all requests share. */
  readonly weight: number
  /** Counts against the second pool, of requests instead of weight. */
  readonly statistics: boolean
  readonly everyMs: number
}

export interface Venue {
  readonly name: string
  readonly wsUrl: string
  readonly restUrl: string
  /** Path of a combined socket below a route; the names of the streams follow, joined by `/`. */
  readonly socketPath: string
  readonly streamsPerConnectionMax: number
  /** Messages that a client may send in a second; ours sends none but pongs. */
  readonly sentPerSecondMax: number
  readonly streams: readonly VenueStream[]
  readonly endpoints: readonly VenueEndpoint[]
  /** Requests of `statistics` endpoints in {@link statisticsWindowMs}. */
  readonly statisticsPerWindowMax: number
  readonly statisticsWindowMs: number
  /** Header with the weight that the address has used in the running minute. */
  readonly usedWeightHeader: string
  /** How the headers begin that are kept with a reply. */
  readonly rateHeaders: readonly string[]
  /** By channel; channels without an entry are not checked. */
  readonly fields: ReadonlyMap<string, PayloadFields>
  /** By channel, of an active contract. */
  readonly loads: ReadonlyMap<string, StreamLoad>
}
