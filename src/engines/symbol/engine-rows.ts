/** The engines in the rows of the files, in the field names of the golden cases. */
import { calibratorRow } from '../calibration/calibrator-row.ts'
import type { StandardModel } from '../calibration/standard-model.ts'
import { minuteParts } from '../liquidation/liquidation-rows.ts'
import type { Json } from '../reference-rows.ts'
import type { SymbolEngines } from './symbol-engines.ts'

/** What `minutes.jsonl` says of them after a minute close. */
export const engineParts = (engines: SymbolEngines) => ({
  calibrator:
    engines.model === 'standard'
      ? standardRow(engines.standard)
      : calibratorRow(engines.calibrator),
  ...minuteParts(engines.liquidation),
})

function standardRow(model: StandardModel): { readonly [key: string]: Json } {
  const [background = 0, ...weights] = model.rates.weights
  const { positions, recentCount, recentRate } = model
  return {
    model: 'standard',
    ladder: [...positions.ladder],
    weights,
    background,
    explained: [...model.rates.explained],
    exposed: [...model.rates.exposed],
    minutes_closed: positions.closedCount,
    minutes_since_hole: model.sinceHoleCount,
    insane_events: positions.insaneCount,
    predicted_over_observed: recentCount > 0 ? recentRate / recentCount : null,
  }
}
