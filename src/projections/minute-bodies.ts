/** What has been, minute by minute: bars, figures, liquidations, weights, changes of zones. */
import { barOf } from '../engines/market.ts'
import type { MinuteRecord } from './past.ts'
import {
  flag,
  list,
  number,
  numberOrNull,
  numbers,
  object,
  oneOf,
  text,
  type ViewOf,
  whole,
} from './schema.ts'
import type { Shown, SymbolAt } from './state-at.ts'
import type { BarsView, BarView } from './views.ts'

const MINUTE_MS = 60_000
const CLOCK_MS = 'ms since 1970'

const head = {
  symbol: text('Short name of the contract, such as BTC.'),
  asOfMs: number('Engine clock of the state shown; 0 before the first entry.', CLOCK_MS),
}

const Minute = object('One closed minute.', {
  openTimeMs: whole('Start of the minute by the engine clock.', CLOCK_MS),
  observedLong: whole('Liquidations of longs.'),
  observedShort: whole('Liquidations of shorts.'),
  expectedLong: numberOrNull('Expected before the minute was known.', 'liquidations'),
  expectedShort: numberOrNull('Expected before the minute was known.', 'liquidations'),
  openInterestBase: numberOrNull('Open interest as last polled.', 'base'),
  fundingRate: numberOrNull('Funding per interval.', 'fraction'),
  topAccountRatio: numberOrNull('Longs over shorts, accounts of top traders.', 'ratio'),
  topPositionRatio: numberOrNull('Longs over shorts, positions of top traders.', 'ratio'),
  globalAccountRatio: numberOrNull('Longs over shorts, all accounts.', 'ratio'),
  markUsd: numberOrNull('Mark price.', 'USD'),
  buyBase: number('Volume that takers bought.', 'base'),
  sellBase: number('Volume that takers sold.', 'base'),
  complete: flag('No gap lies in the minute, and the book was in sync.'),
  gapCount: whole('Gaps that the recording has in this minute.'),
})

export const MinutesBody = object('Closed minutes of one contract.', {
  ...head,
  minutes: list('The oldest first.', Minute),
})

export const LiquidationsBody = object('Liquidations of one contract.', {
  ...head,
  liquidations: list(
    'The oldest first.',
    object('A liquidation. The venue shows about one a second at most.', {
      seq: whole('Entry that told it.'),
      timeMs: number('Time of the order.', CLOCK_MS),
      side: oneOf('Of the position that was closed.', ['long', 'short']),
      priceUsd: number('Price of the order.', 'USD'),
      sizeBase: number('Quantity of the order.', 'base'),
    }),
  ),
})

export const WeightsBody = object('What the calibrator believes of leverage, and since when.', {
  ...head,
  model: oneOf('Whose calibrator.', ['standard', 'reference', 'none']),
  ladder: numbers('Leverages, ascending.', 'x'),
  steps: list(
    'One for each change, the oldest first.',
    object('Weights from a minute on.', {
      timeMs: number('Start of the minute.', CLOCK_MS),
      weights: numbers('Share of each leverage of the ladder.', 'share'),
    }),
  ),
})

const ZONE_CHANGES = ['created', 'reinforced', 'merged', 'swept', 'expired'] as const

export const ZoneChangesBody = object('Life of the zones of the standard model.', {
  ...head,
  changes: list(
    'The oldest first.',
    object('What happened to a zone.', {
      seq: whole('Entry that closed the minute.'),
      timeMs: number('End of the minute.', CLOCK_MS),
      change: oneOf('What happened.', ZONE_CHANGES),
      id: whole('Of the zone.'),
      side: oneOf('Of the positions in it.', ['long', 'short']),
      priceUsd: number('Mean of the prices that set it off.', 'USD'),
      lowUsd: number('Lowest of them.', 'USD'),
      highUsd: number('Highest of them.', 'USD'),
      expected: number('Expected if price goes through all of it.', 'liquidations'),
    }),
  ),
})

export const asOfMs = ({ engineClockMs }: SymbolAt): number =>
  Number.isNaN(engineClockMs) ? 0 : engineClockMs

export function minutesBody(
  { state, at }: Shown,
  name: string,
  minutes: number,
): ViewOf<typeof MinutesBody> {
  return {
    symbol: name,
    asOfMs: asOfMs(at),
    minutes: at.past.minutes.before(state.seq, minutes).map(minuteRow),
  }
}

export function liquidationsBody(
  { state, at }: Shown,
  name: string,
  minutes: number,
): ViewOf<typeof LiquidationsBody> {
  const fromMs = sinceMs(at, minutes)
  return {
    symbol: name,
    asOfMs: asOfMs(at),
    liquidations: at.past.liquidations
      .before(state.seq)
      .filter(({ timeMs }) => timeMs >= fromMs)
      .map(({ seq, timeMs, side, priceUsd, sizeBase }) => ({
        seq,
        timeMs,
        side,
        priceUsd,
        sizeBase,
      })),
  }
}

export function weightsBody(
  { state, at }: Shown,
  name: string,
  minutes: number,
): ViewOf<typeof WeightsBody> {
  const records = at.past.minutes.before(state.seq, minutes)
  const ladder = [...ladderOf(records.at(-1)?.weights ?? new Float64Array(0)).keys()]
  const steps: { timeMs: number; weights: number[] }[] = []
  let before = ''
  for (const { minute, weights } of records) {
    const shareOf = ladderOf(weights)
    const shares = ladder.map((tier) => shareOf.get(tier) ?? 0)
    const now = shares.join()
    if (now === before) continue
    before = now
    steps.push({ timeMs: (minute + 1) * MINUTE_MS, weights: shares })
  }
  return { symbol: name, asOfMs: asOfMs(at), model: at.engines?.model ?? 'none', ladder, steps }
}

/** Share by tier, of what a minute keeps. */
function ladderOf(weights: Float64Array): ReadonlyMap<number, number> {
  const shares = new Map<number, number>()
  for (let place = 0; place < weights.length; place += 2) {
    shares.set(weights[place] ?? 0, weights[place + 1] ?? 0)
  }
  return shares
}

export function zoneChangesBody(
  { state, at }: Shown,
  name: string,
  minutes: number,
): ViewOf<typeof ZoneChangesBody> {
  const fromMs = sinceMs(at, minutes)
  const stepUsd = at.engines?.model === 'standard' ? at.engines.standard.positions.stepUsd : 0
  const changes = at.past.zoneChanges
    .before(state.seq)
    .map(({ seq, change, minute, zone }) => ({
      seq,
      timeMs: (minute + 1) * MINUTE_MS,
      change,
      id: zone.id,
      side: zone.side,
      priceUsd: zone.triggerUsd,
      lowUsd: zone.fromLevel * stepUsd,
      highUsd: zone.toLevel * stepUsd,
      expected: zone.expected,
    }))
    .filter(({ timeMs }) => timeMs >= fromMs)
  return { symbol: name, asOfMs: asOfMs(at), changes }
}

/** The newest minutes; the last may be open. A minute without any entry has no bar. */
export function barsBody({ state, at }: Shown, name: string, minutesMax: number): BarsView {
  const bars: BarView[] = at.past.minutes.before(state.seq, minutesMax).map(closedBar)
  const { bar, source } = barOf(at.market)
  if (bar.tickCount > 0 && !Number.isNaN(at.openMinute)) bars.push(openBar(at))
  return { symbol: name, asOfMs: asOfMs(at), source, bars: bars.slice(-minutesMax) }
}

const sinceMs = (at: SymbolAt, minutes: number): number => asOfMs(at) - minutes * MINUTE_MS

/** What was never told is 0 in the state. */
const told = (value: number | undefined): number | null =>
  value === undefined || value === 0 ? null : value

function minuteRow({ minute, close, expected, complete, gapCount }: MinuteRecord) {
  const [topAccountRatio, topPositionRatio, globalAccountRatio] = close.ratios
  const isMarked = close.markUsd > 0
  return {
    openTimeMs: minute * MINUTE_MS,
    // An order that buys closes a short.
    observedLong: close.liquidations.sellCount,
    observedShort: close.liquidations.buyCount,
    expectedLong: expected?.long ?? null,
    expectedShort: expected?.short ?? null,
    openInterestBase: told(close.openInterest.sizeBase),
    fundingRate: isMarked ? close.fundingFraction : null,
    topAccountRatio: told(topAccountRatio),
    topPositionRatio: told(topPositionRatio),
    globalAccountRatio: told(globalAccountRatio),
    markUsd: told(close.markUsd),
    buyBase: close.volume.buyBase,
    sellBase: close.volume.sellBase,
    complete,
    gapCount,
  }
}

function closedBar({ minute, close, complete, gapCount }: MinuteRecord): BarView {
  const { bar, volume } = close
  return {
    openTimeMs: minute * MINUTE_MS,
    openUsd: bar.openUsd,
    highUsd: bar.highUsd,
    lowUsd: bar.lowUsd,
    closeUsd: bar.closeUsd,
    tickCount: bar.tickCount,
    buyBase: volume.buyBase,
    sellBase: volume.sellBase,
    tradeCount: volume.buyTradeCount + volume.sellTradeCount,
    complete,
    gapCount,
  }
}

function openBar({ market, openMinute, gapsInMinute }: SymbolAt): BarView {
  const { bar } = barOf(market)
  const { volume } = market
  return {
    openTimeMs: openMinute * MINUTE_MS,
    openUsd: bar.openUsd,
    highUsd: bar.highUsd,
    lowUsd: bar.lowUsd,
    closeUsd: bar.closeUsd,
    tickCount: bar.tickCount,
    buyBase: volume.buyBase,
    sellBase: volume.sellBase,
    tradeCount: volume.buyTradeCount + volume.sellTradeCount,
    complete: false,
    gapCount: gapsInMinute,
  }
}
