/** What things are called in reports. */
import type { AuditView } from '../audits/audit-view.ts'
import { isLayerName, LAYER_NAMES } from '../audits/finding-text.ts'
import type { AuditSide } from '../audits/view-figures.ts'
import type { HazardName } from '../audits/view-hazard.ts'
import type { ContextRow, GapCause, LayerName } from '../audits/view-hits.ts'

/** What strength of a layer is counted in. */
export function strengthUnit(layer: string, profile: AuditView['profile']): string {
  if (layer === 'zones') return profile === 'standard' ? 'expected liquidations' : 'weight'
  return layer === 'v1' ? 'weight' : 'USD'
}

/** What a layer is, for those who do not know the name. */
export const LAYER_MEANINGS: Readonly<Record<LayerName, string>> = {
  tape: 'where liquidations have been seen before',
  inference: 'where positions inferred from open interest would be liquidated',
  combined: 'tape and projections weighed together: what the reference shows',
  v1: 'where positions of busy minutes would be liquidated',
  zones: 'price zones with a life cycle',
  map: 'levels of the map that expect a good part of what its strongest level expects',
  fixedLevels: 'no prediction at all: two levels a side at fixed distances beyond the last close',
}

/** Of a layer, or of what engines count under another name. */
export const layerWord = (name: string): string => (isLayerName(name) ? LAYER_NAMES[name] : name)

const HAZARDS: Readonly<Record<Exclude<HazardName, LayerName>, string>> = {
  model: 'standard model',
  constant: 'a constant',
  adverseMove: 'adverse move alone',
  constantMass: 'constant mass',
  wrongHours3: 'mass of 3 h before',
  wrongHours5: 'mass of 5 h before',
  wrongHours7: 'mass of 7 h before',
}

export const hazardWord = (name: HazardName): string =>
  isLayerName(name) ? LAYER_NAMES[name] : HAZARDS[name]

/** What a rival knows. */
export const RIVAL_MEANINGS: Partial<Readonly<Record<HazardName, string>>> = {
  constant: 'the same number of liquidations every minute',
  adverseMove: 'how far price went against the side in the minute, nothing of positions',
  constantMass: 'the same model, told that every minute opened as many positions as any other',
  wrongHours3: 'the same model, told how busy it was 3 h before',
  wrongHours5: 'the same model, told how busy it was 5 h before',
  wrongHours7: 'the same model, told how busy it was 7 h before',
}

const CAUSES: Readonly<Record<GapCause, string>> = {
  noContext: 'no minute had closed yet',
  allSwept: 'price took the zones of this side within the last 15 minutes',
  oiNegative: 'open interest fell',
  oiZero: 'open interest did not change',
  oiBelowThreshold: 'open interest rose too little to infer entries from',
  tierDisabled: 'all entries inferred were of disabled tiers',
  noneStood: 'none stood: nothing had come to be there, or it had faded',
}

export const causeWord = (cause: GapCause): string => CAUSES[cause]

const CONTEXTS: Readonly<Record<ContextRow['by'], Partial<Record<ContextRow['bucket'], string>>>> =
  {
    side: { long: 'long', short: 'short' },
    buyShare: {
      low: 'buyers below 35 %',
      mid: 'buyers 35 to 65 %',
      high: 'buyers above 65 %',
    },
    openInterest: {
      negative: 'open interest fell',
      zero: 'open interest unchanged',
      positive: 'open interest rose',
    },
  }

export const contextWord = ({ by, bucket }: Pick<ContextRow, 'by' | 'bucket'>): string =>
  CONTEXTS[by][bucket] ?? bucket

export const sideWord = (side: AuditSide | 'both'): string =>
  side === 'both' ? 'both sides' : `${side}s`
