/** What the tests of the liquidation engines share. */
import { defaultsOf, type Profile } from '../../../src/base/setting.ts'
import {
  createContext,
  type Emit,
  type LiquidationContext,
  type LiquidationRecord,
} from '../../../src/engines/liquidation/context.ts'
import {
  HEATMAP_SETTINGS,
  ZONE_TRACKER_SETTINGS,
  ZONES_SETTINGS,
} from '../../../src/engines/liquidation/heatmap-settings.ts'
import {
  INFERENCE_SETTINGS,
  type LiquidationSettings,
  STRESS_SETTINGS,
  TAPE_SETTINGS,
} from '../../../src/engines/liquidation/liquidation-settings.ts'
import { PIPELINE_SETTINGS } from '../../../src/engines/market-settings.ts'

export const settingsOf = (profile: Profile): LiquidationSettings => ({
  pipeline: defaultsOf(PIPELINE_SETTINGS, profile),
  stress: defaultsOf(STRESS_SETTINGS, profile),
  tape: defaultsOf(TAPE_SETTINGS, profile),
  inference: defaultsOf(INFERENCE_SETTINGS, profile),
  heatmap: defaultsOf(HEATMAP_SETTINGS, profile),
  zones: defaultsOf(ZONES_SETTINGS, profile),
  zoneTracker: defaultsOf(ZONE_TRACKER_SETTINGS, profile),
})

export const REFERENCE = settingsOf('reference')

/** Records by file, in their order. */
export interface Recorder {
  readonly emit: Emit
  readonly of: (file: string) => LiquidationRecord[]
}

export function recorder(): Recorder {
  const files = new Map<string, LiquidationRecord[]>()
  const of = (file: string) => {
    const records = files.get(file) ?? []
    files.set(file, records)
    return records
  }
  return { of, emit: (file, record) => of(file).push(record) }
}

export const contextOf = ({
  symbol = 'BTC',
  stepUsd = 20,
  settings = REFERENCE,
  emit = undefined,
}: {
  readonly symbol?: string
  readonly stepUsd?: number
  readonly settings?: LiquidationSettings
  readonly emit?: Emit | undefined
} = {}): LiquidationContext => createContext(symbol, stepUsd, settings, emit)
