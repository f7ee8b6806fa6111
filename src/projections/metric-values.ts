/** The metric catalogue with what the state knows of it: the last closed minute, and the book as it is. */
import { sizeBaseOf } from '../engines/book-levels.ts'
import { sizesByLevel } from '../engines/book-metrics.ts'
import { bucketPriceUsd } from '../engines/frames.ts'
import type { MinuteClose } from '../engines/minute-close.ts'
import { METRICS, type MetricName } from './metric-catalogue.ts'
import { asOfMs } from './minute-bodies.ts'
import type { LiquidationRecord } from './past.ts'
import { list, map, number, numberOrNull, numbers, object, text, type ViewOf } from './schema.ts'
import type { Shown, SymbolAt } from './state-at.ts'

export const MetricsBody = object('The metric catalogue, with the last closed minute.', {
  symbol: text('Short name of the contract, such as BTC.'),
  asOfMs: number('Engine clock of the state shown; 0 before the first entry.', 'ms since 1970'),
  metrics: list(
    'In the order of the catalogue.',
    object(
      'A metric.',
      {
        name: text('Name.'),
        unit: text('Unit.'),
        value: numberOrNull('Of the last closed minute; null where it is not one number.', ''),
        definition: text('What it is.'),
        source: text('Channels that it comes from.'),
        absent: text('Why there is neither number nor values; empty where there are.'),
      },
      {
        values: map('By price level or by name, where that is its unit.', number('Value.', '')),
        items: numbers('In their order, where that is its unit.', 'base'),
      },
    ),
  ),
})

type Value = (close: MinuteClose) => number | undefined

const VALUES: { readonly [Name in MetricName]?: Value } = {
  timestamp: ({ closedMinute }) => closedMinute,
  perp_open: ({ bar }) => bar.openUsd,
  perp_close: ({ bar }) => bar.closeUsd,
  perp_high: ({ bar }) => bar.highUsd,
  perp_low: ({ bar }) => bar.lowUsd,
  perp_Vola: ({ bar }) => bar.volaUsd,
  perp_buyVol: ({ volume }) => volume.buyBase,
  perp_sellVol: ({ volume }) => volume.sellBase,
  perp_numberBuyTrades: ({ volume }) => volume.buyTradeCount,
  perp_numberSellTrades: ({ volume }) => volume.sellTradeCount,
  perp_totalVoids: ({ book }) => book.voidsBase,
  perp_totalReinforces: ({ book }) => book.reinforcesBase,
  perp_weighted_funding: ({ fundingFraction }) => fundingFraction,
  perp_total_oi: ({ openInterest }) => openInterest.sizeBase,
  perp_oi_change: ({ openInterest }) => openInterest.change,
  perp_liquidations_longsTotal: ({ liquidations }) => liquidations.sellBase,
  perp_liquidations_shortsTotal: ({ liquidations }) => liquidations.buyBase,
  perp_TTA_ratio: ({ ratios }) => ratios[0],
  perp_TTP_ratio: ({ ratios }) => ratios[1],
  perp_GTA_ratio: ({ ratios }) => ratios[2],
}

interface Minute {
  readonly at: SymbolAt
  readonly close: MinuteClose
  readonly liquidations: readonly LiquidationRecord[]
}

type Values = Readonly<Record<string, number>>

const BY_NAME: { readonly [Name in MetricName]?: (minute: Minute) => Values } = {
  perp_books: ({ at }) => bookByLevel(at),
  perp_OIs_per_instrument: ({ at, close: { openInterest } }) =>
    openInterest.sizeBase === undefined ? {} : { [at.symbol]: openInterest.sizeBase },
  perp_fundings_per_instrument: ({ at, close }) => ({ [at.symbol]: close.fundingFraction }),
  perp_liquidations_longs: (minute) => byLevel(minute, 'long'),
  perp_liquidations_shorts: (minute) => byLevel(minute, 'short'),
}

const IN_ORDER: { readonly [Name in MetricName]?: (minute: Minute) => readonly number[] } = {
  perp_liquidations_orderedLongs: (minute) => sizesOf(minute, 'long'),
  perp_liquidations_orderedShorts: (minute) => sizesOf(minute, 'short'),
}

export function metricsBody(shown: Shown, name: string): ViewOf<typeof MetricsBody> {
  const minute = minuteOf(shown)
  return {
    symbol: name,
    asOfMs: asOfMs(shown.at),
    metrics: METRICS.map((metric) => {
      const values = minute && BY_NAME[metric.name]?.(minute)
      const items = minute && IN_ORDER[metric.name]?.(minute)
      return {
        name: metric.name,
        unit: metric.unit,
        value: (minute && VALUES[metric.name]?.(minute.close)) ?? null,
        definition: metric.definition,
        source: metric.source,
        absent: metric.absent,
        ...(values === undefined ? {} : { values }),
        ...(items === undefined ? {} : { items }),
      }
    }),
  }
}

/** The last closed minute, with its liquidations. */
function minuteOf({ state, at }: Shown): Minute | undefined {
  const { minutes, liquidations } = at.past
  const last = minutes.last(state.seq)
  if (last === undefined) return undefined
  // In receive time a minute closes after the entry that says so, else before it.
  const after = at.market.settings.pipeline.clock === 'receive' ? 1 : 0
  const before = minutes.before(state.seq, 2)
  const fromSeq = before.length < 2 ? 0 : (before[0]?.seq ?? 0) + after
  return {
    at,
    close: last.close,
    liquidations: liquidations.between(fromSeq, last.seq + after, Number.POSITIVE_INFINITY),
  }
}

function bookByLevel({ market: { book, settings } }: SymbolAt): Values {
  const { bookLevelUsd } = settings.pipeline
  const sizes = [...sizesByLevel(book.levels, book.levels.shown, bookLevelUsd)]
  sizes.sort(([a], [b]) => a - b)
  return Object.fromEntries(
    sizes.map(([level, size]) => [
      String(bucketPriceUsd(level, bookLevelUsd)),
      sizeBaseOf(book.levels.grid, size),
    ]),
  )
}

function byLevel({ at, liquidations }: Minute, side: 'long' | 'short'): Values {
  const { bookLevelUsd } = at.market.settings.pipeline
  const sums = new Map<number, number>()
  for (const { side: of, priceUsd, sizeBase } of liquidations) {
    if (of !== side) continue
    const level = Math.trunc(priceUsd / bookLevelUsd)
    sums.set(level, (sums.get(level) ?? 0) + sizeBase)
  }
  const levels = [...sums].sort(([a], [b]) => a - b)
  return Object.fromEntries(
    levels.map(([level, sum]) => [String(bucketPriceUsd(level, bookLevelUsd)), sum]),
  )
}

const sizesOf = ({ liquidations }: Minute, side: 'long' | 'short'): readonly number[] =>
  liquidations.filter((one) => one.side === side).map(({ sizeBase }) => sizeBase)
