/** The state as it stands: book, zones, and what the recording holds. */
import { type BookGrid, priceOfKey, sizeBaseOf } from '../engines/book-levels.ts'
import { createLevelBuffer } from '../engines/level-buffer.ts'
import { collectLevels, type PriceLadder } from '../engines/price-ladder.ts'
import { contributionsOf, STANDARD_ZONE_SOURCE } from '../engines/symbol/standard-shown.ts'
import { shownEngines } from '../engines/symbol/symbol-engines.ts'
import { asOfMs } from './minute-bodies.ts'
import {
  list,
  number,
  numberOrNull,
  object,
  oneOf,
  text,
  type ViewOf,
  whole,
  wholeOrNull,
} from './schema.ts'
import type { Shown, StateAt } from './state-at.ts'
import { shortSymbol } from './symbol-name.ts'
import type { BookView, GapView, RecordingView, StatusView } from './views.ts'

const GAPS_SHOWN = 100
const CLOCK_MS = 'ms since 1970'

export const ZoneLivesBody = object('Zones that stand, with their life.', {
  symbol: text('Short name of the contract, such as BTC.'),
  asOfMs: number('Engine clock of the state shown; 0 before the first entry.', CLOCK_MS),
  stepUsd: number('Height of a level.', 'USD'),
  zones: list(
    'The heaviest first.',
    object('A zone.', {
      id: wholeOrNull('Name of the zone; null in the model of the reference.'),
      side: oneOf('Of the positions in it.', ['long', 'short']),
      lowUsd: number('Lowest price that sets it off.', 'USD'),
      highUsd: number('Highest price that sets it off.', 'USD'),
      priceUsd: number('Mean of the prices that set it off.', 'USD'),
      orderUsd: numberOrNull('Price of the orders that it sets off.', 'USD'),
      expected: number('Liquidations if price goes through all of it; else its weight.', ''),
      expectedPeak: numberOrNull('The most that it ever expected.', 'liquidations'),
      createdMs: number('When it came to be.', CLOCK_MS),
      reinforcedMs: number('When it last grew.', CLOCK_MS),
      reinforcements: whole('How often it grew.'),
      source: text('What it is made of.'),
      tiers: list(
        'What each leverage adds.',
        object('A leverage.', {
          tier: number('Leverage.', 'x'),
          expected: number('What it adds.', 'liquidations'),
        }),
      ),
    }),
  ),
})

export function zoneLivesBody({ at }: Shown, name: string): ViewOf<typeof ZoneLivesBody> {
  const { engines } = at
  const stepUsd = engines === undefined ? 0 : shownEngines(engines).context.grid.stepUsd
  const zones = engines === undefined ? [] : zonesOf(engines, stepUsd)
  return {
    symbol: name,
    asOfMs: asOfMs(at),
    stepUsd,
    zones: zones.sort((a, b) => b.expected - a.expected),
  }
}

type ZoneLife = ViewOf<typeof ZoneLivesBody>['zones'][number]

function zonesOf(engines: NonNullable<Shown['at']['engines']>, stepUsd: number): ZoneLife[] {
  if (engines.model === 'reference') return referenceZones(engines, stepUsd)
  const { standard, zones } = engines
  return zones.zones.map((zone) => ({
    id: zone.id,
    side: zone.side,
    lowUsd: zone.fromLevel * standard.positions.stepUsd,
    highUsd: zone.toLevel * standard.positions.stepUsd,
    priceUsd: zone.triggerUsd,
    orderUsd: zone.orderUsd,
    expected: zone.expected,
    expectedPeak: zone.expectedPeak,
    createdMs: (zone.createdMinute + 1) * 60_000,
    reinforcedMs: (zone.reinforcedMinute + 1) * 60_000,
    reinforcements: zone.reinforceCount,
    source: STANDARD_ZONE_SOURCE,
    tiers: tiersOf(contributionsOf(zone, standard)),
  }))
}

const referenceZones = (
  engines: NonNullable<Shown['at']['engines']>,
  stepUsd: number,
): ZoneLife[] =>
  [...shownEngines(engines).state.heatmap.zones.map.values()].map((zone) => ({
    id: null,
    side: zone.side,
    lowUsd: zone.priceUsd - stepUsd / 2,
    highUsd: zone.priceUsd + stepUsd / 2,
    priceUsd: zone.priceUsd,
    orderUsd: null,
    expected: zone.weight,
    expectedPeak: null,
    createdMs: zone.createdS * 1000,
    reinforcedMs: zone.lastReinforcedS * 1000,
    reinforcements: zone.reinforcementCount,
    source: zone.source,
    tiers: tiersOf(zone.contributions),
  }))

const tiersOf = (contributions: ReadonlyMap<number, number>) =>
  [...contributions].map(([tier, expected]) => ({ tier, expected }))

export function bookBody({ at }: Shown, name: string, levelsMax: number): BookView {
  const { book } = at.market
  const { grid, shown } = book.levels
  const bids = levelsOf(grid, shown.bids, levelsMax)
  const asks = levelsOf(grid, shown.asks, levelsMax)
  const bestBidUsd = bids[0]?.[0] ?? 0
  const bestAskUsd = asks[0]?.[0] ?? 0
  const isTwoSided = bids.length > 0 && asks.length > 0
  return {
    symbol: name,
    asOfMs: asOfMs(at),
    synced: book.state === 'synced',
    lastUpdateId: book.lastAppliedU,
    bestBidUsd,
    bestAskUsd,
    midUsd: isTwoSided ? (bestBidUsd + bestAskUsd) / 2 : 0,
    spreadUsd: isTwoSided ? bestAskUsd - bestBidUsd : 0,
    bids,
    asks,
  }
}

function levelsOf(grid: BookGrid, ladder: PriceLadder, levelsMax: number): [number, number][] {
  const buffer = createLevelBuffer()
  collectLevels(ladder, Number.NEGATIVE_INFINITY, buffer)
  const count = Math.min(levelsMax, buffer.count)
  return Array.from({ length: count }, (_, index) => [
    priceOfKey(grid, buffer.keys[index] ?? 0),
    sizeBaseOf(grid, buffer.sizes[index] ?? 0),
  ])
}

/** How fresh each contract is. */
export const statusSymbols = ({ symbols, past, mark }: StateAt): StatusView['symbols'] =>
  [...symbols.values()].map((at) => {
    let recvTimeMs = 0
    for (const [place, { symbol }] of past.streams.entries()) {
      if (symbol === at.symbol) recvTimeMs = Math.max(recvTimeMs, mark?.lastRecvsMs[place] ?? 0)
    }
    return {
      symbol: shortSymbol(at.symbol),
      clockMs: asOfMs(at),
      recvTimeMs,
      bookSynced: at.market.book.state === 'synced',
    }
  })

export function summaryBody(state: StateAt): RecordingView {
  const { past, mark, seq } = state
  const gaps = past.gaps.before(seq)
  return {
    recording: state.recording,
    mode: state.mode,
    entryCount: seq,
    firstRecvTimeMs: mark?.firstRecvMs ?? 0,
    lastRecvTimeMs: mark?.lastRecvMs ?? 0,
    faultCount: state.faultCount,
    gapCount: gaps.length,
    gaps: longest(gaps),
    channels: channelsOf(state),
    symbols: [...state.symbols.values()].map((at) => ({
      symbol: shortSymbol(at.symbol),
      minuteCount: at.minuteCount,
      gapCount: at.gapCount,
      digest: at.past.minutes.last(seq)?.digest ?? '',
    })),
    // A fact of the process, and not of the state: see /v1/status.
    entriesPerSecond: 0,
  }
}

function channelsOf({ past, mark }: StateAt): RecordingView['channels'] {
  const rows = new Map<string, { venue: string; channel: string; entryCount: number }>()
  for (const [place, { venue, channel }] of past.streams.entries()) {
    const entryCount = mark?.entryCounts[place] ?? 0
    if (entryCount === 0) continue
    const row = rows.get(`${venue}/${channel}`) ?? { venue, channel, entryCount: 0 }
    row.entryCount += entryCount
    rows.set(`${venue}/${channel}`, row)
  }
  return [...rows.values()].sort((a, b) => b.entryCount - a.entryCount)
}

/** The longest gaps in the order of time. */
function longest(gaps: readonly (GapView & { readonly seq: number })[]): readonly GapView[] {
  const weightOf = (gap: GapView): number => gap.durationMs * 1e6 + gap.missingCount
  const kept =
    gaps.length <= GAPS_SHOWN
      ? gaps
      : gaps
          .toSorted((a, b) => weightOf(b) - weightOf(a))
          .slice(0, GAPS_SHOWN)
          .toSorted((a, b) => a.seq - b.seq)
  return kept.map(({ symbol, channel, cause, recvTimeMs, durationMs, missingCount }) => ({
    symbol,
    channel,
    cause,
    recvTimeMs,
    durationMs,
    missingCount,
  }))
}
