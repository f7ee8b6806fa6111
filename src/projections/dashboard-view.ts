/** What the terminal shows of one contract: the figures of its panels (`dashboard.md` §6, §10). */
import { flag, list, number, object, oneOf, pair, text, type ViewOf, whole } from './schema.ts'

const CLOCK_MS = 'ms since 1970'

const Zone = object('A predicted liquidation zone.', {
  priceUsd: number('Where it stands.', 'USD'),
  strength: number('Share of the strongest level of the map, 0 to 1.', 'fraction'),
  ageMinutes: whole('Since it is shown.', 'minutes'),
})

const StreamRow = object('One stream.', {
  name: text('Channel.'),
  entryCount: whole('Entries so far.', 'entries'),
  ageMs: number('Since its last entry, at the moment of the state; −1 before the first.', 'ms'),
  condition: oneOf('quiet: nothing is due. stale: late. dead: nothing comes.', [
    'live',
    'quiet',
    'stale',
    'dead',
  ]),
})

export const DashboardView = object('The present minute of one contract, as panels show it.', {
  symbol: text('Short name of the contract.'),
  symbols: list('Short names of all contracts, in their order.', text('Short name.')),
  mode: oneOf('live: the tail of a capture. replay: a recording.', ['live', 'replay']),
  recording: text('Name of the recording.'),
  ready: flag('The state stands.'),
  asOfMs: number('Engine clock of the state; 0 before the first entry.', CLOCK_MS),
  seq: whole('First sequence that is not in the state.'),
  lagMs: number('Receive time of the last entry minus its engine clock.', 'ms'),
  digest: text('Digest at the last minute that closed; empty before.'),
  runtimeMs: number('From the first entry to the last.', 'ms'),
  entryCount: whole('Entries handled.', 'entries'),
  faultCount: whole('Payloads that were not as documented.'),
  gapCount: whole('Gaps of this contract.'),
  streams: list('The streams of this contract and of all.', StreamRow),
  price: object('Of the open minute. Unit: USD.', {
    lastUsd: number('Now; 0 before the first.', 'USD'),
    openUsd: number('First.', 'USD'),
    highUsd: number('Highest.', 'USD'),
    lowUsd: number('Lowest.', 'USD'),
    volaUsd: number('Standard deviation of the prices of the last closed minute.', 'USD'),
    markUsd: number('Mark price; 0 before the first.', 'USD'),
  }),
  book: object('The order book.', {
    state: text('As the engine names it: synced, or what it waits for.'),
    resyncCount: whole('Times it had to be joined anew.'),
    bestBidUsd: number('0 while the side is empty.', 'USD'),
    bestAskUsd: number('0 while the side is empty.', 'USD'),
    spreadUsd: number('Best ask minus best bid.', 'USD'),
    bidDepthBase: number('Bids down to 1 % below the mid.', 'base'),
    askDepthBase: number('Asks up to 1 % above the mid.', 'base'),
    imbalance: number('−1 to 1.', 'fraction'),
    voidsBase: number('What the last message took away.', 'base'),
    reinforcesBase: number('What it added.', 'base'),
    top: list('Largest levels of 50 USD within 1 % of the mid.', pair('Price, size in base.')),
  }),
  trades: object('Of the open minute.', {
    buyBase: number('Takers bought.', 'base'),
    sellBase: number('Takers sold.', 'base'),
    buyCount: whole('Trades.'),
    sellCount: whole('Trades.'),
  }),
  openInterest: object('Open interest and funding.', {
    sizeBase: number('0 before the first.', 'base'),
    valueUsd: number('At the present price.', 'USD'),
    changeBase: number('Over the last closed minute.', 'base'),
    fundingFraction: number('Per interval.', 'fraction'),
    nextFundingTimeMs: number('0 before the first.', CLOCK_MS),
    topAccountRatio: number('Longs over shorts, top traders by account; 0 before the first.', ''),
    topPositionRatio: number('The same by position.', ''),
    globalRatio: number('The same of all accounts.', ''),
  }),
  liquidations: object('Of the open minute, by the position that was liquidated.', {
    longsBase: number('Longs: orders that sell.', 'base'),
    shortsBase: number('Shorts: orders that buy.', 'base'),
    longCount: whole('Longs.'),
    shortCount: whole('Shorts.'),
    totalCount: whole('Since the start.'),
  }),
  model: object('The engines of the heatmap.', {
    name: oneOf('Which model computes.', ['standard', 'reference', 'none']),
    minuteCount: whole('Minutes closed.', 'minutes'),
    eventCount: whole('Liquidations that the calibrator counted; of the reference in its window.'),
    longZoneCount: whole('Zones alive.'),
    shortZoneCount: whole('Zones alive.'),
    predictedOverObserved: number('Of the standard model over its memory; 0 when unknown.', ''),
    longZones: list('The strongest first.', Zone),
    shortZones: list('The strongest first.', Zone),
    weights: list('Tier and its share.', pair('Leverage, share.')),
  }),
})
export type DashboardView = ViewOf<typeof DashboardView>
