/** Both snapshots of the heatmap and their statistics (`api.md` §4, §9.2, §9.4, §9.6). */
import { roundDecimal, roundHalfEven } from '../base/numeric.ts'
import type { Documents } from '../engines/symbol/symbol-engines.ts'
import { heatFrames } from './heat-history.ts'
import { MINUTES_SHOWN_MAX } from './past.ts'
import { list, map, number, numbers, object, text, type ViewOf, whole } from './schema.ts'
import { clockS, type Shown, type StateAt } from './state-at.ts'

/** Older than this, a snapshot says that it is old. Unit: s. */
const STALE_S = 120

const symbol = text('Short name of the contract, such as BTC.')
const seconds = (description: string) => number(description, 's since 1970')
const usd = (description: string) => number(description, 'USD')

const Grid = {
  src: usd('Price that the map is drawn around.'),
  step: usd('Height of a bucket.'),
  price_min: usd('First price of the grid.'),
  price_max: usd('Last price of the grid.'),
  prices: numbers('The grid.', 'USD'),
  long_intensity: numbers('Strength of long liquidations by price, 0 to 1.', 'share'),
  short_intensity: numbers('Strength of short liquidations by price, 0 to 1.', 'share'),
  long_notional_usd: numbers('What is expected to be liquidated by price.', 'USD'),
  short_notional_usd: numbers('What is expected to be liquidated by price.', 'USD'),
  long_size_btc: numbers('The same in the base asset, whatever the contract.', 'base'),
  short_size_btc: numbers('The same in the base asset, whatever the contract.', 'base'),
}

const warning = { _warning: text('There when the snapshot is older than two minutes.') }

const TopZone = object('A zone that is shown.', {
  price: usd('Its price.'),
  strength: number('0 to 1.', 'share'),
  age_min: whole('Minutes since it is shown.', 'min'),
})

export const SnapshotV1 = object(
  'The V1 heatmap: normalised and smoothed, for drawing.',
  {
    schema_version: whole('2.'),
    symbol,
    ts: seconds('The minute close that made it.'),
    ...Grid,
    top_long_zones: list('The strongest first, at most five.', TopZone),
    top_short_zones: list('The strongest first, at most five.', TopZone),
    norm: object('Values between which strengths are spread.', {
      method: text('p50_p95.'),
      p50: number('Median of what is above 0.', 'share'),
      p95: number('95th percentile of what is above 0.', 'share'),
    }),
  },
  warning,
)

const Pool = object('Neighbouring buckets as one pool.', {
  price: usd('Mean of its buckets, weighed by what they hold.'),
  price_low: usd('Lowest bucket.'),
  price_high: usd('Highest bucket.'),
  notional_usd: usd('What is expected to be liquidated.'),
  intensity: number('Square root of its share of the largest pool.', 'share'),
  bucket_count: whole('Buckets in it.'),
})

export const HeatStats = {
  symbol,
  current_minute: whole('The minute that is open.', 'minutes since 1970'),
  current_price: usd('Price of the last minute.'),
  total_force_orders: whole('Liquidations since the start.'),
  total_inferences: whole('Entries inferred since the start.'),
  tape: object('What liquidations left.', {
    symbol,
    total_events: whole('Liquidations since the start.'),
    total_long_notional: usd('Of longs.'),
    total_short_notional: usd('Of shorts.'),
    long_buckets: whole('Buckets that hold something.'),
    short_buckets: whole('Buckets that hold something.'),
    events_in_window: whole('Liquidations that are remembered.'),
    offset_samples_by_lev: map('Liquidations by leverage.', whole('Liquidations.')),
  }),
  inference: object('What entries left.', {
    symbol,
    current_minute: whole('The minute that is open.', 'minutes since 1970'),
    current_price: usd('Price of the last minute.'),
    total_inferred_long_usd: usd('Since the start.'),
    total_inferred_short_usd: usd('Since the start.'),
    projected_long_buckets: whole('Buckets that hold something.'),
    projected_short_buckets: whole('Buckets that hold something.'),
    inferences_in_window: whole('Entries that are remembered.'),
    leverage_weights: map('Share of each leverage.', number('Share.', 'share')),
  }),
  config: object('What it is computed with.', {
    steps: usd('Height of a bucket.'),
    decay: number('Left of a bucket after a minute.', 'factor'),
    buffer: number('Distance beyond 1/leverage.', 'fraction'),
    tape_weight: number('Weight of the tape.', 'factor'),
    projection_weight: number('Weight of projections.', 'factor'),
  }),
  zone_manager: object('Zones of V3 in figures.', {
    active_zones_long: whole('Zones that stand.'),
    active_zones_short: whole('Zones that stand.'),
    total_weight_long: number('Sum of their weights.', ''),
    total_weight_short: number('Sum of their weights.', ''),
    zones_created_total: whole('Since the start.'),
    zones_reinforced_total: whole('Since the start.'),
    zones_swept_total: whole('Since the start.'),
    zones_expired_total: whole('Since the start.'),
    zones_merged_total: whole('Since the start.'),
  }),
}

export const SnapshotV2 = object(
  'The V2 heatmap: pools in USD, and the map by price.',
  {
    symbol,
    ts: seconds('The minute close that made it.'),
    price: usd('Price that pools are looked for around.'),
    range_pct: number('Half-width of the map.', 'fraction'),
    long_levels: list('The largest first.', Pool),
    short_levels: list('The largest first.', Pool),
    meta: object(
      'How it was made.',
      {
        tape_weight: number('Weight of the tape.', 'factor'),
        projection_weight: number('Weight of projections.', 'factor'),
        force_orders_total: whole('Liquidations since the start.'),
        inferences_total: whole('Entries since the start.'),
        cluster_radius_pct: number('Largest gap within a pool.', 'fraction of the price'),
        min_notional_usd: usd('Smallest pool.'),
        long_pools_count: whole('Pools shown.'),
        short_pools_count: whole('Pools shown.'),
        raw_long_buckets: whole('Buckets in range.'),
        raw_short_buckets: whole('Buckets in range.'),
      },
      { filtered_min_notional: usd('The filter that was asked for.') },
    ),
    stats: object('Figures of the engines.', HeatStats),
    ...Grid,
  },
  warning,
)

export const Stats = object('Figures of the heatmap, as of the last minute close.', {
  ...HeatStats,
  snapshot_ts: seconds('The minute close that made them.'),
  snapshot_age_s: number('Since then.', 's'),
  history_frames: whole('Minutes in the history of V2.'),
})

type V1 = Documents['v1']
/** Made of a price that there is, the document always has its pools. */
type V2 = Extract<Documents['v2'], { readonly long_levels: unknown }>

export function snapshotV1({
  state,
  at,
  asReference,
}: Shown): ViewOf<typeof SnapshotV1> | undefined {
  const { documents } = at
  if (documents === undefined) return undefined
  const body: V1 = documents.v1
  const amounts = asReference ? {} : amountsOf(body, at, state, documents)
  return { ...body, ...amounts, ...warningOf(state, body.ts) }
}

export function snapshotV2(
  { state, at, asReference }: Shown,
  minNotionalUsd: number,
): ViewOf<typeof SnapshotV2> | undefined {
  const { documents } = at
  if (documents === undefined) return undefined
  const body = documents.v2 as V2
  const amounts = asReference ? {} : amountsOf(body, at, state, documents)
  const pools = minNotionalUsd > 0 ? filtered(body, minNotionalUsd) : {}
  const stats = shownStats(body, at)
  return { ...body, ...pools, stats, ...amounts, ...warningOf(state, body.ts) }
}

export function heatStats({ state, at }: Shown): ViewOf<typeof Stats> | undefined {
  if (at.documents === undefined) return undefined
  const body = at.documents.v2 as V2
  const { ts } = body
  return {
    ...shownStats(body, at),
    snapshot_ts: ts,
    snapshot_age_s: roundDecimal(clockS(state) - ts, 1),
    history_frames: heatFrames(at.past.minutes.before(state.seq, MINUTES_SHOWN_MAX), 'v2').length,
  }
}

/** The standard model stands in the place of inference, and has the minute and the price of the map. */
function shownStats({ stats }: V2, { engines }: Shown['at']): V2['stats'] {
  if (engines?.model !== 'standard') return stats
  const { current_minute, current_price, inference } = stats
  return { ...stats, inference: { ...inference, current_minute, current_price } }
}

/** The age of a snapshot in the words of the reference, or nothing while it is young. */
export function warningOf(state: StateAt, timeS: number): { readonly _warning?: string } {
  const ageS = clockS(state) - timeS
  if (!(ageS > STALE_S)) return {}
  return { _warning: `Data is ${roundHalfEven(ageS)}s old, viewer may be stopped` }
}

function filtered(body: V2, minNotionalUsd: number) {
  const kept = (levels: V2['long_levels']) =>
    levels.filter(({ notional_usd: usdOf }) => usdOf >= minNotionalUsd)
  const [long, short] = [kept(body.long_levels), kept(body.short_levels)]
  return {
    long_levels: long,
    short_levels: short,
    meta: {
      ...body.meta,
      long_pools_count: long.length,
      short_pools_count: short.length,
      filtered_min_notional: minNotionalUsd,
    },
  }
}

/** Money in the place of intensities (quirk Q3): strengths times what the strongest stands for. */
function amountsOf(
  body: Pick<V1, 'prices' | 'price_min' | 'step'>,
  { past }: Shown['at'],
  state: StateAt,
  documents: Documents,
) {
  const strongestUsd = past.minutes.last(state.seq)?.strongestUsd ?? 0
  const raw = documents.v2
  const offset = roundHalfEven((body.price_min - raw.price_min) / body.step)
  const notional = (values: readonly number[]) =>
    body.prices.map((_, place) => rounded((values[place + offset] ?? 0) * strongestUsd, 2))
  const size = (values: readonly number[]) =>
    body.prices.map((priceUsd, place) =>
      priceUsd > 0 ? rounded(((values[place + offset] ?? 0) * strongestUsd) / priceUsd, 6) : 0,
    )
  return {
    long_notional_usd: notional(raw.long_intensity),
    short_notional_usd: notional(raw.short_intensity),
    long_size_btc: size(raw.long_intensity),
    short_size_btc: size(raw.short_intensity),
  }
}

const rounded = (value: number, digits: number): number =>
  value === 0 ? 0 : roundDecimal(value, digits)
