/** The zones of either model, layer by layer, in the columns that an audit takes. */

import type { ModelLayer, ZoneColumns } from '../audits/audit-input.ts'
import type { AuditLayer } from '../audits/audit-options.ts'
import type { AuditSide, PerSide } from '../audits/view-figures.ts'
import { orderPriceUsd } from '../engines/calibration/standard-map.ts'
import type { StandardPositions } from '../engines/calibration/standard-positions.ts'
import type { HeatMap } from '../engines/liquidation/heat-map.ts'
import { priceOfLevel } from '../engines/liquidation/level-grid.ts'
import type { SymbolEngines } from '../engines/symbol/symbol-engines.ts'

/** A zone of the reference's manager of weight 1. Unit: USD. */
const ZONE_WEIGHT_USD = 100_000
/** An order of middling size: a liquidation that is expected. Unit: USD. */
const ORDER_USD = 10_000

export const LAYERS: Readonly<Record<SymbolEngines['model'], readonly AuditLayer[]>> = {
  reference: [
    { name: 'combined', strengthUsd: 1 },
    { name: 'inference', strengthUsd: 1 },
    { name: 'tape', strengthUsd: 1 },
    { name: 'zones', strengthUsd: ZONE_WEIGHT_USD },
    { name: 'v1', strengthUsd: ZONE_WEIGHT_USD },
  ],
  standard: [
    { name: 'zones', strengthUsd: ORDER_USD },
    { name: 'map', strengthUsd: 1 },
    { name: 'tape', strengthUsd: 1 },
    { name: 'v1', strengthUsd: ZONE_WEIGHT_USD },
  ],
}

/** `map`: as the minute close left it. */
export function zonesOf(
  engines: SymbolEngines,
  map: HeatMap,
  layer: ModelLayer,
): PerSide<ZoneColumns> {
  return {
    long: columnsOf(engines, map, layer, 'long'),
    short: columnsOf(engines, map, layer, 'short'),
  }
}

function columnsOf(
  engines: SymbolEngines,
  map: HeatMap,
  layer: ModelLayer,
  side: AuditSide,
): ZoneColumns {
  const { context, state } = engines.liquidation
  const { grid } = context
  switch (layer) {
    case 'combined':
      return positive(map[side].pricesUsd, map[side].values)
    case 'map':
      return engines.model === 'standard'
        ? standardLevels(engines, map, side)
        : positive(map[side].pricesUsd, map[side].values)
    case 'tape': {
      const buckets = [...state.heatmap.tape[side].values()]
      return positive(
        buckets.map(({ level }) => priceOfLevel(grid, level)),
        buckets.map(({ notionalUsd }) => notionalUsd),
      )
    }
    case 'inference': {
      const buckets = [...state.heatmap.inference[side].values()]
      return positive(
        buckets.map(({ level }) => priceOfLevel(grid, level)),
        buckets.map(({ sizeUsd }) => sizeUsd),
      )
    }
    case 'v1': {
      const zones = [...state.stress[side].values()]
      return positive(
        zones.map(({ level }) => priceOfLevel(grid, level)),
        zones.map(({ strength }) => strength),
      )
    }
    case 'zones':
      return engines.model === 'standard'
        ? standardZones(engines, side)
        : managedZones(engines, side)
  }
}

type Standard = Extract<SymbolEngines, { readonly model: 'standard' }>

function standardZones({ zones, standard }: Standard, side: AuditSide): ZoneColumns {
  const ofSide = zones.zones.filter((zone) => zone.side === side)
  return {
    pricesUsd: ofSide.map(({ triggerUsd }) => triggerUsd),
    strengths: ofSide.map(({ expected }) => expected),
    ids: ofSide.map(({ id }) => id),
    bornTimesS: ofSide.map(({ createdMinute }) => (createdMinute + 1) * 60),
    ...stretches(
      standard.positions,
      side,
      ofSide.map(({ fromLevel }) => fromLevel),
      ofSide.map(({ toLevel }) => toLevel),
    ),
  }
}

function standardLevels({ standard }: Standard, map: HeatMap, side: AuditSide): ZoneColumns {
  const { pricesUsd, values, levels } = map[side]
  return { pricesUsd, strengths: values, ...stretches(standard.positions, side, levels, levels) }
}

/** From the lower edge of one level to the upper edge of another: of triggers, and of their orders. */
function stretches(
  positions: StandardPositions,
  side: AuditSide,
  fromLevels: ArrayLike<number>,
  toLevels: ArrayLike<number>,
): Omit<ZoneColumns, 'pricesUsd' | 'strengths'> {
  const triggerLowsUsd = Array.from(fromLevels, (level) => (level - 0.5) * positions.stepUsd)
  const triggerHighsUsd = Array.from(toLevels, (level) => (level + 0.5) * positions.stepUsd)
  const ordersOf = (edges: readonly number[]) =>
    edges.map((edgeUsd) => orderPriceUsd(positions, side, edgeUsd))
  return {
    triggerLowsUsd,
    triggerHighsUsd,
    orderLowsUsd: ordersOf(triggerLowsUsd),
    orderHighsUsd: ordersOf(triggerHighsUsd),
  }
}

function managedZones({ liquidation }: SymbolEngines, side: AuditSide): ZoneColumns {
  const { map } = liquidation.state.heatmap.zones
  const ofSide = [...map.values()].filter((zone) => zone.side === side && zone.priceUsd > 0)
  return {
    pricesUsd: ofSide.map(({ priceUsd }) => priceUsd),
    strengths: ofSide.map(({ weight }) => weight),
    bornTimesS: ofSide.map(({ createdS }) => createdS),
  }
}

/** An order of another symbol can leave a bucket at a price of 0, which nothing can meet. */
function positive(pricesUsd: ArrayLike<number>, strengths: ArrayLike<number>): ZoneColumns {
  let first = 0
  while (first < pricesUsd.length && (pricesUsd[first] ?? 0) > 0) first += 1
  if (first === pricesUsd.length) return { pricesUsd, strengths }
  const prices = Array.from(pricesUsd)
  return {
    pricesUsd: prices.filter((price) => price > 0),
    strengths: Array.from(strengths).filter((_, place) => (prices[place] ?? 0) > 0),
  }
}
