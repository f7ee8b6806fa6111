/**
 * A few views of the state that page and terminal show; `symbol` in them is the short name (`BTC`),
 * which `shortSymbol` makes.
 */
import { flag, list, number, object, oneOf, pair, text, type ViewOf, whole } from './schema.ts'

const CLOCK_MS = 'ms since 1970'

const symbolName = text('Short name of the contract, such as BTC.')

export const StatusView = object('What is served, how far it is, and how fresh.', {
  ready: flag(
    'The state stands: all answers are meant. Until then they show what there is so far.',
  ),
  mode: oneOf('live: the tail of a capture. replay: a recording.', ['live', 'replay']),
  recording: text('Name of the recording.'),
  reason: text('Why it is not ready; empty when it is.'),
  doneEntryCount: whole('Entries handled so far.', 'entries'),
  totalEntryCount: whole('Entries to handle until ready; 0 while nobody knows.', 'entries'),
  entriesPerSecond: number(
    'Entries handled per second of wall time: of the replay, or of the last seconds of a capture.',
    'entries/s',
  ),
  symbols: list(
    'One per contract that has engines, in the order in which they came.',
    object('How fresh one contract is.', {
      symbol: symbolName,
      clockMs: number('Engine clock; 0 before the first entry.', CLOCK_MS),
      recvTimeMs: number('Receive time of the last entry; 0 before the first.', CLOCK_MS),
      bookSynced: flag('The order book follows the venue.'),
    }),
  ),
})
export type StatusView = ViewOf<typeof StatusView>

const Bar = object('One minute.', {
  openTimeMs: whole('Start of the minute by the engine clock.', CLOCK_MS),
  openUsd: number('First price.', 'USD'),
  highUsd: number('Highest price.', 'USD'),
  lowUsd: number('Lowest price.', 'USD'),
  closeUsd: number('Last price.', 'USD'),
  tickCount: whole('Prices sampled.'),
  buyBase: number('Volume that takers bought.', 'base'),
  sellBase: number('Volume that takers sold.', 'base'),
  tradeCount: whole('Aggregate trades.'),
  complete: flag('The minute has closed and no gap lies in it.'),
  gapCount: whole('Gaps that the recording has in this minute.'),
})
export type BarView = ViewOf<typeof Bar>

export const BarsView = object(
  'The newest minutes of one contract. A minute without any entry has no bar.',
  {
    symbol: symbolName,
    asOfMs: number('Engine clock of the state shown.', CLOCK_MS),
    source: oneOf('What the prices are of.', ['mid', 'mark', 'trade']),
    bars: list('The oldest first; the last one may be open.', Bar),
  },
)
export type BarsView = ViewOf<typeof BarsView>

export const BookView = object('The rebuilt order book of one contract.', {
  symbol: symbolName,
  asOfMs: number('Engine clock of the state shown.', CLOCK_MS),
  synced: flag('The book follows the venue. If not, these are the levels of the last good one.'),
  lastUpdateId: whole('Update id of the last diff or snapshot in it; 0 before the first.'),
  bestBidUsd: number('Best bid; 0 while the side is empty.', 'USD'),
  bestAskUsd: number('Best ask; 0 while the side is empty.', 'USD'),
  midUsd: number('Mean of best bid and ask; 0 while a side is empty.', 'USD'),
  spreadUsd: number('Best ask minus best bid; 0 while a side is empty.', 'USD'),
  bids: list('The best first.', pair('Price in USD, size in the base asset.')),
  asks: list('The best first.', pair('Price in USD, size in the base asset.')),
})
export type BookView = ViewOf<typeof BookView>

const Gap = object('Something that is missing from the recording.', {
  symbol: text('Short name of the contract; empty for all.'),
  channel: text('Channel that is missing; empty for all.'),
  cause: text('What made the gap.'),
  recvTimeMs: number('Receive time of the entry that ended it.', CLOCK_MS),
  durationMs: number('How long nothing came; 0 where nobody knows.', 'ms'),
  missingCount: whole('Ids missing; 0 where ids do not tell.'),
})
export type GapView = ViewOf<typeof Gap>

export const RecordingView = object('What the recording holds, up to the state shown.', {
  recording: text('Name of the recording.'),
  mode: StatusView.properties.mode,
  entryCount: whole('Entries, recorder facts included.', 'entries'),
  firstRecvTimeMs: number('Receive time of the first entry; 0 while there is none.', CLOCK_MS),
  lastRecvTimeMs: number('Receive time of the last entry; 0 while there is none.', CLOCK_MS),
  faultCount: whole('Payloads that were not as the venue documents them.'),
  gapCount: whole('Gaps of all contracts.'),
  gaps: list('The longest gaps, in the order of time; at most a hundred.', Gap),
  channels: list(
    'The most entries first.',
    object('One kind of entry.', {
      venue: text('Venue; `recorder` for what the recorder knows itself.'),
      channel: text('Channel.'),
      entryCount: whole('Entries.', 'entries'),
    }),
  ),
  symbols: list(
    'One per contract that has engines.',
    object('Totals of one contract.', {
      symbol: symbolName,
      minuteCount: whole('Minutes closed.'),
      gapCount: whole('Gaps.'),
      digest: text(
        'Digest of the state at the last minute that closed, hexadecimal; empty before.',
      ),
    }),
  ),
  entriesPerSecond: StatusView.properties.entriesPerSecond,
})
export type RecordingView = ViewOf<typeof RecordingView>
