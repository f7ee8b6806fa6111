/** What an audit is made with. */
import { RecorderError } from '../base/errors.ts'
import type { Profile } from '../base/setting.ts'
import type { StandardGrid } from '../engines/calibration/standard-positions.ts'
import type { StandardSettings } from '../engines/calibration/standard-settings.ts'
import type { ModelLayer } from './audit-input.ts'
import type { AuditSettings } from './audit-settings.ts'

export interface AuditLayer {
  readonly name: ModelLayer
  /** What one unit of its strength is worth, about: hazards compare masses in USD. Unit: USD. */
  readonly strengthUsd: number
}

export interface AuditOptions {
  /** As orders name it: `BTCUSDT`. Any other is foreign. */
  readonly symbol: string
  readonly profile: Profile
  readonly settings: AuditSettings
  /** The layers that `zonesOf` gives, in the order of the report. */
  readonly layers: readonly AuditLayer[]
  readonly disabledTiers: readonly number[]
  /** What came before only warms up: figures begin here. */
  readonly fromSeq: number
  /** Height of the reference's buckets. Unit: USD. */
  readonly stepUsd: number
  /** For the rivals that are made of the standard model; absent: only the path rival runs. */
  readonly standard?: { readonly grid: StandardGrid; readonly settings: StandardSettings }
  /** Also compute the reference's own formulas. */
  readonly compat: boolean
}

/** Settings read once. */
export interface AuditPlan {
  readonly tolerances: readonly number[]
  /** Unit: s. */
  readonly minAgesS: readonly number[]
  /** Places in the two lists, and in the layers. */
  readonly headlineTolerance: number
  readonly headlineAge: number
  readonly headlineLayer: number
}

/** @throws {RecorderError} `SETTING_INVALID` for lists that cannot be read, or a headline not in them. */
export function planOf({ settings, layers }: AuditOptions): AuditPlan {
  const tolerances = numbersOf('audit.tolerances', settings.tolerances)
  const minAges = numbersOf('audit.minAges', settings.minAges)
  const placeOf = (name: string, list: readonly number[], value: number) => {
    const place = list.indexOf(value)
    if (place < 0) throw invalid(`${name} must be one of ${list.join(', ')}, was ${value}`)
    return place
  }
  // A layer that the other model lacks: the first there is.
  const layer = layers.findIndex(({ name }) => name === settings.headlineLayer)
  return {
    tolerances,
    minAgesS: minAges.map((minutes) => minutes * 60),
    headlineTolerance: placeOf('audit.headlineTolerance', tolerances, settings.headlineTolerance),
    headlineAge: placeOf('audit.headlineMinAge', minAges, settings.headlineMinAge),
    headlineLayer: Math.max(0, layer),
  }
}

function numbersOf(name: string, text: string): readonly number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  if (values.some((value) => !(value >= 0)) || new Set(values).size !== values.length) {
    throw invalid(`${name} must be different numbers, was ${text}`)
  }
  return values.sort((a, b) => a - b)
}

const invalid = (message: string): RecorderError => new RecorderError('SETTING_INVALID', message)
