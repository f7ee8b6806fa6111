/** What an audit asks the engines themselves. */
import type { ZoneCounts } from '../audits/audit-input.ts'
import type { AuditOptions } from '../audits/audit-options.ts'
import { disabledTiersOf } from '../engines/calibration/calibrator-settings.ts'
import { parseTiers } from '../engines/liquidation/leverage.ts'
import { modelOf } from '../engines/symbol/engine-settings.ts'
import type { SymbolEngines } from '../engines/symbol/symbol-engines.ts'
import type { Settings } from '../pipeline/settings.ts'
import type { Ladder } from './audit-records.ts'
import type { AuditRunOptions } from './audit-run.ts'
import { LAYERS } from './audit-zones.ts'

export function auditOptions(
  symbol: string,
  { model, liquidation }: SymbolEngines,
  { settings, audit, fromSeq }: AuditRunOptions,
): AuditOptions {
  const { stepUsd } = liquidation.context.grid
  return {
    symbol,
    profile: model,
    settings: audit,
    layers: LAYERS[model],
    disabledTiers: disabledTiers(settings),
    fromSeq,
    stepUsd,
    standard: { grid: { stepUsd, tickUsd: stepUsd / 100 }, settings },
    compat: model === 'reference',
  }
}

/** Of projections or of learning. */
function disabledTiers(settings: Settings): readonly number[] {
  const projected =
    modelOf(settings) === 'reference'
      ? parseTiers('inference.disabledTiers', settings.inference.disabledTiers)
      : []
  const tiers = new Set([...projected, ...disabledTiersOf(settings.calibrator)])
  return [...tiers].sort((a, b) => a - b)
}

export function ladderOf(engines: SymbolEngines): Ladder {
  const { inference } = engines.liquidation.state.heatmap
  return { tiers: [...inference.weights.keys()], bufferFraction: inference.bufferFraction }
}

/** What projections are weighed with; of the standard model, liquidations a unit of mass. */
export function weightsOf(engines: SymbolEngines) {
  if (engines.model === 'standard') {
    const { positions, rates } = engines.standard
    return { tiers: positions.ladder, weights: [...rates.weights.subarray(1)] }
  }
  const { inference } = engines.liquidation.state.heatmap
  const ladder = [...inference.weights].sort(([a], [b]) => a - b)
  return {
    tiers: ladder.map(([tier]) => tier),
    weights: ladder.map(([, weight]) => weight),
    buffer: inference.bufferFraction,
  }
}

export function contributionsOf({ liquidation }: SymbolEngines) {
  const sums = new Map<number, number>()
  for (const { contributions } of liquidation.state.heatmap.zones.map.values()) {
    for (const [tier, weight] of contributions) sums.set(tier, (sums.get(tier) ?? 0) + weight)
  }
  return [...sums].map(([tier, weight]) => ({ tier, weight }))
}

export function zoneCounts(engines: SymbolEngines): ZoneCounts {
  const { createdCount, sweptCount, expiredCount, mergedCount, map } =
    engines.liquidation.state.heatmap.zones
  return {
    layer: 'zones',
    created: createdCount,
    alive: engines.model === 'standard' ? engines.zones.zones.length : map.size,
    swept: sweptCount,
    expired: expiredCount,
    merged: mergedCount,
  }
}

/** All that a liquidation may teach the calibrator of the reference, as one text to compare. */
export function learningOf(engines: SymbolEngines | undefined): string {
  if (engines?.model !== 'reference') return ''
  const { totals, credits, notionalUsd, sideMisses, directionsUsd } = engines.calibrator.window
  const sums = [totals, credits, notionalUsd].map((sum) => [...sum.entries()].join(' '))
  const { long, short } = sideMisses
  return [...sums, long.usd.length, short.usd.length, directionsUsd.length].join(';')
}
