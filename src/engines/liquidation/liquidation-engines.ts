/**
 * The liquidation engines of a symbol, composed. The order of calls is that of `pipeline.md` §10.4
 * and of the golden README:
 *
 * 1. per liquidation: the calibrator's `onLiquidation`, then {@link onForceOrder};
 * 2. per minute close with a price: {@link onMinute}, which updates V1, then V2 (tape, zones,
 *    projections, merge, cycle record, tape learning), makes the V2 document, takes persisted
 *    weights at the first close, tracks the zones shown, writes the plot feed and makes the V1
 *    document;
 * 3. then the calibrator's minute, which is given `strengths`, `ladder` and `bufferFraction` of the
 *    result; if it calibrates: {@link setWeights}.
 *
 * A minute close without a price calls none of these.
 */
import { roundDecimal } from '../../base/numeric.ts'
import { createContext, type Emit, type LiquidationContext } from './context.ts'
import {
  emitAggression,
  emitSanity,
  emitTracker,
  type LiquidationOrigin,
  SANITY_RECORDS_MAX,
} from './debug-records.ts'
import { type HeatMap, heatMapOf, type Pool, poolsOf } from './heat-map.ts'
import {
  addForceOrder,
  closeHeatmapMinute,
  createHeatmap,
  type Heatmap,
  ladderOf,
  setLadderWeights,
} from './heatmap.ts'
import type { Side } from './leverage.ts'
import type { LiquidationSettings } from './liquidation-settings.ts'
import type { MinuteInput } from './minute-input.ts'
import { apiResponse, snapshotV1, snapshotV2, ZONES_SHOWN } from './snapshots.ts'
import { createStress, type Stress, updateStress } from './stress.ts'
import {
  createZoneTracker,
  type ShownZone,
  shownZones,
  trackZones,
  type ZoneTracker,
} from './zone-tracker.ts'

/** All that changes. Plain data, changed in place; survives `structuredClone`. */
export interface LiquidationState {
  readonly stress: Stress
  readonly heatmap: Heatmap
  readonly tracker: ZoneTracker
  /** Minute closes so far. */
  minuteCount: number
}

export interface LiquidationEngines {
  readonly context: LiquidationContext
  readonly state: LiquidationState
}

export interface ForceOrderInput {
  /** Unit: s since 1970. */
  readonly timeS: number
  /** Of the position that was liquidated. */
  readonly side: Side
  readonly priceUsd: number
  readonly sizeBase: number
  readonly notionalUsd: number
  /** Absent: no sanity record is made of it. */
  readonly origin?: LiquidationOrigin
}

export interface LadderWeights {
  /** By tier, ascending. */
  readonly weights: readonly number[]
  readonly bufferFraction: number
}

export interface MinuteOptions {
  /** Make the two documents, which only files and the API need. */
  readonly snapshots?: boolean
  /** The calibrator's saved weights; taken at the first close only. */
  readonly persisted?: LadderWeights | undefined
}

export interface MinuteResult {
  /** What the calibrator is to be given, through `strengthsByPrice`. */
  readonly map: HeatMap
  readonly ladder: readonly (readonly [tier: number, weight: number])[]
  readonly bufferFraction: number
  readonly snapshotV2?: ReturnType<typeof snapshotV2>
  readonly snapshotV1?: ReturnType<typeof snapshotV1>
}

/**
 * `symbol` is what records call it, the base asset; it chooses the ladder of V1.
 * @throws {RecorderError} `SETTING_INVALID` for a list of tiers that cannot be read.
 */
export function createLiquidationEngines(
  symbol: string,
  stepUsd: number,
  settings: LiquidationSettings,
  emit?: Emit,
): LiquidationEngines {
  const context = createContext(symbol, stepUsd, settings, emit)
  return {
    context,
    state: {
      stress: createStress(context),
      heatmap: createHeatmap(context),
      tracker: createZoneTracker(),
      minuteCount: 0,
    },
  }
}

/** The position that a forced order closes: a buy closes a short, all else a long (§4.3). */
export const positionSide = (orderSide: string): Side =>
  orderSide.toLowerCase() === 'buy' ? 'short' : 'long'

export function onForceOrder(engines: LiquidationEngines, event: ForceOrderInput): void {
  const { context, state } = engines
  const eventNumber = state.heatmap.forceOrderCount + 1
  if (event.origin !== undefined && eventNumber <= SANITY_RECORDS_MAX) {
    emitSanity(context, eventNumber, event, event.origin)
  }
  addForceOrder(state.heatmap, context, event)
}

/** Steps 1 to 11 of `pipeline.md` §10.4; the head of this file says what comes before and after. */
export function onMinute(
  engines: LiquidationEngines,
  input: MinuteInput,
  options: MinuteOptions = {},
): MinuteResult {
  const { context, state } = engines
  const { heatmap } = state
  updateStress(state.stress, context, input, input.timeS)
  closeHeatmapMinute(heatmap, context, input)
  emitAggression(context, input.aggression, input)
  const map = heatMapOf(heatmap.tape, heatmap.inference, context)
  const documents = showMinute(engines, map, input, options.snapshots === true, () => {
    if (options.persisted !== undefined) setWeights(engines, options.persisted)
  })
  return {
    map,
    ladder: ladderOf(heatmap),
    bufferFraction: heatmap.bufferFraction,
    ...(documents === undefined ? {} : { snapshotV2: documents.v2, snapshotV1: documents.v1 }),
  }
}

/**
 * What a minute close shows of `map`: both documents, if wanted, zones tracked, the plot feed.
 * `atFirst` runs at the first close only, between the documents of V2 and V1.
 */
export function showMinute(
  engines: LiquidationEngines,
  map: HeatMap,
  input: MinuteInput,
  documents: boolean,
  atFirst?: () => void,
): { v2: ReturnType<typeof snapshotV2>; v1: ReturnType<typeof snapshotV1> } | undefined {
  const { context, state } = engines
  const { heatmap, tracker } = state
  const { minuteKey, srcUsd, timeS, closeUsd } = input
  const v2 = documents ? snapshotV2(heatmap, map, context, srcUsd, timeS) : undefined
  if (state.minuteCount === 0) atFirst?.()
  state.minuteCount += 1
  track(tracker, map, context, input)
  emitTracker(context, tracker, minuteKey, timeS)
  emitPlot(engines, input)
  if (v2 === undefined) return undefined
  return { v2, v1: snapshotV1(tracker, map, context, closeUsd, minuteKey, timeS) }
}

/** Takes the calibrator's weights (`pipeline.md` §12). False for another number of tiers. */
export const setWeights = (
  { context, state }: LiquidationEngines,
  { weights, bufferFraction }: LadderWeights,
): boolean => setLadderWeights(state.heatmap, context, weights, bufferFraction)

/** The heatmap as it stands now. */
export const currentHeatMap = ({ context, state }: LiquidationEngines): HeatMap =>
  heatMapOf(state.heatmap.tape, state.heatmap.inference, context)

/** Pools as it stands now (`heatmap.md` §6.3). */
export const currentPools = (
  engines: LiquidationEngines,
  range: Parameters<typeof apiResponse>[3],
  timeS: number,
) => apiResponse(engines.state.heatmap, currentHeatMap(engines), engines.context, range, timeS)

/** How far from the price zones are looked for to be shown (`pipeline.md` §10.4 step 5). */
const SHOWN_RANGE_FRACTION = 0.25

function track(
  tracker: ZoneTracker,
  map: HeatMap,
  context: LiquidationContext,
  { srcUsd, minuteKey }: MinuteInput,
): void {
  const range = { centerUsd: srcUsd, rangeFraction: SHOWN_RANGE_FRACTION, minNotionalUsd: 0 }
  const pools = poolsOf(map, range, context)
  // Pools come by notional, and so by intensity, descending.
  const candidates = (side: readonly Pool[]) =>
    side.map(({ priceUsd, intensity }) => ({ priceUsd, strength: intensity }))
  trackZones(tracker, context, minuteKey, {
    long: candidates(pools.long),
    short: candidates(pools.short),
  })
}

/** `pipeline.md` §11.3. */
function emitPlot({ context, state }: LiquidationEngines, input: MinuteInput): void {
  if (context.emit === undefined) return
  const zones = (shown: readonly ShownZone[]) =>
    shownZones(shown)
      .slice(0, ZONES_SHOWN)
      .map((zone) => [
        roundDecimal(zone.priceUsd, 2),
        roundDecimal(zone.strength, 4),
        input.minuteKey - zone.entryMinute,
      ])
  context.emit('plot_feed', {
    ts: input.timeS,
    minute: input.minuteKey,
    o: roundDecimal(input.openUsd, 2),
    h: roundDecimal(input.highUsd, 2),
    l: roundDecimal(input.lowUsd, 2),
    c: roundDecimal(input.closeUsd, 2),
    long_zones: zones(state.tracker.long),
    short_zones: zones(state.tracker.short),
  })
}
